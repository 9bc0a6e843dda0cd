"""What happens to a card."""

from __future__ import annotations

from typing import Annotated

from registratura.domain.card import Card, FieldName
from registratura.domain.identity import Identity
from registratura.domain.values import Personal
from registratura.flows.event import FactEvent, PersonEvent, TimeEvent


class OpenCard(FactEvent, title="Карта создана по данным Госуслуг"):
    """R19. `clinic_card` is the card that a clinic already keeps of this person."""

    card: Annotated[Card, Personal]
    clinic_card: Annotated[str | None, Personal] = None


class AddRelative(PersonEvent, title="Добавить карту близкого"):
    """R21, U63: a representative adds a relative's card and consents for them, to the text that they were shown."""

    fields: Annotated[dict[FieldName, str], Personal]
    text_version: str
    text_sha256: str


class Confirm(PersonEvent, title="Подтвердить данные"):
    """R20: the person has checked the data."""


class Edit(PersonEvent, title="Исправить данные"):
    """R21, U37, U38. `revision` is the one of the card that the person saw."""

    changes: Annotated[dict[FieldName, str | None], Personal]
    revision: int


class GosuslugiDataChanged(FactEvent, title="Данные Госуслуг изменились"):
    """U20: a later sign-in brought other data."""

    identity: Annotated[Identity, Personal]


class TakeNew(PersonEvent, title="Взять новые данные Госуслуг"):
    """U20."""


class KeepCurrent(PersonEvent, title="Оставить данные карты"):
    """U20."""


class ClinicAttached(FactEvent, title="Клиника прикреплена"):
    """A clinic got a right to this card. The card notes it, so that it cannot be deleted in the same moment."""

    right: str


class Delete(PersonEvent, title="Удалить карту"):
    """R21, U39."""

    confirmed: bool = False


class CameOfAge(TimeEvent, title="Ребёнку исполнилось 18 лет"):
    """U63: the representative's access ends."""
