"""Every promise of the engine is tried on both storages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.portal import Scene, scene_of


@pytest.fixture(params=["memory", "sqlite"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    made = scene_of(request.param, tmp_path)
    yield made
    made.portal.close()
    made.gosuslugi.codes.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Scene]:
    made = scene_of("sqlite", tmp_path)
    yield made
    made.portal.close()
    made.gosuslugi.codes.close()
