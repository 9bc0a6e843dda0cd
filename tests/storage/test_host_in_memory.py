"""A host's transaction in memory: kept or thrown away whole, as in a database."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session
from support.rows import begun, contents, moved, version_of

from registratura.flows.errors import ConcurrentUpdate, WithinUnknown
from registratura.storage import MemoryStorage, storage_for


@pytest.mark.parametrize("commits", [True, False])
def test_a_hosts_session_on_the_one_connection_in_memory(commits: bool) -> None:
    storage = storage_for("sqlite://")
    with storage.unit() as unit:
        unit.write(begun())
    with Session(storage.engine) as within:
        with storage.unit(within) as unit:
            unit.write(moved(2))
        assert version_of(storage) == 2, "there is only this connection, and so no view from outside"
        within.commit() if commits else within.rollback()
    assert version_of(storage) == (2 if commits else 1)
    storage.close()


def test_a_transaction_in_memory_is_kept_or_thrown_away_whole() -> None:
    storage = MemoryStorage()
    with storage.transaction() as within, storage.unit(within) as unit:
        unit.write(begun())
        assert storage.flow_ids() == []
    before = contents(storage)

    def act(then: Callable[[], None]) -> None:
        with storage.transaction() as within, storage.unit(within) as unit:
            unit.write(moved(2))
            then()

    def fail() -> None:
        raise ZeroDivisionError

    def come_first() -> None:
        with storage.unit() as other:
            other.write(moved(2))

    with pytest.raises(ZeroDivisionError):
        act(fail)
    assert contents(storage) == before
    with pytest.raises(ConcurrentUpdate):
        act(come_first)
    assert version_of(storage) == 2


def test_a_transaction_in_memory_belongs_to_its_storage() -> None:
    with MemoryStorage().transaction() as within, pytest.raises(WithinUnknown), MemoryStorage().unit(within):
        pass
