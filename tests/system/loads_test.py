"""How a load can be sent: unpaced, one by one, precisely, in parallel; and that it says so."""

import harness
from harness import SystemTest, Daemon

DIRECTIONS = ("down", "up")


class ALoad(SystemTest):

    def _measured(self, *options: str) -> dict:
        outcome = self.probe("-t", "1", *options)
        self.assertEqual(outcome.status, 0, outcome)
        for direction in DIRECTIONS:
            packets = outcome.report[direction]["packets"]
            lost = packets["lost"]
            self.assertEqual(packets["sent"], packets["received"] + lost["total"])
            self.assertEqual(lost["total"],
                             lost["path"] + lost["sender_host"] + lost["receiver_socket"])
        return outcome.report

    def test_without_a_rate_goes_as_fast_as_the_host_can_and_says_that_it_is_the_limit(self):
        daemon = Daemon()
        before = daemon.holdings()
        report = self._measured("-b", "0")
        self.assertEqual(report["test"]["rate_bps"], 0)
        self.assertIsNone(report["test"]["search"])
        for direction in DIRECTIONS:
            way = report[direction]
            self.assertIn(way["limited_by"], ("host", "stack", "breaker"))
            self.assertEqual(way["pacing"]["mode"], "none")
            self.assertIsNone(way["pacing"]["lateness_ns"]["max"])
            self.assertEqual(way["offload"], {"segmentation": True, "coalescing": True})
            self.assertGreater(way["longest_train"], 1)
            self.assertGreater(way["packets"]["received"], 1000)
        self.assert_holds(daemon, before)

    def test_without_offload_passes_both_kernels_one_by_one(self):
        Daemon()
        report = self._measured("-b", "50M", "-l", "1000", "--no-gso")
        for direction in DIRECTIONS:
            way = report[direction]
            self.assertEqual(way["offload"], {"segmentation": False, "coalescing": False})
            self.assertIsNone(way["longest_train"])

    def test_of_either_pacing_says_how_late_it_left(self):
        Daemon()
        for mode in ("sleep", "precise"):
            report = self._measured("-b", "20M", "-l", "1000", "--pacing", mode)
            for direction in DIRECTIONS:
                pacing = report[direction]["pacing"]
                self.assertEqual(pacing["mode"], mode)
                late = pacing["lateness_ns"]
                self.assertGreater(late["p50"], 0)
                self.assertLessEqual(late["p50"], late["p99"])
                self.assertLessEqual(late["p99"], late["max"] * 1.01)
                self.assertGreater(report[direction]["receive_buffer_bytes"], 100_000)

    def test_of_several_flows_is_their_sum_and_each_is_a_session_of_its_own(self):
        daemon = Daemon("--set", 'port_parallelism="thread"')
        before = daemon.holdings()
        report = self._measured("-b", "30M", "-l", "1000", "-P", "3")
        self.assertEqual(report["test"]["parallel"], 3)
        sessions = set()
        for direction in DIRECTIONS:
            flows = report[direction]["flows"]
            sessions.update(flow["id"] for flow in flows)
            self.assertEqual(len(flows), 3)
            total = report[direction]["rate_bps"]["payload"]
            self.assertAlmostEqual(sum(flow["payload_bps"] for flow in flows) / total, 1,
                                   delta=0.05)
            self.assertAlmostEqual(total / 30_000_000, 1, delta=0.1)
        self.assertEqual(len(sessions), 3)
        self.assertIn(report["id"], sessions)
        self.assert_holds(daemon, before)

    def test_of_more_flows_than_are_admitted_is_refused(self):
        Daemon("--set", "max_sessions_per_address=2")
        outcome = self.probe("-t", "1", "-b", "1M", "-P", "3")
        self.assertEqual(outcome.status, 5, outcome)
        self.assertEqual(outcome.report["error"]["reason"], "per_address")


if __name__ == "__main__":
    harness.main()
