"""A service that has nothing to do takes next to nothing."""

import re
import time

import box
from box import PORT, SWARM, BoxTest, Program, wait_until
from network import SERVER_V4

SECONDS = 60
# Of the 11 MB of an idle daemon 9.5 are pages of libraries that it shares with others (libcrypto
# 3.4, libstdc++ 1.5, libc 1.3); the goal is 10.
MOST_IDLE_KB, MOST_WITH_100_SESSIONS_KB = 12_000, 40_000


class AnIdleDaemon(BoxTest):

    def _resident_kb(self) -> int:
        return int(self.process_status(self.pid(), "VmRSS").split()[0])

    def _wake_ups(self, pid: int) -> int:
        """How often its threads gave up the processor by themselves, which each wake-up ends in."""
        tasks = list(self.box.path(f"/proc/{pid}/task").glob("*/status"))
        self.assertGreater(len(tasks), 0)
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", task.read_text(),
                                 re.MULTILINE)[1]) for task in tasks)

    def test_is_woken_by_nothing_but_the_watchdog_and_is_small(self):
        self.assert_nothing_lost(self.probe("-b", "10M", "-t", "0.5"))
        wait_until(lambda: not self.state()["sessions"], 5, "the session is gone")
        self.restart()  # without the watchdog there is nothing left
        self.drop_in("[Service]\nWatchdogSec=0\n")
        self.restart()
        self.state()
        pid = self.pid()
        time.sleep(12)  # callers are remembered for ten seconds
        woken = self._wake_ups(pid)
        time.sleep(SECONDS)
        self.assertEqual(self._wake_ups(pid) - woken, 0)
        self.assertLessEqual(self._resident_kb(), MOST_IDLE_KB)

    def test_with_a_hundred_sessions_at_rest_is_not_large(self):
        self.configure(max_sessions=128, max_sessions_per_address=128)
        self.restart()
        crowd = Program(SWARM, "--clients", "100", "--interval", "1h", "--seconds", "5", "-p",
                        str(PORT), SERVER_V4, role="outside")
        wait_until(lambda: "all are open" in crowd.stdout, 20, "all sessions are open")
        time.sleep(3)  # a port that has had nothing to do for 2 s rests
        self.assertEqual(len(self.state()["sessions"]), 100)
        self.assertLessEqual(self._resident_kb(), MOST_WITH_100_SESSIONS_KB)
        crowd.wait(20)


if __name__ == "__main__":
    box.main()
