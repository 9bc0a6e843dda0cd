"""What flows decide and show does not hang on the storage: here it is memory."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.portal import Scene, opened

from registratura.host import Caller


@pytest.fixture
def make_scene(tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Makes scenes with settings of a test's own."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(opened("memory", tmp_path, **settings))


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene()


@pytest.fixture
def caller(scene: Scene) -> Caller:
    """Margarita, registered and signed in."""
    return scene.registered()
