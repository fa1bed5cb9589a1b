"""What all system tests share: the programs, run in the namespaces of network.py, and waiting.

Where the programs are says the environment: WYN_DAEMON and WYN_CTL, by default those in build/.
WYN_SANITIZE is Meson's b_sanitize: under a sanitizer everything may take longer, and a report of it
on any program's stderr, or in its log, fails the test. Every wait is bounded, and whatever was
started or made is gone at the end, also of a test that fails or is terminated.
"""

import atexit
import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from dataclasses import dataclass, replace

from network import SERVER_V4, Network, Unavailable

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/golden"))
import validate_json  # noqa: E402
DAEMON = os.environ.get("WYN_DAEMON", str(ROOT / "build/daemon/wyndrvrd"))
CTL = os.environ.get("WYN_CTL", str(ROOT / "build/ctl/wyndrvrctl"))
SANITIZE = os.environ.get("WYN_SANITIZE", "none")
# How many times longer the programs may take. Measured: handshakes and starts of processes take
# two to three times as long with the address sanitizer and up to six with the thread sanitizer.
SLOWNESS = 6 if "thread" in SANITIZE else 3 if SANITIZE != "none" else 1
SKIPPED = 77

_report = re.compile(r"Sanitizer|runtime error:|^==[0-9]+==", re.MULTILINE)
_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1

network: Network
_scratch: str
_programs: list["Program"] = []
_schemas = {name: validate_json.validator_for(ROOT / f"ctl/schema/wyndrvr.{name}-1.json",
                                              closed=True) for name in ("result", "lines", "status",
                                                        "sessions")}


def _environment() -> dict[str, str]:
    """Nothing of ours but the sanitizers' options, with their reports in files as well."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
        given = os.environ.get(name, "")
        kept[name] = f"{given}:log_path={_scratch}/report-{name[:4].lower()}"
    return kept | {"LC_ALL": "C.UTF-8"}


class Program:
    """A process that we started, with its output in files. Ends with us whatever happens."""

    def __init__(self, *command: str, role: str | None = None):
        self._name = f"{_scratch}/{len(_programs)}"
        line = list(command) if role is None else network.command(role, *command)
        with open(f"{self._name}.out", "wb") as out, open(f"{self._name}.err", "wb") as err:
            self._process = subprocess.Popen(
                line, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=_environment(),
                preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
        self.began = time.monotonic()
        _programs.append(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stdout(self) -> str:
        return pathlib.Path(f"{self._name}.out").read_text("utf-8", "replace")

    @property
    def stderr(self) -> str:
        return pathlib.Path(f"{self._name}.err").read_text("utf-8", "replace")

    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        """Its exit status; an assertion fails when it still runs after that time (and longer under
        a sanitizer)."""
        try:
            return self._process.wait(seconds * SLOWNESS)
        except subprocess.TimeoutExpired:
            self.destroy()
            raise AssertionError(f"{' '.join(self._process.args)} ran for more than "
                                 f"{seconds * SLOWNESS} s\n{self.stdout}\n{self.stderr}") from None

    def destroy(self) -> None:
        """SIGKILL for it and for the workers that it started."""
        family = descendants(self.pid) if self.is_running() else []
        self._process.kill()
        self._process.wait(10)
        for pid in family:
            if os.path.exists(f"/proc/{pid}"):
                os.kill(pid, signal.SIGKILL)


@dataclass
class Outcome:
    """What a run of a program came to; `report` is its JSON document, None when it printed none."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    report: dict | None

    def __str__(self) -> str:
        return f"status {self.status}\n{self.stdout}\n{self.stderr}"

    @property
    def complaint(self) -> str:
        """What stderr says, each sentence on one line: those for people are broken into several."""
        return re.sub(r"\n +(?![ →])", " ", self.stderr)

    @property
    def reason(self) -> str | None:
        """Of the failure that a probe's report tells; None when it tells none."""
        return self.report["error"] and self.report["error"]["reason"]


def assert_fits(document: dict, schema: str) -> None:
    """What a program of ours prints, document or line, is as its schema says, and no more."""
    problems = _schemas[schema].problems(document)
    if problems:
        raise AssertionError("\n".join([*problems, json.dumps(document)]))


