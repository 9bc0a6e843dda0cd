"""Texts of the catalogue as parts of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from registratura.domain.contacts import format_phone
from registratura.flows.engine.view import FlowView
from registratura.flows.event import Event
from registratura.flows.texts import Texts
from registratura.host.paragraphs import paragraphs
from registratura.host.web.words import GENDERS


def blocks(text: str) -> list[str]:
    """A legal text as it stands: a paragraph for each line."""
    return [line for line in text.splitlines() if line.strip()]


def in_russian(name: str, value: str | None) -> str:
    """A card's value as it is typed and read: a date with dots, a telephone in its one way."""
    if name == "phone" and value:
        return format_phone(value)
    if name == "birth_date" and value and value.count("-") == 2:
        return ".".join(reversed(value.split("-")))
    return value or ""


def card_value(value: str | None, name: str) -> str:
    """A value of a card as people write it."""
    return GENDERS.get(value, value) if name == "gender" and value else in_russian(name, value) or "—"


def card_name(card: Any) -> str:
    """Last name, first name and patronymic of a card's items."""
    parts = (card["fields"].get(name, {}).get("value") for name in ("last_name", "first_name", "middle_name"))
    return " ".join(part for part in parts if part) or "Без имени"


def said_of(texts: Texts, view: FlowView, event: Event) -> str:
    """What the next page says of what was done, if the catalogue has words for it."""
    return texts.own(f"done.{event.name}", view.screen.items)


FILTERS: dict[str, Callable[..., Any]] = {
    "paragraphs": lambda text: list(paragraphs(text)),
    "blocks": blocks,
    "card_value": card_value,
    "card_name": card_name,
    "russian_date": lambda day: in_russian("birth_date", str(day)),
}
