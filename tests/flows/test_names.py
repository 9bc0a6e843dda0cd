"""What things are called: every state and event has a Russian title of its own, every word in a payload is a word."""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum

import pytest
from support.portal import Scene

from registratura.flows.catalogue import FLOWS
from registratura.flows.errors import InvalidPayload
from registratura.flows.gosuslugi import Denial
from registratura.flows.registration import GoToGosuslugi
from registratura.flows.sign_in import ChooseGosuslugi, SignIn

EVENTS = {event for flow in FLOWS.values() for event in (*flow.begins, *flow.events)}
RUSSIAN = re.compile("^[«А-ЯЁ][^A-Za-z]+$")


def test_every_event_has_a_russian_title() -> None:
    assert [event.name for event in EVENTS if not RUSSIAN.match(event.title())] == []


def test_every_state_has_a_russian_title_that_no_other_of_its_chart_has() -> None:
    for flow in FLOWS.values():
        states = flow.chart.states_map.values()
        times = Counter(str(state.name) for state in states if not state.is_compound)
        assert [str(state.name) for state in states if times[state.name] > 1 or not RUSSIAN.match(state.name)] == []


def test_what_an_event_says_when_nothing_is_said_is_something_it_may_say() -> None:
    spoken = 0
    for event in EVENTS:
        try:
            silent = event()
        except InvalidPayload:
            continue  # it must be said
        spoken += 1
        assert event.model_validate(silent.model_dump()) == silent
    assert spoken > len(EVENTS) / 2


@pytest.mark.parametrize("reason", Denial)
def test_who_comes_back_from_gosuslugi_is_told_why(scene: Scene, reason: Denial) -> None:
    assert isinstance(reason, StrEnum)
    assert reason.value == reason.name.lower()
    flow = scene.walk(scene.portal.start(SignIn).id, ChooseGosuslugi(), GoToGosuslugi()).id
    screen = scene.portal.gosuslugi.denied(flow, reason).screen
    assert screen.items == {"notice": f"gosuslugi.{reason}"}
    assert RUSSIAN.match(screen.notice)
