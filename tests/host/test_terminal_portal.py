"""A host's own flows, under a name of their own: `--portal` shows them, tells what is stuck and destroys them too."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from support.hosts_own import OWN, SOON, TEXTS, AskForVisit, Visit
from support.terminal import Run

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.host import Caller, Parts, Registratura

AT = ("--database", "portal.db")
WITH = ("--portal", "a_host_of_visits:portal")
HOST = """
from support.hosts_own import OWN, TEXTS
from registratura.host import Parts, Registratura

def portal():
    return Registratura("portal.db", "portal.key", parts=Parts(flows=OWN, texts=TEXTS))
"""


class Left(NamedTuple):
    """A visit that nobody came to, of somebody who has withdrawn the consent."""

    visit: str
    withdrawal: str


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Left]:
    (tmp_path / "a_host_of_visits.py").write_text(HOST)
    parts = Parts(flows=OWN, texts=TEXTS, clock=lambda: datetime.now(UTC) - 2 * SOON)
    portal = Registratura(str(tmp_path / "portal.db"), str(tmp_path / "portal.key"), parts=parts)
    caller = Caller(account="a")
    visit = portal.start(Visit, AskForVisit(complaint="Болит голова"), caller=caller).id
    yield Left(visit, portal.start(ConsentWithdrawal, caller=caller).id)
    portal.close()
    sys.modules.pop("a_host_of_visits", None)


def destroyed(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "portal.db")) as connection:
        query = "SELECT count(*) FROM registratura_keys WHERE wrapped='destroyed'"
        return int(connection.execute(query).fetchone()[0])


def test_the_lists_call_it_by_its_name(run: Run, left: Left) -> None:
    assert f"{left.visit}\tЗапись на приём\tПриём назначен\t" in run("flows", "list", *WITH).out
    assert f"{left.visit}\tvisit\tasked\t" in run("flows", "list", *AT).out
    shown = run("flows", "show", left.visit, *WITH).out
    assert "Запись на приём (visit)" in shown
    assert "Записаться на приём\tbegin/ask_for_visit/asked" in shown


def test_what_is_late_in_it_is_told_as_late(run: Run, left: Left) -> None:
    ran = run("flows", "stuck", *WITH)
    assert ran.code == 1
    assert f"{left.visit}\tЗапись на приём\tне выполнен таймер visit_passed\t" in ran.out
    assert "схемы у этой программы нет" not in ran.out


def test_it_is_destroyed_with_the_rest(run: Run, left: Left, tmp_path: Path) -> None:
    assert left.withdrawal in run("erase", *WITH).out
    ran = run("erase", left.withdrawal, "--act", "12-П", "--yes", *WITH)
    assert (ran.code, ran.err) == (0, "")
    assert destroyed(tmp_path) == 2
    assert run("flows", "verify", *WITH).code == 0


def test_without_the_hosts_portal_nothing_is_destroyed_and_the_cure_is_said(
    run: Run, left: Left, tmp_path: Path
) -> None:
    ran = run("erase", left.withdrawal, "--act", "12-П", "--yes", *AT)
    said = " ".join(ran.err.split())
    assert (ran.code, destroyed(tmp_path)) == (1, 0)
    assert said.startswith(f"Ничего не уничтожено. Процесс {left.visit} идёт по версии 1 схемы visit")
    assert "--portal мой.модуль:имя" in said
    assert left.withdrawal in run("erase", *AT).out, "it still waits"
