"""Model checking: every world that can be reached is visited, and the promises hold in each move. A planted fault of
every kind is found, so that the explorer is known to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import pytest
from support import worlds
from support.explorer import Found, explore
from support.promises import PROMISES

from registratura.flows.attachment import Attachment, SubmitCode
from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import Answer, Answers
from registratura.flows.clinic_right import ClinicRight
from registratura.flows.gosuslugi import AmbiguityResolved
from registratura.flows.record import FlowRecord
from registratura.flows.registration import AcceptConsent, Registration
from registratura.flows.step import Start

WORLDS: dict[str, Callable[[], Any]] = {
    made.__name__: made
    for made in (
        *(worlds.at_the_door, worlds.from_two_browsers, worlds.at_the_sign_in),
        *(worlds.with_a_code, worlds.guessing_codes, worlds.leaving),
    )
}


@cache
def explored(name: str) -> Found:
    return explore(*WORLDS[name](), PROMISES)


@pytest.mark.parametrize("name", WORLDS)
def test_the_promises_hold_in_every_world(name: str) -> None:
    found = explored(name)
    assert found.broken == {}
    assert found.moves > found.worlds > 100


@pytest.mark.parametrize("name", WORLDS)
def test_from_every_world_there_is_a_way_to_an_end(name: str) -> None:
    """Every open state reaches a final one, and every help screen a way on."""
    assert explored(name).stuck == []


# What none of these worlds has: the answer about another person, a card that can be corrected, a lock that outlives the
# flow, a relative. The walks beside the written models (test_registration, test_sign_in, test_attachment) have them.
NOT_HERE = {
    "registration": {
        "identity_confirmed/refused",
        "confirm_card/refused",
        "correct_card/card_review",
        "contact_support/amb",
    },
    "sign_in": {"identity_confirmed/refused", "ambiguous_card", "identity_confirmed/not_registered", "locked/expire"},
    "attachment": {"choose_profile", "locked/expire"},
    "clinic_right": set(),
}


@pytest.mark.parametrize("chart", NOT_HERE)
def test_the_worlds_walk_the_charts(chart: str) -> None:
    """Exhaustive means that nothing of these charts was left out but what is named."""
    walked = {transition for name in WORLDS for flow, transition in explored(name).fired if flow == chart}
    assert sorted(t for t in declared_by(chart) - walked if not any(part in t for part in NOT_HERE[chart])) == []


def declared_by(chart: str) -> set[str]:
    """All transitions of a chart, by the ids that the log has."""
    answers = FLOWS[chart].answers
    found = set()
    for state, place in answers.places.items():
        for event in () if place.final else answers.events(state):
            guards = answers.guards(state, event)
            asked = (answers.answer(state, event, outcomes) for outcomes in product((False, True), repeat=len(guards)))
            found |= {answer.id for answer in asked if answer}
    return found


class Planted(Answers):
    """A chart with one transition too many."""

    def __init__(self, answers: Answers, state: str, event: str, target: str) -> None:
        super().__init__(answers.chart)
        self._planted, self._answer = (state, event), Answer(f"{state}/{event}/{target}", target)

    def events(self, path: str) -> tuple[str, ...]:
        return (*super().events(path), *([self._planted[1]] if path == self._planted[0] else []))

    def guards(self, path: str, event: str) -> tuple[str, ...]:
        return () if (path, event) == self._planted else super().guards(path, event)

    def answer(self, path: str, event: str, outcomes: tuple[bool, ...]) -> Answer | None:
        return self._answer if (path, event) == self._planted else super().answer(path, event, outcomes)


def without(patch: pytest.MonkeyPatch, flow: Any, event: Any, **gone: Any) -> None:
    """The decision forgets something; of its sends only those of a kind are left."""
    decide = flow.decisions[event]

    def forgetful(case: Any) -> Any:
        move = decide(case)
        left = {
            name: tuple(x for x in getattr(move, name) if keep and isinstance(x, keep)) for name, keep in gone.items()
        }
        return replace(move, **left)

    patch.setitem(flow.decisions, event, forgetful)


def plant(patch: pytest.MonkeyPatch, flow: Any, state: str, event: str, target: str) -> None:
    patch.setattr(flow, "answers", Planted(flow.answers, state, event, target))


FAULTS: dict[str, tuple[str, str, Callable[[pytest.MonkeyPatch], None]]] = {
    "an accepted consent leaves no evidence": (
        *("at_the_door", "no_card_without_consent"),
        lambda patch: without(patch, Registration, AcceptConsent, evidence=None),
    ),
    "who has declined may go on": (
        *("at_the_door", "nothing_after_the_end"),
        lambda patch: plant(patch, Registration, "declined", "register", "consent"),
    ),
    "time has no say": (
        *("at_the_door", "nothing_after_its_time"),
        lambda patch: patch.setattr(FlowRecord, "due", lambda record, now: ()),
    ),
    "nobody notes whose the account is": (
        *("from_two_browsers", "one_account_for_one_person"),
        lambda patch: without(patch, Registration, AmbiguityResolved, claims=None),
    ),
    "a withdrawn right takes documents": (
        *("with_a_code", "no_delivery_without_a_right"),
        lambda patch: plant(patch, ClinicRight, "withdrawn", "document_delivered", "withdrawn"),
    ),
    "a right is granted without a consent": (
        *("with_a_code", "no_right_without_consent"),
        lambda patch: without(patch, Attachment, SubmitCode, evidence=None),
    ),
    "a code is not used up": (
        *("with_a_code", "a_used_code_never_works_again"),
        lambda patch: without(patch, Attachment, SubmitCode, sends=Start),
    ),
}


@pytest.mark.parametrize(("world", "promise", "spoil"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(
    world: str, promise: str, spoil: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch)
    found = explore(*WORLDS[world](), PROMISES, until=promise)
    assert promise in found.broken, found.broken


def test_a_dead_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the timer that ends a wait and the ways out, a registration stands for ever."""
    monkeypatch.setattr(worlds, "persons_acts", lambda *_: iter(()))
    monkeypatch.setattr(worlds, "time_acts", lambda *_: iter(()))
    assert explore(*WORLDS["at_the_door"](), PROMISES).stuck
