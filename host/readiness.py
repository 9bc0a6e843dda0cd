"""Whether a portal can work just now: its database answers, with the tables of this release, made with these keys."""

from __future__ import annotations

from registratura.flows.errors import DatabaseUnavailable, KeyWrong, RegistraturaError
from registratura.host.portal import Registratura
from registratura.storage import SqlStorage
from registratura.storage.rotation import KEY_CHECK
from registratura.storage.schema import see_to_tables


def must_be_ready(portal: Registratura) -> None:
    """Nothing is written or made.

    Raises:
        DatabaseUnavailable, ServerUnreachable, …: the database does not answer.
        DatabaseMissing, SchemaOlder, SchemaNewer, SchemaTorn: its tables are not those of this release.
        KeyWrong: they were made with other keys.
    """
    storage = portal.engine.storage
    if isinstance(storage, SqlStorage):
        see_to_tables(storage, create=False)
    known = storage.meta(KEY_CHECK)
    if known is None or not portal.engine.tools.keys.fits(known):
        raise KeyWrong()


def why_not_ready(portal: Registratura) -> str | None:
    """The code of what is wrong, which says nothing of where and with what; none if all is well."""
    try:
        must_be_ready(portal)
    except RegistraturaError as error:
        return error.code
    except Exception:  # noqa: BLE001  # whatever a host's storage raises, the portal cannot work with it
        return DatabaseUnavailable.code
    return None
