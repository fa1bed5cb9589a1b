"""What a client says when nobody answers, or somebody who is no daemon of its version."""

import os
import sys
import time

import harness
from harness import Daemon, Outcome, SystemTest
from network import SERVER_V4, SILENT_V4

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import protocol_model as model  # noqa: E402

UNREACHABLE, VERSION = 3, 6
PATIENCE = ("--timeout", "0.6")
NONCE = bytes(range(16))


class AClient(SystemTest):

    def _fails(self, reason: str, *says: str, host: str = SERVER_V4, status: int = UNREACHABLE,
               advice: bool = True) -> Outcome:
        outcome = self.probe(*PATIENCE, host=host)
        self.assertEqual((outcome.status, outcome.reason), (status, reason), outcome)
        error = outcome.report["error"]
        self.assertEqual(error["code"], status)
        for words in says:
            self.assertIn(words, error["message"])
        if advice:
            self.assertTrue(error["advice"], outcome)
        # The same for people: the sentence, and what to do, each on a line.
        self.assertEqual(outcome.complaint.count("\n"), 1 + len(error["advice"]), outcome)
        self.assertIn(error["message"], outcome.complaint)
        self.assertIsNone(outcome.report["idle"])
        return outcome

    def test_of_an_unknown_host_is_told_that_its_name_has_no_address(self):
        harness.network.hosts("client", "127.0.0.1 localhost\n")
        self._fails("unknown_host", "cannot resolve 'nobody.invalid'", host="nobody.invalid")

    def test_of_a_closed_port_is_told_that_the_host_is_up_but_nothing_listens(self):
        outcome = self._fails("refused", f"{SERVER_V4}:6711", "is up", "nothing listens",
                              "ICMP: port unreachable")
        self.assertIn("systemctl enable --now wyndrvrd", outcome.complaint)

    def test_of_a_host_that_drops_its_datagrams_is_told_of_firewalls(self):
        outcome = self._fails("no_answer", f"no answer from {SILENT_V4}:6711", "ICMP: none",
                              host=SILENT_V4)
        self.assertIn("ufw allow 6711/udp", outcome.complaint)
        self.assertGreaterEqual(outcome.seconds, 0.6)

    def test_without_a_route_is_told_so_and_how_to_look(self):
        self._fails("no_route", "192.0.2.9", "unreachable", host="192.0.2.9")
        harness.network.ip("client", "route", "add", "unreachable", "192.0.2.10/32")
        self._fails("no_route", "192.0.2.10", host="192.0.2.10")

    def test_whose_own_host_forbids_the_traffic_is_told_so(self):
        harness.network.ip("client", "route", "add", "prohibit", "192.0.2.11/32")
        outcome = self._fails("filtered", "192.0.2.11", host="192.0.2.11")
        self.assertIn("forbids", outcome.complaint)

    def test_of_a_server_whose_other_ports_are_filtered_is_told_which(self):
        Daemon("--listen", f"{SERVER_V4}:6711", half_open_time="500ms")
        self._drop_what_comes_for("7000-8000")
        outcome = self._fails("ports_unreachable", "control", "upload", "download")
        self.assertIn("port_ranges", outcome.complaint)

    def _drop_what_comes_for(self, ports: str) -> None:
        """The server's host does, as a firewall without a word would: a route to nowhere is looked
        up before that to the host itself (ip-rule(8))."""
        def rule(*words: str) -> None:
            harness.network.ip("server", "rule", *words)
        rule("add", "preference", "20", "lookup", "local")
        rule("delete", "preference", "0")
        # 17 is UDP; its name is known only where there is an /etc/protocols.
        filtered = ("preference", "10", "ipproto", "17", "dport", ports, "blackhole")
        rule("add", *filtered)
        self.addCleanup(rule, "delete", *filtered)

    def test_that_is_started_before_the_daemon_waits_for_it(self):
        client = self.start_probe("--timeout", "10", "-b", "5M", "-t", "0.3")
        time.sleep(1.5)
        self.assertTrue(client.is_running())
        Daemon()
        self.assert_nothing_lost(harness.outcome_of(client))

    def test_of_a_server_that_shuts_down_or_has_gone_can_try_again(self):
        daemon = Daemon()
        daemon.stop()
        self._fails("refused")

    # Versions.

    def test_of_a_server_that_speaks_only_newer_versions_is_told_both(self):
        with harness.network.udp_socket("server", SERVER_V4, 6711) as server:
            client = self.start_probe("--timeout", "3")
            hellos = 0
            while hellos < 2:
                datagram, peer = server.recvfrom(2048)
                name, hello = model.decode(datagram)
                self.assertEqual(name, "HELLO")
                if hello["cookie"] == bytes(24):
                    server.sendto(model.encode("COOKIE", nonce=hello["nonce"], cookie=b"c" * 24),
                                  peer)
                    hellos = max(hellos, 1)
                    continue
                hellos = 2
                refusal = model.encode("REFUSE", version=2, nonce=hello["nonce"], code=6,
                                       version_min=2, version_max=3)
                # One that is not tagged as it should be counts for nothing.
                server.sendto(refusal, peer)
                server.sendto(model.with_tag(refusal, model.refuse_key()), peer)
            outcome = harness.outcome_of(client)
        self.assertEqual((outcome.status, outcome.reason), (VERSION, "version"), outcome)
        self.assertRegex(outcome.complaint, "versions 2 to 3 of the protocol, this client 1")
        self.assertIn("Update the older of ", outcome.complaint)

    def test_that_speaks_only_newer_versions_is_refused_with_ours(self):
        daemon = Daemon()
        with harness.network.udp_socket("client") as client:
            client.connect((SERVER_V4, 6711))

            def ask(cookie: bytes) -> tuple[bytes, model.Fields]:
                hello = model.encode("HELLO", version=2, nonce=NONCE, version_min=2, version_max=9,
                                     cookie=cookie)
                client.send(model.with_tag(hello, model.hello_key(bytes(32))))
                datagram = client.recv(2048)
                return datagram, model.decode(datagram)[1]

            _, fields = ask(bytes(24))
            datagram, refusal = ask(fields["cookie"])
        self.assertEqual(model.type_of(datagram), "REFUSE")
        self.assertEqual(model.REFUSALS[refusal["code"]], "version")
        self.assertEqual((refusal["version_min"], refusal["version_max"]), (1, 1))
        self.assertTrue(model.tag_is_right(datagram, model.refuse_key()))
        state = daemon.state()
        self.assertEqual((state["refused_count"], state["admitted_count"]), ({"version": 1}, 0))
        self.assertIn("newer versions of the protocol", daemon.stdout)

    def test_that_was_written_from_the_protocols_page_alone_is_served(self):
        daemon = Daemon()
        outcome = harness.run(sys.executable, "-B", model.__file__, "--probe", SERVER_V4, "6711",
                              role="client")
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(outcome.report["down"]["lost"], 0, outcome)
        harness.wait_until(lambda: daemon.state()["ended_count"] == {"completed": 1}, 2,
                           "the daemon saw it through")


if __name__ == "__main__":
    harness.main()
