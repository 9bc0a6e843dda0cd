"""Every storage there is: what a port promises is tried on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registratura.storage import MemoryStorage, SqlStorage, storage_for

Storages = MemoryStorage | SqlStorage


@pytest.fixture(params=["memory", "sqlite file", "sqlite in memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storages]:
    kind: str = request.param
    made: Storages
    if kind == "memory":
        made = MemoryStorage()
    else:
        made = storage_for(tmp_path / "portal.db" if kind == "sqlite file" else "sqlite://")
    yield made
    made.close()


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[SqlStorage]:
    made = storage_for(tmp_path / "portal.db")
    yield made
    made.close()
