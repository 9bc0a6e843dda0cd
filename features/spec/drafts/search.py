"""The shortest scenario that makes a transition happen: looked for in the sentences, and tried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from itertools import chain, islice, permutations
from typing import NamedTuple

from registratura.features.parameters import lasting
from registratura.features.spec.declared import transitions
from registratura.features.spec.drafts.trial import Trial, Walk
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
from registratura.features.spec.ledger import Happened
from registratura.features.spec.words import begins_with
from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import REFUSED
from registratura.flows.decide import BEGIN
from registratura.flows.event import Origin

FEW, FEWEST = 3, 2
"""So many ways to a state are tried where little is added to them, and where much is."""
DEEP = 3
MOST = 5
"""More sentences of *Дано* than this leave no room for the rest of a scenario."""
ENOUGH, MUCH = 4_500, 15_000
"""Who has tried so much in vain gives up, on one of many goals or on the only one."""
LEFT_OUT = 2
"""So many of them may turn out to be needless."""
LITTLE = timedelta(seconds=30)
LONG = timedelta(days=60)


class Goal(NamedTuple):
    """A transition that has to happen in *Когда*, and with which refusals, if that matters."""

    chart: str
    transition: str
    refusals: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """The state that it starts from; `begin` has none."""
        return self.transition.split("/")[0]

    @property
    def event(self) -> str:
        return self.transition.split("/")[1]

    @property
    def target(self) -> str:
        return self.transition.split("/")[2]

    @property
    def refused(self) -> bool:
        return self.target == REFUSED

    def is_in(self, fired: Iterable[Happened]) -> bool:
        """Whether it happened."""
        return any(
            (h.chart, h.transition) == (self.chart, self.transition) and self.refusals <= set(h.refusals) for h in fired
        )


class Plan(NamedTuple):
    """What makes it happen."""

    people: People
    given: Walk
    when: Said


@dataclass
class Search:
    """Looks for plans; what was tried for one goal is known for the next."""

    trial: Trial = field(default_factory=Trial)
    _found: dict[tuple[str, str, str], Plan] = field(default_factory=dict)
    _ways: dict[tuple[People, str, str, int], list[Walk]] = field(default_factory=dict)

    def plans(self, goal: Goal, enough: int = ENOUGH) -> Iterator[Plan]:
        """The likely first, which is the short one."""
        most = self.trial.tried + enough
        for given, people in self._candidates(goal):
            if len(given) > MOST + LEFT_OUT or self.trial.flows(given) is None:
                continue
            for when in self._acts(goal, people, given):
                plan = Plan(people, given, when)
                if _is_of(people, given, when) and self._makes(goal, plan):
                    plan = shortened(plan, partial(self._makes, goal))
                    self._found[goal.chart, goal.event, goal.target] = plan
                    yield plan
            if self.trial.tried > most:
                return

    def _makes(self, goal: Goal, plan: Plan) -> bool:
        return goal.is_in(self.trial.fired(plan.given, plan.when))

    def _candidates(self, goal: Goal) -> Iterator[tuple[Walk, People]]:
        """The likely first: little before much, one person before two."""
        added = (
            (self._nothing, 1),
            (self._as_before, 1),
            (self._nothing, DEEP),
            (self._late, DEEP),
            (self._one, 1),
            (self._other_flows, 1),
            (self._two, 1),
            (self._one, DEEP),
            (self._other_flows, DEEP),
        )
        for add, deep in added:
            for people in (ALONE, FAMILY, STRANGERS):
                yield from ((given, people) for given in add(goal, people, deep))

    # What may stand before.
    def _nothing(self, goal: Goal, people: People, deep: int) -> Iterator[Walk]:
        events = self._events(goal, people)
        ways = self.ways(people, goal.chart, goal.source, deep)
        ways = ways if deep == 1 else [way for way in ways if len(way) > 1]
        fit = [way for way in ways if any(events.intersection(said.about) for said in way)]
        yield from (*fit[:FEW], *[way for way in ways if way not in fit][:FEW])

    def _as_before(self, goal: Goal, people: People, deep: int) -> Iterator[Walk]:
        """What helped from another state helps from this one."""
        known = self._found.get((goal.chart, goal.event, goal.target))
        if known and known.people == people:
            helped = tuple(said for said in known.given if said in self._helpful(goal, people))
            for way in self._nothing(goal, people, deep):
                yield from ((*helped, *way), (*way, *helped))

    def _one(self, goal: Goal, people: People, deep: int) -> Iterator[Walk]:
        for way in self._nothing(goal, people, deep):
            for said in self._helpful(goal, people):
                yield (*way, said)
                yield (said, *way)

    def _two(self, goal: Goal, people: People, deep: int) -> Iterator[Walk]:
        for way in islice(self._nothing(goal, people, deep), FEWEST):
            helpful = self._helpful(goal, people)
            each = {said.step.pattern: said for said in reversed(helpful)}
            for one, other in chain(permutations(reversed(each.values()), 2), permutations(helpful, 2)):
                yield (*way, one, other)
                yield (one, *way, other)
                yield (one, other, *way)

    def _other_flows(self, goal: Goal, people: People, deep: int) -> Iterator[Walk]:
        """What is sent on from another flow needs that flow to be where it sends from."""
        helpful = [(), *((said,) for said in self._helpful(goal, people))]
        for more in helpful:
            for way in self._nothing(goal, people, deep):
                for other in self._elsewhere(goal, people, deep):
                    yield (*way, *more, *other)
                    if way:
                        yield (*more, *other, *way)

    def _late(self, goal: Goal, people: People, deep: int) -> Iterator[Walk]:
        """A little before the time comes, there is still something to do."""
        for way in self.ways(people, goal.chart, goal.source, deep) if self._timed(goal) else ():
            for place in range(1, len(way)):
                for _, event, wait in self.trial.waits(way[:place]):
                    if event == goal.event and LITTLE < wait < LONG:
                        yield (*way[:place], lasted("given", lasting(wait - LITTLE)), *way[place:])

    def _events(self, goal: Goal, people: People) -> set[str]:
        """It, and what comes with it."""
        return {goal.event, *chain.from_iterable(said.about for said in about("when", people, goal.event))}

    def _helpful(self, goal: Goal, people: People) -> tuple[Said, ...]:
        return about("given", people, *sorted(self._events(goal, people)))

    def _elsewhere(self, goal: Goal, people: People, deep: int) -> Iterator[Walk]:
        events = self._events(goal, people)
        for chart, source, event in self._moves:
            if event in events and chart != goal.chart and source != BEGIN:
                yield from self.ways(people, chart, source, deep)[: FEW if deep > 1 else 1]

    # What may happen then.
    def _acts(self, goal: Goal, people: People, given: Walk) -> Iterator[Said]:
        yield from about("when", people, goal.event)
        if self._timed(goal) and self.trial.flows(given) is not None:
            for row, event, wait in self.trial.waits(given):
                if (row.flow, event) == (goal.chart, goal.event) and timedelta() < wait < LONG:
                    yield lasted("when", lasting(wait))

    def _timed(self, goal: Goal) -> bool:
        return FLOWS[goal.chart].by_name[goal.event].origin is Origin.TIME

    # How a flow gets to where it has to be.
    def ways(self, people: People, chart: str, state: str, deep: int) -> list[Walk]:
        """The ways that leave a flow of the chart there, the simplest first."""
        if state == BEGIN:
            return [()]
        key = (people, chart, state, deep)
        if key not in self._ways:
            self._ways[key] = []  # A way that leads through itself is none.
            known: list[Walk] = [
                (said,) for said in sentences("given", people) if self._is_there((said,), chart, state)
            ]
            if deep > 1 or not known:
                known += self._through(people, chart, state, 1) or (
                    [] if known else self._through(people, chart, state, 2)
                )
            self._ways[key] = sorted(dict.fromkeys(known), key=self._size)
        return self._ways[key]

    def _through(self, people: People, chart: str, state: str, most: int) -> list[Walk]:
        """From the states before it, by so many sentences."""
        return [
            (*way, *more)
            for source, event in self._leading(chart, state)
            for way in self.ways(people, chart, source, 1)[:FEW]
            for more in chain(permutations(about("given", people, event), most), self._in_time(way, event))
            if self._is_there((*way, *more), chart, state)
        ]

    def _in_time(self, way: Walk, event: str) -> list[Walk]:
        waits = {wait for _, due, wait in self.trial.waits(way) if due == event and timedelta() < wait < LONG}
        return [(lasted("given", lasting(wait)),) for wait in waits]

    def _is_there(self, given: Walk, chart: str, state: str) -> bool:
        return any(row.flow == chart and begins_with(row.state, state) for row in self.trial.flows(given) or ())

    def _size(self, given: Walk) -> tuple[int, int]:
        return len(given), len(self.trial.flows(given) or ())

    @cached_property
    def _moves(self) -> list[tuple[str, str, str]]:
        ids = ((flow.name, id.split("/")) for flow in FLOWS.values() for id in sorted(transitions(flow)))
        return list(dict.fromkeys((chart, source, event) for chart, (source, event, _) in ids))

    def _leading(self, chart: str, state: str) -> Iterator[tuple[str, str]]:
        for id in sorted(transitions(FLOWS[chart])):
            source, event, target = id.split("/")
            if begins_with(target, state) and not begins_with(source, state):
                yield source, event


def shortened(plan: Plan, does: Callable[[Plan], bool]) -> Plan:
    """Without the sentences of *Дано* that it does without."""
    for place in range(len(plan.given)):
        shorter = plan._replace(given=(*plan.given[:place], *plan.given[place + 1 :]))
        if does(shorter):
            return shortened(shorter, does)
    return plan


def _is_of(people: People, given: Walk, when: Said) -> bool:
    """Whether it takes both of them: what one does alone is told of somebody else."""
    if people.other is None:
        return True
    named = frozenset(chain.from_iterable(said.people for said in (*given, when)))
    return people.other in named and (people.child or people.person in when.people or not when.people)
