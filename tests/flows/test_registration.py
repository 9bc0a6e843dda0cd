"""Registration: what is shown, what is kept, and what a consent says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from support.cabinet import own, relative
from support.faults import meddling
from support.people import identity
from support.portal import AT_HOME, CONSENTS, MARGARITA, PASSWORD, Scene, accepting, codes

from registratura.domain.card import FieldName
from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.matching import ClinicCard
from registratura.flows.common import Cancel
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.gosuslugi import Retry
from registratura.flows.patient_card import Delete
from registratura.flows.registration import (
    AcceptConsent,
    ChooseRegion,
    ConfirmCard,
    ConfirmLater,
    CorrectCard,
    DeclineConsent,
    GoToGosuslugi,
    Register,
    Registration,
    ReloadFromGosuslugi,
    SetPassword,
)
from registratura.flows.rows import Changes
from registratura.flows.sign_in import ChooseGosuslugi, SignIn
from registratura.host import Caller

TEXT = CONSENTS[Purpose.PERSONAL_DATA]


def test_the_regions_stand_in_the_order_of_the_alphabet_and_only_those_served(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(served_regions=["77", "02", "74"])
    flow = scene.portal.start(Registration, caller=AT_HOME)
    assert list(flow.screen.items["regions"].items()) == [
        ("77", "Москва"),
        ("02", "Республика Башкортостан"),
        ("74", "Челябинская область"),
    ]
    refused = scene.portal.send(flow.id, ChooseRegion(region="63"), caller=AT_HOME)
    assert refused.state == "region"
    chosen = scene.walk(flow.id, ChooseRegion(region="74"), caller=AT_HOME)
    assert chosen.screen.items == {"region": "Челябинская область"}


def test_the_consent_is_shown_with_the_version_that_is_agreed_to(scene: Scene) -> None:
    flow = scene.at_consent()
    shown = {"consent": TEXT.text, "text_version": "1", "text_sha256": TEXT.sha256}
    assert flow.screen.items == shown
    data = scene.portal.engine.record(flow.id).data
    assert (data.text_version, data.text_sha256, data.shown_at) == ("1", TEXT.sha256, scene.clock.now)


@pytest.mark.parametrize("answer", [AcceptConsent, DeclineConsent])
def test_an_answer_to_a_text_that_is_no_more_is_none_and_the_new_one_is_shown(
    make_scene: Callable[..., Scene], answer: type[AcceptConsent | DeclineConsent]
) -> None:
    """U3."""
    texts = dict(CONSENTS)
    scene = make_scene(consents=texts)
    flow = scene.at_consent()
    new = ConsentText(purpose=Purpose.PERSONAL_DATA, version="2", text="Новый текст")
    texts[Purpose.PERSONAL_DATA] = new
    scene.clock.turn(timedelta(minutes=1))
    event = answer(text_version="2", text_sha256=new.sha256)
    view = scene.portal.send(flow.id, event, caller=AT_HOME)
    assert [(refusal.code, dict(refusal.params)) for refusal in view.refusals] == [("consent.stale", {"version": "2"})]
    data = scene.portal.engine.record(flow.id).data
    assert (data.text_version, data.text_sha256, data.shown_at) == ("2", new.sha256, scene.clock.now)
    assert scene.walk(flow.id, event, caller=AT_HOME).state in ("gosuslugi.entry", "declined")


@pytest.mark.parametrize("verifying", [True, False])
def test_an_unconfirmed_account_is_told_what_it_lacks(scene: Scene, verifying: bool) -> None:
    """U14."""
    flow = scene.at_gosuslugi()
    view = scene.portal.gosuslugi.returned(flow.id, identity(trusted=False, verifying=verifying), "1")
    notice = "account_verifying" if verifying else "account_unconfirmed"
    assert (view.state, view.account, view.screen.items) == ("unconfirmed_account", None, {"notice": notice})
    scene.walk(flow.id, Retry(), GoToGosuslugi(), caller=AT_HOME)
    assert scene.portal.gosuslugi.returned(flow.id, MARGARITA, "2").state == "card_review"


def test_what_is_corrected_and_confirmed_here_is_the_card(scene: Scene) -> None:
    flow = scene.at_card(identity(policy=None))
    card = own(scene, Caller(account=flow.account))
    assert (flow.screen.items["card"], flow.screen.items["revision"]) == (card, 1)
    stale = CorrectCard(changes={FieldName.POLICY: "7455310895000014"}, revision=5)
    assert codes(scene.portal.send(flow.id, stale, caller=AT_HOME)) == ["card.stale"]
    correct = CorrectCard(changes={FieldName.POLICY: "7455310895000014"}, revision=1)
    view = scene.walk(flow.id, correct, caller=AT_HOME)
    assert view.screen.items["fields"]["policy"]["value"] == "7455310895000014"
    assert scene.walk(flow.id, ConfirmCard(), caller=AT_HOME).state == "password_offer"
    assert scene.state(card) == "confirmed"
    weak = scene.portal.send(flow.id, SetPassword(password="1", repeat="1"), caller=AT_HOME)
    assert weak.state == "password_offer"
    assert scene.walk(flow.id, SetPassword(password=PASSWORD, repeat=PASSWORD), caller=AT_HOME).state == "registered"
    assert scene.state(scene.flow_of(Caller(account=flow.account), "portal_password")) == "present"


def test_who_leaves_before_anybody_knows_them_leaves_nothing_and_later_the_account_stays(scene: Scene) -> None:
    before = scene.walk(scene.at_consent().id, accepting(), Cancel(), caller=AT_HOME)
    assert (before.state, before.account, before.screen.items) == ("cancelled", None, {})
    after = scene.walk(scene.at_card().id, Cancel(), caller=AT_HOME)
    assert (after.state, after.screen.items) == ("cancelled", {"notice": "account_stays"})


@pytest.mark.parametrize(("far", "end"), [(False, "expired"), (True, "registered")])
def test_who_has_an_account_is_registered_when_the_time_is_over(scene: Scene, far: bool, end: str) -> None:
    """U60."""
    flow = scene.at_card() if far else scene.at_gosuslugi()
    if far:
        scene.walk(flow.id, ReloadFromGosuslugi(), GoToGosuslugi(), caller=AT_HOME)
    scene.clock.turn(timedelta(hours=24))
    assert scene.state(flow.id) == end


def test_who_was_here_before_is_signed_in_and_their_consent_bound(scene: Scene) -> None:
    """U18."""
    caller = scene.registered()
    flow = scene.at_card()
    assert (flow.state, flow.account, flow.subject) == ("already_registered", caller.account, caller.account)
    with scene.storage.unit() as unit:
        kinds = [row.entry for row in unit.evidence(flow.id)]
    assert [f'"kind":"{kind}"' in entry for kind, entry in zip(("accepted", "bound"), kinds, strict=True)] == [True] * 2
    assert f'"subject":"{caller.account}"' in kinds[1]
    data = scene.portal.engine.record(flow.id).data
    assert (data.card, data.password) == (own(scene, caller), scene.flow_of(caller, "portal_password"))


def test_who_is_registered_while_support_looks_for_the_card_gets_what_is_new_into_the_card_they_have(
    make_scene: Callable[..., Scene],
) -> None:
    """U18, U19, U20."""
    found: list[ClinicCard] = []
    scene = make_scene(clinic_cards=lambda person: tuple(found))
    renamed = identity(name={"last": "Новикова", "first": "Маргарита", "middle": "Викторовна"})
    found += [ClinicCard(ref=f"card {n}", name=renamed.name, birth_date=renamed.birth_date) for n in (1, 2)]
    waiting = scene.at_card(renamed)
    assert waiting.state == "ambiguous_card"
    found.clear()
    caller = scene.registered()
    flow = scene.portal.operator.resolve_ambiguity(waiting.id, "card 1")
    assert (flow.state, flow.account) == ("already_registered", caller.account)
    assert scene.portal.get(own(scene, caller)).screen.items["differs"] == ("last_name",)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_card_that_was_deleted_is_fetched_again_and_stands_in_the_cabinet(scene: Scene, at_once: bool) -> None:
    """U37. Of two windows that do so at once, one does it."""
    flow = scene.at_card()
    caller = Caller(session=AT_HOME.session, account=flow.account)
    relative(scene, caller)
    scene.walk(own(scene, caller), Delete(confirmed=True), caller=caller)
    scene.walk(flow.id, ReloadFromGosuslugi(), GoToGosuslugi(), caller=caller)
    elsewhere = scene.walk(scene.portal.start(SignIn).id, ChooseGosuslugi(), GoToGosuslugi()).id

    def come_first(changes: Changes) -> Changes:
        if at_once:
            scene.portal.gosuslugi.returned(elsewhere, MARGARITA, "elsewhere")
        return changes

    with meddling(scene.storage, write=come_first) as left:
        again = scene.portal.gosuslugi.returned(flow.id, MARGARITA, "again")
    assert not left
    assert (again.state, again.screen.items["revision"]) == ("card_review", 1)
    with scene.storage.unit() as unit:
        rows = unit.flows_of(flow.account, "patient_card")
    assert again.screen.items["card"] in [row.id for row in rows]
    assert sorted(scene.state(row.id) for row in rows) == ["deleted", "unverified", "unverified"]


def test_after_a_withdrawal_of_the_consent_nothing_more_is_fetched(scene: Scene) -> None:
    """U40."""
    flow = scene.at_card()
    caller = Caller(session=AT_HOME.session, account=flow.account)
    scene.walk(flow.id, ReloadFromGosuslugi(), GoToGosuslugi(), caller=caller)
    scene.portal.start(ConsentWithdrawal, caller=caller)
    assert codes(scene.portal.gosuslugi.returned(flow.id, MARGARITA, "again")) == ["consent.withdrawn"]


def test_the_card_may_wait(scene: Scene) -> None:
    flow = scene.walk(scene.at_card().id, ConfirmLater(), caller=AT_HOME)
    assert (flow.state, scene.state(own(scene, Caller(account=flow.account)))) == ("password_offer", "unverified")


def test_going_on_to_register_is_needed_before_there_is_a_text_to_agree_to(scene: Scene) -> None:
    flow = scene.portal.start(Registration, caller=AT_HOME)
    view = scene.walk(flow.id, ChooseRegion(region="74"), caller=AT_HOME)
    assert "accept_consent" not in [action.name for action in view.actions]
    assert scene.walk(flow.id, Register(), caller=AT_HOME).state == "consent"
