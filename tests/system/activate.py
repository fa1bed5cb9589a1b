"""Runs a program as a service manager would: activate.py SPECIFICATION COMMAND...

SPECIFICATION is JSON: "sockets" is a list of [name, kind, where], where kind is "udp" (a port, for
both families), "unix" (a path, listening) or "kept" ([process, descriptor] that another process
holds); "alone" puts the program into a network of its own, with nothing in it, as PrivateNetwork=
does. The sockets are made in the network that this is run in.
"""

import ctypes
import json
import os
import socket
import sys

_FIRST = 3  # SD_LISTEN_FDS_START
_PIDFD_OPEN, _PIDFD_GETFD = 434, 438
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _checked(returned: int) -> int:
    if returned < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return returned


def _udp(port: int) -> int:
    made = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    made.bind(("::", port))
    return made.detach()


def _unix(path: str) -> int:
    made = socket.socket(socket.AF_UNIX)
    made.bind(path)
    made.listen(64)
    return made.detach()


def _kept(holder: list[int]) -> int:
    process = _checked(_libc.syscall(_PIDFD_OPEN, holder[0], 0))
    return _checked(_libc.syscall(_PIDFD_GETFD, process, holder[1], 0))


def main(specification: str, *command: str) -> None:
    wanted = json.loads(specification)
    make = {"udp": _udp, "unix": _unix, "kept": _kept}
    made = [make[kind](where) for _, kind, where in wanted.get("sockets", [])]
    # First out of the way of the numbers that they are to have.
    high = [os.dup2(fd, _FIRST + 2000 + i, inheritable=False) for i, fd in enumerate(made)]
    for i, fd in enumerate(high):
        os.dup2(fd, _FIRST + i)
    if made:
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ["LISTEN_FDS"] = str(len(made))
        os.environ["LISTEN_FDNAMES"] = ":".join(name for name, _, _ in wanted["sockets"])
    if wanted.get("alone"):
        _checked(_libc.unshare(_CLONE_NEWNET))
    os.environ |= wanted.get("environment", {})
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
