"""The people at the portal: what Gosuslugi and clinics know of them, and what their browsers remember."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from registratura.domain.clinics import PatientRef
from registratura.domain.identity import DocumentStatus, Identity, PersonName, Policy
from registratura.features.cast import CAST, Person
from registratura.host import Caller, FlowView
from registratura.storage.sessions import digest

ISSUER = "http://esia.gosuslugi.ru/"
GOSUSLUGI_PASSWORD = "Gosuslugi2026"


class Answer(NamedTuple):
    """What a request was answered with: a view, or an error."""

    view: FlowView | None = None
    error: Exception | None = None


class Request(NamedTuple):
    """What a browser sent: it can be sent again."""

    flow: str
    event: str
    payload: Mapping[str, Any]
    key: str


@dataclass(slots=True)
class Visitor:
    """A person's browser or telephone. `session` is the secret of its cookie.

    `account` is set while they are signed in, `own` once they have one. `flow` is where they acted last, `entries` the
    code entries that are open. `pages` are the screens as the person saw them: what they send back was read from there.
    """

    person: Person
    session: str
    channel: str = "web"
    account: str | None = None
    own: str | None = None
    flow: str = ""
    cabinet: str = ""
    entries: tuple[str, ...] = ()
    elsewhere: str = ""
    seen_revision: int = 0
    request: Request | None = None
    answers: tuple[Answer, ...] = ()
    told: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    pages: dict[str, FlowView] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        return Caller(channel=self.channel, session=digest(self.session), account=self.account)

    @property
    def page(self) -> FlowView | None:
        """The page the person has before them."""
        return self.pages.get(self.flow)

    def sign_out(self) -> None:
        """The session is over; the next one is another."""
        self.account, self.session = None, secret_of(f"{self.session}+")


def secret_of(name: str) -> str:
    """The secret of a session: the same in every run, so that what was prepared can be kept."""
    return urlsafe_b64encode(sha256(name.encode()).digest()).decode().rstrip("=")


def name_of(person: Person) -> PersonName:
    """The full name."""
    return PersonName(last=person.surname, first=person.first_name, middle=person.patronymic)


def patient(person: Person) -> PatientRef:
    """As a clinic's administrator writes the person down."""
    return PatientRef(name=name_of(person), birth_date=person.birth_date, snils=person.snils)


def _identity(number: int, person: Person) -> Identity:
    return Identity(
        issuer=ISSUER,
        oid=f"100000000{number}",
        trusted=True,
        name=name_of(person),
        birth_date=person.birth_date,
        gender="F" if person.gender == "F" else "M",
        snils=person.snils,
        phone=person.phone or None,
        email=person.email or None,
        policy=Policy(number=person.oms, status=DocumentStatus.VERIFIED),
    )


IDENTITIES = {person.key: _identity(number, person) for number, person in enumerate(CAST)}


def typed_card(person: Person) -> dict[str, str]:
    """A relative's card as it is typed."""
    return {
        "last_name": person.surname,
        "first_name": person.first_name,
        "middle_name": person.patronymic,
        "birth_date": f"{person.birth_date:%d.%m.%Y}",
        "gender": person.gender,
        "snils": person.snils,
        "policy": person.oms,
    }
