#!/usr/bin/env python3
"""The wyndrvr protocol, a second time: written from man/wyndrvr-protocol.7 alone, in another
language, with Python's standard library only. What it and our C++ agree on is what the page says.

    protocol_model.py --probe HOST PORT [options]

talks to a running wyndrvrd as a foreign client (foreign_client.py) and prints what happened as
JSON.
"""

import hashlib
import hmac
import re
import struct
import sys
from dataclasses import dataclass, field
from functools import partial

from aes128 import Aes128, Cmac

MAGIC = 0x5744
VERSION = 1
LATEST_NS = 4611686018427387903
HIGHEST_RATE = 10_000_000_000_000
LONGEST_TEST_MS = 3_600_000
MOST_EXTENSIONS = 32
MOST_STEPS = 64
MOST_MAP_BYTES = 128
MOST_CLASSES = 8

Fields = dict[str, object]


class Dropped(Exception):
    """A datagram that is not answered, and why: length, magic, version, type, value, extension,
    tag, session or replayed."""


# Forms.


@dataclass(frozen=True)
class Field:
    """One row of a table: a number with its range, or bytes (`low` is None)."""

    name: str
    size: int
    low: int | None = None
    high: int | None = None
    signed: bool = False
    is_read: bool = True  # False: sent as zeros, not looked at
    all_bits: bool = False  # all bits set is valid, too: not known

    @property
    def is_number(self) -> bool:
        return self.low is not None

    def unpack(self, raw: bytes):
        return int.from_bytes(raw, "big", signed=self.signed) if self.is_number else bytes(raw)

    def pack(self, value) -> bytes:
        if self.is_number:
            return int(value).to_bytes(self.size, "big", signed=self.signed)
        assert len(value) == self.size, self.name
        return bytes(value)


def number(name: str, size: int, low: int = 0, high: int | None = None) -> Field:
    return Field(name, size, low, 256 ** size - 1 if high is None else high)


def octets(name: str, size: int) -> Field:
    return Field(name, size)


def zeros(name: str, size: int) -> Field:
    return Field(name, size, is_read=False)


def time(name: str) -> Field:
    return number(name, 8, 0, LATEST_NS)


END = number("end", 2, 0, 16)
TAG = octets("tag", 16)
HEADER = [number("magic", 2), number("version", 1), number("type", 1), number("length", 2),
          number("flags", 2), number("session", 8), number("counter", 8)]
HEADER_BYTES = 24
TOTALS = [number(name, 8) for name in ("packets", "payload_bytes", "duplicates", "reordered",
                                       "late", "socket_drops", "rejected")]
ARRIVALS = [time("first_arrival_ns"), time("last_arrival_ns")]
SHARE = partial(Field, size=2, low=0, high=10_000, all_bits=True)
HOST_COUNTS = ("link_bps", "device_drops", "qdisc_drops", "qdisc_backlog_bytes",
               "udp_buffer_errors", "softnet_drops", "softnet_squeezes")
EXTENSION_ROOM = {"HELLO": 408, "ASSIGN": 88}

