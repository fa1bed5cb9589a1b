"""The same load through every placement of connections and ports, on both sides."""

import harness
from harness import Daemon, SystemTest

PLACEMENTS = ("single", "thread", "process")
RATE, DATAGRAM = 50_000_000, 1472
SECONDS = 1  # of load, each way


class EveryPlacement(SystemTest):
    """Three clients at a time, one of each placement, at one daemon of each of the nine."""

    def test_of_ports_below_a_connection_in_the_daemons_loop_gives_the_same_counts(self):
        self._run_daemons("single")

    def test_of_ports_below_a_connection_in_a_thread_gives_the_same_counts(self):
        self._run_daemons("thread")

    def test_of_ports_below_a_connection_in_a_process_gives_the_same_counts(self):
        self._run_daemons("process")

    def _run_daemons(self, connection: str) -> None:
        for port in PLACEMENTS:
            with self.subTest(port=port), \
                    Daemon(connection_parallelism=connection, port_parallelism=port) as daemon:
                self._run_clients(daemon)

    def _run_clients(self, daemon: Daemon) -> None:
        before = daemon.holdings()
        clients = {client: self.start_probe("-b", str(RATE), "-l", str(DATAGRAM),
                                            "-t", str(SECONDS), "--port-parallelism", client)
                   for client in PLACEMENTS}
        for client, program in clients.items():
            outcome = harness.outcome_of(program)
            with self.subTest(client=client):
                self.assert_nothing_lost(outcome)
                self._check_places(outcome)
        self.assert_holds(daemon, before)

    def _check_places(self, outcome: harness.Outcome) -> None:
        """A fixed rate is a schedule: what was not sent at its place was skipped, and told."""
        places = RATE * SECONDS / (DATAGRAM * 8)
        for direction in ("down", "up"):
            packets = outcome.report[direction]["packets"]
            self.assertAlmostEqual(packets["sent"] + packets["skipped"], places, delta=1.5,
                                   msg=direction)


if __name__ == "__main__":
    harness.main()
