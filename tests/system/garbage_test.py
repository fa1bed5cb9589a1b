"""Garbage at 10,000 datagrams a second disturbs nobody; and what comes and goes leaves nothing."""

import os
import pathlib
import sys
import time

import harness
from harness import Daemon, Program, SystemTest, wait_until
from network import CLIENT_V4, SERVER_V4

FLOOD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flood.py")
RATE = 10_000
# A thread sanitizer's build takes longer for each datagram than this rate allows.
FLOOD_RATE = RATE // harness.SLOWNESS
SECONDS = 3


class Garbage(SystemTest):

    def _flood(self, *arguments: str) -> Program:
        return Program(sys.executable, FLOOD, str(SECONDS), str(FLOOD_RATE), *arguments,
                       role="client")

    def _sent(self, flood: Program) -> int:
        outcome = harness.outcome_of(flood)
        self.assertEqual((outcome.status, outcome.complaint), (0, ""), outcome)
        sent = int(outcome.stdout)
        self.assertGreater(sent, 0.95 * FLOOD_RATE * SECONDS)
        return sent

    def _probed_client(self, daemon: Daemon, *arguments: str) -> tuple[Program, dict]:
        client = self.start_probe("-b", "20M", "-t", "2", *arguments)
        session = wait_until(lambda: [one for one in daemon.sessions() if one["open"]], 10,
                             "the client has a session")[0]
        return client, session

    def test_at_the_listening_port_is_counted_and_disturbs_no_probe(self):
        daemon = Daemon()
        before = daemon.holdings()
        flood = self._flood(f"{SERVER_V4}:6711")
        self.assert_nothing_lost(self.probe("-b", "20M", "-t", "1"))
        sent = self._sent(flood)
        state = daemon.state()
        dropped = state["dropped_count"]
        # Whole HELLOs without a cookie are among it, and are answered with one.
        self.assertGreater(sum(dropped.values()) + state["cookies_sent_count"], 0.95 * sent)
        self.assertEqual(state["admitted_count"], 1)
        for reason in ("length", "magic", "type"):
            self.assertGreater(dropped.get(reason, 0), 0, dropped)
        self.assert_holds(daemon, before)

    def test_at_the_ports_of_a_session_reaches_no_socket_that_knows_its_client(self):
        for placement in ("single", "process"):
            with self.subTest(placement=placement), Daemon(port_parallelism=placement) as daemon:
                client, session = self._probed_client(daemon)
                flood = self._flood(*(f"{SERVER_V4}:{port}" for port in session["ports"].values()))
                self._sent(flood)
                self.assert_nothing_lost(harness.outcome_of(client))

    def test_in_the_name_of_the_client_is_counted_and_disturbs_no_probe(self):
        daemon = Daemon()
        client, session = self._probed_client(daemon)
        flood = self._flood("--from", CLIENT_V4,
                            *(f"{SERVER_V4}:{port}={self._peer_of(client, port)}"
                              for port in session["ports"].values()))
        dropped = 0
        while client.is_running():
            dropped = max([dropped, *(one["dropped_count"] for one in daemon.sessions())])
            time.sleep(0.1)
        self._sent(flood)
        self.assert_nothing_lost(harness.outcome_of(client))
        self.assertGreater(dropped, FLOOD_RATE)

    @staticmethod
    def _peer_of(client: Program, port: int) -> int:
        """The client's port that is connected to this one."""
        for line in pathlib.Path(f"/proc/{client.pid}/net/udp").read_text().splitlines()[1:]:
            _, local, remote, *_ = line.split()
            if int(remote.rpartition(":")[2], 16) == port:
                return int(local.rpartition(":")[2], 16)
        raise AssertionError(f"the client has no socket for port {port}")


if __name__ == "__main__":
    harness.main()
