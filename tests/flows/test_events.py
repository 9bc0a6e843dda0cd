"""Events as they come from outside: by ids that are for ever, whole without what may be left out."""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from typing import Any

import pytest
from support.samples import SAMPLES

from registratura.domain.values import secret_fields
from registratura.flows.attachment import Attachment, Entry, SubmitCode
from registratura.flows.cabinet import Section
from registratura.flows.catalogue import FLOWS
from registratura.flows.errors import InvalidPayload, UnknownEvent
from registratura.flows.event import Event, Origin
from registratura.flows.gosuslugi import Denial
from registratura.flows.settings import Settings

EVENTS = sorted({event for flow in FLOWS.values() for event in (*flow.begins, *flow.events)}, key=lambda e: e.name)
EACH = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
# As they stand in databases and in the requests of hosts.
IDS = {
    Origin: ["person", "fact", "time"],
    Entry: ["health_hint", "clinics", "clinic_rights", "clinic_rights_plus"],
    Section: [
        *("health", "clinics", "messages", "medicines", "menu"),
        *("settings", "clinic_rights", "password", "cards", "record"),
    ],
    Denial: [
        *("cancelled", "outage", "code_dead", "organisation", "unconfirmed", "no_second_factor", "configuration"),
    ],
}


@pytest.mark.parametrize("kind", IDS, ids=lambda kind: kind.__name__)
def test_the_ids_that_are_stored_are_for_ever(kind: type[StrEnum]) -> None:
    assert [each.value for each in kind] == IDS[kind]


@EACH
def test_an_event_is_what_its_log_says_whatever_was_left_out(event: type[Event]) -> None:
    sent = event(**SAMPLES.get(event, {}))
    assert event(**sent.model_dump(mode="json")) == sent
    assert sent.schema_version == 1
    assert set(event.filled) <= set(event.model_fields)


@EACH
def test_each_button_of_an_event_brings_a_part_of_its_payload(event: type[Event]) -> None:
    parts: list[dict[str, Any]] = list(event.variants.values())
    brought = [event(**{**SAMPLES.get(event, {}), **part}).model_dump(mode="json") for part in parts]
    assert [{**all_of_it, **part} for all_of_it, part in zip(brought, parts, strict=True)] == brought
    assert len({str(part) for part in parts}) == len(parts)


def test_what_is_offered_by_several_buttons() -> None:
    assert {event.name: tuple(event.variants) for event in EVENTS if event.variants} == {
        "go_to_gosuslugi": ("button", "link"),
        "open_cabinet": ("web", "mobile"),
        "open_code_entry": ("button", "plus"),
        "open_section": tuple(Section),
    }


def test_secrets_are_guessed_at_by_judged_events_and_only_chosen_by_others() -> None:
    judged = {event.name for event in EVENTS if event.judged}
    assert judged == {"submit_password", "change_password", "submit_code", "submit_one_time_code"}
    chosen = {event.name for event in EVENTS if secret_fields(event)} - judged
    assert chosen == {"set_password", "issue", "reissue"}


@pytest.mark.parametrize(
    ("event", "filled"),
    [
        ("choose_region", ("region",)),
        ("add_clinic", ("clinic",)),
        ("choose_profile", ("card",)),
        ("submit_code", ("code",)),
        ("submit_password", ("login", "password")),
        ("change_password", ("current", "password")),
        ("send_one_time_code", ("phone",)),
        ("submit_one_time_code", ("code",)),
    ],
)
def test_what_is_no_answer_while_it_is_blank(event: str, filled: tuple[str, ...]) -> None:
    assert next(each for each in EVENTS if each.name == event).filled == filled


def test_what_does_not_fit_is_named_without_its_value() -> None:
    with pytest.raises(InvalidPayload) as caught:
        FLOWS["registration"].parse("correct_card", {"changes": {"snils": 5, "salary": "1"}, "nickname": "Рита"})
    assert caught.value.problems == (
        ("changes.snils", "string_type"),
        ("changes", "enum"),
        ("revision", "missing"),
        ("", "extra_forbidden"),
    )
    assert "Рита" not in str(caught.value)
    assert "salary" not in str(caught.value)


@pytest.mark.parametrize("payload", [["74"], "74"])
def test_what_is_no_object_is_told_as_that(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match="choose_region") as caught:
        FLOWS["registration"].parse("choose_region", payload)
    assert caught.value.problems == (("", "dict_type"),)


def test_an_event_that_the_flow_does_not_know_is_told_with_those_it_knows() -> None:
    with pytest.raises(UnknownEvent, match="send_one_time_code, "):
        FLOWS["one_time_code"].parse("sign_in")


def test_what_only_the_settings_can_judge_is_told_as_the_rest() -> None:
    with pytest.raises(InvalidPayload, match="submit_code") as caught:
        Attachment.check(SubmitCode(code="1", text_version="1", text_sha256="0" * 64), Settings())
    assert caught.value.problems == (("", "code.format"),)


@pytest.mark.parametrize(("login", "password", "problems"), [(320, 1024, ()), (321, 1025, ("login", "password"))])
def test_what_is_longer_than_anybodys_login_or_password_is_not_judged(
    login: int, password: int, problems: tuple[str, ...]
) -> None:
    expected = tuple((name, "string_too_long") for name in problems)
    with pytest.raises(InvalidPayload) if problems else nullcontext() as caught:
        FLOWS["sign_in"].parse("submit_password", {"login": "л" * login, "password": "п" * password})
    assert (caught.value.problems if caught else ()) == expected
