"""`registratura flows stuck`: what goes on by itself no more."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.terminal import Run

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.registration import AcceptConsent, ChooseRegion, GoToGosuslugi, Register, Registration
from registratura.flows.rows import ERASED
from registratura.host import Caller
from registratura.host.standins.people import citizens
from registratura.host.terminal.opening import world

AT = ("flows", "stuck", "--database", "portal.db")
FINE = "Ничего не застряло."
PERSON = citizens()[0].identity


def withdrawn(folder: Path, ago: timedelta = timedelta(0)) -> str:
    """Somebody registered and withdrew the consent so long ago; every effect of that is done."""
    then = datetime.now(UTC) - ago
    with world(str(folder / "portal.db"), None, lambda: then) as made:
        portal = made.portal
        flow = portal.start(Registration)
        portal.send(flow.id, ChooseRegion(region="74"))
        items = portal.send(flow.id, Register()).screen.items
        portal.send(flow.id, AcceptConsent(text_version=items["text_version"], text_sha256=items["text_sha256"]))
        portal.send(flow.id, GoToGosuslugi())
        account = portal.gosuslugi.returned(flow.id, PERSON, "an answer").account
        left = portal.start(ConsentWithdrawal, caller=Caller(account=account)).id
    change(folder, "UPDATE registratura_effects SET status = 'done'")
    return left


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "portal.db")) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_where_everything_goes_on_that_is_said(run: Run, tmp_path: Path) -> None:
    withdrawn(tmp_path)
    ran = run(*AT)
    assert (ran.code, ran.out.strip()) == (0, FINE)


def test_a_timer_that_nobody_carries_out_is_told_once_it_is_late_enough(run: Run, tmp_path: Path) -> None:
    left = withdrawn(tmp_path, timedelta(days=30, minutes=20))
    assert left not in run(*AT, "--minutes", "60").out
    ran = run(*AT)
    told = [line.split("\t")[:3] for line in ran.out.splitlines()]
    assert ran.code == 1
    assert [left, "Отзыв согласия", "не выполнен таймер term_ended"] in told
    assert "registratura worker" in ran.err


def test_a_term_is_over_even_if_its_alarm_was_raised(run: Run, tmp_path: Path) -> None:
    left = withdrawn(tmp_path, timedelta(days=31))
    run("due", "--database", "portal.db")
    change(tmp_path, "UPDATE registratura_effects SET status = 'done'")
    ran = run(*AT)
    assert [line.split("\t")[:3] for line in ran.out.splitlines()] == [
        [left, "Отзыв согласия", "прошёл срок уничтожения данных"]
    ]
    assert "registratura erase" in ran.err


@pytest.mark.parametrize(
    ("status", "what", "cure"),
    [
        ("dead", "не удалось, попыток 8, ошибка OSError", "effects dead"),
        ("pending", "не выполнено, попыток 8", "worker --portal"),
        ("leased", "не выполнено, попыток 8", "worker --portal"),
    ],
)
def test_effects_that_are_dead_or_late_are_told(run: Run, tmp_path: Path, status: str, what: str, cure: str) -> None:
    withdrawn(tmp_path, timedelta(hours=1))
    change(
        tmp_path,
        f"UPDATE registratura_effects SET status = '{status}', attempts = 8, error = 'OSError'"
        " WHERE kind = 'DestroyPersonalData'",
    )
    ran = run(*AT)
    assert ran.code == 1
    assert [line.split("\t")[1:3] for line in ran.out.splitlines()] == [["DestroyPersonalData", what]]
    assert cure in ran.err


def test_what_died_because_it_was_erased_is_nobodys_to_do(run: Run, tmp_path: Path) -> None:
    withdrawn(tmp_path)
    change(tmp_path, f"UPDATE registratura_effects SET status = 'dead', error = '{ERASED}'")
    assert run(*AT).code == 0


def test_a_person_whose_data_is_erased_is_not_told_as_unreadable(run: Run, tmp_path: Path) -> None:
    left = withdrawn(tmp_path)
    run("erase", left, "--act", "12-П", "--yes", "--database", "portal.db")
    change(tmp_path, "UPDATE registratura_effects SET status = 'done'")
    assert run(*AT).out.strip() == FINE


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("SET state = 'moon' WHERE flow = 'registration'", "состояние moon этой программе неизвестно"),
        ("SET data = '{' WHERE flow = 'registration'", "данные не читаются"),
        ("SET sealed = 'v1.x.y.z' WHERE flow = 'patient_card'", "данные не читаются"),
    ],
)
def test_a_flow_that_cannot_be_read_is_told_and_hides_no_other(
    run: Run, tmp_path: Path, statement: str, what: str
) -> None:
    left = withdrawn(tmp_path, timedelta(days=31))
    change(tmp_path, f"UPDATE registratura_flows {statement}")
    ran = run(*AT)
    assert what in [line.split("\t")[2] for line in ran.out.splitlines()]
    assert left in ran.out
    assert "flows verify" in ran.err


def test_nothing_personal_is_told(run: Run, tmp_path: Path) -> None:
    withdrawn(tmp_path, timedelta(days=31))
    change(tmp_path, "UPDATE registratura_flows SET state = 'moon' WHERE flow = 'patient_card'")
    change(tmp_path, "UPDATE registratura_effects SET status = 'dead', error = 'OSError'")
    ran = run(*AT)
    words = (PERSON.name.last, PERSON.name.first, PERSON.snils, PERSON.phone, PERSON.oid)
    assert len(ran.out.splitlines()) > 3
    assert [word for word in words if str(word) in ran.out + ran.err] == []


def test_a_version_that_this_program_does_not_have_is_told_as_such(run: Run, tmp_path: Path) -> None:
    left = withdrawn(tmp_path)
    change(tmp_path, f"UPDATE registratura_flows SET chart_version=2 WHERE id='{left}'")
    told = run(*AT).out.splitlines()[-1].split("\t")
    assert told[:3] == [left, "Отзыв согласия", "версии 2 схемы у этой программы нет"]
