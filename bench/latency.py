"""How far round trips are off, probe by probe: what a tool says, against what an observer on the
interface saw of the same datagrams, on idle processors and on busy ones.
"""

import json
import signal

from contest import Column, Comparison, Contest, Contestant, Run
from figures import quantile
from paths import Loopback, Path, Veth
from programs import BUILD, Failed, Program, Stage, typed
from tools import is_installed, ports, read_report, start_daemon

DEFAULT_SECONDS = 3.0
PROBER, METER = str(BUILD / "bench/prober"), str(BUILD / "bench/exchange_meter")
_INTERVAL_MS = 1
_PROBE_BYTES = 160
_IRTT_BYTES = 64
_PATIENCE = 20
_BUSY = ["sh", "-c", "while :; do :; done"]
_COLUMNS = [Column("error_us_p50", "p50 us", has_spread=True), Column("error_us_p99", "p99"),
            Column("error_us_p999", "p99.9"), Column("rtt_us_p50", "says, p50"),
            Column("seen_us_p50", "seen, p50"), Column("unstamped", "unstamped"),
            Column("client_cpu_percent", "CPU %")]


def contests(seconds: float):
    for path in (Loopback(), Veth()):
        for busy in (False, True):
            yield path, exact(path, seconds, busy)


def exact(path: Path, seconds: float, busy: bool) -> Contest:
    """wyndrvr with all stamps, the same probes with those of arrival alone, again against the four
    stamps when nobody else watches, and irtt."""
    count = int(seconds * 1000 / _INTERVAL_MS)
    contestants = [
        Contestant("all stamps", lambda _: wyndrvr(path, count, busy)),
        Contestant("of arrival alone", _of_arrivals, follows="all stamps"),
        Contestant("same, unobserved", lambda _: unobserved(path, count, busy))]
    comparisons = []
    if is_installed("irtt"):
        contestants.append(Contestant("irtt", lambda _: irtt(path, count, busy)))
        comparisons = [Comparison(name, "irtt", ("error_us_p50", "error_us_p99"))
                       for name in ("all stamps", "of arrival alone")]
    load = "two busy processes" if busy else "idle"
    return Contest(f"{path.name}, a probe each {_INTERVAL_MS} ms, {load}", _COLUMNS, contestants,
                   comparisons)


class Observed:
    """A stage with its observers, and its load when it is to be busy."""

    def __init__(self, path: Path, length: int, busy: bool):
        self.stage = Stage()
        self._path, self._length, self._busy = path, length, busy
        self._meters: dict[str, Program] = {}
        self.commands: list[str] = []

    def __enter__(self) -> "Observed":
        self.stage.__enter__()
        try:
            for role in (("client",) if self._path.name == "loopback" else ("client", "server")):
                command = [METER, "-i", self._path.device(role), "--first-port", str(ports()),
                           "--last-port", str(ports() + 60), "-l", str(self._length)]
                self._meters[role] = self.stage.start(self._path.command(role, *command))
                self._meters[role].await_words("listening on ")
                self.commands.append(typed(command))
            for _ in range(2 if self._busy else 0):
                self.stage.start(_BUSY)
        except BaseException:
            self.stage.__exit__()
            raise
        return self

    def __exit__(self, *exception) -> None:
        self.stage.__exit__(*exception)

    def round_trips(self, count: int) -> list[int]:
        """What the observers saw of the first `count` exchanges, in nanoseconds, without the time
        that the server took."""
        seen = {role: read_report(meter.stop(signal.SIGINT).stdout)
                for role, meter in self._meters.items()}
        for report in seen.values():
            if report["unseen"] or report["unstamped"]:
                raise Failed(f"the observer missed {report['unseen']} datagrams and had no stamp "
                             f"for {report['unstamped']}")
        near, far = seen["client"], seen.get("server", seen["client"])
        times = [near["to_server"]["left"], far["to_server"]["arrived"],
                 far["from_server"]["left"], near["from_server"]["arrived"]]
        if min(map(len, times)) < count:
            raise Failed(f"of {count} exchanges the observers saw {min(map(len, times))}")
        return [(back - out) - (left - came) for out, came, left, back in
                zip(*(one[:count] for one in times))]


