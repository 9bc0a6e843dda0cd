"""A recorded flow told again by our sentences: what its log says has to come out of them, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import NamedTuple

from registratura.features.parameters import lasting
from registratura.features.spec.drafts.search import MOST, Goal, Plan, shortened
from registratura.features.spec.drafts.trial import Log, Trial, Walk
from registratura.features.spec.drafts.vocabulary import People, Said, about, lasted, sentences
from registratura.flows.catalogue import FLOWS
from registratura.flows.event import Origin

AT_ONCE = 3
"""So many entries one act may leave: the last wrong password, and that it was the last."""

ENOUGH = 3_000
"""Who has tried so much in vain gives up."""

STARTS, STARTS_AFTER = 12, 3
NO_TIME = timedelta()


class Case(NamedTuple):
    """A flow of a chart, up to the entry that *Когда* is to be; the first `left_out` of its entries are not told."""

    chart: str
    log: Log
    left_out: int = 0

    @property
    def goal(self) -> Goal:
        """Its last entry."""
        return Goal(self.chart, self.log[-1].transition, self.log[-1].refusals)

    @property
    def events(self) -> tuple[str, ...]:
        """What happened, each once."""
        return tuple(dict.fromkeys(entry.transition.split("/")[1] for entry in self.log[self.left_out :]))

    def told_in(self, log: Log) -> int:
        """How many of its entries a log has told, being nothing but that; 0, if it is of another case."""
        if not self.left_out:
            return len(log) if log == self.log[: len(log)] else 0
        for told in range(len(self.log), self.left_out, -1):
            if log[-(told - self.left_out) :] == self.log[self.left_out : told]:
                return told
        return self.left_out if log[-1].state == self.log[self.left_out - 1].state else 0


@dataclass
class Retelling:
    """Looks for the sentences that leave the same log."""

    trial: Trial
    _enough: int = 0
    _reached: dict[tuple[Case, Walk], int] = field(default_factory=dict)

    def plans(self, case: Case, people: People, helped: bool) -> Iterator[Plan]:
        """Those that tell it; `helped` by one sentence more than its entries need, before or after them."""
        self._starts(case, people)  # What is known of every case is no try.
        self._enough = self.trial.tried + ENOUGH
        helpful = [(said,) for said in about("given", people, *case.events) if helped]
        for before, more in _beside(helpful):
            for given in reversed(list(self._nearer(case, people, before))):
                yield from self._ends(case, people, (*given, *more))
                if self.trial.tried > self._enough:
                    return

    def _ends(self, case: Case, people: People, given: Walk) -> Iterator[Plan]:
        if len(given) <= MOST and self.trial.flows(given) is not None:
            plans = (Plan(people, given, when) for when in self._acts(case, people, given))
            yield from (
                shortened(plan, partial(self.is_told_by, case)) for plan in plans if self.is_told_by(case, plan)
            )

    def _nearer(self, case: Case, people: People, given: Walk) -> Iterator[Walk]:
        """*Дано* that leaves more and more of the entries; each sentence as many of them as it can."""
        told = self._told(case, given)
        while len(given) <= MOST and self.trial.tried <= self._enough:
            if len(case.log) - told <= AT_ONCE:
                yield given
            best = self._best(case, given, self._next(case, people, given, told))
            if self._told(case, best) <= told and told:
                best = self._best(case, given, permutations(self._made(case, people, told), 2))
            if self._told(case, best) <= told:
                return
            given, told = best, self._told(case, best)

    def _best(self, case: Case, given: Walk, more: Iterable[Walk]) -> Walk:
        return max(((*given, *some) for some in more), key=lambda walk: self._told(case, walk), default=given)

    def _next(self, case: Case, people: People, given: Walk, told: int) -> Iterator[Walk]:
        if not told:
            yield from ((said,) for said in self._starts(case, people)[: STARTS if not given else STARTS_AFTER])
            return
        event = case.log[told].transition.split("/")[1]
        waits = self.trial.waits(given) if self._timed(case, event) else ()
        yield from ((lasted("given", lasting(wait)),) for _, due, wait in waits if due == event and wait > NO_TIME)
        yield from ((said,) for said in self._made(case, people, told))

    def _made(self, case: Case, people: People, told: int) -> tuple[Said, ...]:
        return about("given", people, case.log[told].transition.split("/")[1])

    def _starts(self, case: Case, people: People) -> list[Said]:
        """The sentences by which, alone, such a flow begins and goes far."""
        told = {said: self._told(case, (said,)) for said in sentences("given", people)}
        return sorted((said for said in told if told[said]), key=lambda said: -told[said])[:STARTS]

    def _timed(self, case: Case, event: str) -> bool:
        return FLOWS[case.chart].by_name[event].origin is Origin.TIME

    def _acts(self, case: Case, people: People, given: Walk) -> Iterator[Said]:
        event = case.goal.event
        yield from about("when", people, event)
        for row, due, wait in self.trial.waits(given) if self._timed(case, event) else ():
            if (row.flow, due) == (case.chart, event) and wait > NO_TIME:
                yield lasted("when", lasting(wait))

    def _told(self, case: Case, given: Walk) -> int:
        """How many of the entries a flow has, of one that has no others; the last one is left to *Когда*."""
        if (case, given) not in self._reached:
            counts = [case.told_in(log) for chart, log in self.trial.logs(given) if chart == case.chart]
            self._reached[case, given] = max((count for count in counts if count < len(case.log)), default=0)
        return self._reached[case, given]

    def is_told_by(self, case: Case, plan: Plan) -> bool:
        """Whether a flow's log is the case's then."""
        if not case.goal.is_in(self.trial.fired(plan.given, plan.when)):
            return False
        return (case.chart, len(case.log)) in [
            (c, case.told_in(log)) for c, log in self.trial.logs(plan.given, plan.when)
        ]


def _beside(helpful: Sequence[Walk]) -> Iterator[tuple[Walk, Walk]]:
    """What may stand before and after: nothing, one of them, two; in pairs each step says but one thing."""
    yield (), ()
    yield from ((walk, ()) for walk in helpful)
    yield from (((), walk) for walk in helpful)
    each = {walk[0].step.pattern: walk for walk in reversed(helpful)}
    yield from permutations(reversed(each.values()), 2)
