"""What a border says about a value of the wrong form: a stable code, and never the value itself.

A code such as `snils.checksum` is the stem of a text's key in the catalogue: `invalid.snils.checksum`.
"""

from __future__ import annotations

from typing import LiteralString

from pydantic_core import PydanticCustomError


def invalid(code: LiteralString) -> PydanticCustomError:
    """The error to raise: a `ValueError` whose `type` and whose whole message are `code`."""
    return PydanticCustomError(code, code)
