"""What is said about the values of several rounds: pure arithmetic, without any program."""

import math
import statistics
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Spread:
    """The middle of some values, and how far they reach."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: list[float | None]) -> "Spread | None":
        """None when no round has a value."""
        there = [value for value in values if value is not None]
        if not there:
            return None
        return Spread(statistics.median(there), min(there), max(there))

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def ratios(of: list[float | None], to: list[float | None]) -> list[float]:
    """Round by round; a round without one of the two has none. A machine that drifts from round to
    round moves both values of a round alike, so their ratio says more than either."""
    return [mine / theirs for mine, theirs in zip(of, to) if mine is not None and theirs]


def quantile(values: list[float], q: float) -> float:
    """The nearest-rank quantile of one value or more."""
    return sorted(values)[max(1, math.ceil(q * len(values) - 1e-9)) - 1]


def agree(one: float, other: float, tolerance: float = 0.01) -> bool:
    """Whether two ways to count the same thing came to the same."""
    return abs(one - other) <= tolerance * max(abs(one), abs(other))


def busiest(samples: list[tuple[float, float]], window: float) -> float | None:
    """Of a counter that was read at times, (time, value), the steepest rise per second over a time
    of at least `window`; None when it was not watched for that long."""
    rises = []
    end = 0
    for time, value in samples:
        while end < len(samples) and samples[end][0] < time + window:
            end += 1
        if end < len(samples):
            rises.append((samples[end][1] - value) / (samples[end][0] - time))
    return max(rises, default=None)


def digits(value: float | None) -> str:
    """Three significant digits, never an exponent: "0.141", "92.8", "1041"; "2" when it is 2."""
    if value is None:
        return "-"
    if value == round(value) or abs(value) < 5e-6:
        return f"{value:.0f}"
    rounded = float(f"{value:.3g}")  # first: 9.998 has two digits before the point
    decimals = min(5, max(0, 2 - math.floor(math.log10(abs(rounded)))))
    return f"{value:.{decimals}f}"
