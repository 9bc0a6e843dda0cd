"""Filling in what an action needs: typed, chosen from a list, or taken from the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registratura.domain.card import FieldName
from registratura.flows.engine import Action, FlowView
from registratura.flows.engine.view import Button
from registratura.flows.texts import Texts
from registratura.host.terminal.console import say
from registratura.host.terminal.items import GENDERS, value_of
from registratura.host.terminal.pages import FILLED
from registratura.host.terminal.play.ask import CANCEL, chosen, confirmed, line

HIDDEN = ("password", "repeat", "current")
SEARCHED = 12
"""A list longer than this is searched by a part of its words."""
Payload = dict[str, Any]


class GoesBack(Exception):
    """The person left the form without sending it."""


def filled(action: Action, button: Button, view: FlowView, texts: Texts) -> Payload:
    """The payload of an action, asked for field by field.

    Raises:
        GoesBack: the person thought better of it.
    """
    payload: Payload = dict(button.payload)
    for name, schema in action.schema.get("properties", {}).items():
        if name in payload:
            continue
        if name in FILLED:
            payload[name] = view.screen.items[name]
        else:
            label = texts(f"field.{action.name}.{name}")
            ask = ASKED.get(f"{action.name}.{name}")
            payload[name] = ask(label, view.screen.items, texts) if ask else _typed(label, name, schema)
    return payload


def relatives_fields(texts: Texts) -> dict[FieldName, str]:
    """The fields of a relative's card; what is left empty is not known."""
    fields: dict[FieldName, str] = {}
    say("Пустая строка — поле пропустить.", "dim")
    for name in FieldName:
        label = texts(f"field.card.{name}")
        found = chosen(label, GENDERS) if name is FieldName.GENDER else line(label) or None
        if found:
            fields[name] = found
    if not fields:
        raise GoesBack
    return fields


def _typed(label: str, name: str, schema: Mapping[str, Any]) -> Any:
    if schema.get("type") == "boolean":
        if not confirmed(label):
            raise GoesBack
        return True
    if "enum" in schema:
        return _one_of(label, {value: value for value in schema["enum"]})
    return _needed(line(f"{label} {CANCEL}" if name not in HIDDEN else label, hidden=name in HIDDEN))


def _needed(value: str | None) -> str:
    if not value:
        raise GoesBack
    return value


def _one_of(label: str, choices: Mapping[str, str]) -> str:
    return _needed(chosen(label, choices))


def _region(label: str, items: Mapping[str, Any], texts: Texts) -> str:
    """89 regions are not read through: a code, or a part of the name, finds them."""
    regions: dict[str, str] = items["regions"]
    while True:
        asked = _needed(line(f"{label}, например 74 или Челяб {CANCEL}"))
        words = asked.casefold().replace("ё", "е")
        found = {c: t for c, t in regions.items() if c == asked or words in t.casefold().replace("ё", "е")}
        if asked in found or len(found) == 1:
            code = asked if asked in found else next(iter(found))
            say(f"{code} {regions[code]}", "green")
            return code
        if not found:
            # A code that is not in the list is sent all the same: the portal says why not.
            if asked.isdecimal():
                return asked
            say("Такого региона в списке нет. Попробуйте другую часть названия.", "yellow")
        elif len(found) > SEARCHED:
            say(f"Подходит слишком много: {len(found)}. Напишите подробнее.", "yellow")
        elif code := chosen(label, {c: f"{c} {t}" for c, t in found.items()}) or "":
            return code


def _profile(label: str, items: Mapping[str, Any], texts: Texts) -> str:
    return _one_of(label, items["profiles"])


def _clinic(label: str, items: Mapping[str, Any], texts: Texts) -> str:
    return _one_of(label, items["to_add"])


def _changes(label: str, items: Mapping[str, Any], texts: Texts) -> Payload:
    """One field after another, until the person says that this is all; verified ones too, for the portal to refuse."""
    changes: Payload = {}
    fields = items["fields"]
    while True:
        names = {n: f"{texts(f'field.card.{n}')}: {value_of(n, changes.get(n, f['value']))}" for n, f in fields.items()}
        name = chosen("Что ещё", names, "(пустая строка — отправить)") if changes else chosen(label, names)
        if name is None:
            break
        if name == FieldName.GENDER:
            changes[name] = chosen(texts("field.card.gender"), GENDERS)
        else:
            changes[name] = line(f"{texts(f'field.card.{name}')} (пустая строка — очистить)") or None
    if not changes:
        raise GoesBack
    return changes


ASKED: Mapping[str, Callable[[str, Mapping[str, Any], Texts], Any]] = {
    "choose_region.region": _region,
    "choose_profile.card": _profile,
    "add_clinic.clinic": _clinic,
    "correct_card.changes": _changes,
    "edit.changes": _changes,
}
