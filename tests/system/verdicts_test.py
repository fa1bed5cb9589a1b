"""What is the matter with a path is what a probe says first: a few causes that are quick to bring
about and leave no doubt. ./dev bench verdicts has all of them."""

import harness
from emulated import Emulated
from harness import Daemon, SystemTest

LINE = """
about = "one thing at a time"
[both]
delay = "10ms"
capacity = "20M"
rate = "20M"
"""
# What a late machine adds to a path is taken for the path's.
ATTEMPTS = 3


class AVerdict(SystemTest):

    def _is_first(self, code: str, path: str, *options: str, **settings) -> None:
        """Of an upload over that path, in one of a few attempts of which this machine was late in
        all others."""
        for attempt in range(1, ATTEMPTS + 1):
            with harness.over(Emulated(path, seed=attempt)) as network:
                with Daemon(**settings):
                    outcome = self.probe("--up", *options)
                truth = network.truth()
            self.assertEqual(outcome.status, 0, outcome)
            findings = [(finding["code"], finding["confidence"])
                        for finding in outcome.report["verdict"]["findings"]]
            if findings and findings[0][0] == code:
                return
            packets = outcome.report["up"]["packets"]
            print(f"attempt {attempt}: {findings}, {truth.lateness_ns() / 1e6:.1f} ms late, "
                  f"{truth.dropped_before} packets dropped before the path, "
                  f"{packets['skipped']} not sent in time")
            was_in_time = truth.is_as_described() and packets["skipped"] < packets["sent"] // 1000
            if was_in_time or attempt == ATTEMPTS:
                self.fail(f"the first finding is not {code}: {findings}")

    def test_is_bufferbloat_where_a_deep_buffer_is_filled(self):
        self._is_first("BUFFERBLOAT", LINE + 'queue = { bytes = "1MB" }', "-b", "24M", "-t", "3")

    def test_is_a_policer_where_what_is_above_a_rate_is_dropped(self):
        if "thread" in harness.SANITIZE:
            self.skipTest("skipped by design: its build does not keep the rates of a search")
        path = LINE.replace('rate = "20M"', 'rate = "200M"')
        self._is_first("POLICER", path + 'policers = [{ rate = "20M", burst = "100kB" }]')

    def test_is_random_loss_where_little_traffic_loses_as_much(self):
        self._is_first("RANDOM-LOSS", LINE + "loss = 0.15", "-b", "5M", "-t", "3")

    def test_is_unknown_where_too_little_is_known(self):
        self._is_first("UNKNOWN", LINE + "loss = 0.01", "-b", "5M", "-t", "3")

    def test_is_a_lower_bound_where_the_server_grants_less(self):
        self._is_first("LOWER-BOUND", LINE + 'queue = { bytes = "250kB" }', max_rate="5M")


if __name__ == "__main__":
    harness.main()
