"""Where the keys come from: a key file, an environment variable with its text, or a callable that asks a KMS.

The key file is JSON with mode 0600; each key is 32 bytes in base64:

    {"version": 1, "master": {"id", "key"}, "digest": [{"id", "key"}, … the newest first], "sign": {"id", "key"},
     "former": [master keys that still unwrap], "next": a master key that is to come, or null,
     "inner": [digest keys that are only under those in "digest", the newest first]}
"""

from __future__ import annotations

import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from pydantic import Field, ValidationError

from registratura.domain.values import Secret, Value
from registratura.flows.errors import KeyExposed, KeyFileExists, KeyMissing, KeyUnreadable
from registratura.storage.keyring import KEY_BYTES, Key, Keys, SecretKeyring

ENVIRONMENT = "env:"
NEW_FILE = ".registratura-key-"
Secrets = Callable[[], bytes | Sequence[bytes]]


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
    former: tuple[StoredKey, ...] = ()
    next: StoredKey | None = None
    inner: tuple[StoredKey, ...] = ()

    def opened(self) -> Keys:
        """The keys themselves.

        Raises:
            ValueError: a key is not 32 bytes in base64, or its id has other characters.
        """
        return Keys(
            self.master.opened(),
            tuple(key.opened() for key in self.digest),
            self.sign.opened(),
            tuple(key.opened() for key in self.former),
            self.next.opened() if self.next else None,
            tuple(key.opened() for key in self.inner),
        )

    def prepared(self) -> KeyFile:
        """The same, with a master key that is to come."""
        return self if self.next else self.model_copy(update={"next": _new()})

    def rotated(self) -> KeyFile:
        """The master key that was to come, or a new one, wraps from now on."""
        return self.model_copy(
            update={"master": self.next or _new(), "former": (self.master, *self.former), "next": None}
        )

    def retired(self) -> KeyFile:
        """Former master keys are forgotten."""
        return self.model_copy(update={"former": ()})

    def with_new_digest_key(self) -> KeyFile:
        """The same, with a live digest key over the present one; unless there are two already."""
        return self if len(self.digest) > 1 else self.model_copy(update={"digest": (_new(), *self.digest)})

    def with_one_digest_key(self) -> KeyFile:
        """Only the newest digest key is live. The others stay under it."""
        newest, *older = self.digest
        return self.model_copy(update={"digest": (newest,), "inner": (*older, *self.inner)})


class FileKeyring(SecretKeyring):
    """The keys of a key file; see `load_key_file` for what can be wrong with it.

    It is read again when something comes that a master key wrapped which is not among them.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(load_key_file(path), partial(load_key_file, path))


class EnvironmentKeyring(SecretKeyring):
    """The keys of an environment variable that holds the text of a key file.

    Raises:
        KeyMissing: there is no such variable.
        KeyUnreadable: it holds something else.
    """

    def __init__(self, variable: str) -> None:
        text = os.environ.get(variable)
        if text is None:
            raise KeyMissing(key=f"{ENVIRONMENT}{variable}")
        super().__init__(_read(text.encode(), f"{ENVIRONMENT}{variable}").opened())


class CallableKeyring(SecretKeyring):
    """Keys derived (HKDF-SHA256) from a secret of 32 bytes, for which the host's callable is asked.

    Once the secret was changed it gives several, the newest first: that one wraps, the others unwrap, and the first one
    ever finds and signs. It is asked again when something comes that was wrapped by none of them.

    Raises:
        KeyUnreadable: it gives something else.
    """

    def __init__(self, secret: Secrets) -> None:
        super().__init__(_derived_keys(secret), partial(_derived_keys, secret))


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
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=NEW_FILE) as out:
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
    return _stored(file).opened()


def change_key_file(path: str | os.PathLike[str], change: Callable[[KeyFile], KeyFile]) -> Keys:
    """Change the keys in a file (`KeyFile.prepared`, `rotated`, `retired`): all of it, or nothing. Its owner stays.

    To be called while the file is `locked`. Keys that go are kept in a file beside it: a key is never lost by this.

    Raises:
        KeyMissing, KeyExposed, KeyUnreadable: as for `load_key_file`, or it cannot be written there.
    """
    file = Path(path).resolve()
    before = _stored(file)
    after = change(before)
    if after == before:
        return before.opened()
    made = None
    try:
        owner = file.stat()
        if _lets_go(before.opened(), after.opened()):
            os.link(file, file.with_name(f"{file.name}.before-{secrets.token_hex(4)}"))
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=NEW_FILE, delete=False) as made:
            made.write(after.model_dump_json(indent=2) + "\n")
            made.flush()
            os.fsync(made.fileno())
        if os.name == "posix":
            os.chown(made.name, owner.st_uid, owner.st_gid)
        os.replace(made.name, file)
        _keep_names(file.parent)
    except OSError as error:
        raise KeyUnreadable(key=str(file), reason=error.strerror) from None
    finally:
        if made is not None:
            Path(made.name).unlink(missing_ok=True)
    return after.opened()


def _lets_go(before: Keys, after: Keys) -> bool:
    """Whether databases from before could not be opened with the keys after."""
    return bool(set(before.masters) - set(after.masters) or set(before.digest) - set(after.digest))


@contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Nobody else changes the keys of this file meanwhile.

    Raises:
        KeyUnreadable: somebody else does.
    """
    lock = Path(f"{Path(path).resolve()}.lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        reason = "somebody is changing the keys; if nobody is, delete this file"
        raise KeyUnreadable(key=str(lock), reason=reason) from None
    except OSError as error:
        raise KeyUnreadable(key=str(lock), reason=error.strerror) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _stored(file: Path) -> KeyFile:
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise KeyExposed(key=str(file))
        text = file.read_bytes()
    except FileNotFoundError:
        raise KeyMissing(key=str(file)) from None
    except OSError as error:
        raise KeyUnreadable(key=str(file), reason=error.strerror) from None
    return _read(text, str(file))


def _read(text: bytes, where: str) -> KeyFile:
    try:
        keys = KeyFile.model_validate_json(text)
        keys.opened()
    except ValidationError as error:
        # The position and the kind of mistake only: what was read may be a key.
        what = "; ".join(sorted({f"{'.'.join(map(str, e['loc']))} ({e['type']})" for e in error.errors()}))
        raise KeyUnreadable(key=where, reason=what) from None
    except ValueError:
        reason = f"a key is not {KEY_BYTES} bytes in base64 under a plain id"
        raise KeyUnreadable(key=where, reason=reason) from None
    return keys


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


def _derived_keys(secret: Secrets) -> Keys:
    given: Any = secret()
    secrets_ = (given,) if isinstance(given, bytes) else tuple(given)
    if not secrets_ or any(not isinstance(one, bytes) or len(one) != KEY_BYTES for one in secrets_):
        raise KeyUnreadable(key="keys=", reason=f"the host's callable does not give {KEY_BYTES} bytes")
    names = [_derived(one, "id")[:4].hex() for one in secrets_]
    masters = [Key(name, _derived(one, "master")) for name, one in zip(names, secrets_, strict=True)]
    digest, sign = (Key(names[-1], _derived(secrets_[-1], use)) for use in ("digest", "sign"))
    return Keys(masters[0], (digest,), sign, tuple(masters[1:]))


def _derived(master: bytes, use: str) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, f"registratura/v1/{use}".encode()).derive(master)
