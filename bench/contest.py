"""Contests: several contestants, round by round one after the other, and what came of it.

The order turns every other round, so that nobody always runs behind the same neighbour. A run that
failed, or whose own numbers contradict each other, counts nowhere and is named.
"""

import collections
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from figures import Spread, digits, ratios
from programs import Failed

WIDTH = 80


@dataclass
class Run:
    """One run of one contestant."""

    figures: dict[str, float | None] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)  # as one could type them
    invalid: str = ""  # why it does not count
    words: dict[str, str] = field(default_factory=dict)  # what is no figure


@dataclass(frozen=True)
class Contestant:
    """`run` is given what the others did earlier in the same round. Who `follows` another one runs
    right after it, in either order."""

    name: str
    run: Callable[[dict[str, Run]], Run]
    follows: str = ""


@dataclass(frozen=True)
class Column:
    """Of the figure `key`, or of the words `key` of the rounds; or else what `tell` makes of all
    rounds of a contestant."""

    key: str
    title: str
    has_spread: bool = False
    tell: Callable[["Contest", str], str] | None = None


@dataclass(frozen=True)
class Comparison:
    """The figures of one contestant as ratios to those of another."""

    of: str
    to: str
    keys: tuple[str, ...]


@dataclass
class Contest:
    title: str
    columns: list[Column]
    contestants: list[Contestant]
    comparisons: list[Comparison] = field(default_factory=list)
    notes: Callable[["Contest"], list[str]] = lambda contest: []  # sentences below the table
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def only(self, words: str) -> "Contest":
        """All of it when its title has these words, else with the contestants whose names have
        them, and those that these follow."""
        if words in self.title:
            return self
        kept = {name for one in self.contestants if words in one.name
                for name in (one.name, one.follows)}
        return replace(self, contestants=[one for one in self.contestants if one.name in kept])

    def hold(self, rounds: int, tell: Callable[[str], None]) -> None:
        self.runs = {contestant.name: [] for contestant in self.contestants}
        for number in range(rounds):
            earlier: dict[str, Run] = {}
            for contestant in self.order(number):
                tell(f"{self.title}: round {number + 1} of {rounds}, {contestant.name}")
                try:
                    run = contestant.run(earlier)
                except Failed as failure:
                    run = Run(invalid=" ".join(str(failure).split()))
                earlier[contestant.name] = run
                self.runs[contestant.name].append(run)

    def order(self, number: int) -> list[Contestant]:
        leaders = [one for one in self.contestants if not one.follows]
        if number % 2 == 1:
            leaders.reverse()
        return [one for leader in leaders for one in
                [leader] + [other for other in self.contestants if other.follows == leader.name]]

    def values(self, name: str, key: str) -> list[float | None]:
        """Of each round; None where a run does not count or says nothing about it."""
        return [None if run.invalid else run.figures.get(key) for run in self.runs.get(name, [])]

    def words(self, name: str, key: str) -> str:
        """What the rounds said, the most frequent first."""
        said = collections.Counter(run.words[key] for run in self.runs.get(name, [])
                                   if not run.invalid and key in run.words)
        return ", ".join(word for word, _ in said.most_common())

    def spread(self, name: str, key: str) -> Spread | None:
        return Spread.of(self.values(name, key))

    def ratio(self, comparison: Comparison, key: str) -> Spread | None:
        return Spread.of(ratios(self.values(comparison.of, key), self.values(comparison.to, key)))

    def invalid_runs(self) -> list[str]:
        return [f"{name}, round {number}: {run.invalid}" for name, runs in self.runs.items()
                for number, run in enumerate(runs, 1) if run.invalid]

    def as_text(self) -> str:
        lines = [self.title, "", *self._table(), *self._ratio_lines()]
        for note in self.notes(self):
            lines += textwrap.wrap(note, WIDTH, subsequent_indent="  ")
        lines += [f"INVALID, not counted: {what}" for what in self.invalid_runs()]
        return "\n".join(lines) + "\n"

    def _table(self) -> list[str]:
        """Names to the left, numbers to the right, as wide as what stands in them."""
        rows = [["", *(title for column in self.columns for title in
                       ([column.title, "min-max"] if column.has_spread else [column.title]))]]
        for name in self.runs:
            row = [name]
            for column in self.columns:
                if said := column.tell(self, name) if column.tell else self.words(name, column.key):
                    row.append(said)
                    continue
                spread = self.spread(name, column.key)
                row.append(digits(spread.median if spread else None))
                if column.has_spread:
                    row.append(_range_of(spread))
            rows.append(row)
        widths = [max(map(len, cells)) for cells in zip(*rows)]
        return ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in
                                                      zip(row[1:], widths[1:]))])
                for row in rows]

    def _ratio_lines(self) -> list[str]:
        """The median of the rounds' ratios, and how far they reach."""
        titles = {column.key: column.title for column in self.columns}
        lines = []
        for comparison in self.comparisons:
            parts = [f"{titles[key]} x{_times(spread.median)} [{_times(spread.low)}-"
                     f"{_times(spread.high)}]" for key in comparison.keys
                     if (spread := self.ratio(comparison, key))]
            if parts:
                lines += textwrap.wrap(f"{comparison.of} / {comparison.to}: {', '.join(parts)}",
                                       WIDTH, subsequent_indent="  ")
        return ["", *lines] if lines else []

    def commands(self) -> list[str]:
        """What was run in the last round, each once."""
        return list(dict.fromkeys(command for runs in self.runs.values() if runs
                                  for command in runs[-1].commands))

    def as_json(self) -> dict:
        return {
            "title": self.title,
            "contestants": [self._contestant_json(name) for name in self.runs],
            "ratios": [{"of": comparison.of, "to": comparison.to, "figure": key,
                        **spread.as_json()}
                       for comparison in self.comparisons for key in comparison.keys
                       if (spread := self.ratio(comparison, key))],
            "invalid": self.invalid_runs(),
        }

    def _contestant_json(self, name: str) -> dict:
        runs = self.runs[name]
        keys = list(dict.fromkeys(key for run in runs for key in run.figures))
        spreads = {key: self.spread(name, key) for key in keys}
        return {"name": name,
                "commands": runs[-1].commands if runs else [],
                "figures": {key: spread.as_json() for key, spread in spreads.items() if spread},
                "runs": [{"invalid": run.invalid or None, **run.figures, **run.words}
                         for run in runs]}


def _range_of(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    between = ".." if spread.low < 0 else "-"
    return f"{digits(spread.low)}{between}{digits(spread.high)}"


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else digits(ratio)
