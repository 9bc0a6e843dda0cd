"""What the benchmarks share: a portal whose SQL is noted, the same SQL on the bare driver, and figures.

Two contenders are always measured in turns within one run, so that what else the machine does falls on both.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from registratura.domain.identity import Identity, PersonName
from registratura.flows.registration import (
    AcceptConsent,
    ChooseRegion,
    GoToGosuslugi,
    Register,
    Registration,
)
from registratura.host import Registratura
from registratura.host.standins import Citizen, StandInGosuslugi
from registratura.storage.open import set_up

T = TypeVar("T")

SECRET = b"benchmarks only: 32 bytes of it."


class Call(NamedTuple):
    """A statement as it reached the driver."""

    sql: str
    values: Any
    many: bool = False


class Notes(list[Call]):
    """What reached the driver of a portal, in order."""


class Measured(NamedTuple):
    """A portal on a file, and what reaches its driver."""

    portal: Registratura
    notes: Notes
    file: Path


def portal_in(folder: Path, name: str = "portal.db") -> Measured:
    """A portal on a new or old SQLite file, with the settings that Registratura gives to one it opens itself."""
    from noted import noted_portal

    file = folder / name
    return Measured(*noted_portal(f"sqlite:///{file}"), file)


def bare(file: Path) -> sqlite3.Cursor:
    """The bare driver on a file, set up alike."""
    connection = sqlite3.connect(file, isolation_level=None)
    set_up(connection)
    return connection.cursor()


def replay(cursor: sqlite3.Cursor, calls: Iterable[Call]) -> None:
    """What a host would write by hand: the same statements with the same values, and nothing else."""
    for sql, values, many in calls:
        if many:
            cursor.executemany(sql, values)
        elif sql.startswith("SELECT"):
            cursor.execute(sql, values).fetchall()
        else:
            cursor.execute(sql, values)


def copy_of(file: Path, name: str) -> Path:
    """A copy of a database with everything that is committed."""
    copy = file.with_name(name)
    with sqlite3.connect(file) as old, sqlite3.connect(copy) as new:
        old.backup(new)
    old.close()
    new.close()
    return copy


def rows_of(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a database, by table."""
    connection = sqlite3.connect(file)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found = {table: sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr) for table in tables}
    connection.close()
    return found


def at_main_page(portal: Registratura) -> str:
    """A registration whose region is chosen."""
    flow = portal.start(Registration)
    return portal.send(flow.id, ChooseRegion(region="74")).id


def at_card_review(portal: Registratura) -> str:
    """A registration in which a person, known to Gosuslugi with all but the e-mail, checks their card."""
    flow = portal.send(at_main_page(portal), Register())
    text = {name: flow.screen.items[name] for name in ("text_version", "text_sha256")}
    portal.send(flow.id, AcceptConsent(**text))
    portal.send(flow.id, GoToGosuslugi(via="button"))
    gosuslugi = StandInGosuslugi(portal)
    citizen = gosuslugi.add(Citizen("margarita", "password", MARGARITA))
    gosuslugi.sign_in(flow.id, citizen.login, citizen.password)
    gosuslugi.enter_code(flow.id, citizen.phone_inbox[-1])
    state = portal.get(flow.id).state
    assert state == "card_review", state
    return flow.id


MARGARITA = Identity(
    issuer="http://esia.gosuslugi.ru/",
    oid="1000298933",
    trusted=True,
    name=PersonName(last="Алексеева", first="Маргарита", middle="Викторовна"),
    birth_date=date(2000, 8, 12),
    gender="F",
    snils="112-233-445 95",
    phone="+79001234567",
)


def taken(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gave, and how many seconds it took."""
    begun = time.perf_counter()
    done = work()
    return done, time.perf_counter() - begun


class Pair:
    """Two contenders' times, round by round."""

    def __init__(self, ours: str, theirs: str) -> None:
        self.names = ours, theirs
        self.rounds: list[tuple[list[float], list[float]]] = []
        self._counts = False

    def round(self, counts: bool = True) -> None:
        """Begin a round. One that does not count warms up."""
        self._counts = counts
        if counts:
            self.rounds.append(([], []))

    def add(self, ours: float, theirs: float) -> None:
        """One measurement of each, in seconds."""
        if self._counts:
            self.rounds[-1][0].append(ours)
            self.rounds[-1][1].append(theirs)

    @property
    def ratio(self) -> float:
        """The median of our times over the median of theirs."""
        ours, theirs = (statistics.median(times) for times in self.all())
        return ours / theirs

    @property
    def words(self) -> str:
        """The ratio, with the spread of the rounds' own ratios."""
        ratios = [statistics.median(ours) / statistics.median(theirs) for ours, theirs in self.rounds]
        return f"{self.ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"

    def all(self) -> tuple[Sequence[float], Sequence[float]]:
        """The times of every round, ours and theirs."""
        ours = [time for times, _ in self.rounds for time in times]
        theirs = [time for _, times in self.rounds for time in times]
        return ours, theirs
