"""What keys are used for: data keys wrapped by a master key, values sealed with them, keyed digests, signatures.

Everything says which key it was made with, so that keys can be changed one after another:

    wrapped data key   w1.<master id>.<nonce>.<ciphertext>      AES-256-GCM under the master key
    sealed value       v1.<key id>.<nonce>.<ciphertext>         AES-256-GCM under the data key
    digest             d1.<digest key id>.<hexadecimal>         HMAC-SHA256, of the text or of a former digest
    signature          s1.<sign key id>.<hexadecimal>           HMAC-SHA256

A master key is changed without touching what is sealed: data keys that a former one wrapped open as before, until
`rewrap_keys` wraps them anew. Unwrapped data keys are not remembered beyond one event: once a key's row is destroyed,
nothing opens what it sealed.

A digest key is changed by one that digests the digests of the former: `live` brings what stands in rows under it.
"""

from __future__ import annotations

import hmac
import re
import secrets
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registratura.flows.errors import KeyWrong
from registratura.flows.keyring import Keyring

KEY_BYTES = 32
_NONCE_BYTES = 12
_NUL = "\0"
# base64.urlsafe_b64encode and its opposite, which are slower by what they accept besides.
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_+/", b"+/!!")
DIGEST = re.compile(r"d1\.[0-9A-Za-z_-]{1,64}\.[0-9a-f]{64}")
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 bytes and the id by which what it made names it (letters, digits, `_`, `-`)."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES or not _ID.fullmatch(self.id):
            raise ValueError(f"a key has {KEY_BYTES} bytes and an id of letters, digits, _ and -")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys outside the database.

    `master` wraps; `former` master keys unwrap all the same, and so does one that is to `come`: once something is met
    that it wrapped, it is the master. `digest` has the live ones, the newest first; `inner` those whose digests are now
    only what others are made of. Each is over the one after it.
    """

    master: Key
    digest: tuple[Key, ...]
    sign: Key
    former: tuple[Key, ...] = ()
    coming: Key | None = None
    inner: tuple[Key, ...] = ()

    @property
    def masters(self) -> tuple[Key, ...]:
        return (self.master, *self.former, *([self.coming] if self.coming else ()))

    def come(self) -> Keys:
        """The key that was to come is the master."""
        return replace(self, master=self.coming or self.master, former=(self.master, *self.former), coming=None)

    @property
    def chain(self) -> tuple[Key, ...]:
        """All keys for digests, the first one ever first."""
        return (*self.digest, *self.inner)[::-1]

    def followed_by(self, other: Keys, finding: str) -> bool:
        """Whether the other keys find, by that digest key, and sign what these do."""
        found = self.chain == other.chain[: len(self.chain)] and finding in [key.id for key in other.digest]
        return self.sign == other.sign and found


class _Held:
    """The keys that are used now, by all rings of one keyring, and where they may be looked up anew.

    `finds` is the id of the digest key by which rows are found: the oldest live one, unless the database has another.
    """

    def __init__(self, keys: Keys, again: Callable[[], Keys] | None, finds: str | None = None) -> None:
        self.again, self.finds = again, finds or keys.digest[-1].id
        self._take(keys)

    def cipher(self, master: str) -> AESGCM:
        """That of a master key. One that is unknown may have come meanwhile.

        Raises:
            ValueError: it has not.
            KeyWrong: what came with it would neither find nor sign what these keys do.
        """
        if master not in self.ciphers and self.again is not None:
            again = self.again()
            if not self.keys.followed_by(again, self.finds):
                raise KeyWrong()
            self._take(again)
        if self.keys.coming is not None and self.keys.coming.id == master:
            self._take(self.keys.come())
        if master not in self.ciphers:
            raise ValueError("wrapped by a master key that is not here")
        return self.ciphers[master]

    def _take(self, keys: Keys) -> None:
        # The ciphers first: whoever sees a new master key finds its cipher.
        self.ciphers = {key.id: AESGCM(key.secret) for key in keys.masters}
        self.keys, self.chain = keys, keys.chain


class SecretKeyring(Keyring):
    """A keyring over keys that are in memory; `again` looks them up anew where they are kept."""

    def __init__(self, keys: Keys, again: Callable[[], Keys] | None = None) -> None:
        self._held = _Held(keys, again)
        self._unwrapped: dict[tuple[str, str], AESGCM] | None = None

    def for_one_event(self) -> SecretKeyring:
        ring = SecretKeyring.__new__(SecretKeyring)
        ring._held, ring._unwrapped = self._held, {}
        return ring

    def for_database(self, check_value: str) -> SecretKeyring:
        named = [key.id for key in self._keys.digest if _check("digest", key) in check_value.split(" ")]
        return self._finding(next(iter(named), None))

    def by_newest(self) -> SecretKeyring:
        return self._finding(self._keys.digest[0].id)

    def new_data_key(self, key_id: str) -> str:
        return self._wrapped(key_id, secrets.token_bytes(KEY_BYTES))

    def rewrapped(self, key_id: str, wrapped: str) -> str | None:
        if wrapped.startswith(f"w1.{self._keys.master.id}."):
            return None
        return self._wrapped(key_id, self._secret(key_id, wrapped))

    def seal(self, key_id: str, wrapped: str, text: str, place: str) -> str:
        return _sealed("v1", key_id, self._data_key(key_id, wrapped), text.encode(), f"{place}/{key_id}")

    def open(self, key_id: str, wrapped: str, envelope: str, place: str) -> str:
        """The text in the envelope.

        Raises:
            ValueError: it is not an envelope of this key for this place, or the data key does not unwrap.
        """
        return _opened("v1", key_id, self._data_key(key_id, wrapped), envelope, f"{place}/{key_id}").decode()

    def digest(self, kind: str, text: str) -> str:
        return self.live(self.fingerprint(kind, text))[0]

    def fingerprint(self, kind: str, text: str) -> str:
        return _digest(self._held.chain[0], _NUL.join((kind, text)))

    def live(self, digest: str) -> tuple[str, ...]:
        chain, oldest = self._held.chain, self._keys.digest[-1]
        if len(chain) == 1:
            return (digest,)
        known = [key.id for key in chain]
        made_with = digest.split(".")[1] if DIGEST.fullmatch(digest) else ""
        if made_with not in known:
            return (digest,)
        made = [digest]
        for key in chain[known.index(made_with) + 1 :]:
            # No kind is empty, so that no digest of a text can pass for one of a digest.
            made.append(_digest(key, _NUL.join(("", "digest", made[-1]))))
        return tuple(made[max(chain.index(oldest) - known.index(made_with), 0) :])

    def found_by(self, digest: str) -> str:
        live = self.live(digest)
        return next((one for one in live if one.split(".")[1:2] == [self._held.finds]), live[-1])

    def sign(self, text: str) -> str:
        return f"s1.{self._keys.sign.id}.{_mac(self._keys.sign, text)}"

    def check_value(self) -> str:
        keys = self._keys
        (finds,) = (key for key in keys.digest if key.id == self._held.finds)
        checks = _check("master", keys.master), _check("digest", finds), _check("sign", keys.sign)
        return " ".join(("c1", *checks))

    def fits(self, check_value: str) -> bool:
        """Every key that was used when the check value was made is still among the live ones."""
        keys = self._keys
        live = [_check("sign", keys.sign), *(_check("master", key) for key in keys.masters)]
        live += [_check("digest", key) for key in keys.digest]
        coming = self._held.keys.coming
        if coming is not None and _check("master", coming) in check_value.split(" "):
            # The database is ahead of this copy of the keys.
            self._held.cipher(coming.id)
        version, *checks = check_value.split(" ")
        known = [any(hmac.compare_digest(check.encode(), mine.encode()) for mine in live) for check in checks]
        return version == "c1" and len(known) == 3 and all(known)

    def _data_key(self, key_id: str, wrapped: str) -> AESGCM:
        kept = self._unwrapped
        if kept is not None and (key_id, wrapped) in kept:
            return kept[key_id, wrapped]
        key = AESGCM(self._secret(key_id, wrapped))
        if kept is not None:
            kept[key_id, wrapped] = key
        return key

    def _finding(self, by: str | None) -> SecretKeyring:
        ring = self.for_one_event()
        ring._held, ring._unwrapped = _Held(self._keys, self._held.again, by), None
        return ring

    @property
    def _keys(self) -> Keys:
        return self._held.keys

    def _wrapped(self, key_id: str, secret: bytes) -> str:
        master = self._keys.master.id
        return _sealed("w1", master, self._held.cipher(master), secret, f"keys/{key_id}/{master}")

    def _secret(self, key_id: str, wrapped: str) -> bytes:
        master = wrapped.split(".")[1] if wrapped.count(".") == 3 else ""
        return _opened("w1", master, self._held.cipher(master), wrapped, f"keys/{key_id}/{master}")


def _sealed(version: str, key_id: str, key: AESGCM, data: bytes, bound_to: str) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return f"{version}.{key_id}.{_text(nonce)}.{_text(key.encrypt(nonce, data, bound_to.encode()))}"


def _opened(version: str, key_id: str, key: AESGCM, envelope: str, bound_to: str) -> bytes:
    parts = envelope.split(".")
    if len(parts) != 4 or parts[:2] != [version, key_id]:
        raise ValueError("not an envelope of this key")
    try:
        return key.decrypt(_bytes(parts[2]), _bytes(parts[3]), bound_to.encode())
    except InvalidTag:
        raise ValueError("the envelope does not open") from None


def _digest(key: Key, text: str) -> str:
    return f"d1.{key.id}.{_mac(key, text)}"


def _check(use: str, key: Key) -> str:
    # The use is in the text, so that no digest or signature that the keyring hands out can pass for a check.
    return f"{use}.{key.id}.{_mac(key, _NUL.join(('', 'check', use)))}"


def _mac(key: Key, text: str) -> str:
    return hmac.digest(key.secret, text.encode(), "sha256").hex()


def _text(data: bytes) -> str:
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return a2b_base64(text.encode().translate(_FROM_URL) + b"=" * (-len(text) % 4), strict_mode=True)
