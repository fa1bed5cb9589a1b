#!/usr/bin/env python3
"""Sends garbage at a steady rate: run by garbage_test.py inside the client's namespace.

    flood.py SECONDS RATE SERVER:PORT...                  random bytes, and nearly valid messages
    flood.py SECONDS RATE --from CLIENT SERVER:PORT=PORT...   in the name of the client's sockets,
                                                          each port of the server with the client's

Prints how many datagrams it sent. The seed is fixed.
"""

import random
import socket
import struct
import sys
import time

MAGIC, VERSION = 0x5744, 1
TYPES = (1, 2, 3, 4, 8, 9, 10, 16, 17, 18, 24, 25, 32, 33, 34, 48, 49)
SIZES = (0, 1, 23, 24, 40, 64, 80, 120, 216, 256, 512, 1472)


def garbage(chance: random.Random) -> bytes:
    """Half of it is a message up to the point where a tag or a length is wrong."""
    size = chance.choice(SIZES)
    data = chance.randbytes(size)
    if size < 24 or chance.random() < 0.5:
        return data
    return struct.pack(">HBBHH", MAGIC, VERSION, chance.choice(TYPES), size, 0) + data[8:]


def in_the_name_of(client: str, server: str, port: int, from_port: int, payload: bytes) -> bytes:
    """The IPv4 packet; the kernel fills in its checksum, and UDP over IPv4 needs none."""
    udp = struct.pack(">HHHH", from_port, port, 8 + len(payload), 0)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp) + len(payload), 0, 0, 64,
                     socket.IPPROTO_UDP, 0, socket.inet_aton(client), socket.inet_aton(server))
    return ip + udp + payload


def main(seconds: float, rate: int, arguments: list[str]) -> None:
    chance = random.Random(6711)
    pieces = [garbage(chance) for _ in range(4096)]
    if arguments[0] == "--from":
        out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        packets = []
        for i, piece in enumerate(pieces):
            server, _, ports = arguments[2 + i % (len(arguments) - 2)].partition(":")
            port, _, from_port = ports.partition("=")
            packets.append((in_the_name_of(arguments[1], server, int(port), int(from_port), piece),
                            (server, 0)))
    else:
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ends = [argument.rpartition(":") for argument in arguments]
        packets = [(piece, (ends[i % len(ends)][0], int(ends[i % len(ends)][2])))
                   for i, piece in enumerate(pieces)]
    began, sent = time.monotonic(), 0
    while (now := time.monotonic() - began) < seconds:
        while sent < now * rate:
            packet, to = packets[sent % len(packets)]
            try:
                out.sendto(packet, to)
            except OSError:
                pass  # ICMP errors, or no room: as good as lost
            sent += 1
        time.sleep(0.002)
    print(sent)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