# The rows of each message behind the header; of BULK all of them.
BODIES: dict[str, list[Field]] = {
    "HELLO": [
        octets("nonce", 16), number("version_min", 1, 1), number("version_max", 1, 1),
        number("extension_bytes", 2, 0, 408), number("key_id", 4), octets("cookie", 24),
        number("wish_rate_bps", 8, 0, HIGHEST_RATE),
        number("wish_duration_ms", 4, 0, LONGEST_TEST_MS), zeros("reserved", 4),
        octets("extensions", 408), TAG],
    "COOKIE": [octets("nonce", 16), octets("cookie", 24)],
    "ASSIGN": [
        octets("client_nonce", 16), octets("server_nonce", 16), number("control_port", 2, 1),
        number("upload_port", 2, 1), number("download_port", 2, 1),
        number("extension_bytes", 2, 0, 88), number("max_rate_bps", 8, 0, HIGHEST_RATE),
        number("max_volume_bytes", 8), number("max_duration_ms", 4, 1, LONGEST_TEST_MS),
        number("max_datagram_bytes", 2, 40, 65507), number("version", 1),
        zeros("reserved", 1), number("heartbeat_us", 4, 10_000, 1_000_000),
        number("adjustment_delay_us", 4, 1_000, 1_000_000),
        number("feedback_interval_us", 4, 1_000, 125_000),
        number("half_open_ms", 4, 500, 30_000), number("idle_timeout_ms", 4, 1_000, 60_000),
        number("seen_port", 2), zeros("reserved2", 2), octets("seen_address", 16),
        octets("release", 24), octets("extensions", 88), TAG],
    "REFUSE": [
        octets("nonce", 16), number("code", 2, 1, 11), number("version_min", 1),
        number("version_max", 1), number("retry_after_ms", 4), number("have", 8),
        number("limit", 8), number("detail", 2), zeros("reserved", 14), TAG],
    "BEAT0": [
        number("number", 4), number("confirmed", 1, 0, 1), zeros("reserved", 3),
        octets("challenge", 16), octets("echo", 16), time("time_ns"), time("held_ns"), TAG],
    # FILLED: up to what makes up their length; the tag stands behind that.
    "PROBE": [number("number", 4), number("probe_flags", 1), zeros("reserved", 3),
              time("sent_ns")],
    "ECHO": [
        number("number", 4), number("echo_flags", 1), number("traffic_class", 1),
        number("clock_sync", 1, 0, 2), zeros("reserved", 1), time("probe_sent_ns"),
        time("probe_received_ns"), time("sent_ns"), number("received", 4),
        number("duplicates", 4), number("reordered", 4), number("map_newest", 4),
        number("clock_max_error_us", 4), number("clock_steps", 4),
        Field("clock_slew_ppb", 4, -2 ** 31, 2 ** 31 - 1, signed=True),
        Field("wall_ahead_ns", 8, -LATEST_NS, LATEST_NS, signed=True),
        number("followed_number", 4), octets("left_after_ns", 8), octets("stamped_after_ns", 8)],
    "SIZE": [number("number", 4), number("answer_bytes", 2, 64, 65507), zeros("reserved", 2)],
    "SIZED": [number("number", 4), number("request_bytes", 2, 48, 65507),
              number("outcome", 1, 0, 2), zeros("reserved", 1), number("path_mtu", 2),
              zeros("reserved2", 14)],
    "START": [
        number("test", 4, 1), number("direction", 1, 1, 2), number("search", 1, 0, 4),
        number("datagram_bytes", 2, 40, 65507), number("rate_bps", 8, 0, HIGHEST_RATE),
        number("duration_ms", 4, 1, LONGEST_TEST_MS), number("pacing", 1, 1, 2),
        number("offload", 1, 0, 1), number("traffic_class", 1), zeros("reserved", 1),
        number("sustained_ms", 4, 0, LONGEST_TEST_MS), zeros("reserved2", 4),
        number("budget_bytes", 8), TAG],
    "READY": [
        number("test", 4), END, number("datagram_bytes", 2),
        number("rate_bps", 8, 0, HIGHEST_RATE), number("duration_ms", 4, 0, LONGEST_TEST_MS),
        zeros("reserved", 4), TAG],
    "STOP": [number("test", 4), END, zeros("reserved", 2), number("packets_accepted", 8),
             number("packets_refused", 8), TAG],
    "REPORT": [
        number("test", 4), END, number("role", 1, 1, 2), number("limited_by", 1, 0, 8),
        number("packets_accepted", 8), number("packets_refused", 8), time("first_sent_ns"),
        time("last_sent_ns"), *TOTALS, *ARRIVALS, number("best_packets", 8),
        number("best_bytes", 8), time("best_span_ns"), number("best_index", 4),
        number("stamps_missing", 4), number("packets_skipped", 8),
        number("lateness_p50_ns", 4), number("lateness_p99_ns", 4), number("lateness_max_ns", 4),
        number("receive_buffer_bytes", 4), number("longest_train", 2), number("pacing", 1, 0, 3),
        number("offload", 1, 0, 1), number("capacity_verdict", 1, 0, 7), zeros("reserved", 1),
        number("capacity_datagram_bytes", 2, 0, 65507), number("sent_bytes", 8),
        *[number(name, 8, 0, 2 * HIGHEST_RATE) for name in (
            "capacity_bps", "half_width_bps", "burst_bps", "burst_half_width_bps")],
        number("bucket_bytes", 8), time("saturated_ns"), number("saturated_bytes", 8),
        time("queue_ns"), time("base_rtt_ns"), time("loaded_rtt_ns"),
        number("excess_loss_ppb", 4, 0, 10 ** 9), number("loss_floor_ppb", 4, 0, 10 ** 9),
        number("lowest_ttl", 1), number("highest_ttl", 1), number("traffic_class", 1),
        zeros("reserved2", 5), number("packets_congested", 8),
        octets("traffic_classes", MOST_CLASSES), octets("class_packets", 8 * MOST_CLASSES),
        number("other_class_packets", 8), SHARE("thread_busy"), SHARE("busiest_cpu"),
        SHARE("stolen"), number("sessions", 2), number("loads", 2),
        SHARE("thread_kept_waiting"), number("offered_ppm", 4, 0, 10 ** 8),
        *(number(name, 8) for name in HOST_COUNTS), TAG],
    "CLOSE": [END, zeros("reserved", 6), TAG],
    "BULK": [
        number("magic", 2), number("version", 1), number("type", 1), number("length", 2),
        number("test", 2), number("sequence", 8), time("sent_ns"), number("step", 4),
        number("receipt", 4), octets("tag", 8)],
    # Up to the records; the tag stands behind them.
    "FEEDBACK": [
        number("test", 4), number("steps", 1, 0, MOST_STEPS), zeros("reserved", 3),
        number("newest_sequence", 8), time("newest_sent_ns"), number("newest_step", 4),
        number("newest_receipt", 4), time("held_ns"), *TOTALS, *ARRIVALS,
        Field("lowest_delay_ns", 8, -LATEST_NS, LATEST_NS, signed=True),
        number("first_step", 4), number("congested", 4), time("first_step_ns")],
}
BODIES["BEAT1"] = BODIES["BEAT2"] = BODIES["BEAT0"]
BODIES["CLOSED"] = BODIES["CLOSE"]
STEP = [number("first_after_ns", 4), number("span_ns", 4), number("packets", 3),
        number("flags", 1), number("lowest_delay", 2), number("last_delay", 2)]
