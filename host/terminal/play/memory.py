"""What the terminal remembers between two evenings: who is signed in, and which page is open. The rest is stored."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pydantic import Field, ValidationError

from registratura.domain.values import Value
from registratura.host.terminal.opening import SQLITE


class Place(Value):
    """`path` are the flows that lie open one over another, the uppermost last; `cabinet` is this device's."""

    session: str = Field(default_factory=lambda: secrets.token_hex(16))
    account: str | None = None
    cabinet: str | None = None
    path: tuple[str, ...] = ()


class Memory:
    """A small file beside the database. A broken or missing one costs the place, and nothing of what was done."""

    def __init__(self, database: str) -> None:
        name = database.removeprefix(SQLITE)
        self._file = Path("registratura.play.json" if "://" in name else Path(name).with_suffix(".play.json"))
        self.place = self._read()

    def keep(self, **changes: object) -> None:
        """Change the place and write it down: a file that is half written never stands there."""
        self.place = self.place.model_copy(update=changes)
        new = self._file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(self.place.model_dump_json())
        new.replace(self._file)

    def _read(self) -> Place:
        try:
            return Place.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return Place()
