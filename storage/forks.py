"""What a fork of the process must know of: storages with connections of their own."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forked(Protocol):
    """Told of a fork in the thread that forks, when no other thread runs in the child yet."""

    def before_fork(self) -> None: ...
    def in_child(self) -> None: ...


_WATCHED: WeakSet[Forked] = WeakSet()


def watch_forks(storage: Forked) -> None:
    """Tell it of every fork from now on, for as long as somebody else keeps it."""
    _WATCHED.add(storage)


def _before() -> None:
    for storage in list(_WATCHED):
        storage.before_fork()


def _in_child() -> None:
    for storage in list(_WATCHED):
        storage.in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_child=_in_child)
