"""How a person is reached, and what the portal's login is: a Russian mobile number, an e-mail address (U59)."""

from __future__ import annotations

import re

import phonenumbers
from pydantic_core import PydanticCustomError

from registratura.domain.invalid import invalid
from registratura.domain.typed import typed

# phonenumbers itself also reads letters, Arabic-Indic digits and extensions
_PHONE = re.compile("\\+?[0-9][0-9 ()\u00a0\u202f\u2009\\-\u2010-\u2015]{8,28}")
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@(?:{_LABEL}\.)+{_LABEL}")
_LONGEST_EMAIL = 254
_LONGEST_LOCAL_PART = 64


def parse_phone(text: str) -> str:
    """A Russian mobile number in E.164: `+79001234567`.

    Raises:
        PydanticCustomError: `phone.format`, `phone.not_russian` (+7 7… is Kazakhstan), `phone.not_mobile`.
    """
    number = _phone_number(text)
    # What is of no type is no valid number; asking whether it is valid would look all of it up once more.
    kind = phonenumbers.number_type(number) if number else phonenumbers.PhoneNumberType.UNKNOWN
    if number is None or kind == phonenumbers.PhoneNumberType.UNKNOWN:
        raise invalid("phone.format")
    if phonenumbers.region_code_for_number(number) != "RU":
        raise invalid("phone.not_russian")
    if kind != phonenumbers.PhoneNumberType.MOBILE:
        raise invalid("phone.not_mobile")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _phone_number(text: str) -> phonenumbers.PhoneNumber | None:
    plain = typed(text)
    if not _PHONE.fullmatch(plain):
        return None
    try:
        return phonenumbers.parse(plain, "RU")
    except phonenumbers.NumberParseException:
        return None


def format_phone(text: str) -> str:
    """A number as people read it, everywhere alike: `+7 (900) 123-45-67`. What is no such number stays as it is."""
    try:
        phone = parse_phone(text)
    except PydanticCustomError:
        return text
    return f"{phone[:2]} ({phone[2:5]}) {phone[5:8]}-{phone[8:10]}-{phone[10:]}"


def parse_email(text: str) -> str:
    """The address in lower case: one mailbox must not be two logins. A Cyrillic domain is taken as `xn--…`.

    Raises:
        PydanticCustomError: `email.format`.
    """
    # ASCII before lower(): the Kelvin sign and its like become ASCII letters there
    plain = typed(text)
    address = plain.lower()
    if not plain.isascii() or len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise invalid("email.format")
    if len(address.partition("@")[0]) > _LONGEST_LOCAL_PART:
        raise invalid("email.format")
    return address
