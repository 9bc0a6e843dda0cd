"""Consent: the texts a person is shown, and the evidence of what they answered.

Since 1 September 2025 a consent is a document of its own, one per purpose (152-ФЗ, art. 9). Evidence is an append-only
chain per flow: each entry carries the hash of the one before, so that a changed, dropped or inserted one shows. Missing
*last* entries do not show in the chain itself; the signed checkpoints of the storage show them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from registratura.domain.canonical import canonical_hash
from registratura.domain.invalid import invalid
from registratura.domain.moments import Moment
from registratura.domain.refusal import Refusal
from registratura.domain.values import Value

FIRST = "0" * 64
"""What the first entry of a chain names as the one before it."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Purpose(StrEnum):
    """What is consented to."""

    PERSONAL_DATA = "personal_data"
    """The portal may process personal data: asked at registration (R3–R5)."""
    MEDICAL_DATA = "medical_data"
    """A clinic may export into the medical record: asked when a code is activated (A3, U51)."""


class ConsentText(Value):
    """A text as it is shown, whole and in this version."""

    purpose: Purpose
    version: str = Field(min_length=1)
    text: str = Field(min_length=1)

    @property
    def sha256(self) -> str:
        """64 hexadecimal digits over the UTF-8 bytes of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def stale_refusals(shown_version: str, shown_sha256: str, current: ConsentText) -> tuple[Refusal, ...]:
    """The person answered another text than the present one (U3): it must be shown anew before an answer counts."""
    if (shown_version, shown_sha256) == (current.version, current.sha256):
        return ()
    return (Refusal(code="consent.stale", params={"version": current.version}),)


class EvidenceKind(StrEnum):
    """What an entry testifies."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    BOUND = "bound"
    """Who it was that accepted before they were known."""
    WITHDRAWN = "withdrawn"


class ConsentEvidence(Value):
    """One entry of the chain of one flow.

    `account` is the account that acted and `subject` the person the data is about, both as internal ids; for a child
    they differ, and `on_behalf` says that a representative answered (U63). A decline names nobody (R4, U4).
    """

    flow_id: str
    number: int = Field(ge=1)
    kind: EvidenceKind
    purpose: Purpose
    text_version: str
    text_sha256: Sha256
    shown_at: Moment | None = None
    pressed_at: Moment | None = None
    button: str | None = None
    channel: str | None = None
    account: str | None = None
    subject: str | None = None
    on_behalf: bool = False
    previous: Sha256 = FIRST

    @model_validator(mode="after")
    def _testifies(self) -> Self:
        answered = self.kind in (EvidenceKind.ACCEPTED, EvidenceKind.DECLINED)
        if answered and not (self.shown_at and self.pressed_at and self.button):
            raise invalid("evidence.incomplete")
        if self.kind is EvidenceKind.DECLINED and (self.account or self.subject or self.on_behalf):
            raise invalid("evidence.decline_is_anonymous")
        if self.kind is EvidenceKind.BOUND and not self.account:
            raise invalid("evidence.bound_to_nobody")
        if (self.number == 1) != (self.previous == FIRST):
            raise invalid("evidence.number")
        return self


def evidence_hash(evidence: ConsentEvidence) -> str:
    """64 hexadecimal digits over the canonical JSON of the whole entry, the hash before it included."""
    return canonical_hash(evidence)


def verify_chain(chain: Sequence[tuple[ConsentEvidence, str]]) -> int | None:
    """The number (from 1) of the first entry that is not what was once written, or None.

    Args:
        chain: the entries of one flow in order, each with the hash stored beside it.
    """
    previous = FIRST
    for number, (evidence, stored) in enumerate(chain, start=1):
        linked = (evidence.flow_id, evidence.number, evidence.previous) == (chain[0][0].flow_id, number, previous)
        if not linked or not hmac.compare_digest(evidence_hash(evidence).encode(), stored.encode()):
            return number
        previous = stored
    return None
