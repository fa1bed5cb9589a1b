"""The control socket: who asks it is told the truth, and who misuses it harms nobody."""

import json
import os
import socket
import stat
import time

import harness
from harness import CTL, Daemon, Outcome, Program, SystemTest
from network import CLIENT_V4

LOAD = ("-b", "10M", "-t", "2", "--down")


class TheStatus(SystemTest):

    @staticmethod
    def _status(daemon: Daemon, *arguments: str) -> Outcome:
        return harness.run(CTL, "status", "--socket", daemon.socket, *arguments)

    def _caller(self, daemon: Daemon) -> socket.socket:
        """Connected, and silent."""
        caller = socket.socket(socket.AF_UNIX)
        self.addCleanup(caller.close)
        caller.connect(daemon.socket)
        return caller

    def test_of_an_idle_daemon_tells_its_configuration(self):
        daemon = Daemon(port_ranges=["7000-7009"], max_sessions=3, max_total_rate="1G",
                        connection_parallelism="thread")
        outcome = self._status(daemon, "--json")
        self.assertEqual((outcome.status, outcome.complaint), (0, ""), outcome)
        state = outcome.report
        self.assertEqual(state["schema"], "wyndrvr.status/1")
        self.assertEqual((state["pid"], state["listen"]), (daemon.pid, "[::]:6711"))
        self.assertEqual(state["ports"], {"total_count": 10, "free_count": 10})
        self.assertEqual(state["connection_parallelism"], "thread")
        self.assertEqual((state["limits"]["max_sessions"], state["limits"]["max_total_rate_bps"]),
                         (3, 1_000_000_000))
        self.assertEqual((state["sessions"], state["admitted_count"]), ([], 0))

    def test_during_a_test_shows_it_to_two_callers_at_once(self):
        daemon = Daemon()
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        callers = [Program(CTL, "status", "--json", "--socket", daemon.socket) for _ in range(2)]
        for caller in callers:
            outcome = harness.outcome_of(caller)
            self.assertEqual(outcome.status, 0, outcome)
            session, = outcome.report["sessions"]
            self.assertTrue(session["client"].startswith(f"{CLIENT_V4}:"))
            self.assertEqual((session["open"], session["running"]), (True, "down"))
            self.assertEqual(session["key"], "anonymous")
            self.assertGreater(session["test_payload_bytes"], 0)
            self.assertGreater(session["rtt_ns"], 0)
            self.assertEqual(len(set(session["ports"].values())), 3)
            self.assertEqual(outcome.report["ports"]["free_count"],
                             outcome.report["ports"]["total_count"] - 3)
        text = self._status(daemon).stdout
        probe = harness.outcome_of(client)
        self.assert_nothing_lost(probe, ("down",))
        for words in (CLIENT_V4, probe.report["id"][:8]):
            self.assertIn(words, text)

    def test_caller_that_hangs_or_hangs_up_harms_nobody(self):
        daemon = Daemon()
        before = daemon.holdings()
        client = self.start_probe(*LOAD)
        callers = [self._caller(daemon) for _ in range(3)]
        callers[0].sendall(b'{"method":"io.wyn')  # and no more of it
        callers[1].close()
        self.assertLessEqual(len(daemon.sessions()), 1)
        self.assert_nothing_lost(harness.outcome_of(client), ("down",))
        # Without a word for ten seconds they are hung up on.
        for caller in (callers[0], callers[2]):
            caller.settimeout(12 * harness.SLOWNESS)
            self.assertEqual(caller.recv(1), b"")
            caller.close()
        self.assert_holds(daemon, before)

    def test_caller_that_speaks_no_varlink_is_hung_up_on_and_one_that_errs_is_told(self):
        daemon = Daemon()
        before = daemon.holdings()
        answer = daemon.call({"method": "io.wyndrvr.Daemon.Nothing"})
        self.assertEqual(answer["error"], "org.varlink.service.MethodNotFound")
        for nonsense in (b"GET / HTTP/1.0\r\n\r\n\0", b"[1, 2]\0", b"x" * 100_000):
            with self.subTest(nonsense=nonsense[:20]), socket.socket(socket.AF_UNIX) as caller:
                caller.settimeout(5)
                caller.connect(daemon.socket)
                try:
                    caller.sendall(nonsense)
                    caller.shutdown(socket.SHUT_WR)
                    while caller.recv(65536):
                        pass
                except (BrokenPipeError, ConnectionResetError):
                    pass
        self.assert_holds(daemon, before)

    def test_that_nobody_reads_does_not_make_the_daemon_wait(self):
        daemon = Daemon()
        call = json.dumps({"method": "io.wyndrvr.Daemon.Status"}).encode() + b"\0"
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(daemon.socket)
            caller.setblocking(False)
            asked = time.monotonic()
            while time.monotonic() < asked + 1:
                try:
                    caller.send(call * 100)
                except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                    break
            began = time.monotonic()
            self.assertEqual(daemon.sessions(), [])
            self.assertLess(time.monotonic() - began, harness.SLOWNESS)

    def test_socket_belongs_to_its_owner_and_group_and_goes_with_the_daemon(self):
        daemon = Daemon()
        self.assertEqual(stat.S_IMODE(os.stat(daemon.socket).st_mode), 0o660)
        daemon.stop()
        self.assertFalse(os.path.exists(daemon.socket))


if __name__ == "__main__":
    harness.main()
