"""How near a probe by the real programs comes to the truth about a path: over the link emulator, on
links whose rate stays as it is. Each round is another seed.
"""

import math
import statistics

from contest import Column, Contest, Contestant, Run
from emulation import PUNCTUAL_NS, Probed, probe
from figures import digits
from links import LINKS, Link
from paths import Loopback

DEFAULT_SECONDS = 1.0  # of a load at a fixed rate; a search takes as long as it takes
DEFAULT_ROUNDS = 3
WAYS = ("down", "up")
# What a search should keep to, each way; the time and the traffic by what the path saw of it. The
# loads that follow it and tell of its queue and its losses, not of its capacity, count for "all".
MOST_ERROR_PERCENT, MOST_SECONDS, MOST_LOAD = 1, 3, 2
_GOALS = {"error": ("error_percent", MOST_ERROR_PERCENT, "%"),
          "time": ("seconds", MOST_SECONDS, "s"), "traffic": ("load_seconds", MOST_LOAD, "x C"),
          "time of all": ("all_seconds", None, "s"),
          "traffic of all": ("all_load_seconds", None, "x C")}
_TITLES = {"error_percent": "%", "seconds": "s", "load_seconds": "xC"}
# A packet that is late by so little of its own time on the line changes no rate.
_LATE_SHARE = 0.1


def all_words(contest: Contest, name: str, keys: tuple[str, ...]) -> str:
    """Of all rounds, each once."""
    said = [word for run in contest.runs[name] if not run.invalid for key in keys
            for word in run.words[key].split(", ") if word != "-"]
    return ", ".join(dict.fromkeys(said)) or "-"


_COLUMNS = [*(Column(f"{key}_{way}", f"{title} {way}") for key, title in _TITLES.items()
              for way in WAYS),
            Column("verdict", "verdict",
                   tell=lambda *of: all_words(*of, ("verdict_down", "verdict_up"))),
            Column("missed", "missed", tell=lambda *of: all_words(*of, ("missed",)))]
_COUNTS = ("sent", "received", "lost", "repeated", "reordered")
_COUNT_COLUMNS = [*(Column(name, name) for name in _COUNTS), Column("off", "off by")]
_FIXED_SHARE = 0.5  # of the line
# So that there is something to count on every path.
_DISORDER = "duplicate = 0.005\nreordering = { every = 40, packets = 3, time = 20000 }"


def contests(seconds: float):
    path = Loopback()  # it is not used: each run has a path of its own
    yield path, Contest("search for the capacity, against the emulator's truth", _COLUMNS,
                        [_searching(link) for link in LINKS], notes=summary)
    yield path, Contest(f"{_FIXED_SHARE:.0%} of the rate, every datagram counted", _COUNT_COLUMNS,
                        [_counting(link, seconds) for link in LINKS], notes=differences)


def _searching(link: Link) -> Contestant:
    seeds = iter(range(1, 1_000_000))
    return Contestant(link.name, lambda _: searched(
        link, probe(link.scenario(), seed=next(seeds), most_late_ns=_most_late_ns(link))))


def _counting(link: Link, seconds: float) -> Contestant:
    seeds = iter(range(1, 1_000_000))
    rate = _FIXED_SHARE * min(link.capacity(way) for way in WAYS)
    options = ("-b", f"{rate:.0f}", "-t", f"{seconds:g}")

    def run(_: dict[str, Run]) -> Run:
        # However late a packet is, it counts.
        probed = probe(link.scenario(_DISORDER), *options, seed=next(seeds), most_late_ns=math.inf)
        probed.commands = [command.replace(f"-b {rate:.0f}", "-b RATE")
                           for command in probed.commands]
        return counted(probed)

    return Contestant(link.name, run)


def _most_late_ns(link: Link) -> float:
    return max(PUNCTUAL_NS, _LATE_SHARE * link.packet_ns)


