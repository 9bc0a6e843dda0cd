"""What a connection to SQLite is told first, and who is waited for."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import text

from registratura.storage import SqlStorage, open


def test_a_database_of_ours_survives_a_loss_of_power(sqlite: SqlStorage) -> None:
    with sqlite.engine.connect() as opened:
        found = {
            name: opened.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000}


def test_two_first_starts_do_not_send_each_other_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite may refuse the turn to the write-ahead log at once, whatever its patience: here it has none."""
    monkeypatch.setattr(open, "PRAGMAS", ("busy_timeout = 0",))
    path = tmp_path / "portal.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        late = Timer(0.3, other.execute, ["COMMIT"])
        late.start()
        with closing(sqlite3.connect(path)) as connection:
            open.set_up(connection)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        late.join()


def test_a_file_that_may_not_be_written_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open, "sleep", lambda seconds: pytest.fail("waited"))
    path = tmp_path / "portal.db"
    sqlite3.connect(path).close()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection, closing(sqlite3.connect(path)) as to:
        to.execute("CREATE TABLE visits (name TEXT)")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            open.set_up(connection)
