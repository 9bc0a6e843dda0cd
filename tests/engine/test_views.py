"""What a host is given of a flow: all of it, and how the event that was just sent ended."""

from __future__ import annotations

import pytest
from support.named_texts import TEXTS
from support.people import identity
from support.portal import CONSENTS, NOON, PASSWORD, Scene, submitting

from registratura.domain.consent import Purpose
from registratura.domain.refusal import Refusal
from registratura.flows.attachment import Attachment
from registratura.flows.cabinet import BeginCabinet, Cabinet, OpenCabinet, OpenCodeEntry
from registratura.flows.engine.view import (
    Action,
    Button,
    FlowView,
    Screen,
    ShownRefusal,
    person_events,
    plain_schema,
    schema_of,
)
from registratura.flows.errors import NotAllowedNow
from registratura.flows.event import Origin
from registratura.flows.patient_card import PatientCard
from registratura.flows.registration import ChooseRegion, CorrectCard, Registration
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword

TEXT = CONSENTS[Purpose.PERSONAL_DATA]


def test_a_view_is_the_state_with_its_screen_and_what_may_be_done_there(scene: Scene) -> None:
    view = scene.at_consent()
    key = "screen.registration.consent"
    items = {"consent": TEXT.text, "text_version": "1", "text_sha256": TEXT.sha256}
    assert view == FlowView(
        id=view.id,
        flow="registration",
        state="consent",
        version=3,
        ended=False,
        account=None,
        subject=None,
        screen=Screen(key, TEXTS(f"{key}.title"), TEXTS(f"{key}.text", **items), "", items),
        actions=view.actions,
        transition="main_page/register/consent",
    )
    names = ["change_region", "close_consent", "accept_consent", "decline_consent", "cancel"]
    assert [action.name for action in view.actions] == names
    assert view.action("accept_consent") == Action(
        "accept_consent",
        "Согласиться на обработку персональных данных",
        {
            "additionalProperties": False,
            "properties": {
                "text_version": {"title": TEXTS("field.accept_consent.text_version"), "type": "string"},
                "text_sha256": {"title": TEXTS("field.accept_consent.text_sha256"), "type": "string"},
            },
            "required": ["text_version", "text_sha256"],
            "title": "Согласиться на обработку персональных данных",
            "type": "object",
        },
        (Button("accept_consent", "Да, я согласен"),),
    )
    assert scene.portal.get(view.id).transition == ""


def test_an_action_that_is_not_there_is_told_with_those_that_are(scene: Scene) -> None:
    view = scene.at_consent()
    with pytest.raises(NotAllowedNow) as caught:
        view.action("register")
    assert caught.value.allowed == tuple(action.name for action in view.actions)
    assert str(caught.value).startswith("'register' is not possible in state 'consent' of «registration».")


def test_an_action_is_not_available_for_the_reasons_that_are_known(scene: Scene) -> None:
    flow = scene.at_card(identity(birth_date=None))
    assert all(action.available for action in flow.actions)
    view = scene.portal.get(flow.screen.items["card"])
    (reason,) = view.action("confirm").refusals
    text = TEXTS.refusal(Refusal(code="card.required_invalid", params={"field": "birth_date"}))
    assert reason == ShownRefusal("card.required_invalid", text, {"field": "birth_date"})
    assert [action.name for action in view.actions if not action.available] == ["confirm"]


def test_a_button_that_a_screen_does_not_have_is_left_out_and_its_action_stays(scene: Scene) -> None:
    caller = scene.registered()
    cabinet = scene.portal.start(Cabinet, BeginCabinet(), caller=caller)
    view = scene.portal.send(cabinet.id, OpenCabinet(), caller=caller)
    (button,) = view.action("open_code_entry").buttons
    assert button == Button("open_code_entry.button", "Прикрепление к клинике", {"by": "button"})
    opened = scene.portal.send(cabinet.id, OpenCodeEntry(), caller=caller)
    assert list(opened.started) == ["attachment"]
    window = scene.portal.get(opened.started["attachment"], caller=caller)
    assert (window.flow, window.account, window.action("choose_profile").buttons) == ("attachment", caller.account, ())
    scene.attached(caller)
    view = scene.portal.get(cabinet.id, caller=caller)
    assert view.action("open_code_entry").buttons == ()
    assert scene.portal.send(cabinet.id, OpenCodeEntry(), caller=caller).refusals == ()


