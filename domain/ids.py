"""Identifiers that sort by the time they were made: UUID version 7 (RFC 9562, section 5.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

RANDOM_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = 7 << 76
_VARIANT = 0b10 << 62


def uuid7(now: datetime, random: bytes) -> str:
    """The canonical 36-character text: 48 bits of Unix milliseconds, then 74 of the bits of `random`.

    Args:
        now: aware, not before 1970.
        random: at least 10 unpredictable bytes; those past the tenth are not used.

    Raises:
        ValueError: too few random bytes, or a moment that is naive or does not fit.
    """
    if len(random) < RANDOM_BYTES:
        raise ValueError(f"uuid7 needs {RANDOM_BYTES} random bytes, got {len(random)}")
    bits = int.from_bytes(random[:RANDOM_BYTES])
    head = (bits >> 62 & 0xFFF) << 64
    return str(UUID(int=_milliseconds(now) << 80 | _VERSION | head | _VARIANT | bits & (1 << 62) - 1))


def _milliseconds(now: datetime) -> int:
    if now.tzinfo is None or now < _EPOCH:
        raise ValueError("uuid7 needs an aware moment after 1970")
    return (now - _EPOCH) // timedelta(milliseconds=1)
