"""Versions of charts: a program may know several of one flow; cases start under the newest, and end under their own.

FLOWS = Catalogue(Registration, RegistrationV1, SignIn, …)    # docs/versions.md
"""

from __future__ import annotations

from collections.abc import Collection
from operator import attrgetter
from typing import Protocol

from registratura.flows.common import Migrate
from registratura.flows.errors import ChartError, NotAFlow, UnknownStoredState
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow


class UnknownVersion(UnknownStoredState):
    """The flow goes by a version of its chart that this program does not have. Another process may have it."""

    cause = "Flow {flow_id} goes by version {chart_version} of the chart «{flow}»; this program knows {known}."
    cure = (
        "Leave it to the release that has this version, or update this program; "
        "if a release dropped it, declare it again in the catalogue."
    )


class Case(Protocol):
    """What names a case of a flow: its record, its row, its view."""

    @property
    def id(self) -> str: ...
    @property
    def flow(self) -> str: ...
    @property
    def chart_version(self) -> int: ...


class Catalogue(dict[str, AnyFlow]):
    """All declared flows. By name it gives the newest version of each; `of` gives the one by which a case goes.

    `versions` are all of them by name and number, `events` all their events by name. Those `held_back` can be gone by,
    and none starts by them or is migrated to them: until every process of a release that is rolled out has them.

    Raises:
        ChartError: two versions have one number, an event's name means two classes, a migration comes from nowhere, or
            what is held back is none of the flows, or no other version of it starts.
    """

    def __init__(self, *flows: AnyFlow, held_back: Collection[AnyFlow] = ()) -> None:
        self.versions: dict[tuple[str, int], AnyFlow] = {}
        self.events: dict[str, type[Event]] = {Migrate.name: Migrate}
        self._held_back = frozenset(held_back)
        for flow in flows:
            if self.versions.setdefault((flow.name, flow.version), flow) is not flow:
                raise ChartError(flow=flow.name, problem=f"version {flow.version} is declared twice")
            if flow not in held_back:
                self[flow.name] = max(self.get(flow.name, flow), flow, key=attrgetter("version"))
        for flow in flows:
            self._check(flow)
        for flow in held_back:
            if flow not in flows:
                raise ChartError(
                    flow=flow.name, problem=f"version {flow.version} is held back, and is none of the flows"
                )
            if flow.name not in self:
                raise ChartError(flow=flow.name, problem=f"version {flow.version} is held back, and none other starts")

    def of(self, case: Case) -> AnyFlow:
        """The flow in the version by which a case goes.

        Raises:
            UnknownVersion: this program does not have it.
        """
        try:
            return self.versions[case.flow, case.chart_version]
        except KeyError:
            known = ", ".join(str(version) for version in self.numbers(case.flow)) or "none"
            raise UnknownVersion(
                flow_id=case.id, flow=case.flow, chart_version=case.chart_version, known=known
            ) from None

    def newest(self, flow: AnyFlow) -> AnyFlow:
        """The version that starts, whichever one of them is named.

        Raises:
            NotAFlow: it is none of the flows' classes.
        """
        if flow not in self.versions.values():
            raise NotAFlow(what=repr(flow), known=", ".join(known.__name__ for known in self.values()))
        return self[flow.name]

    def newer(self, case: Case) -> list[AnyFlow]:
        """What a case could be migrated to, the newest first."""
        numbers = (number for number in reversed(self.numbers(case.flow)) if number > case.chart_version)
        return [flow for number in numbers if (flow := self.versions[case.flow, number]) not in self._held_back]

    def last(self, name: str) -> AnyFlow:
        """The newest version of a flow, also one that is held back."""
        return self.versions[name, self.numbers(name)[-1]]

    def numbers(self, name: str) -> list[int]:
        """The versions of a flow, the oldest first."""
        return sorted(version for flow, version in self.versions if flow == name)

    def _check(self, flow: AnyFlow) -> None:
        for name, event in flow.by_name.items():
            # Who sends it cannot know by which version the flow goes that gets it.
            if self.events.setdefault(name, event) is not event:
                raise ChartError(
                    flow=flow.name, problem=f"the event {name} has another class in another version or flow"
                )
        for version in flow.migrations:
            if version >= flow.version or (flow.name, version) not in self.versions:
                raise ChartError(
                    flow=flow.name, problem=f"a migration comes from version {version}, which is not there"
                )
