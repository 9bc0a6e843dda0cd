"""Promise 9: consent is evidence. What text, when shown and pressed, by which button, over what; who, once known."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.portal import (
    AT_HOME,
    CONSENTS,
    MARGARITA,
    NOON,
    Scene,
    accepting,
    codes,
    scene_of,
    submitting,
    tables,
)

from registratura.domain.card import FieldName
from registratura.domain.consent import FIRST, ConsentEvidence, ConsentText, Purpose, evidence_hash, verify_chain
from registratura.flows.attachment import ChooseProfile, SubmitCode
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.errors import ConsentTextMissing
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.flows.registration import AcceptConsent, CloseConsent, DeclineConsent, Register, Retry
from registratura.host import Caller

PERSONAL, MEDICAL = CONSENTS[Purpose.PERSONAL_DATA], CONSENTS[Purpose.MEDICAL_DATA]
NEW = {purpose: ConsentText(purpose=purpose, version="2", text=f"Новое согласие: {purpose}") for purpose in Purpose}
MINUTE = timedelta(minutes=1)


def evidence(scene: Scene, flow_id: str) -> list[ConsentEvidence]:
    with scene.storage.unit() as unit:
        rows = unit.evidence(flow_id)
    entries = [ConsentEvidence.model_validate_json(row.entry) for row in rows]
    assert verify_chain([(entry, row.hash) for entry, row in zip(entries, rows, strict=True)]) is None
    return entries


def renew(scene: Scene) -> None:
    """New texts are in force, as after a new release of the host."""
    settings = replace(scene.portal.parts.settings, consents=NEW)
    scene.portal.engine.tools = replace(scene.portal.engine.tools, settings=settings)


def declining(text: ConsentText = PERSONAL) -> DeclineConsent:
    return DeclineConsent(text_version=text.version, text_sha256=text.sha256)


def test_an_acceptance_says_what_was_shown_when_it_was_pressed_and_by_which_button(scene: Scene) -> None:
    flow = scene.at_consent()
    scene.clock.turn(MINUTE)
    scene.walk(flow.id, accepting(), caller=AT_HOME)
    (entry,) = evidence(scene, flow.id)
    assert entry == ConsentEvidence(
        flow_id=flow.id,
        number=1,
        kind="accepted",
        purpose=Purpose.PERSONAL_DATA,
        text_version=PERSONAL.version,
        text_sha256=PERSONAL.sha256,
        shown_at=NOON,
        pressed_at=NOON + MINUTE,
        button="accept_consent",
        channel="web",
        previous=FIRST,
    )


def test_who_it_was_is_bound_to_it_once_known(scene: Scene) -> None:
    flow = scene.at_card()
    accepted, bound = evidence(scene, flow.id)
    assert (bound.kind, bound.account, bound.subject) == ("bound", flow.account, flow.account)
    assert (bound.text_version, bound.text_sha256) == (accepted.text_version, accepted.text_sha256)
    assert (bound.shown_at, bound.button) == (None, None)
    assert bound.previous == evidence_hash(accepted)
    assert scene.portal.verify(flow.id).sound


def test_it_is_bound_once_however_often_the_person_comes_back(scene: Scene) -> None:
    flow = scene.at_gosuslugi()
    untrusted = MARGARITA.model_copy(update={"trusted": False})
    assert scene.portal.gosuslugi.returned(flow.id, untrusted, "1").state == "unconfirmed_account"
    scene.walk(flow.id, Retry(), caller=AT_HOME)
    scene.portal.gosuslugi.returned(flow.id, MARGARITA, "2")
    assert [entry.kind for entry in evidence(scene, flow.id)] == ["accepted", "bound"]


def test_a_decline_leaves_a_record_without_a_person(scene: Scene) -> None:
    """R4, U4."""
    flow = scene.at_consent()
    before = tables(scene)
    declined = scene.walk(flow.id, declining(), caller=AT_HOME)
    (entry,) = evidence(scene, flow.id)
    assert (entry.kind, entry.account, entry.subject, entry.text_version) == ("declined", None, None, "1")
    assert (declined.account, declined.subject) == (None, None)
    assert scene.log(flow.id)[-1].sealed is None
    after = tables(scene)
    assert len(after["keys"]) == len(before["keys"])
    for table in ("claims", "effects", "attempts"):
        assert after[table] == before[table]


def test_a_window_closed_unanswered_leaves_no_evidence(scene: Scene) -> None:
    """U61."""
    flow = scene.at_consent()
    scene.walk(flow.id, CloseConsent(), caller=AT_HOME)
    assert evidence(scene, flow.id) == []


@pytest.mark.parametrize(
    "skewed",
    [
        {"text_version": "0"},
        {"text_sha256": "0" * 64},
        {"text_version": "", "text_sha256": ""},
        {"text_sha256": PERSONAL.sha256.upper()},
    ],
)
@pytest.mark.parametrize("kind", [AcceptConsent, DeclineConsent])
def test_an_answer_to_another_text_is_no_answer(scene: Scene, skewed: dict[str, str], kind: Any) -> None:
    """U3."""
    flow = scene.at_consent()
    event = kind(**{"text_version": PERSONAL.version, "text_sha256": PERSONAL.sha256, **skewed})
    view = scene.portal.send(flow.id, event, caller=AT_HOME)
    assert (codes(view), view.state) == (["consent.stale"], "consent")
    assert evidence(scene, flow.id) == []


def test_a_text_that_changed_meanwhile_is_shown_anew_and_counts_from_then(scene: Scene) -> None:
    flow = scene.at_consent()
    scene.clock.turn(MINUTE)
    renew(scene)
    stale = scene.portal.send(flow.id, accepting(), caller=AT_HOME)
    assert codes(stale) == ["consent.stale"]
    assert stale.screen.items["consent"] == NEW[Purpose.PERSONAL_DATA].text
    scene.clock.turn(MINUTE)
    scene.walk(flow.id, pressed(stale.screen.items), caller=AT_HOME)
    (entry,) = evidence(scene, flow.id)
    assert (entry.text_version, entry.shown_at, entry.pressed_at) == ("2", NOON + MINUTE, NOON + 2 * MINUTE)


def pressed(items: Any) -> AcceptConsent:
    return AcceptConsent(text_version=items["text_version"], text_sha256=items["text_sha256"])


def test_no_evidence_says_that_a_text_was_shown_before_it_was(scene: Scene) -> None:
    """The person reloads the page and reads the new text; when that was, nothing says, so it is shown once more."""
    flow = scene.at_consent()
    scene.clock.turn(MINUTE)
    renew(scene)
    page = scene.portal.get(flow.id, caller=AT_HOME).screen.items
    assert codes(scene.portal.send(flow.id, pressed(page), caller=AT_HOME)) == ["consent.stale"]
    scene.walk(flow.id, pressed(page), caller=AT_HOME)
    assert [entry.shown_at for entry in evidence(scene, flow.id)] == [NOON + MINUTE]


def test_the_same_holds_for_the_text_under_a_clinics_code(scene: Scene) -> None:
    """And an attempt that failed for the text alone is no failed guess."""
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()
    scene.clock.turn(MINUTE)
    renew(scene)
    text = NEW[Purpose.MEDICAL_DATA]
    event = SubmitCode(code=code.code, text_version=text.version, text_sha256=text.sha256)
    assert codes(scene.portal.send(flow.id, event, caller=caller)) == ["consent.stale"]
    assert scene.state(code.id) == "issued"
    assert scene.walk(flow.id, event, caller=caller).state == "attached"
    (entry,) = evidence(scene, flow.id)
    assert (entry.text_version, entry.shown_at, entry.purpose) == ("2", NOON + MINUTE, Purpose.MEDICAL_DATA)


def test_another_profile_is_shown_the_text_that_is_in_force_then(scene: Scene) -> None:
    caller = scene.registered()
    child = a_child(scene, caller)
    flow = scene.at_code_entry(caller)
    scene.clock.turn(MINUTE)
    renew(scene)
    scene.walk(flow.id, ChooseProfile(card=child), caller=caller)
    text = NEW[Purpose.MEDICAL_DATA]
    event = SubmitCode(code="00000000", text_version=text.version, text_sha256=text.sha256)
    assert codes(scene.portal.send(flow.id, event, caller=caller)) == ["code.not_accepted"]


def a_child(scene: Scene, caller: Caller) -> str:
    fields = {FieldName.LAST_NAME: "Алексеева", FieldName.FIRST_NAME: "Дарья", FieldName.BIRTH_DATE: "2015-04-05",
              FieldName.GENDER: "F"}  # fmt: skip
    event = AddRelative(fields=fields, text_version=PERSONAL.version, text_sha256=PERSONAL.sha256)
    return scene.portal.start(PatientCard, event, caller=caller).id


def test_a_representative_consents_for_a_child_and_the_evidence_says_so(scene: Scene) -> None:
    """U63."""
    caller = scene.registered()
    child = a_child(scene, caller)
    (entry,) = evidence(scene, child)
    assert (entry.kind, entry.account, entry.on_behalf) == ("accepted", caller.account, True)
    assert entry.subject == scene.portal.get(child).subject != caller.account


def test_a_code_has_its_own_consent_with_its_own_purpose(scene: Scene) -> None:
    """U51."""
    caller = scene.registered()
    attachment = scene.attached(caller)
    (entry,) = evidence(scene, attachment.id)
    assert (entry.purpose, entry.account, entry.button) == (Purpose.MEDICAL_DATA, caller.account, "submit_code")


def test_a_withdrawal_is_evidence_of_the_text_that_was_accepted(scene: Scene) -> None:
    caller = scene.registered()
    withdrawal = scene.portal.start(ConsentWithdrawal, caller=caller)
    (entry,) = evidence(scene, withdrawal.id)
    assert (entry.kind, entry.text_version, entry.account) == ("withdrawn", "1", caller.account)


def test_after_a_withdrawal_no_clinic_gets_a_right_by_a_window_that_was_open(scene: Scene) -> None:
    """U40: processing stops at once."""
    caller = scene.registered()
    flow, code = scene.at_code_entry(caller), scene.code()
    scene.portal.start(ConsentWithdrawal, caller=caller)
    view = scene.portal.send(flow.id, submitting(code.code), caller=caller)
    assert codes(view) == ["consent.withdrawn"]
    assert scene.state(code.id) == "issued"


def test_a_repeated_press_is_one_consent(scene: Scene) -> None:
    flow = scene.at_consent()
    for _ in range(3):
        scene.portal.send(flow.id, accepting(), caller=AT_HOME, idempotency_key="press")
    assert len(evidence(scene, flow.id)) == 1


def test_evidence_is_signed_with_a_key_outside_the_database(scene: Scene) -> None:
    flow = scene.walk(scene.at_consent().id, accepting(), caller=AT_HOME)
    with scene.storage.unit() as unit:
        (row,) = unit.evidence(flow.id)
    assert row.signature == scene.portal.engine.tools.keys.sign(row.hash)
    assert json.loads(scene.log(flow.id)[-1].outcome)["evidence"] == [row.hash]


def test_another_channel_is_named(scene: Scene) -> None:
    caller = Caller(channel="mobile", session="a telephone")
    flow = scene.at_consent(caller)
    scene.walk(flow.id, accepting(), caller=caller)
    assert [entry.channel for entry in evidence(scene, flow.id)] == ["mobile"]


def test_a_text_that_is_not_there_is_an_error_and_writes_nothing(tmp_path: Path) -> None:
    scene = scene_of("memory", tmp_path)
    caller = scene.registered()
    flow, window = scene.walk(scene.at_consent().id, CloseConsent(), caller=AT_HOME), scene.at_code_entry(caller)
    scene.portal.engine.tools = replace(
        scene.portal.engine.tools, settings=replace(scene.portal.parts.settings, consents={})
    )
    before = tables(scene)
    for use in (
        lambda: scene.portal.send(flow.id, Register(), caller=AT_HOME),
        lambda: scene.portal.send(window.id, submitting("00000000"), caller=caller),
        lambda: scene.portal.get(window.id, caller=caller),
        lambda: scene.portal.start(ConsentWithdrawal, caller=caller),
        lambda: scene.at_code_entry(caller),
    ):
        with pytest.raises(ConsentTextMissing, match=r"There is no consent text for '(personal|medical)_data'"):
            use()
    after = tables(scene)
    # A guess was counted first; and the cabinet in which a window could not be opened was.
    for table in ("claims", "evidence", "effects"):
        assert after[table] == before[table]
