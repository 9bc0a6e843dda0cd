"""Which code a person types, in the words of the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from registratura.features.cast import BY_FORM, Person

CodeKind = Literal["own", "previous", "unknown", "of", "literal"]


@dataclass(frozen=True)
class TypedCode:
    """A code as it is typed: the newest one of the `owner`, the one before it, one nobody was given, or `text` itself.

    `separator` is what the person puts between the groups of digits.
    """

    kind: CodeKind
    owner: Person | None = None
    text: str = ""
    separator: str = ""


FORMS = "|".join(BY_FORM)
ATTACHMENT = (
    r"свой код(?:, разделив его (?:пробелами|дефисами|невидимыми знаками))?|прежний код|код, которого никто не выдавал"
    rf"|код (?:{FORMS})|код «[^»]*»"
)
ONE_TIME = rf"код из СМС(?: (?:{FORMS}))?|прежний код из СМС|неверный код из СМС"

_FIXED = {
    "свой код": TypedCode("own"),
    "прежний код": TypedCode("previous"),
    "код, которого никто не выдавал": TypedCode("unknown"),
    "свой код, разделив его пробелами": TypedCode("own", separator=" "),
    "свой код, разделив его дефисами": TypedCode("own", separator="-"),
    # As they come along when a code is copied from a message: marks of direction, a space of width zero.
    "свой код, разделив его невидимыми знаками": TypedCode("own", separator="\u200e\u200b\u202c"),
    "код из СМС": TypedCode("own"),
    "прежний код из СМС": TypedCode("previous"),
    "неверный код из СМС": TypedCode("unknown"),
}


def typed_code(said: str) -> TypedCode:
    """The code that the phrase means."""
    if said in _FIXED:
        return _FIXED[said]
    last = said.rpartition(" ")[2]
    return TypedCode("of", owner=BY_FORM[last]) if last in BY_FORM else TypedCode("literal", text=said[5:-1])
