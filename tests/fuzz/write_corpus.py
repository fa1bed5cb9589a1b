#!/usr/bin/env python3
"""Writes the seeds of the protocol's fuzz targets: golden packets, and scripts of the acts that the
targets' steps take. Files with other names in a corpus, kept from fuzzing, are left alone.

The seeds of netlink/ that are not made here are answers of a Linux 6.18 on a little-endian machine.

    write_corpus.py [DIRECTORY]     the default is corpus/ beside this file
"""

import json
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden"))

import golden_session  # noqa: E402
import protocol_model as model  # noqa: E402

PACKETS = {name: raw for name, (_, raw) in golden_session.packets().items()}
HANDSHAKE = ("hello_", "cookie", "assign", "refuse_")


def u8(*values: int) -> bytes:
    return bytes(values)


def u16(value: int) -> bytes:
    return struct.pack(">H", value)


def u32(value: int) -> bytes:
    return struct.pack(">I", value)


def u64(value: int) -> bytes:
    return struct.pack(">Q", value)


def counted(raw: bytes) -> bytes:
    return u16(len(raw)) + raw


def of_handshake() -> dict[str, bytes]:
    seeds = {name: raw for name, raw in PACKETS.items() if name.startswith(HANDSHAKE)}
    full = bytes.fromhex("0001 0190") + bytes(400)
    hello = PACKETS["hello_first"]
    seeds["extension_fills_the_room"] = hello[:42] + u16(404) + hello[44:88] + full + bytes(20)
    many = b"".join(u16(kind) + u16(0) for kind in range(33))
    seeds["extensions_33"] = hello[:42] + u16(132) + hello[44:88] + many + hello[220:]
    seeds["extension_twice"] = hello[:42] + u16(8) + hello[44:88] + bytes(8) + hello[96:]
    seeds["empty"] = b""
    seeds["header_only"] = hello[:4] + u16(24) + hello[6:24]
    return seeds


def of_sealed() -> dict[str, bytes]:
    seeds = {name: raw for name, raw in PACKETS.items()
             if not name.startswith((*HANDSHAKE, "bulk"))}
    step = {"first_after_ns": 0, "span_ns": 1, "packets": 1, "flags": 0, "lowest_delay": 0xFFFF,
            "last_delay": 0x0801}
    seeds["feedback_full"] = model.encode("FEEDBACK", steps=[step] * 64)
    seeds["feedback_cut"] = PACKETS["feedback"][:-16]
    seeds["bulk"] = PACKETS["bulk"]
    seeds["size_longest"] = model.encode("SIZE", length=65507, answer_bytes=65507)
    seeds["size_too_short"] = model.encode("SIZE", answer_bytes=64)[:47]
    return seeds


def of_bulk() -> dict[str, bytes]:
    seeds = {name: u16(len(raw)) + raw for name, raw in PACKETS.items() if name.startswith("bulk")}
    one = PACKETS["bulk"]
    seeds["train"] = u16(48) + one * 5
    seeds["train_short_last"] = u16(48) + one * 4 + one[:44]
    seeds["train_last_without_tag"] = u16(48) + one * 4 + one[:39]
    seeds["train_too_long"] = u16(40) + one[:40] * 130
    seeds["segment_zero"] = u16(0) + one
    seeds["segment_short"] = u16(39) + one * 2
    seeds["segment_longer_than_train"] = u16(65507) + one
    seeds["beat_behind_bulk"] = u16(96) + (one + one) * 2 + PACKETS["beat1"]
    seeds["largest"] = u16(1472) + bytes(1472 * 44)
    return seeds


