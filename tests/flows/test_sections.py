"""What the sections of the cabinet show: all of it, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.cabinet import (
    BUTTON,
    DARYA,
    MARGARITA,
    PERSONAL,
    PLUS,
    TO_ADD,
    attach_child,
    cabinet,
    left,
    own,
    relative,
    section,
)
from support.portal import (
    CHEST_XRAY,
    NOON,
    PASSWORD,
    Scene,
)

from registratura.flows.cabinet import (
    AddClinic,
    AskHowTo,
    CloseCabinet,
    OpenCabinet,
    OpenSection,
    Section,
)
from registratura.flows.clinic_right import Withdraw
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.patient_card import Delete
from registratura.flows.portal_password import SetPassword
from registratura.host import Caller

# ─── The sections of the cabinet ─────────────────────────────────────────────────────────────────────────────────────


def test_health_offers_the_code_until_a_clinic_is_attached(scene: Scene, caller: Caller) -> None:
    assert section(scene, caller, "health") == {"person": MARGARITA, "hint": True, "hidden": (PLUS,)}
    scene.attached(caller)
    attached = {"person": MARGARITA, "hint": False, "hidden": (PLUS, BUTTON)}
    assert section(scene, caller, "health") == attached
    scene.walk(scene.flow_of(caller, "clinic_right"), Withdraw(), caller=caller)
    assert section(scene, caller, "health") == {"person": MARGARITA, "hint": True, "hidden": (PLUS,)}


@pytest.mark.parametrize("name", ["messages", "medicines", "menu"])
def test_a_section_without_content_shows_whose_cabinet_it_is(scene: Scene, caller: Caller, name: str) -> None:
    relative(scene, caller)
    assert section(scene, caller, name) == {"person": MARGARITA}


def test_who_has_deleted_the_own_card_is_not_named(scene: Scene, caller: Caller) -> None:
    relative(scene, caller)
    scene.walk(own(scene, caller), Delete(confirmed=True), caller=caller)
    assert section(scene, caller, "menu") == {"person": ""}


def test_clinics_are_those_added_on_any_device_and_those_attached(scene: Scene, caller: Caller) -> None:
    nothing = {"hidden": (PLUS,), "clinics": {}, "to_add": TO_ADD}
    assert section(scene, caller, "clinics") == nothing
    cabinet(scene, caller, OpenSection(section=Section.CLINICS), AddClinic(clinic="volga"))
    scene.attached(caller)
    listed = {
        "volga": {"title": "Волжская клиника", "attached": False},
        "ural": {"title": "Уральская клиника", "attached": True},
    }
    shown = section(scene, caller, "clinics")
    assert shown == {**nothing, "clinics": listed}
    assert list(shown["clinics"]) == ["volga", "ural"]
    left(scene)
    assert section(scene, caller, "clinics") == {**nothing, "clinics": {}, "to_add": {}}


def test_the_advice_is_put_away_by_going_elsewhere(scene: Scene, caller: Caller) -> None:
    view = cabinet(scene, caller, OpenSection(section=Section.CLINICS), AskHowTo())
    assert view.screen.items["notice"] == "how_to_get_the_record"
    view = scene.walk(view.id, OpenSection(section=Section.CLINICS), caller=caller)
    assert "notice" not in view.screen.items
    view = scene.walk(
        view.id, AskHowTo(), CloseCabinet(), OpenCabinet(), OpenSection(section=Section.CLINICS), caller=caller
    )
    assert "notice" not in view.screen.items


@pytest.mark.parametrize("name", ["settings", "password"])
def test_settings_show_the_login_and_whether_there_is_a_password(scene: Scene, name: str) -> None:
    flow = scene.at_card()
    caller = Caller(session="a new one", account=flow.account)
    password = scene.flow_of(caller, "portal_password")
    login = "+7 (900) 123-45-67, Margarita@example.org"
    shown = {"person": MARGARITA, "login": login, "password": password, "password_set": False}
    assert section(scene, caller, name) == shown
    scene.walk(password, SetPassword(password=PASSWORD, repeat=PASSWORD), caller=caller)
    assert section(scene, caller, name) == {**shown, "password_set": True}


def test_an_account_that_only_the_host_knows_has_nothing_to_show(scene: Scene) -> None:
    caller = Caller(account="known to the host alone")
    assert section(scene, caller, "settings") == {"person": ""}
    assert section(scene, caller, "record") == {"documents": []}


def test_settings_tell_what_became_of_a_withdrawn_consent(scene: Scene, caller: Caller) -> None:
    withdrawal = scene.portal.start(ConsentWithdrawal, caller=caller)
    shown = section(scene, caller, "settings")
    told = {name: shown.get(name) for name in ("notice", "withdrawn", "until", "password_set")}
    assert told == {
        "notice": "consent_withdrawn",
        "withdrawn": "02.03.2026",
        "until": "01.04.2026",
        "password_set": False,
    }
    scene.clock.turn(timedelta(days=1))
    scene.portal.operator.law_obliges_to_keep(withdrawal.id, "323-ФЗ")
    shown = section(scene, caller, "settings")
    told = {name: shown.get(name) for name in ("notice", "withdrawn", "until")}
    assert told == {"notice": "consent_was_withdrawn", "withdrawn": "02.03.2026", "until": None}


@pytest.mark.parametrize(("channel", "hidden"), [("web", (PLUS,)), ("mobile", ())])
def test_clinics_rights_offer_the_plus_on_the_telephone_only(
    scene: Scene, caller: Caller, channel: str, hidden: Any
) -> None:
    shown = section(scene, caller, "clinic_rights", channel=channel)
    assert shown == {"rights": {}, "channel": channel, "hidden": hidden}


def test_of_each_clinic_and_card_there_is_one_right_with_all_that_came(scene: Scene, caller: Caller) -> None:
    """U64–U66: a right that was withdrawn and given again is one line, and the child's is another."""
    first = scene.attached(caller).screen.items["right"]
    scene.portal.clinics.deliver(first, "1", CHEST_XRAY)
    scene.clock.turn(timedelta(days=1))
    scene.walk(first, Withdraw(), caller=caller)
    scene.clock.turn(timedelta(days=1))
    second = scene.attached(caller).screen.items["right"]
    for name in ("2", "3"):
        scene.portal.clinics.deliver(second, name, CHEST_XRAY)
    child = relative(scene, caller)
    third = attach_child(scene, caller, child)
    line = {"clinic": "Уральская клиника", "state": "granted", "since": "04.03.2026"}
    hers = {"card": own(scene, caller), "person": MARGARITA, "withdrawn": ("03.03.2026",), "delivered": 3}
    childs = {"card": child, "person": DARYA, "withdrawn": (), "delivered": 0}
    assert section(scene, caller, "clinic_rights")["rights"] == {second: {**line, **hers}, third: {**line, **childs}}
    scene.portal.clinics.suspend(second)
    left(scene)
    rights = section(scene, caller, "clinic_rights")["rights"]
    assert (rights[second]["state"], rights[second]["clinic"]) == ("suspended", "ural")


