"""A client of wyndrvrd that shares no line with ours: the model of the protocol on real sockets.

Handshake, at least three beats on each port, one short load down at a fixed rate with feedback,
STOP, REPORT, CLOSE. Prints one JSON document of what happened; the exit status is 0 when all of it
did, 1 when the server refused or something was missing, 2 for wrong arguments.
"""

import argparse
import json
import os
import secrets
import selectors
import socket
import sys
import time
from collections import Counter

import protocol_model as model

MILLISECOND = 1_000_000
FIRST_WAIT = 250 * MILLISECOND
LONGEST_WAIT = 1_000 * MILLISECOND
BEATS_WANTED = 3


class Failed(Exception):
    """The server did not do what the protocol says; the sentence tells what."""


def now_ns() -> int:
    return time.monotonic_ns()


class Endpoint:
    """A connected UDP socket that stamps what it receives."""

    def __init__(self, family: int, address: tuple):
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.connect(address)
        self.socket.setblocking(False)

    def send(self, datagram: bytes) -> None:
        try:
            self.socket.send(datagram)
        except OSError:
            pass  # as good as lost on the way

    def receive(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(65536))
            except OSError:  # nothing there, or an ICMP error that ends nothing
                return found


class Repeater:
    """When to send a request again: after `wait`, then twice that, up to `longest`."""

    def __init__(self, wait: int, longest: int):
        self._wait, self._longest = wait, longest
        self.due = 0

    def is_due(self) -> bool:
        if now_ns() < self.due:
            return False
        self.due = now_ns() + self._wait
        self._wait = min(2 * self._wait, self._longest)
        return True


class Handshake:
    """HELLO until ASSIGN or REFUSE."""

    def __init__(self, endpoint: Endpoint, key_id: int, psk: bytes, patience: int):
        self._endpoint, self._key_id, self._psk = endpoint, key_id, psk
        self._give_up = now_ns() + patience
        self.hellos_sent = 0

    def _hello(self, nonce: bytes, cookie: bytes) -> bytes:
        grease = secrets.token_bytes(4)
        raw = model.encode("HELLO", version_min=1, version_max=1, key_id=self._key_id, nonce=nonce,
                           cookie=cookie, extensions=[(0x7F00 | nonce[0], grease)])
        return model.with_tag(raw, model.hello_key(self._psk))

    def run(self) -> tuple[model.Fields, model.SessionKeys]:
        while now_ns() < self._give_up:
            found = self._attempt(secrets.token_bytes(16))
            if found:
                return found
        raise Failed(f"no answer to {self.hellos_sent} HELLO")

    def _attempt(self, nonce: bytes):
        """One nonce, for as long as its cookie is good."""
        hello = self._hello(nonce, bytes(24))
        has_cookie, until = False, self._give_up
        again = Repeater(FIRST_WAIT, LONGEST_WAIT)
        while now_ns() < min(until, self._give_up):
            if again.is_due():
                self._endpoint.send(hello)
                self.hellos_sent += 1
            for datagram in self._endpoint.receive():
                try:
                    name, fields = model.decode(datagram)
                except model.Dropped:
                    continue
                if name == "COOKIE" and fields["nonce"] == nonce and not has_cookie:
                    hello, has_cookie = self._hello(nonce, fields["cookie"]), True
                    until = now_ns() + 3_000 * MILLISECOND
                    again = Repeater(FIRST_WAIT, LONGEST_WAIT)
                if name == "REFUSE" and fields["nonce"] == nonce and has_cookie:
                    self._check_refusal(datagram, fields)
                if name == "ASSIGN" and fields["client_nonce"] == nonce and has_cookie:
                    keys = model.SessionKeys(self._psk, hello, datagram)
                    if model.tag_is_right(datagram, keys.of_assign()):
                        return fields, keys
            time.sleep(0.001)
        return None

    @staticmethod
    def _check_refusal(datagram: bytes, fields: model.Fields) -> None:
        if model.tag_is_right(datagram, model.refuse_key()):
            raise Failed(f"refused: {model.REFUSALS[fields['code']]}, have {fields['have']} of "
                         f"{fields['limit']}, retry after {fields['retry_after_ms']} ms")


