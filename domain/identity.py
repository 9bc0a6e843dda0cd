"""Who Gosuslugi says a person is.

The values are what Gosuslugi gave, not what the portal would accept from a keyboard: a number with a wrong check digit
is kept and warned about on the card (U17), a gap is a gap (U16). The key of a person is (issuer, oid).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from registratura.domain.contacts import parse_email, parse_phone
from registratura.domain.names import PersonName
from registratura.domain.papers import DocumentStatus, Policy, parse_enp, parse_policy, parse_snils
from registratura.domain.values import Personal, Value

__all__ = [
    "DocumentStatus",
    "Gender",
    "Identity",
    "IdentityDocument",
    "PersonName",
    "Policy",
    "parse_email",
    "parse_enp",
    "parse_phone",
    "parse_policy",
    "parse_snils",
]

Gender = Literal["M", "F"]


class IdentityDocument(Value):
    """A paper of the person at Gosuslugi; `kind` is Gosuslugi's own word (`RF_PASSPORT`, `RF_BRTH_CERT`, …)."""

    kind: str
    status: DocumentStatus
    number: Annotated[str | None, Personal] = None


class Identity(Value):
    """A verified answer of Gosuslugi about the person who signed in.

    `trusted`: the account is confirmed; `verifying`: the confirmation is under way (U14). `kind` is what the person
    signed in as (U15). `phone` and `email` are the *confirmed* contacts: a gateway leaves an unconfirmed one out, since
    they become the portal's login (U59). An unconfirmed account may know no more than a name.
    """

    issuer: str
    oid: Annotated[str, Personal]
    trusted: bool
    verifying: bool = False
    kind: Literal["person", "organisation", "employee"] = "person"
    name: Annotated[PersonName, Personal]
    birth_date: Annotated[date | None, Personal] = None
    gender: Annotated[Gender | None, Personal] = None
    snils: Annotated[str | None, Personal] = None
    phone: Annotated[str | None, Personal] = None
    email: Annotated[str | None, Personal] = None
    policy: Annotated[Policy | None, Personal] = None
    documents: Annotated[tuple[IdentityDocument, ...], Personal] = ()
