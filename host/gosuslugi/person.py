"""What Gosuslugi knows of a person, as an Identity. Every gap is allowed (U16), and nothing is corrected (U17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from registratura.domain.birth import parse_birth_date
from registratura.domain.identity import DocumentStatus, Gender, Identity, IdentityDocument, PersonName, Policy
from registratura.domain.names import parse_name_part

POLICY = "MDCL_PLCY"
PHONE = "MBT"
EMAIL = "EML"
VERIFIED = "VERIFIED"
LONGEST = 200
MOST = 100

Json = Mapping[str, Any]


def identity_of(issuer: str, oid: str, confirmed: bool, person: Json, contacts: Json, documents: Json) -> Identity:
    """The person. Trusted is whom both the token (`confirmed`) and the data call so.

    Raises:
        ValueError: there is no name.
    """
    papers = tuple(_elements(documents))
    return Identity(
        issuer=issuer,
        oid=oid,
        trusted=confirmed and person.get("trusted", True) is True,
        verifying=person.get("verifying") is True,
        name=_name(person),
        birth_date=_birth_date(person),
        gender=_gender(person),
        snils=_text(person, "snils"),
        phone=_contact(contacts, PHONE),
        email=_contact(contacts, EMAIL),
        policy=next((_policy(paper) for paper in papers if _kind(paper) == POLICY and _text(paper, "number")), None),
        documents=tuple(_document(paper) for paper in papers if _kind(paper) not in (POLICY, "")),
    )


def _name(person: Json) -> PersonName:
    try:
        return PersonName(
            last=_text(person, "lastName") or "", first=_text(person, "firstName") or "", middle=_middle(person)
        )
    except ValidationError:
        raise ValueError("no name") from None


def _middle(person: Json) -> str | None:
    """A patronymic that is none (`-`, `нет данных.`) is a gap."""
    text = _text(person, "middleName")
    try:
        return parse_name_part(text) if text else None
    except PydanticCustomError:
        return None


def _birth_date(person: Json) -> date | None:
    try:
        return parse_birth_date(_text(person, "birthDate") or "")
    except PydanticCustomError:
        return None


def _gender(person: Json) -> Gender | None:
    match person.get("gender"):
        case "M":
            return "M"
        case "F":
            return "F"
        case _:
            return None


def _contact(contacts: Json, kind: str) -> str | None:
    """The confirmed contact of that kind: it becomes the portal's login, so nobody else's may (U59)."""
    found = (c for c in _elements(contacts) if _kind(c) == kind and c.get("vrfStu") == VERIFIED)
    return next((text for contact in found if (text := _text(contact, "value"))), None)


def _policy(paper: Json) -> Policy:
    """One with a series is an old one."""
    series = _text(paper, "series")
    number = f"{series or ''} {_text(paper, 'number') or ''}".strip()[:40]
    return Policy(number=number, kind="old" if series else "enp", status=_status(paper))


def _document(paper: Json) -> IdentityDocument:
    number = f"{_text(paper, 'series') or ''} {_text(paper, 'number') or ''}".strip()
    return IdentityDocument(kind=_kind(paper), status=_status(paper), number=number or None)


def _status(paper: Json) -> DocumentStatus:
    return DocumentStatus.VERIFIED if paper.get("vrfStu") == VERIFIED else DocumentStatus.NOT_VERIFIED


def _kind(element: Json) -> str:
    return _text(element, "type") or ""


def _elements(collection: Json) -> Iterable[Json]:
    found = collection.get("elements")
    return [element for element in found if isinstance(element, dict)][:MOST] if isinstance(found, list) else []


def _text(found: Json, name: str) -> str | None:
    """A text or a number of that name; blank is none, and what is absurdly long is none either."""
    value = found.get(name)
    plain = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return plain if 0 < len(plain) <= LONGEST else None
