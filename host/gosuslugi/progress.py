"""A channel that real Gosuslugi does not have: the stand-in tells the portal how far the person has come.

A JSON body, signed with a key both know: HMAC-SHA-256 in hex, in the header `X-Progress-Signature`. Nothing depends on
it: a report that is lost, late, repeated or forged changes nothing but the page on which the person waits.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, ValidationError

from registratura.domain.values import Value

SIGNATURE_HEADER = "X-Progress-Signature"
FRESH = timedelta(seconds=60)


class Progress(Value):
    """What happened, and in which visit: `state` is the one that the portal gave the visit."""

    state: str = Field(min_length=1, max_length=500)
    event: Literal["first_stage_passed"]
    method: Literal["password", "other"]
    at: int


def write_progress(key: bytes, progress: Progress) -> tuple[bytes, dict[str, str]]:
    """The body to post, and its headers."""
    body = progress.model_dump_json().encode()
    return body, {"Content-Type": "application/json", SIGNATURE_HEADER: _signature(key, body)}


def read_progress(key: bytes, body: bytes, signature: str, now: datetime) -> Progress | None:
    """The report, or nothing where it is forged, malformed or old."""
    if not hmac.compare_digest(_signature(key, body).encode(), signature.encode("utf-8", "surrogatepass")):
        return None
    try:
        progress = Progress.model_validate_json(body)
    except ValidationError:
        return None
    return progress if abs(now.timestamp() - progress.at) <= FRESH.total_seconds() else None


def _signature(key: bytes, body: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()
