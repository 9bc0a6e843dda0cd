"""The numbers on a person's papers: SNILS, and the policy of compulsory medical insurance (ОМС).

SNILS: eleven digits, the last two are the sum of the first nine times 9…1, modulo 101, 100 being written 00; numbers up
to 001-001-998 were given out without it (order of the Pension Fund 192п of 31.07.2006).
ЕНП: sixteen digits, the last is Mod10 of ISO/HL7 27931:2009, which is not Luhn's (order of ФФОМС 79 of 07.04.2011).
Only ASCII digits are digits: `str.isdigit` takes Arabic-Indic ones too.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from registratura.domain.invalid import invalid
from registratura.domain.typed import visible
from registratura.domain.values import Personal, Value

SEPARATORS = re.compile("[\\s\\-\u2010-\u2015\u2212]")
"""Spaces of every width and dashes of every length, as they come along when a number is copied."""

_UNCHECKED_SNILS = 1_001_998
_OLD_POLICY = re.compile(r"[0-9A-Za-zА-ЯЁа-яё][0-9A-Za-zА-ЯЁа-яё №/-]{3,28}[0-9]")


class DocumentStatus(StrEnum):
    """Whether Gosuslugi has had a document confirmed by who issued it."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"


class Policy(Value):
    """A policy of compulsory medical insurance: its unified number (ЕНП), or series and number of an old one."""

    number: Annotated[str, Personal, Field(min_length=1, max_length=40)]
    kind: Literal["enp", "old"] = "enp"
    status: DocumentStatus = DocumentStatus.VERIFIED


def digits_of(text: str) -> str:
    """The text without spaces, dashes and invisible marks: what is left may still be something else than digits."""
    return SEPARATORS.sub("", visible(text))


def is_digits(text: str, length: int) -> bool:
    """So many ASCII digits and nothing else."""
    return len(text) == length and text.isascii() and text.isdigit()


def parse_snils(text: str) -> str:
    """The normal form `000-000-000 00`.

    Raises:
        PydanticCustomError: `snils.format`, `snils.checksum`.
    """
    digits = digits_of(text)
    if not is_digits(digits, 11):
        raise invalid("snils.format")
    if not int(digits):
        raise invalid("snils.checksum")
    if int(digits[:9]) > _UNCHECKED_SNILS and _snils_check(digits[:9]) != int(digits[9:]):
        raise invalid("snils.checksum")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def parse_enp(text: str) -> str:
    """Sixteen digits.

    Raises:
        PydanticCustomError: `enp.format`, `enp.checksum`.
    """
    digits = digits_of(text)
    if not is_digits(digits, 16):
        raise invalid("enp.format")
    if _mod10(digits[:15]) != int(digits[15]):
        raise invalid("enp.checksum")
    return digits


def parse_policy(text: str) -> Policy:
    """A policy as a person types it: sixteen digits are a ЕНП, anything else is series and number of an old one.

    Raises:
        PydanticCustomError: `enp.checksum`, `policy.format`.
    """
    if is_digits(digits_of(text), 16):
        return Policy(number=parse_enp(text), status=DocumentStatus.NOT_VERIFIED)
    plain = " ".join(visible(text).split())
    if not _OLD_POLICY.fullmatch(plain):
        raise invalid("policy.format")
    return Policy(number=plain, kind="old", status=DocumentStatus.NOT_VERIFIED)


def _snils_check(nine: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(nine, range(9, 0, -1), strict=True)) % 101 % 100


def _mod10(fifteen: str) -> int:
    # every other digit from the right, read as one number, is doubled whole; the digits of the rest stand before it
    backwards = fifteen[::-1]
    doubled = str(int(backwards[::2]) * 2)
    return -sum(int(digit) for digit in backwards[1::2] + doubled) % 10
