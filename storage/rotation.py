"""Changing the master key while the system runs: what it sealed stays as it is, only data keys are wrapped anew.

    1. Where there are several machines: `KeyFile.prepared` puts a key that is to come into the file, and the file is
       brought to each of them.
    2. `KeyFile.rotated`: that key, or a new one, wraps from now on. `rewrap_keys` wraps by it what others had wrapped.
       The file is brought to each machine again.
    3. When every process was started again: `rewrap_keys` once more, and `KeyFile.retired` forgets the former ones.

A process that meets a data key under a master key it does not know reads its key file, or asks its callable, again; one
that meets the key which was to come wraps by it from then on. A copy of the keys that is behind the database is brought
forward as it is opened, so no copy can wrap anything back under a former key.
"""

from __future__ import annotations

from registratura.flows.errors import DataDamaged, KeyWrong
from registratura.flows.ports import Keyring, Storage
from registratura.flows.rows import DESTROYED, KeyRow

KEY_CHECK = "key_check"
"""The name under which a database keeps the check value of its keys."""
BATCH = 500


def rewrap_keys(storage: Storage, keys: Keyring) -> int:
    """Wrap every data key by the newest master key; how many were. It may be repeated, and run at any time.

    Raises:
        DataDamaged: one of them does not unwrap. Those before it are done.
        KeyWrong: these keys are not the database's.
    """
    if not keys.fits(storage.meta(KEY_CHECK) or keys.check_value()):
        raise KeyWrong()
    done, after = 0, ""
    while rows := storage.data_keys(after, BATCH):
        again = [(row, wrapped) for row in rows if (wrapped := _rewrapped(keys, row)) is not None]
        done += storage.rewrap(again) if again else 0
        after = rows[-1].id
    storage.set_meta(KEY_CHECK, keys.check_value())
    return done


def _rewrapped(keys: Keyring, row: KeyRow) -> str | None:
    if row.wrapped == DESTROYED:
        return None
    try:
        return keys.rewrapped(row.id, row.wrapped)
    except ValueError:
        raise DataDamaged(what=f"the data key {row.id}", flow_id="of a person") from None
