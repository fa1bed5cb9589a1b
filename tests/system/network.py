"""Two network namespaces, "server" and "client", with a cable between them, for the system tests.

Their names carry the id of this process, so that several runs do not meet. Namespaces of a run that
was killed are removed by the next one.
"""

import contextlib
import ctypes
import os
import re
import shutil
import socket
import subprocess

SERVER_V4, CLIENT_V4 = "10.211.0.1", "10.211.0.2"
SERVER_V6, CLIENT_V6 = "fd00:211::1", "fd00:211::2"
# TEST-NET-2: addresses that are global to the daemon.
SERVER_GLOBAL, CLIENT_GLOBAL = "198.51.100.1", "198.51.100.2"
SERVER_LINK_LOCAL, CLIENT_LINK_LOCAL = "fe80::211:1", "fe80::211:2"
# The client's way there leads to the server's host, which drops it without a word.
SILENT_V4 = "10.212.0.9"
DEVICES = {"server": "wyns", "client": "wync"}
# Behind a router, on either side of it.
ROUTED_SERVER, ROUTED_CLIENT = "10.213.0.1", "10.214.0.1"
_ROUTER_TO = {"server": "10.213.0.2", "client": "10.214.0.2"}

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
# Some put a router between the two, and emulated.py a path between two others.
_name_format = re.compile(r"wyn-([0-9]+)-(emulated-)?(server|client|router)")


class Unavailable(Exception):
    """This machine does not let us build the network; the sentence says why."""


