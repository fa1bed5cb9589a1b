"""Tests of what ./dev bench says about its values, and of the order in which contestants run."""

import json
import sys
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import accuracy  # noqa: E402
import verdicts  # noqa: E402
from causes import CAUSES, Cause  # noqa: E402
from contest import Column, Comparison, Contest, Contestant, Run  # noqa: E402
from figures import Spread, agree, busiest, digits, quantile, ratios  # noqa: E402
from emulation import Probed  # noqa: E402
from links import LINKS, Link  # noqa: E402
from programs import Failed  # noqa: E402

from emulated import Truth  # noqa: E402


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

    def test_only_some_are_picked_by_title_or_by_name(self) -> None:
        contest = self.contest(self.contestant("a", [1, 1]), self.contestant("bee", [1, 1]),
                               self.contestant("x", [1, 1], follows="a"))
        for words, names in (("", ["a", "bee", "x"]), ("contest", ["a", "bee", "x"]),
                             ("be", ["bee"]), ("x", ["a", "x"]), ("nobody", [])):
            self.assertEqual([one.name for one in contest.only(words).contestants], names)


def row(way: str, number: int, fate: str = "delivered", arrived_ms: int = 0, step: int = 1,
        copy: int = 0, test: int = 1) -> dict[str, str]:
    """Of the emulator's log, as far as it is read: a datagram of a load."""
    return {"way": way, "number": str(number), "copy": str(copy), "fate": fate, "bytes": "1500",
            "arrived_ns": str(arrived_ms * 1_000_000),
            "payload": f"57440130{'0' * 4}{test:04x}{'0' * 32}{step:08x}{'0' * 8}"}


class Accuracy(unittest.TestCase):
    def probed(self, rows: list[dict[str, str]], report: dict) -> Probed:
        late = {way: {"lateness_ns": {"p99": 7000}} for way in ("up", "down")}
        return Probed(report, Truth(late, rows, dropped_before=0), ["probe"])

    def test_counts_are_of_first_copies_of_the_load_of_one_direction(self) -> None:
        rows = [row("up", 1, step=0), row("up", 3), row("up", 2), row("up", 3, copy=1),
                row("up", 4, fate="lost"), row("up", 5, copy=1), row("up", 5), row("down", 9)]
        self.assertEqual(accuracy.counts_true(self.probed(rows, {}), "up"),
                         {"sent": 4, "received": 3, "lost": 1, "repeated": 2, "reordered": 1})

    def test_what_the_hosts_lost_was_no_business_of_the_path(self) -> None:
        said = {"sent": 100, "received": 80, "duplicate": 2, "late": 1, "reordered": 4,
                "lost": {"total": 20, "path": 10, "sender_host": 7, "receiver_socket": 3}}
        self.assertEqual(accuracy.counts_said(said),
                         {"sent": 93, "received": 83, "lost": 10, "repeated": 3, "reordered": 4})

    def test_a_search_is_held_to_the_truth_and_to_its_goals(self) -> None:
        def way(found: int) -> dict:
            return {"capacity": {"ip_bps": found, "half_width_bps": 1, "verdict": "ok"},
                    "packets": {"skipped": 0}}

        rows = [row(name, 1, arrived_ms=at) for name in accuracy.WAYS for at in (500, 1000, 4000)]
        rows += [row(name, 2, arrived_ms=6500, test=2) for name in accuracy.WAYS]
        run = accuracy.searched(Link(1, 20, 100),
                                self.probed(rows, {"down": way(999_000), "up": way(1_020_000)}))
        self.assertAlmostEqual(run.figures["error_percent_down"], -0.1)
        self.assertAlmostEqual(run.figures["error_percent_up"], 2)
        self.assertAlmostEqual(run.figures["seconds_up"], 3.5)
        self.assertAlmostEqual(run.figures["load_seconds_up"], 0.036)
        self.assertAlmostEqual(run.figures["all_seconds_up"], 6)
        self.assertAlmostEqual(run.figures["all_load_seconds_up"], 0.048)
        self.assertEqual((run.words["verdict_up"], run.words["missed"]), ("ok", "%, s"))
        contest = Contest("accuracy", [], [Contestant("a link", lambda _: run)])
        contest.hold(1, lambda line: None)
        self.assertEqual(accuracy.all_words(contest, "a link", ("missed", "verdict_up")),
                         "%, s, ok")
        foot = accuracy.summary(contest)
        self.assertEqual(foot[0], "Error: median 1.05 %, worst 2.00 % (a link, up); 1 of 2 beyond "
                                  "the goal of 1 %.")
        self.assertEqual(foot[1], "Time: median 3.50 s, worst 3.50 s (a link, down); 2 of 2 beyond "
                                  "the goal of 3 s.")
        self.assertEqual(foot[3], "Time of all: median 6 s, worst 6 s (a link, down).")

    def test_a_link_is_described_to_the_emulator_as_it_is_held_to(self) -> None:
        link = Link(100, 30, 50, 2, loss_behind=True, up_mbit=10)
        self.assertEqual(link.name, "100/10M 30/50 ms 2 % behind")
        self.assertEqual(link.capacity("up"), 9_800_000)
        described = tomllib.loads(link.scenario("duplicate = 0.5"))
        self.assertEqual(described["both"], {"delay": 15000, "loss_after": 0.02, "duplicate": 0.5})
        self.assertEqual(described["down"]["queue"]["bytes"], 625_000)
        self.assertEqual(described["up"]["rate"], 10_000_000)
        self.assertEqual(len({one.name for one in LINKS}), len(LINKS))


