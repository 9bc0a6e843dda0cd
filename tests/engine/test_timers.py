"""Promise 4: time is stored, not slept; what is past its time is carried out by whoever looks first, and for good."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.portal import (
    MARGARITA,
    TICK,
    Scene,
    tables,
)

from registratura.domain.matching import ClinicCard
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.engine import timers
from registratura.flows.engine.codec import micros
from registratura.flows.engine.due import Done, Rounds
from registratura.flows.errors import NotAllowedNow
from registratura.flows.one_time_code import OneTimeCode, Resend, SendOneTimeCode
from registratura.flows.registration import Cancel
from registratura.flows.rows import Changes, Erased, TimerRow
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, SubmitPassword
from registratura.flows.sign_in import SignIn as SigningIn

DAY = timedelta(days=1)
Begin = Callable[[Scene], str]


def registration(scene: Scene) -> str:
    return scene.at_consent(None).id


def card_review(scene: Scene) -> str:
    return scene.at_card().id


def signing_in(scene: Scene) -> str:
    return scene.portal.start(SigningIn).id


def entering_a_code(scene: Scene) -> str:
    return scene.at_code_entry(scene.registered()).id


def one_time_code(scene: Scene) -> str:
    return scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person="somebody")).id


def clinics_code(scene: Scene) -> str:
    return scene.code().id


def locked_out(scene: Scene) -> str:
    flow = scene.walk(scene.portal.start(SigningIn).id, ChoosePassword()).id
    for _ in range(5):
        scene.portal.send(flow, SubmitPassword(login="nobody@example.org", password="wrong"))
    return flow


def withdrawing(scene: Scene) -> str:
    return scene.portal.start(ConsentWithdrawal, caller=scene.registered()).id


# Where it begins, how long it lasts, the state before and after.
LIVES = [
    (registration, timedelta(hours=24), "consent", "expired"),
    (card_review, timedelta(hours=24), "card_review", "registered"),
    (signing_in, timedelta(hours=1), "method", "expired"),
    (entering_a_code, timedelta(hours=1), "code_entry", "expired"),
    (one_time_code, timedelta(minutes=5), "sent", "expired"),
    (clinics_code, timedelta(days=14), "issued", "expired"),
    (locked_out, timedelta(minutes=1), "locked", "password"),
]
EACH = pytest.mark.parametrize(("begin", "life", "before", "after"), LIVES, ids=[row[0].__name__ for row in LIVES])
LOOKS = {
    "a read": lambda scene, flow: scene.portal.get(flow),
    "the sweeper": lambda scene, flow: scene.portal.run_due(),
}
LOOK = pytest.mark.parametrize("look", ["a read", "the sweeper"])


def stored_state(scene: Scene, flow: str) -> str:
    with scene.storage.unit() as unit:
        row = unit.flow(flow)
    return str(row and row.state)


@EACH
@LOOK
def test_a_microsecond_before_its_time_nothing_happens(
    scene: Scene, begin: Begin, life: timedelta, before: str, after: str, look: str
) -> None:
    flow = begin(scene)
    scene.portal.run_due()
    scene.clock.turn(life - TICK)
    everything = tables(scene)
    LOOKS[look](scene, flow)
    assert stored_state(scene, flow) == before
    assert tables(scene) == everything


@EACH
@LOOK
@pytest.mark.parametrize("late", [timedelta(0), TICK, DAY])
def test_from_its_time_on_it_is_carried_out_and_stored(
    scene: Scene, begin: Begin, life: timedelta, before: str, after: str, look: str, late: timedelta
) -> None:
    flow = begin(scene)
    scene.clock.turn(life + late)
    LOOKS[look](scene, flow)
    states = [after, "expired"] if begin is locked_out and late == DAY else [after]
    assert stored_state(scene, flow) == states[-1]
    entries = scene.log(flow)[-len(states) :]
    assert [entry.transition.split("/")[-1] for entry in entries] == states
    assert all(entry.by == '{"account":null,"channel":"time"}' for entry in entries)
    assert scene.portal.verify(flow).sound


@EACH
def test_a_clock_that_goes_back_revives_nothing(
    scene: Scene, begin: Begin, life: timedelta, before: str, after: str
) -> None:
    flow = begin(scene)
    scene.clock.turn(life)
    scene.portal.get(flow)
    scene.clock.turn(-DAY)
    assert scene.state(flow) == after
    assert scene.portal.run_due().timers == 0
    assert scene.state(flow) == after


@EACH
def test_a_clock_that_goes_back_lets_nothing_happen_too_early(
    scene: Scene, begin: Begin, life: timedelta, before: str, after: str
) -> None:
    flow = begin(scene)
    scene.clock.turn(-DAY)
    scene.portal.run_due()
    assert scene.state(flow) == before


@EACH
def test_without_a_sweeper_a_day_later_it_is_over_all_the_same(
    scene: Scene, begin: Begin, life: timedelta, before: str, after: str
) -> None:
    flow = begin(scene)
    scene.clock.turn(max(life, DAY))
    ended = scene.portal.get(flow)
    assert ended.state in (after, "expired")
    with scene.storage.unit() as unit:
        assert unit.log(flow)[-1].seq == ended.version


def test_a_write_past_the_time_comes_too_late(scene: Scene) -> None:
    flow = scene.at_consent(None)
    scene.clock.turn(timedelta(hours=24))
    with pytest.raises(NotAllowedNow, match="'cancel' is not possible in state 'expired'"):
        scene.portal.send(flow.id, Cancel())
    assert stored_state(scene, flow.id) == "expired"


def test_a_flow_that_has_ended_has_no_timers(scene: Scene) -> None:
    flow = scene.at_consent(None)
    scene.walk(flow.id, Cancel())
    assert tables(scene)["timers"] in ({}, {flow.id: ()}, [])
    scene.clock.turn(2 * DAY)
    assert scene.portal.run_due().timers == 0
    assert scene.state(flow.id) == "cancelled"


def test_a_new_code_has_its_own_time_and_the_old_ones_does_nothing(scene: Scene) -> None:
    flow = one_time_code(scene)
    scene.clock.turn(timedelta(minutes=2))
    scene.walk(flow, Resend())
    scene.clock.turn(timedelta(minutes=3))
    assert scene.portal.run_due().timers == 0
    assert scene.state(flow) == "sent"
    scene.clock.turn(timedelta(minutes=2))
    assert scene.state(flow) == "expired"


@pytest.mark.parametrize("row", [{"epoch": 0}, {"kind": "lock_ended"}, {"kind": "nobody knows"}])
def test_a_stale_appointment_does_nothing(scene: Scene, row: dict[str, Any]) -> None:
    """As a worker has it that read it before it was replaced."""
    flow = registration(scene)
    before = scene.log(flow)
    made = TimerRow(flow, "expire", 1, micros(scene.clock.now))._replace(**row)
    with scene.storage.unit() as unit:
        unit.write(Changes(flows=(), log=(), timers=((flow, (made,)),)))
    assert scene.portal.run_due().broken == 0
    assert scene.log(flow) == before


def test_a_stale_appointment_delays_nothing_that_is_due_after_it(scene: Scene) -> None:
    """Another worker carried it out first: nothing is wrong with the flow."""
    flow, rounds = registration(scene), Rounds(scene.portal.engine, None)
    with scene.storage.unit() as unit:
        kept = unit.timers(flow)
        unit.write(Changes(flows=(), log=(), timers=((flow, (*kept, TimerRow(flow, "lock_ended", 1, 0))),)))
    scene.clock.turn(DAY - timedelta(seconds=1))
    assert rounds.next().idle
    scene.clock.turn(timedelta(seconds=1))
    assert rounds.next().timers == 1
    assert stored_state(scene, flow) == "expired"


def test_flows_that_cannot_be_carried_out_end_a_round_however_many_timers_they_have(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "TOGETHER", 2)
    for _ in range(5):
        flow = registration(scene)
        made = tuple(TimerRow(flow, kind, 1, 0) for kind in ("expire", "lock_ended", "another"))
        with scene.storage.unit() as unit:
            row = unit.flow(flow)
            broken = (row._replace(state="nobody knows"), row.version)
            unit.write(Changes(flows=(broken,), log=(), timers=((flow, made),)))
    sound = registration(scene)
    scene.clock.turn(DAY)
    looks = iter(range(50))
    done = Rounds(scene.portal.engine, None, stopping=lambda: next(looks, None) is None).next()
    assert (done.timers, done.broken) == (1, 5)
    assert next(looks, None) is not None, "it would have gone on for ever"
    assert stored_state(scene, sound) == "expired", "they hold up nobody else"


def test_the_timers_of_a_flow_whose_data_is_destroyed_are_gone_and_nobody_is_told(
    make_scene: Callable[..., Scene],
) -> None:
    """Its key may go with another flow of the same person."""
    cards = [ClinicCard(ref=ref, name=MARGARITA.name, birth_date=MARGARITA.birth_date) for ref in ("one", "two")]
    scene = make_scene(clinic_cards=lambda identity: cards)
    flow = scene.at_card().id
    assert stored_state(scene, flow) == "ambiguous_card"
    with scene.storage.unit() as unit:
        row = unit.flow(flow)
        assert row.sealed
        unit.write(Changes(flows=(), log=(), erased=Erased(keys=(row.key_id,))))
    scene.clock.turn(DAY)
    rounds = Rounds(scene.portal.engine, None)
    assert rounds.next() == Done()
    with scene.storage.unit() as unit:
        assert not unit.timers(flow)
        assert unit.flow(flow)[:3] == row[:3]
    assert scene.portal.verify(flow).sound


def test_what_is_late_is_carried_out_in_its_order(scene: Scene) -> None:
    flow = locked_out(scene)
    scene.clock.turn(DAY)
    scene.portal.get(flow)
    assert scene.events(flow)[-2:] == ["locked/lock_ended/password", "password/expire/expired"]


def test_after_the_lock_the_password_is_asked_for_again_and_gosuslugi_was_open_all_along(scene: Scene) -> None:
    flow = locked_out(scene)
    assert scene.portal.get(flow).screen.items["until"] == datetime(2026, 3, 2, 12, 1, tzinfo=UTC)
    assert scene.walk(flow, ChooseGosuslugi()).state == "gosuslugi.entry"
    scene.clock.turn(timedelta(minutes=1))
    assert scene.portal.run_due().timers == 0
    assert scene.state(flow) == "gosuslugi.entry"