def _ip(*arguments: str, check: bool = True) -> None:
    run = subprocess.run(["ip", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=20)
    if check and run.returncode != 0:
        raise Unavailable(f"ip {' '.join(arguments)}: {run.stderr.strip()}")


def _remove_leftovers() -> None:
    """Namespaces of tests whose process is gone."""
    if not os.path.isdir("/run/netns"):
        return
    for name in os.listdir("/run/netns"):
        match = _name_format.fullmatch(name)
        if match and not os.path.exists(f"/proc/{match[1]}"):
            _ip("netns", "delete", name, check=False)
            shutil.rmtree(f"/etc/netns/{name}", ignore_errors=True)


class Network:
    """The namespaces, from construction to down()."""

    devices = DEVICES
    kind = ""

    def __init__(self):
        if os.geteuid() != 0:
            raise Unavailable("network namespaces need root")
        for tool in ("ip", "tc"):
            if not shutil.which(tool):
                raise Unavailable(f"there is no program {tool} (iproute2)")
        _remove_leftovers()
        self.names = {role: f"wyn-{os.getpid()}-{self.kind}{role}" for role in DEVICES}
        self._made_etc_netns = False
        try:
            self._up()
        except BaseException:
            self.down()
            raise

    def _up(self) -> None:
        for name in self.names.values():
            _ip("netns", "add", name)
        self._join()
        for role in DEVICES:
            self._give_addresses(role)
        self.ip("client", "route", "add", f"{SILENT_V4}/32", "via", SERVER_V4)

    def _join(self) -> None:
        """Makes the devices of both namespaces, and what is between them."""
        _ip("link", "add", DEVICES["server"], "netns", self.names["server"], "type", "veth",
            "peer", "name", DEVICES["client"], "netns", self.names["client"])

    def _give_addresses(self, role: str) -> None:
        addresses = {
            "server": [f"{SERVER_V4}/24", f"{SERVER_GLOBAL}/24", f"{SERVER_V6}/64",
                       f"{SERVER_LINK_LOCAL}/64"],
            "client": [f"{CLIENT_V4}/24", f"{CLIENT_GLOBAL}/24", f"{CLIENT_V6}/64",
                       f"{CLIENT_LINK_LOCAL}/64"]}
        self.ip(role, "link", "set", self.devices[role], "addrgenmode", "none")
        for address in addresses[role]:
            nodad = ["nodad"] if ":" in address else []
            self.ip(role, "address", "add", address, "dev", self.devices[role], *nodad)
        for device in ("lo", self.devices[role]):
            self.ip(role, "link", "set", device, "up")

    def down(self) -> None:
        for name in self.names.values():
            _ip("netns", "delete", name, check=False)
            shutil.rmtree(f"/etc/netns/{name}", ignore_errors=True)
        if self._made_etc_netns:
            with contextlib.suppress(OSError):
                os.rmdir("/etc/netns")

    def namespace(self, role: str) -> str:
        """The file that stands for it."""
        return f"/run/netns/{self.names[role]}"

    def command(self, role: str, *command: str) -> list[str]:
        """`command` in that namespace; `ip` becomes it, so that its process id is the child's."""
        return ["ip", "netns", "exec", self.names[role], *command]

    def ip(self, role: str, *arguments: str) -> None:
        _ip("-n", self.names[role], *arguments)

    @contextlib.contextmanager
    def inside(self, role: str):
        """This thread is in that namespace: sockets that it opens stay there."""
        with open("/proc/thread-self/ns/net", "rb") as home, \
                open(self.namespace(role), "rb") as there:
            self._enter(there.fileno())
            try:
                yield
            finally:
                self._enter(home.fileno())

    @staticmethod
    def _enter(namespace: int) -> None:
        if _libc.setns(namespace, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def udp_socket(self, role: str, address: str = "", port: int = 0) -> socket.socket:
        """Bound to this IPv4 address and port."""
        with self.inside(role):
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((address, port))
        made.settimeout(2)
        return made

    def hosts(self, role: str, text: str) -> None:
        """What /etc/hosts is for programs in that namespace (ip-netns(8))."""
        self._made_etc_netns = self._made_etc_netns or not os.path.exists("/etc/netns")
        directory = f"/etc/netns/{self.names[role]}"
        os.makedirs(directory, exist_ok=True)
        with open(f"{directory}/hosts", "w", encoding="ascii") as file:
            file.write(text)

    def shape(self, role: str, *tbf: str) -> None:
        """What leaves this side goes through a token bucket filter, tc-tbf(8)."""
        run = subprocess.run(["tc", "-n", self.names[role], "qdisc", "add", "dev", DEVICES[role],
                              "root", "tbf", *tbf], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=20)
        if run.returncode != 0:
            raise Unavailable(f"this kernel has no tbf: {run.stderr.strip()}")

    def unshape(self, role: str) -> None:
        subprocess.run(["tc", "-n", self.names[role], "qdisc", "delete", "dev", DEVICES[role],
                        "root"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20)

    def bytes_sent(self, role: str) -> int:
        """By its end of the cable, since it exists."""
        with self.inside(role), open("/proc/thread-self/net/dev", encoding="ascii") as table:
            for line in table:
                device, _, counters = line.partition(":")
                if device.strip() == DEVICES[role]:
                    return int(counters.split()[8])
        raise AssertionError(f"{role} has no device {DEVICES[role]}")


class RoutedNetwork(Network):
    """A third namespace, "router", with a cable to each of the two: its devices "to-server" and
    "to-client", theirs "wynr". The cable between the two stays as it is."""

    def _up(self) -> None:
        super()._up()
        router = self.names["router"] = f"wyn-{os.getpid()}-router"
        _ip("netns", "add", router)
        self._cable("server", ROUTED_SERVER)
        self._cable("client", ROUTED_CLIENT)
        self.ip("server", "route", "add", f"{ROUTED_CLIENT}/32", "via", _ROUTER_TO["server"])
        self.ip("client", "route", "add", f"{ROUTED_SERVER}/32", "via", _ROUTER_TO["client"])
        with self.inside("router"), open("/proc/sys/net/ipv4/ip_forward", "w",
                                         encoding="ascii") as switch:
            switch.write("1")

    def _cable(self, role: str, end: str) -> None:
        _ip("link", "add", "wynr", "netns", self.names[role], "type", "veth",
            "peer", "name", f"to-{role}", "netns", self.names["router"])
        for where, device, address in ((role, "wynr", end),
                                       ("router", f"to-{role}", _ROUTER_TO[role])):
            self.ip(where, "address", "add", f"{address}/24", "dev", device)
            self.ip(where, "link", "set", device, "up")
