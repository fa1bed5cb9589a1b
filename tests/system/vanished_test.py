"""The peer vanishes in the middle of a load: the load stops, and nothing of it stays behind."""

import signal
import time

import harness
from harness import Daemon, Lateness, Program, SystemTest, wait_until

RATE = 50_000_000
LOAD = ("-b", str(RATE), "-t", "5")
# Of the protocol: no bulk leaves when no feedback was accepted for this long, in seconds.
DEAD_MAN = 0.5
IDLE_TIMEOUT = 1


def last_load_after(role: str, since: float, seconds: float = 1.5) -> float:
    """How long after `since` this side still sent at more than a tenth of the rate. Everything else
    together, heartbeats, feedback and latency probes, is less than a hundredth."""
    last = 0.0
    before, count_before = time.monotonic(), harness.network.bytes_sent(role)
    while before < since + seconds:
        time.sleep(0.01)
        now, count = time.monotonic(), harness.network.bytes_sent(role)
        if (count - count_before) * 8 > RATE / 10 * (now - before):
            last = now - since
        before, count_before = now, count
    return last


class APeer(SystemTest):

    def _loaded(self, daemon: Daemon, direction: str, *arguments: str) -> Program:
        client = self.start_probe(*LOAD, f"--{direction}", *arguments)
        daemon.wait_for_load(direction)
        return client

    def _strike(self, victim: Program, number: int, sender: str) -> None:
        """The sender must have fallen silent in time."""
        with Lateness() as lateness:
            struck = time.monotonic()
            victim.signal(number)
            last = last_load_after(sender, struck)
        self.assertLess(last, DEAD_MAN + 0.05 + lateness.seconds)

    def _client_vanishes(self, number: int, direction: str, *arguments: str) -> None:
        daemon = Daemon(idle_timeout=IDLE_TIMEOUT, connection_parallelism="thread",
                        port_parallelism="process")
        before = daemon.holdings()
        client = self._loaded(daemon, direction, *arguments)
        self._strike(client, number, "server" if direction == "down" else "client")
        wait_until(lambda: not daemon.sessions(), IDLE_TIMEOUT + 1, "the session ends")
        self.assert_holds(daemon, before, seconds=1)
        self.assertEqual(daemon.state()["ended_count"], {"peer_silent": 1})
        client.destroy()

    def test_client_that_is_killed_gets_no_more_load(self):
        self._client_vanishes(signal.SIGKILL, "down")

    def test_client_that_is_killed_takes_its_port_processes_with_it(self):
        self._client_vanishes(signal.SIGKILL, "up", "--port-parallelism", "process")

    def test_client_that_hangs_gets_no_more_load_though_its_sockets_are_open(self):
        self._client_vanishes(signal.SIGSTOP, "down")

    def _daemon_vanishes(self, number: int) -> None:
        daemon = Daemon(idle_timeout=IDLE_TIMEOUT)
        client = self._loaded(daemon, "up")
        self._strike(daemon, number, "client")
        outcome = harness.outcome_of(client)
        self.assertEqual((outcome.status, outcome.reason), (7, "peer_silent"), outcome)
        self.assertFalse(outcome.report["complete"])
        self.assertIsNotNone(outcome.report["idle"])
        # What the server received last it could not tell any more.
        self.assertIsNone(outcome.report["up"]["packets"]["lost"]["total"], outcome)
        daemon.destroy()

    def test_daemon_that_is_killed_gets_no_more_load_and_the_client_says_so(self):
        self._daemon_vanishes(signal.SIGKILL)

    def test_daemon_that_hangs_gets_no_more_load_and_the_client_says_so(self):
        self._daemon_vanishes(signal.SIGSTOP)


if __name__ == "__main__":
    harness.main()
