"""The connections of a storage's own engine."""

import sqlite3
from pathlib import Path

import pytest
from support import rows

from registratura.flows.ports import Lost
from registratura.storage import storage_for


def no_rollback(action: int, word: str | None, *_: object) -> int:
    denied = action == sqlite3.SQLITE_TRANSACTION and word == "ROLLBACK"
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK


def test_a_connection_that_could_not_be_rolled_back_is_not_used_again(tmp_path: Path) -> None:
    storage = storage_for(tmp_path / "portal.db")
    pooled = storage.engine.raw_connection()
    pooled.driver_connection.set_authorizer(no_rollback)
    pooled.close()

    with pytest.raises(Lost), storage.unit() as unit:
        unit.write(rows.Changes(flows=((rows.flow(), 1),), log=(rows.entry(),)))

    with storage.unit() as unit:
        unit.write(rows.Changes(flows=((rows.flow(), 0),), log=(rows.entry(),)))
        assert unit.flow("flow-1") is not None
    storage.close()