class Port:
    """One of the three ports: beats, and the sealed messages that come."""

    def __init__(self, name: str, endpoint: Endpoint, assign: model.Fields,
                 keys: model.SessionKeys):
        self.name, self.endpoint = name, endpoint
        self._heartbeat = assign["heartbeat_us"] * 1_000
        self._sealer = model.Sealer(assign["session"], keys.of_port(name, True))
        self._opener = model.Opener(assign["session"], keys.of_port(name, False))
        self._questions: dict[int, tuple[bytes, int]] = {}
        self._next_number = 0
        self._due = 0
        self.confirmed = False
        self.rtts: list[int] = []
        self.drops: Counter = Counter()

    def send(self, name: str, **fields) -> None:
        self.endpoint.send(self._sealer.seal(name, **fields))

    def beat(self) -> None:
        """Sends BEAT0 when it is due."""
        if now_ns() < self._due:
            return
        wait = self._heartbeat if self.confirmed else min(self._heartbeat, 50 * MILLISECOND)
        self._due = now_ns() + wait
        challenge = secrets.token_bytes(16)
        number, self._next_number = self._next_number, self._next_number + 1
        self._questions = {n: q for n, q in self._questions.items() if n + 16 > number}
        self._questions[number] = (challenge, now_ns())
        self.send("BEAT0", number=number, challenge=challenge, time_ns=now_ns())

    def open(self, datagram: bytes) -> tuple[str, model.Fields] | None:
        """What is not a beat, for whoever it is for."""
        arrived = now_ns()
        try:
            name, fields = self._opener.open(datagram)
        except model.Dropped as reason:
            self.drops[str(reason)] += 1
            return None
        if name == "BEAT1":
            self._on_beat1(arrived, fields)
            return None
        return name, fields

    def _on_beat1(self, arrived: int, beat: model.Fields) -> None:
        challenge, sent = self._questions.pop(beat["number"], (b"", 0))
        if challenge != beat["echo"]:
            self.drops["unexpected"] += 1
            return
        self.confirmed = self.confirmed or beat["confirmed"] == 1
        if beat["held_ns"] <= arrived - sent:
            self.rtts.append(arrived - sent - beat["held_ns"])
        time_ns = now_ns()
        self.send("BEAT2", number=beat["number"], echo=beat["challenge"], time_ns=time_ns,
                  held_ns=time_ns - arrived)

    def is_ready(self) -> bool:
        return self.confirmed and len(self.rtts) >= BEATS_WANTED


class Receiver:
    """The receiving half of a load: counts, and makes FEEDBACK. Keeps steps of 500 ms."""

    def __init__(self, test: int, bulk_key: bytes, interval: int):
        self._test, self._interval = test, interval
        self._tagger = model.BulkTagger(bulk_key)
        self._seen: set[int] = set()
        self._highest = -1
        self._newest: model.Fields = {}
        self._newest_arrival = 0
        self._steps: dict[int, list[tuple[int, int]]] = {}  # arrivals and delays
        self._lowest_delay: int | None = None
        self.due: int | None = None
        self.last_arrival = 0
        self.totals: Counter = Counter()
        self.arrivals = {"first_arrival_ns": 0, "last_arrival_ns": 0}
        self.feedback_sent = 0
        self.primers = 0

    def on_bulk(self, datagram: bytes) -> None:
        arrival = now_ns()
        try:
            _, bulk = model.decode(datagram)
        except model.Dropped:
            bulk = None
        if bulk is None or not self._tagger.is_right(datagram) or bulk["test"] != self._test:
            self.totals["rejected"] += 1
            return
        self.due = arrival if self.due is None else self.due
        if bulk["step"] == 0:
            self.primers += 1
            if not self._seen:
                self._newest, self._newest_arrival = bulk, arrival
            return
        self._count(bulk, len(datagram), arrival)

    def _count(self, bulk: model.Fields, size: int, arrival: int) -> None:
        sequence = bulk["sequence"]
        if sequence in self._seen:
            self.totals["duplicates"] += 1
            return
        self._seen.add(sequence)
        if sequence > self._highest:
            self._highest = sequence
            self._newest, self._newest_arrival = bulk, arrival
        else:
            self.totals["reordered"] += 1
        self.totals["packets"] += 1
        self.totals["payload_bytes"] += size
        self.arrivals["first_arrival_ns"] = self.arrivals["first_arrival_ns"] or arrival
        self.arrivals["last_arrival_ns"] = self.last_arrival = arrival
        delay = arrival - bulk["sent_ns"]
        if self._lowest_delay is None or delay < self._lowest_delay:
            self._lowest_delay = delay
        if bulk["step"] not in self._steps and self._steps:
            for passed_over in range(max(self._steps) + 1, bulk["step"]):
                self._steps[passed_over] = []
        self._steps.setdefault(bulk["step"], []).append((arrival, delay))

    def _records(self) -> tuple[int, int, list[dict[str, int]]]:
        """Number and arrival of the first record, and the records."""
        recent = [n for n, seen in self._steps.items()
                  if seen and seen[-1][0] > now_ns() - 500 * MILLISECOND]
        if not recent:
            return 0, 0, []
        newest = max(self._steps)
        first = max(min(recent), newest - 63)
        records = []
        start = before = 0
        for n in range(first, newest + 1):
            seen = self._steps.get(n, [])
            at = seen[0][0] if seen else before
            start, before = start or at, before or at
            after = min(max(at - before, 0), 2 ** 32 - 1)
            before += after
            delays = [delay - self._lowest_delay for _, delay in seen] or [0]
            records.append({
                "first_after_ns": after, "packets": len(seen), "flags": 0,
                "span_ns": min(seen[-1][0] - at, 2 ** 32 - 1) if seen else 0,
                "lowest_delay": model.short_delay(min(delays)),
                "last_delay": model.short_delay(delays[-1])})
        return first, start, records

    def feedback(self) -> model.Fields | None:
        """The FEEDBACK that is due now."""
        if self.due is None or now_ns() < self.due:
            return None
        self.due = now_ns() + self._interval
        self.feedback_sent += 1
        first_step, first_step_ns, records = self._records()
        return {"test": self._test, "newest_sequence": self._newest["sequence"],
                "newest_sent_ns": self._newest["sent_ns"], "newest_step": self._newest["step"],
                "newest_receipt": self._newest["receipt"],
                "held_ns": now_ns() - self._newest_arrival, **self.totals, **self.arrivals,
                "lowest_delay_ns": self._lowest_delay or 0, "first_step": first_step,
                "first_step_ns": first_step_ns, "steps": records}

    def steps_seen(self) -> int:
        return sum(1 for seen in self._steps.values() if seen)


