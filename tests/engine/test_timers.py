"""Promise 4: time is stored, not slept; what is past its time is carried out by whoever looks first, and for good."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.portal import (
    AT_HOME,
    BORIS,
    CONSENTS,
    NOON,
    TICK,
    Scene,
    codes,
    scene_of,
    submitting,
    tables,
)

from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.flows.attachment import ChooseProfile
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.engine.codec import micros
from registratura.flows.errors import NotAllowedNow
from registratura.flows.one_time_code import OneTimeCode, Resend, SendOneTimeCode
from registratura.flows.patient_card import AddRelative, Delete, Edit, PatientCard
from registratura.flows.registration import Cancel, ConfirmCard
from registratura.flows.rows import Changes, TimerRow
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, SubmitPassword
from registratura.flows.sign_in import SignIn as SigningIn
from registratura.host import Caller

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
def test_a_stale_appointment_does_nothing(scene: Scene, row: dict[str, object]) -> None:
    """As a worker has it that read it before it was replaced."""
    flow = registration(scene)
    before = scene.log(flow)
    made = TimerRow(flow, "expire", 1, micros(scene.clock.now))._replace(**row)
    with scene.storage.unit() as unit:
        unit.write(Changes(flows=(), log=(), timers=((flow, (made,)),)))
    assert scene.portal.run_due().broken == 0
    assert scene.log(flow) == before


def test_what_is_late_is_carried_out_in_its_order(scene: Scene) -> None:
    flow = locked_out(scene)
    scene.clock.turn(DAY)
    scene.portal.get(flow)
    assert scene.events(flow)[-2:] == ["locked/lock_ended/password", "password/expire/expired"]


def test_after_the_lock_the_password_is_asked_for_again_and_gosuslugi_was_open_all_along(scene: Scene) -> None:
    flow = locked_out(scene)
    assert scene.portal.get(flow).screen.items["until"] == "12:01:00 02.03.2026 UTC"
    assert scene.walk(flow, ChooseGosuslugi()).state == "gosuslugi.entry"
    scene.clock.turn(timedelta(minutes=1))
    assert scene.portal.run_due().timers == 0
    assert scene.state(flow) == "gosuslugi.entry"


def test_a_code_that_was_too_late_once_is_too_late_for_ever(scene: Scene) -> None:
    """It was looked at by another flow, whose own event was refused."""
    caller = scene.registered()
    code = scene.code()
    scene.clock.turn(timedelta(days=14))
    flow = scene.at_code_entry(caller)
    assert codes(scene.portal.send(flow.id, submitting(code.code), caller=caller)) == ["code.not_accepted"]
    assert stored_state(scene, code.id) == "expired"
    scene.clock.turn(-DAY)
    later = scene.at_code_entry(caller)
    assert codes(scene.portal.send(later.id, submitting(code.code), caller=caller)) == ["code.not_accepted"]
    assert scene.portal.verify(code.id).sound


def child_of(scene: Scene, caller: Caller, born: date) -> str:
    text = CONSENTS[Purpose.PERSONAL_DATA]
    fields = {FieldName.LAST_NAME: "Алексеев", FieldName.FIRST_NAME: "Пётр", FieldName.BIRTH_DATE: born.isoformat(),
              FieldName.GENDER: "M"}  # fmt: skip
    event = AddRelative(fields=fields, text_version=text.version, text_sha256=text.sha256)
    return scene.portal.start(PatientCard, event, caller=caller).id


def test_what_a_screen_finds_too_late_is_carried_out_too(scene: Scene) -> None:
    """U63: the child's card is read by the parent's window; at eighteen it ends, and its right with it."""
    caller = scene.registered()
    child = child_of(scene, caller, date(2008, 3, 3))
    flow = scene.at_code_entry(caller)
    scene.walk(flow.id, ChooseProfile(card=child), caller=caller)
    scene.clock.now = datetime(2026, 3, 2, 12, 59, tzinfo=UTC)
    assert child in scene.portal.get(flow.id, caller=caller).screen.items["profiles"]
    scene.clock.now = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    other = scene.at_code_entry(caller)
    assert child not in other.screen.items["profiles"]
    assert stored_state(scene, child) == "grown_up"
    scene.clock.turn(-DAY)
    assert child not in scene.at_code_entry(caller).screen.items["profiles"]


def test_a_typed_birth_date_moves_the_day_on_which_the_access_ends(scene: Scene) -> None:
    caller = scene.registered()
    child = child_of(scene, caller, date(2008, 3, 4))
    scene.walk(child, Edit(changes={FieldName.BIRTH_DATE: "2012-05-06"}, revision=1), caller=caller)
    scene.clock.now = datetime(2026, 3, 5, tzinfo=UTC)
    assert scene.state(child) == "unverified"
    scene.clock.now = datetime(2030, 5, 6, tzinfo=UTC)
    assert scene.state(child) == "grown_up"


def test_a_deleted_card_does_not_come_of_age(scene: Scene) -> None:
    caller = scene.registered()
    child = child_of(scene, caller, date(2008, 3, 4))
    scene.walk(child, Delete(confirmed=True), caller=caller)
    scene.clock.turn(10 * DAY)
    assert scene.portal.run_due().timers == 0
    assert scene.state(child) == "deleted"


def test_a_term_that_passes_without_an_act_is_told_once_and_the_withdrawal_stays_open(scene: Scene) -> None:
    flow = withdrawing(scene)
    scene.clock.turn(timedelta(days=30))
    for _ in range(3):
        assert scene.state(flow) == "requested"
    assert [row.kind for row in scene.storage.effects() if row.flow_id == flow] == [
        "DestroyPersonalData",
        "AlarmErasureOverdue",
    ]


def test_a_row_that_cannot_be_read_keeps_nobody_else_waiting(scene: Scene) -> None:
    broken, sound = registration(scene), registration(scene)
    with scene.storage.unit() as unit:
        row = unit.flow(broken)
        unit.write(Changes(flows=((row._replace(state="nobody knows"), row.version),), log=()))
    code = scene.code()
    scene.clock.turn(timedelta(days=14))
    done = scene.portal.run_due()
    assert (done.broken, stored_state(scene, sound), stored_state(scene, code.id)) == (1, "expired", "expired")


def test_locks_last_as_long_as_they_should_whatever_the_clock_does(scene: Scene) -> None:
    """U56: no wait becomes negative, and none is given back."""
    flow = locked_out(scene)
    scene.clock.turn(-DAY)
    assert scene.state(flow) == "locked"
    scene.clock.now = NOON
    assert scene.state(flow) == "locked"


def test_the_persons_events_stay_possible_till_the_last_microsecond(scene: Scene) -> None:
    flow = scene.at_card(BORIS)
    scene.clock.turn(timedelta(hours=24) - TICK)
    assert scene.walk(flow.id, ConfirmCard(), caller=AT_HOME).state == "password_offer"
    scene.clock.turn(TICK)
    assert scene.state(flow.id) == "registered"


def test_lives_that_a_host_does_not_name_stay_as_they_are(tmp_path: Path) -> None:
    scene = scene_of("memory", tmp_path, lives={"sign_in": None})
    there = scene.portal.start(SigningIn).id
    other = registration(scene)
    scene.clock.turn(365 * DAY)
    assert (scene.state(there), scene.state(other)) == ("method", "expired")
