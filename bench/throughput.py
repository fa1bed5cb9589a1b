"""How much one flow delivers: as fast as each contestant can, at half of that, and through a router
that is slower than either end.
"""

from functools import partial

from contest import Column, Comparison, Contest, Contestant, Run
from figures import digits
from paths import Loopback, Path, Routed, Veth
from programs import Failed
from tools import Flow, ctl_knows, iperf3, is_installed, nuttcp, wyndrvr, yardstick

DEFAULT_SECONDS = 2.0
SHAPED_MBIT = (10, 100, 1000)
_COLUMNS = [Column("gbit_per_s", "Gbit/s", has_spread=True), Column("mpacket_per_s", "Mpkt/s"),
            Column("loss_percent", "loss %"), Column("cpu_s_per_gb", "CPU s/GB")]
_KEYS = ("gbit_per_s", "cpu_s_per_gb")
_HALF, _PLAIN = "wyndrvr at half", "wyndrvr --no-gso"


def contests(seconds: float):
    """Each with the path that it is held on, one after the other."""
    for path in (Loopback(), Veth()):
        for direction in ("up", "down"):
            yield path, as_fast_as_they_can(path, Flow(seconds, direction))
        yield path, short_datagrams(path, Flow(seconds, length=64))
    for mbit in SHAPED_MBIT:
        routed = Routed(mbit * 1_000_000)
        yield routed, through_a_router(routed, seconds)


def as_fast_as_they_can(path: Path, flow: Flow) -> Contest:
    def half(earlier: dict[str, Run]) -> Run:
        reached = earlier["wyndrvr"].figures.get("gbit_per_s")
        if reached is None:
            raise Failed("there is no highest rate to take half of")
        rate = int(reached * 1e9 / 2)
        return wyndrvr(path, Flow(flow.seconds, flow.direction, flow.length, rate))

    contestants = [Contestant("wyndrvr", lambda _: wyndrvr(path, flow)),
                   Contestant(_HALF, half, follows="wyndrvr"),
                   Contestant("yardstick", lambda _: yardstick(path, flow))]
    comparisons = [Comparison("wyndrvr", "yardstick", _KEYS)]
    if ctl_knows("--no-gso"):
        contestants += [Contestant(_PLAIN, lambda _: wyndrvr(path, flow, "--no-gso")),
                        Contestant("yardstick, plain",
                                   lambda _: yardstick(path, flow, "--no-offload"))]
        comparisons.append(Comparison(_PLAIN, "yardstick, plain", _KEYS))
    for name, peer in _peers(path, flow).items():
        contestants.append(Contestant(name, peer))
        comparisons.append(Comparison("wyndrvr", name, _KEYS))
        if ctl_knows("--no-gso"):
            comparisons.append(Comparison(_PLAIN, name, _KEYS))
    return Contest(_title(path, flow), _COLUMNS, contestants, comparisons, _where_lost)


def short_datagrams(path: Path, flow: Flow) -> Contest:
    contestants = [Contestant("wyndrvr", lambda _: wyndrvr(path, flow)),
                   Contestant("yardstick", lambda _: yardstick(path, flow))]
    comparisons = [Comparison("wyndrvr", "yardstick", _KEYS)]
    for name, peer in _peers(path, flow).items():
        contestants.append(Contestant(name, peer))
        comparisons.append(Comparison("wyndrvr", name, _KEYS))
    return Contest(_title(path, flow), _COLUMNS, contestants, comparisons, _where_lost)


def through_a_router(path: Routed, seconds: float) -> Contest:
    """At nine tenths of what the router lets through nothing may be lost."""
    rate = int(0.9 * path.payload_rate(1472))
    contestants = []
    for direction in ("up", "down"):
        flow = Flow(seconds, direction, rate=rate)
        for name, tool in (("wyndrvr", wyndrvr), ("iperf3", iperf3)):
            if name == "wyndrvr" or is_installed(name):
                contestants.append(Contestant(f"{name} {direction}",
                                              partial(_shaped, tool, path, flow)))
    columns = [Column("mbit_per_s", "Mbit/s", has_spread=True),
               Column("rate_error_percent", "rate %", has_spread=True), Column("lost", "lost"),
               Column("lost_at_ends", "at ends")]
    return Contest(f"{path.name}, 1472 B at 0.9 of it", columns, contestants)


def _shaped(tool, path: Path, flow: Flow, _: dict[str, Run]) -> Run:
    run = tool(path, flow)
    figures = run.figures
    figures["mbit_per_s"] = figures["gbit_per_s"] * 1e3
    figures["rate_error_percent"] = 100 * (figures["gbit_per_s"] * 1e9 / flow.rate - 1)
    if "lost_path" in figures:
        figures["lost_at_ends"] = figures["lost_sender_host"] + figures["lost_receiver_socket"]
    return run


def _peers(path: Path, flow: Flow) -> dict:
    tools = {"iperf3": iperf3, "nuttcp": nuttcp}
    return {name: lambda _, tool=tool: tool(path, flow) for name, tool in tools.items()
            if is_installed(name)}


def _title(path: Path, flow: Flow) -> str:
    return f"{path.name}, {flow.direction}, {flow.length} B"


def _where_lost(contest: Contest) -> list[str]:
    """Of what wyndrvr lost, where; it is the only one that can tell."""
    notes = []
    for name in contest.runs:
        places = {place: contest.spread(name, f"lost_{place}")
                  for place in ("path", "sender_host", "receiver_socket")}
        if name.startswith("wyndrvr") and all(places.values()):
            told = [f"{digits(spread.median)} ({digits(spread.low)}-{digits(spread.high)}) "
                    f"{place.replace('_', ' ')}" for place, spread in places.items() if spread.high]
            notes.append(f"Lost by {name}: {', '.join(told) or 'nothing'}.")
    return notes