def test_a_screen_may_call_a_button_otherwise_than_others_do(scene: Scene) -> None:
    window = scene.at_code_entry(scene.registered())
    assert window.action("submit_code").buttons == (Button("submit_code", "Подключить"),)
    assert TEXTS("button.submit_code") == "Сохранить"


def test_the_actions_of_a_screen_are_drawn_once(scene: Scene) -> None:
    flow = scene.at_consent().id
    one, two = (scene.portal.get(flow).actions for _ in range(2))
    assert [id(action) for action in one] == [id(action) for action in two]


def test_the_words_of_a_screens_items_stand_in_its_text(scene: Scene) -> None:
    view = scene.walk(scene.portal.start(Registration).id, ChooseRegion(region="74"))
    assert view.screen.text.startswith("Ваш регион: Челябинская область. ")


def test_a_refusal_is_told_with_its_text_and_when_it_is_over(scene: Scene) -> None:
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id
    wrong = SubmitPassword(login="nobody@example.org", password=PASSWORD)
    views = [scene.portal.send(flow, wrong) for _ in range(5)]
    assert views[0].refusals == (ShownRefusal("sign_in.failed", TEXTS("refusal.sign_in.failed")),)
    assert (views[-1].state, views[-1].transition) == ("locked", "password/submit_password/refused")
    until = views[-1].screen.items["until"]
    assert until > NOON
    assert "через 1 минуту, в 15:01" in views[-1].screen.text


def test_what_a_person_sees_of_themselves_is_in_no_log(scene: Scene) -> None:
    view = scene.at_card()
    assert "Алексеева" in str(view.screen.items)
    assert "Алексеева" not in repr(view)
    assert view.screen.text not in repr(view)
    assert view.screen.title not in repr(view)
    assert repr(Screen("id", "a title", "a text", "a notice", {"name": "Алексеева"})) == "Screen(id='id')"
    assert Screen("id", "a title", "a text").notice == ""


def test_a_first_answer_is_told_again_with_the_screen_of_now(scene: Scene) -> None:
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()
    wrong = submitting("00000000")
    first = scene.portal.send(flow.id, wrong, idempotency_key="k", caller=caller)
    done = scene.walk(flow.id, submitting(code.code), caller=caller)
    again = scene.portal.send(flow.id, wrong, idempotency_key="k", caller=caller)
    assert (again.refusals, again.transition) == (first.refusals, first.transition)
    assert (again.state, again.screen) == ("attached", done.screen)


def test_the_schemas_say_to_people_what_people_read_and_to_programs_nothing_else() -> None:
    schema = plain_schema(CorrectCard)
    assert "description" not in schema
    assert [kind for kind in schema["$defs"].values() if {"title", "description"} & kind.keys()] == []
    titled = schema_of(CorrectCard, TEXTS)
    assert {name: field["title"] for name, field in titled["properties"].items()} == {
        name: TEXTS(f"field.correct_card.{name}") for name in ("changes", "revision")
    }
    assert {**titled, "properties": schema["properties"]} == schema


@pytest.mark.parametrize("flow", [Registration, SignIn, Attachment, PatientCard])
def test_a_persons_events_are_those_of_persons(flow: type[Registration]) -> None:
    assert {event.origin for event in person_events(flow)} == {Origin.PERSON}
    assert {event.name for event in flow.events} - {event.name for event in person_events(flow)}
