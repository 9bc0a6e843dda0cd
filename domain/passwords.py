"""Passwords of the portal: two policies, and the refusals of both.

`documented` is what the portal's instruction says: Latin letters and digits, at least six (R24, R25), although ASVS 5.0
(6.2.1, 6.2.5) asks for eight or more of any characters; a host that may choose takes `hardened`. In both, a password
must not be among the commonest, nor the person's own data (ASVS 6.2.4, 6.2.11; U31).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Literal, Self

from pydantic import Field, model_validator

from registratura.domain.common_passwords import COMMON_PASSWORDS
from registratura.domain.invalid import invalid
from registratura.domain.own_data import personal_forms, squeezed
from registratura.domain.refusal import Refusal
from registratura.domain.typed import typed
from registratura.domain.values import Value

_SHORTEST_HARDENED = 8
_SHORTEST_OWN_PART = 6
_DOCUMENTED_ALPHABET = re.compile(r"[A-Za-z0-9]*")
_UNTYPABLE = {"Cc", "Cs"}


class PasswordPolicy(Value):
    """Which passwords are taken; lengths are in characters, both inclusive."""

    name: Literal["documented", "hardened"]
    min_length: int = Field(ge=6)
    max_length: int = Field(default=128, ge=64)
    alphabet: Literal["documented", "any"]

    @model_validator(mode="after")
    def _hard_enough(self) -> Self:
        if self.name == "hardened" and (self.min_length < _SHORTEST_HARDENED or self.alphabet != "any"):
            raise invalid("password_policy.not_hardened")
        return self


def hardened(min_length: int = 15) -> PasswordPolicy:
    """Any characters, at least 15 of them, or as many as the host says, at least 8."""
    return PasswordPolicy(name="hardened", min_length=min_length, alphabet="any")


DOCUMENTED = PasswordPolicy(name="documented", min_length=6, alphabet="documented")
HARDENED = hardened()


def password_refusals(
    policy: PasswordPolicy,
    password: str,
    repeat: str,
    personal: Collection[str],
    common: Collection[str] = COMMON_PASSWORDS,
) -> tuple[Refusal, ...]:
    """Every reason why this cannot be the password. One of spaces only is none: on a screen it is an empty field.

    Args:
        repeat: what stands in «Повторите пароль».
        personal: the person's own data as it is known: login, phone, SNILS, birth date, names, in any spelling.
        common: passwords in small letters.
    """
    if not typed(password):
        codes = ["password.empty", "password.differ"] if repeat != password else ["password.empty"]
        return tuple(Refusal(code=code) for code in codes)
    verdicts = (
        (password != repeat, Refusal(code="password.differ")),
        (len(password) < policy.min_length, Refusal(code="password.too_short", params={"min": policy.min_length})),
        (len(password) > policy.max_length, Refusal(code="password.too_long", params={"max": policy.max_length})),
        (not _in_alphabet(policy, password), Refusal(code="password.alphabet")),
        (password.casefold() in common, Refusal(code="password.common")),
        (is_personal(password, personal), Refusal(code="password.personal")),
    )
    return tuple(refusal for wrong, refusal in verdicts if wrong)


def is_personal(password: str, personal: Collection[str]) -> bool:
    """The person's own data is in the password, and fewer than six characters are left without it.

    So `ivanov85` and `Maria12081990` are personal, and `ivanov` within a long phrase is not.
    """
    forms = {form for item in personal for form in personal_forms(item)}
    own_part = squeezed(password)
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        own_part = own_part.replace(form, "")
    return own_part != squeezed(password) and len(own_part) < _SHORTEST_OWN_PART


def _in_alphabet(policy: PasswordPolicy, password: str) -> bool:
    if policy.alphabet == "documented":
        return _DOCUMENTED_ALPHABET.fullmatch(password) is not None
    return not any(unicodedata.category(letter) in _UNTYPABLE for letter in password)
