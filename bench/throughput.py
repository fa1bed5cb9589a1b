"""How much one flow delivers: as fast as each contestant can, at half of that, and through a router
that is slower than either end.
"""

from dataclasses import replace
from functools import partial

from contest import Column, Comparison, Contest, Contestant, Run
from figures import digits
from paths import Loopback, Path, Routed, Veth
from programs import Failed
from tools import Flow, iperf3, is_installed, nuttcp, wyndrvr, yardstick

DEFAULT_SECONDS = 2.0
SHAPED_MBIT = (10, 100, 1000)
_COLUMNS = [Column("gbit_per_s", "Gbit/s", has_spread=True), Column("mpacket_per_s", "Mpkt/s"),
            Column("loss_percent", "loss %"), Column("cpu_s_per_gb", "CPU s/GB")]
_KEYS = ("gbit_per_s", "cpu_s_per_gb")
_HALF, _PLAIN, _PLAIN_YARDSTICK = "wyndrvr at half", "wyndrvr --no-gso", "yardstick, plain"


def contests(seconds: float):
    """Each with the path that it is held on, one after the other."""
    for path in (Loopback(), Veth()):
        for direction in ("up", "down"):
            yield path, one_flow_in_depth(path, Flow(seconds, direction))
        yield path, one_flow(path, Flow(seconds, length=64))
    for mbit in SHAPED_MBIT:
        routed = Routed(mbit * 1_000_000)
        yield routed, through_a_router(routed, seconds)


def one_flow(path: Path, flow: Flow) -> Contest:
    """wyndrvr, the yardstick and the peers, each as it is."""
    contestants = [Contestant(name, lambda _, tool=tool: tool(path, flow))
                   for name, tool in (("wyndrvr", wyndrvr), ("yardstick", yardstick),
                                      *_installed_peers())]
    comparisons = [Comparison("wyndrvr", other.name, _KEYS) for other in contestants[1:]]
    return Contest(f"{path.name}, {flow.direction}, {flow.length} B", _COLUMNS, contestants,
                   comparisons, _where_lost)


def one_flow_in_depth(path: Path, flow: Flow) -> Contest:
    """The same, with wyndrvr at half of the rate that it has just reached, and without offload."""
    def half(earlier: dict[str, Run]) -> Run:
        reached = earlier["wyndrvr"].figures.get("gbit_per_s")
        if reached is None:
            raise Failed("there is no highest rate to take half of")
        return wyndrvr(path, replace(flow, rate=int(reached * 1e9 / 2)))

    contest = one_flow(path, flow)
    ours, yards, *peers = contest.contestants
    plain = Contestant(_PLAIN, lambda _: wyndrvr(path, flow, "--no-gso"))
    plain_yards = Contestant(_PLAIN_YARDSTICK, lambda _: yardstick(path, flow, "--no-offload"))
    contest.contestants = [ours, Contestant(_HALF, half, follows=ours.name), plain, yards,
                           plain_yards, *peers]
    contest.comparisons += [Comparison(plain.name, other.name, _KEYS)
                            for other in (plain_yards, *peers)]
    return contest


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


def _installed_peers() -> list[tuple]:
    return [(name, tool) for name, tool in (("iperf3", iperf3), ("nuttcp", nuttcp))
            if is_installed(name)]


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