def searched(link: Link, probed: Probed) -> Run:
    """One search each way as figures, each for "down" and "up"."""
    run = _run_of(probed)
    for way in WAYS:
        found = probed.report[way]["capacity"]
        capacity = link.capacity(way)
        run.figures |= {
            f"error_percent_{way}": 100 * (found["ip_bps"] / capacity - 1) if found else None,
            f"found_bps_{way}": found and found["ip_bps"],
            f"half_width_bps_{way}": found and found["half_width_bps"],
            f"skipped_{way}": probed.report[way]["packets"]["skipped"]}
        for all_of_it, rows in (("", probed.truth.first_test(way)),
                                ("all_", probed.truth.bulk(way))):
            times = [int(row["arrived_ns"]) for row in rows]
            sent_bits = 8 * sum(int(row["bytes"]) for row in rows if row["copy"] == "0")
            run.figures |= {f"{all_of_it}seconds_{way}": (max(times) - min(times)) / 1e9,
                            f"{all_of_it}load_seconds_{way}": sent_bits / capacity}
        run.words[f"verdict_{way}"] = found["verdict"] if found else "none"
    run.words["missed"] = ", ".join(_missed(run)) or "-"
    return run


def counted(probed: Probed) -> Run:
    """What a probe counted both ways, and by how much all of it together is off."""
    run = _run_of(probed)
    said = dict.fromkeys(_COUNTS, 0)
    true = dict.fromkeys(_COUNTS, 0)
    off = 0
    for way in WAYS:
        one, other = counts_said(probed.report[way]["packets"]), counts_true(probed, way)
        for name in _COUNTS:
            said[name] += one[name]
            true[name] += other[name]
            off += abs(one[name] - other[name])
            run.figures[f"{name}_{way}"] = one[name]
            run.figures[f"true_{name}_{way}"] = other[name]
    run.figures |= {**said, "off": off}
    return run


def counts_said(packets: dict) -> dict[str, int]:
    """Of datagrams that the path had to do with: what a host refused or dropped it did not lose."""
    lost = packets["lost"]
    return {"sent": packets["sent"] - lost["sender_host"],
            "received": packets["received"] + lost["receiver_socket"], "lost": lost["path"],
            "repeated": packets["duplicate"] + packets["late"], "reordered": packets["reordered"]}


def counts_true(probed: Probed, way: str) -> dict[str, int]:
    load = probed.truth.load(way)
    all_numbers = {int(row["number"]) for row in load}
    arrived = [row for row in load if row["fate"] == "delivered"]
    newest = reordered = 0
    seen: set[int] = set()
    for row in arrived:
        number = int(row["number"])
        if number not in seen:  # RFC 4737 is about first copies
            reordered += number < newest
            newest = max(newest, number)
            seen.add(number)
    return {"sent": len(all_numbers), "received": len(seen), "lost": len(all_numbers) - len(seen),
            "repeated": len(arrived) - len(seen), "reordered": reordered}


def summary(contest: Contest) -> list[str]:
    """Medians and worst over all runs, both ways, and how often the goals were missed."""
    lines = []
    for what, (key, most, unit) in _GOALS.items():
        values = {(name, way, number): abs(value) for name in contest.runs for way in WAYS
                  for number, value in enumerate(contest.values(name, f"{key}_{way}"))
                  if value is not None}
        if not values:
            continue
        worst = max(values, key=values.__getitem__)
        line = (f"{what.capitalize()}: median {digits(statistics.median(values.values()))} "
                f"{unit}, worst {digits(values[worst])} {unit} ({worst[0]}, {worst[1]})")
        if most is not None:
            over = sum(value > most for value in values.values())
            line += f"; {over} of {len(values)} beyond the goal of {most} {unit}"
        lines.append(line + ".")
    return [*lines, _repeats(contest)]


def differences(contest: Contest) -> list[str]:
    wrong = [name for name in contest.runs if any(contest.values(name, "off"))]
    return [f"Off in some round: {'; '.join(wrong)}." if wrong else
            "Every count of every run, both ways, is the emulator's."]


def _repeats(contest: Contest) -> str:
    repeats = sum(int(run.figures.get("attempts", 1)) - 1 for runs in contest.runs.values()
                  for run in runs)
    return f"Repeated because this machine carried packets late: {repeats} runs."


def _run_of(probed: Probed) -> Run:
    return Run({"attempts": probed.attempts, "late_us": probed.truth.lateness_ns() / 1e3},
               probed.commands, invalid=probed.late)


def _missed(run: Run) -> list[str]:
    return [_TITLES[key] for key, most, _ in _GOALS.values() if most is not None and any(
        (value := run.figures[f"{key}_{way}"]) is None or abs(value) > most for way in WAYS)]
