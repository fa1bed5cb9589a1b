"""A journal that does not keep up: it is never what a measurement waits for."""

import json
import os
import re
import signal

import box
import harness
from box import PORT, SWARM, BoxTest, Program, wait_until
from network import SERVER_V4

JOURNALD = "systemd-journald.service"
LOAD = ("-b", "200M", "-t", "3", "--down")
# Of one kind and reason, for as long as these tests take (journal/rate_limit.hpp).
MOST_REFUSALS_WRITTEN = 12


class JournalTest(BoxTest):

    def _crowd(self, clients: int, *arguments: str) -> dict:
        """So many clients, 200 of them a second."""
        crowd = Program(SWARM, SERVER_V4, "-p", str(PORT), "--clients", str(clients), "--spacing",
                        "5ms", "--interval", "1s", *arguments, role="outside")
        self.assertEqual(crowd.wait(60), 0, crowd.stderr)
        return json.loads(crowd.stdout.splitlines()[-1])


class AStoppedJournal(JournalTest):

    def test_changes_nothing_about_a_probe_and_what_it_did_not_take_is_counted(self):
        self.configure(max_sessions=512, max_sessions_per_address=512)
        self.restart()
        before = self.probe(*LOAD)
        self.assert_nothing_lost(before, ("down",))
        start = self.now()
        journald = self.host_pid(self.pid(JOURNALD))
        self.addCleanup(os.kill, journald, signal.SIGCONT)
        os.kill(journald, signal.SIGSTOP)
        # More than its socket holds: whoever wrote and waited would wait from now on.
        report = self._crowd(1000, "--stay", "20ms")
        self.assertEqual(report["failures"], {})
        client = self.start_probe(*LOAD)
        wait_until(lambda: any(session["running"] == "down" and session["test_payload_bytes"] > 0
                               for session in self.state()["sessions"]), 10, "the load runs")
        during = harness.outcome_of(client)
        self.assert_nothing_lost(during, ("down",))
        rates = [outcome.report["down"]["rate_bps"]["payload"] for outcome in (before, during)]
        self.assertAlmostEqual(rates[1] / rates[0], 1, delta=0.02)
        os.kill(journald, signal.SIGCONT)
        self.assert_nothing_lost(self.probe("-b", "10M", "-t", "0.5", "--down"), ("down",))
        lost = wait_until(lambda: self.events("messages_lost", after=start), 15,
                          "what was lost is counted")
        self.assertGreater(int(lost[0]["WYNDRVR_MESSAGES"]), 0)


class TheJournal(JournalTest):

    def test_is_not_flooded_and_says_how_much_was_left_out(self):
        self.configure(max_sessions=1)
        self.restart()
        before = self.now()
        report = self._crowd(600, "--stay", "1s")
        refused = report["failures"]["busy"]
        self.assertGreater(refused, 500)
        self.restart()  # what has not been told yet is told at the end
        written = len(self.events("client_refused", after=before))
        self.assertLessEqual(written, MOST_REFUSALS_WRITTEN)
        left_out = sum(int(count) for entry in self.events("suppressed", after=before)
                       for count in re.findall(r"client_refused\S*:(\d+)", entry["WYNDRVR_KINDS"]))
        self.assertGreaterEqual(written + left_out, refused)

    def test_has_every_result_of_many_clients(self):
        self.configure(max_sessions=512, max_sessions_per_address=512)
        self.restart()
        before = self.now()
        self.assertEqual(self._crowd(400, "--stay", "100ms")["failures"], {})
        for name in ("session_admitted", "session_ended"):
            wait_until(lambda: len(self.events(name, after=before)) == 400, 5, name)
        self.assertEqual(self.events("suppressed", after=before), [])


if __name__ == "__main__":
    box.main()
