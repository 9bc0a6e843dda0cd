"""One text for one value: the canonical JSON over which everything is hashed.

Keys are sorted by code point, nothing is spaced, letters are not escaped, a moment is ISO 8601 in UTC with all six
digits of the microsecond, a date is ISO 8601. A float has no one text and is refused, as is whatever is not named here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

from pydantic import BaseModel


def canonical_json(obj: object) -> str:
    """The canonical text of models, mappings with text keys, lists, tuples, texts, whole numbers, moments and dates.

    Raises:
        TypeError: something else is inside (a float, a set, bytes, a key that is no text).
        ValueError: a datetime without a time zone.
    """
    return json.dumps(_plain(obj), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical_hash(obj: object) -> str:
    """The SHA-256, as 64 hexadecimal digits, of the canonical text's UTF-8 bytes."""
    return hashlib.sha256(canonical_json(obj).encode()).hexdigest()


def _plain(obj: object) -> object:
    if isinstance(obj, BaseModel):
        # field by field: a dump leaves out what a subclass adds to the declared type
        return _plain(dict(obj))
    if isinstance(obj, Mapping):
        return {_key(key): _plain(value) for key, value in obj.items()}
    if isinstance(obj, list | tuple):
        return [_plain(item) for item in obj]
    return _plain_scalar(obj)


def _plain_scalar(obj: object) -> object:
    if isinstance(obj, datetime):
        return _moment(obj)
    if isinstance(obj, date):
        return obj.isoformat()
    if obj is None or isinstance(obj, str | int):
        return obj
    raise TypeError(f"canonical JSON has no text for {type(obj).__name__}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key of canonical JSON is a text, not {type(key).__name__}")
    return key


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone has no canonical text")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
