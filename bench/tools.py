"""One flow of datagrams, sent by each of the contestants: what is run, and what it says.

Every function starts both ends afresh on a path, waits for them, and returns a Run with the same
figures, so that one table can hold them all:

  gbit_per_s, mpacket_per_s   payload and datagrams that arrived, by the receiver's count
  loss_percent, lost          datagrams
  cpu_s_per_gb                processor time of both ends for 10^9 bytes of delivered payload
"""

import functools
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from contest import Run
from figures import agree
from paths import Path
from programs import BUILD, Failed, Program, Stage, typed

DAEMON, CTL = str(BUILD / "daemon/wyndrvrd"), str(BUILD / "ctl/wyndrvrctl")
YARDSTICK = str(BUILD / "bench/yardstick")
PEERS = ("iperf3", "nuttcp", "irtt")
_PORTS = 80  # of them a benchmark uses
_PATIENCE = 20  # seconds that a run may take beyond the flow


@dataclass(frozen=True)
class Flow:
    """What is asked of a contestant."""

    seconds: float
    direction: str = "up"  # from the client to the server; or "down"
    length: int = 1472  # bytes of payload of a datagram
    rate: int = 0  # payload, bit/s; 0: as fast as it can

    @property
    def sender(self) -> str:
        return "client" if self.direction == "up" else "server"

    @property
    def receiver(self) -> str:
        return "server" if self.direction == "up" else "client"


# Called with the sending process when it has been started; what it returns is called all the time.
Watch = Callable[[Program], Callable[[], None]]


def _unwatched(_: Program) -> Callable[[], None]:
    return lambda: None


@functools.cache
def ports() -> int:
    """The first of a run of ports that nobody on this host has, below those of the kernel's own
    choice."""
    def is_free(port: int) -> bool:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                try:
                    probe.bind(("", port))
                except OSError:
                    return False
        return True

    for first in range(27011, 31000, 211):
        if all(is_free(port) for port in range(first, first + _PORTS)):
            return first
    raise Failed("there is no run of free ports between 27011 and 31000")


@functools.cache
def ctl_help() -> str:
    return subprocess.run([CTL, "probe", "--help"], capture_output=True, text=True, timeout=10,
                          stdin=subprocess.DEVNULL).stdout


def ctl_knows(option: str) -> bool:
    return option in ctl_help()


def is_installed(peer: str) -> bool:
    return shutil.which(peer) is not None


def contradiction(goodput: float, sent: int, lost: int, length: int, seconds: float) -> str:
    """What arrived must be what was sent less what was lost; else, how the two differ."""
    expected = (sent - lost) * length * 8 / seconds
    if agree(goodput, expected):
        return ""
    return (f"{goodput / 1e9:.4g} Gbit/s are said to have arrived, but sent less lost makes "
            f"{expected / 1e9:.4g}")


def as_run(flow: Flow, goodput: float, sent: int, lost: int, payload_bytes: int, seconds: float,
           cpu_seconds: float, commands: list[str], **more: float | None) -> Run:
    """`more` are figures that only some contestants have."""
    run = Run(commands=commands, invalid=contradiction(goodput, sent, lost, flow.length, seconds))
    run.figures = {
        "gbit_per_s": goodput / 1e9,
        "mpacket_per_s": goodput / 8 / flow.length / 1e6,
        "loss_percent": 100 * lost / sent if sent else None,
        "lost": lost,
        "cpu_s_per_gb": cpu_seconds / (payload_bytes / 1e9) if payload_bytes else None,
        **more}
    return run


def start_daemon(stage: Stage, path: Path, *settings: str,
                 wrap: tuple[str, ...] = ()) -> tuple[Program, list[str]]:
    """A wyndrvrd with these settings on top of our own, and its command; `wrap` is one that becomes
    it."""
    ours = (f"bind_port={ports()}", f'port_ranges=["{ports() + 1}-{ports() + 60}"]',
            'control_socket=""')
    effective = {setting.partition("=")[0]: setting for setting in (*ours, *settings)}
    command = [*wrap, DAEMON, "--config", "/dev/null"]
    for setting in effective.values():
        command += ["--set", setting]
    daemon = stage.start(path.command("server", *command))
    daemon.await_words("listening on ")
    return daemon, command


