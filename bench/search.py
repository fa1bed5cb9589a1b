"""The search for the capacity of a path, on described paths whose capacity is known: the production
code over the link model of the tests, in simulated time. Each round is another seed.
"""

import functools
import pathlib
import subprocess
import tomllib

from contest import Column, Contest, Contestant, Run
from paths import Loopback
from programs import BUILD, Failed, Stage, typed
from tools import read_document

DEFAULT_SECONDS = None  # as long as a search may take
SEARCH_PATHS = str(BUILD / "tests/sim/search_paths")
SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "tests/link/scenarios"
# What a search of a path whose rate stays as it is should keep to, and the median error of all.
MOST_ERROR_PERCENT, MOST_SECONDS, MOST_LOAD, MEDIAN_ERROR_PERCENT = 1, 2.5, 2, 0.3
_SURE = ("ok", "two-rate")
_SUSTAINED_SECONDS = 2
_PATIENCE = 300
_COLUMNS = [Column("error_percent", "error %", has_spread=True), Column("seconds", "s"),
            Column("load_seconds", "x C"), Column("queue_ms", "queue ms"),
            Column("half_width_percent", "+- %"), Column("verdict", "verdict")]
_BUCKET_COLUMNS = [Column("error_percent", "error %", has_spread=True), Column("seconds", "s"),
                   Column("load_seconds", "x C"), Column("burst_mbit_per_s", "burst Mb/s"),
                   Column("bucket_mb", "bucket MB"), Column("verdict", "verdict")]


def contests(seconds: float | None):
    path = Loopback()  # it is not used
    options = ["--seconds", f"{seconds:g}"] if seconds else []
    names, tuned = all_paths(), tuned_on()
    steady = [name for name in names if not varies(name)]
    groups = {
        "paths that the search was tuned on": [name for name in steady if name in tuned],
        "paths that nothing was tuned on": [name for name in steady if name not in tuned],
        "paths whose rate varies": [name for name in names if name not in steady],
    }
    for title, members in groups.items():
        notes = (lambda contest: []) if title.endswith("varies") else misses
        yield path, Contest(title, _COLUMNS, [_contestant(name, options) for name in members],
                            notes=notes)
    sustained = ["--sustained", str(_SUSTAINED_SECONDS), *options]
    yield path, Contest(f"token buckets, kept full for {_SUSTAINED_SECONDS} s", _BUCKET_COLUMNS,
                        [_contestant(name, sustained) for name in names
                         if name.startswith("turbo")])


@functools.cache
def all_paths() -> list[str]:
    return subprocess.run([SEARCH_PATHS, "--list"], capture_output=True, text=True, timeout=10,
                          stdin=subprocess.DEVNULL, check=True).stdout.split()


@functools.cache
def tuned_on() -> set[str]:
    """The list in the README of the paths is the only one."""
    text = (SCENARIOS / "README.md").read_text(encoding="utf-8")
    tuned = text.partition("were tuned on:")[2].partition("nothing was tuned on")[0]
    names = {word.strip("`") for word in tuned.split() if word.startswith("`")}
    if not names:
        raise Failed("tests/link/scenarios/README.md does not say what was tuned on")
    return names


def varies(name: str) -> bool:
    """Whether what it can carry changes while it is measured. Delay and its jitter do not count."""
    document = tomllib.loads((SCENARIOS / f"{name}.toml").read_text(encoding="utf-8"))
    ways = [document.get(way, {}) for way in ("both", "down")]
    return any("fluctuation" in way or "cross_traffic" in way or
               any("rate" in change for change in way.get("change", ())) for way in ways)


def misses(contest: Contest) -> list[str]:
    """Which goals were not reached, by the worst of the rounds."""
    goals = {"error_percent": (MOST_ERROR_PERCENT, "%"), "seconds": (MOST_SECONDS, "s"),
             "load_seconds": (MOST_LOAD, "x C")}
    said = []
    for name in contest.runs:
        worst = {key: max(map(abs, values), default=0) for key in goals
                 if (values := [value for value in contest.values(name, key)
                                if value is not None]) is not None}
        beyond = [f"{worst[key]:.3g} {unit}" for key, (most, unit) in goals.items()
                  if worst[key] > most]
        if beyond:
            said.append(f"{name} {', '.join(beyond)}")
    errors = sorted(abs(value) for name in contest.runs
                    for value in contest.values(name, "error_percent") if value is not None)
    median = errors[len(errors) // 2] if errors else 0
    return [f"Goals: {MOST_ERROR_PERCENT} %, {MOST_SECONDS} s and {MOST_LOAD} x C in every round, "
            f"and {MEDIAN_ERROR_PERCENT} % in the median, which is {median:.3g} %.",
            f"Missed, by the worst round: {'; '.join(said)}." if said else "None was missed."]


def _contestant(name: str, options: list[str]) -> Contestant:
    seeds = iter(range(1, 1_000_000))

    def run(_: dict[str, Run]) -> Run:
        command = [SEARCH_PATHS, name, "--first-seed", str(next(seeds)), *options]
        with Stage() as stage:
            ended = stage.start(command).wait(_PATIENCE)
        each = [SEARCH_PATHS, "PATH", "--first-seed", "ROUND", *options]
        return run_of(read_document(ended.stdout), [typed(each)])

    return Contestant(name, run)


def run_of(found: dict, commands: list[str]) -> Run:
    """A line of search_paths as figures."""
    words = {"verdict": found["verdict"]}
    if found["end"] != "completed":
        words["verdict"] = found["end"]
    return Run({"error_percent": 100 * found["error"], "seconds": found["seconds"],
                "load_seconds": found["load_seconds"], "queue_ms": found["queue_ms"],
                "half_width_percent": 100 * found["half_width"],
                "burst_mbit_per_s": found["burst_bps"] / 1e6 or None,
                "bucket_mb": found["bucket_bytes"] / 1e6 or None,
                "is_sure": float(found["verdict"] in _SURE),
                "found_bps": found["found_bps"], "truth_bps": found["truth_bps"]},
               commands, words=words)