def of_key_file() -> dict[str, bytes]:
    key, other = "0123456789abcdef" * 4, "FEDCBA9876543210" * 4
    texts = {
        "one": f"17 {key} office\n", "no_name": f"17 {key}", "two": f"1 {key} a\n2 {other} b\n",
        "comments": f"# keys\n\n   # more\n\t4294967295\t{other}\t\r\n", "empty": "",
        "only_comments": "# 17\n", "twice": f"5 {key}\n5 {other}\n", "zeros": f"5 {'0' * 64}\n",
        "id_zero": f"0 {key}\n", "id_large": f"4294967296 {key}\n", "id_word": f"{key} 5\n",
        "key_short": f"5 {key[1:]}\n", "key_long": f"5 {key}0\n", "key_not_hex": f"5 {key[:-1]}g\n",
        "name_long": f"5 {key} {'n' * 33}\n", "name_bad": f"5 {key} a/b\n",
        "too_much": f"5 {key} a b\n", "nul": f"5 {key[:9]}\0{key[10:]}\n",
    }
    return {name: text.encode("ascii") for name, text in texts.items()}


def of_client_handshake() -> dict[str, bytes]:
    wait, garbage, cookie, assign, refuse = (u8(act) for act in range(5))
    begin = u8(1) + wait + u16(0)
    take = cookie + golden_session.COOKIE + wait + u16(0)
    good_tag, bad_tag = u8(1), u8(0)
    critical = bytearray(PACKETS["assign"])
    critical[152] = 0x80
    return {
        "assigned": begin + take + assign + good_tag + PACKETS["assign"],
        "refused": begin + take + refuse + good_tag + PACKETS["refuse_busy"],
        "wrong_tags": begin + take + assign + bad_tag + PACKETS["assign"] + refuse + bad_tag +
        PACKETS["refuse_busy"] + assign + good_tag + PACKETS["assign"],
        "critical_extension": begin + take + assign + good_tag + bytes(critical),
        "assign_before_cookie": begin + assign + good_tag + PACKETS["assign"] + take,
        "silence": begin + (wait + u16(60_000)) * 4,
        "cookie_grows_old": begin + take + (wait + u16(4_000)) * 5 + take + refuse + good_tag +
        PACKETS["refuse_unsupported"],
        "cookie_twice": begin + take + take,
        "golden_packets": begin + b"".join(garbage + counted(raw) for raw in PACKETS.values()),
        "nothing": b"",
    }


def of_listener() -> dict[str, bytes]:
    wait, garbage, hello, repeat, opened, ended, drain = (u8(act) for act in range(7))
    first, with_cookie, spoiled = 0, 1, 32
    yes = u8(0)

    def open_session(client: int, key: int = 0, wish: bytes = b"",
                     spoil: int = with_cookie) -> bytes:
        # Three ports, each drawn and opened, then the worker.
        return (hello + u8(client, first, key) +
                hello + u8(client, spoil | (4 if wish else 0), key) + wish + yes * 4)

    return {
        "session": u8(1) + open_session(0) + opened + yes + ended + yes,
        "every_key": u8(2) + b"".join(open_session(3 * (key % 3), key) for key in range(4)),
        "full": u8(3) + b"".join(open_session(3 * (i % 3)) + opened + u8(i) for i in range(6)),
        "half_open": u8(4) + open_session(0) + (wait + u16(50)) * 5 + wait + u16(3_000) +
        wait + u16(50),
        "repeated": u8(5) + open_session(0) + (repeat + u8(0)) * 3 + opened + yes + repeat + u8(0),
        "replayed": u8(6) + open_session(0) + ended + yes + repeat + u8(0) + wait + u16(40_000) +
        repeat + u8(0),
        "ports_taken": u8(7) + hello + u8(0, first, 0) + hello + u8(0, with_cookie, 0) +
        u8(7, 0, 7, 0, 0, 0) + hello + u8(3, first, 0) + hello + u8(3, with_cookie, 0) + u8(7) * 20,
        "no_worker": u8(8) + hello + u8(0, first, 0) + hello + u8(0, with_cookie, 0) +
        u8(0, 0, 0, 7),
        "cookie_grows_old": u8(9) + hello + u8(0, first, 0) + wait + u16(50_000) +
        hello + u8(0, with_cookie, 0),
        "strange_sources": u8(10) + b"".join(open_session(i) for i in range(13)),
        "spoiled": u8(11) + hello + u8(0, first, 0) + b"".join(
            hello + u8(0, with_cookie | spoiled, 0) + u16(place) + u8(1)
            for place in (0, 2, 4, 24, 40, 44, 48, 60, 72, 88, 496)),
        "extensions": u8(12) + hello + u8(0, first, 0) + hello + u8(0, with_cookie | 8, 0) +
        u16(0x8001) + u8(2) + b"ab" + hello + u8(0, with_cookie | 8, 0) + u16(1) + u8(2) + b"ab",
        "newer": u8(13) + hello + u8(0, first, 0) + hello + u8(0, with_cookie | 16, 0) + u8(2),
        "budget": u8(14) + b"".join(open_session(3 * i, 0, u32(3_000_000)) for i in range(3)),
        "drained": u8(15) + drain + u8(0xD7) + open_session(0),
        "golden_packets": u8(16) + b"".join(garbage + u8(i) + counted(raw) for i, raw in
                                            enumerate(PACKETS.values())),
        "nothing": b"",
    }