def read_document(text: str) -> dict:
    """What a program printed that prints nothing but JSON."""
    try:
        return json.loads(text)
    except ValueError:
        raise Failed(f"this is no JSON: {text[-200:]!r}") from None


def read_report(text: str) -> dict:
    """The last line of a program that ends with one of JSON."""
    return read_document(text.strip().rpartition("\n")[2])


def probe_command(path: Path, flow: Flow, *options: str) -> list[str]:
    directions = ["--up"] if flow.direction == "up" else ["--down"]
    return [CTL, "probe", f"{path.server}:{ports()}", *directions, "-t", f"{flow.seconds:g}",
            "-l", str(flow.length), "-b", str(flow.rate), *options, "--json", "--quiet"]


def wyndrvr(path: Path, flow: Flow, *options: str, settings: tuple[str, ...] = (),
            watch: Watch = _unwatched) -> Run:
    with Stage() as stage:
        daemon, serving = start_daemon(stage, path, *settings)
        probing = probe_command(path, flow, *options)
        client = stage.start(path.command("client", *probing))
        tick = watch(client if flow.direction == "up" else daemon)
        ended = client.wait(flow.seconds + _PATIENCE, tick)
        cpu = ended.cpu_seconds + daemon.stop().cpu_seconds
    report = read_report(ended.stdout)
    return as_run(flow, commands=[typed(serving), typed(probing)], cpu_seconds=cpu,
                  **counts_of(report[flow.direction]))


def counts_of(direction: dict) -> dict:
    """Of one direction of a report, what as_run() takes."""
    packets, lost = direction["packets"], direction["packets"]["lost"]
    if lost["total"] is None or direction["rate_bps"]["payload"] is None:
        raise Failed(f"the report has no result: {direction['end']}")
    return {"goodput": direction["rate_bps"]["payload"], "sent": packets["sent"],
            "lost": lost["total"], "payload_bytes": direction["payload_bytes"],
            "seconds": direction["duration_ns"] / 1e9, "lost_path": lost["path"],
            "lost_sender_host": lost["sender_host"],
            "lost_receiver_socket": lost["receiver_socket"],
            "skipped": packets["skipped"], **extras_of(direction)}


def extras_of(direction: dict) -> dict:
    """What only some loads have: lateness is of those with a schedule."""
    lateness = (direction.get("pacing") or {}).get("lateness_ns") or {}
    said = {f"lateness_us_{name}": lateness[name] / 1e3 for name in ("p50", "p99", "max")
            if lateness.get(name) is not None}
    return said | {key: direction[key] for key in ("longest_train", "receive_buffer_bytes")
                   if direction.get(key) is not None}


def yardstick(path: Path, flow: Flow, *options: str, watch: Watch = _unwatched) -> Run:
    """Always from the client's end to the server's, since it knows no difference. `options` are
    those of its sender; --no-offload is for both halves."""
    shared = [option for option in options if option == "--no-offload"]
    at = f"{path.server}:{ports()}"
    receiving = [YARDSTICK, "receive", at, "-t", f"{flow.seconds + _PATIENCE:g}", *shared]
    sending = [YARDSTICK, "send", at, "-t", f"{flow.seconds:g}", "-l", str(flow.length), "-b",
               str(flow.rate), *options]
    with Stage() as stage:
        receiver = stage.start(path.command("server", *receiving))
        receiver.await_words("listening on ")
        sender = stage.start(path.command("client", *sending))
        sent = sender.wait(flow.seconds + _PATIENCE, watch(sender))
        received = receiver.wait(_PATIENCE)
    out, into = read_report(sent.stdout), read_report(received.stdout)
    if into["seconds"] <= 0:
        raise Failed("the yardstick's receiver saw no flow")
    return as_run(flow, goodput=into["payload_bytes"] * 8 / into["seconds"], sent=out["sent"],
                  lost=out["sent"] - into["received"], payload_bytes=into["payload_bytes"],
                  seconds=out["seconds"], cpu_seconds=sent.cpu_seconds + received.cpu_seconds,
                  commands=[typed(receiving), typed(sending)],
                  lost_sender_host=out["refused"])


