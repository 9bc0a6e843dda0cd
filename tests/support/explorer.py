"""Explores every world that can be reached from one: the real engine over memory, its data abstracted.

A world is everything stored, plus the clock. Two worlds are the same if they have the same flows in the same states
with the same data, ids renamed by age and times reduced to their order; numbers beyond `MANY` count as many.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from support.portal import KEYS, Scene

from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.codec import record_of
from registratura.flows.errors import RegistraturaError
from registratura.flows.flow import AnyRecord
from registratura.flows.rows import DESTROYED, EvidenceRow
from registratura.host import FlowView

MANY = 2
UUID = 36
OPEN_FOR_EVER = frozenset({"cabinet", "patient_card", "portal_password", "clinic_right"})
"""Flows that stand for something a person keeps: they need not end."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody does, or that happens. `flow` is the one it is done to."""

    name: str
    do: Callable[[], FlowView | None]
    flow: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A world as it is."""

    flows: Mapping[str, AnyRecord]
    evidence: Mapping[str, tuple[str, ...]]
    """The kinds of each flow's evidence of consent."""
    destroyed: frozenset[str]
    """The flows that are not among the others, as what they held of a person is destroyed."""
    guesses: tuple[Any, ...]
    now: datetime

    def of(self, flow: str) -> list[AnyRecord]:
        return [record for record in self.flows.values() if record.flow == flow]


@dataclass(frozen=True, slots=True)
class Moved:
    """One act in one world: what was before and after, and the answer, or the error instead of one."""

    act: Act
    before: Look
    after: Look
    answer: FlowView | None
    error: RegistraturaError | None

    @property
    def taken(self) -> bool:
        """Whether it was done and not refused."""
        return self.answer is not None and not self.answer.refusals


Promise = Callable[[Moved], bool]


@dataclass(slots=True)
class Found:
    """What an exploration saw. `broken` has for each promise that was broken the shortest way to it."""

    worlds: int = 0
    moves: int = 0
    fired: set[tuple[str, str]] = field(default_factory=set)
    stuck: list[tuple[str, ...]] = field(default_factory=list)
    broken: dict[str, tuple[str, ...]] = field(default_factory=dict)


def explore(
    scene: Scene, acts: Callable[[Scene, Look], Iterable[Act]], promises: Mapping[str, Promise], until: str = ""
) -> Found:
    """Every world, the nearest first; the acts of each are tried, and every promise is asked of every move.

    Ends early once the promise named `until` is broken.
    """
    found, ways, leads = Found(), {}, {}  # type: ignore[var-annotated]  # dictionaries by abstracted world
    first = abstracted(look_at(scene))
    ways[first], waiting = (), deque([(first, _kept(scene))])
    while waiting and until not in found.broken:
        world, kept = waiting.popleft()
        leads[world] = set()
        _return_to(scene, kept)
        before = look_at(scene)
        for act in list(acts(scene, before)):
            _return_to(scene, kept)
            moved = _moved(scene, act, before)
            found.moves += 1
            found.fired.update(_fired(scene, before, moved.after))
            way = (*ways[world], act.name)
            for name, holds in promises.items():
                if name not in found.broken and not holds(moved):
                    found.broken[name] = way
            after = abstracted(moved.after)
            leads[world].add(after)
            if after not in ways:
                ways[after] = way
                waiting.append((after, _kept(scene)))
    found.worlds = len(ways)
    found.stuck = [ways[world] for world in _stuck(leads)]
    return found


def look_at(scene: Scene) -> Look:
    """Everything stored, read as it is: nothing that is due is carried out by looking."""
    with scene.storage.unit() as unit:
        rows = [row for row in map(unit.flow, scene.storage.rows.flows) if row]
        destroyed = frozenset(row.id for row in rows if row.sealed and row.wrapped == DESTROYED)
        records = {row.id: record_of(row, FLOWS, KEYS) for row in rows if row.id not in destroyed}
        evidence = {flow_id: tuple(_kinds(unit.evidence(flow_id))) for flow_id in records}
    counted = scene.storage.rows.attempts.items()
    guesses = tuple(
        sorted((name, min(a.count, MANY), min(a.lock_level, 1), bool(a.locked_until)) for name, a in counted)
    )
    return Look(records, evidence, destroyed, guesses, scene.clock.now)


World = tuple[Any, ...]


def abstracted(look: Look) -> World:
    """What makes two worlds the same."""
    names: dict[str, str] = {}
    for flow_id, record in look.flows.items():
        names[flow_id] = f"#{len(names)}"
        if record.account:
            names.setdefault(record.account, f"@{len(names)}")
    flows = tuple(
        (
            record.flow,
            record.state,
            names.get(record.account or ""),
            look.evidence[record.id],
            _flat(record.data, names),
        )
        for record in look.flows.values()
    )
    timers = sorted(
        (t.due, names[f], kind) for f, r in look.flows.items() if not ended(r) for kind, t in r.timers.items()
    )
    return flows, tuple((flow, kind, due <= look.now) for due, flow, kind in timers), look.guesses


def _kinds(entries: Sequence[EvidenceRow]) -> Iterator[str]:
    return (json.loads(entry.entry)["kind"] for entry in entries)


def ended(record: AnyRecord) -> bool:
    return FLOWS[record.flow].answers.places[record.state].final


def _flat(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, BaseModel):
        return tuple((name, _flat(inner, names)) for name, inner in value)
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), _flat(inner, names)) for key, inner in value.items()))
    if isinstance(value, tuple | list | frozenset):
        return tuple(_flat(inner, names) for inner in value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return min(value, MANY)
    if isinstance(value, datetime):
        return "a time"
    text = str(value)
    return names.get(text, "new each time" if len(text) == UUID or text.startswith("$argon2") else text)


def _moved(scene: Scene, act: Act, before: Look) -> Moved:
    answer, error = None, None
    try:
        answer = act.do()
    except RegistraturaError as raised:
        error = raised
    return Moved(act, before, look_at(scene), answer, error)


def _fired(scene: Scene, before: Look, after: Look) -> Iterator[tuple[str, str]]:
    with scene.storage.unit() as unit:
        for flow_id, record in after.flows.items():
            known = before.flows.get(flow_id)
            since = known.version if known else 0
            if record.version != since:
                yield from ((record.flow, entry.transition) for entry in unit.log(flow_id, since))


def _kept(scene: Scene) -> tuple[Any, datetime]:
    return scene.storage.rows.copy(), scene.clock.now


def _return_to(scene: Scene, kept: tuple[Any, datetime]) -> None:
    rows, scene.clock.now = kept
    scene.storage.rows = rows.copy()


def _stuck(leads: Mapping[World, set[World]]) -> list[World]:
    """Worlds with an open flow from which no way leads to one where everything that has to end has ended."""
    back: dict[World, set[World]] = {}
    for world, afters in leads.items():
        for after in afters:
            back.setdefault(after, set()).add(world)
    reached = {world for world in leads if _over(world)}
    waiting = deque(reached)
    while waiting:
        for before in back.get(waiting.popleft(), set()) - reached:
            reached.add(before)
            waiting.append(before)
    return [world for world in leads if world not in reached]


def _over(world: World) -> bool:
    return all(flow in OPEN_FOR_EVER or FLOWS[flow].answers.places[state].final for flow, state, *_ in world[0])
