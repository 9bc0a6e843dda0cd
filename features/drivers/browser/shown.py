"""What a page shows, held against what the portal answered: what the person cannot read there, they were not told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from registratura.domain.card import CardField, FieldName, FieldSource, FieldStatus
from registratura.domain.contacts import parse_phone
from registratura.features.drivers.browser.sight import Pressable, Sight, one_line
from registratura.features.drivers.engine.parts import TEXTS
from registratura.flows.engine.view import Action, Button
from registratura.host import FlowView
from registratura.host.paragraphs import paragraphs
from registratura.host.web.text import blocks, card_value
from registratura.host.web.words import GENDERS

Row = tuple[str, ...]

SOME = frozenset({"open_section", "open_cabinet"})
"""Of these a page has the buttons that fit where it is, and the device."""
DIFFERS = "на Госуслугах теперь иначе"
DIGITS = 16
"""So much of the hash of a text is on the page."""


def shown_on(sight: Sight, where: str, view: FlowView) -> FlowView:
    """The view as the page has it: with the buttons that are there.

    Raises:
        AssertionError: the page keeps something of the screen to itself, or offers what there is not.
    """
    missing = [piece for piece in pieces(view) if one_line(piece) not in sight.words]
    assert not missing, f"{where}: на странице нет {missing}"
    cards = [rows for card in _cards(view) if (rows := _rows(card)) not in sight.tables]
    assert not cards, f"{where}: на странице нет карты {cards}, есть {sight.tables}"
    mine = {action.name for action in view.actions}
    strange = [b for b in sight.buttons if b.path.startswith(f"/flow/{view.id}/") and b.path.split("/")[3] not in mine]
    assert not strange, f"{where}: на странице лишние кнопки {strange}"
    return replace(view, actions=tuple(_offered(view, action, sight.buttons) for action in view.actions))


def pieces(view: FlowView) -> Iterator[str]:
    """All that a page of this view has to say."""
    screen = view.screen
    yield screen.title
    for text in (screen.text, screen.notice):
        for _, lines in paragraphs(text):
            yield from lines
    yield from _items(screen.items)
    for refusal in view.refusals:
        yield refusal.text


def cards_on(sight: Sight) -> Iterator[dict[FieldName, CardField]]:
    """The cards that stand on a page, field by field, as a person understands them."""
    labels = {TEXTS(f"field.card.{name}"): name for name in FieldName}
    for rows in sight.tables:
        yield {(name := labels[label]): _field(name, value, mark) for label, value, mark in rows}


def _field(name: FieldName, value: str, mark: str) -> CardField:
    """`mark` says where the value is from and how sure it is; of what is checked, that Gosuslugi has checked it."""
    status = next(status for status in FieldStatus if mark.startswith(TEXTS(f"status.{status}")))
    source = next((source for source in FieldSource if TEXTS(f"source.{source}") in mark), FieldSource.GOSUSLUGI)
    return CardField(value=_stored(name, value), source=source, status=status)


def _stored(name: FieldName, value: str) -> str | None:
    if value == card_value(None, name):
        return None
    if name is FieldName.GENDER:
        return next(gender for gender, word in GENDERS.items() if word == value)
    if name is FieldName.PHONE:
        return parse_phone(value)
    return "-".join(reversed(value.split("."))) if name is FieldName.BIRTH_DATE else value


def _items(items: Mapping[str, Any]) -> Iterator[str]:
    if "consent" in items and "cards" not in items:
        yield from (*blocks(items["consent"]), items["text_version"], items["text_sha256"][:DIGITS])
    yield items.get("login") or ""
    for document in items.get("documents", ()):
        yield document["title"]
    for clinic in items.get("clinics", {}).values():
        yield clinic["title"]
    for right in items.get("rights", {}).values():
        yield right["clinic"]


def _cards(view: FlowView) -> Iterator[Mapping[str, Any]]:
    items = view.screen.items
    yield from (card for card in (items, *items.get("cards", {}).values()) if "fields" in card)


def _rows(card: Mapping[str, Any]) -> tuple[Row, ...]:
    """A card as its table has it: what each field is called, its value, how sure it is and where it is from."""
    return tuple(
        (TEXTS(f"field.card.{name}"), card_value(known["value"], name), _mark(known, name in card.get("differs", ())))
        for name, known in card["fields"].items()
    )


def _mark(known: Mapping[str, Any], differs: bool) -> str:
    said = [TEXTS(f"status.{known['status']}")]
    if known["status"] in (FieldStatus.UNVERIFIED, FieldStatus.SUSPICIOUS):
        said.append(TEXTS(f"source.{known['source']}"))
    return " ".join([*said, *([DIFFERS] if differs else [])])


def _offered(view: FlowView, action: Action, pressable: tuple[Pressable, ...]) -> Action:
    """The action with those of its buttons that can be pressed; they are there exactly where it is available."""
    path = f"/flow/{view.id}/{action.name}"
    there = tuple(button for button in action.buttons if _is_there(path, button, pressable))
    wanted = (there[:1] if action.name in SOME else ()) or action.buttons
    right = all(button in there for button in wanted) if action.available else not there
    assert right, f"{path}: кнопки {[button.caption for button in action.buttons]}, а на странице {pressable}"
    return replace(action, buttons=there)


def _is_there(path: str, button: Button, pressable: tuple[Pressable, ...]) -> bool:
    variant = button.name.partition(".")[2]
    return any(button.caption in one.captions for one in pressable if (one.path, one.variant) == (path, variant))