class Session:
    """The three ports of an ASSIGN, and one load down."""

    def __init__(self, server: tuple, family: int, assign: model.Fields,
                 keys: model.SessionKeys):
        self._assign, self._keys = assign, keys
        self._patience = assign["idle_timeout_ms"] * MILLISECOND
        self.ports = {}
        for name in ("control", "upload", "download"):
            address = (server[0], assign[f"{name}_port"], *server[2:])
            self.ports[name] = Port(name, Endpoint(family, address), assign, keys)
        self._selector = selectors.DefaultSelector()
        for port in self.ports.values():
            self._selector.register(port.endpoint.socket, selectors.EVENT_READ, port)
        self._receiver: Receiver | None = None
        self._probe_sent: dict[int, int] = {}
        self.echoes = 0
        self.probes_received = 0
        self.closed_by_server = ""

    def _turn(self) -> list[tuple[str, model.Fields]]:
        """One round of the loop; the messages of the control port that concern the session."""
        found = []
        for key, _ in self._selector.select(0.002):
            port = key.data
            for datagram in port.endpoint.receive():
                if port.name == "download" and datagram[2:4] == b"\x01\x30":
                    if self._receiver:
                        self._receiver.on_bulk(datagram)
                    continue
                message = port.open(datagram)
                if message and port.name == "control":
                    found += self._on_control(*message)
        for port in self.ports.values():
            port.beat()
        feedback = self._receiver.feedback() if self._receiver else None
        if feedback:
            self.ports["download"].send("FEEDBACK", **feedback)
        return found

    def _on_control(self, name: str, fields: model.Fields) -> list[tuple[str, model.Fields]]:
        if name == "CLOSE":
            self.ports["control"].send("CLOSED", end=fields["end"])
            raise Failed(f"the server closed: {model.ENDS[fields['end']]}")
        if name == "ECHO":
            if self._probe_sent.pop(fields["number"], None) == fields["probe_sent_ns"]:
                self.echoes += 1
                self.probes_received = fields["received"]
            return []
        return [(name, fields)]

    def open(self) -> None:
        until = now_ns() + self._assign["half_open_ms"] * MILLISECOND
        while not all(port.is_ready() for port in self.ports.values()):
            if now_ns() > until:
                missing = [p.name for p in self.ports.values() if not p.is_ready()]
                raise Failed(f"not enough beats were answered on: {', '.join(missing)}")
            self._turn()

    def _ask(self, name: str, answer: str, patience: int, **fields) -> model.Fields:
        rtt = min(self.ports["control"].rtts)
        again = Repeater(min(max(rtt * 3 // 2, 50 * MILLISECOND), 500 * MILLISECOND),
                         500 * MILLISECOND)
        until = now_ns() + patience
        while now_ns() < until:
            if again.is_due():
                self.ports["control"].send(name, **fields)
            for other, found in self._turn():
                if other == answer and found.get("test") == fields.get("test"):
                    return found
        raise Failed(f"{name} was not answered with {answer}")

    def probe(self, count: int) -> None:
        """Latency probes, 10 ms apart."""
        for number in range(count):
            self._probe_sent[number] = now_ns()
            self.ports["control"].send("PROBE", number=number, sent_ns=self._probe_sent[number])
            until = now_ns() + 10 * MILLISECOND
            while now_ns() < until:
                self._turn()

    def load_down(self, rate: int, size: int, duration_ms: int) -> dict[str, object]:
        self._receiver = Receiver(1, self._keys.of_bulk("download"),
                                  self._assign["feedback_interval_us"] * 1_000)
        ready = self._ask("START", "READY", self._patience, test=1, direction=2, search=0,
                          datagram_bytes=size, rate_bps=rate, duration_ms=duration_ms, pacing=1,
                          offload=1)
        if ready["end"] != 0:
            raise Failed(f"the test was not granted: {model.ENDS[ready['end']]}")
        self._wait_for_the_end(ready["duration_ms"] * MILLISECOND)
        report = self._ask("STOP", "REPORT", self._patience, test=1, end=1)
        settled = now_ns() + 200 * MILLISECOND
        while now_ns() < settled:
            self._turn()
        receiver, self._receiver = self._receiver, None
        return self._result(ready, report, receiver)

    def _wait_for_the_end(self, duration: int) -> None:
        begun = now_ns()
        while True:
            self._turn()
            first = self._receiver.arrivals["first_arrival_ns"]
            if not first and now_ns() - begun > self._patience:
                return
            quiet = now_ns() - self._receiver.last_arrival
            if first and now_ns() >= first + duration and quiet > 100 * MILLISECOND:
                return
            if first and quiet > 1_000 * MILLISECOND:
                return

    @staticmethod
    def _result(ready: model.Fields, report: model.Fields, receiver: Receiver):
        totals = receiver.totals
        span = receiver.arrivals["last_arrival_ns"] - receiver.arrivals["first_arrival_ns"]
        return {
            "granted": {name: ready[name] for name in ("datagram_bytes", "rate_bps",
                                                       "duration_ms")},
            "end": model.ENDS[report["end"]],
            "limited_by": model.LIMITS[report["limited_by"]],
            "sent": report["packets_accepted"], "refused": report["packets_refused"],
            "received": totals["packets"], "payload_bytes": totals["payload_bytes"],
            "lost": report["packets_accepted"] - totals["packets"],
            "duplicates": totals["duplicates"], "reordered": totals["reordered"],
            "rejected": totals["rejected"], "primers": receiver.primers,
            "steps": receiver.steps_seen(), "feedback_sent": receiver.feedback_sent,
            "payload_bps": round(totals["payload_bytes"] * 8e9 / span) if span else None}

    def close(self) -> bool:
        try:
            self._ask("CLOSE", "CLOSED", 500 * MILLISECOND, end=1)
        except Failed:
            return False
        return True


def probe(options: argparse.Namespace, summary: dict[str, object]) -> None:
    host, port = options.probe
    found = socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)
    family, _, _, _, address = found[0]
    handshake = Handshake(Endpoint(family, address), options.key[0], options.key[1],
                          round(options.timeout * 1e9))
    assign, keys = handshake.run()
    shown = {name: value for name, value in assign.items() if isinstance(value, int)
             and name not in ("magic", "version", "type", "length", "flags", "counter")}
    summary["handshake"] = {"hellos_sent": handshake.hellos_sent, "assign": shown}
    session = Session(address, family, assign, keys)
    session.open()
    summary["beats"] = {name: {"answered": len(p.rtts), "lowest_rtt_ns": min(p.rtts)}
                        for name, p in session.ports.items()}
    session.probe(10)
    summary["probes"] = {"sent": 10, "echoed": session.echoes,
                         "received_by_server": session.probes_received}
    summary["down"] = session.load_down(options.rate, options.size, options.duration)
    summary["closed"] = session.close()
    summary["dropped"] = dict(sum((p.drops for p in session.ports.values()), Counter()))


def key_argument(text: str) -> tuple[int, bytes]:
    key_id, _, digits = text.partition(":")
    psk = bytes.fromhex(digits)
    if len(psk) != 32:
        raise ValueError("a key has 32 bytes")
    return int(key_id), psk


def main(arguments: list[str], description: str) -> int:
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", nargs=2, required=True, metavar=("HOST", "PORT"))
    parser.add_argument("--key", type=key_argument, default=(0, bytes(32)), metavar="ID:HEX64",
                        help="default: anonymous")
    parser.add_argument("--rate", type=int, default=2_000_000, metavar="BITS",
                        help="payload bit/s; default %(default)s, this is Python")
    parser.add_argument("--size", type=int, default=1000, metavar="BYTES", help="of a datagram")
    parser.add_argument("--duration", type=int, default=1000, metavar="MS", help="of the load")
    parser.add_argument("--timeout", type=float, default=5, metavar="S", help="of the handshake")
    summary: dict[str, object] = {"error": None}
    try:
        probe(parser.parse_args(arguments), summary)
    except (Failed, OSError) as error:
        summary["error"] = str(error)
    print(json.dumps(summary, indent=2))
    sys.stdout.flush()
    return os.EX_OK if summary["error"] is None and summary.get("closed") else 1
