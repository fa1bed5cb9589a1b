"""Restarts, crashes and hangs: the listening socket outlives the daemon, nobody waits in vain."""

import json
import os
import pathlib
import signal
import time

import box
import harness
from box import PORT, SERVICE, SOCKET, SWARM, BoxTest, Program, wait_until
from network import SERVER_V4

# What a crowd of 200 new clients per second takes, each of which stays for a fifth of a second.
CROWD = dict(port_ranges=["20000-29999"], max_sessions=1024, max_sessions_per_address=1024)
PER_SECOND, SECONDS = 200, 6
# Reasons with which a client goes away knowing why.
TOLD = ("shutting_down", "session ended: shutting_down", "busy")


class LifeTest(BoxTest):

    def _kill(self, pid: int, number: int) -> None:
        os.kill(self.host_pid(pid), number)

    def _loaded_client(self, *arguments: str) -> Program:
        client = self.start_probe("-b", "10M", "--down", *arguments)
        wait_until(lambda: any(session["running"] == "down" for session in
                               self.state()["sessions"]), 10, "a load runs")
        return client

    def _serves(self) -> None:
        self.assert_nothing_lost(self.probe("-b", "10M", "-t", "0.5", "--down"), ("down",))


class TheListeningSocket(LifeTest):
    """Of the socket unit: one kernel object, whoever reads it."""

    def _listening(self) -> tuple[int, int]:
        """The identity of the socket, and the datagrams that the kernel dropped at it."""
        found = []
        for table in ("udp", "udp6"):
            text = pathlib.Path(f"/proc/{self.box.leader}/net/{table}").read_text()
            for line in text.splitlines()[1:]:
                fields = line.split()
                if int(fields[1].rpartition(":")[2], 16) == PORT:
                    found.append((int(fields[9]), int(fields[12])))
        one, = found
        return one

    def test_loses_no_hello_when_the_service_restarts_under_load(self):
        self.configure(**CROWD)
        self.restart()
        identity, dropped = self._listening()
        pid = self.pid()
        crowd = Program(SWARM, SERVER_V4, "-p", str(PORT), "--clients", str(PER_SECOND * SECONDS),
                        "--spacing", "5ms", "--interval", "50ms", "--stay", "200ms", role="outside")
        for _ in range(2):
            wait_until(lambda: self.state()["sessions"], 10, "the crowd comes")
            time.sleep(SECONDS / 4)
            self.restart()
        crowd.wait(SECONDS + 20)
        self.assertNotEqual(self.pid(), pid)
        self.assertEqual(self._listening(), (identity, dropped))
        report = json.loads(crowd.stdout.splitlines()[-1])
        self.assertEqual(set(report["failures"]) - set(TOLD), set(), report)
        # Most of them were there while it ran.
        self.assertLess(sum(report["failures"].values()), PER_SECOND * SECONDS / 2, report)

    def test_is_the_same_after_the_daemon_was_killed(self):
        identity, _ = self._listening()
        pid = self.pid()
        self._kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        # A client that asks meanwhile gets its answer.
        outcome = self.probe("-b", "10M", "-t", "0.5", "--down")
        self.assert_nothing_lost(outcome, ("down",))
        self.assertNotIn(self.pid(), (0, pid))
        self.assertLess(time.monotonic() - killed - outcome.seconds, 1)
        self.assertEqual(self._listening()[0], identity)
        self.assertEqual(self.box.show("NRestarts"), "1")

    def test_starts_a_daemon_that_was_stopped(self):
        self.box.call("systemctl", "stop", SERVICE)
        self.assertEqual((self.pid(), self.box.show("ActiveState", SOCKET)), (0, "active"))
        self._serves()
        self.assertNotEqual(self.pid(), 0)

class ADaemonThatHangs(LifeTest):

    def test_is_killed_by_the_watchdog_and_back_within_a_second(self):
        self.assertEqual(self.box.show("WatchdogUSec"), "10s")
        self.drop_in("[Service]\nWatchdogSec=2s\n")
        self.restart()
        pid, before = self.pid(), self.now()
        self._kill(pid, signal.SIGSTOP)
        wait_until(lambda: self.pid() not in (0, pid), 10, "another daemon runs")
        self.wait_until_running(2)
        manager = [entry for entry in self.journal(after=before) if entry["_PID"] == "1"]
        hung = next(entry for entry in manager if "atchdog timeout" in entry["MESSAGE"])
        back = next(entry for entry in manager if entry["MESSAGE"].startswith("Started"))
        took = int(back["__MONOTONIC_TIMESTAMP"]) - int(hung["__MONOTONIC_TIMESTAMP"])
        self.assertLess(took / 1e6, 1)
        self._serves()


class AStop(LifeTest):

    def test_lets_a_test_that_is_nearly_over_end(self):
        client = self._loaded_client("-t", "3")
        asked = time.monotonic()
        self.restart()
        self.assertLess(time.monotonic() - asked, 5)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))
        self._serves()

    def test_drains_and_tells_every_client_why(self):
        self.configure(drain_time=2)
        self.restart()
        client = self._loaded_client("-t", "20")
        before, asked = self.now(), time.monotonic()
        stop = Program("systemctl", "restart", SERVICE, role="server")
        outcome = harness.outcome_of(client)
        self.assertEqual(outcome.reason, "shutting_down", outcome)
        self.assertIn("Try again", outcome.complaint)
        self.assertEqual(stop.wait(20), 0)
        self.assertLess(time.monotonic() - asked, 5)
        self.assertEqual(self.events("session_ended", after=before)[0]["WYNDRVR_REASON"],
                         "shutting_down")
        self.assertEqual(self.box.show("Result"), "success")


if __name__ == "__main__":
    box.main()
