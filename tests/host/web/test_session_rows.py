"""The port of the sessions, in memory and on SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.people import NOW

from registratura.features.databases import database
from registratura.flows.engine.codec import micros
from registratura.flows.errors import PortalClosed
from registratura.storage import MemoryStorage, storage_for
from registratura.storage.sessions import MemorySessions, SessionRow, Sessions, SqlSessions, VisitRow, sessions_for

LONG_AGO = micros(NOW - timedelta(days=1))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sessions]:
    with database(request.param, tmp_path) as address:
        storage = MemoryStorage() if request.param == "memory" else storage_for(address)
        yield sessions_for(storage)
        storage.close()


ROW = SessionRow("one", None, LONG_AGO, LONG_AGO, "sealed")


def test_the_sessions_lie_where_the_storage_does(tmp_path: Path) -> None:
    storage, shared = storage_for(tmp_path / "portal.db"), storage_for("sqlite://")
    assert isinstance(sessions_for(storage), SqlSessions)
    assert isinstance(sessions_for(MemoryStorage()), MemorySessions)
    assert isinstance(sessions_for(shared), MemorySessions), "its one connection is the units'"
    storage.close()
    shared.close()


def test_a_session_is_kept_changed_and_ended(sessions: Sessions) -> None:
    assert sessions.get("one") is None
    sessions.add(ROW)
    assert sessions.change(ROW._replace(data="other"))
    sessions.touch("one", LONG_AGO + 5)
    assert sessions.get("one") == ROW._replace(data="other", seen_at=LONG_AGO + 5)
    sessions.end("one")
    assert sessions.get("one") is None


def test_a_session_that_ended_is_not_brought_back(sessions: Sessions) -> None:
    sessions.add(ROW)
    sessions.end("one")
    assert not sessions.change(ROW._replace(data="other"))
    assert sessions.get("one") is None


def test_a_session_moves_once_and_its_visits_with_it(sessions: Sessions) -> None:
    sessions.add(ROW)
    sessions.add_visit(VisitRow("state", "one", "flow", LONG_AGO))
    assert sessions.move("one", ROW._replace(id="two", account="a"))
    assert not sessions.move("one", ROW._replace(id="three"))
    assert (sessions.get("one"), sessions.get("three")) == (None, None)
    assert sessions.visit("state") == VisitRow("state", "two", "flow", LONG_AGO)


def test_a_visit_is_spent_once_and_by_its_own_session(sessions: Sessions) -> None:
    sessions.add_visit(VisitRow("state", "one", "flow", LONG_AGO))
    assert sessions.spend_visit("state", "two") is None
    spent = sessions.spend_visit("state", "one")
    assert spent is not None
    assert spent.flow_id == "flow"
    assert sessions.spend_visit("state", "one") is None


def test_the_older_sessions_of_an_account_end(sessions: Sessions) -> None:
    sessions.add(ROW._replace(id="old", account="a"))
    sessions.add(ROW._replace(id="mine", account="a"))
    sessions.add(ROW._replace(id="new", account="a", created_at=LONG_AGO + 1))
    sessions.add(ROW._replace(id="other", account="b"))
    assert sessions.end_of_account("a", LONG_AGO + 1, "mine") == 1
    assert [sessions.get(key) is not None for key in ("old", "mine", "new", "other")] == [False, True, True, True]
    assert sessions.end_of_account("a", LONG_AGO + 1) == 1


def test_what_nobody_has_seen_for_long_is_forgotten(sessions: Sessions) -> None:
    sessions.add(ROW)
    sessions.add(ROW._replace(id="two", seen_at=LONG_AGO + 10))
    sessions.add_visit(VisitRow("state", "one", "flow", LONG_AGO))
    assert sessions.purge(LONG_AGO + 1) == 1
    assert (sessions.get("one"), sessions.visit("state")) == (None, None)
    assert sessions.get("two") is not None


def test_a_portal_that_is_closed_takes_no_session(tmp_path: Path) -> None:
    storage = storage_for(tmp_path / "portal.db")
    sessions = sessions_for(storage)
    sessions.add(ROW)
    storage.close()
    calls: tuple[Callable[[], object], ...] = (
        lambda: sessions.add(ROW._replace(id="two")),
        lambda: sessions.change(ROW),
        lambda: sessions.move("one", ROW._replace(id="two")),
        lambda: sessions.end("one"),
        lambda: sessions.add_visit(VisitRow("state", "one", "flow", LONG_AGO)),
        lambda: sessions.get("one"),
    )
    for call in calls:
        with pytest.raises(PortalClosed):
            call()
    again = storage_for(tmp_path / "portal.db")
    kept = sessions_for(again)
    assert (kept.get("one"), kept.get("two"), kept.visit("state")) == (ROW, None, None)
    again.close()
