"""What is left when a person's data is destroyed: the act, the evidence and a log that folds, and no way back (U40)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.faults import DiskFull, fails, meddling
from support.hosts_own import AskForVisit, Visit, of_the_host
from support.leaving import AFRESH, signed_in, withdrawn
from support.portal import BORIS, MARGARITA, PASSWORD, Scene, accepting, codes, submitting, tables

from registratura.domain.card import FieldName
from registratura.flows.cabinet import BeginCabinet, Cabinet, OpenCabinet
from registratura.flows.effects import EndOtherSessions
from registratura.flows.errors import Erased, NotAllowedNow, UnknownFlow
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.flows.portal_password import ChangePassword
from registratura.flows.registration import GoToGosuslugi
from registratura.flows.rows import DESTROYED
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, SubmitPassword
from registratura.flows.versions import UnknownVersion
from registratura.host import Caller

YEAR = timedelta(days=366)
CHILD = {
    FieldName.LAST_NAME: "Ёлкин",
    FieldName.FIRST_NAME: "Миша",
    FieldName.BIRTH_DATE: "01.09.2020",
    FieldName.GENDER: "M",
}


def erased(scene: Scene, caller: Caller) -> str:
    """The withdrawal, carried out under an act."""
    withdrawal = withdrawn(scene, caller)
    scene.portal.operator.data_destroyed(withdrawal, "12-П")
    return withdrawal


def flows_of(scene: Scene, account: str | None) -> list[str]:
    with scene.storage.unit() as unit:
        names = scene.portal.engine.tools.flows
        return [row.id for name in names for row in unit.flows_of(account, name)]


def test_what_was_sealed_does_not_open_any_more(scene: Scene) -> None:
    caller = scene.registered()
    scene.attached(caller)
    card = scene.flow_of(caller, "patient_card")
    erased(scene, caller)
    with scene.storage.unit() as unit:
        row = unit.flow(card)
    assert row.wrapped == DESTROYED
    with pytest.raises(ValueError):  # noqa: PT011  # the keyring's own, whatever it says
        scene.portal.engine.tools.keys.open(row.key_id, row.wrapped, row.sealed, f"flows/{card}/sealed")
    with pytest.raises(Erased, match="is destroyed"):
        scene.portal.get(card)


def test_who_comes_for_it_is_told_no_more_than_a_stranger(scene: Scene) -> None:
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    erased(scene, caller)
    for who in (caller, AFRESH):
        with pytest.raises(UnknownFlow) as error:
            scene.portal.get(card, caller=who)
        assert type(error.value) is UnknownFlow


def test_the_log_still_folds_and_the_chains_hold(scene: Scene) -> None:
    caller = scene.registered()
    scene.attached(caller)
    erased(scene, caller)
    verdicts = [scene.portal.verify(flow_id) for flow_id in flows_of(scene, caller.account)]
    assert len(verdicts) > 5
    assert [verdict for verdict in verdicts if not verdict.sound] == []


def test_the_act_and_the_evidence_of_consent_stay(scene: Scene) -> None:
    caller = scene.registered()
    registration = scene.flow_of(caller, "registration")
    withdrawal = erased(scene, caller)
    with scene.storage.unit() as unit:
        kept = [row.entry for flow_id in (registration, withdrawal) for row in unit.evidence(flow_id)]
    assert [kind for entry in kept for kind in ("accepted", "bound", "withdrawn") if f'"kind":"{kind}"' in entry] == [
        "accepted",
        "bound",
        "withdrawn",
    ]
    assert scene.portal.engine.record(withdrawal).data.act == "12-П"
    assert scene.portal.verify(withdrawal).sound
    assert scene.portal.verify(registration).evidence == 2


def test_what_only_the_hosts_program_knows_is_destroyed_with_the_rest(scene: Scene) -> None:
    caller, host = scene.registered(), of_the_host(scene)
    visit = host.portal.start(Visit, AskForVisit(complaint="Болит голова"), caller=caller).id
    erased(host, caller)
    with pytest.raises(Erased):
        host.portal.get(visit)
    assert "Болит" not in readable(scene)
    host.clock.turn(YEAR)
    assert host.portal.run_due().broken == 0


def test_a_program_that_does_not_know_it_all_destroys_nothing(scene: Scene) -> None:
    """Neither an act for a part, nor a part without the act."""
    caller, host = scene.registered(), of_the_host(scene)
    visit = host.portal.start(Visit, AskForVisit(complaint="Болит голова"), caller=caller).id
    withdrawal = withdrawn(scene, caller)
    before = tables(scene)
    with pytest.raises(UnknownVersion) as raised:
        scene.portal.operator.data_destroyed(withdrawal, "12-П")
    assert raised.value.params["flow_id"] == visit
    assert tables(scene) == before


def test_act_and_erasure_are_one(scene: Scene) -> None:
    caller = scene.registered()
    withdrawal = withdrawn(scene, caller)
    with meddling(scene.storage, write=fails), pytest.raises(DiskFull):
        scene.portal.operator.data_destroyed(withdrawal, "12-П")
    assert scene.state(withdrawal) == "requested"
    assert scene.state(scene.flow_of(caller, "patient_card")) == "confirmed"


def test_data_is_destroyed_once(scene: Scene) -> None:
    caller = scene.registered()
    withdrawal = erased(scene, caller)
    with pytest.raises(NotAllowedNow):
        scene.portal.operator.data_destroyed(withdrawal, "13-П")


def test_whoever_registers_again_begins_anew(scene: Scene) -> None:
    caller = scene.registered()
    erased(scene, caller)
    view = scene.at_card(caller=AFRESH)
    assert view.state == "card_review"
    assert view.account not in (None, caller.account)
    again = Caller(session="a third one", account=view.account)
    assert scene.state(scene.flow_of(again, "patient_card")) == "unverified"
    assert scene.state(withdrawn(scene, again)) == "requested", "what is given anew can be taken back anew"


def test_nobody_signs_in_to_what_is_destroyed(scene: Scene) -> None:
    caller = scene.registered()
    erased(scene, caller)
    flow = signed_in(scene, ChoosePassword())
    view = scene.portal.send(flow.id, SubmitPassword(login=str(MARGARITA.phone), password=PASSWORD), caller=AFRESH)
    assert codes(view) == ["sign_in.failed"]
    flow = signed_in(scene, ChooseGosuslugi(), GoToGosuslugi())
    assert scene.portal.gosuslugi.returned(flow.id, MARGARITA, "an answer").state == "not_registered"


def test_a_session_that_is_still_open_finds_nothing(scene: Scene) -> None:
    caller = scene.registered()
    erased(scene, caller)
    cabinet = scene.portal.start(Cabinet, BeginCabinet(), caller=caller)
    with pytest.raises(UnknownFlow):
        scene.portal.send(cabinet.id, OpenCabinet(), caller=caller)


def test_an_answer_that_was_taken_is_not_taken_again(scene: Scene) -> None:
    flow = scene.at_gosuslugi()
    caller = Caller(account=scene.portal.gosuslugi.returned(flow.id, MARGARITA, "the answer").account)
    erased(scene, caller)
    other = scene.at_gosuslugi(AFRESH)
    assert codes(scene.portal.gosuslugi.returned(other.id, MARGARITA, "the answer")) == ["gosuslugi.answer_used"]


def test_her_used_code_is_unknown_to_everybody(scene: Scene) -> None:
    caller, boris = scene.registered(), scene.registered(BORIS)
    flow, code = scene.at_code_entry(caller), scene.code()
    scene.walk(flow.id, submitting(code.code), caller=caller)
    entry = scene.at_code_entry(boris)
    wrong = scene.portal.send(entry.id, submitting("00000000"), caller=boris)
    erased(scene, caller)
    assert codes(scene.portal.send(entry.id, submitting(code.code), caller=boris)) == codes(wrong)


def test_a_relatives_card_goes_too_and_other_people_stay(scene: Scene) -> None:
    caller, boris = scene.registered(), scene.registered(BORIS)
    child = scene.portal.start(PatientCard, AddRelative(fields=CHILD, **accepting().model_dump()), caller=caller).id
    erased(scene, caller)
    with pytest.raises(Erased):
        scene.portal.get(child)
    assert scene.state(scene.flow_of(boris, "patient_card")) == "confirmed"
    assert all(scene.portal.verify(flow_id).sound for flow_id in flows_of(scene, boris.account))


def test_nothing_of_it_comes_due(scene: Scene) -> None:
    caller = scene.registered()
    scene.portal.start(Cabinet, BeginCabinet(), caller=caller)
    scene.at_code_entry(caller)
    erased(scene, caller)
    scene.clock.turn(YEAR)
    done = scene.portal.run_due()
    assert done.broken == 0
    assert scene.portal.run_due().timers == 0


def test_what_was_still_to_be_handed_over_is_wiped(scene: Scene) -> None:
    """The session that was to stay is personal; the order to end the others can still be carried out."""
    caller = scene.registered()
    password = scene.flow_of(caller, "portal_password")
    changed = ChangePassword(current=PASSWORD, password="Zqx82kkk", repeat="Zqx82kkk")
    assert not scene.portal.send(password, changed, caller=caller).refusals
    erased(scene, caller)
    with scene.storage.unit() as unit:
        effects = unit.effects(password)
    assert {(row.status, row.error) for row in effects if row.kind == "EndOtherSessions"} == {("dead", "erased")}
    assert {row.sealed for row in effects} == {None}


def test_sessions_are_ended_everywhere(scene: Scene) -> None:
    ended: list[Any] = []
    scene.portal.handlers[EndOtherSessions] = lambda effect, effect_id: ended.append(effect)
    caller = scene.registered()
    erased(scene, caller)
    scene.portal.run_due()
    assert ended == [EndOtherSessions(account=str(caller.account))]


def readable(scene: Scene) -> str:
    """All that any key which is still there opens."""
    live = {row.id: row.wrapped for row in scene.storage.data_keys("", 1_000) if row.wrapped != DESTROYED}
    ring, texts = scene.portal.engine.tools.keys, []
    with scene.storage.unit() as unit:
        for flow_id in scene.storage.flow_ids("", 1_000):
            flow = unit.flow(flow_id)
            sealed = [(flow.sealed, f"flows/{flow_id}/sealed")]
            sealed += [(entry.sealed, f"log/{flow_id}/{entry.seq}/sealed") for entry in unit.log(flow_id)]
            sealed += [(effect.sealed, f"effects/{effect.id}/sealed") for effect in unit.effects(flow_id)]
            for envelope, place in sealed:
                if envelope and envelope.split(".")[1] in live:
                    key = envelope.split(".")[1]
                    texts.append(ring.open(key, live[key], envelope, place))
    return "\n".join(texts)


def test_no_key_that_is_left_opens_anything_of_her(scene: Scene) -> None:
    """Also what she began before anybody knew her, and ended without: it is forgotten when it ends."""
    scene.registered(BORIS)
    early = signed_in(scene, ChooseGosuslugi(), GoToGosuslugi())
    assert scene.portal.gosuslugi.returned(early.id, MARGARITA, "too early").state == "not_registered"
    unconfirmed = scene.at_gosuslugi(AFRESH)
    scene.portal.gosuslugi.returned(unconfirmed.id, MARGARITA.model_copy(update={"trusted": False}), "unconfirmed")
    first = scene.code()
    second = scene.portal.clinics.reissue_code(first.id)
    caller = scene.registered()
    assert "Алексеева" in readable(scene)
    scene.walk(scene.at_code_entry(caller).id, submitting(second.code), caller=caller)
    erased(scene, caller)
    scene.clock.turn(YEAR)
    while scene.portal.run_due().timers:
        pass
    left = readable(scene)
    assert "Ёлкин" in left
    assert "Алексеева" not in left
    assert str(MARGARITA.phone) not in left
    assert all(scene.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids("", 1_000))


def test_what_ends_with_nobody_known_is_forgotten_at_once(scene: Scene) -> None:
    flow = signed_in(scene, ChooseGosuslugi(), GoToGosuslugi())
    scene.portal.gosuslugi.returned(flow.id, MARGARITA, "an answer")
    assert "Алексеева" not in readable(scene)
    assert scene.portal.get(flow.id, caller=AFRESH).ended
    assert scene.portal.verify(flow.id).sound


def test_a_registration_that_is_under_way_begins_anew(scene: Scene) -> None:
    """It had found the account, and wrote after the data was destroyed."""
    caller = scene.registered()
    withdrawal = withdrawn(scene, caller)
    flow = scene.at_gosuslugi(AFRESH)

    def destroy(changes: Any) -> Any:
        scene.portal.operator.data_destroyed(withdrawal, "12-П")
        return changes

    with meddling(scene.storage, write=destroy) as left:
        view = scene.portal.gosuslugi.returned(flow.id, MARGARITA, "an answer")
    assert not left
    assert view.state == "card_review"
    assert view.account != caller.account
