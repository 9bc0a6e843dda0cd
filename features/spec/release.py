"""What a release declares, in words and ids: a ledger carries it, for a later release to be held beside it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Row(BaseModel):
    """The base of everything in a ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Way(Row):
    """A transition: the chart's id for it, `source/event/target`, and its condition in Russian, if it has one."""

    id: str
    condition: str = ""

    @property
    def source(self) -> str:
        """The dotted path where it begins; `begin` for a flow's own beginning."""
        return self.id.split("/")[0]

    @property
    def event(self) -> str:
        """The event's name."""
        return self.id.split("/")[1]

    @property
    def target(self) -> str:
        """The dotted path where it ends; `refused` for a refusal."""
        return self.id.split("/")[2]


class ChartThen(Row):
    """A chart: the titles of its states and events by their ids, its transitions, the codes of its refusals."""

    title: str
    version: int
    states: dict[str, str]
    final: tuple[str, ...]
    events: dict[str, str]
    ways: tuple[Way, ...]
    refusals: tuple[str, ...]

    def ids(self) -> frozenset[str]:
        """The ids of its transitions."""
        return frozenset(way.id for way in self.ways)

    def from_state(self, state: str) -> frozenset[Way]:
        """What may happen in a state, to what it stands in too."""
        return frozenset(way for way in self.ways if way.source == state or state.startswith(f"{way.source}."))


class Term(Row):
    """A period or a number that people feel, both in Russian: «Код из СМС: сколько действует», «5 минут»."""

    title: str
    said: str


class Release(Row):
    """A version of the portal as it is shipped: charts, texts with the consents, terms, each by its id."""

    version: str
    charts: dict[str, ChartThen]
    texts: dict[str, str]
    terms: dict[str, Term]
