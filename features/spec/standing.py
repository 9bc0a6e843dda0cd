"""What becomes of the flows in a database when this release takes it over: counted by chart and state, nobody named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from registratura.features.spec.between import Line, Section, sections, state_said, way_said
from registratura.features.spec.release import ChartThen, Release
from registratura.features.spec.words import cited, count
from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.codec import flow_of
from registratura.flows.errors import UnknownStoredState
from registratura.flows.rows import FlowRow
from registratura.host.terminal.flows import rows
from registratura.host.terminal.opening import opened

NONE_OPEN = "Открытых процессов в базе нет"
KEPT = "Сроки, которые открытым процессам уже назначены, остаются прежними"


class Standing(NamedTuple):
    """So many flows of a chart in a state; whether this release knows it, and whether it goes on from there."""

    chart: str
    version: int
    state: str
    known: bool
    open: bool
    number: int


def standing(database: str, keys: str | None) -> list[Standing]:
    """Every flow of the database. Looking carries out no timer and opens nothing that is sealed.

    Raises:
        RegistraturaError: the database, or its key, is not there or does not fit.
    """
    with opened(database, keys) as portal:
        found = Counter((row.flow, row.chart_version, row.state, *_known(row)) for row in rows(portal))
    return [Standing(*place, number) for place, number in sorted(found.items())]


def become(standing: Sequence[Standing], old: Release, new: Release) -> tuple[Section, ...]:
    """Of those that are open, and of those that the portal can read no more."""
    asked = [found for found in standing if found.open or not found.known]
    same = [found for found in asked if found.known and not list(_elsewhere(found, old, new))]
    other = [found for found in asked if found.known and found not in same]
    known = sections(
        ("Процессы в базе, которые портал больше не прочтёт", _unknown(asked, old, new)),
        ("Открытые процессы, у которых дальше по-другому", _changed(other, old, new)),
        ("Открытые процессы, которые идут дальше как прежде", (_line(found, new) for found in same)),
    )
    if not asked:
        return (Section(NONE_OPEN, ()),)
    return (*known, Section(KEPT, ())) if old.terms != new.terms else known


def _known(row: FlowRow) -> tuple[bool, bool]:
    try:
        flow = flow_of(row, FLOWS)
    except UnknownStoredState:
        return False, True
    return True, not flow.ended(row.state)


def _unknown(asked: Sequence[Standing], old: Release, new: Release) -> Iterator[Line]:
    for found in asked:
        if not found.known:
            chart = new.charts.get(found.chart)
            if chart is None:
                why = "такой схемы больше нет"
            elif chart.version != found.version:
                why = f"записаны по схеме версии {found.version}, а теперь версия {chart.version}"
            else:
                why = "такого шага в схеме больше нет"
            yield _line(found, old, f"{why}: перед выпуском их нужно закончить или перенести")


def _changed(other: Sequence[Standing], old: Release, new: Release) -> Iterator[Line]:
    yield from (_line(found, new, "; ".join(_elsewhere(found, old, new))) for found in other)


def _elsewhere(found: Standing, old: Release, new: Release) -> Iterator[str]:
    """The transitions from this state that only one of the releases has. A state that is new promised nothing.

    A flow of an earlier version, which this release still has, goes on by that one (docs/versions.md).
    """
    before, after = old.charts.get(found.chart), new.charts[found.chart]
    if before is None or found.version != after.version or found.state not in before.states:
        return
    then, now = before.from_state(found.state), after.from_state(found.state)
    yield from (f"больше нет: {way_said(before, way)}" for way in sorted(then - now, key=str))
    yield from (f"теперь: {way_said(after, way)}" for way in sorted(now - then, key=str))


def _line(found: Standing, release: Release, how: str = "") -> Line:
    chart: ChartThen | None = release.charts.get(found.chart)
    title = cited(chart.title) if chart else found.chart
    state = state_said(chart, found.state) if chart else found.state
    return Line(f"{title}, шаг {state}: {count(found.number, 'процесс', 'процесса', 'процессов')}", how)
