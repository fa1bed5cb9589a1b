"""Whether a probe finds out what is the matter: causes are brought about one at a time, each with
the verdict that must come first. Each round is another seed.
"""

from causes import CLEAN, HOSTS, PATH, Cause
from contest import Column, Contest, Contestant, Run
from paths import Loopback
from programs import Failed
from tools import ctl_help

DEFAULT_SECONDS = None  # as the causes say
DEFAULT_ROUNDS = 5


def contests(_: float | None):
    path = Loopback()  # it is not used: each run has a path of its own
    for title, causes in (("nothing is the matter", CLEAN), ("causes of the path", PATH),
                          ("causes of the hosts", HOSTS)):
        yield path, Contest(title, _COLUMNS, [_contestant(cause) for cause in causes],
                            notes=summary)


def right_of(contest: Contest, name: str) -> tuple[int, int]:
    """How often, of how many runs that count."""
    values = [value for value in contest.values(name, "is_right") if value is not None]
    return int(sum(values)), len(values)


_COLUMNS = [Column("wanted", "must come first"),
            Column("is_right", "right", tell=lambda *of: "{} of {}".format(*right_of(*of))),
            Column("first", "came first"), Column("wrong", "wrong and sure")]


def _contestant(cause: Cause) -> Contestant:
    seeds = iter(range(1, 1_000_000))

    def run(_: dict[str, Run]) -> Run:
        lacking = [option for option in cause.options
                   if option.startswith("--") and option not in ctl_help()]
        if lacking:
            raise Failed(f"wyndrvrctl does not know {lacking[0]}")
        probed = cause.probe(next(seeds))
        run = judged(cause, probed.report["verdict"])
        run.figures["attempts"] = probed.attempts
        run.commands, run.invalid = probed.commands, probed.late
        return run

    return Contestant(cause.name, run)


def judged(cause: Cause, verdict: dict | None) -> Run:
    """Wrong is what is neither wanted nor true as well; sure is what has high confidence."""
    findings = verdict["findings"] if verdict else []
    first = findings[0]["code"] if findings else ""
    wrong = [finding["code"] for finding in findings if finding["confidence"] == "high"
             and finding["code"] not in (cause.verdict, *cause.also)]
    # Good news behind which there is nothing is no verdict on a path without a fault.
    is_right = first == cause.verdict or (
        not cause.verdict and all(finding["level"] == "good" for finding in findings))
    return Run({"is_right": float(is_right), "wrong_and_sure": float(bool(wrong))},
               words={"wanted": cause.verdict or "(nothing)", "first": _first_of(findings),
                      "wrong": ", ".join(dict.fromkeys(wrong)) or "-",
                      "findings": "; ".join(map(_told, findings))})


def _first_of(findings: list[dict]) -> str:
    return f"{findings[0]['code']} ({findings[0]['confidence']})" if findings else "(nothing)"


def _told(finding: dict) -> str:
    return " ".join(finding[key] or "-" for key in ("code", "direction", "confidence", "level"))


def summary(contest: Contest) -> list[str]:
    shares = {name: right_of(contest, name) for name in contest.runs}
    right, runs = (sum(each) for each in zip(*shares.values()))
    sure = sum(bool(value) for name in contest.runs
               for value in contest.values(name, "wrong_and_sure"))
    missed = [f"{name} ({of[0]} of {of[1]})" for name, of in shares.items() if of[0] < of[1]]
    return [f"Right first in {right} of {runs} runs; a wrong verdict with high confidence in "
            f"{sure}.", f"Not always right: {'; '.join(missed)}." if missed else "All were right."]
