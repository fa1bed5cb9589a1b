"""Tests of what ./dev bench says about its values, and of the order in which contestants run."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from contest import Column, Comparison, Contest, Contestant, Run  # noqa: E402
from figures import Spread, agree, busiest, digits, quantile, ratios  # noqa: E402
from programs import Failed  # noqa: E402


class Figures(unittest.TestCase):
    def test_the_middle_of_values_and_their_reach(self) -> None:
        self.assertEqual(Spread.of([3, 1, 2]), Spread(2, 1, 3))
        self.assertEqual(Spread.of([4, 1, 2, 3]), Spread(2.5, 1, 4))
        self.assertEqual(Spread.of([None, 5, None]), Spread(5, 5, 5))
        self.assertIsNone(Spread.of([None]))
        self.assertIsNone(Spread.of([]))

    def test_ratios_are_taken_round_by_round(self) -> None:
        # The machine became twice as fast in between; the ratio stays.
        self.assertEqual(ratios([10, 20], [5, 10]), [2, 2])
        self.assertEqual(ratios([10, None, 30], [5, 10, None]), [2])
        self.assertEqual(ratios([1], [0]), [])

    def test_a_quantile_is_the_value_of_the_nearest_rank(self) -> None:
        values = [float(value) for value in range(100, 0, -1)]
        for q, expected in ((0.0, 1), (0.5, 50), (0.07, 7), (0.99, 99), (0.999, 100), (1, 100)):
            self.assertEqual(quantile(values, q), expected)
        self.assertEqual(quantile([3.0], 0.5), 3)

    def test_two_counts_agree_within_a_hundredth(self) -> None:
        self.assertTrue(agree(100, 99.5))
        self.assertTrue(agree(0, 0))
        self.assertFalse(agree(100, 98))
        self.assertFalse(agree(98, 100))

    def test_the_busiest_time_of_a_counter(self) -> None:
        idle_then_busy = [(0, 0), (1, 0), (2, 0.5), (3, 1.0), (4, 1.0)]
        self.assertEqual(busiest(idle_then_busy, 2), 0.5)
        self.assertEqual(busiest(idle_then_busy, 4), 0.25)
        self.assertIsNone(busiest(idle_then_busy, 5))
        self.assertIsNone(busiest([], 1))

    def test_three_digits_and_no_exponent(self) -> None:
        for value, text in ((0.1414, "0.141"), (92.84, "92.8"), (1041.4, "1041"), (2.0, "2"),
                            (9.998, "10.0"), (0, "0"), (1e-9, "0"), (-3.877, "-3.88"),
                            (0.00012, "0.00012"), (None, "-")):
            self.assertEqual(digits(value), text)


class Contests(unittest.TestCase):
    def setUp(self) -> None:
        self.order: list[str] = []

    def contestant(self, name: str, values: list[float], **more) -> Contestant:
        def run(_: dict[str, Run]) -> Run:
            self.order.append(name)
            value = values[self.order.count(name) - 1]
            if value < 0:
                raise Failed("it broke")
            return Run({"speed": value}, [f"{name} --fast"])

        return Contestant(name, run, **more)

    def contest(self, *contestants: Contestant, rounds: int = 2) -> Contest:
        made = Contest("a contest", [Column("speed", "m/s", has_spread=True)], list(contestants),
                       [Comparison("a", "b", ("speed",))])
        made.hold(rounds, lambda line: None)
        return made

    def test_the_order_turns_every_other_round(self) -> None:
        self.contest(*(self.contestant(name, [1, 1, 1]) for name in "abc"), rounds=3)
        self.assertEqual("".join(self.order), "abccbaabc")

    def test_who_follows_another_runs_right_after_it(self) -> None:
        self.contest(self.contestant("a", [1, 1]), self.contestant("b", [1, 1]),
                     self.contestant("x", [1, 1], follows="a"))
        self.assertEqual("".join(self.order), "axbbax")

    def test_the_table_has_medians_reach_and_ratios(self) -> None:
        text = self.contest(self.contestant("a", [10, 40]),
                            self.contestant("b", [5, 10])).as_text()
        self.assertIn("a    25    10-40\nb  7.50     5-10\n", text)
        self.assertIn("a / b: m/s x3.00 [2.00-4.00]\n", text)

    def test_a_run_that_failed_counts_nowhere_and_is_named(self) -> None:
        contest = self.contest(self.contestant("a", [10, -1]), self.contestant("b", [5, 10]))
        self.assertEqual(contest.spread("a", "speed"), Spread(10, 10, 10))
        self.assertEqual(contest.invalid_runs(), ["a, round 2: it broke"])
        self.assertIn("INVALID, not counted: a, round 2: it broke", contest.as_text())
        document = contest.as_json()
        self.assertEqual(document["ratios"][0]["median"], 2)
        self.assertEqual(document["contestants"][0]["runs"][1]["invalid"], "it broke")


if __name__ == "__main__":
    unittest.main()
