"""What a PostgreSQL server is asked before it is used, so that nothing is written where it would be lost."""

from __future__ import annotations

from selectors import EVENT_READ, DefaultSelector
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import DisconnectionError

from registratura.flows.errors import OperatorError
from registratura.storage.databases import Errors

OLDEST = 14
"""The oldest release that its makers still mended in 2026: https://www.postgresql.org/support/versioning/."""
PATIENCE = 5000
"""Milliseconds that a lock is waited for. PostgreSQL itself sets no end to it."""
_IMPATIENT = f"SELECT set_config('lock_timeout', '{PATIENCE}', false) WHERE current_setting('lock_timeout') = '0'"
_ASKED = text(
    "SELECT current_setting('server_version_num')::int / 10000, current_setting('transaction_read_only'),"
    " current_setting('server_encoding')"
)


class ServerUnreachable(OperatorError):
    """Nobody answers at the address, or does not let us in."""

    cause = "The PostgreSQL at {where} does not let this program in: {reason}."
    cure = "Check the address, that the server runs, and that the database and its user are there."


class ServerTooOld(OperatorError):
    """The server is older than what this program is tried on."""

    cause = "The PostgreSQL at {where} is of release {found}."
    cure = "Use release {needed} or a newer one."


class ServerReadOnly(OperatorError):
    """The server is a replica, or was told to take no writes."""

    cause = "The PostgreSQL at {where} takes no writes: it is a replica, or was told so."
    cure = "Give the address of the primary; several hosts can be named, with target_session_attrs=read-write."


class ServerEncoding(OperatorError):
    """The database cannot hold every text."""

    cause = "The database at {where} is encoded in {found}, which cannot hold every text."
    cure = "Make one with ENCODING 'UTF8'."


def see_to_server(engine: Engine, where: str, errors: Errors) -> None:
    """Make sure that the server can be used.

    Raises:
        ServerUnreachable, ServerTooOld, ServerReadOnly, ServerEncoding: it cannot. Nothing was written.
    """
    try:
        with engine.connect() as connection:
            release, read_only, encoding = map(_text, connection.execute(_ASKED).one())
    except errors.caught as error:
        raise ServerUnreachable(where=where, reason=_reason(error)) from None
    if int(release) < OLDEST:
        raise ServerTooOld(where=where, found=release, needed=OLDEST)
    if read_only == "on":
        raise ServerReadOnly(where=where)
    if encoding != "UTF8":
        raise ServerEncoding(where=where, found=encoding)


def _text(value: Any) -> str:
    # Of a database without an encoding psycopg gives bytes.
    return value.decode() if isinstance(value, bytes) else str(value)


def wait_no_longer(connection: Any, record: object) -> None:
    """Who waits for a lock gives up some time, and others find a connection in the pool; an address may say when."""
    with connection.cursor() as cursor:
        cursor.execute(_IMPATIENT)
    connection.commit()


def must_be_alive(connection: Any, record: object, fairy: object) -> None:
    """A connection that waited in the pool: a server that ended it has said so, and nothing else was asked of it.

    Reading what is there already costs no round trip, as asking would.

    Raises:
        DisconnectionError: the pool then makes another one.
    """
    with DefaultSelector() as heard:
        heard.register(connection.pgconn.socket, EVENT_READ)
        if heard.select(0):
            raise DisconnectionError("ended by the server")


def _reason(error: Exception) -> str:
    """The server's words, or else the first ones of the driver: after them it only guesses."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    told = next((line for line in lines if "FATAL: " in line), lines[0])
    return told.rpartition("FATAL: ")[2].strip()
