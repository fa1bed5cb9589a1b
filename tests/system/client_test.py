"""A probe that ends, or is interrupted from either side, and what people and programs are told."""

import signal
import time

import harness
from harness import Daemon, Lateness, Outcome, SystemTest, wait_until

PARTIAL = 7
LOAD = ("-b", "10M", "-t", "5")


class AFinishedProbe(SystemTest):

    def test_is_told_by_the_daemon_as_by_the_client(self):
        daemon = Daemon()
        outcome = self.probe("-b", "10M", "-t", "1")
        self.assert_nothing_lost(outcome)
        for direction, name in (("down", "download"), ("up", "upload")):
            sent = outcome.report[direction]["packets"]["sent"]
            wait_until(lambda: f" {name}: " in daemon.stdout, 3, f"the {name} is announced")
            self.assertIn(f", 0 of {sent} datagrams lost; completed", daemon.stdout)


class AnInterruptedProbe(SystemTest):

    def _is_partial(self, outcome: Outcome, reason: str) -> None:
        self.assertEqual((outcome.status, outcome.reason), (PARTIAL, reason), outcome)
        self.assertFalse(outcome.report["complete"])
        self.assertEqual(outcome.report["error"]["code"], PARTIAL)

    def test_by_one_ctrl_c_gives_what_was_measured(self):
        for direction in ("down", "up"):
            with self.subTest(direction=direction), Daemon() as daemon:
                before = daemon.holdings()
                client = self.start_probe(*LOAD, *(["--up"] if direction == "up" else []))
                daemon.wait_for_load(direction)
                struck = time.monotonic()
                client.signal(signal.SIGINT)
                outcome = harness.outcome_of(client)
                self.assertLess(time.monotonic() - struck, 2 * harness.SLOWNESS)
                self._is_partial(outcome, "interrupted")
                self.assertEqual(outcome.report["idle"]["rtt_ns"]["count"],
                                 outcome.report["idle"]["probes"]["returned"])
                way = outcome.report[direction]
                self.assertEqual(way["end"], "interrupted")
                packets = way["packets"]
                self.assertGreater(packets["received"], 0)
                self.assertEqual(packets["sent"], packets["received"] + packets["lost"]["total"])
                self.assertIsNone(outcome.report["up" if direction == "down" else "down"])
                self.assert_holds(daemon, before)

    def test_by_ctrl_c_before_it_has_a_session_says_that_nothing_was_measured(self):
        client = self.start_probe("--timeout", "20")
        time.sleep(0.3)
        client.signal(signal.SIGINT)
        outcome = harness.outcome_of(client, 3)
        self._is_partial(outcome, "interrupted")
        self.assertIsNone(outcome.report["idle"])

    def test_by_a_second_ctrl_c_leaves_at_once(self):
        daemon = Daemon()
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        daemon.signal(signal.SIGSTOP)  # so that it cannot end in an orderly way
        with Lateness() as lateness:
            client.signal(signal.SIGINT)
            time.sleep(0.3)
            self.assertTrue(client.is_running())
            struck = time.monotonic()
            client.signal(signal.SIGINT)
            outcome = harness.outcome_of(client)
            took = time.monotonic() - struck
        daemon.signal(signal.SIGCONT)
        self.assertLess(took, 0.2 * harness.SLOWNESS + lateness.seconds)
        self._is_partial(outcome, "interrupted")
        self.assertGreater(outcome.report["idle"]["rtt_ns"]["count"], 0)
        self.assertIsNone(outcome.report["down"]["packets"]["lost"]["total"])

    def test_by_the_daemons_end_is_told_so_and_the_daemon_leaves_in_time(self):
        for placement in ("single", "thread", "process"):
            with self.subTest(placement=placement):
                daemon = Daemon(connection_parallelism=placement, port_parallelism=placement)
                client = self.start_probe(*LOAD)
                daemon.wait_for_load("down")
                asked = time.monotonic()
                daemon.stop()
                self.assertLess(time.monotonic() - asked, 1.5 * harness.SLOWNESS)
                outcome = harness.outcome_of(client)
                self._is_partial(outcome, "shutting_down")
                self.assertEqual(outcome.report["down"]["end"], "shutting_down")
                self.assertGreater(outcome.report["down"]["packets"]["received"], 0)
                # The daemon did not get to telling what it had sent.
                self.assertIsNone(outcome.report["down"]["packets"]["lost"]["total"])
                self.assertIn("stopping, 1 session end", daemon.stdout)


class AnInterruptedDaemon(SystemTest):

    def test_without_a_session_leaves_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = Daemon()
            asked = time.monotonic()
            daemon.signal(number)
            self.assertEqual(daemon.wait(1), 0)
            self.assertLess(time.monotonic() - asked, harness.SLOWNESS)
            self.assertIn("stopping", daemon.stdout)

    def test_that_waits_for_its_sessions_to_end_refuses_newcomers(self):
        daemon = Daemon()
        client = self.start_probe(*LOAD)
        daemon.wait_for_load("down")
        client.signal(signal.SIGSTOP)  # so that the daemon waits for its answer
        daemon.signal(signal.SIGTERM)
        newcomer = self.probe("--timeout", "0.5")
        client.signal(signal.SIGCONT)
        self.assertIn((newcomer.status, newcomer.reason), ((5, "shutting_down"), (3, "refused")),
                      newcomer)
        wait_until(lambda: not daemon.is_running(), 2, "the daemon is gone")
        self.assertIn(harness.outcome_of(client).reason, ("shutting_down", "peer_silent"))


if __name__ == "__main__":
    harness.main()
