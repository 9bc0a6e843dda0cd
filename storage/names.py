"""What the tables are called: a schema and a prefix of the host's choice, and a database's words with these names."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Table

from registratura.flows.errors import OperatorError

OURS = "registratura_"
"""What `tables.py` calls them by; a host may choose another."""
# Small letters are the same with quotes and without. PostgreSQL cuts a name after 63 bytes; the longest adds 23.
_FIT = re.compile(r"[a-z_][a-z0-9_]{0,29}")


class NamesUnfit(OperatorError):
    """No database of ours can have tables of these names."""

    cause = "{name!r} cannot be the {part} of the tables: {reason}."
    cure = "Take up to 30 small Latin letters, digits and _, or leave it out."


@dataclass(frozen=True, slots=True)
class TableNames:
    """Where the tables lie and how their names begin: `TableNames(schema="registratura", prefix="")`.

    A schema is for PostgreSQL only; `None` is the one that the server chooses (`search_path`).

    Raises:
        NamesUnfit: of a name that would have to be quoted, or would be cut.
    """

    schema: str | None = None
    prefix: str = OURS

    def __post_init__(self) -> None:
        for part, name in (("schema", self.schema), ("prefix", self.prefix or None)):
            if name is not None and not _FIT.fullmatch(name):
                raise NamesUnfit(part=part, name=name, reason="it has other signs, or too many")

    def of(self, name: str) -> str:
        """What a table or an index of ours is called here."""
        return self.prefix + name.removeprefix(OURS) if name.startswith(OURS) else name


OUR_NAMES = TableNames()


class Speech:
    """One database's words with one host's names. What is compiled is kept by it, so there is one for each."""

    def __init__(self, dialect: Dialect, names: TableNames) -> None:
        if names.schema is not None and dialect.name == "sqlite":
            raise NamesUnfit(part="schema", name=names.schema, reason="SQLite has none")
        self.name, self.names, self.dialect = dialect.name, names, copy(dialect)
        words: Any = copy(dialect.identifier_preparer)
        quote = words.quote
        words.quote, words.quote_schema = (lambda name: quote(names.of(name))), quote
        words.schema_for_object = lambda thing: names.schema if isinstance(thing, Table) else None
        self.dialect.identifier_preparer = words


_KNOWN: dict[tuple[str, str, TableNames], Speech] = {}


def speech_of(dialect: Dialect, names: TableNames) -> Speech:
    """That database's words with these names.

    Raises:
        NamesUnfit: a schema, for SQLite.
    """
    key = dialect.name, dialect.paramstyle, names
    return _KNOWN.get(key) or _KNOWN.setdefault(key, Speech(dialect, names))
