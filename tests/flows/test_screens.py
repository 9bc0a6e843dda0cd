"""What the window for a code, a clinic's right and the password show: all of it, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from support.cabinet import (
    DARYA,
    MARGARITA,
    MEDICAL,
    left,
    own,
    relative,
    section,
)
from support.people import identity
from support.portal import (
    CHEST_XRAY,
    Scene,
)

from registratura.flows.attachment import ChooseProfile
from registratura.flows.clinic_right import Withdraw
from registratura.flows.patient_card import Delete
from registratura.host import Caller

# ─── The window for the code ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_window_for_the_code_shows_for_whom_it_is_and_what_is_agreed_to(scene: Scene, caller: Caller) -> None:
    card = scene.flow_of(caller, "patient_card")
    shown = {
        "person": MARGARITA,
        "birth_date": "12.08.2000",
        "consent": MEDICAL.text,
        "text_version": MEDICAL.version,
        "text_sha256": MEDICAL.sha256,
        "channel": "web",
    }
    flow = scene.at_code_entry(caller)
    assert flow.screen.items == {**shown, "hidden": ("choose_profile",), "profiles": {card: MARGARITA}}
    child = relative(scene, caller)
    view = scene.walk(flow.id, ChooseProfile(card=child), caller=caller)
    profiles = {"hidden": (), "profiles": {card: MARGARITA, child: DARYA}}
    assert view.screen.items == {**shown, **profiles, "person": DARYA, "birth_date": "05.04.2015"}


def test_of_a_card_that_was_deleted_meanwhile_the_window_shows_nothing(scene: Scene, caller: Caller) -> None:
    flow, child = scene.at_code_entry(caller), relative(scene, caller)
    scene.walk(own(scene, caller), Delete(confirmed=True), caller=caller)
    items = scene.portal.get(flow.id).screen.items
    assert (items["person"], items["birth_date"], items["profiles"]) == ("", "", {child: DARYA})


def test_who_is_attached_sees_the_clinic_by_its_name_and_one_that_has_left_by_its_id(
    scene: Scene, caller: Caller
) -> None:
    flow = scene.attached(caller)
    right = scene.flow_of(caller, "clinic_right")
    assert flow.screen.items == {"clinic": "Уральская клиника", "right": right}
    left(scene)
    assert scene.portal.get(flow.id).screen.items == {"clinic": "ural", "right": right}


# ─── A clinic's right ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_right_shows_its_clinic_its_days_and_what_came(scene: Scene, caller: Caller) -> None:
    right = scene.attached(caller).screen.items["right"]
    shown = {"clinic": "Уральская клиника", "delivered": 0, "since": "02.03.2026", "withdrawn": ""}
    assert scene.portal.get(right).screen.items == {**shown, "notice": "nothing_delivered"}
    assert scene.portal.clinics.suspend(right).screen.items == shown
    scene.portal.clinics.resume(right)
    scene.portal.clinics.deliver(right, "1", CHEST_XRAY)
    assert scene.portal.clinics.deliver(right, "2", CHEST_XRAY).screen.items == {**shown, "delivered": 2}
    scene.clock.turn(timedelta(days=1))
    gone = {**shown, "delivered": 2, "withdrawn": "03.03.2026"}
    assert scene.walk(right, Withdraw(), caller=caller).screen.items == gone


# ─── The password ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_password_shows_the_logins_as_people_write_them(scene: Scene, caller: Caller) -> None:
    password = scene.flow_of(caller, "portal_password")
    assert scene.portal.get(password).screen.items == {
        "phone": "+7 (900) 123-45-67",
        "email": "Margarita@example.org",
    }


def test_who_has_given_no_contacts_has_no_logins(scene: Scene) -> None:
    flow = scene.at_card(identity(phone=None, email=None))
    caller = Caller(session="a new one", account=flow.account)
    password = scene.flow_of(caller, "portal_password")
    assert scene.portal.get(password).screen.items == {"phone": "", "email": ""}
    assert section(scene, caller, "settings")["login"] == ""
