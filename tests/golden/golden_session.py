#!/usr/bin/env python3
"""The golden packets: one made-up session of a client with key 17, from its first HELLO to the end,
with the tags that its keys give.

    golden_session.py --write DIRECTORY     writes them as annotated hex

A packet of version 1 that once worked must work for ever: written files change only when one is
added.
"""

import argparse
import struct
import sys
from pathlib import Path

import hex_file
import protocol_model as model

PSK = bytes(range(32))
KEY_ID = 17
SESSION = 0x1122334455667788
CLIENT_NONCE = bytes(range(0xA0, 0xB0))
SERVER_NONCE = bytes(range(0xB0, 0xC0))
COOKIE = bytes([0x2A]) + bytes(7) + bytes(range(0xC0, 0xD0))
# Each side's clock has an origin of its own.
CLIENT = 1_000_000_000_000
SERVER = 7_777_000_000_000


def challenge(first: int) -> bytes:
    return bytes(range(first, first + 16))


def handshake() -> dict[str, tuple[str, bytes]]:
    """Name, title and bytes of the packets before there is a session."""
    hello = {"version": 1, "version_min": 1, "version_max": 1, "key_id": KEY_ID,
             "nonce": CLIENT_NONCE, "wish_rate_bps": 500_000_000, "wish_duration_ms": 10_000,
             "extensions": [(0x7FA5, bytes.fromhex("a5b6c7d8"))]}
    hello_key = model.hello_key(PSK)
    first = model.with_tag(model.encode("HELLO", **hello), hello_key)
    second = model.with_tag(model.encode("HELLO", cookie=COOKIE, **hello), hello_key)
    assign = model.encode(
        "ASSIGN", session=SESSION, client_nonce=CLIENT_NONCE, server_nonce=SERVER_NONCE,
        control_port=7001, upload_port=7417, download_port=7998, max_rate_bps=1_000_000_000,
        max_volume_bytes=5_000_000_000, max_duration_ms=60_000, max_datagram_bytes=65507,
        heartbeat_us=250_000, adjustment_delay_us=50_000, feedback_interval_us=25_000,
        half_open_ms=3_000, idle_timeout_ms=5_000, seen_port=41873,
        seen_address=bytes(10) + bytes.fromhex("ffffc6336407"), release=b"0.1.0".ljust(24, b"\0"),
        extensions=[(0x0001, b""), (0x7F00, b"\x01\x02\x03")])
    keys = model.SessionKeys(PSK, second, assign)
    newer = model.encode("HELLO", version=2, version_min=2, version_max=3, nonce=CLIENT_NONCE,
                         cookie=COOKIE, extensions=[(0x8001, b"?"), (0x0002, b"")])
    refuse = {"nonce": CLIENT_NONCE, "version_min": 1, "version_max": 1}
    return {
        "hello_first": ("The first HELLO of a client with key 17.", first),
        "hello_with_cookie": ("Its HELLO with the cookie.", second),
        "hello_anonymous": ("A client without a key and without a wish or an extension.",
                            model.with_tag(model.encode("HELLO", version=1, version_min=1,
                                                        version_max=1, nonce=CLIENT_NONCE),
                                           model.hello_key(bytes(32)))),
        "hello_newer": ("A client of versions 2 and 3, anonymous, with a critical extension.",
                        model.with_tag(newer, model.hello_key(bytes(32)))),
        "cookie": ("The answer to a first HELLO.", model.encode(
            "COOKIE", nonce=CLIENT_NONCE, cookie=COOKIE)),
        "assign": ("The answer to the HELLO with the cookie, with two extensions that nobody "
                   "knows.", model.with_tag(assign, keys.of_assign())),
        "refuse_busy": ("32 of 32 sessions are running.", model.with_tag(model.encode(
            "REFUSE", code=1, retry_after_ms=5417, have=32, limit=32, **refuse),
            model.refuse_key())),
        "refuse_unsupported": ("The server does not know extension 0x8001.", model.with_tag(
            model.encode("REFUSE", code=5, detail=0x8001, **refuse), model.refuse_key())),
    }


# A sandbox hides it all.
NOTHING_OF_THE_HOST = {name: 2 ** 16 - 1 for name in (
    "thread_busy", "thread_kept_waiting", "busiest_cpu", "stolen")} | {
        name: 2 ** 64 - 1 for name in model.HOST_COUNTS}
