"""«Как это устроено»: the chart with the present state and the walked path lit, and the log without personal data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache

from registratura.flows.chart import Answers
from registratura.flows.engine.codec import moment
from registratura.flows.engine.view import FlowView
from registratura.flows.flow import AnyFlow
from registratura.flows.rows import LogRow

BRANCH = re.compile(r"\b[RAU][0-9]{1,2}\b")
LATEST = 8
LETTERS = 35
EVERYWHERE = frozenset({"cancel", "expire"})
MOST = 60
"""Of a chart with more arrows only the walked ones are drawn: in the cabinet every section leads to every other."""
BOX, GAP, WIDTH = 34, 10, 330
"""The drawing: a column of boxes, the arrows on their right."""


@dataclass(frozen=True, slots=True)
class Box:
    """A state in the drawing."""

    title: str
    y: int
    kind: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A transition in the drawing: a curve from box to box."""

    path: str
    walked: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log."""

    title: str
    state: str
    at: datetime
    branches: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The panel of one flow."""

    flow: str
    state: str
    version: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    log: tuple[Entry, ...]


def explained(flow: AnyFlow, view: FlowView, history: Sequence[LogRow], zone: tzinfo) -> Explanation:
    """The panel for a case of a flow, from its chart and its log, with the times of that zone."""
    steps = list(_steps(flow, history))
    walked = {(source, target) for source, target in steps if source != target}
    places = list(flow.answers.places)
    order = {path: number for number, path in enumerate(places)}
    visited = {target for _, target in steps}
    boxes = tuple(_box(flow, path, number, view.state, visited) for path, number in order.items())
    known = _pairs(flow.answers)
    known = known if len(known) <= MOST else ()
    pairs = dict.fromkeys((*known, *((a, b) for a, b in walked if {a, b} <= order.keys())))
    arrows = tuple(Arrow(_curve(order[a], order[b]), (a, b) in walked) for a, b in pairs)
    height = len(places) * (BOX + GAP) + GAP
    lit = tuple(sorted(arrows, key=lambda arrow: arrow.walked))
    return Explanation(
        view.flow,
        view.state,
        view.version,
        boxes,
        lit,
        WIDTH + 60,
        height,
        tuple(_entries(flow, history, zone))[-LATEST:],
    )


def branches_of(event: str, flow: AnyFlow) -> str:
    """The numbers of the branches that an event serves, as its own description names them."""
    return ", ".join(BRANCH.findall(flow.by_name[event].__doc__ or "")) if event in flow.by_name else ""


def _steps(flow: AnyFlow, history: Sequence[LogRow]) -> Iterator[tuple[str, str]]:
    source = ""
    for row in history:
        target = str(json.loads(row.outcome)["state"])
        yield source, target
        source = target


def _entries(flow: AnyFlow, history: Sequence[LogRow], zone: tzinfo) -> Iterator[Entry]:
    for row, (_, target) in zip(history, _steps(flow, history), strict=True):
        title = flow.by_name[row.event].title() if row.event in flow.by_name else row.event
        refused = row.transition.endswith("/refused")
        place = flow.answers.places.get(target)
        at = moment(row.at).astimezone(zone)
        yield Entry(title, place.title if place else target, at, branches_of(row.event, flow), refused)


def _box(flow: AnyFlow, path: str, number: int, state: str, visited: set[str]) -> Box:
    place = flow.answers.places[path]
    kind = "now" if path == state else "walked" if path in visited else "final" if place.final else "open"
    title = place.title if len(place.title) <= LETTERS else f"{place.title[: LETTERS - 1]}…"
    return Box(title, GAP + number * (BOX + GAP), kind)


@cache
def _pairs(chart: Answers) -> tuple[tuple[str, str], ...]:
    """Which state leads to which, as the chart says; the ways out that every state has are left out."""
    found = {
        (path, answer.target): None
        for path in chart.places
        for event in chart.events(path)
        if event not in EVERYWHERE
        for outcomes in _each_guard(len(chart.guards(path, event)))
        if (answer := chart.answer(path, event, outcomes)) and answer.target != path
    }
    return tuple(found)


def _each_guard(count: int) -> Iterator[tuple[bool, ...]]:
    """No guard holds; then each of them alone."""
    yield (False,) * count
    for held in range(count):
        yield tuple(number == held for number in range(count))


def _curve(source: int, target: int) -> str:
    """A curve on the right of the column, the wider the farther it goes; up on the outside."""
    start = GAP + source * (BOX + GAP) + BOX // 2 + 4
    end = GAP + target * (BOX + GAP) + BOX // 2 - 4
    out = WIDTH + min(10 + 4 * abs(target - source), 70)
    return f"M{WIDTH} {start} C{out} {start} {out} {end} {WIDTH} {end}"
