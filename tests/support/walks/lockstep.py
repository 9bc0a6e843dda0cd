"""The bare chart, the engine and the HTTP API in lockstep: the same steps, compared after each."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from support.portal import Clock
from support.walks.paths import Plan, Walk, events_of, walks
from support.walks.world import OverHttp, Told, World, new_effects, refused

from registratura.flows.event import Origin

Kept = tuple[datetime, tuple[Any, ...], tuple[Any, ...]]


class Parted(AssertionError):
    """Two that should go in step do not: after which walk, in what, and what each says."""

    def __init__(self, walk: Walk, what: str, one: Any, other: Any) -> None:
        super().__init__(f"{walk.deed.name}: {what} differ\nwalk: {' → '.join(walk.names)}\n{one}\n{other}")


class Lockstep:
    """Two worlds on one clock, and the chart beside them."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.clock = plan, Clock()
        self.engine, self.http = World(self.clock), OverHttp(self.clock)
        self._new = self.keep()
        self._kept: dict[Walk, Kept] = {}

    def run(self) -> None:
        """All walks of the plan. They share their beginnings: where one has been, another goes on."""
        for walk in walks(self.plan):
            self.walk(walk)

    def walk(self, walk: Walk) -> None:
        """A walk to its end, from as far as somebody has been."""
        if walk.before:
            if walk.before not in self._kept:
                self.walk(walk.before)
            self.back_to(self._kept[walk.before])
        else:
            self.back_to(self._new)
        self.step(walk)
        self._kept[walk] = self.keep()

    def keep(self) -> Kept:
        return self.clock.now, self.engine.copy(), self.http.copy()

    def back_to(self, kept: Kept) -> None:
        self.clock.now, engine, http = kept
        self.engine.become(engine)
        self.http.become(http)

    def close(self) -> None:
        self.engine.close()
        self.http.close()

    def step(self, walk: Walk) -> None:
        """The last step of a walk."""
        version = self.engine.version if walk.before else 0
        acts = walk.deed.ready(self.engine), walk.deed.ready(self.http)
        _same(walk, "the versions before and after what is prepared", version, self.engine.version if version else 0)
        known = self.engine.effects()
        _same(walk, "the answers of engine and HTTP", *(act() for act in acts))
        view, over_http = self.engine.view(), self.http.view()
        _same(walk, "the views of engine and HTTP", view, over_http)
        _same(walk, "what is stored by engine and HTTP", _stored(self.engine, version), _stored(self.http, version))
        self._as_the_chart_says(walk, view, version, known)

    def _as_the_chart_says(self, walk: Walk, view: Told, version: int, known: dict[str, Any]) -> None:
        entries = self.engine.log(version)
        _same(walk, "the transitions of chart and engine", [e.id for e in walk.edges], [e.transition for e in entries])
        _same(walk, "the states of chart and engine", walk.state, self.engine.record.state)
        _same(walk, "the refusals", sorted(walk.way.why.split()), refused(entries))
        effects = new_effects(self.engine, known)
        _same(walk, "the effects", sorted(Counter(walk.way.effects.split()).items()), sorted(effects.items()))
        persons, barred = self._actions(walk)
        if not persons and "problem" in view:
            return  # It is no person's to see.
        _same(walk, "the actions of chart and engine", persons, {action["name"] for action in view["actions"]})
        closed = {action["name"] for action in view["actions"] if not action["available"]}
        _same(walk, "the actions that are not available", barred, closed)

    def _actions(self, walk: Walk) -> tuple[set[str], set[str]]:
        flow = self.plan.flow
        events = events_of(flow.chart, walk.state)
        persons = {name for name in events if flow.by_name[name].origin is Origin.PERSON}
        return persons, {name for name, word in self.plan.barred.items() if name in persons and word in walk.memory}


def _stored(world: World, version: int) -> Any:
    entries = [(e.transition, e.by, e.payload, e.outcome, e.at) for e in world.log(version)]
    return entries, world.effects()


def _same(walk: Walk, what: str, one: Any, other: Any) -> None:
    if one != other:
        raise Parted(walk, what, *_differing(one, other))


def _differing(one: Any, other: Any) -> tuple[Any, Any]:
    """Of two views only what they differ in: a reader looks for that."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one, other
    names = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    return {name: one.get(name) for name in names}, {name: other.get(name) for name in names}