STEP_BYTES = 16
# Messages of several lengths, whose tag or payload stands behind the rows: the least, and the most.
LENGTHS = {"PROBE": (160, 1472), "ECHO": (160, 1472), "SIZE": (48, 65507), "SIZED": (64, 65507),
           "BULK": (40, 65507), "FEEDBACK": (176, 1200)}
OPEN_ENDED = LENGTHS.keys() - {"BULK"}
FILLED = OPEN_ENDED - {"FEEDBACK"}
ECHO_FLAG_LENGTHS = 4

TYPES = {"HELLO": 1, "COOKIE": 2, "ASSIGN": 3, "REFUSE": 4, "BEAT0": 8, "BEAT1": 9, "BEAT2": 10,
         "START": 16, "STOP": 17, "PROBE": 18, "SIZE": 19, "CLOSE": 24, "CLOSED": 25, "READY": 32,
         "REPORT": 33, "ECHO": 34, "SIZED": 35, "BULK": 48, "FEEDBACK": 49}
NAMES = {number: name for name, number in TYPES.items()}
HANDSHAKE = {"HELLO", "COOKIE", "ASSIGN", "REFUSE"}
REFUSALS = {1: "busy", 2: "per_address", 3: "rate_budget", 5: "unsupported", 6: "version",
            7: "not_authorised", 8: "shutting_down", 9: "anonymous", 10: "no_ports",
            11: "no_worker"}
ENDS = {0: "none", 1: "completed", 2: "stopped", 3: "peer_silent", 4: "half_open",
        5: "no_feedback", 6: "rate_exceeded", 7: "volume_used", 8: "worker_failed",
        9: "shutting_down", 10: "no_bulk", 11: "protocol", 12: "local_error", 13: "interrupted",
        14: "not_granted", 15: "too_long", 16: "by_operator"}
LIMITS = {0: "nothing", 1: "grant", 2: "breaker", 3: "stack", 4: "volume", 5: "time", 6: "host",
          7: "budget", 8: "silence"}
VERDICTS = {0: "none", 1: "ok", 2: "two-rate", 3: "unstable", 4: "lower-bound",
            5: "sender-limited", 6: "receiver-limited", 7: "host-stalled"}