class Verdicts(unittest.TestCase):
    cause = Cause("a policer", "POLICER", "the path", also=("TWO-RATE",))

    def finding(self, code: str, confidence: str = "high", level: str = "warn") -> dict:
        return {"code": code, "direction": "up", "confidence": confidence, "level": level}

    def judged(self, *findings: dict, cause: Cause | None = None) -> Run:
        return verdicts.judged(cause or self.cause, {"findings": list(findings)})

    def test_the_first_verdict_must_be_the_one_that_is_wanted(self) -> None:
        right = self.judged(self.finding("POLICER"), self.finding("TWO-RATE"))
        self.assertEqual((right.figures["is_right"], right.words["wrong"]), (1, "-"))
        late = self.judged(self.finding("TWO-RATE"), self.finding("POLICER"))
        self.assertEqual((late.figures["is_right"], late.words["wrong"]), (0, "-"))
        self.assertEqual(late.words["first"], "TWO-RATE (high)")
        self.assertEqual(self.judged().words["first"], "(nothing)")

    def test_only_what_is_wrong_and_sure_counts_as_wrong(self) -> None:
        run = self.judged(self.finding("POLICER"), self.finding("UNSTABLE"),
                          self.finding("AQM", "medium"))
        self.assertEqual((run.figures["is_right"], run.words["wrong"]), (1, "UNSTABLE"))
        self.assertEqual(run.figures["wrong_and_sure"], 1)

    def test_on_a_path_without_a_fault_good_news_are_right(self) -> None:
        nothing = Cause("nothing", "", "the path")
        self.assertEqual(self.judged(cause=nothing).figures["is_right"], 1)
        for level, is_right in (("good", 1), ("warn", 0)):
            run = self.judged(self.finding("AQM", "low", level), cause=nothing)
            self.assertEqual(run.figures["is_right"], is_right)

    def test_every_cause_has_a_name_of_its_own_and_a_verdict_that_exists(self) -> None:
        self.assertEqual(len({cause.name for cause in CAUSES}), len(CAUSES))
        schema = json.loads((ROOT / "ctl/schema/wyndrvr.result-1.json").read_text("utf-8"))
        known = set(schema["$defs"]["finding"]["properties"]["code"]["enum"])
        for cause in CAUSES:
            self.assertLessEqual({cause.verdict, *cause.also} - {""}, known, cause.name)
        # And every verdict is brought about.
        self.assertEqual(known, {cause.verdict for cause in CAUSES} - {""})


if __name__ == "__main__":
    unittest.main()
