"""Every promise of the engine is tried on every storage."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.portal import Scene, opened

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


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Scene]:
    with opened("sqlite", tmp_path) as made:
        yield made
