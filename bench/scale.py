"""Many clients of one daemon, whose connections and ports all run in its one loop."""

import json
import resource
import statistics
import time
from collections.abc import Callable

from contest import Column, Comparison, Contest, Contestant, Run
from paths import Loopback, Path
from programs import BUILD, Program, Stage, typed
from tools import YARDSTICK, is_installed, ports, read_report, start_daemon

DEFAULT_SECONDS = 5.0
SWARM = str(BUILD / "tests/swarm/swarm")
PROBING, IDLE = 200, 1000  # clients
_UNTIL_REST = 3.0  # seconds; a port that has had nothing to do for 2 s rests
_INTERVAL_MS = 10
_PATIENCE = 30
# A session takes three ports of each side.
_LIMITS = ('port_ranges=["31000-35999", "36000-38999"]', "max_sessions=2048",
           "max_sessions_per_address=2048", "half_open_time=30")


def contests(seconds: float, with_peers: bool = False):
    _allow_many_descriptors()
    path = Loopback()
    yield path, many_probe(path, seconds, with_peers)
    for idle_timeout in (5, 60):  # the default, and the most
        yield path, many_idle(path, idle_timeout, 2 * seconds)


def _allow_many_descriptors() -> None:
    """For the programs that we start: a session has about ten on each side."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def many_probe(path: Path, seconds: float, with_peers: bool) -> Contest:
    contestants = [Contestant("wyndrvr", lambda _: _swarm(
        path, PROBING, f"{_INTERVAL_MS}ms", seconds, _probing_figures)),
                   Contestant("yardstick", lambda _: yardstick(path, seconds))]
    comparisons = [Comparison("wyndrvr", "yardstick", ("server_cores",))]
    if with_peers and is_installed("irtt"):
        contestants.append(Contestant("irtt", lambda _: irtt(path, seconds)))
        comparisons.append(Comparison("wyndrvr", "irtt", ("rtt_us_p50", "server_cores")))
    columns = [Column("lost_percent", "lost %"), Column("sent_percent", "sent %"),
               Column("rtt_us_p50", "p50 us", has_spread=True), Column("rtt_us_p99", "p99 us"),
               Column("server_cores", "cores")]
    return Contest(f"{PROBING} clients, a probe each {_INTERVAL_MS} ms", columns, contestants,
                   comparisons)


def many_idle(path: Path, idle_timeout: int, seconds: float) -> Contest:
    """A client at rest beats twice in the idle_timeout."""
    columns = [Column("server_cores", "cores", has_spread=True),
               Column("rss_kb_per_session", "RSS kB"), Column("anon_kb_per_session", "anon kB"),
               Column("sessions", "sessions")]
    return Contest(f"{IDLE} sessions at rest, idle_timeout = {idle_timeout}", columns,
                   [Contestant("wyndrvr", lambda _: _swarm(
                       path, IDLE, "1h", seconds, _idle_figures, _UNTIL_REST,
                       f"idle_timeout={idle_timeout}"))])


# What the crowd says, and the daemon's memory before it and in its midst, as figures.
Figures = Callable[[dict, dict, dict], dict]


def _swarm(path: Path, clients: int, interval: str, seconds: float, figures: Figures,
           wait: float = 0, *settings: str) -> Run:
    """Measures for so many seconds, after a wait once all sessions are open."""
    command = [SWARM, path.server, "-p", str(ports()), "--clients", str(clients), "--interval",
               interval, "--seconds", f"{wait + seconds:g}"]
    with Stage() as stage:
        daemon, serving = start_daemon(stage, path, *_LIMITS, *settings)
        before = daemon.memory()
        swarm = stage.start(path.command("client", *command))
        swarm.await_words("all are open", _PATIENCE)
        time.sleep(wait)
        cores = _cores_over(daemon, seconds)
        among = daemon.memory()
        crowd = read_report(swarm.wait(wait + seconds + _PATIENCE).stdout)
        daemon.stop()
    run = Run(commands=[typed(serving), typed(command)])
    if crowd["failures"]:
        run.invalid = "; ".join(f"{count} sessions: {what}"
                                for what, count in crowd["failures"].items())
    run.figures = {"sessions": clients - sum(crowd["failures"].values()), "server_cores": cores,
                   **figures(crowd, before, among)}
    return run


def _cores_over(daemon: Program, seconds: float) -> float:
    """How many processors it kept busy, on average."""
    began, used = time.monotonic(), daemon.cpu_seconds()
    time.sleep(seconds)
    return (daemon.cpu_seconds() - used) / (time.monotonic() - began)


def _probing_figures(crowd: dict, *_) -> dict:
    sent, due = crowd["probes_sent"], crowd["probes_due"]
    lost = crowd["lost_there"] + crowd["lost_back"]
    return {"probes_sent": sent, "lost": lost, "lost_percent": 100 * lost / sent if sent else None,
            "sent_percent": 100 * sent / due,
            **{f"rtt_us_{name}": value for name, value in crowd["rtt_us"].items()}}


def _idle_figures(crowd: dict, before: dict, among: dict) -> dict:
    def each(kind: str) -> float:
        return (among[kind] - before[kind]) / crowd["clients"] / 1e3

    return {"rss_kb_per_session": each("Rss"), "anon_kb_per_session": each("Pss_Anon")}


def yardstick(path: Path, seconds: float) -> Run:
    """A plain echo server with as many sockets, and a plain client."""
    sockets = ("--sockets", str(PROBING))
    endpoint = f"{path.server}:31000"
    serving = [YARDSTICK, "echo", endpoint, *sockets, "-t", str(_PATIENCE)]
    asking = [YARDSTICK, "ask", endpoint, *sockets, "-i", str(_INTERVAL_MS), "-t",
              f"{seconds + 1:g}"]
    with Stage() as stage:
        server = stage.start(path.command("server", *serving))
        server.await_words("listening", _PATIENCE)
        client = stage.start(path.command("client", *asking))
        time.sleep(0.5)
        cores = _cores_over(server, seconds)
        said = read_report(client.wait(seconds + _PATIENCE).stdout)
        server.destroy()
    lost = said["asked"] - said["answered"]
    due = PROBING * (seconds + 1) * 1000 / _INTERVAL_MS
    return Run({"probes_sent": said["asked"], "lost": lost,
                "lost_percent": 100 * lost / said["asked"],
                "sent_percent": 100 * said["asked"] / due, "server_cores": cores},
               [typed(serving), typed(asking)])


def irtt(path: Path, seconds: float) -> Run:
    """A server, and as many client processes: it has no way to put them into one."""
    serving = ["irtt", "server", "-b", f"{path.server}:{ports()}", "-i", f"{_INTERVAL_MS}ms"]
    asking = ["irtt", "client", "-i", f"{_INTERVAL_MS}ms", "-d", f"{seconds:g}s", "-l", "64", "-Q",
              f"{path.server}:{ports()}", "-o"]
    with Stage() as stage:
        server = stage.start(path.command("server", *serving))
        time.sleep(0.5)  # it says nothing when it is ready
        files = [stage.file(f"irtt-{number}.json") for number in range(PROBING)]
        clients = [stage.start(path.command("client", *asking, str(file))) for file in files]
        cores = _cores_over(server, seconds)
        for client in clients:
            client.wait(seconds + _PATIENCE)
        said = [json.loads(file.read_text("utf-8"))["stats"] for file in files]
        server.destroy()
    sent = sum(one["packets_sent"] for one in said)
    lost = sent - sum(one["packets_received"] for one in said)
    due = PROBING * seconds * 1000 / _INTERVAL_MS
    return Run({"probes_sent": sent, "lost": lost, "lost_percent": 100 * lost / sent,
                "sent_percent": 100 * sent / due, "server_cores": cores,
                "rtt_us_p50": statistics.median(one["rtt"]["median"] / 1e3 for one in said)},
               [typed(serving), f"{PROBING} times: {typed(asking)} FILE"])
