"""The base of every value in the engine, and the two marks a field may carry.

`Personal` marks data about a person (152-ФЗ, art. 3): it is encrypted at rest, and neither `repr` nor a log nor an
error message shows it. `Secret` marks what must not be stored at all, not even encrypted: passwords and codes.
The marks are set on the field of the model that is stored; a field whose inner model has marked fields must be
marked itself (tests/domain/test_values.py walks all models and checks it).

A `ValidationError` hides what was put in only while its outermost model is a `Value`: validating a union, a list or a
plain model shows it. And it always names a field nobody knows, which is the sender's text. So a shell says what is
wrong by `errors(include_input=False)` and its `type`, and raises `from None`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

REDACTED = "•••"


class Mark:
    """A mark on a field: `Annotated[str, Personal]`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


Personal = Mark("Personal")
Secret = Mark("Secret")


class Value(BaseModel):
    """A frozen value that refuses unknown fields and shows neither personal data nor secrets in `repr` and errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        hidden = personal_fields(type(self)) | secret_fields(type(self))
        for name, value in super().__repr_args__():
            yield name, REDACTED if name in hidden and value is not None else value


@cache
def personal_fields(model: type[BaseModel]) -> frozenset[str]:
    """The names of the fields marked `Personal`."""
    return _marked(model, Personal)


@cache
def secret_fields(model: type[BaseModel]) -> frozenset[str]:
    """The names of the fields marked `Secret`."""
    return _marked(model, Secret)


def _marked(model: type[BaseModel], mark: Mark) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if mark in field.metadata)
