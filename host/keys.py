"""The keys that a host names when it opens a portal: a file, an environment variable, a callable, or a Keyring."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from registratura.flows.errors import KeyFileExists, KeyMissing, KeyUnreadable, KeyWrong
from registratura.flows.keyring import Keyring
from registratura.flows.ports import Storage
from registratura.storage import CallableKeyring, EnvironmentKeyring, FileKeyring, create_key_file
from registratura.storage.keys import ENVIRONMENT
from registratura.storage.rotation import KEY_CHECK


def keys_for(storage: Storage, keys: Any, create: bool, *, mine: bool) -> Keyring:
    """The keys. Without them there is no portal, and a storage that was opened for it must not stay open."""
    try:
        return _fitting_keys(storage, keys, create)
    except BaseException:
        if mine:
            storage.close()
        raise


def _fitting_keys(storage: Storage, keys: Any, create: bool) -> Keyring:
    known = storage.meta(KEY_CHECK)
    ring = _keyring(keys, make=create and known is None)
    if known is None:
        # Another first start, with other keys, may have come between: the first keys stay.
        known = storage.add_meta(KEY_CHECK, ring.check_value())
    if not ring.fits(known):
        raise KeyWrong()
    return ring.for_database(known)


def look_at(keys: Any) -> None:
    """What is wrong with the keys is said before there is a database."""
    if isinstance(keys, Keyring) or callable(keys):
        return
    if not isinstance(keys, str | os.PathLike):
        raise KeyUnreadable(key="keys=", reason="it is no path, no callable and no Keyring")
    if variable := _variable(keys):
        EnvironmentKeyring(variable)
    elif os.path.exists(keys):
        FileKeyring(keys)
    elif not os.path.isdir(os.path.dirname(os.path.abspath(keys))):
        raise KeyUnreadable(key=os.fspath(keys), reason="there is no such folder")


def _variable(keys: Any) -> str | None:
    """The environment variable that is meant by `env:NAME`."""
    return keys.removeprefix(ENVIRONMENT) if isinstance(keys, str) and keys.startswith(ENVIRONMENT) else None


def _keyring(keys: Any, make: bool) -> Keyring:
    if isinstance(keys, Keyring):
        return keys
    if callable(keys):
        return CallableKeyring(keys)
    if variable := _variable(keys):
        return EnvironmentKeyring(variable)
    if not os.path.exists(keys):
        if not make:
            raise KeyMissing(key=os.fspath(keys))
        # Another process may be starting on the same new database: whoever is first makes the keys of both.
        with suppress(KeyFileExists):
            create_key_file(keys)
    return FileKeyring(keys)
