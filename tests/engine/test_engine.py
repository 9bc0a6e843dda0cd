"""The engine's own answers: who it says acted, what it notes, what it says of damage and of others who were first."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.cabinet import relative
from support.faults import meddling
from support.leaving import withdrawn
from support.portal import AT_HOME, CONSENTS, NOON, PASSWORD, Scene, submitting, tables

from registratura.domain.consent import Purpose
from registratura.flows.engine.ask import Asking
from registratura.flows.engine.codec import flow_place, log_place, micros
from registratura.flows.errors import ConcurrentUpdate, DataDamaged, Erased, StartRefused, UnknownEvent, UnknownFlow
from registratura.flows.event import By
from registratura.flows.patient_card import AddRelative, Confirm, PatientCard
from registratura.flows.ports import Lost
from registratura.flows.registration import BeginRegistration, ChooseRegion, Register, Registration
from registratura.flows.rows import Changes
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.flows.step import Move, Send
from registratura.host import Caller


def test_who_acted_and_through_what_stands_in_the_log(scene: Scene) -> None:
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    with scene.portal.engine.asking(Caller(channel="mobile", account="a")) as ask:
        assert ask.by == By(channel="mobile", account="a")
    flow = scene.portal.start(Registration, caller=Caller(channel="mobile", session="s"))
    scene.walk(flow.id, ChooseRegion(region="74"))
    assert [json.loads(row.by)["channel"] for row in scene.log(flow.id)] == ["mobile", "host"]
    assert json.loads(scene.log(card)[0].by)["channel"] == "host"


def test_what_should_be_looked_at_is_noted(scene: Scene) -> None:
    scene.portal.engine.security_event("flow-1", "callback_forged", "no signature")
    scene.portal.engine.security_event(None, "other", "")
    first = next(row for row in scene.storage.security_events() if row.kind == "callback_forged")
    assert (first.at, first.flow_id, first.details) == (micros(NOON), "flow-1", "no signature")
    assert len({row.id for row in scene.storage.security_events()}) == 2


def test_what_was_sealed_opens_in_its_place_and_elsewhere_is_damaged(scene: Scene) -> None:
    card = relative(scene, scene.registered())
    with scene.storage.unit() as unit:
        row = unit.flow(card)
    opened = scene.portal.engine.opened
    assert "Дарья" in opened(card, row.sealed, flow_place(card))
    assert opened("nobody's", row.sealed, flow_place(card)) == ""
    with pytest.raises(DataDamaged) as caught:
        opened(card, row.sealed, log_place(card, 1))
    assert caught.value.params == {"what": log_place(card, 1), "flow_id": card}


def test_a_start_that_is_refused_or_is_none_of_the_flows_names_the_flow(scene: Scene) -> None:
    text = CONSENTS[Purpose.PERSONAL_DATA]
    event = AddRelative(fields={}, text_version=text.version, text_sha256=text.sha256)
    with pytest.raises(StartRefused, match="«patient_card» was not started: sign_in_required"):
        scene.portal.start(PatientCard, event)
    with pytest.raises(UnknownEvent, match="open_card, add_relative"):
        scene.portal.start(PatientCard, BeginRegistration())


def test_a_start_is_refused_where_what_it_sends_is(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    sends = Move(sends=(Send("nobody's", Confirm()),))
    monkeypatch.setitem(Registration.decisions, BeginRegistration, lambda case: sends)
    before = tables(scene)
    with pytest.raises(StartRefused) as caught:
        scene.portal.start(Registration)
    assert [(refusal.code, refusal.params) for refusal in caught.value.refusals] == [
        ("not_possible_now", {"flow": "flow", "event": "confirm"})
    ]
    assert tables(scene) == before


def test_that_something_was_destroyed_only_the_host_is_told(scene: Scene) -> None:
    caller = scene.registered()
    card = scene.flow_of(caller, "patient_card")
    scene.portal.operator.data_destroyed(withdrawn(scene, caller), "12-П")
    calls = (lambda who: scene.portal.get(card, caller=who), lambda who: scene.portal.send(card, Confirm(), caller=who))
    for call in calls:
        for who, error in ((caller, UnknownFlow), (None, Erased)):
            with pytest.raises(UnknownFlow) as caught:
                call(who)
            assert (type(caught.value), caught.value.params) == (error, {"flow_id": card})


@pytest.fixture
def locked(scene: Scene) -> str:
    """A flow whose lock is over by now, and nobody has looked."""
    scene.registered()
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword()).id
    for _ in range(5):
        view = scene.portal.send(flow, SubmitPassword(login="margarita@example.org", password="wrong"))
    assert view.state == "locked"
    scene.clock.now = view.screen.items["until"]
    return flow


def test_an_event_that_comes_late_goes_on_from_what_was_due(scene: Scene, locked: str) -> None:
    view = scene.portal.send(locked, SubmitPassword(login="margarita@example.org", password=PASSWORD))
    assert (view.state, scene.events(locked)[-2:]) == (
        "signed_in",
        ["locked/lock_ended/password", "password/submit_password/signed_in"],
    )
    assert scene.portal.verify(locked).sound


@pytest.mark.parametrize("times", [1, 1000])
def test_who_reads_what_others_move_all_the_time_is_told_so(
    scene: Scene, locked: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, lost = Asking.write, [Lost("flow", locked)] * times

    def slow(ask: Asking, changes: Changes) -> None:
        if lost:
            raise lost.pop()
        write(ask, changes)

    monkeypatch.setattr(Asking, "write", slow)
    if times == 1:
        assert scene.state(locked) == "password"
    else:
        with pytest.raises(ConcurrentUpdate) as caught:
            scene.state(locked)
        assert caught.value.params == {"flow_id": locked, "expected": "the one read"}


def test_a_timer_that_the_state_does_not_know_stops_nobody(scene: Scene) -> None:
    """As an older program may have left it."""
    flow = scene.walk(scene.portal.start(Registration, caller=AT_HOME).id, ChooseRegion(region="74"), caller=AT_HOME)
    with scene.storage.unit() as unit:
        row = unit.flow(flow.id)
        unit.write(Changes(flows=((row._replace(timers='{"lock_ended":[1,1]}'), row.version),), log=()))
    with scene.portal.engine.asking() as ask:
        looked_at = ask.load(flow.id)
    assert looked_at is not None
    assert looked_at.state == scene.portal.get(flow.id).state == "main_page"
    assert scene.walk(flow.id, Register(), caller=AT_HOME).state == "consent"


def test_a_repetition_is_answered_though_its_entry_is_gone(sqlite: Scene) -> None:
    """Somebody took it out of the log, which an audit tells."""
    flow = sqlite.portal.start(Registration, caller=AT_HOME).id
    given: dict[str, Any] = {"caller": AT_HOME, "idempotency_key": "one"}
    sqlite.portal.send(flow, ChooseRegion(region="74"), **given)
    with sqlite.storage.engine.begin() as connection:
        assert connection.exec_driver_sql("DELETE FROM registratura_log WHERE seq = 2").rowcount
    again = sqlite.portal.send(flow, ChooseRegion(region="74"), **given)
    assert (again.id, again.state, again.transition, again.screen.items) == (
        flow,
        "main_page",
        "",
        {"region": "Челябинская область"},
    )


def hosts_transaction(scene: Scene) -> Any:
    return scene.storage.engine.begin() if hasattr(scene.storage, "engine") else scene.storage.transaction()


def test_within_the_hosts_transaction_all_see_what_is_not_committed(scene: Scene) -> None:
    engine = scene.portal.engine
    with hosts_transaction(scene) as within:
        flow = engine.start(Registration, within=within).id
        assert engine.get(flow, within=within).state == engine.record(flow, within=within).state == "region"
        assert [row.event for row in engine.history(flow, within=within)] == ["begin_registration"]
        with engine.asking(within=within) as ask:
            assert ask.stored(flow) is not None


def test_who_has_seen_another_version_must_look_again(scene: Scene) -> None:
    flow = scene.portal.start(Registration).id
    with pytest.raises(ConcurrentUpdate) as caught:
        scene.portal.send(flow, ChooseRegion(region="74"), expected_version=2)
    assert caught.value.params == {"flow_id": flow, "expected": 2}
    assert scene.portal.send(flow, ChooseRegion(region="74"), expected_version=1).version == 2


def test_who_is_overtaken_is_told_so_under_a_key_too(scene: Scene) -> None:
    flow = scene.portal.start(Registration).id

    def meanwhile(changes: Changes) -> Changes:
        scene.portal.send(flow, ChooseRegion(region="74"))
        return changes

    with meddling(scene.storage, write=meanwhile), pytest.raises(ConcurrentUpdate) as caught:
        scene.portal.send(flow, ChooseRegion(region="74"), idempotency_key="k")
    assert caught.value.params == {"flow_id": flow, "expected": "the one read"}


def test_a_start_is_answered_once_for_each_key_whichever_flow_it_starts(scene: Scene) -> None:
    flow = scene.portal.start(Registration, idempotency_key="k").id
    with scene.storage.unit() as unit:
        answer = unit.idempotent("host:start", "k")
    assert (answer.flow_id, answer.seq) == (flow, 1)


def test_an_attempt_is_one_with_the_event_that_its_caller_sends_under_the_same_key(scene: Scene) -> None:
    caller = scene.registered()
    flow = scene.at_code_entry(caller).id
    given: dict[str, Any] = {"caller": caller, "idempotency_key": "k"}
    ticket = scene.portal.attempt(flow, submitting("00000000"), **given)
    scene.portal.send(flow, submitting("00000000"), **given)
    with scene.storage.unit() as unit:
        assert unit.ticket(ticket).spent
    assert len(tables(scene)["tickets"]) == 1


def test_an_attempt_counts_for_the_address_of_its_caller_who_must_see_the_flow(scene: Scene) -> None:
    caller = scene.registered()
    flow = scene.at_code_entry(caller).id
    with pytest.raises(UnknownFlow):
        scene.portal.attempt(flow, submitting("00000000"), caller=Caller(session="another"))
    assert not tables(scene)["attempts"]
    scene.portal.attempt(flow, submitting("00000000"), caller=replace(caller, address="203.0.113.7"))
    assert len(tables(scene)["attempts"]) == 4, "the profile, the account, all, and the address"


@pytest.mark.parametrize(("who", "error"), [(AT_HOME, UnknownFlow), (None, Erased)])
def test_that_something_else_was_destroyed_only_the_host_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, who: Caller | None, error: type[UnknownFlow]
) -> None:
    def asking_for_another(*given: Any) -> Any:
        raise Erased(flow_id="another")

    flow = scene.portal.start(Registration, caller=AT_HOME).id
    monkeypatch.setitem(Registration.gatherers, ChooseRegion, asking_for_another)
    monkeypatch.setitem(Registration.showers, "region", asking_for_another)
    calls = (
        lambda: scene.portal.get(flow, caller=who),
        lambda: scene.portal.send(flow, ChooseRegion(region="74"), caller=who),
    )
    for call in calls:
        with pytest.raises(UnknownFlow) as caught:
            call()
        assert (type(caught.value), caught.value.params) == (error, {"flow_id": "another"})
