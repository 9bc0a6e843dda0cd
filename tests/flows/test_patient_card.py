"""The card: every reason why not, with what it is about, and what a step leaves in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.cabinet import attach_child, own, relative
from support.portal import BORIS, CONSENTS, HASHER, NOON, PASSWORD, Scene, codes

from registratura.domain.card import FieldName
from registratura.domain.consent import ConsentText, Purpose
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.effects import EndOtherSessions, NotifyPerson
from registratura.flows.errors import InvalidPayload, StartRefused
from registratura.flows.patient_card import AddRelative, Delete, Edit, PatientCard
from registratura.flows.portal_password import ChangePassword
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import Caller

DARYA = {
    FieldName.LAST_NAME: "Алексеева",
    FieldName.FIRST_NAME: "Дарья",
    FieldName.BIRTH_DATE: "2015-04-05",
    FieldName.GENDER: "F",
}
TEXT = CONSENTS[Purpose.PERSONAL_DATA]


def adding(text: ConsentText = TEXT, **changes: str) -> AddRelative:
    fields = DARYA | {FieldName(name): value for name, value in changes.items()}
    return AddRelative(fields=fields, text_version=text.version, text_sha256=text.sha256)


def refused(scene: Scene, event: AddRelative, caller: Caller) -> list[tuple[str, dict[str, Any]]]:
    with pytest.raises(StartRefused) as caught:
        scene.portal.start(PatientCard, event, caller=caller)
    return [(refusal.code, dict(refusal.params)) for refusal in caught.value.refusals]


# ─── A relative ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_relatives_card_is_refused_with_every_reason(scene: Scene, caller: Caller) -> None:
    old = ConsentText(purpose=Purpose.PERSONAL_DATA, version="0", text="Прежний текст")
    stranger = Caller(session="x")
    assert refused(scene, adding(old, birth_date="2031-01-01"), stranger) == [
        ("sign_in_required", {}),
        ("consent.stale", {"version": "1"}),
        ("card.field_invalid", {"field": "birth_date", "reason": "birth_date.future"}),
    ]
    scene.portal.start(ConsentWithdrawal, caller=caller)
    assert refused(scene, adding(), caller) == [("consent.withdrawn", {})]


@pytest.mark.parametrize(("born", "grown_up"), [("2008-03-02", True), ("2008-03-03", False), ("2008-03-04", False)])
def test_who_is_grown_up_needs_no_representative(scene: Scene, caller: Caller, born: str, grown_up: bool) -> None:
    """U63: at 18, from the first moment of the day on, in UTC."""
    scene.clock.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    if grown_up:
        assert refused(scene, adding(birth_date=born), caller) == [("card.grown_up", {})]
    else:
        assert scene.portal.start(PatientCard, adding(birth_date=born), caller=caller).state == "unverified"


@pytest.mark.parametrize(("early", "codes"), [(timedelta(microseconds=1), []), (timedelta(), ["card.grown_up"])])
def test_the_first_moment_of_the_day_is_of_age(
    scene: Scene, caller: Caller, early: timedelta, codes: list[str]
) -> None:
    scene.clock.now = datetime(2026, 3, 2, tzinfo=UTC) - early
    if codes:
        assert [code for code, _ in refused(scene, adding(birth_date="2008-03-02"), caller)] == codes
    else:
        assert scene.portal.start(PatientCard, adding(birth_date="2008-03-02"), caller=caller).state == "unverified"


def test_the_consent_for_a_relative_is_the_representatives_and_about_the_relative(scene: Scene, caller: Caller) -> None:
    scene.clock.turn(timedelta(hours=1))
    card = relative(scene, caller)
    with scene.storage.unit() as unit:
        (entry,) = [row.entry for row in unit.evidence(card)]
    record = scene.portal.engine.record(card)
    assert record.subject not in (None, caller.account)
    for said in (
        f'"account":"{caller.account}"',
        f'"subject":"{record.subject}"',
        '"button":"add_relative"',
        '"kind":"accepted"',
        '"on_behalf":true',
        '"purpose":"personal_data"',
        '"shown_at":"2026-03-02T13:00:00',
        f'"text_sha256":"{TEXT.sha256}"',
        '"text_version":"1"',
    ):
        assert said in entry


def test_at_eighteen_the_access_ends_with_the_rights_that_were_given(scene: Scene, caller: Caller) -> None:
    told: list[Any] = []
    scene.portal.handlers[NotifyPerson] = lambda effect, effect_id: told.append((effect.account, effect.about))
    mine = scene.attached(caller).screen.items["right"]
    child = relative(scene, caller)
    right = attach_child(scene, caller, child)
    scene.clock.now = datetime(2033, 4, 4, 21, 0, tzinfo=UTC) - timedelta(microseconds=1)
    scene.portal.run_due()
    assert (scene.state(child), told) == ("unverified", [])
    scene.clock.turn(timedelta(days=2))
    scene.portal.run_due()
    scene.portal.run_due()
    assert (scene.state(child), scene.state(right), scene.state(mine)) == ("grown_up", "withdrawn", "granted")
    assert told == [(caller.account, "child_came_of_age")]


def test_a_corrected_birth_date_moves_the_day(scene: Scene, caller: Caller) -> None:
    child = relative(scene, caller)
    edit = Edit(changes={FieldName.BIRTH_DATE: "2009-04-05"}, revision=1)
    scene.walk(child, edit, caller=caller)
    scene.clock.now = datetime(2027, 4, 6, tzinfo=UTC)
    assert scene.portal.get(child).state == "grown_up"


# ─── Corrections ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_counts_on_and_of_an_older_card_there_is_none(scene: Scene, caller: Caller) -> None:
    child = relative(scene, caller)
    first = Edit(changes={FieldName.FIRST_NAME: "Мария"}, revision=1)
    items = scene.walk(child, first, caller=caller).screen.items
    assert (items["revision"], items["fields"]["first_name"]["value"]) == (2, "Мария")
    view = scene.portal.send(child, first, caller=caller)
    assert [(refusal.code, dict(refusal.params)) for refusal in view.refusals] == [("card.stale", {"revision": 2})]
    bad = Edit(changes={FieldName.BIRTH_DATE: "2031-01-01"}, revision=2)
    assert codes(scene.portal.send(child, bad, caller=caller)) == ["card.field_invalid"]
    scene.portal.start(ConsentWithdrawal, caller=caller)
    again = Edit(changes={FieldName.FIRST_NAME: "Анна"}, revision=2)
    assert codes(scene.portal.send(child, again, caller=caller)) == ["consent.withdrawn"]


def test_a_card_shows_its_fields_with_source_and_status(scene: Scene, caller: Caller) -> None:
    child = relative(scene, caller)
    items = scene.portal.get(child).screen.items
    typed = {"source": "typed", "status": "unverified"}
    assert items["fields"]["first_name"] == {"value": "Дарья", **typed}
    assert {name: items[name] for name in ("card", "revision", "differs", "relative")} == {
        "card": child,
        "revision": 1,
        "differs": (),
        "relative": True,
    }
    given = scene.portal.get(own(scene, caller)).screen.items
    assert given["fields"]["last_name"] == {"value": "Алексеева", "source": "gosuslugi", "status": "verified"}
    assert given["relative"] is False


# ─── Deleting ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_is_not_deleted_with_every_reason(scene: Scene, caller: Caller) -> None:
    """U39."""
    scene.attached(caller)
    card = own(scene, caller)
    view = scene.portal.send(card, Delete(), caller=caller)
    assert [(refusal.code, dict(refusal.params)) for refusal in view.refusals] == [
        ("card.has_right", {"rights": 1}),
        ("card.last", {}),
        ("card.not_confirmed", {}),
    ]
    child = relative(scene, caller)
    assert codes(scene.portal.send(card, Delete(confirmed=True), caller=caller)) == ["card.has_right"]
    assert scene.walk(child, Delete(confirmed=True), caller=caller).state == "deleted"


def test_of_two_cards_one_may_go_and_the_other_stays(scene: Scene, caller: Caller) -> None:
    card, child = own(scene, caller), relative(scene, caller)
    assert scene.walk(child, Delete(confirmed=True), caller=caller).state == "deleted"
    assert codes(scene.portal.send(card, Delete(confirmed=True), caller=caller)) == ["card.last"]


# ─── The password ────────────────────────────────────────────────────────────────────────────────────────────────────


def changing(current: str, password: str = "Sneg1Zimoy") -> ChangePassword:
    return ChangePassword(current=current, password=password, repeat=password)


def test_who_changes_the_password_stays_and_everybody_else_goes(scene: Scene, caller: Caller) -> None:
    """U32."""
    done: list[Any] = []
    scene.portal.handlers[EndOtherSessions] = lambda effect, effect_id: done.append((effect.account, effect.session))
    scene.portal.handlers[NotifyPerson] = lambda effect, effect_id: done.append((effect.account, effect.about))
    password = scene.flow_of(caller, "portal_password")
    view = scene.portal.send(password, changing("wrong", "short"), caller=caller)
    assert codes(view)[0] == "password.wrong_current"
    assert len(codes(view)) > 1, "all reasons at once"
    scene.walk(password, changing(PASSWORD), caller=caller)
    scene.portal.run_due()
    assert done == [(caller.account, caller.session), (caller.account, "password_changed")]


def test_the_current_password_is_guessed_five_times(scene: Scene, caller: Caller) -> None:
    password = scene.flow_of(caller, "portal_password")
    ends = [scene.portal.send(password, changing("wrong"), caller=caller) for _ in range(5)]
    assert [codes(end) for end in ends] == [["password.wrong_current"]] * 5
    last = scene.portal.send(password, changing(PASSWORD), caller=caller)
    assert [(refusal.code, refusal.retry_at) for refusal in last.refusals] == [
        ("attempts.exhausted", NOON + timedelta(minutes=1))
    ]


def test_after_the_lock_there_are_guesses_again(scene: Scene, caller: Caller) -> None:
    """The lock begins with the last miss, not with the guess after it."""
    password = scene.flow_of(caller, "portal_password")
    for _ in range(5):
        scene.portal.send(password, changing("wrong"), caller=caller)
    scene.clock.turn(timedelta(minutes=1))
    assert scene.walk(password, changing(PASSWORD), caller=caller).state == "present"


def test_a_right_current_password_with_a_bad_new_one_is_a_guess_that_forgives_nothing(
    scene: Scene, caller: Caller
) -> None:
    password = scene.flow_of(caller, "portal_password")
    for event in (*[changing("wrong")] * 4, changing(PASSWORD, "Zq1")):
        scene.portal.send(password, event, caller=caller)
    assert codes(scene.portal.send(password, changing("wrong"), caller=caller)) == ["attempts.exhausted"]


def test_guesses_in_the_settings_and_at_the_sign_in_are_one_persons_and_no_other_ones(scene: Scene) -> None:
    """U34."""
    margarita, boris = scene.registered(), scene.registered(BORIS)
    for _ in range(4):
        flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id
        scene.portal.send(flow, SubmitPassword(login="margarita@example.org", password="wrong"))
    ends = [
        [
            codes(scene.portal.send(scene.flow_of(caller, "portal_password"), changing("wrong"), caller=caller))[0]
            for _ in range(2)
        ]
        for caller in (margarita, boris)
    ]
    assert ends == [["password.wrong_current", "attempts.exhausted"], ["password.wrong_current"] * 2]


@pytest.mark.parametrize("event", [("wrong", "Sneg1Zimoy"), (PASSWORD, "Zq1")])
def test_of_a_password_that_is_not_taken_nothing_is_made(scene: Scene, caller: Caller, event: tuple[str, str]) -> None:
    class NoHash:
        verify = staticmethod(HASHER.verify)

    tools = scene.portal.engine.tools
    scene.portal.engine.tools = replace(tools, hasher=NoHash())
    view = scene.portal.send(scene.flow_of(caller, "portal_password"), changing(*event), caller=caller)
    assert len(codes(view)) == 1


def test_a_right_current_password_is_no_miss_and_forgives(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    caller = scene.registered()
    password = scene.flow_of(caller, "portal_password")
    weak = ["password.too_short"]
    for _ in range(4):
        assert codes(scene.portal.send(password, changing(PASSWORD, "Zq1"), caller=caller)) == weak
    scene.walk(password, changing(PASSWORD, "Sneg1Zimoy"), caller=caller)
    ends = [scene.portal.send(password, changing("wrong"), caller=caller) for _ in range(4)]
    assert {tuple(codes(end)) for end in ends} == {("password.wrong_current",)}
    assert scene.walk(password, changing("Sneg1Zimoy", "Dozhd2Osen"), caller=caller).state == "present"


def test_a_blank_change_is_no_guess(scene: Scene, caller: Caller) -> None:
    with pytest.raises(InvalidPayload) as caught:
        scene.portal.send(scene.flow_of(caller, "portal_password"), changing("  ", ""), caller=caller)
    assert caught.value.problems == (("current", "field.missing"), ("password", "field.missing"))
