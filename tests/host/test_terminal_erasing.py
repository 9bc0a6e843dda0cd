"""`registratura erase`: what waits to be destroyed, and destroying it under an act."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from support.terminal import Run

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.registration import AcceptConsent, ChooseRegion, GoToGosuslugi, Register, Registration
from registratura.host import Caller
from registratura.host.standins.people import citizens
from registratura.host.terminal.opening import world

AT = ("--database", "portal.db")


class Left(NamedTuple):
    """Somebody who has withdrawn the consent."""

    account: str
    withdrawal: str


def leaves(folder: Path, when: datetime) -> Left:
    with world(str(folder / "portal.db"), None, lambda: when) as made:
        portal = made.portal
        flow = portal.start(Registration)
        portal.send(flow.id, ChooseRegion(region="74"))
        items = portal.send(flow.id, Register()).screen.items
        portal.send(flow.id, AcceptConsent(text_version=items["text_version"], text_sha256=items["text_sha256"]))
        portal.send(flow.id, GoToGosuslugi())
        account = portal.gosuslugi.returned(flow.id, citizens()[0].identity, "an answer").account
        withdrawal = portal.start(ConsentWithdrawal, caller=Caller(account=account)).id
    return Left(str(account), withdrawal)


@pytest.fixture
def left(tmp_path: Path) -> Left:
    return leaves(tmp_path, datetime.now(UTC))


def destroyed(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "portal.db")) as connection:
        query = "SELECT count(*) FROM registratura_keys WHERE wrapped='destroyed'"
        return int(connection.execute(query).fetchone()[0])


def test_what_waits_is_listed_with_its_term(run: Run, left: Left) -> None:
    ran = run("erase", *AT)
    until = datetime.now(UTC) + timedelta(days=30)
    assert ran.code == 0
    assert left.withdrawal in ran.out
    assert f"уничтожить до {until:%d.%m.%Y}" in ran.out
    assert "Срок прошёл" not in ran.out


def test_a_term_that_is_over_is_told_by_the_code_too(run: Run, tmp_path: Path) -> None:
    leaves(tmp_path, datetime.now(UTC) - timedelta(days=31))
    ran = run("erase", *AT)
    assert (ran.code, "Срок прошёл!" in ran.out) == (1, True)


def test_where_nothing_waits_that_is_said(run: Run, left: Left) -> None:
    run("erase", left.withdrawal, "--act", "12-П", "--yes", *AT)
    ran = run("erase", *AT)
    assert (ran.code, ran.out.strip()) == (0, "Отзывов, по которым данные ещё не уничтожены, нет.")


def test_the_data_is_destroyed_under_the_act_and_all_that_is_left_is_sound(
    run: Run, left: Left, tmp_path: Path
) -> None:
    ran = run("erase", left.withdrawal[-8:], "--act", " 12-П ", "--yes", *AT)
    assert (ran.code, "по акту 12-П" in ran.out, ran.err) == (0, True, "")
    assert destroyed(tmp_path) > 0
    assert run("flows", "verify", *AT).code == 0
    assert "Данные уничтожены, составлен акт" in run("flows", "show", left.withdrawal, *AT).out


@pytest.mark.parametrize(("typed", "gone"), [("уничтожить", True), ("Уничтожить ", True), ("да", False), ("", False)])
def test_it_asks_before(run: Run, left: Left, tmp_path: Path, typed: str, gone: bool) -> None:
    ran = run("erase", left.withdrawal, "--act", "12-П", *AT, typed=typed)
    assert "Вернуть их нельзя" in ran.out
    assert (ran.code == 0, destroyed(tmp_path) > 0) == (gone, gone)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Нужен номер акта"),
        (("--act", " "), "Нужен номер акта"),
        (("--act", "1" * 101), "не длиннее 100 знаков"),
    ],
)
def test_an_act_has_a_number(run: Run, left: Left, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = run("erase", left.withdrawal, *arguments, "--yes", *AT)
    assert (ran.code, said in " ".join(ran.err.split()), destroyed(tmp_path)) == (1, True, 0)


def test_only_what_waits_is_destroyed(run: Run, left: Left) -> None:
    assert "Такого процесса в базе нет" in run("erase", "nonsense", "--act", "1", "--yes", *AT).err
    run("erase", left.withdrawal, "--act", "1", "--yes", *AT)
    again = run("erase", left.withdrawal, "--act", "2", "--yes", *AT)
    assert (again.code, "Это не отзыв" in again.err) == (1, True)