RECEIVED = {"packets": 18_119, "payload_bytes": 26_671_168, "duplicates": 3, "reordered": 21,
            "late": 1, "socket_drops": 7, "rejected": 2}


def step(after: int, span: int, packets: int, flags: int, lowest: int, last: int):
    return {"first_after_ns": after, "span_ns": span, "packets": packets, "flags": flags,
            "lowest_delay": model.short_delay(lowest), "last_delay": model.short_delay(last)}


def sealed() -> dict[str, tuple[str, str, bool, dict[str, object]]]:
    """Name to title, port, whether the client sends it, and fields with `type` and `counter`."""
    newest = {"newest_sequence": 18_130, "newest_sent_ns": SERVER + 4_000_000_000,
              "newest_step": 42, "newest_receipt": 0xCAFEF00D, "held_ns": 12_345_678}
    arrivals = {"first_arrival_ns": CLIENT + 2_100_000_000,
                "last_arrival_ns": CLIENT + 4_100_000_000}
    return {
        "beat0": ("Asks.", "control", True, {
            "type": "BEAT0", "counter": 1, "number": 0, "challenge": challenge(0x10),
            "time_ns": CLIENT}),
        "beat1": ("Answers and challenges; the port was not proven before.", "control", False, {
            "type": "BEAT1", "counter": 1, "number": 0, "challenge": challenge(0x30),
            "echo": challenge(0x10), "time_ns": SERVER, "held_ns": 41_000}),
        "beat1_confirmed": ("A later one, on the upload port.", "upload", False, {
            "type": "BEAT1", "counter": 9, "number": 8, "confirmed": 1,
            "challenge": challenge(0x50), "echo": challenge(0x60),
            "time_ns": SERVER + 2_000_000_000, "held_ns": 0}),
        "beat2": ("Echoes the challenge: the port is proven.", "control", True, {
            "type": "BEAT2", "counter": 2, "number": 0, "echo": challenge(0x30),
            "time_ns": CLIENT + 11_300_000, "held_ns": 52_000}),
        "probe": ("The eighth latency probe, as short as can be.", "control", True, {
            "type": "PROBE", "counter": 12, "number": 7, "probe_flags": 1,
            "sent_ns": CLIENT + 300_000_000}),
        "probe_sweep": ("What became of those before the ninth? 300 bytes long.", "control", True, {
            "type": "PROBE", "size": 300, "counter": 13, "number": 8, "probe_flags": 2,
            "sent_ns": CLIENT + 400_000_000}),
        "echo": ("Its answer; one probe was lost and one came twice.", "control", False, {
            "type": "ECHO", "counter": 11, "number": 7, "echo_flags": 7, "traffic_class": 184,
            "clock_sync": 2, "probe_sent_ns": CLIENT + 300_000_000,
            "probe_received_ns": SERVER + 305_100_000, "sent_ns": SERVER + 305_117_000,
            "received": 7, "duplicates": 1, "map_newest": 7, "clock_max_error_us": 31_417,
            "clock_steps": 1, "clock_slew_ppb": -12_345,
            "wall_ahead_ns": 1_795_150_000_000_000_000, "followed_number": 6,
            "left_after_ns": struct.pack(">2I", 4_321, 3_999),
            "stamped_after_ns": struct.pack(">2I", 0, 5_000),
            "map": model.write_lengths([5, 1, 2])}),
        "echo_bits": ("Every other one of 1100 was lost, in 300 bytes.", "control", False, {
            "type": "ECHO", "size": 300, "counter": 700, "number": 1_100, "clock_sync": 0,
            "probe_sent_ns": CLIENT + 11_000_000_000, "probe_received_ns": SERVER + 11_005_000_000,
            "sent_ns": SERVER + 11_005_017_000, "received": 551, "reordered": 3,
            "map_newest": 1_100, "clock_max_error_us": 2 ** 32 - 1, "map": b"\x55" * 128}),
        "size_up": ("Does a packet of 1280 bytes pass?", "control", True, {
            "type": "SIZE", "counter": 3, "number": 1, "answer_bytes": 64, "size": 1252}),
        "size_down": ("And one back? The request is short.", "control", True, {
            "type": "SIZE", "counter": 4, "number": 2, "answer_bytes": 1252}),
        "sized_up": ("The long request has come.", "control", False, {
            "type": "SIZED", "counter": 2, "number": 1, "request_bytes": 1252,
            "path_mtu": 1492}),
        "sized_down": ("The long answer.", "control", False, {
            "type": "SIZED", "counter": 3, "number": 2, "request_bytes": 48, "path_mtu": 1492,
            "size": 1252}),
        "sized_refused": ("The server's host sends none that are so long.", "control", False, {
            "type": "SIZED", "counter": 4, "number": 3, "request_bytes": 48, "outcome": 1,
            "path_mtu": 1492}),
        "start_fixed_down": ("50 Mbit/s down for two seconds.", "control", True, {
            "type": "START", "counter": 104, "test": 1, "direction": 2, "search": 0,
            "datagram_bytes": 1472, "rate_bps": 50_000_000, "duration_ms": 2_000, "pacing": 1,
            "offload": 1}),
        "start_search_up": ("A search up for ten seconds, without a ceiling.", "control", True, {
            "type": "START", "counter": 300, "test": 2, "direction": 1, "search": 1,
            "datagram_bytes": 1452, "duration_ms": 10_000, "pacing": 2, "traffic_class": 0xBA}),
        "start_s3_down": ("A search down that sees five seconds of a full path, for 250 MB.",
                          "control", True, {
            "type": "START", "counter": 301, "test": 3, "direction": 2, "search": 4,
            "datagram_bytes": 1472, "duration_ms": 8_000, "pacing": 1, "offload": 1,
            "sustained_ms": 5_000, "budget_bytes": 250_000_000}),
        "ready": ("Granted as wished.", "control", False, {
            "type": "READY", "counter": 103, "test": 1, "datagram_bytes": 1472,
            "rate_bps": 50_000_000, "duration_ms": 2_000}),
        "ready_volume_used": ("Not granted.", "control", False, {
            "type": "READY", "counter": 500, "test": 3, "end": 7}),
        "stop": ("The client's own load was over.", "control", True, {
            "type": "STOP", "counter": 411, "test": 2, "end": 1, "packets_accepted": 18_131,
            "packets_refused": 4}),
        "report_sender": ("Of a load down.", "control", False, {
            "type": "REPORT", "counter": 204, "test": 1, "end": 1, "role": 1, "limited_by": 3,
            "packets_accepted": 8_491, "packets_refused": 12, "packets_skipped": 5,
            "first_sent_ns": SERVER + 1_500_000_000, "last_sent_ns": SERVER + 3_499_800_000,
            "lateness_p50_ns": 61_000, "lateness_p99_ns": 240_000, "lateness_max_ns": 2 ** 32 - 1,
            "pacing": 1, "offload": 1, "capacity_verdict": 2, "capacity_datagram_bytes": 1472,
            "sent_bytes": 12_345_678, "capacity_bps": 99_990_000, "half_width_bps": 120_000,
            "burst_bps": 200_010_000, "burst_half_width_bps": 250_000,
            "bucket_bytes": 10_000_000, "saturated_ns": 1_250_000_000,
            "saturated_bytes": 20_500_000, "queue_ns": 15_400_000, "base_rtt_ns": 11_200_000,
            "loaded_rtt_ns": 26_900_000, "excess_loss_ppb": 10 ** 9, "loss_floor_ppb": 310_000,
            "traffic_class": 0x20, "thread_busy": 4_120, "busiest_cpu": 10_000, "stolen": 0,
            "thread_kept_waiting": 330, "offered_ppm": 1_043_000,
            "sessions": 3, "loads": 2, "link_bps": 10_000_000_000, "device_drops": 1,
            "qdisc_drops": 77, "qdisc_backlog_bytes": 1_048_576, "udp_buffer_errors": 0,
            "softnet_drops": 0, "softnet_squeezes": 9}),
        "report_receiver": ("Of a load up.", "control", False, {
            "type": "REPORT", "counter": 399, "test": 2, "end": 2, "role": 2, **RECEIVED,
            "first_arrival_ns": SERVER + 5_000_000_000,
            "last_arrival_ns": SERVER + 14_990_000_000, "best_packets": 2_101,
            "best_bytes": 3_050_652, "best_span_ns": 1_000_044_000, "best_index": 6,
            "stamps_missing": 5, "receive_buffer_bytes": 33_554_432, "longest_train": 44,
            "offload": 1, "lowest_ttl": 54, "highest_ttl": 55, "packets_congested": 31,
            "traffic_classes": bytes.fromhex("0203b80000000000"),
            "class_packets": b"".join(count.to_bytes(8, "big")
                                      for count in (18_000, 31, 80, 0, 0, 0, 0, 0)),
            "other_class_packets": 8, **NOTHING_OF_THE_HOST}),
        "close": ("The client has all it wanted.", "control", True, {
            "type": "CLOSE", "counter": 500, "end": 1}),
        "close_by_server": ("The last word in the name of a worker that died.", "control", False, {
            "type": "CLOSE", "counter": 2 ** 32 + 1, "end": 8}),
        "closed": ("The answer to the client's CLOSE.", "control", False, {
            "type": "CLOSED", "counter": 501, "end": 1}),
        "feedback_primer": ("Only the primer has come yet.", "download", True, {
            "type": "FEEDBACK", "counter": 7, "test": 1,
            "newest_sent_ns": SERVER + 1_490_000_000, "newest_receipt": 0x00C0FFEE,
            "held_ns": 3_000}),
        "feedback": ("Three steps, of which the second was lost whole.", "download", True, {
            "type": "FEEDBACK", "counter": 90, "test": 1, **newest, **RECEIVED, **arrivals,
            "lowest_delay_ns": CLIENT - SERVER + 5_000_000, "first_step": 40, "congested": 77,
            "first_step_ns": CLIENT + 4_000_000_000, "steps": [
                step(0, 49_700_000, 212, 0, 1_800, 12_345_678),
                step(50_100_000, 0, 0, 0, 0, 0),
                step(0, 49_000_000, 180, 1, 20_000_000, 31_415_926)]}),
        "feedback_extremes": ("Values that do not fit are the largest that do.", "upload", False, {
            "type": "FEEDBACK", "counter": 2 ** 64 - 1, "test": 2 ** 32 - 1, **newest,
            "lowest_delay_ns": model.LATEST_NS, "first_step": 2 ** 32 - 1,
            "first_step_ns": model.LATEST_NS, "steps": [
                step(0, 2 ** 32 - 1, 2 ** 24 - 1, 1, 2 ** 62, 2_047 << 31),
                step(2 ** 32 - 1, 0, 1, 0, 0, 2_047)]}),
    }


