"""Changing keys while the system runs.

The master key: what it sealed stays as it is, only data keys are wrapped anew.

    1. Where there are several machines: `KeyFile.prepared` puts a key that is to come into the file, and the file is
       brought to each of them.
    2. `KeyFile.rotated`: that key, or a new one, wraps from now on. `rewrap_keys` wraps by it what others had wrapped.
       The file is brought to each machine again.
    3. When every process was started again: `rewrap_keys` once more, and `KeyFile.retired` forgets the former ones.

A process that meets a data key under a master key it does not know reads its key file, or asks its callable, again; one
that meets the key which was to come wraps by it from then on. A copy of the keys that is behind the database is brought
forward as it is opened, so no copy can wrap anything back under a former key.

The digest key: what is found by a digest is written under the former and the new key while both live.

    1. `KeyFile.with_new_digest_key`: every process is started with a file that has both. It finds by the former.
    2. `rekey_digests` has what is there under both, then says in the database that it is found by the new one. Every
       process is started again: it finds by the new one and still writes both, for those that do not yet.
    3. `drop_digests` lets go of what is under the former, and `KeyFile.with_one_digest_key` ends writing both.

So at any time every two processes that run have a key under which both write, and a claim is unique by that.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from registratura.flows.errors import ConcurrentUpdate, DatabaseUnavailable, DataDamaged, KeyWrong
from registratura.flows.keyring import DigestKeyNotPrepared, DigestKeyNotRotated, Keyring
from registratura.flows.ports import Renew, Storage
from registratura.flows.rows import DESTROYED, KeyRow
from registratura.storage.keyring import DIGEST

KEY_CHECK = "key_check"
"""The name under which a database keeps the check value of its keys."""
BATCH = 500
TRIES = 20
A = TypeVar("A")


def rewrap_keys(storage: Storage, keys: Keyring) -> int:
    """Wrap every data key by the newest master key; how many were. It may be repeated, and run at any time.

    Raises:
        DataDamaged: one of them does not unwrap. Those before it are done.
        KeyWrong: these keys are not the database's.
    """
    done, said = 0, False
    while not said:
        known, ours = _keys_of(storage, keys)
        done += _rewrap(storage, ours)
        said = storage.change_meta(KEY_CHECK, known, ours.check_value())
    return done


def rekey_digests(storage: Storage, keys: Keyring) -> None:
    """Have what is found by digests found by those under the newest key. It may be repeated, and run at any time.

    Raises:
        DigestKeyNotPrepared: there is no newer key than the one in use.
        KeyWrong: these keys are not the database's.
    """
    said = False
    while not said:
        known, ours = _keys_of(storage, keys)
        newest = ours.by_newest()
        if len(ours.live(ours.digest("rotation", ""))) == 1:
            raise DigestKeyNotPrepared()
        if ours.check_value() == newest.check_value():
            return
        _rekey(storage, ours, drop=False)
        said = storage.change_meta(KEY_CHECK, known, newest.check_value())


def drop_digests(storage: Storage, keys: Keyring) -> None:
    """Let go of all digests in rows that are not under the newest key. It may be repeated.

    Raises:
        DigestKeyNotRotated: there is a newer key than the one in use.
        KeyWrong: these keys are not the database's.
    """
    _, keys = _keys_of(storage, keys)
    if keys.check_value() != keys.by_newest().check_value():
        raise DigestKeyNotRotated()
    _rekey(storage, keys, drop=True)
    _rekey_requests(storage, keys)


def _rewrap(storage: Storage, keys: Keyring) -> int:
    done, after = 0, ""
    while rows := storage.data_keys(after, BATCH):
        again = [(row, wrapped) for row in rows if (wrapped := _rewrapped(keys, row)) is not None]
        if again:
            done += _done(partial(storage.rewrap, again)) or 0
        after = rows[-1].id
    return done


def _rekey(storage: Storage, keys: Keyring, *, drop: bool) -> None:
    renew = _renewing(keys)
    _to_the_end(("", ""), lambda after: storage.rekey_claims(after, BATCH, renew, drop=drop))
    _to_the_end("", lambda after: storage.rekey_counters(after, BATCH, renew, drop=drop))


def _rekey_requests(storage: Storage, keys: Keyring) -> None:
    renew = _renewing(keys)
    _to_the_end(("", ""), lambda after: storage.rekey_answers(after, BATCH, renew))
    _to_the_end("", lambda after: storage.rekey_tickets(after, BATCH, renew))


def _to_the_end(first: A, batch: Callable[[A], A | None]) -> None:
    after: A | None = first
    while after is not None:
        after = _done(partial(batch, after))


def _done(batch: Callable[[], A | None]) -> A | None:
    """A batch. One that met an event, which went on at its cost, is tried again."""
    for _ in range(TRIES):
        with suppress(ConcurrentUpdate):
            return batch()
    raise DatabaseUnavailable(reason=f"others held what was to be changed, {TRIES} times in turn")


def _renewing(keys: Keyring) -> Renew:
    return lambda text: DIGEST.sub(lambda found: keys.live(found[0])[-1], text)


def _keys_of(storage: Storage, keys: Keyring) -> tuple[str, Keyring]:
    """The check value that the database has, and the keys as it uses them."""
    known = storage.meta(KEY_CHECK) or storage.add_meta(KEY_CHECK, keys.check_value())
    if not keys.fits(known):
        raise KeyWrong()
    return known, keys.for_database(known)


def _rewrapped(keys: Keyring, row: KeyRow) -> str | None:
    if row.wrapped == DESTROYED:
        return None
    try:
        return keys.rewrapped(row.id, row.wrapped)
    except ValueError:
        raise DataDamaged(what=f"the data key {row.id}", flow_id="of a person") from None
