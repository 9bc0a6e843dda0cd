"""Where the keys come from: a key file of the installation, or a host's callable that asks its key management.

The key file is JSON with mode 0600; each key is 32 bytes in base64:

    {"version": 1, "master": {"id", "key"}, "digest": [{"id", "key"}, … the newest first], "sign": {"id", "key"}}
"""

from __future__ import annotations

import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from pydantic import Field, ValidationError

from registratura.domain.values import Secret, Value
from registratura.flows.errors import KeyExposed, KeyFileExists, KeyMissing, KeyUnreadable
from registratura.storage.keyring import KEY_BYTES, Key, Keys, SecretKeyring


class StoredKey(Value):
    """A key as it stands in the file."""

    id: str
    key: Annotated[str, Secret]

    def opened(self) -> Key:
        return Key(self.id, b64decode(self.key, validate=True))


class KeyFile(Value):
    """What stands in a key file."""

    version: Literal[1] = 1
    master: StoredKey
    digest: tuple[StoredKey, ...] = Field(min_length=1)
    sign: StoredKey

    def opened(self) -> Keys:
        """The keys themselves.

        Raises:
            ValueError: a key is not 32 bytes in base64, or its id has other characters.
        """
        return Keys(self.master.opened(), tuple(key.opened() for key in self.digest), self.sign.opened())


class FileKeyring(SecretKeyring):
    """The keys of a key file; see `load_key_file` for what can be wrong with it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(load_key_file(path))


class CallableKeyring(SecretKeyring):
    """Keys derived (HKDF-SHA256) from a master secret of 32 bytes, for which the host's callable is asked once.

    Raises:
        KeyUnreadable: it gives something else.
    """

    def __init__(self, secret: Callable[[], bytes]) -> None:
        master = secret()
        if len(master) != KEY_BYTES:
            raise KeyUnreadable(key="keys=", reason=f"the host's callable does not give {KEY_BYTES} bytes")
        name = _derived(master, "id")[:4].hex()
        made = {use: Key(name, _derived(master, use)) for use in ("master", "digest", "sign")}
        super().__init__(Keys(made["master"], (made["digest"],), made["sign"]))


def create_key_file(path: str | os.PathLike[str]) -> Path:
    """Make a file with new keys, which only its owner can read.

    Raises:
        KeyFileExists: there is one; it is not overwritten.
        KeyUnreadable: it cannot be written there.
    """
    file = Path(path)
    text = KeyFile(master=_new(), digest=(_new(),), sign=_new()).model_dump_json(indent=2) + "\n"
    try:
        # Made closed to others from the start: there is no moment in which somebody else could open it.
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".registratura-key-") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
            # It gets its name once it is whole, and takes nobody's.
            os.link(out.name, file)
            _keep_names(file.parent)
    except FileExistsError:
        raise KeyFileExists(key=str(file)) from None
    except OSError as error:
        raise KeyUnreadable(key=str(file), reason=error.strerror) from None
    return file


def load_key_file(path: str | os.PathLike[str]) -> Keys:
    """The keys in a key file.

    Raises:
        KeyMissing: there is no such file.
        KeyExposed: others than its owner may read or change it.
        KeyUnreadable: it cannot be read, or is no key file.
    """
    file = Path(path)
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise KeyExposed(key=str(file))
        return KeyFile.model_validate_json(file.read_bytes()).opened()
    except FileNotFoundError:
        raise KeyMissing(key=str(file)) from None
    except OSError as error:
        raise KeyUnreadable(key=str(file), reason=error.strerror) from None
    except ValidationError as error:
        # The position and the kind of mistake only: what was read may be a key.
        where = "; ".join(sorted({f"{'.'.join(map(str, e['loc']))} ({e['type']})" for e in error.errors()}))
        raise KeyUnreadable(key=str(file), reason=where) from None
    except ValueError:
        reason = f"a key is not {KEY_BYTES} bytes in base64 under a plain id"
        raise KeyUnreadable(key=str(file), reason=reason) from None


def _keep_names(folder: Path) -> None:
    """What was named in it survives a loss of power: without its key file a database could not be read."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _new() -> StoredKey:
    return StoredKey(id=secrets.token_hex(4), key=b64encode(secrets.token_bytes(KEY_BYTES)).decode())


def _derived(master: bytes, use: str) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, f"registratura/v1/{use}".encode()).derive(master)