def bulk() -> dict[str, tuple[str, str, dict[str, object]]]:
    return {
        "bulk_primer": ("The primer of a load down, header only.", "download", {
            "test": 1, "sent_ns": SERVER + 1_490_000_000, "receipt": 0x00C0FFEE}),
        "bulk": ("A datagram of step 42 with 8 bytes that nobody reads.", "download", {
            "test": 1, "sequence": 18_130, "sent_ns": SERVER + 4_000_000_000, "step": 42,
            "receipt": 0xCAFEF00D, "payload": bytes.fromhex("0f1e2d3c4b5a6978")}),
        "bulk_up": ("A datagram of a load up; the test's number does not fit into 16 bits.",
                    "upload", {
                        "test": 0x12345 & 0xFFFF, "sequence": 2 ** 64 - 1,
                        "sent_ns": model.LATEST_NS, "step": 2 ** 32 - 1, "receipt": 1}),
    }


def keys() -> model.SessionKeys:
    packets = handshake()
    return model.SessionKeys(PSK, packets["hello_with_cookie"][1], packets["assign"][1])


def packets() -> dict[str, tuple[str, bytes]]:
    """Name to title and bytes of them all."""
    session_keys = keys()
    found = handshake()
    for name, (title, port, from_client, fields) in sealed().items():
        values = dict(fields)
        message = model.encode(values.pop("type"), session=SESSION, **values)
        way = "client to server" if from_client else "server to client"
        found[name] = (f"{title}\n{port} port, {way}", model.MessageTagger(
            session_keys.of_port(port, from_client)).with_tag(message))
    for name, (title, port, fields) in bulk().items():
        tagger = model.BulkTagger(session_keys.of_bulk(port))
        found[name] = (f"{title}\n{port} port", tagger.with_tag(model.encode("BULK", **fields)))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, required=True, metavar="DIRECTORY")
    directory = parser.parse_args().write
    for name, (title, datagram) in packets().items():
        (directory / f"{name}.hex").write_text(hex_file.render(title, datagram), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
