"""What a probe tells of a path is what the path did: every packet's fate is known here."""

import harness
from emulated import Emulated, Truth
from harness import Daemon, Outcome, SystemTest

WAYS = ("up", "down")

CLEAN = """
about = "nothing but some distance"
[both]
capacity = "1T"
delay = "10ms"
"""
LOSSY = """
about = "losses by chance and in bursts, and copies"
[both]
capacity = "1T"
delay = "5ms"
loss = 0.02
duplicate = 0.01
[down]
bursts = { enter = 0.005, leave = 0.3 }
"""
REORDERING = """
about = "one of fifty packets is overtaken by three"
[both]
capacity = "1T"
delay = "5ms"
reordering = { every = 50, packets = 3, time = "30ms" }
"""
DAMAGING = """
about = "bit errors"
[both]
capacity = "1T"
corrupt = 0.05
"""


class AnEmulatedPath(SystemTest):

    def _measured(self, scenario: str, *arguments: str) -> tuple[Outcome, Truth]:
        """A probe over that path, and the truth; once more when this machine was late."""
        for attempt in (1, 2):
            with harness.over(Emulated(scenario, seed=attempt)) as path:
                with Daemon():
                    outcome = self.probe("-t", "2", *arguments)
                truth = path.truth()
            self.assertEqual(outcome.status, 0, outcome)
            if truth.is_as_described():
                break
            print(f"attempt {attempt}: this machine was {truth.lateness_ns() / 1e6:.1f} ms late "
                  f"and dropped {truth.dropped_before} packets before the path")
        return outcome, truth

    def test_has_the_delay_that_its_description_says(self):
        outcome, truth = self._measured(CLEAN, "-b", "2M")
        idle = outcome.report["idle"]["rtt_ns"]
        self.assertGreaterEqual(idle["min"], 20_000_000)
        self.assertLess(idle["p50"], 20_500_000 + 2 * truth.lateness_ns())
        self.assert_nothing_lost(outcome)
        for way in WAYS:
            load = truth.load(way)
            self.assertEqual(outcome.report[way]["packets"]["received"], len(load))

    def test_loses_and_repeats_as_many_as_a_probe_finds(self):
        outcome, truth = self._measured(LOSSY, "-b", "10M")
        for way in WAYS:
            packets = outcome.report[way]["packets"]
            load = truth.load(way)
            delivered = {row["number"] for row in load if row["fate"] == "delivered"}
            all_numbers = {row["number"] for row in load}
            repeated = sum(row["repeated"] == "1" for row in load)
            with self.subTest(way=way, packets=packets):
                self.assertGreater(len(all_numbers) - len(delivered), 0)
                self.assertEqual(packets["sent"], len(all_numbers))
                self.assertEqual(packets["received"], len(delivered))
                self.assertEqual(packets["lost"]["path"], len(all_numbers) - len(delivered))
                self.assertEqual(packets["duplicate"] + packets["late"], repeated)

    def test_reorders_as_many_as_a_probe_finds(self):
        outcome, truth = self._measured(REORDERING, "-b", "10M")
        for way in WAYS:
            newest = late = 0
            for row in truth.load(way):
                number = int(row["number"])
                late += number < newest
                newest = max(newest, number)
            with self.subTest(way=way):
                self.assertGreater(late, 0)
                self.assertEqual(outcome.report[way]["packets"]["reordered"], late)

    def test_damages_datagrams_that_no_host_hands_over(self):
        outcome, truth = self._measured(DAMAGING, "-b", "10M")
        for way in WAYS:
            damaged = sum(row["corrupted"] == "1" for row in truth.load(way))
            with self.subTest(way=way):
                self.assertGreater(damaged, 0)
                self.assertEqual(outcome.report[way]["packets"]["lost"]["total"], damaged)


if __name__ == "__main__":
    harness.main()
