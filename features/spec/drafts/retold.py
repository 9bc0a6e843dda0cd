"""A recorded flow told again by our sentences: what its log says has to come out of them, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from registratura.features.parameters import lasting
from registratura.features.spec.drafts.search import MOST, Goal, Plan
from registratura.features.spec.drafts.trial import Log, Trial, Walk
from registratura.features.spec.drafts.vocabulary import (
    ALONE,
    FAMILY,
    STRANGERS,
    People,
    Said,
    about,
    lasted,
    sentences,
)

AT_ONCE = 3
"""So many entries one act may leave: the last wrong password, and that it was the last."""


class Case(NamedTuple):
    """A flow of a chart, up to the entry that *Когда* is to be."""

    chart: str
    log: Log

    @property
    def goal(self) -> Goal:
        """Its last entry."""
        return Goal(self.chart, *self.log[-1])

    @property
    def events(self) -> tuple[str, ...]:
        """What happened, each once."""
        return tuple(dict.fromkeys(entry.transition.split("/")[1] for entry in self.log))


@dataclass
class Retelling:
    """Looks for the sentences that leave the same log."""

    trial: Trial
    _reached: dict[tuple[Case, Walk], int] = field(default_factory=dict)

    def plans(self, case: Case) -> Iterator[Plan]:
        """Those that tell the whole of it."""
        for people in (ALONE, FAMILY, STRANGERS):
            helpful = about("given", people, *case.events)
            added: list[Walk] = [(), *((said,) for said in helpful)]
            for before in added:
                for given in reversed(list(self._nearer(case, people, before))):
                    for more in added:
                        yield from self._ends(case, people, (*given, *more))

    def _ends(self, case: Case, people: People, given: Walk) -> Iterator[Plan]:
        if len(given) <= MOST and self.trial.flows(given) is not None:
            plans = (Plan(people, given, when) for when in self._acts(case, people, given))
            yield from (plan for plan in plans if self._is_all(case, plan))

    def _nearer(self, case: Case, people: People, given: Walk) -> Iterator[Walk]:
        """*Дано* that leaves more and more of the entries; each sentence as many of them as it can."""
        told = self._told(case, given)
        while len(given) <= MOST:
            if len(case.log) - told <= AT_ONCE:
                yield given
            longer = [(*given, *more) for more in self._next(case, people, given, told)]
            best = max(longer, key=lambda walk: (self._told(case, walk), -len(walk)), default=given)
            if self._told(case, best) <= told:
                return
            given, told = best, self._told(case, best)

    def _next(self, case: Case, people: People, given: Walk, told: int) -> Iterator[Walk]:
        if not told:
            yield from ((said,) for said in self._starts(case, people))
            return
        event = case.log[told].transition.split("/")[1]
        made = about("given", people, event)
        timed = [
            lasted("given", lasting(wait))
            for _, due, wait in self.trial.waits(given)
            if due == event and wait.total_seconds() > 0
        ]
        yield from ((said,) for said in (*timed, *made))
        yield from ((one, other) for one in made for other in made if one is not other)

    def _starts(self, case: Case, people: People) -> list[Said]:
        """The sentences by which, alone, such a flow begins."""
        return [said for said in sentences("given", people) if self._told(case, (said,))]

    def _acts(self, case: Case, people: People, given: Walk) -> Iterator[Said]:
        event = case.goal.event
        yield from about("when", people, event)
        waits = self.trial.waits(given) if self.trial.flows(given) is not None else ()
        yield from (
            lasted("when", lasting(wait))
            for row, due, wait in waits
            if (row.flow, due) == (case.chart, event) and wait.total_seconds() > 0
        )

    def _told(self, case: Case, given: Walk) -> int:
        """How many of the entries a flow has, of one that has no others; the last one is left to *Когда*."""
        if (case, given) not in self._reached:
            logs = [log for chart, log in self.trial.logs(given) if chart == case.chart]
            counts = [len(log) for log in logs if len(log) < len(case.log) and log == case.log[: len(log)]]
            self._reached[case, given] = max(counts, default=0)
        return self._reached[case, given]

    def _is_all(self, case: Case, plan: Plan) -> bool:
        fired = self.trial.fired(plan.given, plan.when)
        return case.goal.is_in(fired) and (case.chart, case.log) in self.trial.logs(plan.given, plan.when)
