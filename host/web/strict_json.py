"""A request's body, read strictly: not too much of it, as JSON that means one thing only.

A name that comes twice, `NaN`, a number without end, half a surrogate pair: parsers differ over each of them, so what
one program checked another would read otherwise.
"""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.requests import Request

from registratura.host.web.api_errors import BodyNotJson, BodyTooLarge, MediaTypeUnknown

LIMIT = 64 * 1024
DIGITS = 18
LARGEST = 2**53 - 1
"""Whole numbers further from zero are another number to some (RFC 7493)."""


class StrictRequest(Request):
    """A request whose body has been read and checked."""

    async def load(self) -> None:
        """Read the body, if there is one.

        Raises:
            BodyTooLarge, MediaTypeUnknown, BodyNotJson.
        """
        body = await self._limited()
        self._body, self._json = body, None
        if body:
            # Also what keeps other sites' forms out: a page of another site cannot send this type unasked.
            if self.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                raise MediaTypeUnknown()
            self._json = parse(body)

    async def _limited(self) -> bytes:
        said = self.headers.get("content-length", "")
        if said.isdecimal() and int(said[:DIGITS]) > LIMIT:
            raise BodyTooLarge(limit=LIMIT)
        body = bytearray()
        async for part in self.stream():
            body += part
            if len(body) > LIMIT:
                raise BodyTooLarge(limit=LIMIT)
        return bytes(body)


def parse(body: bytes) -> Any:
    """What the JSON says.

    Raises:
        BodyNotJson: it is none, or could be understood in two ways.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_finite,
        )
        # Half a surrogate pair has no bytes.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise BodyNotJson() from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS or abs(number := int(digits)) > LARGEST:
        raise ValueError("more than others can count")
    return number


def _finite(text: str) -> float | int:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number without end")
    # JSON has one kind of number: 1.0 is 1.
    return int(number) if number.is_integer() and abs(number) <= LARGEST else number
