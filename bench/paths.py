"""What lies between the two ends: loopback, a cable between two network namespaces, or a router
that is slower than either end.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))

from network import (DEVICES, ROUTED_SERVER, SERVER_V4, Network, RoutedNetwork,  # noqa: E402
                     Unavailable)

__all__ = ["Loopback", "Path", "Routed", "Unavailable", "Veth"]

ETHERNET_BYTES = 14  # what a queueing discipline counts on top of an IP packet
HEADER_BYTES = 28  # IPv4 and UDP


class Path:
    """Both ends on this host as it is."""

    name = "loopback"
    server = "127.0.0.1"

    def command(self, role: str, *command: str) -> list[str]:
        """`command` at that end, "server" or "client"."""
        return list(command)

    def device(self, role: str) -> str:
        """The interface of that end."""
        return "lo"

    def __enter__(self) -> "Path":
        return self

    def __exit__(self, *_) -> None:
        pass


class Loopback(Path):
    """127.0.0.1."""


class Veth(Path):
    """Two network namespaces with a cable between them."""

    name = "veth"
    server = SERVER_V4

    def __enter__(self) -> "Veth":
        self._network = Network()
        return self

    def device(self, role: str) -> str:
        return DEVICES[role]

    def __exit__(self, *_) -> None:
        self._network.down()

    def command(self, role: str, *command: str) -> list[str]:
        return self._network.command(role, *command)


class Routed(Path):
    """A router between the ends that lets `bits_per_second` of Ethernet frames through, each way;
    its queue holds 50 ms."""

    server = ROUTED_SERVER

    def __init__(self, bits_per_second: int):
        self.bits_per_second = bits_per_second
        self.name = f"router of {bits_per_second // 1_000_000} Mbit/s"

    def __enter__(self) -> "Routed":
        self._network = RoutedNetwork()
        try:
            for role in ("server", "client"):
                run("tc", "-n", self._network.names["router"], "qdisc", "add", "dev", f"to-{role}",
                    "root", "tbf", "rate", str(self.bits_per_second), "burst",
                    str(max(10_000, self.bits_per_second // 8 // 1000)), "latency", "50ms")
        except BaseException:
            self._network.down()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._network.down()

    def command(self, role: str, *command: str) -> list[str]:
        return self._network.command(role, *command)

    def payload_rate(self, length: int) -> float:
        """The most payload of datagrams of this length, in bit/s."""
        return self.bits_per_second * length / (length + HEADER_BYTES + ETHERNET_BYTES)


def run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=20)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {done.stderr.strip()}")
