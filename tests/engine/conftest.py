"""Every promise of the engine is tried on every storage."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from support.portal import Scene, opened

from registratura.features.databases import database

MakeScene = Callable[..., Scene]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def make_scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeScene]:
    """Makes scenes with settings of a test's own."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Scene:
            return stack.enter_context(opened(request.param, tmp_path, **settings))

        yield make


@pytest.fixture
def scene(make_scene: MakeScene) -> Scene:
    return make_scene()


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A scene in a database."""
    with opened(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def asynchronous(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL | str]:
    """An address for an AsyncEngine."""
    with database(request.param, tmp_path) as address:
        yield str(address).replace("sqlite:", "sqlite+aiosqlite:") if request.param == "sqlite" else address


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Scene]:
    with opened("sqlite", tmp_path) as made:
        yield made