def test_a_right_that_is_alive_is_the_one_that_counts_though_another_was_withdrawn_later(
    scene: Scene, caller: Caller
) -> None:
    alive = scene.attached(caller).screen.items["right"]
    scene.portal.clinics.suspend(alive)
    assert list(section(scene, caller, "clinic_rights")["rights"]) == [alive]
    scene.walk(alive, Withdraw(), caller=caller)
    rights = section(scene, caller, "clinic_rights")["rights"]
    assert [(id, right["state"]) for id, right in rights.items()] == [(alive, "withdrawn")]


def test_the_medical_record_shows_every_document_with_its_clinic_and_person(scene: Scene, caller: Caller) -> None:
    right = scene.attached(caller).screen.items["right"]
    assert section(scene, caller, "record") == {"notice": "nothing_delivered", "documents": []}
    scene.portal.clinics.deliver(right, "1", CHEST_XRAY)
    scene.clock.turn(timedelta(days=1))
    child = relative(scene, caller)
    childs = attach_child(scene, caller, child)
    scene.portal.clinics.deliver(childs, "2", CHEST_XRAY)
    entry = {"clinic": "Уральская клиника", **CHEST_XRAY.model_dump(mode="json")}
    hers = {**entry, "card": own(scene, caller), "person": MARGARITA, "at": NOON}
    of_child = {**entry, "card": child, "person": DARYA, "at": NOON + timedelta(days=1)}
    assert section(scene, caller, "record") == {"documents": [hers, of_child]}
    scene.walk(right, Withdraw(), caller=caller)
    assert section(scene, caller, "record") == {"documents": [hers, of_child]}, "what came stays"


@pytest.mark.parametrize("end", ["withdrawn", "suspended"])
def test_nobody_waits_for_documents_of_a_right_that_does_not_hold(scene: Scene, caller: Caller, end: str) -> None:
    right = scene.attached(caller).screen.items["right"]
    if end == "withdrawn":
        scene.walk(right, Withdraw(), caller=caller)
    else:
        scene.portal.clinics.suspend(right)
    assert section(scene, caller, "record") == {"documents": []}


def test_the_record_of_a_child_who_came_of_age_is_shown_no_more(scene: Scene, caller: Caller) -> None:
    child = relative(scene, caller)
    right = attach_child(scene, caller, child)
    scene.portal.clinics.deliver(right, "1", CHEST_XRAY)
    scene.clock.turn(timedelta(days=366 * 8))
    scene.portal.run_due()
    assert section(scene, caller, "record") == {"documents": []}
    assert section(scene, caller, "clinic_rights")["rights"] == {}


def test_the_cards_are_shown_with_the_text_that_adding_a_relatives_agrees_to(scene: Scene, caller: Caller) -> None:
    card, child = own(scene, caller), relative(scene, caller)
    shown = section(scene, caller, "cards")
    assert {id: (one["state"], one["relative"]) for id, one in shown.pop("cards").items()} == {
        card: ("confirmed", False),
        child: ("unverified", True),
    }
    assert shown == {"consent": PERSONAL.text, "text_version": "1", "text_sha256": PERSONAL.sha256}
