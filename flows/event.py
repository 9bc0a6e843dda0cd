"""An event: an input of a chart, as a frozen model with a Russian title.

The name in charts, logs and databases is the class's name in snake_case and is for ever. The class an event derives
from is its origin: what a person does, a fact reported by a gateway or an operator, or time.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ValidationError

from registratura.domain.values import Value
from registratura.flows.errors import InvalidPayload


class Origin(StrEnum):
    """Who may send an event."""

    PERSON = "person"
    FACT = "fact"
    TIME = "time"


class Event(Value):
    """The base of all events.

    Raises InvalidPayload when it is made from what does not fit.

    `judged` events guess at a secret: their attempts are counted before they are judged.
    `filled` names the texts that are no answer while they are blank; a secret guess of nothing is no guess.
    `variants` are the named ways one event is offered (two buttons, one meaning), each with its part of the payload.
    """

    name: ClassVar[str] = ""
    origin: ClassVar[Origin]
    schema_version: ClassVar[int] = 1
    judged: ClassVar[bool] = False
    filled: ClassVar[tuple[str, ...]] = ()
    variants: ClassVar[dict[str, dict[str, Any]]] = {}

    def __init__(self, /, **payload: Any) -> None:
        try:
            super().__init__(**payload)
        except ValidationError as error:
            raise InvalidPayload(type(self).name, _problems(error)) from None

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """The Russian title, as product owners read it."""
        return str(cls.model_config.get("title") or cls.name)


def _problems(error: ValidationError) -> tuple[tuple[str, str], ...]:
    """Where and what, without the input, which may be personal; a name that nobody knows is input too."""
    found = error.errors(include_input=False)
    unknown = {e["loc"] for e in found if e["type"] == "extra_forbidden"}
    unknown |= {e["loc"][:-1] for e in found if e["loc"] and e["loc"][-1] == "[key]"}
    return tuple((".".join(map(str, _known(e["loc"], unknown))), str(e["type"])) for e in found)


def _known(where: tuple[int | str, ...], unknown: set[tuple[int | str, ...]]) -> tuple[int | str, ...]:
    return next((where[:length] for length in range(len(where)) if where[: length + 1] in unknown), where)


class PersonEvent(Event):
    """Something the person does."""

    origin = Origin.PERSON


class FactEvent(Event):
    """Something a gateway, an operator or another flow reports."""

    origin = Origin.FACT


class TimeEvent(Event):
    """Something a timer does. It carries nothing: the flow and the clock say it all."""

    origin = Origin.TIME


class By(Value):
    """By whom and over what a step came: what of the caller is recorded with it."""

    channel: str
    account: str | None = None


class Facts(Value):
    """What a decision needs to know from outside the record, gathered before it."""
