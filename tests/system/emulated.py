"""The two network namespaces with an emulated path between them instead of a cable.

The link emulator (tests/emulator) carries their packets as a scenario (tests/link/scenarios) says,
and knows what became of each.
"""

import csv
import ctypes
import json
import os
import pathlib
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass

from network import Network, Unavailable

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMULATOR = os.environ.get("WYN_EMULATOR", str(ROOT / "build/tests/emulator/emulator"))
SCENARIOS = ROOT / "tests/link/scenarios"
_DEVICE = "wyn-path"
_TUN = "/dev/net/tun"
_PR_SET_PDEATHSIG = 1
# The emulator must not find packets dropped before it has seen them.
_QUEUE_PACKETS = "20000"
# What carries packets later than that changes the path: of 99 of 100 departures.
PUNCTUAL_NS = 200_000
# wyndrvr-protocol(7): magic, version and type; where the test and the step are, and the step of the
# primer.
_BULK = "57440130"
_TEST = slice(12, 16)
_STEP = slice(48, 56)
_PRIMER = "00000000"
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Truth:
    """What the emulator did, by its own account; "up" and "down" as in its report."""

    report: dict
    packets: list[dict[str, str]]  # the rows of its log, one for each packet and each copy
    dropped_before: int  # by the devices' queues, before the emulator could see them

    def lateness_ns(self) -> int:
        """The 99th percentile of how late this machine let packets go, of the worse direction."""
        return max(self.report[way]["lateness_ns"]["p99"] or 0 for way in ("up", "down"))

    def is_as_described(self, most_late_ns: float = PUNCTUAL_NS) -> bool:
        """Whether the path was what its scenario says, as far as this machine was in time."""
        return self.dropped_before == 0 and self.lateness_ns() <= most_late_ns

    def of(self, way: str) -> list[dict[str, str]]:
        return [packet for packet in self.packets if packet["way"] == way]

    def load(self, way: str) -> list[dict[str, str]]:
        """The datagrams of the load, without the primer that opens the way for them."""
        return [packet for packet in self.bulk(way) if packet["payload"][_STEP] != _PRIMER]

    def first_test(self, way: str) -> list[dict[str, str]]:
        """What belongs to the first load of the direction, the primer too: to the search, where
        others follow it."""
        packets = self.bulk(way)
        return [packet for packet in packets
                if packet["payload"][_TEST] == packets[0]["payload"][_TEST]]

    def bulk(self, way: str) -> list[dict[str, str]]:
        """Those, and the primer."""
        return [packet for packet in self.of(way) if packet["payload"].startswith(_BULK)]


def _find_tun() -> None:
    """Small containers lack the node of a driver that their kernel has (devices.txt: 10, 200)."""
    if os.path.exists(_TUN):
        return
    os.makedirs(os.path.dirname(_TUN), exist_ok=True)
    try:
        os.mknod(_TUN, 0o600 | stat.S_IFCHR, os.makedev(10, 200))
    except OSError as error:
        raise Unavailable(f"there is no {_TUN}: {error.strerror}") from None


class Emulated(Network):
    """From construction to down(). `scenario` is the name of a file of SCENARIOS, or TOML;
    `emulator` the program."""

    devices = {"server": _DEVICE, "client": _DEVICE}
    kind = "emulated-"  # beside a Network of the same process

    def __init__(self, scenario: str, seed: int = 1, emulator: str = EMULATOR):
        _find_tun()
        self._emulator = emulator
        self._directory = tempfile.TemporaryDirectory(prefix="wyndrvr-emulated-")
        self._process: subprocess.Popen | None = None
        self._seed = seed
        self._scenario = str(SCENARIOS / f"{scenario}.toml")
        if "=" in scenario:
            self._scenario = f"{self._directory.name}/scenario.toml"
            pathlib.Path(self._scenario).write_text(scenario, encoding="ascii")
        super().__init__()
        # What the kernel sent, and dropped, before there was a route.
        self._dropped_at_first = self._dropped()

    def _join(self) -> None:
        log = f"{self._directory.name}/truth.csv"
        self._process = subprocess.Popen(
            [self._emulator, self._scenario, "--seed", str(self._seed), "--log", log,
             "--client", f"/run/netns/{self.names['client']}",
             "--server", f"/run/netns/{self.names['server']}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
        if self._process.stdout.readline() != "ready\n":
            raise Unavailable(self._process.communicate(timeout=10)[1].strip())
        for role in self.devices:
            self.ip(role, "link", "set", _DEVICE, "txqueuelen", _QUEUE_PACKETS)

    def truth(self) -> Truth:
        """Ends the emulator, once what is under way has arrived."""
        dropped = self._dropped() - self._dropped_at_first
        time.sleep(0.2)
        self._process.send_signal(signal.SIGTERM)
        said, complaint = self._process.communicate(timeout=20)
        if self._process.returncode != 0:
            raise AssertionError(f"the emulator failed: {complaint}")
        with open(f"{self._directory.name}/truth.csv", encoding="ascii", newline="") as log:
            return Truth(json.loads(said), list(csv.DictReader(log)), dropped)

    def _dropped(self) -> int:
        dropped = 0
        for name in self.names.values():
            done = subprocess.run(["ip", "-n", name, "-s", "-j", "link", "show", _DEVICE],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=20, check=True)
            dropped += json.loads(done.stdout)[0]["stats64"]["tx"]["dropped"]
        return dropped

    def down(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.communicate(timeout=10)
        super().down()
        self._directory.cleanup()