def of_varlink() -> dict[str, bytes]:
    def call(**members: object) -> bytes:
        return json.dumps(members).encode() + b"\0"

    daemon = "io.wyndrvr.Daemon"
    status, info = f"{daemon}.Status", "org.varlink.service.GetInfo"
    session = {
        "id": "8f3c000000000017", "client": "198.51.100.7:41873", "key": "office",
        "ports": {"control": 7811, "upload": 7864, "download": 7893}, "age_ns": 3, "open": True,
        "rtt_ns": None, "tests_count": 2, "running": "up", "test_payload_bytes": 4,
        "in_bytes": 5, "out_bytes": 6, "dropped_count": 7}
    answer = {
        "schema": "wyndrvr.status/1", "version": "0.1.0", "pid": 812, "uptime_ns": 1,
        "draining": False, "log_level": "info", "listen": "[::]:6711",
        "connection_parallelism": "single", "port_parallelism": "thread",
        "config_files": ["/etc/wyndrvr/wyndrvrd.toml"],
        "ports": {"total_count": 1001, "free_count": 998},
        "limits": {"max_sessions": 64, "max_sessions_per_address": 32, "max_rate_bps": 0,
                   "max_total_rate_bps": 0, "max_volume_bytes": 0, "max_duration_ns": 60,
                   "require_key": False},
        "admitted_count": 1, "cookies_sent_count": 2, "refused_count": {"busy": 3},
        "dropped_count": {}, "ended_count": {"completed": 4}, "sessions": [session]}
    return {
        "status": call(method=status), "info": call(method=info),
        "no_parameters": call(method=status, parameters={}) + call(method=info, parameters=None),
        "parameters": call(method=status, parameters={"all": True}),
        "oneway": call(method=status, oneway=True) + call(method=status, oneway=1),
        "sessions": call(method=f"{daemon}.Sessions") +
        call(method=f"{daemon}.Sessions", more=True),
        "watch": call(method=f"{daemon}.Watch", more=True, parameters={"interval_ms": 250}) +
        call(method=f"{daemon}.Watch") +
        b"".join(call(method=f"{daemon}.Watch", more=True, parameters={"interval_ms": interval})
                 for interval in (99, 100, 3600000, 3600001, -1, 1.5, 2**64, "1000", None)),
        "drain": b"".join(call(method=f"{daemon}.Drain", parameters=parameters)
                          for parameters in ({}, {"on": True}, {"on": False}, {"on": 1}, [])),
        "end_session": b"".join(call(method=f"{daemon}.EndSession", parameters={"session": name})
                                for name in ("8f3c000000000017", "8f3c000000000018", "8f3c", 7)),
        "log_level": b"".join(call(method=f"{daemon}.SetLogLevel", parameters={"level": level})
                              for level in ("debug", "loud", None)),
        "reload": call(method=f"{daemon}.Reload") + call(method=f"{daemon}.Reload", oneway=True),
        "description": b"".join(
            call(method="org.varlink.service.GetInterfaceDescription", parameters=parameters)
            for parameters in ({"interface": daemon}, {"interface": "a.b"}, {}, None)),
        "reply_sessions": call(parameters={"sessions": [session]}, **{"continues": True}) +
        call(parameters={"sessions": [{}]}),
        "reply_reloaded": call(parameters={"changed": ["max_rate"], "needs_restart": []}),
        "reply_problems": call(error=f"{daemon}.BadConfiguration",
                               parameters={"problems": ["a.toml:1:2: x", 7]}),
        "unknown": call(method="io.wyndrvr.Daemon.Stop") + call(method=7) + call(),
        "several": call(method=status) * 3 + b"\0\0" + call(method=info)[:9],
        "not_json": b"hello\0{\0[]\0null\0\xff\xfe\0",
        "deep": b'{"method":' + b"[" * 1000 + b"]" * 1000 + b"}\0" + b'{"parameters":' +
        b"[" * 1000 + b"]" * 1000 + b"}\0",
        "longest": b"x" * 4096 + b"\0", "too_long": call(method=status) + b"x" * 4097 + b"\0",
        "reply": call(parameters=answer), "reply_error": call(error="a.b.C", parameters={}),
        "reply_numbers": call(parameters={**answer, "pid": -1}) +
        call(parameters={**answer, "uptime_ns": 1.5}) + call(parameters={**answer, "pid": 2**64}),
        "reply_schema": call(parameters={**answer, "schema": "wyndrvr.status/2"}),
        "nothing": b"",
    }


