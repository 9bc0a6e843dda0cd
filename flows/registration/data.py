"""What registration remembers, and the facts its decisions need."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from registratura.domain.identity import Identity
from registratura.domain.refusal import Refusal
from registratura.domain.values import Personal
from registratura.flows.event import Facts
from registratura.flows.gosuslugi.leg import GosuslugiData


class RegistrationData(GosuslugiData):
    """What registration remembers: the region, the text shown and accepted, and whose card and password there are."""

    region: str | None = None
    text_version: str | None = None
    text_sha256: str | None = None
    shown_at: datetime | None = None
    accepted: bool = False
    verifying: bool = False
    identity: Annotated[Identity | None, Personal] = None
    matches: Annotated[tuple[str, ...], Personal] = ()
    card: str | None = None
    password: str | None = None


class RegionFacts(Facts):
    """Why this region is not served, if it is not."""

    problems: tuple[Refusal, ...]


class TextFacts(Facts):
    """The consent text as it is now."""

    version: str
    sha256: str
