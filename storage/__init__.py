"""The ports of the engine on SQLAlchemy Core, and in memory for the tests of a host."""

from registratura.storage.ids import RandomIds
from registratura.storage.keyring import SecretKeyring
from registratura.storage.keys import (
    CallableKeyring,
    EnvironmentKeyring,
    FileKeyring,
    KeyFile,
    change_key_file,
    create_key_file,
    load_key_file,
)
from registratura.storage.memory import MemoryStorage
from registratura.storage.names import TableNames
from registratura.storage.open import storage_for
from registratura.storage.passwords import Argon2Hasher
from registratura.storage.rotation import drop_digests, rekey_digests, rewrap_keys
from registratura.storage.sql import SqlStorage
from registratura.storage.tables import tables_of

__all__ = [
    "Argon2Hasher",
    "CallableKeyring",
    "EnvironmentKeyring",
    "FileKeyring",
    "KeyFile",
    "MemoryStorage",
    "RandomIds",
    "SecretKeyring",
    "SqlStorage",
    "TableNames",
    "change_key_file",
    "create_key_file",
    "drop_digests",
    "load_key_file",
    "rekey_digests",
    "rewrap_keys",
    "storage_for",
    "tables_of",
]
