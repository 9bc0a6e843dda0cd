"""Where flows meet: what one of them finds when another was there before it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.faults import meddling
from support.portal import (
    AT_HOME,
    BORIS,
    CLINIC,
    CONSENTS,
    MARGARITA,
    PASSWORD,
    Scene,
    codes,
    patient,
    scene_of,
    submitting,
)

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.domain.matching import ClinicCard
from registratura.flows.cabinet import BeginCabinet, Cabinet, OpenCabinet
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.errors import StartRefused, UnknownFlow
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.patient_card import AddRelative, Delete, PatientCard
from registratura.flows.registration import (
    ConfirmCard,
    ContactSupport,
    GoToGosuslugi,
    Registration,
    ReloadFromGosuslugi,
)
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, SignIn, SubmitPassword
from registratura.host import Caller


def kept(number: int) -> ClinicCard:
    """A card that a clinic keeps of Margarita."""
    return ClinicCard(ref=f"card {number}", name=MARGARITA.name, birth_date=MARGARITA.birth_date, snils=MARGARITA.snils)


@pytest.fixture
def ambiguous(make_scene: Callable[..., Scene]) -> Scene:
    """A portal whose clinics keep two cards that may be Margarita's."""
    return make_scene(clinic_cards=lambda identity: (kept(1), kept(2)))


def test_support_names_the_card_and_the_person_goes_on(ambiguous: Scene) -> None:
    """U19."""
    flow = ambiguous.at_card()
    assert flow.state == "ambiguous_card"
    told = [(row.kind, row.payload) for row in ambiguous.storage.effects()]
    assert told == [("AlarmAmbiguousCard", f'{{"flow":"{flow.id}"}}')], "an operator has to know of it"
    assert ambiguous.walk(flow.id, ContactSupport(), caller=AT_HOME).state == "ambiguous_card"
    view = ambiguous.portal.operator.resolve_ambiguity(flow.id, "card 2")
    assert (view.state, view.transition) == ("card_review", "ambiguous_card/ambiguity_resolved/card_review")
    card = ambiguous.portal.engine.record(view.screen.items["card"])
    assert card.data.clinic_card == "card 2"
    assert ambiguous.portal.verify(flow.id).sound


def test_of_two_registrations_that_wait_for_support_the_second_finds_the_account_of_the_first(
    ambiguous: Scene,
) -> None:
    one, two = ambiguous.at_card(), ambiguous.at_card()
    account = ambiguous.portal.operator.resolve_ambiguity(one.id, "card 1").account
    second = ambiguous.portal.operator.resolve_ambiguity(two.id, "card 2")
    assert (second.state, second.account) == ("already_registered", account)
    with ambiguous.storage.unit() as unit:
        assert len(unit.flows_of(account, "patient_card")) == 1
    assert ambiguous.portal.verify(two.id).sound


def test_a_clinic_that_has_left_reissues_nothing_and_the_old_code_stays(scene: Scene) -> None:
    code = scene.code()
    tools = scene.portal.engine.tools
    scene.portal.engine.tools = replace(tools, settings=replace(tools.settings, clinics={}))
    with pytest.raises(StartRefused, match=r"clinic\.unknown"):
        scene.portal.clinics.reissue_code(code.id)
    assert scene.state(code.id) == "issued"
    assert scene.events(code.id)[-1] == "issued/reissue/refused"
    scene.portal.engine.tools = tools
    assert scene.state(scene.portal.clinics.reissue_code(code.id).id) == "issued"
    assert scene.state(code.id) == "revoked"


def test_a_cabinet_left_on_the_screen_is_not_opened_for_who_has_signed_out(scene: Scene) -> None:
    caller = scene.registered()
    cabinet = scene.portal.start(Cabinet, BeginCabinet(), caller=caller)
    signed_out = Caller(session=caller.session)
    with pytest.raises(UnknownFlow):
        scene.portal.send(cabinet.id, OpenCabinet(), caller=signed_out)
    with pytest.raises(UnknownFlow):
        scene.portal.get(cabinet.id, caller=signed_out)
    assert scene.portal.get(cabinet.id, caller=caller).state == "closed"


def test_what_was_begun_without_a_session_is_the_hosts_alone(scene: Scene) -> None:
    """An id is no capability: nobody who learns it may go on with the flow."""
    flows = [scene.portal.start(Registration), scene.portal.start(Registration, caller=Caller(channel="mobile"))]
    for flow in flows:
        for stranger in (Caller(), Caller(session="another"), Caller(account="somebody")):
            with pytest.raises(UnknownFlow):
                scene.portal.get(flow.id, caller=stranger)
        assert scene.portal.get(flow.id).state == "region"


@pytest.mark.parametrize(
    "login",
    ["+7(900)1234567", "8 (900) 123-45-67", "+79001234567", "MARGARITA@example.org", " margarita@example.org "],
)
def test_the_login_is_known_however_it_is_written_here_and_at_gosuslugi(scene: Scene, login: str) -> None:
    """U59. Gosuslugi writes +7(900)1234567."""
    scene.registered()
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword())
    assert scene.walk(flow.id, SubmitPassword(login=login, password=PASSWORD)).state == "signed_in"


