"""What an operator limits is limited, told to the client that meets it, and free again after it."""

import harness
from harness import Daemon, Outcome, Program, SystemTest, wait_until
from network import SERVER_V4

BUSY = 5


class AnExhaustedDaemon(SystemTest):

    def _long_client(self, daemon: Daemon, *arguments: str) -> Program:
        """A client that stays for a while."""
        client = self.start_probe("--down", "-t", "1.5", *arguments)
        wait_until(lambda: any(session["open"] for session in daemon.sessions()), 10,
                   "the first client has a session")
        return client

    def _refused(self, reason: str, *arguments: str) -> Outcome:
        outcome = self.probe("-t", "0.2", "--down", *arguments)
        self.assertEqual((outcome.status, outcome.reason), (BUSY, reason), outcome)
        self.assertRegex(outcome.complaint, "[0-9] s\\b")  # when to try again
        self.assertFalse(outcome.report["complete"])
        return outcome

    def _serves(self, daemon: Daemon, first: Program) -> None:
        """The first client was not disturbed, and the next one is served."""
        self.assert_nothing_lost(harness.outcome_of(first), ("down",))
        # A session that is over answers its client's CLOSE for 300 ms more.
        wait_until(lambda: not daemon.sessions(), 1, "the first session is gone")
        self._next_is_served()

    def _next_is_served(self, *arguments: str, rate: str = "1M") -> None:
        self.assert_nothing_lost(self.probe("-b", rate, "-t", "0.2", "--down", *arguments),
                                 ("down",))

    def test_of_ports_refuses_the_next_client_until_they_are_free(self):
        for ports, free in (("7000-7002", 0), ("7000-7004", 2)):
            with self.subTest(ports=ports), Daemon(port_ranges=[ports]) as daemon:
                total = daemon.state()["ports"]["total_count"]
                first = self._long_client(daemon, "-b", "5M")
                refused = self._refused("no_ports", "-b", "5M")
                self.assertIn(f"{free} of {total}", refused.complaint)
                self.assertIn("port_ranges", refused.complaint)
                self.assertIn("port_ranges", daemon.stdout)
                self._serves(daemon, first)

    def test_takes_ports_of_several_ranges_and_none_that_another_program_has(self):
        with harness.network.udp_socket("server", SERVER_V4, 7001):
            daemon = Daemon(port_ranges=["7000-7001", "7100", "7202-7202"])
            first = self._long_client(daemon, "-b", "5M")
            ports = daemon.sessions()[0]["ports"]
            self.assertEqual(set(ports.values()), {7000, 7100, 7202})
            self._serves(daemon, first)

    def test_whose_free_ports_are_all_taken_by_other_programs_says_so(self):
        daemon = Daemon(port_ranges=["7000-7002"])
        with harness.network.udp_socket("server", SERVER_V4, 7001):
            self._refused("no_ports", "-b", "5M")
            self.assertIn("3 of 3 ports are free, but other programs hold them", daemon.stdout)
        self._next_is_served()

    def test_of_sessions_names_how_many_there_are(self):
        daemon = Daemon(max_sessions=1)
        first = self._long_client(daemon, "-b", "5M")
        refused = self._refused("busy", "-b", "5M")
        self.assertIn("server busy: 1 of 1 sessions", refused.complaint)
        self._serves(daemon, first)

    def test_of_sessions_per_address_names_how_many_are_yours(self):
        daemon = Daemon(max_sessions_per_address=1)
        first = self._long_client(daemon, "-b", "5M")
        refused = self._refused("per_address", "-b", "5M")
        self.assertIn("your address", refused.complaint)
        self._next_is_served("-B", "10.211.0.78")
        self._serves(daemon, first)

    def test_of_its_rate_budget_says_what_is_left_and_a_client_may_ask_for_that(self):
        daemon = Daemon(max_total_rate="10M")
        first = self._long_client(daemon, "-b", "8M")
        refused = self._refused("rate_budget", "-b", "8M")
        self.assertRegex(refused.complaint, "2.00 Mbit/s of .* 10.0 Mbit/s are free")
        self.assertIn("-b 2M", refused.complaint)
        self._next_is_served(rate="2M")
        self._serves(daemon, first)

    @classmethod
    def setUpClass(cls):
        harness.network.ip("client", "address", "add", "10.211.0.78/24", "dev", "wync")


if __name__ == "__main__":
    harness.main()