def outcome_of(program: Program, seconds: float = 40) -> Outcome:
    status = program.wait(seconds)
    took = time.monotonic() - program.began
    try:
        report = json.loads(program.stdout)
    except ValueError:
        report = None
    # Other programs than ours print JSON of their own.
    for schema in _schemas:
        if isinstance(report, dict) and report.get("schema") == f"wyndrvr.{schema}/1":
            assert_fits(report, schema)
    return Outcome(status, program.stdout, program.stderr, took, report)


def children(pid: int) -> list[int]:
    """Process ids, zombies included."""
    found: list[int] = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue  # the thread has ended
    return found


def descendants(pid: int) -> list[int]:
    found = children(pid)
    return found + [grandchild for child in found for grandchild in descendants(child)]


@dataclass(frozen=True)
class Holdings:
    """What a process holds that must come back to where it was."""

    descriptors: int
    threads: int
    children: int
    free_ports: int


def _is_back(now: Holdings, before: Holdings) -> bool:
    # The thread sanitizer starts a thread of its own beside the first one of ours, and keeps it.
    spare = 1 if "thread" in SANITIZE else 0
    return (replace(now, threads=before.threads) == before
            and before.threads <= now.threads <= before.threads + spare)


class Daemon(Program):
    """A wyndrvrd that listens. Settings are keys of its configuration file; `runner` is a command
    that runs it."""

    def __init__(self, *arguments: str, role: str = "server", runner: tuple[str, ...] = (),
                 **settings):
        self.directory = scratch_directory()
        self.socket = settings.setdefault("control_socket", f"{self.directory}/io.wyndrvr")
        settings.setdefault("drain_time", "0s")  # what is stopped is to be gone
        file = f"{self.directory}/wyndrvrd.toml"
        with open(file, "w", encoding="utf-8") as text:
            # A JSON string, number, Boolean or list of strings is one in TOML too.
            text.writelines(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        super().__init__(*runner, DAEMON, "--config", file, *arguments, role=role)
        wait_until(lambda: "listening on " in self.stdout or not self.is_running(), 10,
                   "the daemon listens")
        if not self.is_running():
            raise AssertionError(f"the daemon does not start: {self.stderr}")

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            self.stop()
        else:
            self.destroy()

    def call(self, message: dict) -> dict:
        """One Varlink call on the control socket."""
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(5 * SLOWNESS)
            caller.connect(self.socket)
            caller.sendall(json.dumps(message).encode() + b"\0")
            answer = b""
            while not answer.endswith(b"\0"):
                piece = caller.recv(65536)
                if not piece:
                    raise AssertionError("the daemon hung up")
                answer += piece
            # Whoever counts the daemon's descriptors next must not find this one.
            caller.shutdown(socket.SHUT_WR)
            while caller.recv(65536):
                pass
        return json.loads(answer[:-1])

    def state(self) -> dict:
        return self.call({"method": "io.wyndrvr.Daemon.Status"})["parameters"]

    def sessions(self) -> list[dict]:
        return self.state()["sessions"]

    def holdings(self) -> Holdings:
        free_ports = self.state()["ports"]["free_count"]  # first: then its loop has begun to turn
        return Holdings(descriptors=len(os.listdir(f"/proc/{self.pid}/fd")),
                        threads=len(os.listdir(f"/proc/{self.pid}/task")),
                        children=len(descendants(self.pid)), free_ports=free_ports)

    def resident_kib(self) -> int:
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+([0-9]+)", status)[1])

    def wait_for_load(self, direction: str, count: int = 1) -> None:
        """Until that many sessions have had some load in that direction."""
        def loaded():
            for client in _programs[_programs.index(self) + 1:]:
                if not client.is_running() and client.wait(0) != 0:
                    raise AssertionError(f"a client has failed: {outcome_of(client)}")
            return sum(session["running"] == direction and session["test_payload_bytes"] > 0
                       for session in self.sessions()) >= count
        wait_until(loaded, 15, f"{count} sessions are loaded {direction}")

    def stop(self) -> None:
        """A daemon that is asked to leave does so, with status 0 and nothing to complain about."""
        if not self.is_running():
            return
        self.signal(signal.SIGTERM)
        status = self.wait(5)
        if status != 0 or self.stderr:
            raise AssertionError(f"the daemon ended with status {status}\n{self.stdout}\n"
                                 f"{self.stderr}")


def scratch_directory() -> str:
    """A new one, gone at the end."""
    return tempfile.mkdtemp(dir=_scratch)


def wait_until(condition, seconds: float, what: str):
    """The condition's value once it is true; longer under a sanitizer."""
    until = time.monotonic() + seconds * SLOWNESS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= until:
            raise AssertionError(f"not within {seconds * SLOWNESS} s: {what}")
        time.sleep(0.02)


class Lateness:
    """How late this machine runs whoever waits: the longest oversleep of a thread of ours, in
    seconds. What a program does in time on a quiet machine, it does that much later on this one."""

    def __enter__(self) -> "Lateness":
        self.seconds = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            asleep = time.monotonic()
            time.sleep(0.005)
            self.seconds = max(self.seconds, time.monotonic() - asleep - 0.005)


class SystemTest(unittest.TestCase):
    """Runs programs, and looks at the end for what sanitizers said."""

    def setUp(self):
        self._started_before = len(_programs)
        self.addCleanup(self._clean_up)

    def _clean_up(self) -> None:
        started = _programs[self._started_before:]
        try:
            for program in reversed(started):
                if isinstance(program, Daemon):
                    program.stop()
        finally:
            for program in started:
                program.destroy()
        for program in started:
            self.assertIsNone(_report.search(program.stderr), program.stderr)
        for report in pathlib.Path(_scratch).glob("report-*"):
            self.fail(report.read_text("utf-8", "replace"))

    def start_probe(self, *arguments: str, host: str = SERVER_V4, role: str = "client") -> Program:
        return Program(CTL, "probe", host, "--json", "--quiet", *arguments, role=role)

    def probe(self, *arguments: str, **where) -> Outcome:
        outcome = outcome_of(self.start_probe(*arguments, **where))
        self.assertIsNotNone(outcome.report, outcome)
        self.assertEqual(outcome.report["schema"], "wyndrvr.result/1")
        return outcome

    def assert_nothing_lost(self, outcome: Outcome, directions: tuple[str, ...] = ("down", "up")):
        """A complete probe whose every datagram arrived, once."""
        self.assertEqual(outcome.status, 0, outcome)
        self.assertTrue(outcome.report["complete"], outcome)
        for direction in directions:
            packets = outcome.report[direction]["packets"]
            with self.subTest(direction=direction, packets=packets):
                self.assertGreater(packets["received"], 0)
                self.assertEqual(packets["sent"], packets["received"])
                self.assertEqual(packets["lost"]["total"], 0)
                self.assertEqual(packets["duplicate"], 0)

    def assert_holds(self, daemon: Daemon, before: Holdings, seconds: float = 3) -> None:
        """It comes back to what it held before."""
        try:
            wait_until(lambda: _is_back(daemon.holdings(), before), seconds, "")
        except AssertionError:
            self.assertEqual(daemon.holdings(), before)
            raise


@contextlib.contextmanager
def over(other: Network):
    """Programs that are started within run in that network, which is taken down at the end."""
    global network
    before, network = network, other
    try:
        yield other
    finally:
        network = before
        other.down()


def run(*command: str, role: str | None = None) -> Outcome:
    """A program that ends by itself."""
    return outcome_of(Program(*command, role=role), 15)


def _take_down() -> None:
    for program in _programs:
        program.destroy()
    network.down()
    shutil.rmtree(_scratch, ignore_errors=True)


def main(make: type[Network] = Network) -> None:
    """Runs the tests of the calling file; ends with 77 where there can be no namespaces."""
    global network, _scratch
    try:
        network = make()
    except Unavailable as reason:
        print(f"skipped: {reason}", flush=True)
        sys.exit(SKIPPED)
    _scratch = tempfile.mkdtemp(prefix="wyndrvr-system-")
    atexit.register(_take_down)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    unittest.main(verbosity=2)
