"""What the path and the two hosts do to datagrams, and that the result tells it: marks, hops, MTU,
queues, and how busy everybody was."""

import harness
from harness import Daemon, SystemTest
from network import CLIENT_V4, ROUTED_CLIENT, ROUTED_SERVER, RoutedNetwork
from translator import INNER, OUTER, Translator

DIRECTIONS = ("down", "up")
EF = {"dscp": 46, "ecn": "ect0"}


class APath(SystemTest):

    def _measured(self, *options: str, **where) -> dict:
        outcome = self.probe("-t", "0.5", "-b", "10M", *options, **where)
        self.assertEqual(outcome.status, 0, outcome)
        return outcome.report

    def test_of_one_cable_leaves_marks_as_they_are_and_has_no_router(self):
        Daemon(allowed_dscp=["EF"])
        report = self._measured("--dscp", "EF", "--ecn")
        self.assertEqual((report["test"]["dscp"], report["test"]["ecn"]), (46, "ect0"))
        for direction in DIRECTIONS:
            way = report[direction]
            self.assertEqual(way["marks"], [{"sent": EF, "received": EF,
                                             "count": way["packets"]["received"]}])
            self.assertEqual(way["congested_ratio"], 0.0)
            self.assertEqual(way["ttl"], {"min": 64, "max": 64})
            self.assertEqual(way["hops"], {"min": 0, "max": 0})

    def test_is_not_entered_with_a_mark_that_the_server_does_not_allow(self):
        Daemon()
        report = self._measured("--dscp", "EF", "--ecn")
        best_effort = {"dscp": 0, "ecn": "ect0"}
        self.assertEqual(report["up"]["marks"][0]["sent"], EF)
        self.assertEqual([(mark["sent"], mark["received"]) for mark in report["down"]["marks"]],
                         [(best_effort, best_effort)])

    def test_with_a_router_is_a_hop_longer(self):
        Daemon()
        report = self._measured(host=ROUTED_SERVER)
        for direction in DIRECTIONS:
            self.assertEqual(report[direction]["ttl"], {"min": 63, "max": 63})
            self.assertEqual(report[direction]["hops"], {"min": 1, "max": 1})
        self.assertEqual(report["local"]["seen_as"], ROUTED_CLIENT)

    def test_is_seen_from_both_ends(self):
        daemon = Daemon()
        report = self._measured()
        self.assertEqual(report["local"]["address"], CLIENT_V4)
        self.assertEqual(report["local"]["seen_as"], CLIENT_V4)
        self.assertEqual(report["local"]["seen_as_port"], report["local"]["port"])
        self.assertIs(report["local"]["nat"], False)
        self.assertEqual(report["tool"]["server"], daemon.state()["version"])

    def test_that_translates_addresses_is_told(self):
        Daemon(port_ranges=["7000-7002"])
        with Translator(harness.network, [6711, 7000, 7001, 7002]):
            outcome = self.probe("-t", "1", "-b", "1M", host=OUTER)
        self.assertEqual(outcome.status, 0, outcome)
        local = outcome.report["local"]
        self.assertEqual((local["address"], local["seen_as"]), (ROUTED_CLIENT, INNER))
        self.assertNotEqual(local["seen_as_port"], local["port"])
        self.assertIs(local["nat"], True)

    def test_of_ethernet_carries_its_1500_bytes(self):
        Daemon()
        for host in (harness.SERVER_V4, "fd00:211::1"):
            report = self._measured(host=host)
            self.assertEqual(report["path"], {
                "mtu_up_bytes": 1500, "mtu_down_bytes": 1500, "mtu_up_limit": "host",
                "mtu_down_limit": "host", "mtu_black_hole": False})
            headers = 48 if ":" in host else 28
            self.assertEqual(report["down"]["datagram_bytes"], 1500 - headers)


class ANarrowPath(SystemTest):

    def setUp(self):
        super().setUp()
        # The router tells who sends too large ones to the server, and those who come from the
        # server find a device that is too small to take them in: it says nothing. It takes four
        # bytes more than its MTU, the room of a VLAN tag.
        harness.network.ip("router", "link", "set", "to-server", "mtu", "1400")
        self.addCleanup(harness.network.ip, "router", "link", "set", "to-server", "mtu", "1500")
        self.addCleanup(harness.network.ip, "client", "route", "flush", "cache")

    def test_is_found_out_both_ways_and_loads_keep_to_it(self):
        Daemon()
        outcome = self.probe("-t", "0.5", "-b", "5M", host=ROUTED_SERVER)
        self.assertEqual(outcome.report["path"], {
            "mtu_up_bytes": 1400, "mtu_down_bytes": 1404, "mtu_up_limit": "router",
            "mtu_down_limit": "black_hole", "mtu_black_hole": True}, outcome)
        self.assert_nothing_lost(outcome)
        self.assertEqual(outcome.report["up"]["datagram_bytes"], 1400 - 28)
        self.assertEqual(outcome.report["down"]["datagram_bytes"], 1404 - 28)

    def test_is_not_loaded_with_what_does_not_fit(self):
        Daemon()
        outcome = self.probe("-t", "1", "-b", "5M", "-l", "1472", host=ROUTED_SERVER)
        self.assertEqual(outcome.status, 7, outcome)
        self.assertEqual(outcome.reason, "too_long")
        self.assertIn("never fragmented", outcome.complaint)
        self.assertIn("-l 1372", outcome.complaint)
        for direction in DIRECTIONS:
            self.assertEqual(outcome.report[direction]["end"], "too_long")
            self.assertIsNone(outcome.report[direction]["packets"]["sent"])


class AHost(SystemTest):

    def test_that_drops_in_its_own_queue_says_so(self):
        Daemon()
        network = harness.network
        network.shape("client", "rate", "5mbit", "burst", "10kb", "latency", "20ms")
        self.addCleanup(network.unshape, "client")
        outcome = self.probe("-t", "1", "-b", "8M", "--up")
        way = outcome.report["up"]
        sender = way["host_wide"]["sender"]
        self.assertGreater(sender["qdisc_drops"], 50, outcome)
        lost = way["packets"]["lost"]
        self.assertGreater(lost["sender_queue"], 50)
        self.assertLessEqual(lost["sender_queue"], lost["path"])
        self.assertEqual(way["host_wide"]["receiver"]["device_drops"], 0)

    def test_tells_of_itself_what_its_kernel_counts(self):
        Daemon()
        outcome = self.probe("-t", "1", "-b", "50M")
        for direction in DIRECTIONS:
            way = outcome.report[direction]
            for role in ("sender", "receiver"):
                with self.subTest(direction=direction, role=role):
                    self.assertGreater(way["cpu"][f"{role}_ratio"], 0)
                    told = way["host_wide"][role]
                    self.assertIsNone(told.pop("link_bps"))  # a cable of the kernel's own
                    self.assertEqual([name for name, value in told.items() if value is None], [])

    def test_that_serves_others_too_says_how_many(self):
        daemon = Daemon()
        first = self.start_probe("-t", "4", "-b", "1M", "--up")
        daemon.wait_for_load("up")
        second = self.probe("-t", "1", "-b", "1M", "--up")
        self.assertEqual(second.report["server"],
                         {"concurrent_sessions": 2, "concurrent_loads": 2}, second)
        self.assertEqual(harness.outcome_of(first).report["server"]["concurrent_loads"], 2)


if __name__ == "__main__":
    harness.main(RoutedNetwork)
