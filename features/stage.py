"""What the steps stand on: behave's context as a typed stage, and its decorators with types.

behave has no type hints of its own; this is the one place that knows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

import behave  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features.drivers.port import Driver

Step = TypeVar("Step", bound=Callable[..., None])


class Stage(Protocol):
    """behave's context as the steps see it."""

    driver: Driver


def given(text: str) -> Callable[[Step], Step]:
    """*Дано*: prepares."""
    return cast("Callable[[Step], Step]", behave.given(text))


def when(text: str) -> Callable[[Step], Step]:
    """*Когда*: acts."""
    return cast("Callable[[Step], Step]", behave.when(text))


def then(text: str) -> Callable[[Step], Step]:
    """*Тогда*: reads."""
    return cast("Callable[[Step], Step]", behave.then(text))


def expect(actual: object, expected: object, what: str) -> None:
    """Fail with a sentence when what was read is not what the feature says."""
    if actual != expected:
        raise AssertionError(f"{what}: ожидалось {expected!r}, на самом деле {actual!r}")