def of_journal_record() -> dict[str, bytes]:
    def entry(identity: str, **fields: object) -> bytes:
        lines = [f"WYNDRVR_{name}={value}" for name, value in fields.items()]
        return "\0".join([f"MESSAGE_ID={identity}", "MESSAGE=a sentence", *lines]).encode()

    listening, ended = "3caf4feea21b418d8a4cb5e8a2048a6b", "be0d2cd6326c42ccb24484eaf153f13b"
    done, refused = "736a832c7d744f86bd16310bcc79a080", "d0c449b8cce148c38d4c8fe65d3bf5c9"
    whose = {"SESSION": "8f3c000000000017", "CLIENT": "198.51.100.7", "PORT": 41873,
             "KEY": "office"}
    return {
        "listening": entry(listening, LISTEN="[::]:6711"),
        "test_done": entry(done, **whose, TEST="up", UP_BPS=48_300_000, SENT=20_791, LOST=65,
                           RTT_US=11_234, REASON="completed"),
        "ended": entry(ended, **whose, REASON="peer_silent", DURATION_US=2**63, TESTS=2),
        "refused": entry(refused, CLIENT="2001:db8:1234:5678:9abc:def0:1234:5678", REASON="busy"),
        "numbers": entry(done, CLIENT="x", RTT_US=2**64, SENT=-1, LOST="1.5", UP_BPS=""),
        "escapes": entry(listening) + b"\0PRIORITY=3\0MESSAGE=\x1b[2J\n\xff\xc3",
        "long": entry(refused, CLIENT="c" * 5000, REASON="r" * 5000) + b"m" * 5000,
        "no_fields": b"MESSAGE_ID=" + ended.encode() + b"\0=\0\0WYNDRVR_\0WYNDRVR_=\0no equals",
        "foreign": entry("0" * 32, **whose), "nothing": b"",
    }


