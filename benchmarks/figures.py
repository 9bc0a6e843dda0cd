"""What a part of the benchmarks gives: a table to read, and figures that the targets are held against."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contest import Standing

TARGETS = Path(__file__).parent / "targets.toml"


@dataclass(frozen=True, slots=True)
class Part:
    """A part's table (its first row is the head), its figures by name, and what could not be measured, with why."""

    title: str
    table: Sequence[Sequence[str]]
    figures: Mapping[str, float]
    missing: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """The part as a Markdown table."""
        head, *rows = self.table
        return "\n".join([f"### {self.title}", "", _line(head), _line("---" for _ in head), *map(_line, rows), ""])


@dataclass(frozen=True, slots=True)
class Target:
    """A promise about a figure. `reason` is said where it is not kept."""

    figure: str
    says: str
    limit: float
    at_least: bool = False
    reason: str = ""

    def words(self, figures: Mapping[str, float]) -> str:
        """Whether it is met by these figures."""
        if self.figure not in figures:
            return f"not measured  {self.says}"
        found = figures[self.figure]
        met = found >= self.limit if self.at_least else found <= self.limit
        why = "" if met else f": {self.reason or 'no reason is known yet; profile it'}"
        return f"{'met' if met else 'NOT MET':<13} {self.says}: {found:.3g}{why}"


def targets() -> list[Target]:
    """Those of targets.toml."""
    return [Target(**one) for one in tomllib.loads(TARGETS.read_text())["target"]]


def ratio(standing: Standing) -> str:
    """`2.1 (1.9 to 2.4)`: the median of the rounds, and their middle half."""
    low, high = standing.spread
    return f"{standing.ratio:.2f} ({low:.2f} to {high:.2f})"


def micros(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f}".replace(",", " ")


def _line(cells: Iterable[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
