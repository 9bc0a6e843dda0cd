"""What the charts, their rules and the screens declare: everything that a scenario has to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from itertools import product
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from registratura.flows.attachment import Attachment, Entry
from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import REFUSED, Answers
from registratura.flows.decide import BEGIN
from registratura.flows.effects import EFFECTS
from registratura.flows.event import Origin
from registratura.flows.flow import AnyFlow
from registratura.flows.texts import Texts

CHANNELS = ("web", "mobile")
OURS = "registratura."
FEW = 6
"""So many questions are asked in all their combinations; of more, one at a time is a yes."""


class Kind(StrEnum):
    """What sort of thing it is."""

    TRANSITION = "transition"
    REFUSAL = "refusal"
    TIMER = "timer"
    EFFECT = "effect"
    BUTTON = "button"
    ENTRY = "entry"


class Thing(NamedTuple):
    """Something that has to be shown. `id` is a transition's, a code, an event, an effect's kind, `state/button`,
    `entry/channel`."""

    kind: Kind
    chart: str
    id: str


@cache
def declared() -> frozenset[Thing]:
    """Everything."""
    return frozenset(thing for flow in FLOWS.values() for thing in _of(flow)) | set(_entries())


def transitions(flow: AnyFlow) -> frozenset[str]:
    """The ids of all transitions of a chart; those that begin a flow, and those of refusals, are among them."""
    answers = flow.answers
    begins = {f"{BEGIN}/{event.name}/{answers.initial}" for event in flow.begins}
    begins |= {f"{BEGIN}/{event.name}/{REFUSED}" for event in flow.begins if flow.rules.get(event)}
    asked = ((state, event, flags) for state in answers.places for event, flags in _outcomes(answers, state))
    return frozenset(begins | {answer.id for question in asked if (answer := answers.answer(*question))})


def buttons(flow: AnyFlow) -> Iterator[str]:
    """Every button of every screen: `state/event`, or `state/event.variant`."""
    for state in flow.answers.places:
        for name in flow.allowed(state):
            yield from (f"{state}/{button(name, way)}" for way in flow.by_name[name].variants or ("",))


def button(event: str, variant: str) -> str:
    """A button's name: the event's, and which of its ways, where there are several."""
    return f"{event}.{variant}" if variant else event


def refusals(flow: AnyFlow) -> frozenset[str]:
    """Every code that a rule of this chart may give."""
    known = _codes()
    rules = [
        rule for event in flow.by_name.values() for rule in (*flow.rules.get(event, ()), flow.gatherers.get(event))
    ]
    return frozenset(said for said in _said_in(rules) if isinstance(said, str) and said in known)


def effects(flow: AnyFlow) -> frozenset[str]:
    """Every kind of effect that a decision of this chart may set off."""
    kinds = set(EFFECTS.values())
    said = _said_in([*flow.decisions.values(), *flow.refused_decisions.values()])
    return frozenset(kind.kind() for kind in said if isinstance(kind, type) and kind in kinds)


def _of(flow: AnyFlow) -> Iterator[Thing]:
    timers = (event.name for event in flow.events if event.origin is Origin.TIME)
    for kind, ids in (
        (Kind.TRANSITION, transitions(flow)),
        (Kind.REFUSAL, refusals(flow)),
        (Kind.TIMER, timers),
        (Kind.EFFECT, effects(flow)),
        (Kind.BUTTON, buttons(flow)),
    ):
        yield from (Thing(kind, flow.name, id) for id in ids)


def _entries() -> Iterator[Thing]:
    """The ways into the code entry; «+» is on the telephone only (A14)."""
    for entry, channel in product(Entry, CHANNELS):
        if entry is not Entry.CLINIC_RIGHTS_PLUS or channel == "mobile":
            yield Thing(Kind.ENTRY, Attachment.name, f"{entry}/{channel}")


def _outcomes(answers: Answers, state: str) -> Iterator[tuple[str, tuple[bool, ...]]]:
    for event in answers.events(state):
        count = len(answers.guards(state, event))
        several = product((False, True), repeat=count)
        one = (tuple(n == yes for n in range(count)) for yes in range(-1, count))
        yield from ((event, flags) for flags in (several if count <= FEW else one))


@cache
def _codes() -> frozenset[str]:
    keys, prefix = Texts.russian().keys(), "refusal."
    return frozenset(key.removeprefix(prefix) for key in keys if key.startswith(prefix))


def _said_in(functions: Iterable[Any]) -> Iterator[Any]:
    """The constants and classes that functions name, and those that they call, and so on."""
    seen: set[Any] = set()
    ahead = [function for function in functions if function is not None]
    while ahead:
        function = ahead.pop()
        if not isinstance(function, FunctionType) or function in seen or not function.__module__.startswith(OURS):
            continue
        seen.add(function)
        ahead += [cell.cell_contents for cell in function.__closure__ or ()]
        for code in _codes_in(function.__code__):
            yield from code.co_consts
            named = [function.__globals__[name] for name in code.co_names if name in function.__globals__]
            yield from (one for one in named if isinstance(one, type | str))
            ahead += named


def _codes_in(code: CodeType) -> Iterator[CodeType]:
    """It, and what is defined inside."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes_in(inner)
