"""A portal that does not open leaves nothing open behind it, but for what is the host's."""

from pathlib import Path

import pytest

from registratura.flows.errors import KeyWrong
from registratura.host import Registratura
from registratura.storage import MemoryStorage, SqlStorage, storage_for


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[SqlStorage]:
    storages: list[SqlStorage] = []
    close = SqlStorage.close

    def noted(storage: SqlStorage) -> None:
        storages.append(storage)
        close(storage)

    monkeypatch.setattr(SqlStorage, "close", noted)
    return storages


def test_with_a_wrong_key_its_own_storage_is_closed(tmp_path: Path, closed: list[SqlStorage]) -> None:
    file = tmp_path / "portal.db"
    Registratura(file, lambda: b"1" * 32).close()
    assert len(closed) == 1
    with pytest.raises(KeyWrong):
        Registratura(file, lambda: b"2" * 32)
    assert len(closed) == 2


def test_with_a_wrong_key_the_hosts_storage_stays_open(tmp_path: Path, closed: list[SqlStorage]) -> None:
    storage = storage_for(tmp_path / "portal.db")
    Registratura(storage, lambda: b"1" * 32)
    with pytest.raises(KeyWrong):
        Registratura(storage, lambda: b"2" * 32)
    assert closed == []
    storage.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_of_two_first_starts_with_other_keys_the_second_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    storage = MemoryStorage() if kind == "memory" else storage_for(tmp_path / "portal.db")
    with monkeypatch.context() as both_look:
        both_look.setattr(storage, "meta", lambda name: None)
        Registratura(storage, lambda: b"1" * 32)
        Registratura(storage, lambda: b"1" * 32)
        with pytest.raises(KeyWrong):
            Registratura(storage, lambda: b"2" * 32)
    Registratura(storage, lambda: b"1" * 32)
    with pytest.raises(KeyWrong):
        Registratura(storage, lambda: b"2" * 32)
    storage.close()