def iperf3(path: Path, flow: Flow, watch: Watch = _unwatched) -> Run:
    whole_seconds = max(1, round(flow.seconds))  # it cuts fractions off, and 0 lasts for ever
    serving = ["iperf3", "-s", "-1", "-p", str(ports())]
    asking = ["iperf3", "-c", path.server, "-p", str(ports()), "-u", "-b", str(flow.rate), "-l",
              str(flow.length), "-t", str(whole_seconds), "-J",
              *(["-R"] if flow.direction == "down" else [])]
    with Stage() as stage:
        server = stage.start(path.command("server", *serving))
        server.await_port(ports())
        client = stage.start(path.command("client", *asking))
        asked = client.wait(flow.seconds + _PATIENCE,
                            watch(client if flow.direction == "up" else server))
        cpu = asked.cpu_seconds + server.wait(_PATIENCE).cpu_seconds
    end = read_document(asked.stdout)["end"]
    arrived = end.get("sum_received") or end["sum"]
    goodput = arrived["bytes"] * 8 / arrived["seconds"]
    return as_run(flow, goodput=goodput, sent=arrived["packets"], lost=arrived["lost_packets"],
                  payload_bytes=arrived["bytes"], seconds=arrived["seconds"], cpu_seconds=cpu,
                  commands=[typed(serving), typed(asking)])


def nuttcp(path: Path, flow: Flow, watch: Watch = _unwatched) -> Run:
    control, data = ports(), ports() + 1
    rate = f"-Ri{flow.rate // 1000}" if flow.rate else "-Ru"
    shared = ["-P", str(control)]
    serving = ["nuttcp", "-1", "--nofork", *shared]
    asking = ["nuttcp", "-u", rate, "-t" if flow.direction == "up" else "-r",
              f"-T{flow.seconds:g}", f"-l{flow.length}", "-w4m", *shared, "-p", str(data),
              "-fparse", path.server]
    with Stage() as stage:
        server = stage.start(path.command("server", *serving))
        server.await_port(control)
        client = stage.start(path.command("client", *asking))
        asked = client.wait(flow.seconds + _PATIENCE,
                            watch(client if flow.direction == "up" else server))
        cpu = asked.cpu_seconds + server.wait(_PATIENCE).cpu_seconds
    said = dict(re.findall(r"(\w+)=([0-9.]+)", asked.stdout))
    if "rate_Mbps" not in said:
        raise Failed(f"nuttcp printed no result: {(asked.stdout + asked.stderr).strip()[:200]}")
    seconds, sent = float(said["real_seconds"]), int(said["pkt"])
    lost = int(said.get("drop", 0))
    return as_run(flow, goodput=float(said["rate_Mbps"]) * 1e6, sent=sent, lost=lost,
                  payload_bytes=(sent - lost) * flow.length, seconds=seconds, cpu_seconds=cpu,
                  commands=[typed(serving), typed(asking)])


def versions() -> dict[str, str | None]:
    """Of everything that takes part; None for what is not installed."""
    questions = {"wyndrvr": [CTL, "--version"], "iperf3": ["iperf3", "--version"],
                 "nuttcp": ["nuttcp", "-V"], "irtt": ["irtt", "version"]}
    answers: dict[str, str | None] = {}
    for name, question in questions.items():
        if name in PEERS and not is_installed(name):
            answers[name] = None
            continue
        said = subprocess.run(question, capture_output=True, text=True, timeout=10,
                              stdin=subprocess.DEVNULL)
        answers[name] = (said.stdout or said.stderr).strip().split("\n")[0]
    return answers
