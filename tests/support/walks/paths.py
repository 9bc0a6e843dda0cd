"""Walks through a chart, generated: every deed after every transition, by the shortest way from a beginning.

Where a deed leads is asked of python-statemachine itself, the guards answered as the deed's `Way` says. What a guard
asks of the flow's own past is a word that the walk remembers ("card", "late"), written down by hand beside the deeds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from support.library import ask, guards_of, leaves, path, transitions, vectors

from registratura.flows.chart import REFUSED, Chart
from registratura.flows.decide import BEGIN
from registratura.flows.flow import AnyFlow

if TYPE_CHECKING:
    from support.walks.world import World

Act = Callable[[], Any]
Ready = Callable[["World"], Act]
"""Prepares the surroundings and gives the act that remains to be done."""


class Edge(NamedTuple):
    """A transition taken from one state: of a compound's transition each inner state has its own."""

    source: str
    id: str
    target: str

    @property
    def event(self) -> str:
        return self.id.split("/")[1]


Pair = tuple[Edge, Edge]


@dataclass(frozen=True, slots=True)
class Way:
    """How a deed ends; of several ways the first that fits is meant. All lists are words in one text.

    It fits `at` these states (any, if none is named), with what it `needs` remembered and nothing of `unless`.
    `yes` are the guards that say yes, `why` the codes of the refusals, `effects` what is set off, `then` events that
    follow in the same step. `event`: this one, and not the deed's. `nothing`: the flow stays as it is.
    """

    at: str = ""
    needs: str = ""
    unless: str = ""
    yes: str = ""
    why: str = ""
    effects: str = ""
    adds: str = ""
    drops: str = ""
    then: str = ""
    event: str = ""
    nothing: bool = False

    def fits(self, state: str, memory: frozenset[str]) -> bool:
        here = not self.at or state in words(self.at)
        return here and memory >= words(self.needs) and not memory & words(self.unless)

    def remembered(self, memory: frozenset[str]) -> frozenset[str]:
        return memory - words(self.drops) | words(self.adds)


