"""Counts what `meson test` left behind in each build variant and prints one table.

Reads a file of lines "variant TAB build directory TAB outcome", where the outcome is "meson N" (the
status of `meson test`) or a sentence about a build that failed, and each directory's
meson-logs/testlog.json. Ends with the line "N passed, N failed, N skipped"; exits with 1 when
something failed or nothing ran.

A test is skipped when it exits with 77; the reason is its last line that begins with "skipped". A
reason that begins with "skipped by design:" is always accepted, any other is a failure when all
tests are required.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}


@dataclass
class Outcome:
    """What became of one test in one variant."""

    variant: str
    suite: str
    name: str
    kind: str  # passed, failed or skipped
    seconds: float = 0.0
    words: str = ""  # why it was skipped or how it failed

    def title(self) -> str:
        return f"{self.suite} / {self.name} ({self.variant})"


def skip_reason(entry: dict) -> str:
    """The sentence that a skipped test printed."""
    lines = (entry.get("stdout", "") + "\n" + entry.get("stderr", "")).splitlines()
    lines = [line.strip() for line in lines if line.strip()]
    said = [line for line in lines if line.lower().startswith("skipped")]
    if said:
        return said[-1]
    return f"skipped without a reason; its last line: {lines[-1] if lines else '(none)'}"


def suite_of(entry: dict, tests: list[dict]) -> tuple[str, str]:
    """Suite and plain name of a log entry, whose own name is decorated by Meson."""
    found = [test for test in tests
             if entry["name"] == test["name"] or entry["name"].endswith((" " + test["name"],
                                                                         ":" + test["name"]))]
    found.sort(key=lambda test: (len(test["name"]), test["cmd"] == entry.get("command")))
    if not found:
        return "other", entry["name"]
    suite = found[-1]["suite"][0] if found[-1]["suite"] else "other"
    return suite.split(":")[-1], found[-1]["name"]


def read_entry(variant: str, entry: dict, tests: list[dict], require_all: bool) -> Outcome:
    suite, name = suite_of(entry, tests)
    outcome = Outcome(variant, suite, name, "failed", entry.get("duration", 0.0))
    if entry["result"] in PASSED:
        outcome.kind = "passed"
    elif entry["result"] in SKIPPED:
        outcome.words = skip_reason(entry)
        allowed = not require_all or outcome.words.lower().startswith("skipped by design:")
        outcome.kind = "skipped" if allowed else "failed"
    else:
        outcome.words = f"{entry['result'].lower()}, exit status {entry.get('returncode')}"
    return outcome


def introspect_tests(directory: str) -> list[dict]:
    run = subprocess.run(["meson", "introspect", "--tests", directory], check=True,
                         stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return json.loads(run.stdout)


def read_variant(variant: str, directory: str, outcome: str, require_all: bool) -> list[Outcome]:
    if not outcome.startswith("meson "):
        return [Outcome(variant, "build", directory, "failed", words=outcome)]
    log = os.path.join(directory, "meson-logs", "testlog.json")
    outcomes = []
    if os.path.exists(log):
        tests = introspect_tests(directory)
        with open(log, encoding="utf-8", errors="replace") as lines:
            outcomes = [read_entry(variant, json.loads(line), tests, require_all)
                        for line in lines if line.strip()]
    status = int(outcome.split()[1])
    if status != 0 and not any(o.kind == "failed" for o in outcomes):
        outcomes.append(Outcome(variant, "build", directory, "failed",
                                words=f"meson test itself ended with status {status}"))
    return outcomes


def print_table(outcomes: list[Outcome]) -> None:
    rows: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        rows[outcome.variant, outcome.suite].append(outcome)
    print(f"\n{'variant':<10}{'suite':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for (variant, suite), row in rows.items():
        counts = [sum(o.kind == kind for o in row) for kind in ("passed", "failed", "skipped")]
        seconds = sum(o.seconds for o in row)
        print(f"{variant:<10}{suite:<10}{counts[0]:>8}{counts[1]:>8}{counts[2]:>9}{seconds:>9.1f}")


def print_details(outcomes: list[Outcome], logs: dict[str, str]) -> None:
    """Names the skipped tests with their reasons, and the failed ones with their logs."""
    reasons: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.kind == "skipped":
            reasons[outcome.words].append(outcome)
    if reasons:
        print("\nSkipped:")
    for reason, skipped in reasons.items():
        print(f"  {', '.join(o.title() for o in skipped)}: {reason}")
    failed = [outcome for outcome in outcomes if outcome.kind == "failed"]
    if failed:
        print("\nFailed:")
    for outcome in failed:
        print(f"  {outcome.title()}: {outcome.words}")
    for variant in dict.fromkeys(outcome.variant for outcome in failed):
        print(f"  The whole output of the {variant} tests is in {logs[variant]}.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--require-all", choices=["yes", "no"], default="no")
    parser.add_argument("outcomes", help="the file of variants")
    options = parser.parse_args()

    outcomes: list[Outcome] = []
    logs: dict[str, str] = {}
    with open(options.outcomes, encoding="utf-8") as lines:
        for line in lines:
            variant, directory, outcome = line.rstrip("\n").split("\t")
            logs[variant] = os.path.join(directory, "meson-logs")
            outcomes += read_variant(variant, directory, outcome, options.require_all == "yes")
    print_table(outcomes)
    print_details(outcomes, logs)
    if not outcomes:
        print("\nNo test ran: the suites that were asked for have none yet.")
    counts = {kind: sum(o.kind == kind for o in outcomes)
              for kind in ("passed", "failed", "skipped")}
    print(f"\n{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 0 if outcomes and counts["failed"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
