"""Every way to name the daemon's host, over IPv4 and IPv6."""

import socket

import harness
from harness import CTL, Daemon, SystemTest
from network import (CLIENT_GLOBAL, CLIENT_LINK_LOCAL, CLIENT_V4, CLIENT_V6, DEVICES, SERVER_GLOBAL,
                     SERVER_LINK_LOCAL, SERVER_V4, SERVER_V6)

SHORT = ("-b", "5M", "-t", "0.3")
ZONE = f"%{DEVICES['client']}"


class AProbe(SystemTest):
    """Of a daemon that listens on all addresses, unless a test says otherwise."""

    def _probe_all(self, *cases: tuple[str, tuple[str, ...], str, str]) -> None:
        """Host, further arguments, and the addresses of both ends; all at the same time."""
        programs = [self.start_probe(*SHORT, *arguments, host=host)
                    for host, arguments, _, _ in cases]
        for (host, arguments, server, client), program in zip(cases, programs):
            with self.subTest(host=host, arguments=arguments):
                outcome = harness.outcome_of(program)
                self.assert_nothing_lost(outcome)
                self.assertEqual(outcome.report["target"]["address"], server)
                self.assertEqual(outcome.report["local"]["address"], client)

    def test_reaches_a_dual_stack_daemon_over_both_families(self):
        Daemon()
        self._probe_all(
            (SERVER_V4, (), SERVER_V4, CLIENT_V4),
            (f"{SERVER_V4}:6711", (), SERVER_V4, CLIENT_V4),
            (SERVER_V6, (), SERVER_V6, CLIENT_V6),
            (f"[{SERVER_V6}]:6711", (), SERVER_V6, CLIENT_V6))

    def test_reaches_a_link_local_address_through_its_zone(self):
        Daemon()
        index = self._client_device_index()
        server, client = f"{SERVER_LINK_LOCAL}%{index}", f"{CLIENT_LINK_LOCAL}%{index}"
        self._probe_all((SERVER_LINK_LOCAL + ZONE, (), server, client),
                        (f"[{SERVER_LINK_LOCAL}{ZONE}]:6711", (), server, client),
                        (SERVER_LINK_LOCAL, ("-B", DEVICES["client"]), server, client),
                        (SERVER_LINK_LOCAL, ("-B", CLIENT_LINK_LOCAL + ZONE), server, client))

    @staticmethod
    def _client_device_index() -> int:
        with harness.network.inside("client"):
            return socket.if_nametoindex(DEVICES["client"])

    def test_resolves_a_name_and_keeps_to_the_family_that_was_asked_for(self):
        Daemon()
        harness.network.hosts("client", f"127.0.0.1 localhost\n{SERVER_V4} both\n{SERVER_V6} both\n"
                                        f"{SERVER_V4} old\n")
        self._probe_all(("both", ("-4",), SERVER_V4, CLIENT_V4),
                        ("both", ("-6",), SERVER_V6, CLIENT_V6),
                        ("old:6711", (), SERVER_V4, CLIENT_V4))
        outcome = self.probe("-6", host="old")
        self.assertEqual((outcome.status, outcome.reason), (3, "unknown_host"), outcome)

    def test_of_a_name_goes_on_to_the_address_that_answers(self):
        Daemon(bind_addr=SERVER_V4)
        harness.network.hosts("client", f"{SERVER_V6} both\n{SERVER_V4} both\n")
        self._probe_all(("both", (), SERVER_V4, CLIENT_V4))

    def test_leaves_from_the_address_or_device_that_was_asked_for(self):
        Daemon()
        harness.network.ip("client", "address", "add", "10.211.0.77/24", "dev", DEVICES["client"])
        device = DEVICES["client"]
        self._probe_all((SERVER_V4, ("-B", "10.211.0.77"), SERVER_V4, "10.211.0.77"),
                        (SERVER_V4, ("-B", device), SERVER_V4, CLIENT_V4),
                        (SERVER_V4, ("-B", f"10.211.0.77%{device}"), SERVER_V4, "10.211.0.77"),
                        (SERVER_V6, ("-B", CLIENT_V6), SERVER_V6, CLIENT_V6))

    def test_from_an_address_that_this_host_lacks_is_told_so(self):
        cases = {"10.211.0.250": 3, "wyn-nothing": 2, "10.211.0.2%wyn-nothing": 2}
        for binding, status in cases.items():
            outcome = self.probe("-B", binding)
            with self.subTest(binding=binding):
                self.assertEqual(outcome.status, status, outcome)
                self.assertIn(binding.partition("%")[0], outcome.report["error"]["message"])

    def test_reaches_a_daemon_on_the_port_that_it_listens_on(self):
        Daemon("--listen", f"[{SERVER_V6}]:6712")
        self._probe_all((f"[{SERVER_V6}]:6712", (), SERVER_V6, CLIENT_V6),
                        (SERVER_V6, ("--port", "6712"), SERVER_V6, CLIENT_V6))
        outcome = self.probe("--timeout", "0.5", host=SERVER_V6)
        self.assertEqual((outcome.status, outcome.reason), (3, "refused"), outcome)


class AClientWithAGlobalAddress(SystemTest):
    """Nobody's own network: it is admitted only when the operator has said how much it may use."""

    def test_is_refused_without_a_key_and_told_both_ways_out(self):
        daemon = Daemon()
        outcome = self.probe(*SHORT, host=SERVER_GLOBAL)
        self.assertEqual((outcome.status, outcome.reason), (4, "anonymous"), outcome)
        self.assertIn("wants a key", outcome.complaint)
        self.assertIn("--key FILE", outcome.complaint)
        self.assertIn("max_total_rate", outcome.complaint)
        self.assertRegex(daemon.stdout, "refused: it has no key.* max_total_rate")
        self.assertEqual(daemon.state()["refused_count"], {"anonymous": 1})

    def test_is_admitted_once_there_is_a_limit_for_strangers(self):
        Daemon(max_total_rate="100M")
        outcome = self.probe(*SHORT, host=SERVER_GLOBAL)
        self.assert_nothing_lost(outcome)
        self.assertEqual(outcome.report["local"]["address"], CLIENT_GLOBAL)

    def test_over_ipv4_mapped_sockets_is_told_from_a_private_one(self):
        daemon = Daemon(bind_addr="0.0.0.0")
        outcome = self.probe(*SHORT, host=SERVER_GLOBAL)
        self.assertEqual((outcome.status, outcome.reason), (4, "anonymous"), outcome)
        self.assert_nothing_lost(self.probe(*SHORT, host=SERVER_V4))
        self.assertEqual(daemon.state()["admitted_count"], 1)


class TheText(SystemTest):
    """What people see instead of JSON."""

    def test_of_a_probe_names_the_host_the_phases_and_no_error(self):
        Daemon()
        outcome = harness.run(CTL, "probe", SERVER_V4, *SHORT, "--ascii", role="client")
        self.assertEqual((outcome.status, outcome.complaint), (0, ""), outcome)
        for word in (SERVER_V4, "idle", "down", "up", "Mbit/s"):
            self.assertIn(word, outcome.stdout)


if __name__ == "__main__":
    harness.main()
