"""What it costs and brings to run a daemon's connections and ports elsewhere, and to tune the turns
of its ports.
"""

from contest import Column, Comparison, Contest, Contestant, Run
from paths import Loopback, Path
from programs import Stage, typed
from tools import CTL, contradiction, counts_of, ctl_knows, ports, read_report, start_daemon

DEFAULT_SECONDS = 2.0
LENGTH = 1472
_PLACEMENTS = ("single", "thread", "process")
_DEFAULTS = "defaults"
_TUNING = {
    _DEFAULTS: (),
    "blocking_level 0": ("incoming_blocking_level=0",),
    "incoming_sleep 50us": ("incoming_sleep=50",),
    "send_sleep 50us": ("send_sleep=50",),
    "max_send_time 50us": ("max_send_time=50",),
    "max_send_time 5ms": ("max_send_time=5000",),
}
_PATIENCE = 30
_COLUMNS = [Column("down_gbit_per_s", "down Gb/s", has_spread=True),
            Column("up_gbit_per_s", "up Gb/s"), Column("loss_percent", "loss %"),
            Column("cpu_s_per_gb", "CPU s/GB"), Column("idle_rtt_us_p50", "idle us")]
_KEYS = ("down_gbit_per_s", "up_gbit_per_s", "cpu_s_per_gb")


def contests(seconds: float):
    path = Loopback()
    yield path, _contest("where the daemon's workers run: connection, port", path, seconds, {
        f"{connection}, {port}": (f'connection_parallelism="{connection}"',
                                  f'port_parallelism="{port}"')
        for connection in _PLACEMENTS for port in _PLACEMENTS})
    yield path, _contest("the turns of the daemon's ports", path, seconds, _TUNING)
    if ctl_knows("-P"):
        contestants = [Contestant(f"-P {count}", lambda _, count=count: both_ways(
            path, seconds, (), "-P", str(count))) for count in (1, 2)]
        yield path, Contest("flows of one client", _COLUMNS, contestants,
                            [Comparison("-P 2", "-P 1", _KEYS)])


def _contest(title: str, path: Path, seconds: float,
             variants: dict[str, tuple[str, ...]]) -> Contest:
    """Each variant against the first."""
    contestants = [Contestant(name, lambda _, settings=settings: both_ways(path, seconds, settings))
                   for name, settings in variants.items()]
    first, *others = variants
    return Contest(title, _COLUMNS, contestants,
                   [Comparison(name, first, _KEYS) for name in others])


def both_ways(path: Path, seconds: float, settings: tuple[str, ...], *options: str) -> Run:
    """Idle latency, then as fast as it can down and up."""
    probing = [CTL, "probe", f"{path.server}:{ports()}", "-t", f"{seconds:g}", "-l", str(LENGTH),
               "-b", "0", *options, "--json", "--quiet"]
    with Stage() as stage:
        daemon, serving = start_daemon(stage, path, *settings)
        ended = stage.start(path.command("client", *probing)).wait(2 * seconds + _PATIENCE)
        cpu = ended.cpu_seconds + daemon.stop().cpu_seconds
    report = read_report(ended.stdout)
    counts = {direction: counts_of(report[direction]) for direction in ("down", "up")}
    idle = report["idle"]["rtt_ns"]["p50"]
    run = Run({"idle_rtt_us_p50": None if idle is None else idle / 1e3},
              [typed(serving), typed(probing)])
    for direction, count in counts.items():
        run.figures[f"{direction}_gbit_per_s"] = count["goodput"] / 1e9
        run.invalid = run.invalid or contradiction(count["goodput"], count["sent"], count["lost"],
                                                   LENGTH, count["seconds"])
    sent, lost, delivered = (sum(count[key] for count in counts.values())
                             for key in ("sent", "lost", "payload_bytes"))
    run.figures |= {"loss_percent": 100 * lost / sent, "cpu_s_per_gb": cpu / (delivered / 1e9)}
    return run
