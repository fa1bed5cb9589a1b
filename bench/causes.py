"""What can be the matter with a measurement, brought about one at a time, and what a probe should
say of it first.

Causes of the path come from the link emulator; those of a host from what is done to that host, with
a cable between the two. A step of the clock is one that only the daemon sees.
"""

import contextlib
import ctypes
import fcntl
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from emulation import Probed, Scene, Staging, in_peace, probe, probe_over
from paths import Veth
from programs import BUILD
from tools import CTL, ports

# A third of what any rule takes for a queue.
_MOST_LATE_NS = 1_000_000
_SIOCETHTOOL, _ETHTOOL_GSET, _ETHTOOL_SSET = 0x8946, 1, 2  # linux/sockios.h, linux/ethtool.h


@dataclass(frozen=True)
class Cause:
    name: str
    verdict: str  # the code that should come first; empty: none at all
    scenario: str = ""  # empty: a cable
    options: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()  # of the daemon
    staging: Staging = in_peace
    # Commands that become the daemon and the client; over a cable only.
    wrap_daemon: tuple[str, ...] = ()
    wrap_client: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # codes that are true of it as well

    def probe(self, seed: int) -> Probed:
        if self.scenario:
            return probe(self.scenario, *self.options, seed=seed, settings=self.settings,
                         staging=self.staging, most_late_ns=_MOST_LATE_NS)
        with Veth() as path:
            return probe_over(path, *self.options, settings=self.settings, staging=self.staging,
                              wrap_daemon=self.wrap_daemon, wrap_client=self.wrap_client)


def line(mbit: float, buffer_ms: float = 50, *more: str, rtt_ms: float = 20) -> str:
    """A description of both directions; `more` are further lines of it."""
    return "\n".join([
        'about = "a cause"', "[both]", f"capacity = {1e6 * mbit:.0f}", f"rate = {1e6 * mbit:.0f}",
        f"delay = {500 * rtt_ms:.0f}",
        *(more if any(one.startswith("queue") for one in more) else
          [f"queue = {{ bytes = {max(3000, 125 * mbit * buffer_ms):.0f} }}", *more])]) + "\n"


def open_road(*more: str) -> str:
    """A distance that nothing limits."""
    return "\n".join(['about = "a cause"', "[both]", 'capacity = "1T"', "delay = 10000", *more])


@contextlib.contextmanager
def other_client(scene: Scene) -> Iterator[None]:
    """Loads the server too."""
    scene.start("client", CTL, "probe", f"{scene.path.server}:{ports()}", "-b", "10M", "-t", "20",
                "--json", "--quiet")
    scene.do("client", "sleep", "1.5")  # its idle round trips come first
    yield


def daemon_stands_still(seconds: float, every: float) -> Staging:
    """What comes meanwhile must fit into its socket."""
    @contextlib.contextmanager
    def staging(scene: Scene) -> Iterator[None]:
        over = threading.Event()

        def stop_and_go() -> None:
            while not over.wait(every - seconds):
                for number, pause in ((signal.SIGSTOP, seconds), (signal.SIGCONT, 0)):
                    scene.daemon.send(number)
                    over.wait(pause)

        thread = threading.Thread(target=stop_and_go)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            scene.daemon.send(signal.SIGCONT)

    return staging


_CROWDED_CPU = "1"


@contextlib.contextmanager
def crowded_cpu(scene: Scene) -> Iterator[None]:
    """Something else wants all of that processor."""
    scene.start("server", "taskset", "-c", _CROWDED_CPU, "sh", "-c", "while :; do :; done")
    yield


@contextlib.contextmanager
def shaped_sender(scene: Scene) -> Iterator[None]:
    """The client's own queueing discipline is slower than the path, and short."""
    scene.do("client", "tc", "qdisc", "add", "dev", scene.path.device("client"), "root", "tbf",
             "rate", "20mbit", "burst", "10kb", "limit", "60kb")
    yield


def link_speed(mbit: int) -> Staging:
    """Both hosts' devices say that they are of that speed."""
    @contextlib.contextmanager
    def staging(scene: Scene) -> Iterator[None]:
        for role in ("client", "server"):
            with scene.path.network.inside(role):
                asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with asker:
                _set_speed(asker, scene.path.device(role), mbit)
        yield

    return staging


def _set_speed(asker: socket.socket, device: str, mbit: int) -> None:
    """struct ethtool_cmd: the speed is its 16 bits behind three words, and 16 more of it later."""
    command = bytearray(struct.pack("=I40x", _ETHTOOL_GSET))
    for step in (_ETHTOOL_GSET, _ETHTOOL_SSET):
        struct.pack_into("=I", command, 0, step)
        if step == _ETHTOOL_SSET:
            struct.pack_into("=H", command, 12, mbit & 0xffff)
            struct.pack_into("=H", command, 28, mbit >> 16)
        address = ctypes.addressof(ctypes.c_char.from_buffer(command))
        fcntl.ioctl(asker, _SIOCETHTOOL, struct.pack("16sP16x", device.encode(), address))


