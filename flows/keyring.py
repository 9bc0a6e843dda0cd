"""The port of the keys: what is sealed, found and signed with them. `storage/keyring.py` has ours."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from registratura.flows.errors import OperatorError


class DigestKeyNotPrepared(OperatorError):
    """Where several processes run, each must have the new key before anything is found by it."""

    cause = "There is no new key for digests: each process must have it before it is used."
    cure = "`registratura keys prepare FILE --digests`, start every process with that file, then rotate."


class DigestKeyNotRotated(OperatorError):
    """The former key is what the database is searched by."""

    cause = "Rows are still found by their digests under the former key."
    cure = "`registratura keys rotate --digests`, start every process again, then retire."


@runtime_checkable
class Keyring(Protocol):
    """Keys: a master key that wraps data keys, and those for digests. What they protect never leaves without them.

    Digest keys are changed one after another, each over the former: a digest under a newer key is made of that under
    the older one, so that what stands in rows is brought under it without knowing of what it was made. While two
    live, rows by which something is found are written under both and found by one.
    """

    def for_one_event(self) -> Keyring:
        """The same keys; a data key that is unwrapped stays so until this keyring is let go."""

    def for_database(self, check_value: str) -> Keyring:
        """The same keys, finding by the digest key that this check value of a database names."""

    def by_newest(self) -> Keyring:
        """The same keys, finding by the newest digest key."""

    def new_data_key(self, key_id: str) -> str:
        """A new data key under this id, wrapped, as it is stored."""

    def rewrapped(self, key_id: str, wrapped: str) -> str | None:
        """A data key wrapped by the newest master key; nothing if it is already. ValueError if it does not unwrap."""

    def seal(self, key_id: str, wrapped: str, text: str, place: str) -> str:
        """`v1.<key id>.<nonce>.<ciphertext>`; `place` (row and column) is bound to it."""

    def open(self, key_id: str, wrapped: str, envelope: str, place: str) -> str: ...
    def digest(self, kind: str, text: str) -> str:
        """A keyed digest under the oldest live key, which every process has, with that key's id."""

    def fingerprint(self, kind: str, text: str) -> str:
        """The digest of what nobody can guess, such as a session's id: under the first key, and the same for ever."""

    def live(self, digest: str) -> tuple[str, ...]:
        """That digest under each live key, the newest last; alone, if it is none that could be brought under them."""

    def found_by(self, digest: str) -> str:
        """The one of these under which rows are looked for."""

    def sign(self, text: str) -> str: ...
    def check_value(self) -> str:
        """A value to keep in the database, by which a wrong key is noticed before anything is written."""

    def fits(self, check_value: str) -> bool: ...


def same(keys: Keyring, one: str, other: str) -> bool:
    """Whether two digests are of the same, whichever keys they were made with."""
    return keys.live(one)[-1] == keys.live(other)[-1]
