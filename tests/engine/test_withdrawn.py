"""Between a withdrawal and its act nothing new is taken; a later consent counts where the law kept something (U40)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from support.leaving import AFRESH, signed_in, withdrawn
from support.portal import AT_HOME, MARGARITA, PASSWORD, Scene, codes

from registratura.domain.card import FieldName
from registratura.domain.consent import ConsentText, Purpose
from registratura.flows.attachment import Attachment, BeginAttachment, Entry
from registratura.flows.errors import StartRefused
from registratura.flows.patient_card import Edit, TakeNew
from registratura.flows.portal_password import SetPassword
from registratura.flows.registration import GoToGosuslugi, Registration, ReloadFromGosuslugi
from registratura.flows.sign_in import ChooseGosuslugi
from registratura.host import Caller

MOVED = MARGARITA.model_copy(update={"email": "new@example.org"})


def test_signing_in_after_a_withdrawal_brings_nothing_new(scene: Scene) -> None:
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    withdrawn(scene, caller)
    flow = signed_in(scene, ChooseGosuslugi(), GoToGosuslugi())
    assert scene.portal.gosuslugi.returned(flow.id, MOVED, "an answer").state == "signed_in"
    assert scene.state(card) == "confirmed"
    assert "gosuslugi_data_changed" not in " ".join(scene.events(card))


def test_new_data_that_waits_is_not_taken_after_a_withdrawal(scene: Scene) -> None:
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    flow = signed_in(scene, ChooseGosuslugi(), GoToGosuslugi())
    scene.portal.gosuslugi.returned(flow.id, MOVED, "an answer")
    withdrawn(scene, caller)
    assert codes(scene.portal.send(card, TakeNew(), caller=caller)) == ["consent.withdrawn"]
    assert scene.state(card) == "differs"


def test_a_registration_under_way_fetches_nothing_after_a_withdrawal(scene: Scene) -> None:
    view = scene.at_card()
    caller = Caller(session=AT_HOME.session, account=view.account)
    scene.walk(view.id, ReloadFromGosuslugi(), GoToGosuslugi(), caller=caller)
    withdrawn(scene, caller)
    assert codes(scene.portal.gosuslugi.returned(view.id, MOVED, "another")) == ["consent.withdrawn"]


def test_what_the_law_keeps_takes_nothing_new_until_there_is_a_new_consent(scene: Scene) -> None:
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    scene.portal.operator.law_obliges_to_keep(withdrawn(scene, caller), "323-ФЗ")
    edit = Edit(changes={FieldName.POLICY: "7455310895000014"}, revision=1)
    assert codes(scene.portal.send(card, edit, caller=caller)) == ["consent.withdrawn"]
    scene.clock.turn(timedelta(minutes=1))
    view = scene.at_card(caller=AFRESH)
    assert (view.state, view.account) == ("already_registered", caller.account)
    assert codes(scene.portal.send(card, edit, caller=caller)) == ["card.field_verified"], "it is judged again"
    assert scene.state(withdrawn(scene, caller)) == "requested"


def test_a_registration_that_was_only_begun_is_no_new_consent(scene: Scene) -> None:
    caller = scene.registered()
    card, password = scene.flow_of(caller, "patient_card"), scene.flow_of(caller, "portal_password")
    scene.portal.operator.law_obliges_to_keep(withdrawn(scene, caller), "323-ФЗ")
    scene.clock.turn(timedelta(minutes=1))
    assert scene.at_consent(caller).account == caller.account
    edit = Edit(changes={FieldName.POLICY: "7455310895000014"}, revision=1)
    assert codes(scene.portal.send(card, edit, caller=caller)) == ["consent.withdrawn"]
    setting = SetPassword(password=PASSWORD, repeat=PASSWORD)
    assert "consent.withdrawn" in codes(scene.portal.send(password, setting, caller=caller))
    with pytest.raises(StartRefused, match=r"consent\.withdrawn"):
        scene.portal.start(Attachment, BeginAttachment(entry=Entry.HEALTH_HINT), caller=caller)


@pytest.mark.parametrize("far", ["begun", "read"])
def test_who_has_begun_a_registration_and_accepted_nothing_can_withdraw(scene: Scene, far: str) -> None:
    """What is withdrawn is what they had accepted, not the text that they last looked at."""
    caller = scene.registered()
    old = scene.portal.parts.settings.consents[Purpose.PERSONAL_DATA]
    new = ConsentText(purpose=Purpose.PERSONAL_DATA, version="2", text="Согласие: новое")
    scene.clock.turn(timedelta(minutes=1))
    tools = scene.portal.engine.tools
    settings = replace(tools.settings, consents={**tools.settings.consents, Purpose.PERSONAL_DATA: new})
    scene.portal.engine.tools = replace(tools, settings=settings)
    if far == "begun":
        scene.portal.start(Registration, caller=caller)
    else:
        scene.at_consent(caller)
    with scene.storage.unit() as unit:
        (row,) = unit.evidence(withdrawn(scene, caller))
    entry = json.loads(row.entry)
    assert (entry["text_version"], entry["text_sha256"]) == (old.version, old.sha256)


def test_consent_is_not_withdrawn_twice(scene: Scene) -> None:
    caller = scene.registered()
    withdrawn(scene, caller)
    scene.clock.turn(timedelta(minutes=1))
    assert scene.at_card(caller=AFRESH).flow == Registration.name
    with pytest.raises(StartRefused, match=r"consent\.withdrawn"):
        withdrawn(scene, caller)
