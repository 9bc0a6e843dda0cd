"""Faults between the engine and its storage: a write that fails, and somebody who comes in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from registratura.flows.rows import Changes

Hook = Callable[[Changes], Changes]


class Meddled:
    """A unit of work in which something happens before a write, or after the look for a recorded answer; once."""

    def __init__(self, unit: Any, hooks: dict[str, Callable[..., Any]]) -> None:
        self._unit, self._hooks = unit, hooks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def write(self, changes: Changes) -> None:
        hook = self._hooks.pop("write", None)
        self._unit.write(hook(changes) if hook else changes)

    def idempotent(self, scope: str, key: str) -> Any:
        found = self._unit.idempotent(scope, key)
        if hook := self._hooks.pop("idempotent", None):
            hook()
        return found


@contextmanager
def meddling(storage: Any, **hooks: Callable[..., Any]) -> Iterator[dict[str, Callable[..., Any]]]:
    """While it lasts, units are meddled with; what is left of the hooks did not happen."""
    unit = storage.unit

    @contextmanager
    def meddled(within: Any = None) -> Iterator[Meddled]:
        with unit(within) as real:
            yield Meddled(real, hooks)

    carry_out = storage.carry_out

    def together(now: int, limit: int, plan: Callable[[Any], Any]) -> Any:
        """What is planned, with something that happens before any of it is written."""

        def planned(rows: Any) -> Any:
            hook = hooks.pop("together", None)
            return [hook(changes) if hook else changes for changes in plan(rows)]

        return carry_out(now, limit, planned)

    storage.unit, storage.carry_out = meddled, together
    try:
        yield hooks
    finally:
        del storage.unit, storage.carry_out


class DiskFull(Exception):
    """The write fails before a byte is written."""


def fails(changes: Changes) -> Changes:
    raise DiskFull


def breaks_in_the_middle(changes: Changes) -> Changes:
    """Its last row is there twice, which a database notices when all others are written."""
    return replace(changes, log=(*changes.log, changes.log[-1]))