def test_a_card_deleted_meanwhile_is_made_anew_when_the_data_is_fetched_again(scene: Scene) -> None:
    flow = scene.at_card()
    caller = Caller(account=flow.account)
    child = scene.portal.start(PatientCard, relative(), caller=caller)
    old = flow.screen.items["card"]
    scene.walk(old, Delete(confirmed=True), caller=caller)
    refused = scene.portal.send(flow.id, ConfirmCard(), caller=AT_HOME)
    assert codes(refused) == ["not_possible_now"]
    scene.walk(flow.id, ReloadFromGosuslugi(), GoToGosuslugi(), caller=AT_HOME)
    again = scene.portal.gosuslugi.returned(flow.id, MARGARITA, "again")
    assert again.screen.items["card"] not in (old, child.id)
    assert scene.walk(flow.id, ConfirmCard(), caller=AT_HOME).state == "password_offer"
    assert scene.portal.verify(flow.id).sound


def relative() -> AddRelative:
    text = CONSENTS[Purpose.PERSONAL_DATA]
    fields = {FieldName.LAST_NAME: "Алексеева", FieldName.FIRST_NAME: "Дарья", FieldName.BIRTH_DATE: "2015-04-05",
              FieldName.GENDER: "F"}  # fmt: skip
    return AddRelative(fields=fields, text_version=text.version, text_sha256=text.sha256)


def test_another_person_at_gosuslugi_does_not_take_over_what_one_has_begun(scene: Scene) -> None:
    scene.registered(BORIS)
    flow = scene.at_card()
    scene.walk(flow.id, ReloadFromGosuslugi(), GoToGosuslugi(), caller=AT_HOME)
    view = scene.portal.gosuslugi.returned(flow.id, BORIS, "another")
    assert (codes(view), view.account) == (["gosuslugi.another_person"], flow.account)
    assert scene.portal.gosuslugi.returned(flow.id, MARGARITA, "the same").state == "card_review"


def test_an_answer_of_gosuslugi_serves_one_flow(scene: Scene) -> None:
    """U12."""
    one = scene.at_gosuslugi()
    other = scene.walk(scene.portal.start(SignIn).id, ChooseGosuslugi(), GoToGosuslugi())
    scene.portal.gosuslugi.returned(one.id, MARGARITA, "the answer")
    view = scene.portal.gosuslugi.returned(other.id, MARGARITA, "the answer")
    assert (codes(view), view.state) == (["gosuslugi.answer_used"], "gosuslugi.first_stage")


# ─── At once ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_consent_withdrawn_while_a_code_is_redeemed_takes_the_right_back(scene: Scene) -> None:
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()

    def attach(changes: Any) -> Any:
        scene.walk(flow.id, submitting(code.code), caller=caller)
        return changes

    with meddling(scene.storage, write=attach) as left:
        scene.portal.start(ConsentWithdrawal, caller=caller)
    assert not left
    assert scene.state(scene.flow_of(caller, "clinic_right")) == "withdrawn"


def test_of_eight_requests_for_a_code_by_sms_at_once_one_is_sent(scene: Scene) -> None:
    """U24: whoever asks in parallel sends nobody more messages."""
    event = SendOneTimeCode(phone="+79001234567", person="somebody")

    def ask(_: int) -> str:
        try:
            return scene.portal.start(OneTimeCode, event).state
        except StartRefused as refused:
            return refused.refusals[0].code

    with ThreadPoolExecutor(8) as pool:
        ends = sorted(pool.map(ask, range(8)))
    assert ends == [*["one_time_code.too_soon"] * 7, "sent"]
    assert len(scene.storage.effects()) == 1


def test_two_who_sign_in_at_once_after_the_card_was_deleted_make_one_card(scene: Scene) -> None:
    caller = scene.registered()
    own = scene.flow_of(caller, "patient_card")
    scene.portal.start(PatientCard, relative(), caller=caller)
    scene.walk(own, Delete(confirmed=True), caller=caller)
    one, other = (scene.walk(scene.portal.start(SignIn).id, ChooseGosuslugi(), GoToGosuslugi()).id for _ in range(2))

    def come_first(changes: Any) -> Any:
        scene.portal.gosuslugi.returned(other, MARGARITA, "other")
        return changes

    with meddling(scene.storage, write=come_first) as left:
        scene.portal.gosuslugi.returned(one, MARGARITA, "one")
    assert not left
    assert (scene.state(one), scene.state(other)) == ("signed_in", "signed_in")
    with scene.storage.unit() as unit:
        cards = [row.state for row in unit.flows_of(caller.account, "patient_card")]
    assert sorted(cards) == ["deleted", "unverified", "unverified"]


def test_a_host_names_only_the_limits_that_it_changes(tmp_path: Path) -> None:
    scene = scene_of("memory", tmp_path, attempts={"password": AttemptsPolicy(limit=2)})
    caller = scene.registered()
    assert scene.attached(caller).state == "attached"
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id
    ends = [scene.portal.send(flow, SubmitPassword(login="margarita@example.org", password="no")) for _ in range(2)]
    assert [end.state for end in ends] == ["password", "locked"]


def test_a_code_of_somebody_else_is_refused_in_the_common_words_and_its_clinic_is_warned(scene: Scene) -> None:
    """U45."""
    caller = scene.registered()
    code = scene.desk.issue(patient(BORIS))
    flow = scene.at_code_entry(caller)
    view = scene.portal.send(flow.id, submitting(code.code), caller=caller)
    unknown: Any = scene.portal.send(flow.id, submitting("00000000"), caller=caller)
    assert view.refusals == unknown.refusals
    scene.portal.run_due()
    assert (scene.desk.warnings, scene.state(code.id)) == ([code.id], "issued")
    assert CLINIC.title not in repr(view)