def of_netlink() -> dict[str, bytes]:
    """Answers of kernels that have what the one behind the other seeds had not, and broken ones."""
    error, done, new_route, new_qdisc = 2, 3, 24, 36
    root, ingress = 0xFFFFFFFF, 0xFFFFFFF1

    def message(kind: int, body: bytes, flags: int = 2) -> bytes:
        return struct.pack("<IHHII", 16 + len(body), kind, flags, 0, 0) + body

    def attribute(kind: int, value: bytes) -> bytes:
        return struct.pack("<HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)

    def qdisc(name: bytes, parent: int = root, options: bytes = b"", handle: int = 0x80010000,
              device: int = 3) -> bytes:
        fixed = struct.pack("<BxxxiIII", 0, device, handle, parent, 2)
        return message(new_qdisc, fixed + attribute(1, name) + options + attribute(12, u8(0)))

    def verdict(kind: int, number: int) -> bytes:
        return message(kind, struct.pack("<i", number))

    def below(*names: bytes) -> bytes:
        return b"".join(qdisc(name + b"\0", 0x80010000 + queue, handle=0)
                        for queue, name in enumerate(names, 1))

    def device(name: bytes, stats: bytes, kind: bytes = b"", index: int = 3) -> bytes:
        # ifinfomsg; IFLA_IFNAME, IFLA_STATS64, and IFLA_LINKINFO with IFLA_INFO_KIND in it.
        info = attribute(18, attribute(1, kind)) if kind else b""
        fixed = struct.pack("<BxHiII", 0, 1, index, 0x11043, 0)
        return message(16, fixed + attribute(3, name) + info + attribute(23, stats), 0)

    # TCA_STATS2, in it TCA_STATS_QUEUE: qlen, backlog, drops, requeues, overlimits.
    counting = attribute(7, attribute(3, struct.pack("<IIIII", 5, 7570, 77, 0, 12)))
    # TCA_OPTIONS, in it TCA_ETF_PARMS: delta in ns, CLOCK_TAI, no flags.
    etf = qdisc(b"etf\0", options=attribute(2, attribute(1, struct.pack("<iii", 300_000, 11, 0))))
    fq, end = qdisc(b"fq\0", options=attribute(2, attribute(1, u32(0)))), verdict(done, 0)
    noqueue = qdisc(b"noqueue\0", device=1)
    route = struct.pack("<BBBBBBBBI", 2, 32, 0, 0, 254, 0, 0, 1, 0)
    return {
        "fq": noqueue + fq + end, "etf": etf + end,
        "fq_clsact": fq + qdisc(b"clsact\0", ingress) + end,
        "mq_fq": qdisc(b"mq\0") + below(b"fq", b"fq") + end,
        "mq_mixed": qdisc(b"mq\0") + below(b"fq", b"fq_codel") + end,
        "mq_alone": qdisc(b"mq\0") + end, "htb_fq": qdisc(b"htb\0") + below(b"fq") + end,
        "cut_off": fq[:-1], "header_cut_off": fq + end[:15],
        "length_zero": bytes(16), "length_short": u8(15) + end[1:],
        "length_largest": b"\xff\xff\xff\xff" + fq[4:],
        "attribute_zero": message(new_qdisc, fq[16:36] + bytes(8)),
        "attribute_short": message(new_qdisc, fq[16:36] + b"\3\0\1\0"),
        "attribute_beyond": message(new_qdisc, fq[16:36] + b"\x09\0\1\0fq\0\0"),
        "unaligned_end": fq + message(new_qdisc, fq[16:36] + b"\7\0\1\0fq\0", 0),
        "kind_empty": qdisc(b"\0"), "kind_missing": qdisc(b""), "kind_open": qdisc(b"fq__"),
        "kind_longest": qdisc(b"q" * 15 + b"\0"), "kind_too_long": qdisc(b"q" * 16 + b"\0"),
        "kind_escapes": qdisc(b"\x1b[31m\0"), "qdisc_short": message(new_qdisc, bytes(19)),
        "device_zero": qdisc(b"fq\0", device=0), "device_negative": qdisc(b"fq\0", device=-1),
        "route_without_device": message(new_route, route, 0),
        "route_device_short": message(new_route, route + attribute(4, b"\1\0\0"), 0),
        "route_device_negative": message(new_route, route + attribute(4, b"\xff" * 4), 0),
        "route_short": message(new_route, route[:11], 0),
        "done_refused": verdict(done, -4), "error_short": message(error, u8(1)),
        "error_lowest": verdict(error, -(1 << 31)), "error_positive": verdict(error, 1),
        "acknowledged": verdict(error, 0) + fq, "empty": b"",
        "qdisc_counting": qdisc(b"tbf\0", options=counting) + end,
        "qdisc_counting_short":
            qdisc(b"tbf\0", options=attribute(7, attribute(3, bytes(19)))) + end,
        "device": device(b"eno1\0", bytes(range(200))),
        "device_made": device(b"wg0\0", bytes(200), b"wireguard\0"),
        "device_old": device(b"eth0\0", bytes(24)), "device_stats_empty": device(b"eth0\0", b""),
        "device_kind_escapes": device(b"eth0\0", bytes(200), b"\x1b[31m\0"),
        "device_name_open": device(b"eth0", bytes(200)),
        "device_index_zero": device(b"eth0\0", bytes(200), index=0),
    }


def of_proc_counters() -> dict[str, bytes]:
    names = b"Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\n"
    cpu = b"cpu  100 10 50 800 20 5 15 30 0 0\ncpu0 100 10 50 800 20 5 15 30 0 0\nintr 1 2 3\n"
    return {
        "snmp": b"Ip: Forwarding\nIp: 1\n" + names + b"Udp: 5400 3 12 5300 11 4\n",
        "snmp_values_missing": names, "snmp_values_short": names + b"Udp: 5400 3\n",
        "snmp_number_large": names + b"Udp: 1 2 3 4 18446744073709551616 5\n",
        "snmp6": b"Ip6InReceives   \t9\nUdp6RcvbufErrors                \t5\n",
        "softnet": b"0000b2a1 00000000 00000003 00000000\n00000001 ffffffff ffffffff\n",
        "softnet_short": b"0000b2a1 0\n", "stat": cpu, "stat_cut": cpu[:50],
        "stat_cpu_far": cpu.replace(b"cpu0", b"cpu65535"),
        "stat_cpu_too_far": cpu.replace(b"cpu0", b"cpu65536"),
        "stat_wraps": b"cpu " + b" 18446744073709551615" * 8 + b"\n", "nothing": b"",
    }


class PortScript:
    """The acts of port_session.cpp, in the order of its enum."""

    def __init__(self, role: int, seed: int = 1):
        self.raw = u8(seed, role)

    def act(self, number: int, client: bool = False, rest: bytes = b"") -> "PortScript":
        self.raw += u8(number | (0x80 if client else 0)) + rest
        return self

    def wait(self, us: int, luck: int = 0) -> "PortScript":
        """Then both sides send; with a luck of 224 and more the stack does not take all."""
        return self.act(0, rest=u16(us) + u8(luck))

    def waits(self, count: int) -> "PortScript":
        """65 ms each."""
        for _ in range(count):
            self.wait(65_000)
        return self

    def prove(self) -> "PortScript":
        """Two whole beats; the server is proven after the first."""
        for _ in range(2):
            self.wait(50_000).act(2)
        return self

    def load(self, from_client: bool, rate: int, size: int, ms: int, search: int) -> "PortScript":
        return self.act(9, from_client, u32(rate - 1) + u8(search) + u16(ms - 1) + u16(size - 40) +
                        u8(1))

    def flow(self, turns: int, us: int = 10_000) -> "PortScript":
        for _ in range(turns):
            self.wait(us).act(2)
        return self


CONTROL, UPLOAD, DOWNLOAD = range(3)


def of_port_session() -> dict[str, bytes]:
    def scripts() -> dict[str, PortScript]:
        def up(seed: int = 1) -> PortScript:
            return PortScript(UPLOAD, seed).prove()

        def hostile(turns: int) -> PortScript:
            script = up().load(True, 20_000_000, 1200, 2000, 0).flow(10)
            for turn in range(turns):
                script.wait(5_000)
                script.act(14, True, u8(1) + u64(turn << 60) + u64(turn << 58) + u8(0) + u8(200) +
                           u64(1000) + u64(0) + u64(0))
            return script

        sealed = PortScript(CONTROL).prove()
        for name, raw in PACKETS.items():
            if name not in ("cookie",) and not name.startswith((*HANDSHAKE, "bulk")):
                sealed.act(7, False, counted(raw)).act(7, True, counted(raw))
        spoiled = up().load(True, 5_000_000, 1000, 500, 0)
        for how in range(24):
            spoiled.wait(10_000).act(4, how % 2 == 0, u8(how) + u16(how * 37) + u16(how) + u8(how))
        bulk = PortScript(DOWNLOAD).prove().load(False, 1_000_000, 500, 1000, 0)
        for number in range(12):
            bulk.act(8, True, u8(2, 20) + b"".join(
                u8(0, 200) + u16(number * 3 + i) + u8(200) + u8(200, number // 4) + u8(9)
                for i in range(3)))
        # Departures that are told, late, twice or of what was never sent.
        stamped = PortScript(CONTROL).prove().act(12, rest=u8(1))
        for number in range(30):
            stamped.wait(1_000).act(1).act(15, False, u8(number) + u16(3)).act(1, True)
            stamped.act(15, True, u8(number) + u16(number * 40)).act(15, True, u8(200) + u16(0))
        # Probes and echoes get lost, and a sweep asks for them.
        lossy = PortScript(CONTROL).prove().act(12, rest=u8(5))
        for number in range(24):
            lossy.wait(5_000).act(3 if number % 3 == 0 else 1)
            lossy.act(3 if number % 4 == 0 else 1, True)
        lossy.act(12, rest=u8(0)).flow(60, 60_000)
        copies = PortScript(CONTROL).prove().act(12, rest=u8(2))
        for number in range(12):
            copies.wait(2_000).act(5).act(1).act(1).act(5, True).act(1, True).act(1, True)
        # Times beyond 2^62 ns once overflowed a difference.
        far_times = PortScript(DOWNLOAD).prove().load(False, 1_000_000, 500, 1000, 0)
        for number in range(4):
            far_times.act(8, True, u8(0, 20) + u8(0, 200) + u16(number) + u8(0) +
                          u64((1 << 63) + number * (1 << 61)) + u8(200, 1, 9))
        far_times.wait(30_000).act(2)
        return {
            "far_times": far_times,
            "beats": PortScript(CONTROL).prove().flow(8, 60_000),
            "probing": PortScript(CONTROL).prove().act(12, rest=u8(10)).flow(20, 5_000),
            "probing_poisson": PortScript(CONTROL).prove().act(12, rest=u8(0x8A)).flow(20, 5_000),
            "probing_stamped": stamped, "probing_lossy": lossy, "copies": copies,
            "sizing": PortScript(CONTROL).prove().act(
                16, False, u16(1472) + u16(1500) + u16(0)).act(
                16, True, u16(1472) + u16(1500) + u16(9000)).flow(12, 20_000),
            "sizing_black_hole": PortScript(CONTROL).prove().act(
                16, True, u16(65507) + u16(9000) + u16(9000)).wait(0).act(3).act(2).flow(
                80, 60_000),
            "sizing_refused": PortScript(CONTROL).prove().act(
                16, False, u16(1300) + u16(1400) + u16(0)).act(
                16, True, u16(500) + u16(528) + u16(9000)).flow(20, 20_000),
            "control": PortScript(CONTROL).prove().act(11, True, u8(1)).act(2).act(
                11, False, u8(3)).act(2),
            "up": up().load(True, 10_000_000, 1472, 300, 0).flow(50),
            "up_search": up().load(True, 100_000_000, 1472, 1000, 1).flow(60),
            "up_largest": up().load(True, 200_000_000, 65507, 300, 0).flow(40),
            "down": PortScript(DOWNLOAD).prove().load(False, 10_000_000, 100, 300, 0).flow(50),
            "down_twice": PortScript(DOWNLOAD).prove().load(False, 5_000_000, 700, 50, 0).flow(
                20).load(False, 5_000_000, 700, 50, 1).flow(20),
            "no_feedback": up().load(True, 5_000_000, 1000, 4000, 0).flow(10).wait(60_000).act(
                3).waits(35),
            "silence": up().load(True, 5_000_000, 1000, 4000, 0).flow(10).waits(12).flow(10),
            "before_proof": PortScript(DOWNLOAD).load(False, 5_000_000, 1000, 100, 0).flow(0).wait(
                10_000).wait(10_000).prove().flow(20),
            "lost_and_repeated": up().load(True, 8_000_000, 900, 400, 0).wait(9_000).act(3).act(
                5).wait(9_000).act(5, True).act(5).flow(10),
            "stack_is_full": up().load(True, 5_000_000, 1000, 300, 0).flow(4).wait(
                9_000, 0xE0).wait(9_000, 0xE1).wait(9_000, 0xE3).act(2).flow(5),
            "ended": up().load(True, 5_000_000, 1000, 2000, 0).flow(5).act(10, True, u8(1)).flow(5),
            "socket_drops": up().load(True, 5_000_000, 1000, 300, 0).flow(5).act(
                13, rest=u8(9)).flow(10),
            "strange": up().act(6, False, u8(1) + u16(5) + u16(96) + counted(PACKETS["beat0"])).act(
                6, False, u8(2, 9) + u16(0) + counted(b"")).act(
                6, True, u8(0) + u16(48) + counted(PACKETS["bulk"] * 3)),
            "idle": PortScript(CONTROL).prove().flow(0).wait(65_000).wait(65_000),
            "hostile_receiver": hostile(8), "sealed": sealed, "spoiled": spoiled, "bulk": bulk,
        }

    return {name: script.raw for name, script in scripts().items()}


def of_ip_packet() -> dict[str, bytes]:
    """What a host sends into an emulated path."""
    ports = u16(4096) + u16(8192)
    hosts_v4 = bytes([10, 0, 0, 1, 10, 0, 0, 2])
    hosts_v6 = b"\xfd" + bytes(14) + b"\x01" + b"\xfd" + bytes(14) + b"\x02"
    udp = ports + u16(13) + u16(0) + b"hello"
    v4 = u8(0x45, 0xba) + u16(33) + u16(1) + u16(0x4000) + u8(64, 17) + u16(0) + hosts_v4 + udp
    v6 = u8(0x6b, 0xa1, 0x23, 0x45) + u16(13) + u8(17, 64) + hosts_v6 + udp
    return {"empty": b"", "v4": v4, "v6": v6,
            "v4_may_be_cut": v4[:6] + u16(0) + v4[8:],
            "v4_options": u8(0x46) + v4[1:3] + u8(37) + v4[4:20] + bytes(4) + udp,
            "v4_header_alone": u8(0x45, 0) + u16(20) + v4[4:9] + u8(6) + v4[10:20],
            "v4_short_udp": v4[:2] + u16(23) + v4[4:20] + ports[:3],
            "v4_header_too_long": u8(0x4f) + v4[1:],
            "v4_multicast": v4[:16] + u8(224) + v4[17:],
            "v6_multicast": v6[:24] + u8(255) + v6[25:],
            "v6_header_alone": v6[:4] + u16(0) + v6[6:40],
            "v6_short": v6[:39], "version_5": u8(0x55) + v4[1:]}


def main() -> int:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "corpus"
    corpora = {"handshake": of_handshake(), "sealed": of_sealed(), "bulk": of_bulk(),
               "key_file": of_key_file(), "client_handshake": of_client_handshake(),
               "listener": of_listener(), "port_session": of_port_session(),
               "varlink": of_varlink(), "netlink": of_netlink(),
               "ip_packet": of_ip_packet(), "proc_counters": of_proc_counters(),
               "journal_record": of_journal_record()}
    for target, seeds in corpora.items():
        (directory / target).mkdir(parents=True, exist_ok=True)
        for name, raw in seeds.items():
            (directory / target / name).write_bytes(raw)
    return 0


if __name__ == "__main__":
    sys.exit(main())
