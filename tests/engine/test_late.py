"""Promise 4 between flows: what is found too late by others, and what keeps nobody waiting."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

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
)

from registratura.domain.card import FieldName
from registratura.domain.consent import Purpose
from registratura.flows.attachment import ChooseProfile
from registratura.flows.cabinet import Cabinet, OpenCabinet, OpenSection, Section
from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.patient_card import AddRelative, Delete, Edit, PatientCard
from registratura.flows.registration import ConfirmCard
from registratura.flows.rows import Changes
from registratura.flows.sign_in import ChoosePassword, SubmitPassword
from registratura.flows.sign_in import SignIn as SigningIn
from registratura.host import Caller

DAY = timedelta(days=1)


def registration(scene: Scene) -> str:
    return scene.at_consent(None).id


def withdrawing(scene: Scene) -> str:
    return scene.portal.start(ConsentWithdrawal, caller=scene.registered()).id


def locked_out(scene: Scene) -> str:
    flow = scene.walk(scene.portal.start(SigningIn).id, ChoosePassword()).id
    for _ in range(5):
        scene.portal.send(flow, SubmitPassword(login="nobody@example.org", password="wrong"))
    return flow


def stored_state(scene: Scene, flow: str) -> str:
    with scene.storage.unit() as unit:
        row = unit.flow(flow)
    return str(row and row.state)


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


def test_a_page_that_is_only_looked_at_carries_out_what_it_finds_too_late(scene: Scene) -> None:
    caller = scene.registered()
    child = child_of(scene, caller, date(2008, 3, 3))
    cabinet = scene.portal.start(Cabinet, caller=caller)
    scene.walk(cabinet.id, OpenCabinet(), OpenSection(section=Section.CARDS), caller=caller)
    scene.clock.now = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert child not in scene.portal.get(cabinet.id, caller=caller).screen.items["cards"]
    assert stored_state(scene, child) == "grown_up"


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
