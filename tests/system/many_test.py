"""Many clients, at once and one after the other: none is disturbed, and nothing stays behind."""

import harness
from harness import Daemon, SystemTest

AT_ONCE = 20
# With a sanitizer it is for descriptors, ports and processes only.
SESSIONS = 200 if harness.SANITIZE == "none" else 60
# As many as bring the heap to its size: twice as many sessions overlap as clients.
WARM_UP = 80
# What the C library keeps of the stacks and heaps of threads that have ended goes up and down by 6
# MiB (800 sessions watched). Sessions that stayed behind whole, at 46 kB, would take 9 MiB; smaller
# leaks are found by the address sanitizer.
MAY_GROW_KIB = 8 * 1024


class ManyClients(SystemTest):

    def test_at_once_all_succeed_and_none_sees_loss_on_a_clean_link(self):
        for connection, port in (("single", "single"), ("thread", "thread"),
                                 ("process", "single")):
            with self.subTest(connection=connection, port=port), \
                    Daemon(connection_parallelism=connection, port_parallelism=port) as daemon:
                before = daemon.holdings()
                clients = [self.start_probe("-b", "5M", "-t", "1") for _ in range(AT_ONCE)]
                for client in clients:
                    self.assert_nothing_lost(harness.outcome_of(client))
                self.assert_holds(daemon, before)
                state = daemon.state()
                self.assertEqual(state["admitted_count"], AT_ONCE)
                self.assertEqual(state["ended_count"], {"completed": AT_ONCE})

    def test_one_after_the_other_leave_no_descriptor_port_process_or_memory_behind(self):
        # A session that is over answers its client's CLOSE for 300 ms more.
        daemon = Daemon(connection_parallelism="thread", port_parallelism="single",
                        max_sessions_per_address=64)
        before = daemon.holdings()
        self._short_sessions(WARM_UP)
        self.assert_holds(daemon, before)
        resident = daemon.resident_kib()
        self._short_sessions(SESSIONS)
        self.assert_holds(daemon, before)
        if harness.SANITIZE == "none":  # they keep freed memory on purpose
            self.assertLess(daemon.resident_kib() - resident, MAY_GROW_KIB)
        self.assertEqual(daemon.state()["ended_count"], {"completed": SESSIONS + WARM_UP})

    def _short_sessions(self, count: int) -> None:
        for _ in range(count // AT_ONCE):
            clients = [self.start_probe("-b", "500k", "-t", "0.2", "--down")
                       for _ in range(AT_ONCE)]
            for client in clients:
                outcome = harness.outcome_of(client)
                self.assertEqual(outcome.status, 0, outcome)


if __name__ == "__main__":
    harness.main()
