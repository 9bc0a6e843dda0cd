"""What the steps stand on: behave's context as a typed stage, and its decorators with types.

behave has no type hints of its own; this is the one place that knows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

import behave  # type: ignore[import-untyped]  # behave has no type hints

from registratura.features.drivers.port import Driver

Step = TypeVar("Step", bound=Callable[..., None])


ABOUT: dict[tuple[str, str], tuple[str, ...]] = {}
"""What a sentence is about, by the word it begins with and its text: drafts of scenarios are looked for by it."""
PLAYED_BY: dict[str, tuple[str, ...]] = {}
"""The tag of the drivers that know an act, by its text, where not all of them do."""


class Stage(Protocol):
    """behave's context as the steps see it."""

    driver: Driver


def given(text: str, *events: str) -> Callable[[Step], Step]:
    """*Дано*: prepares. `events` are those of the charts that it makes happen, opens the way to, or decides."""
    ABOUT["given", text] = events
    return cast("Callable[[Step], Step]", behave.given(text))


def when(text: str, *events: str, only: str = "") -> Callable[[Step], Step]:
    """*Когда*: acts. `events` are those that come of it, in whatever chart; `only` is the tag of who can do it."""
    ABOUT["when", text], PLAYED_BY[text] = events, (only,) if only else ()
    return cast("Callable[[Step], Step]", behave.when(text))


def then(text: str, *charts: str) -> Callable[[Step], Step]:
    """*Тогда*: reads. `charts` are those of which it says where a flow stands or what is in it."""
    ABOUT["then", text] = charts
    return cast("Callable[[Step], Step]", behave.then(text))


def expect(actual: object, expected: object, what: str) -> None:
    """Fail with a sentence when what was read is not what the feature says."""
    if actual != expected:
        raise AssertionError(f"{what}: ожидалось {expected!r}, на самом деле {actual!r}")
