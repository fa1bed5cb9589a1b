"""What a session may have at most: the daemon grants it, both sides keep to it, and the result says
so."""

import harness
from harness import Daemon, SystemTest


class AGrant(SystemTest):
    """What every session may have."""

    def test_of_a_rate_bounds_a_fixed_rate_and_a_search(self):
        Daemon(max_rate="10M")
        fixed = self.start_probe("-b", "50M", "-t", "1")
        search = self.start_probe("-t", "2")
        for program in (fixed, search):
            outcome = harness.outcome_of(program)
            self.assert_nothing_lost(outcome)
            for direction in ("down", "up"):
                way = outcome.report[direction]
                self.assertEqual((way["granted_bps"], way["limited_by"]), (10_000_000, "grant"))
                # A whole second holds one datagram more than its rate, or one less.
                self.assertLess(way["rate_bps"]["payload"], 10_100_000)
        self.assertGreater(outcome.report["down"]["rate_bps"]["payload"], 5_000_000)

    def test_of_a_volume_ends_the_load_and_the_session_that_used_it(self):
        daemon = Daemon(max_volume="1MB")
        before = daemon.holdings()
        outcome = self.probe("-b", "20M", "-t", "2", "--down")
        self.assertEqual((outcome.status, outcome.reason), (7, "volume_used"), outcome)
        self.assertEqual(outcome.report["down"]["limited_by"], "volume")
        self.assertLessEqual(outcome.report["down"]["payload_bytes"], 1_000_000)
        self.assertGreater(outcome.report["down"]["payload_bytes"], 900_000)
        both = self.probe("-b", "20M", "-t", "2")
        self.assertEqual((both.status, both.reason), (7, "volume_used"), both)
        used = sum((both.report[way] or {}).get("payload_bytes") or 0 for way in ("down", "up"))
        self.assertLessEqual(used, 1_000_000)
        self.assert_holds(daemon, before)

    def test_of_a_duration_cuts_every_load(self):
        Daemon(max_duration=1)
        outcome = self.probe("-b", "20M", "-t", "3")
        self.assert_nothing_lost(outcome)
        for direction in ("down", "up"):
            way = outcome.report[direction]
            self.assertEqual(way["duration_ns"], 1_000_000_000)
            self.assertAlmostEqual(way["rate_span_ns"], 1e9, delta=50e6)


if __name__ == "__main__":
    harness.main()
