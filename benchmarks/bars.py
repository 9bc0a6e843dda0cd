"""Pictures of the figures, for the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
LABEL, WIDE, HIGH, TOP = 290, 420, 24, 40


class Bar(NamedTuple):
    """A line of a picture; ours is drawn in another colour."""

    label: str
    value: float
    ours: bool = False


CONTENDERS = {
    "raw": "raw driver, the same writes",
    "core": "SQLAlchemy Core by hand",
    "orm": "SQLAlchemy ORM by hand",
    "machine": "ORM + python-statemachine",
    "dbos": "DBOS",
}
PLACES = {"sqlite.1": "SQLite, 1 client", "postgresql.1": "PostgreSQL, 1 client", "postgresql.4": "PostgreSQL, 4"}
GROWTH = {
    "growth.log": "a flow's log, 10 to 10 000 entries",
    "growth.flows": "flows and timers, 1 000 to 1 000 000",
    "growth.people": "people, 1 000 to 100 000",
}


def durable(figures: Mapping[str, float]) -> list[Bar]:
    """How many times as long each takes as registratura."""
    bars = []
    for place, where in PLACES.items():
        bars.append(Bar(f"{where}: registratura", 1, ours=True))
        for short, name in CONTENDERS.items():
            if value := figures.get(f"durable.{place}.{short}"):
                bars.append(Bar(name, 1 / value if short == "raw" else value))
    return bars


def growth(figures: Mapping[str, float]) -> list[Bar]:
    """How many times as long an event takes as something grows."""
    return [Bar(label, figures[name], ours=True) for name, label in GROWTH.items()]


def drawn(title: str, bars: Sequence[Bar], limit: float | None = None) -> str:
    """The picture, an SVG that is read on white and on black."""
    most = max([bar.value for bar in bars] + ([limit] if limit else []))
    height = TOP + HIGH * len(bars) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + WIDE + 60} {height}" font-family="sans-serif"'
        f' font-size="13" role="img" aria-label="{escape(title)}">',
        f'<rect width="100%" height="{height}" fill="#fff"/>',
        f'<text x="10" y="22" font-weight="bold" fill="#222">{escape(title)}</text>',
    ]
    for number, bar in enumerate(bars):
        y, wide = TOP + HIGH * number, bar.value / most * WIDE
        fill = "#0b6e4f" if bar.ours else "#b8c4cc"
        lines += [
            f'<text x="{LABEL - 8}" y="{y + 15}" text-anchor="end" fill="#222">{escape(bar.label)}</text>',
            f'<rect x="{LABEL}" y="{y + 2}" width="{wide:.1f}" height="{HIGH - 6}" fill="{fill}"/>',
            f'<text x="{LABEL + wide + 6:.1f}" y="{y + 15}" fill="#222">{bar.value:.2f}</text>',
        ]
    if limit:
        x = LABEL + limit / most * WIDE
        lines.append(f'<path d="M{x:.1f} {TOP}V{height - 10}" stroke="#a33" stroke-dasharray="4 3"/>')
    return "\n".join([*lines, "</svg>", ""])


def draw(figures: Mapping[str, float]) -> None:
    """Draw them anew, each for which every figure is there."""
    if all(f"durable.{place}.raw" in figures for place in PLACES):
        title = "One durable event: times as long as registratura (shorter is faster)"
        (PICTURES / "durable.svg").write_text(drawn(title, durable(figures)))
    if figures.keys() >= GROWTH.keys():
        title = "The same event as its surroundings grow: times as long (the aim is under 1.3)"
        (PICTURES / "growth.svg").write_text(drawn(title, growth(figures), 1.3))
