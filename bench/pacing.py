"""How evenly each contestant sends: watched on the interface by a program that is neither its
sender nor its receiver.
"""

import signal
import time

from contest import Column, Comparison, Contest, Contestant, Run
from figures import busiest
from paths import Loopback, Path
from programs import BUILD, Program, Stage, typed
from tools import Flow, iperf3, is_installed, nuttcp, ports, read_report, wyndrvr, yardstick

DEFAULT_SECONDS = 2.0
RATES_MBIT = (1, 10, 100, 1000)
LENGTH = 1200
GAP_METER = str(BUILD / "bench/gap_meter")
# "gap": how far a gap is off, us; "train": datagrams that left as one; "run": the most that left
# back to back.
_COLUMNS = [Column("rate_error_percent", "rate %"),
            Column("gap_error_us_p50", "gap p50", has_spread=True),
            Column("gap_error_us_p99", "p99"), Column("gap_error_us_max", "max"),
            Column("datagrams_per_departure", "train"), Column("longest_run", "run"),
            Column("sender_cpu_percent", "CPU %")]
_KEYS = ("gap_error_us_p50", "gap_error_us_p99")


def contests(seconds: float):
    path = Loopback()
    for mbit in RATES_MBIT:
        yield path, even_flow(path, Flow(seconds, length=LENGTH, rate=mbit * 1_000_000))


def even_flow(path: Path, flow: Flow) -> Contest:
    """The same rate by each contestant, and by each of the two ways to wait for a datagram's time.
    """
    contestants, comparisons = [], []
    for mode in ("sleep", "precise"):
        contestants += [_watched(f"{name} {mode}", tool, path, flow, "--pacing", mode)
                        for name, tool in (("wyndrvr", wyndrvr), ("yardstick", yardstick))]
        comparisons.append(Comparison(f"wyndrvr {mode}", f"yardstick {mode}", _KEYS))
    for name, tool in (("nuttcp", nuttcp), ("iperf3", iperf3)):
        if is_installed(name):
            contestants.append(_watched(name, tool, path, flow))
            comparisons.append(Comparison("wyndrvr sleep", name, _KEYS))
    return Contest(f"{path.name}, up, {LENGTH} B at {flow.rate // 1_000_000} Mbit/s", _COLUMNS,
                   contestants, comparisons)


def _watched(name: str, tool, path: Path, flow: Flow, *options: str) -> Contestant:
    def run(_: dict[str, Run]) -> Run:
        samples: list[tuple[float, float]] = []

        def watch(sender: Program):
            return lambda: samples.append((time.monotonic(), sender.cpu_seconds()))

        with Stage() as stage:
            command = [GAP_METER, "-i", "lo", "--first-port", str(ports()), "--last-port",
                       str(ports() + 60), "-l", str(flow.length), "-b", str(flow.rate)]
            meter = stage.start(command)
            meter.await_words("listening on ")
            made = tool(path, flow, *options, watch=watch)
            seen = read_report(meter.stop(signal.SIGINT).stdout)
        made.commands.insert(0, typed(command))
        _add_what_was_seen(made, seen)
        share = busiest(samples, flow.seconds / 2)
        made.figures["sender_cpu_percent"] = None if share is None else 100 * share
        return made

    return Contestant(name, run)


def _add_what_was_seen(run: Run, seen: dict) -> None:
    if seen["unseen"] or seen["unstamped"]:
        run.invalid = run.invalid or (f"the observer missed {seen['unseen']} datagrams and had no "
                                      f"stamp for {seen['unstamped']}")
    run.figures |= {f"gap_error_us_{name}": value for name, value in seen["gap_error_us"].items()}
    run.figures |= {"datagrams_per_departure": seen["datagrams"] / seen["departures"]}
    run.figures |= {key: seen[key] for key in ("rate_error_percent", "longest_run")}
