"""Programs that a benchmark starts: each is waited for within a bound, its processor time is asked
of the kernel, and none outlives us.
"""

import ctypes
import os
import pathlib
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build-bench"

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
_LISTENING = "0A"  # as the kernel writes it in /proc/net/tcp


class Failed(Exception):
    """A program did not do what the benchmark needs; the sentence says which and how."""


@dataclass(frozen=True)
class Ended:
    """A program that is over."""

    status: int  # negative: the signal that ended it
    stdout: str
    stderr: str
    cpu_seconds: float  # user and system, of it and of the processes that it waited for
    seconds: float


class Program:
    """A process that a stage started, in a process group of its own."""

    def __init__(self, command: list[str], name: str):
        self.command = command
        self._outputs = (pathlib.Path(f"{name}.out"), pathlib.Path(f"{name}.err"))
        with open(self._outputs[0], "wb") as out, open(self._outputs[1], "wb") as err:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True,
                preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
        self._began = time.monotonic()
        self._descriptor = os.pidfd_open(self.pid)
        self._ended: Ended | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, seconds: float, tick: Callable[[], None] = lambda: None) -> Ended:
        """Until it ends by itself, with status 0; `tick` is called ten times a second."""
        deadline = time.monotonic() + seconds
        while not self._is_over(0.1):
            tick()
            if time.monotonic() >= deadline:
                self.destroy()
                raise Failed(f"{self._line()} ran for more than {seconds:.0f} s")
        ended = self._collect()
        if ended.status != 0:
            raise Failed(f"{self._line()} ended with status {ended.status}: "
                         f"{(ended.stderr or ended.stdout).strip()[:300]}")
        return ended

    def send(self, number: int) -> None:
        signal.pidfd_send_signal(self._descriptor, number)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 10) -> Ended:
        """Asks it to end."""
        self.send(number)
        return self.wait(seconds)

    def destroy(self) -> None:
        """Ends it and whatever it started, if it still runs."""
        if self._ended is None:
            os.killpg(self.pid, signal.SIGKILL)  # not waited for yet: the group is still ours
            self._collect()

    def await_words(self, words: str, seconds: float = 10) -> None:
        """Until it has printed them."""
        self._await(lambda: words in self._read(0), seconds, f"print '{words}'")

    def await_port(self, port: int, seconds: float = 10) -> None:
        """Until somebody in its network namespace accepts TCP connections on this port."""
        def listens() -> bool:
            for table in ("tcp", "tcp6"):
                for line in pathlib.Path(f"/proc/{self.pid}/net/{table}").read_text().splitlines():
                    words = line.split()
                    if words[1].endswith(f":{port:04X}") and words[3] == _LISTENING:
                        return True
            return False

        self._await(listens, seconds, f"listen on port {port}")

    def cpu_seconds(self) -> float:
        """Of its threads that live, so far; to the nanosecond, unlike /proc/PID/stat."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except OSError:
                continue  # the thread has ended
        return total / 1e9

    def memory(self) -> dict[str, int]:
        """Its memory by kind, in bytes: Rss, Pss_Anon and others."""
        text = pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        rows = (line.split() for line in text.splitlines()[1:])
        return {words[0].rstrip(":"): 1024 * int(words[1]) for words in rows}

    def _line(self) -> str:
        return shlex.join(self.command)

    def _read(self, which: int) -> str:
        return self._outputs[which].read_text("utf-8", "replace")

    def _is_over(self, seconds: float) -> bool:
        return bool(self._ended or select.select([self._descriptor], [], [], seconds)[0])

    def _await(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if self._is_over(0.01):
                ended = self._collect()
                raise Failed(f"{self._line()} ended with status {ended.status} and did not {what}: "
                             f"{ended.stderr.strip()[:300]}")
            if time.monotonic() >= deadline:
                self.destroy()
                raise Failed(f"{self._line()} did not {what} within {seconds:.0f} s")

    def _collect(self) -> Ended:
        if self._ended is None:
            _, status, usage = os.wait4(self.pid, 0)
            os.close(self._descriptor)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self._ended = Ended(status=self._process.returncode, stdout=self._read(0),
                                stderr=self._read(1),
                                cpu_seconds=usage.ru_utime + usage.ru_stime,
                                seconds=time.monotonic() - self._began)
        return self._ended


class Stage:
    """Where programs run: at its end all of them are gone, with their files."""

    def __enter__(self) -> "Stage":
        self._scratch = tempfile.mkdtemp(prefix="stage-", dir=BUILD)
        self._programs: list[Program] = []
        return self

    def __exit__(self, *_) -> None:
        for program in self._programs:
            program.destroy()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def start(self, command: list[str]) -> Program:
        program = Program(command, f"{self._scratch}/{len(self._programs)}")
        self._programs.append(program)
        return program

    def file(self, name: str) -> pathlib.Path:
        """For what a program writes."""
        return pathlib.Path(self._scratch, name)


def typed(command: list[str]) -> str:
    """A command as one would type it at the root of the project."""
    return shlex.join(word.removeprefix(f"{ROOT}/") for word in command)
