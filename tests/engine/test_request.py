"""A call: by whom it is, by what its repetition is known, and why it is none."""

from __future__ import annotations

from typing import Any

import pytest
from support.portal import AT_HOME, KEYS, Scene, submitting

from registratura.flows.engine.request import START, request_of, scope_of
from registratura.flows.errors import InvalidPayload, UnknownEvent
from registratura.flows.event import Origin
from registratura.flows.patient_card import Confirm
from registratura.flows.registration import BeginRegistration, ChooseRegion, Registration
from registratura.host import Caller

URAL = ChooseRegion(region="74")
SESSION = KEYS.fingerprint("session", "s")


def asked(event: Any = URAL, caller: Caller | None = None, key: str | None = "k") -> Any:
    return request_of(KEYS, "flow-1", event, caller, key, Origin.PERSON)


@pytest.mark.parametrize(
    ("caller", "scope"),
    [
        (None, "host:flow-1"),
        (Caller(account="a", session="s"), "account:a:flow-1"),
        (Caller(session="s"), f"{SESSION}:flow-1"),
        (Caller(), "anonymous:flow-1"),
    ],
)
def test_whose_a_key_is_stays_the_same_for_ever(caller: Caller | None, scope: str) -> None:
    """Rows of a former release have it."""
    assert scope_of(KEYS, caller, "flow-1") == scope
    assert asked(caller=caller).scopes == (scope,)


def test_the_keys_of_starts_are_apart_from_those_of_events() -> None:
    assert scope_of(KEYS, None, START) == "host:start"


def test_who_has_signed_in_since_has_the_keys_of_the_session_before() -> None:
    caller = Caller(account="a", session="new", formerly="s")
    assert asked(caller=caller).scopes == ("account:a:flow-1", f"{SESSION}:flow-1")


def test_a_request_is_known_by_its_event_and_payload() -> None:
    assert asked().digest == KEYS.digest("request", '{"event":"choose_region","payload":{"region":"74"}}')


def test_a_ticket_is_named_after_whose_key_it_was_counted_under(scene: Scene) -> None:
    flow = scene.at_code_entry(scene.registered()).id
    ticket = scene.portal.attempt(flow, submitting("00000000"), idempotency_key="k")
    assert ticket == KEYS.fingerprint("ticket", f"host:{flow}:k")


@pytest.mark.parametrize(
    ("event", "key", "name", "problem"),
    [
        ("begin", None, "str", ("", "not_an_event")),
        (URAL, "k" * 501, "choose_region", ("idempotency_key", "idempotency_key")),
        (URAL, "\0", "choose_region", ("idempotency_key", "idempotency_key")),
        (URAL, "\ud800", "choose_region", ("idempotency_key", "idempotency_key")),
        (ChooseRegion.model_construct(region="\ud800"), None, "choose_region", ("", "string_unicode")),
    ],
)
def test_what_nothing_could_store_is_told_by_where_it_is(
    event: Any, key: str | None, name: str, problem: tuple[str, str]
) -> None:
    with pytest.raises(InvalidPayload) as caught:
        asked(event, key=key)
    assert (caught.value.params["event"], caught.value.problems) == (name, (problem,))


@pytest.mark.parametrize("event", [Confirm(), BeginRegistration()])
def test_an_event_of_another_flow_or_one_that_begins_is_unknown_to_a_flow_that_has_begun(
    scene: Scene, event: Any
) -> None:
    flow = scene.portal.start(Registration, caller=AT_HOME).id
    with pytest.raises(UnknownEvent) as caught:
        scene.portal.send(flow, event, caller=AT_HOME)
    known = ", ".join(known.name for known in Registration.events)
    assert caught.value.params == {"flow": "registration", "event": event.name, "known": known}


def test_a_key_has_at_most_five_hundred_characters() -> None:
    arguments = KEYS, "flow-1", ChooseRegion(region="74"), None
    assert request_of(*arguments, "k" * 500, Origin.PERSON).key == "k" * 500
    with pytest.raises(InvalidPayload):
        request_of(*arguments, "k" * 501, Origin.PERSON)