def wyndrvr(path: Path, count: int, busy: bool) -> Run:
    with Observed(path, _PROBE_BYTES, busy) as observed:
        said, run = _probe(observed.stage, path, count)
        seen = observed.round_trips(count)
    run.commands = [*observed.commands, *run.commands]
    if run.invalid:
        return run
    run.figures |= {
        **_errors(said["rtt_ns"], seen), "unstamped": said["unstamped"],
        **{f"arrivals_{name}": value
           for name, value in _errors(said["rtt_of_arrivals_ns"], seen).items()}}
    return run


def unobserved(path: Path, count: int, busy: bool) -> Run:
    """With the stamps of arrival alone, against all four of the same probes: an observer's copies
    are made within the calls of which the times of departure are estimated."""
    with Stage() as stage:
        for _ in range(2 if busy else 0):
            stage.start(_BUSY)
        said, run = _probe(stage, path, count)
    if not run.invalid:
        run.figures |= _errors(said["rtt_of_arrivals_ns"], said["rtt_ns"])
    return run


def _probe(stage: Stage, path: Path, count: int) -> tuple[dict, Run]:
    _, serving = start_daemon(stage, path)
    probing = [PROBER, path.server, "-p", str(ports()), "--interval-ms", str(_INTERVAL_MS),
               "--count", str(count)]
    seconds = count * _INTERVAL_MS / 1000
    ended = stage.start(path.command("client", *probing)).wait(seconds + _PATIENCE)
    said = read_report(ended.stdout)
    run = Run(commands=[typed(serving), typed(probing)])
    if said["returned"] != count:
        run.invalid = f"{said['returned']} of {count} probes returned"
    run.figures = {"skipped": said["skipped"],
                   "client_cpu_percent": 100 * ended.cpu_seconds / seconds,
                   **{f"{what}_us_{name}": value for what, values in said["noise_us"].items()
                      for name, value in values.items()}}
    return said, run


def _of_arrivals(earlier: dict[str, Run]) -> Run:
    """The same probes, as if nobody had stamped their departures."""
    of_all = earlier["all stamps"]
    return Run({name.removeprefix("arrivals_"): value for name, value in of_all.figures.items()
                if name.startswith("arrivals_")}, of_all.commands, of_all.invalid)


def irtt(path: Path, count: int, busy: bool) -> Run:
    seconds = count * _INTERVAL_MS / 1000
    serving = ["irtt", "server", "-b", f"{path.server}:{ports()}", "-i", f"{_INTERVAL_MS}ms"]
    with Observed(path, _IRTT_BYTES, busy) as observed:
        server = observed.stage.start(path.command("server", *serving))
        file = observed.stage.file("irtt.json")
        asking = ["irtt", "client", "-i", f"{_INTERVAL_MS}ms", "-d", f"{seconds:g}s", "-l",
                  str(_IRTT_BYTES), "-Q", f"{path.server}:{ports()}", "-o", str(file)]
        observed.stage.start(["sleep", "0.5"]).wait(_PATIENCE)  # it does not say when it is ready
        ended = observed.stage.start(path.command("client", *asking)).wait(seconds + _PATIENCE)
        trips = json.loads(file.read_text("utf-8"))["round_trips"]
        server.destroy()
        said = [trip["delay"].get("rtt") for trip in trips]
        run = Run(commands=[*observed.commands, typed(serving), typed(asking)])
        if any(value is None for value in said):
            run.invalid = f"{said.count(None)} of {len(said)} probes did not return"
            return run
        run.figures = {**_errors(said, observed.round_trips(len(said))),
                       "client_cpu_percent": 100 * ended.cpu_seconds / seconds}
    return run


def _errors(said: list[int], seen: list[int]) -> dict[str, float]:
    """How far each is off, whatever its sign, in microseconds."""
    off = [abs(one - other) / 1e3 for one, other in zip(said, seen, strict=True)]
    return {"error_us_p50": quantile(off, 0.5), "error_us_p99": quantile(off, 0.99),
            "error_us_p999": quantile(off, 0.999),
            "rtt_us_p50": quantile([value / 1e3 for value in said], 0.5),
            "seen_us_p50": quantile([value / 1e3 for value in seen], 0.5)}