@dataclass(frozen=True, eq=False, slots=True)
class Deed:
    """Something that somebody does to a flow, or that happens to it."""

    name: str
    event: str
    ready: Ready
    ways: tuple[Way, ...]

    def way(self, state: str, memory: frozenset[str]) -> Way | None:
        return next((way for way in self.ways if way.fits(state, memory)), None)


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """What is walked of one flow.

    `begins` are deeds too: what a flow begins with, and what is remembered of it. `barred` are the actions that are
    known beforehand to be refused, by what is remembered then. `never` has a reason for each `one > other`, pairs of
    transitions that cannot be.
    """

    flow: AnyFlow
    begins: tuple[Deed, ...]
    deeds: tuple[Deed, ...]
    barred: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Walk:
    """A way from a beginning: the walk before, and a step more, with where it has led to."""

    before: Walk | None
    deed: Deed
    way: Way
    edges: tuple[Edge, ...]
    last: Edge
    memory: frozenset[str]

    @property
    def state(self) -> str:
        return self.last.target

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of transitions that the last step brings."""
        edges = (self.before.last, *self.edges) if self.before else self.edges
        return tuple(pairwise(edges))

    @property
    def event(self) -> str:
        return self.way.event or self.deed.event

    @property
    def names(self) -> tuple[str, ...]:
        return (*(self.before.names if self.before else ()), self.deed.name)


@cache
def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@cache
def walks(plan: Plan) -> tuple[Walk, ...]:
    """The shortest first: each has a pair that none before it had, or a deed that nobody did there with that end.

    Or it tries in vain for a pair that cannot be: each such pair is tried with all that the flow may remember there.
    """
    waiting = deque(_begun(plan, begin) for begin in plan.begins)
    found = list(waiting)
    tempting = {(one, other.event) for pairs in excused(plan).values() for one, other in pairs}
    pairs: set[Pair] = set()
    tried: set[tuple[str, Deed, Way]] = set()
    nodes = {(walk.last, walk.memory) for walk in waiting}
    while waiting:
        before = waiting.popleft()
        for walk in _further(plan, before):
            here = (before.state, walk.deed, walk.way)
            if not pairs.issuperset(walk.pairs) or here not in tried or (before.last, walk.event) in tempting:
                found.append(walk)
            pairs.update(walk.pairs)
            tried.add(here)
            if (walk.last, walk.memory) not in nodes:
                nodes.add((walk.last, walk.memory))
                waiting.append(walk)
    return tuple(found)


def _begun(plan: Plan, begin: Deed) -> Walk:
    (way,) = begin.ways
    state = next(path(leaf) for leaf in leaves(plan.flow.chart) if leaf.initial and leaf.parent is None)
    edge = Edge("", f"{BEGIN}/{begin.event}/{state}", state)
    return Walk(None, begin, way, (edge,), edge, way.remembered(frozenset()))


def _further(plan: Plan, walk: Walk) -> Iterator[Walk]:
    events = events_of(plan.flow.chart, walk.state)
    for deed in plan.deeds if events else ():
        way = deed.way(walk.state, walk.memory)
        if way and (way.nothing or (way.event or deed.event) in events):
            edges = () if way.nothing else tuple(_edges(plan.flow.chart, walk.state, deed, way))
            last = edges[-1] if edges else walk.last
            yield Walk(walk, deed, way, edges, last, way.remembered(walk.memory))


def _edges(chart: type[Chart], state: str, deed: Deed, way: Way) -> Iterator[Edge]:
    yes = words(f"{way.yes} {REFUSED if way.why else ''}")
    for event in (way.event or deed.event, *way.then.split()):
        edge = taken(chart, state, event, yes)
        assert edge, (state, event, yes)
        yield edge
        state = edge.target


@cache
def events_of(chart: type[Chart], state: str) -> frozenset[str]:
    return frozenset(str(transition.event) for transition in transitions(chart, _leaf(chart, state)))


@cache
def taken(chart: type[Chart], state: str, event: str, yes: frozenset[str]) -> Edge | None:
    """The transition that the library takes if just these guards say yes."""
    said = ask(chart, _leaf(chart, state), event, dict.fromkeys(yes, True))
    if said is None:
        return None
    target, transition = said
    end = REFUSED if REFUSED in guards_of(transition) else target
    return Edge(state, f"{path(transition.source)}/{event}/{end}", target)


@cache
def edges_of(chart: type[Chart]) -> frozenset[Edge]:
    """All transitions of a chart, from each state, by whatever its guards say."""
    return frozenset(
        edge
        for state in map(path, leaves(chart))
        for event in events_of(chart, state)
        for yes in _answers(chart, state, event)
        if (edge := taken(chart, state, event, yes))
    )


@cache
def declared(plan: Plan) -> frozenset[Pair]:
    """All transitions of a chart directly after one that leads to where they begin."""
    begun = {walk.last for walk in (_begun(plan, begin) for begin in plan.begins)}
    edges = edges_of(plan.flow.chart)
    return frozenset((one, other) for one in edges | begun for other in edges if one.target == other.source)


@cache
def excused(plan: Plan) -> dict[str, frozenset[Pair]]:
    """The pairs that each line of `never` means."""
    pairs = {pair: f"{pair[0].id} > {pair[1].id}" for pair in declared(plan)}
    return {line: frozenset(pair for pair, name in pairs.items() if fnmatchcase(name, line)) for line in plan.never}


def guards(chart: type[Chart], state: str, event: str) -> tuple[str, ...]:
    """The guards that decide an event in a state, in the order of the chart."""
    own = [t for t in transitions(chart, _leaf(chart, state)) if t.event == event]
    return tuple(dict.fromkeys(guard for transition in own for guard in guards_of(transition)))


def _answers(chart: type[Chart], state: str, event: str) -> Iterator[frozenset[str]]:
    names = guards(chart, state, event)
    for vector in vectors(names):
        yield frozenset(name for name, said in zip(names, vector, strict=True) if said)


def _leaf(chart: type[Chart], state: str) -> Any:
    return chart.states_map[state.split(".")[-1]]
