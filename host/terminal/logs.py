"""What the programs of the terminal log, on stderr: a line that people read, or JSON for machines.

A host has its own logging, and gets the same records of the standard library, their fields as attributes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

OURS = "registratura"
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"
    OFF = "off"


Log = Annotated[
    LogFormat,
    typer.Option("--log", metavar="ВИД", envvar="REGISTRATURA_LOG", help="Журнал работы: text, json или off."),
]


@contextmanager
def logged(how: LogFormat) -> Iterator[None]:
    """Write what the portal logs, from INFO on, for so long."""
    ours = logging.getLogger(OURS)
    level, handler = ours.level, _handler(how)
    ours.addHandler(handler)
    ours.setLevel(logging.INFO if how is not LogFormat.OFF else level)
    try:
        yield
    finally:
        ours.removeHandler(handler)
        ours.setLevel(level)


def _handler(how: LogFormat) -> logging.Handler:
    if how is LogFormat.OFF:
        return logging.NullHandler()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if how is LogFormat.JSON else TextLines())
    return handler


class JsonLines(logging.Formatter):
    """One object in a line."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": _at(record).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(said | _fields(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The time in UTC, what happened, and how."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={_short(value)}" for name, value in _fields(record).items())
        return f"{_at(record):%d.%m.%y %H:%M:%S}Z {record.levelname} {record.getMessage()} {fields}".rstrip()


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What came along with the message. Of an exception its name: what others' exceptions say may be personal."""
    fields = {name: value for name, value in vars(record).items() if name not in STANDARD}
    if record.exc_info and record.exc_info[0] is not None:
        fields["exception"] = record.exc_info[0].__name__
    return fields


def _short(value: Any) -> str:
    return ",".join(map(str, value)) or "-" if isinstance(value, list) else str(value)


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
