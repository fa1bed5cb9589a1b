"""What the tests on a real systemd share: a box (systemd-box), what runs in it, and its journal.

To the harness of the system tests a box is a network like any other: "server" is the box itself,
"client" the namespace "peer" in it, and "outside" the same network, but with the files of this
machine. Programs are those that the packages install, which lie in the folder WYN_PACKAGES. Each
file of tests has one box, which is up while it runs.
"""

import glob
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/system"))
import harness  # noqa: E402
from harness import Outcome, Program, SystemTest, outcome_of, wait_until  # noqa: E402
from network import Network, Unavailable  # noqa: E402

SCRIPT = str(ROOT / "tests/box/systemd-box")
PACKAGES = os.environ.get("WYN_PACKAGES", str(ROOT / "build/packages"))
PORT = 6711
CTL = "/usr/bin/wyndrvrctl"
SWARM = os.environ.get("WYN_SWARM", str(ROOT / "build/tests/swarm/swarm"))
SERVICE, SOCKET = "wyndrvrd.service", "wyndrvrd.socket"
CONTROL = "/run/wyndrvr/io.wyndrvr"
# Nobody has to end a box that was left behind.
_LIFETIME_SECONDS = 900
_SKIPPED = 77


def _systemd_box(*arguments: str, seconds: float = 300) -> str:
    """Its stdout; `Unavailable` where this machine can run no box."""
    run = subprocess.run([SCRIPT, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=seconds)
    if run.returncode == _SKIPPED:
        raise Unavailable(run.stderr.strip().splitlines()[-1].partition("skipped: ")[2])
    if run.returncode != 0:
        raise AssertionError(f"systemd-box {' '.join(arguments)}: status {run.returncode}\n"
                             f"{run.stdout}\n{run.stderr}")
    return run.stdout


def packages() -> list[str]:
    """The files to install: of the daemon and of the tool."""
    found = [path for name in ("wyndrvrd", "wyndrvrctl")
             for path in sorted(glob.glob(f"{PACKAGES}/{name}_*.deb"))]
    if len(found) != 2:
        raise Unavailable(f"there are no packages in {PACKAGES}; ./dev package makes them")
    return found


def event_ids() -> dict[str, str]:
    """The name of each event of the daemon by its MESSAGE_ID."""
    text = (ROOT / "common/journal/catalog_ids.hpp").read_text("utf-8")
    return {identity: name for name, identity in
            re.findall(r"(\w+) =\s+\"([0-9a-f]{32})\"", text)}


class Box(Network):
    """A box that is up, with nothing of ours installed."""

    def __init__(self):
        if os.geteuid() != 0:
            raise Unavailable("a box needs root")
        packages()
        self.name = f"test-{os.getpid()}"
        try:
            _systemd_box("up", "--timeout", str(_LIFETIME_SECONDS), self.name)
            self.leader = int(_systemd_box("leader", self.name))
            self._prepare()
        except BaseException:
            self.down()
            raise

    def _prepare(self) -> None:
        """What a kind of box does before the tests."""

    def _command(self, *command: str) -> str:
        """The stdout of a command before the tests, whatever its status is."""
        return subprocess.run(self.command("server", *command), stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, timeout=60).stdout

    def down(self) -> None:
        _systemd_box("down", self.name)

    def namespace(self, role: str) -> str:
        return (f"/proc/{self.leader}/ns/net" if role == "server"
                else str(self.path("/run/netns/peer")))

    def command(self, role: str, *command: str) -> list[str]:
        if role == "outside":
            return ["nsenter", f"--net={self.namespace(role)}", "--", *command]
        peer = [] if role == "server" else ["ip", "netns", "exec", "peer"]
        return ["nsenter", "--target", str(self.leader), "--mount", "--uts", "--ipc", "--net",
                "--pid", "--cgroup", "--", *peer, *command]

    def path(self, file: str) -> pathlib.Path:
        """A file of the box, as this machine sees it."""
        return pathlib.Path(f"/proc/{self.leader}/root{file}")

    def write(self, file: str, text: str, mode: int = 0o644) -> None:
        path = self.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(mode)

    def install(self, *files: str) -> None:
        _systemd_box("install", self.name, *files)

    def run(self, *command: str, seconds: float = 20, role: str = "server") -> Outcome:
        return outcome_of(Program(*command, role=role), seconds)

    def call(self, *command: str, **options) -> str:
        """The stdout of a command that succeeds."""
        outcome = self.run(*command, **options)
        if outcome.status != 0:
            raise AssertionError(f"{' '.join(command)}: {outcome}\n{self.log()}")
        return outcome.stdout

    def shell(self, text: str, **options) -> str:
        return self.call("sh", "-euc", text, **options)

    def show(self, name: str, unit: str = SERVICE) -> str:
        """A property of a unit."""
        return self.call("systemctl", "show", "--property", name, "--value", unit).strip()

    def log(self, lines: int = 40) -> str:
        """The end of the service's journal, to see why a test failed."""
        return self.run("journalctl", "--no-pager", "-n", str(lines), "-o", "short-precise", "-u",
                        SERVICE).stdout


class InstalledBox(Box):
    """A box in which the packages are installed and the service is enabled and runs."""

    def _prepare(self) -> None:
        self.install(*packages())
        self._command("systemctl", "enable", "--now", "wyndrvrd")


class BoxTest(SystemTest):
    """Tests of the installed service. What a test changes of it is undone at its end."""

    @property
    def box(self) -> Box:
        return harness.network

    def pid(self, unit: str = SERVICE) -> int:
        """Of the unit's main process, as the box counts; 0 when there is none."""
        return int(self.box.show("MainPID", unit))

    def process_status(self, pid: int, field: str) -> str:
        """A field of a process of the box in /proc/PID/status, see proc_pid_status(5)."""
        text = self.box.path(f"/proc/{pid}/status").read_text()
        return re.search(rf"^{field}:\s*(.*)$", text, re.MULTILINE)[1]

    def host_pid(self, pid: int) -> int:
        """The same process as this machine counts."""
        for status in glob.glob("/proc/[0-9]*/status"):
            try:
                text = pathlib.Path(status).read_text()
                if not re.search(rf"^NSpid:.*\s{pid}$", text, re.MULTILINE):
                    continue
                process = int(status.split("/")[2])
                if os.path.samefile(f"/proc/{process}/ns/pid", f"/proc/{self.box.leader}/ns/pid"):
                    return process
            except OSError:
                continue  # it has ended
        raise AssertionError(f"the box has no process {pid}")

    def state(self) -> dict:
        """What `wyndrvrctl status` says to root."""
        return json.loads(self.box.call(CTL, "status", "--json"))

    def wait_until_running(self, seconds: float = 10) -> None:
        wait_until(lambda: self.box.show("ActiveState") == "active", seconds, "the service runs")

    def configure(self, **settings) -> None:
        """Keys of a file that comes after the shipped one; it is gone, and forgotten by the
        daemon, after the test."""
        self.write("/etc/wyndrvr/wyndrvrd.toml.d/90-test.toml",
                   "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()))

    def drop_in(self, text: str, unit: str = SERVICE) -> None:
        """Settings of a unit on top of the shipped ones, until the end of the test."""
        self.write(f"/etc/systemd/system/{unit}.d/90-test.conf", text)
        self.box.call("systemctl", "daemon-reload")

    def write(self, file: str, text: str, mode: int = 0o644) -> None:
        """A file that matters to the service, until the end of the test."""
        if not self.box.path(file).exists():
            self.addCleanup(self._take_back, file)
        self.box.write(file, text, mode)

    def _take_back(self, file: str) -> None:
        self.box.path(file).unlink(missing_ok=True)
        self.box.call("systemctl", "daemon-reload")
        self.restart()

    def restart(self) -> None:
        # However often tests do so.
        self.box.call("systemctl", "reset-failed", SERVICE, SOCKET)
        self.box.call("systemctl", "restart", SERVICE)

    def assert_exposure(self, most: float) -> None:
        """What systemd-analyze(1) says of the service, 10 is the worst."""
        said = self.box.run("systemd-analyze", "security", "--no-pager",
                            f"--threshold={round(most * 10)}", SERVICE)
        print(said.stdout.splitlines()[-1])
        self.assertEqual(said.status, 0, said)

    def now(self) -> str:
        """A place in the journal: `journal()` can begin there."""
        said = self.box.call("journalctl", "-n", "1", "--show-cursor", "-o", "cat", "--quiet")
        return said.rpartition("-- cursor: ")[2].strip()

    def journal(self, *matches: str, after: str | None = None, unit: str = SERVICE) -> list[dict]:
        """Entries of the unit's journal, oldest first, up to now."""
        self.box.call("journalctl", "--sync")
        begin = [] if after is None else ["--after-cursor", after]
        said = self.box.call("journalctl", "-o", "json", "--all", "--no-pager", "--quiet", "-u",
                             unit, *begin, *matches)
        return [json.loads(line) for line in said.splitlines()]

    def events(self, name: str, **where) -> list[dict]:
        """The daemon's own entries of that name (journal/catalog_ids.hpp)."""
        return [entry for entry in self.journal(**where)
                if event_ids().get(entry.get("MESSAGE_ID")) == name]


def main(make: type[Box] = InstalledBox) -> None:
    """Runs the tests of the calling file in a box of their own; ends with 77 where there can be
    none."""
    harness.CTL = CTL
    harness.main(make)
