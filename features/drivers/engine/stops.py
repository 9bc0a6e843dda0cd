"""A process that stops in the middle: its storage lets nothing more through, and what was committed stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select

from registratura.flows.rows import Changes, FlowRow
from registratura.storage import MemoryStorage, SqlStorage
from registratura.storage.tables import tables_of

ALL = 1_000_000
Stop = Literal["", "before", "after"]


class Stopped(Exception):
    """The process is gone: whoever asked gets no answer."""


class _StoppingUnit:
    """A unit of work that stops at its write, before or after the commit."""

    def __init__(self, unit: Any, stop: Stop) -> None:
        self._unit, self._stop = unit, stop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def write(self, changes: Changes) -> None:
        if self._stop == "after":
            self._unit.write(changes)
        raise Stopped


class StoppableMemory(MemoryStorage):
    """The storage in memory, of a process that may stop."""

    stop: Stop = ""

    def flows(self) -> list[FlowRow]:
        """Every flow, the oldest first."""
        return [row for _, row in sorted(self.rows.flows.items())]

    def bytes(self) -> bytes:
        """All that is kept."""
        return repr(self.rows).encode()

    @contextmanager
    def unit(self, within: Any = None) -> Iterator[Any]:
        with super().unit(within) as unit:
            yield _StoppingUnit(unit, self.stop) if self.stop else unit


class StoppableSql(SqlStorage):
    """The storage in a database, of a process that may stop."""

    stop: Stop = ""

    def flows(self) -> list[FlowRow]:
        """Every flow, the oldest first."""
        with super().unit() as unit:
            return [row for flow_id in self.flow_ids(limit=ALL) if (row := unit.flow(flow_id))]

    def bytes(self) -> bytes:
        """All that is kept: the files of SQLite, or every row of a server."""
        if self.engine.dialect.name == "sqlite":
            file = Path(self.engine.url.database or "")
            return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
        with self.engine.connect() as connection:
            return repr(
                [connection.execute(select(table)).all() for table in tables_of(self.names).sorted_tables]
            ).encode()

    @contextmanager
    def unit(self, within: Any = None) -> Iterator[Any]:
        with super().unit(within) as unit:
            yield _StoppingUnit(unit, self.stop) if self.stop else unit


Stoppable = StoppableMemory | StoppableSql