def rows(name: str) -> list[tuple[int, Field]]:
    """The table of a message: each field with its offset, without what differs in length."""
    fields = BODIES[name] if name == "BULK" else HEADER + BODIES[name]
    offsets = [sum(before.size for before in fields[:i]) for i in range(len(fields))]
    return list(zip(offsets, fields))


def length_of(name: str) -> int:
    """The length of all messages of this type; where they differ the least."""
    return LENGTHS[name][0] if name in LENGTHS else sum(part.size for _, part in rows(name))


def rows_end(name: str) -> int:
    at, last = rows(name)[-1]
    return at + last.size


def map_bytes(length: int) -> int:
    """How long the map in an ECHO of this length is."""
    return min(length - rows_end("ECHO") - 16, MOST_MAP_BYTES)


def read_map(newest: int, has_lengths: bool, raw: bytes) -> list[tuple[int, int, bool]]:
    """The stretches of numbers that a map tells of, from the newest down: the highest number, how
    many there are, and whether they came."""
    return _read_lengths(newest, raw) if has_lengths else _read_bits(newest, raw)


def _read_bits(newest: int, raw: bytes) -> list[tuple[int, int, bool]]:
    found: list[tuple[int, int, bool]] = []
    for i in range(min(8 * len(raw), newest + 1)):
        came = bool(raw[i // 8] >> i % 8 & 1)
        if found and found[-1][2] == came:
            found[-1] = (found[-1][0], found[-1][1] + 1, came)
        else:
            found.append((newest - i, 1, came))
    return found


def _read_lengths(newest: int, raw: bytes) -> list[tuple[int, int, bool]]:
    found: list[tuple[int, int, bool]] = []
    highest, at, came = newest, 0, True
    while highest >= 0 and at < len(raw):
        length = shift = 0
        while True:
            if at == len(raw) or shift == 35:
                raise Dropped("value")
            byte = raw[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if length == 0:
            break
        if length > highest + 1:
            raise Dropped("value")
        found.append((highest, length, came))
        highest, came = highest - length, not came
    return found


def write_lengths(lengths: list[int]) -> bytes:
    """A map of these lengths, without the zeros behind them."""
    raw = b""
    for length in lengths:
        while length > 0x7F:
            raw += bytes([length & 0x7F | 0x80])
            length >>= 7
        raw += bytes([length])
    return raw


def read_extensions(area: bytes, used: int) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < used:
        if used - at < 4 or len(found) == MOST_EXTENSIONS:
            raise Dropped("extension")
        kind, length = struct.unpack_from(">HH", area, at)
        at += 4
        if used - at < length or any(kind == other for other, _ in found):
            raise Dropped("extension")
        found.append((kind, area[at:at + length]))
        at += length
    if any(area[used:]):
        raise Dropped("extension")
    return found


def write_extensions(extensions: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack(">HH", kind, len(value)) + value for kind, value in extensions)


def short_delay(ns: int) -> int:
    """A delay in 16 bits."""
    if ns <= 0:
        return 0
    for exponent in range(32):
        mantissa = (2 * ns + 2 ** exponent) // (2 * 2 ** exponent)
        if mantissa < 2048:
            return exponent << 11 | mantissa
    return 0xFFFF


def delay_of(short: int) -> int:
    return (short & 0x7FF) << (short >> 11)


def encode(name: str, **values) -> bytes:
    """The message; fields that are not named are 0, and so is the tag. `extensions` is a list of
    (type, value), `steps` of FEEDBACK a list of dicts; BULK may have a `payload`, those of
    FILLED another `size` than the least, ECHO a `map`."""
    values = dict(values)
    steps = values.pop("steps", [])
    payload = values.pop("payload", b"")
    length = values.pop("size", length_of(name)) + STEP_BYTES * len(steps) + len(payload)
    received = values.pop("map", b"")
    values |= {"magic": MAGIC, "type": TYPES[name], "length": length}
    values.setdefault("version", VERSION)
    if name in EXTENSION_ROOM:
        raw = write_extensions(values.get("extensions", []))
        values["extension_bytes"] = len(raw)
        values["extensions"] = raw.ljust(EXTENSION_ROOM[name], b"\0")
    if name == "FEEDBACK":
        values["steps"] = len(steps)
    known = {part.name for _, part in rows(name)} | {"tag"}
    assert values.keys() <= known, f"{name} has no {', '.join(values.keys() - known)}"
    # The two versions in ASSIGN, of the header and of the session, are the same.
    raw = b"".join(part.pack(values.get(part.name, 0 if part.is_number else bytes(part.size)))
                   for _, part in rows(name))
    for step in steps:
        raw += b"".join(part.pack(step[part.name]) for part in STEP)
    if name in FILLED:
        raw += bytes(received).ljust(length - 16 - len(raw), b"\0")
    if name in OPEN_ENDED:
        raw += bytes(values.get("tag", bytes(16)))
    raw += payload
    assert len(raw) == length
    return raw


def _check_ranges(fields: list[Field], values: Fields) -> None:
    for part in fields:
        value = values.get(part.name)
        if part.all_bits and value == 256 ** part.size - 1:
            continue
        if part.is_number and part.is_read and not part.low <= value <= part.high:
            raise Dropped("version" if part.name in ("version_min", "version_max") else "value")


def _check_together(name: str, values: Fields) -> None:
    """What the tables say about one field and another."""
    if name == "HELLO" and values["version_max"] < values["version_min"]:
        raise Dropped("version")
    if name == "ASSIGN" and values["session"] == 0:
        raise Dropped("value")
    if name == "ASSIGN" and not re.fullmatch(rb"[!-~]*\0*", values["release"]):
        raise Dropped("value")
    if name == "REFUSE" and values["code"] not in REFUSALS:
        raise Dropped("value")
    if name == "START" and values["search"] == 0 and values["rate_bps"] == 0:
        raise Dropped("value")
    if name == "START" and values["traffic_class"] & 3 not in (0, 2):
        raise Dropped("value")
    if name == "READY" and values["end"] == 0:
        if not 40 <= values["datagram_bytes"] <= 65507 or values["duration_ms"] == 0:
            raise Dropped("value")


def type_of(datagram: bytes) -> str:
    """The name of the message; checks what is common to all."""
    if len(datagram) < HEADER_BYTES:
        raise Dropped("length")
    magic, version, kind, length = struct.unpack_from(">HBBH", datagram)
    if magic != MAGIC:
        raise Dropped("magic")
    if length != len(datagram):
        raise Dropped("length")
    name = NAMES.get(kind)
    if name not in ("HELLO", "COOKIE", "REFUSE") and version != VERSION:
        raise Dropped("version")
    if name is None:
        raise Dropped("type")
    least, most = LENGTHS.get(name, 2 * (length_of(name),))
    if not least <= len(datagram) <= most:
        raise Dropped("length")
    return name


def decode(datagram: bytes) -> tuple[str, Fields]:
    """Name and fields of any message. Tags are checked by who has the key."""
    name = type_of(datagram)
    values = {part.name: part.unpack(datagram[at:at + part.size]) for at, part in rows(name)
              if part.is_read}
    if name == "ASSIGN" and values["version"] != VERSION:
        raise Dropped("version")
    extension_bytes = values.get("extension_bytes", 0)
    _check_ranges([part for part in BODIES[name] if part.name != "extension_bytes"], values)
    _check_together(name, values)
    if name in EXTENSION_ROOM:
        if extension_bytes > EXTENSION_ROOM[name]:
            raise Dropped("extension")
        values["extensions"] = read_extensions(values["extensions"], extension_bytes)
    if name in FILLED:
        values["size"] = len(datagram)
    if name == "ECHO":
        at = rows_end(name)
        values["map"] = datagram[at:at + map_bytes(len(datagram))]
        read_map(values["map_newest"], bool(values["echo_flags"] & ECHO_FLAG_LENGTHS),
                 values["map"])
    if name == "FEEDBACK":
        if len(datagram) != length_of(name) + STEP_BYTES * values["steps"]:
            raise Dropped("length")
        values["steps"] = [_read_step(datagram, i) for i in range(values["steps"])]
        if values["steps"] and values["steps"][0]["first_after_ns"] != 0:
            raise Dropped("value")
    if name in OPEN_ENDED:
        values["tag"] = datagram[-16:]
    if name == "BULK":
        values["payload"] = datagram[length_of(name):]
    return name, values


def step_offset(index: int) -> int:
    return length_of("FEEDBACK") - 16 + STEP_BYTES * index


def _read_step(datagram: bytes, index: int) -> Fields:
    at = step_offset(index)
    step = {}
    for part in STEP:
        step[part.name] = part.unpack(datagram[at:at + part.size])
        at += part.size
    return step


# Keys and tags.


def blake2b(key: bytes, size: int, *data: bytes) -> bytes:
    return hashlib.blake2b(b"".join(data), key=key, digest_size=size).digest()


def derive(secret: bytes, label: str) -> bytes:
    return blake2b(secret, 32, label.encode("ascii"))


def hello_key(psk: bytes) -> bytes:
    return derive(psk, "wyndrvr-1 hello")


def refuse_key() -> bytes:
    return derive(bytes(32), "wyndrvr-1 refuse")


@dataclass
class SessionKeys:
    """From the HELLO with the cookie and the ASSIGN that answers it, as they were sent."""

    psk: bytes
    hello: bytes
    assign: bytes
    secret: bytes = field(init=False)

    def __post_init__(self):
        self.secret = blake2b(self.psk, 32, b"wyndrvr-1", self.hello[:496], self.assign[:240])

    def of_assign(self) -> bytes:
        return derive(self.secret, "assign")

    def of_port(self, port: str, from_client: bool) -> bytes:
        way = "client to server" if from_client else "server to client"
        return derive(self.secret, f"{port} {way}")[:16]

    def of_bulk(self, port: str) -> bytes:
        return derive(self.secret, f"{port} bulk")[:16]


def with_tag(message: bytes, key: bytes) -> bytes:
    return message[:-16] + blake2b(key, 16, message[:-16])


def tag_is_right(message: bytes, key: bytes) -> bool:
    return hmac.compare_digest(blake2b(key, 16, message[:-16]), message[-16:])


class MessageTagger:
    """The tag of sealed messages under one key."""

    def __init__(self, key: bytes):
        self._cmac = Cmac(key)

    def with_tag(self, message: bytes) -> bytes:
        return message[:-16] + self._cmac.tag(message[:-16])

    def is_right(self, message: bytes) -> bool:
        return hmac.compare_digest(self._cmac.tag(message[:-16]), message[-16:])


class BulkTagger:
    """The tag of bulk datagrams under one key."""

    def __init__(self, key: bytes):
        self._cipher = Aes128(key)

    def tag(self, datagram: bytes) -> bytes:
        first = self._cipher.encrypt(datagram[16:32])
        mixed = bytes(a ^ b for a, b in zip(first, datagram[:16]))
        return self._cipher.encrypt(mixed)[:8]

    def with_tag(self, datagram: bytes) -> bytes:
        return datagram[:32] + self.tag(datagram) + datagram[40:]

    def is_right(self, datagram: bytes) -> bool:
        return hmac.compare_digest(self.tag(datagram), datagram[32:40])


class Sealer:
    """What one side sends on one port."""

    def __init__(self, session: int, key: bytes):
        self._session, self._tagger, self._counter = session, MessageTagger(key), 0

    def seal(self, name: str, **values) -> bytes:
        self._counter += 1
        return self._tagger.with_tag(
            encode(name, session=self._session, counter=self._counter, **values))


class Opener:
    """What the other side sends on that port."""

    def __init__(self, session: int, key: bytes):
        self._session, self._tagger = session, MessageTagger(key)
        self._highest = 0
        self._seen: set[int] = set()

    def open(self, datagram: bytes) -> tuple[str, Fields]:
        name, values = decode(datagram)
        if name in HANDSHAKE or name == "BULK":
            raise Dropped("type")
        if values["session"] != self._session:
            raise Dropped("session")
        if not self._tagger.is_right(datagram):
            raise Dropped("tag")
        self._accept(values["counter"])
        return name, values

    def _accept(self, counter: int) -> None:
        if counter == 0 or counter in self._seen or counter + 1023 < self._highest:
            raise Dropped("replayed")
        self._highest = max(self._highest, counter)
        self._seen = {other for other in self._seen | {counter} if other + 1023 >= self._highest}


if __name__ == "__main__":
    import foreign_client
    sys.exit(foreign_client.main(sys.argv[1:], __doc__))
