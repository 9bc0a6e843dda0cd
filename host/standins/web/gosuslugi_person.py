"""A person as Gosuslugi's endpoints tell it: the other direction of `host.gosuslugi.person`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any

from registratura.domain.identity import DocumentStatus, Identity

_STATUS = {DocumentStatus.VERIFIED: "VERIFIED", DocumentStatus.NOT_VERIFIED: "NOT_VERIFIED"}


def person_json(identity: Identity, missing: Set[str] = frozenset()) -> dict[str, Any]:
    """`/rs/prns/{oid}`. What is not known is left out, as there."""
    known = {
        "firstName": identity.name.first,
        "lastName": identity.name.last,
        "middleName": identity.name.middle,
        "birthDate": f"{identity.birth_date:%d.%m.%Y}" if identity.birth_date else None,
        "gender": identity.gender,
        "snils": identity.snils,
        "trusted": identity.trusted,
        "verifying": identity.verifying,
        "status": "REGISTERED",
    }
    return {name: value for name, value in known.items() if value is not None and name not in missing}


def contacts_json(identity: Identity, missing: Set[str] = frozenset()) -> dict[str, Any]:
    """`/rs/prns/{oid}/ctts`."""
    found = [("MBT", _phone(identity.phone)), ("EML", identity.email)]
    contacts = [{"type": kind, "vrfStu": "VERIFIED", "value": value} for kind, value in found if value]
    return _collection([contact for contact in contacts if contact["type"] not in missing])


def documents_json(identity: Identity, missing: Set[str] = frozenset()) -> dict[str, Any]:
    """`/rs/prns/{oid}/docs`."""
    return _collection([paper for paper in _papers(identity) if paper["type"] not in missing])


def _papers(identity: Identity) -> Iterator[dict[str, str]]:
    for paper in identity.documents:
        number = {"number": paper.number} if paper.number else {}
        yield {"type": paper.kind, "vrfStu": _STATUS[paper.status], **number}
    if policy := identity.policy:
        series, _, number_only = policy.number.rpartition(" ") if policy.kind == "old" else ("", "", policy.number)
        with_series = {"series": series} if series else {}
        yield {"type": "MDCL_PLCY", "vrfStu": _STATUS[policy.status], **with_series, "number": number_only}


def _collection(elements: list[dict[str, str]]) -> dict[str, Any]:
    return {"elements": elements, "size": len(elements)}


def _phone(phone: str | None) -> str | None:
    """`+7(900)0000001`, as it is written there."""
    return re.sub(r"^\+7([0-9]{3})([0-9]{7})$", r"+7(\1)\2", phone) if phone else None
