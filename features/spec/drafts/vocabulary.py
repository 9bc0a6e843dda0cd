"""Every sentence that a draft may be made of: the steps' own patterns, said of our people with our values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any, Literal, NamedTuple

from behave.cucumber_expression import use_step_matcher_for_cucumber_expressions  # type: ignore[import-untyped]  # behave has no type hints
from behave.runner_util import load_step_modules  # type: ignore[import-untyped]  # behave has no type hints
from behave.step_registry import registry  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features import parameters
from registratura.features.cast import MARGARITA, MISHA, OLGA, PYOTR, Person
from registratura.features.deeds import BRINGS, FORMS, INFINITIVES, PRESENTS, Deed, past
from registratura.features.parameters import WORDS
from registratura.features.places import PLACES, SECTIONS
from registratura.features.reasons import REASONS
from registratura.features.spec.drafts.grammar import SLOT, field_in, name_in, slots, spoken, subject
from registratura.features.spec.drafts.samples import GUESSES, NAMED, TYPED, VALUES
from registratura.features.stage import ABOUT, PLAYED_BY

STEPS = Path(__file__).parents[2] / "steps"
Kind = Literal["given", "when", "then"]


class People(NamedTuple):
    """Of whom a draft tells: the person, and the child whose card they keep, or another person."""

    person: Person
    other: Person | None = None

    @property
    def child(self) -> bool:
        """Whether the other one is a child of theirs."""
        return self.other is MISHA


ALONE, FAMILY, STRANGERS = People(MARGARITA), People(OLGA, MISHA), People(MARGARITA, PYOTR)


class Said(NamedTuple):
    """A sentence. `about` are the events, or the charts, that its step says it is about; `people` are named in it."""

    kind: Kind
    text: str
    step: Any
    about: tuple[str, ...] = ()
    people: frozenset[Person] = frozenset()

    @property
    def played_by(self) -> tuple[str, ...]:
        """The tag of the drivers that know it, where not all do."""
        return PLAYED_BY[self.step.pattern] if self.kind == "when" else ()


@cache
def steps() -> dict[Kind, list[Any]]:
    """Every step, as behave knows it."""
    use_step_matcher_for_cucumber_expressions()
    parameters.define_once()
    if not registry.steps["given"]:
        load_step_modules([str(STEPS)])
    return {kind: list(registry.steps[kind]) for kind in ("given", "when", "then")}


@cache
def sentences(kind: Kind, people: People) -> tuple[Said, ...]:
    """Everything that can be said with this word of these people; the steps' own order."""
    return tuple(said for step in steps()[kind] for said in _said(kind, step, people))


@cache
def about(kind: Kind, people: People, *names: str) -> tuple[Said, ...]:
    """The sentences that are about one of these events, or charts: each step once, before any says more than that."""
    found = [said for said in sentences(kind, people) if set(names).intersection(said.about)]
    turns: Counter[str] = Counter()
    return tuple(sorted(found, key=lambda said: _next_turn(turns, said.step.pattern)))


def _next_turn(turns: Counter[str], pattern: str) -> int:
    turns[pattern] += 1
    return turns[pattern]


def lasted(pattern: Kind, duration: str) -> Said:
    """«Проходит 5 минут», «прошло 5 минут»."""
    step = next(step for step in steps()[pattern] if slots(step.pattern) == ["duration"])
    [text] = spoken(SLOT.sub(duration, step.pattern), None)
    return Said(pattern, text, step)


def _said(kind: Kind, step: Any, people: People) -> Iterator[Said]:
    events = ABOUT[kind, step.pattern]
    names = list(signature(step.func).parameters)[1:]
    for filled in _filled(step.pattern, names, people, ()):
        things = [part.thing for part in filled]
        named = [thing for thing in things if isinstance(thing, Person)]
        who = subject(step.pattern, named)
        own = [event for thing in things for event in _own(thing)]
        for text in spoken(_with(step.pattern, filled), who):
            if step.match(text) and not (who is MISHA and kind != "then"):
                yield Said(kind, text, step, (*events, *own), frozenset(named))


def _own(thing: Any) -> tuple[str, ...]:
    """The events that what is filled in is about."""
    if isinstance(thing, Deed):
        return (thing.event, *BRINGS.get(thing, ()))
    return (GUESSES[thing],) if isinstance(thing, str) and thing in GUESSES else ()


class _Part(NamedTuple):
    """What stands in a slot, and what it means."""

    text: str
    thing: Any


def _filled(pattern: str, names: list[str], people: People, before: tuple[_Part, ...]) -> Iterator[tuple[_Part, ...]]:
    """Every way to fill in the slots, one after the other: what is said first decides how the next one is said."""
    kinds = slots(pattern)
    if len(before) == len(kinds):
        yield before
        return
    kind, name = kinds[len(before)], names[len(before)]
    said, _, after = _with(pattern, before).partition(f"{{{kind}}}")
    for part in _parts(kind, name, people, before, (said, after)):
        yield from _filled(pattern, names, people, (*before, part))


def _with(pattern: str, filled: tuple[_Part, ...]) -> str:
    for part in filled:
        pattern = SLOT.sub(lambda hit, part=part: part.text, pattern, count=1)  # type: ignore[misc]
    return pattern


def _parts(kind: str, name: str, people: People, before: tuple[_Part, ...], around: tuple[str, str]) -> Iterator[_Part]:
    if kind == "person":
        yield from (_Part(name_in(person, *around), person) for person in _people(name, people))
    elif kind == "field":
        yield from (_Part(field_in(field, around[0]), field) for field in VALUES)
    elif kind == "did":
        feminine = before[0].thing.gender == "F"
        yield from (_Part(past(forms, feminine), forms.deed) for forms in FORMS if forms.past)
    elif kind == "attached":
        ending = "прикреплена" if before[0].thing.gender == "F" else "прикреплён"
        yield from (_Part(said, meant) for said, meant in _titles(kind).items() if said.endswith(ending))
    elif kind in ("quoted", "int"):
        field = next((part.thing for part in before if part.thing in VALUES), None)
        known = VALUES[field] if field else NAMED.get(name, ())
        yield from (_Part(f"«{said}»" if kind == "quoted" else said, said) for said in known)
    elif kind in TYPED:
        yield from (_Part(said, said) for said in TYPED[kind])
        if people.other and kind == "code":
            yield _Part(f"код {people.other.case('genitive')}", people.other)
    else:
        yield from (_Part(said, meant) for said, meant in _titles(kind).items())


def _people(name: str, people: People) -> Iterator[Person]:
    if name in ("child", "relative"):
        yield from [people.other] if people.child and people.other else []
    elif name == "another":
        yield from [people.other] if people.other and not people.child else []
    elif name not in ("subject", "representative"):
        yield people.person
        yield from [people.other] if people.other else []


def _titles(kind: str) -> Mapping[str, Any]:
    """All words that may stand there."""
    quoted: dict[str, Mapping[str, Any]] = {"place": PLACES, "section": SECTIONS}
    if kind in quoted:
        return {f"«{title}»": meant for title, meant in quoted[kind].items()}
    named: dict[str, Mapping[str, Any]] = {"does": PRESENTS, "deed": INFINITIVES, "reason": REASONS, **WORDS}
    return named.get(kind, {})
