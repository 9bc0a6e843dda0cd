"""A statement of SQLAlchemy Core, compiled once for each database and then run on its driver.

Compiled text on the driver's cursor costs a third of `Connection.execute`, and a host's own listeners for `begin` do
not come between: facts of the pool and the dialect stay SQLAlchemy's, transactions are begun and ended here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.sql.elements import BindParameter, CompilerElement
from sqlalchemy.types import TypeEngine

from registratura.storage.names import Speech

Insert = Callable[[Table], Any]


def _insert_of(make: str) -> Insert:
    """The database's own INSERT. Its dialect is imported when it is spoken: PostgreSQL's takes a while."""
    insert: Insert = import_module(f"sqlalchemy.dialects.{make}").insert
    return insert


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement in one database's words, and where the driver wants which value; `order` None: as they come."""

    sql: str
    names: tuple[str, ...]
    constants: tuple[Any, ...]
    positional: bool
    order: tuple[int, ...] | None

    def bind(self, values: Sequence[Any]) -> Any:
        if self.positional and self.order is None:
            return values
        known = (*values, *self.constants)
        return [known[i] for i in self.order] if self.order else dict(zip(self.names, known, strict=True))


@dataclass(slots=True)
class Statement:
    """What to build, given the database's `insert`; its values come in the order of `names`."""

    build: Callable[[Insert], CompilerElement]
    names: tuple[str, ...]
    _ready: dict[Speech, Ready] = field(default_factory=dict)

    def on(self, speech: Speech) -> Ready:
        """The statement in that database's words."""
        ready = self._ready.get(speech)
        if ready is None:
            ready = self._ready[speech] = self._compiled(speech)
        return ready

    def _compiled(self, speech: Speech) -> Ready:
        compiled: Any = self.build(_insert_of(speech.name)).compile(dialect=speech.dialect)
        parameters: dict[str, Any] = getattr(compiled, "params", None) or {}
        mine = tuple(f"_{name}" for name in self.names)
        constants = {name: constant for name, constant in parameters.items() if name not in mine}
        names = (*mine, *constants)
        places = getattr(compiled, "positiontup", None)
        if places is None:
            return Ready(str(compiled), names, tuple(constants.values()), positional=not parameters, order=None)
        order = tuple(names.index(name) for name in places)
        as_they_come = order == tuple(range(len(mine)))
        return Ready(str(compiled), names, tuple(constants.values()), True, None if as_they_come else order)


def value(name: str, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """The place of a value. Its own name is kept apart from the columns', which SQLAlchemy reserves."""
    return bindparam(f"_{name}", type_=kind)
