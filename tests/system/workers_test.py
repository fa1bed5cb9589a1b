"""A worker that dies or hangs costs its own session, and nothing else."""

import os
import pathlib
import signal
import time
from dataclasses import dataclass

import harness
from harness import CTL, DAEMON, Daemon, Lateness, Program, SystemTest, wait_until

LOAD = ("-b", "5M", "-t", "3", "--down")
TOLD_WITHIN = 1.5  # seconds from the loss that is noticed to the end of the client's process
# Of the processes that a placement has, those to be struck in different sessions at once.
PROCESSES = {("process", "process"): ("connection", "control", "upload", "download"),
             ("single", "process"): ("control", "download"),
             ("thread", "process"): ("upload",),
             ("process", "thread"): ("connection",),
             ("process", "single"): ("connection",)}


def inode_of_port(daemon: Daemon, port: int) -> str:
    for table in ("udp", "udp6"):
        lines = pathlib.Path(f"/proc/{daemon.pid}/net/{table}").read_text().splitlines()[1:]
        for fields in map(str.split, lines):
            if int(fields[1].rpartition(":")[2], 16) == port:
                return fields[9]
    raise AssertionError(f"no socket has port {port}")


def is_left(pid: int) -> bool:
    """Not gone, and not dead either, whoever has not looked after it yet."""
    try:
        return " Z " not in pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def holds_socket(pid: int, inode: str) -> bool:
    links = pathlib.Path(f"/proc/{pid}/fd").iterdir()
    return any(os.readlink(link) == f"socket:[{inode}]" for link in links)


@dataclass
class Victim:
    """A client in the middle of its download, and the worker of its session that is struck."""

    client: Program
    session: str
    worker: int


class AWorker(SystemTest):

    def _struck(self, daemon: Daemon, which: str) -> Victim:
        known = {session["id"] for session in daemon.sessions()}
        client = self.start_probe(*LOAD)

        def newcomer():
            return [session for session in daemon.sessions()
                    if session["id"] not in known and session["open"]]
        session = wait_until(newcomer, 10, "the client has a session")[0]
        family = harness.descendants(daemon.pid)
        any_port = session["ports"]["control" if which == "connection" else which]
        inode = inode_of_port(daemon, any_port)
        worker = next(pid for pid in family if holds_socket(pid, inode)) if which != "connection" \
            else self._connection_process(daemon, inode)
        return Victim(client, session["id"], worker)

    @staticmethod
    def _connection_process(daemon: Daemon, inode: str) -> int:
        return next(child for child in harness.children(daemon.pid)
                    if any(holds_socket(pid, inode)
                           for pid in [child, *harness.descendants(child)]))

    def _strike(self, number: int, told_within: float) -> None:
        for (connection, port), processes in PROCESSES.items():
            with self.subTest(connection=connection, port=port), \
                    Daemon(connection_parallelism=connection, port_parallelism=port,
                           worker_timeout=1) as daemon:
                before = daemon.holdings()
                bystander = self.start_probe(*LOAD)
                wait_until(lambda: len(daemon.sessions()) == 1, 10, "the bystander is there")
                victims = [self._struck(daemon, which) for which in processes]
                daemon.wait_for_load("down", len(victims) + 1)
                self._strike_each(daemon, victims, number, told_within)
                self.assert_nothing_lost(harness.outcome_of(bystander), ("down",))
                self.assert_holds(daemon, before)

    def _strike_each(self, daemon: Daemon, victims: list[Victim], number: int,
                     told_within: float) -> None:
        total = daemon.state()["ports"]["total_count"]
        with Lateness() as lateness:
            struck = time.monotonic()
            for victim in victims:
                os.kill(victim.worker, number)
            outcomes = [harness.outcome_of(victim.client) for victim in victims]
            took = time.monotonic() - struck
            wait_until(lambda: daemon.state()["ports"]["free_count"] >= total - 3, 1,
                       "the ports are free again")
            wait_until(lambda: not any(is_left(victim.worker) for victim in victims), 1,
                       "no struck worker is left")
        for outcome in outcomes:
            self.assertEqual((outcome.status, outcome.reason), (7, "worker_failed"), outcome)
            self.assertFalse(outcome.report["complete"])
            self.assertIn("journal", outcome.complaint)
        self.assertLess(took, told_within * harness.SLOWNESS + lateness.seconds)
        said = daemon.stdout
        for victim in victims:
            self.assertIn(f"a worker of session {victim.session} failed", said)
        wait_until(lambda: not self._zombies(daemon), 1, "dead workers are reaped")
        self.assertEqual(daemon.state()["ended_count"].get("worker_failed"), len(victims))

    @staticmethod
    def _zombies(daemon: Daemon) -> list[int]:
        return [pid for pid in harness.children(daemon.pid)
                if not is_left(pid)]

    def test_that_is_killed_ends_its_session_which_is_told_and_no_other(self):
        self._strike(signal.SIGKILL, TOLD_WITHIN)

    def test_that_hangs_is_noticed_after_the_worker_timeout_and_treated_alike(self):
        self._strike(signal.SIGSTOP, 1 + TOLD_WITHIN)

    def test_of_the_client_that_is_killed_ends_the_probe_at_once(self):
        daemon = Daemon(idle_timeout=1)
        before = daemon.holdings()
        client = self.start_probe(*LOAD, "--port-parallelism", "process")
        daemon.wait_for_load("down")
        workers = harness.children(client.pid)
        self.assertEqual(len(workers), 3)
        struck = time.monotonic()
        os.kill(workers[2], signal.SIGKILL)
        outcome = harness.outcome_of(client)
        self.assertLess(time.monotonic() - struck, TOLD_WITHIN * harness.SLOWNESS)
        self.assertEqual((outcome.status, outcome.reason), (7, "worker_failed"), outcome)
        self.assert_holds(daemon, before, seconds=4)

    def test_started_by_hand_says_in_one_sentence_that_it_is_none(self):
        for program in (DAEMON, CTL):
            outcome = harness.run(program, "--worker")
            with self.subTest(program=program):
                self.assertNotEqual(outcome.status, 0)
                self.assertEqual(outcome.stdout, "")
                self.assertEqual(outcome.complaint.count("\n"), 1, outcome.complaint)
                self.assertIn("never by hand", outcome.complaint)


if __name__ == "__main__":
    harness.main()