# Nothing is the matter with these.
CLEAN = [
    Cause("nothing, searched", "", line(50, 20), also=("AQM",)),
    Cause("nothing, fixed rate", "", line(50), options=("-b", "10M", "-t", "1.5")),
    Cause("jitter, fixed rate", "", options=("-b", "10M", "-t", "1.5"),
          scenario=open_road("jitter = { amount = 60000 }")),
    Cause("a long way, searched", "", line(50, 20, rtt_ms=300), also=("AQM",)),
]
PATH = [
    Cause("deep buffer, overfilled", "BUFFERBLOAT", line(20, 400), ("-b", "24M", "-t", "3")),
    Cause("deep buffer, searched", "BUFFERBLOAT", line(20, 1000)),
    Cause("policer", "POLICER",
          line(300, 50, 'policers = [{ rate = "30M", burst = "150kB" }]'), also=("TWO-RATE",)),
    Cause("loss 2 %, searched", "RANDOM-LOSS", line(50, 20, "loss = 0.02"), also=("AQM",)),
    Cause("loss 15 %, fixed rate", "RANDOM-LOSS", open_road("loss = 0.15"),
          ("-b", "5M", "-t", "3")),
    Cause("loss 1 %, fixed rate", "UNKNOWN", open_road("loss = 0.01"), ("-b", "5M", "-t", "3"),
          also=("RANDOM-LOSS",)),
    Cause("fq_codel", "AQM",
          line(50, 0, 'queue = { discipline = "fq_codel", bytes = "4MB", packets = 10240 }')),
    Cause("fq_codel that marks", "AQM", options=("--ecn",), scenario=line(
        50, 0, 'queue = { discipline = "fq_codel", bytes = "4MB", packets = 10240, ecn = true }')),
    Cause("rate that varies", "UNSTABLE", line(
        50, 25, 'fluctuation = { sigma = 0.25, correlation_time = "200ms" }')),
    Cause("token bucket", "TWO-RATE", options=("--sustained", "2", "-t", "8"), scenario=line(
        40, 50, 'shaper = { rate = "20M", burst = "2500kB" }')),
    Cause("100 Mbit/s Ethernet", "LINE-RATE", line(100, 10, "overhead_bytes = 38"),
          staging=link_speed(100), also=("AQM",)),
    Cause("DSCP cleared", "REMARKED", line(50, 50, "dscp = 0"), ("--dscp", "CS1", "-b", "10M",
                                                                 "-t", "1.5")),
    Cause("ECN cleared", "ECN-BLEACHED", line(50, 50, "bleach_ecn = 1"), ("--ecn", "-b", "10M",
                                                                         "-t", "1.5")),
    Cause("MTU without a word", "PMTU-BLACKHOLE", line(50, 20, "mtu = 1400")),
]
HOSTS = [
    Cause("grant of the server", "LOWER-BOUND", open_road(), settings=('max_rate="10M"',)),
    Cause("budget", "LOWER-BOUND", line(50), ("--budget", "1200k")),
    Cause("another client's load", "BUSY-SERVER", line(50), staging=other_client,
          also=("UNSTABLE", "AQM", "BUFFERBLOAT", "RANDOM-LOSS")),
    Cause("sender has half a processor", "SENDER-CPU", options=("--up", "-b", "8G", "-l", "200",
                                                                "-t", "1.5", "--no-gso"),
          staging=crowded_cpu, wrap_client=("taskset", "-c", _CROWDED_CPU), also=("LOWER-BOUND",)),
    Cause("sender's own queue", "SENDER-QUEUE", options=("--up", "-b", "40M", "-t", "2"),
          staging=shaped_sender, also=("BUFFERBLOAT",)),
    Cause("receiver stands still", "RECEIVER-SOCKET", options=("--up", "-b", "2G", "-t", "3"),
          staging=daemon_stands_still(0.3, every=1), also=("RECEIVER-CPU", "SENDER-CPU")),
    Cause("small receive buffer", "RECEIVER-SOCKET", options=("--up", "-b", "2G", "-t", "2"),
          # 12 MB come in that time: for a socket of 32 MiB it is no trouble. But without this
          # capability nobody gets more than net.core.rmem_max.
          staging=daemon_stands_still(0.05, every=0.5),
          wrap_daemon=("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"),
          also=("RECEIVER-CPU", "SENDER-CPU")),
    Cause("server's clock is set", "CLOCK-STEP", options=("-b", "10M", "-t", "2"),
          wrap_daemon=("env", f"LD_PRELOAD={BUILD}/bench/libstepped_clock.so",
                       "STEP_AFTER_MS=3000", "STEP_BY_MS=2000")),
    Cause("receiver has half a processor", "RECEIVER-CPU",
          options=("--up", "-b", "0", "-l", "64", "-t", "2"), staging=crowded_cpu,
          wrap_daemon=("taskset", "-c", _CROWDED_CPU), also=("RECEIVER-SOCKET",)),
]
CAUSES = [*CLEAN, *PATH, *HOSTS]
