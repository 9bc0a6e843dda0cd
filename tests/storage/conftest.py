"""Every storage there is: what a port promises is tried on each, under names of a host's choice too."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from registratura.features import databases
from registratura.storage import MemoryStorage, SqlStorage, TableNames, storage_for

Storages = MemoryStorage | SqlStorage


@pytest.fixture(params=["memory", "sqlite file", "sqlite in memory", "sqlite named", "postgresql", "postgresql named"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storages]:
    with ExitStack() as stack:
        made = _made(request.param, tmp_path, stack)
        stack.callback(made.close)
        yield made


def _made(kind: str, folder: Path, stack: ExitStack) -> Storages:
    if kind == "memory":
        return MemoryStorage()
    if kind == "sqlite named":
        return storage_for(folder / "portal.db", names=TableNames(prefix="reg_"))
    if kind == "postgresql":
        return storage_for(stack.enter_context(databases.schema()))
    if kind == "postgresql named":
        # The server itself would look for them in another schema.
        _, _, name = str(stack.enter_context(databases.schema()).query["options"]).partition("search_path=")
        return storage_for(databases.server(), names=TableNames(schema=name, prefix="reg_"))
    return storage_for(folder / "portal.db" if kind == "sqlite file" else "sqlite://")


@pytest.fixture(params=["sqlite", "postgresql"])
def sql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    with databases.database(request.param, tmp_path) as address:
        made = storage_for(address)
        yield made
        made.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqlStorage]:
    made = storage_for(tmp_path / "portal.db")
    yield made
    made.close()
