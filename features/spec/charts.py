"""The charts, transition by transition: who may do what, where it leads, and the scenarios that show it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from registratura.features.spec.arrows import arrows
from registratura.features.spec.declared import Kind, Thing
from registratura.features.spec.judge import UNSHOWN
from registratura.features.spec.results import Result, Results
from registratura.features.spec.words import place, state_title, title_of
from registratura.flows.catalogue import FLOWS
from registratura.flows.flow import AnyFlow
from registratura.host.terminal.charts import ORIGINS

STAYS, REFUSAL = "остаётся здесь", "отказ, остаётся здесь"


class Row(NamedTuple):
    """A transition in words. `source` and `target` are paths; `why` excuses one that no scenario can show."""

    id: str
    chart: str
    source: str
    target: str
    origin: str
    event: str
    condition: str
    internal: bool
    refused: bool
    results: tuple[Result, ...]
    why: str

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return place(self.chart, self.id)

    @property
    def shown(self) -> bool:
        """Whether a scenario that has passed takes it."""
        return bool(self.results)

    @property
    def mark(self) -> str:
        """Shown or not, as a sign: never by colour alone."""
        return "✓" if self.shown else "○" if self.why else "✗"

    @property
    def source_title(self) -> str:
        """Where one is before."""
        return state_title(FLOWS[self.chart], self.source) if self.source else "начало"

    @property
    def target_title(self) -> str:
        """Where one is then."""
        if self.refused:
            return REFUSAL if self.source else "отказ, процесс не начат"
        return STAYS if self.internal else state_title(FLOWS[self.chart], self.target)


class ChartPart(NamedTuple):
    """One chart of the page."""

    name: str
    title: str
    rows: tuple[Row, ...]

    @property
    def shown(self) -> int:
        """How many transitions are shown."""
        return sum(row.shown for row in self.rows)


def chart_parts(results: Results) -> tuple[ChartPart, ...]:
    """All ten."""
    return tuple(ChartPart(flow.name, title_of(flow), tuple(_rows(flow, results))) for flow in FLOWS.values())


def excuses() -> dict[Thing, str]:
    """What no scenario can show, and why."""
    return {
        Thing(Kind(kind), chart, id): why
        for kinds in tomllib.loads(UNSHOWN.read_text("utf-8")).values()
        for kind, charts in kinds.items()
        for chart, things in charts.items()
        for id, why in things.items()
    }


def _rows(flow: AnyFlow, results: Results) -> Iterator[Row]:
    excused = excuses()
    for arrow in arrows(flow):
        thing = Thing(Kind.TRANSITION, flow.name, arrow.id)
        kind = flow.by_name[arrow.event]
        found, why = results.showing.get(thing, ()), excused.get(thing, "")
        said = ORIGINS[kind.origin], kind.title(), arrow.condition
        yield Row(arrow.id, flow.name, arrow.source, arrow.target, *said, arrow.internal, arrow.refused, found, why)
