"""The keys that shape the loops of a port do what their manual page says."""

import os
import pathlib
import time

import harness
from harness import Daemon, SystemTest

SECONDS_PER_TICK = 1 / os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """That a process and its threads have used since its start."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * SECONDS_PER_TICK


class ALoop(SystemTest):

    def _datagrams_sent(self, **settings) -> int:
        """Of 10 Mbit/s for 1 s, 1250 datagrams; what finds the loop asleep is skipped."""
        with Daemon(**settings):
            outcome = self.probe("-b", "10M", "-l", "1000", "-t", "1", "--down")
            self.assert_nothing_lost(outcome, ("down",))
            return outcome.report["down"]["packets"]["sent"]

    def _load_on_the_processor(self, **settings) -> float:
        """The share of one processor that a daemon with one lightly loaded session takes."""
        with Daemon(**settings) as daemon:
            client = self.start_probe("-b", "1M", "-t", "1.5", "--down")
            daemon.wait_for_load("down")
            used, began = processor_seconds(daemon.pid), time.monotonic()
            time.sleep(0.8)
            share = (processor_seconds(daemon.pid) - used) / (time.monotonic() - began)
            self.assert_nothing_lost(harness.outcome_of(client), ("down",))
            return share

    def test_that_may_not_wait_keeps_a_processor_busy_and_any_other_leaves_it(self):
        waiting = self._load_on_the_processor()
        bounded = self._load_on_the_processor(incoming_blocking_level=20_000)
        spinning = self._load_on_the_processor(incoming_blocking_level=0)
        self.assertGreater(spinning, 0.4)  # more, unless others want the processors too
        for share in (waiting, bounded):
            self.assertLess(share, spinning / 2)

    def test_sleeps_after_either_half_of_a_turn_and_the_sleeps_add_up(self):
        none = self._datagrams_sent()
        incoming = self._datagrams_sent(incoming_sleep=20_000)
        sending = self._datagrams_sent(send_sleep=20_000)
        both = self._datagrams_sent(incoming_sleep=20_000, send_sleep=20_000)
        for one in (incoming, sending):
            self.assertLess(one, none / 4)
            self.assertLess(both, one * 0.8)


if __name__ == "__main__":
    harness.main()
