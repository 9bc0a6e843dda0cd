"""What happens to a clinic's right."""

from __future__ import annotations

from typing import Annotated

from registratura.domain.clinics import Document
from registratura.domain.values import Personal
from registratura.flows.event import FactEvent, PersonEvent


class Grant(FactEvent, title="Право выдано"):
    """A3: an attachment code was activated for this card."""

    clinic: str
    card: str
    code: str


class DocumentDelivered(FactEvent, title="Документ поступил"):
    """A15. `delivery_id` is the clinic's own name for the delivery, the same in every repetition (U52)."""

    delivery_id: str
    document: Annotated[Document, Personal]


class Suspend(FactEvent, title="Право приостановлено"):
    """U54: the clinic has left."""


class Resume(FactEvent, title="Право возобновлено"):
    """U54: the clinic is back."""


class Withdraw(PersonEvent, title="Отозвать право"):
    """U53."""
