#!/usr/bin/env python3
"""Prints the keys of the golden session, for the constants in tests/unit/crypto/keys_test.cpp.

On purpose it shares nothing with the model of the protocol: only hashlib's BLAKE2b, and the two
packets as they stand in hello_with_cookie.hex and assign.hex.
"""

import hashlib
import sys
from pathlib import Path


def packet(name: str) -> bytes:
    raw = b""
    text = (Path(__file__).parent / f"{name}.hex").read_text(encoding="ascii")
    for line in text.splitlines():
        for pair in line.split("#")[0].partition(":")[2].split():
            value, _, times = pair.partition("*")
            raw += bytes.fromhex(value) * int(times or 1)
    return raw


def keyed(key: bytes, size: int, data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def golden_keys() -> dict[str, bytes]:
    psk = bytes(range(32))
    hello = packet("hello_with_cookie")[:-16]
    assign = packet("assign")[:-16]
    secret = keyed(psk, 32, b"wyndrvr-1" + hello + assign)
    found = {"hello": keyed(psk, 32, b"wyndrvr-1 hello"),
             "refuse": keyed(bytes(32), 32, b"wyndrvr-1 refuse"),
             "assign": keyed(secret, 32, b"assign")}
    for port in (b"control", b"upload", b"download"):
        for way in (b"client to server", b"server to client", b"bulk"):
            label = port + b" " + way
            found[label.decode("ascii")] = keyed(secret, 32, label)[:16]
    return found


def main() -> int:
    for name, key in golden_keys().items():
        print(f"{name}: {key.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
