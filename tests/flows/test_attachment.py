"""Attachment: whose card, which code, and what a guess costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support.cabinet import attach_child, own, relative
from support.portal import BORIS, CHEST_XRAY, CONSENTS, OTHER_CLINIC, Scene, codes, patient, submitting

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.clinics import Clinic
from registratura.domain.consent import ConsentText, Purpose
from registratura.flows.attachment import Attachment, BeginAttachment, ChooseProfile, Entry, SubmitCode
from registratura.flows.attachment_code import AttachmentCode, Issue
from registratura.flows.clinic_right import Withdraw
from registratura.flows.errors import InvalidPayload, StartRefused
from registratura.flows.event import Origin
from registratura.host import Caller
from registratura.host.standins import StandInClinicDesk

WRONG = submitting("00000000")
THREE = AttemptsPolicy(limit=3)


def window(scene: Scene, caller: Caller, card: str | None = None, **given: Any) -> Any:
    begin = BeginAttachment(entry=given.pop("entry", Entry.CLINICS), card=card, **given)
    return scene.portal.start(Attachment, begin, caller=caller)


# ─── Whose card ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_card_the_window_is_for_the_accounts_owner_and_with_one_for_that(
    scene: Scene, caller: Caller
) -> None:
    child = relative(scene, caller)
    record = scene.portal.engine.record
    assert record(window(scene, caller).id).data.card == own(scene, caller)
    assert record(window(scene, caller, child).id).data.card == child


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"card": "somebody else's"}, "card.unknown"),
        ({"entry": Entry.CLINIC_RIGHTS_PLUS}, "entry.mobile_only"),
        ({"entry": Entry.CLINIC_RIGHTS_PLUS, "card": "nobody's", "channel": "mobile"}, "card.unknown"),
    ],
)
def test_why_the_window_is_not_opened(scene: Scene, caller: Caller, given: Any, why: str) -> None:
    with pytest.raises(StartRefused) as caught:
        window(scene, caller, **given)
    assert [refusal.code for refusal in caught.value.refusals] == [why]


def test_who_is_not_signed_in_opens_none_and_goes_on_with_none(scene: Scene, caller: Caller) -> None:
    with pytest.raises(StartRefused) as caught:
        window(scene, Caller(session="x"))
    assert [refusal.code for refusal in caught.value.refusals] == ["sign_in_required"]
    flow, signed_out = window(scene, caller), Caller(session=caller.session)
    for event in (ChooseProfile(card=own(scene, caller)), WRONG):
        assert codes(scene.portal.send(flow.id, event, caller=signed_out)) == ["sign_in_required"]
    assert codes(scene.portal.send(flow.id, ChooseProfile(card="nobody's"), caller=caller)) == ["card.unknown"]


def test_a_window_opened_from_the_cabinet_stays_with_the_session_that_opened_it(scene: Scene, caller: Caller) -> None:
    """U67."""
    flow = scene.at_code_entry(caller)
    assert scene.portal.get(flow.id, caller=Caller(session=caller.session)).state == "code_entry"


def test_the_consent_says_whose_right_it_is_and_that_it_was_given_for_a_child(scene: Scene, caller: Caller) -> None:
    """U63."""
    child = relative(scene, caller)
    attach_child(scene, caller, child)
    subject = scene.portal.engine.record(child).subject
    right = scene.portal.engine.record(scene.flow_of(caller, "clinic_right"))
    assert right.subject == subject != caller.account
    with scene.storage.unit() as unit:
        (entry,) = [row.entry for row in unit.evidence(scene.flow_of(caller, "attachment"))]
    assert f'"subject":"{subject}"' in entry
    assert '"on_behalf":true' in entry


# ─── Which code ──────────────────────────────────────────────────────────────────────────────────────────────────────


def press(scene: Scene, caller: Caller, code: str) -> Any:
    return scene.portal.send(window(scene, caller).id, submitting(code), caller=caller)


def test_who_presses_again_gets_the_right_that_this_code_gave(scene: Scene, caller: Caller) -> None:
    """U44, U46."""
    other = StandInClinicDesk(scene.portal, OTHER_CLINIC)
    given = {desk.issue(patient()).code: "" for desk in (scene.desk, other)}
    for code in given:
        given[code] = press(scene, caller, code).screen.items["right"]
    assert len(set(given.values())) == 2
    for code, right in given.items():
        again = press(scene, caller, code)
        clinic = scene.portal.get(right).screen.items["clinic"]
        assert again.screen.items == {"right": right, "clinic": clinic}


def test_a_used_code_of_somebody_else_is_as_good_as_none_and_warns_nobody(scene: Scene, caller: Caller) -> None:
    boris = scene.registered(BORIS)
    code = scene.code().code
    press(scene, caller, code)
    assert codes(press(scene, boris, code)) == ["code.not_accepted"]
    scene.portal.run_due()
    assert scene.desk.warnings == []


def test_a_right_knows_the_code_that_gave_it(scene: Scene, caller: Caller) -> None:
    code = scene.code()
    right = press(scene, caller, code.code).screen.items["right"]
    data = scene.portal.engine.record(right).data
    assert (data.clinic, data.card, data.code) == ("ural", own(scene, caller), code.id)


def test_a_code_that_is_none_is_not_issued(scene: Scene) -> None:
    with pytest.raises(InvalidPayload):
        scene.portal.engine.start(AttachmentCode, Issue(clinic="ural", code="12-x"), origin=Origin.FACT)


# ─── What a guess costs ──────────────────────────────────────────────────────────────────────────────────────────────


def states(scene: Scene, caller: Caller, *events: SubmitCode) -> list[str]:
    flow = window(scene, caller)
    return [scene.portal.send(flow.id, event, caller=caller).state for event in events]


def test_a_good_code_for_what_is_there_already_is_neither_a_miss_nor_a_success(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(attempts={"code.profile": THREE})
    caller = scene.registered()
    scene.attached(caller)
    another = submitting(scene.code().code)
    assert states(scene, caller, WRONG, another, WRONG) == ["code_entry", "code_entry", "locked"]


def test_the_last_guess_is_no_miss_if_the_code_is_right_and_only_the_text_has_changed(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(attempts={"code.profile": THREE})
    caller = scene.registered()
    stale = SubmitCode(code=scene.code().code, text_version="0", text_sha256="0" * 64)
    assert states(scene, caller, WRONG, WRONG, stale) == ["code_entry"] * 3


def test_who_presses_again_has_all_guesses_anew(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(attempts={"code.profile": THREE})
    caller, code = scene.registered(), scene.code()
    for _ in range(2):
        assert states(scene, caller, WRONG, submitting(code.code)) == ["code_entry", "attached"]
    assert states(scene, caller, WRONG, WRONG) == ["code_entry", "code_entry"]


def test_a_lock_says_until_when(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(attempts={"code.profile": AttemptsPolicy(limit=1)})
    caller = scene.registered()
    one, other = window(scene, caller), window(scene, caller)
    scene.portal.send(one.id, WRONG, caller=caller)
    (refusal,) = scene.portal.send(other.id, WRONG, caller=caller).refusals
    assert (refusal.code, refusal.retry_at) == ("attempts.exhausted", scene.clock.now + timedelta(minutes=1))


@pytest.mark.parametrize("counter", ["code.account", "code.profile"])
def test_the_guesses_of_one_person_are_not_another_ones(make_scene: Callable[..., Scene], counter: str) -> None:
    scene = make_scene(attempts={counter: AttemptsPolicy(limit=1)})
    margarita, boris = scene.registered(), scene.registered(BORIS)
    for caller in (margarita, boris):
        view = scene.portal.send(window(scene, caller).id, WRONG, caller=caller)
        assert (view.state, codes(view)) == ("locked", ["code.not_accepted"])


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("203.0.113.7", "203.0.113.200", True),
        ("203.0.113.7", "::ffff:203.0.113.200", True),
        ("203.0.113.7", "203.0.114.7", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("a proxy", "a proxy", True),
        ("a proxy", "another", False),
    ],
)
def test_neighbours_count_as_one(make_scene: Callable[..., Scene], one: str, other: str, alike: bool) -> None:
    scene = make_scene(attempts={"code.address": AttemptsPolicy(limit=1)})
    margarita, boris = scene.registered(), scene.registered(BORIS)
    states(scene, Caller(account=margarita.account, address=one), WRONG)
    view = scene.portal.send(window(scene, boris).id, WRONG, caller=Caller(account=boris.account, address=other))
    assert (codes(view) == ["attempts.exhausted"]) == alike


@pytest.mark.parametrize("counter", ["code.total", "code.address"])
def test_a_good_code_buys_no_guesses_of_many(make_scene: Callable[..., Scene], counter: str) -> None:
    """U48."""
    scene = make_scene(attempts={counter: AttemptsPolicy(limit=2, alarm_only=counter == "code.total")})
    known = scene.registered()
    caller = Caller(session=known.session, account=known.account, address="203.0.113.7")
    good = submitting(scene.code().code)
    ends = [scene.portal.send(window(scene, caller).id, event, caller=caller) for event in (WRONG, good, WRONG)]
    alarms = [row.kind for row in scene.storage.effects()].count("AlarmSpraying")
    assert (ends[-1].state, alarms) == (("code_entry", 1) if counter == "code.total" else ("locked", 0))


# ─── What a clinic delivers ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_delivery_that_came_under_an_earlier_right_is_not_taken_again(scene: Scene, caller: Caller) -> None:
    """U52."""
    first = scene.attached(caller).screen.items["right"]
    scene.portal.clinics.deliver(first, "1", CHEST_XRAY)
    scene.walk(first, Withdraw(), caller=caller)
    second = scene.attached(caller).screen.items["right"]
    assert codes(scene.portal.clinics.deliver(second, "1", CHEST_XRAY)) == ["delivery.repeated"]


def test_clinics_name_their_deliveries_each_for_itself(make_scene: Callable[..., Scene]) -> None:
    clinics = {id: Clinic(id=id, title=id, region="74") for id in ("a", "a1")}
    scene = make_scene(clinics=clinics)
    caller = scene.registered()
    for clinic, delivery in (("a", "12"), ("a1", "2")):
        code = StandInClinicDesk(scene.portal, clinics[clinic]).issue(patient())
        right = press(scene, caller, code.code).screen.items["right"]
        assert codes(scene.portal.clinics.deliver(right, delivery, CHEST_XRAY)) == []


def test_a_clinic_that_is_back_is_asked_again_for_what_it_has(scene: Scene, caller: Caller) -> None:
    """U54."""
    right = scene.attached(caller).screen.items["right"]
    scene.portal.clinics.suspend(right)
    scene.portal.clinics.resume(right)
    kinds = [row.kind for row in sorted(scene.storage.effects(), key=lambda row: (row.flow_id, row.seq))]
    assert [kind for kind in kinds if "Export" in kind] == ["StartExport", "StopExport", "StartExport"]


def test_a_new_text_is_shown_and_counts_from_then(make_scene: Callable[..., Scene]) -> None:
    texts = dict(CONSENTS)
    scene = make_scene(consents=texts)
    caller = scene.registered()
    flow, code = window(scene, caller), scene.code()
    texts[Purpose.MEDICAL_DATA] = ConsentText(purpose=Purpose.MEDICAL_DATA, version="2", text="Новый текст")
    new = texts[Purpose.MEDICAL_DATA]
    event = SubmitCode(code=code.code, text_version="2", text_sha256=new.sha256)
    assert codes(scene.portal.send(flow.id, event, caller=caller)) == ["consent.stale"]
    assert scene.walk(flow.id, event, caller=caller).state == "attached"
