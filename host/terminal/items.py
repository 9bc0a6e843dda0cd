"""What belongs to a screen besides its text: cards, clinics, rights, documents, the consent, in lines for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from textwrap import shorten
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from registratura.domain.contacts import format_phone
from registratura.flows.texts import Texts

MARKS = {"verified": "green", "suspicious": "yellow", "missing": "dim", "unverified": "yellow"}
GENDERS = {"M": "мужской", "F": "женский"}
RIGHTS = {"granted": "действует", "suspended": "приостановлено", "withdrawn": "отозвано"}
Items = Mapping[str, Any]


def shown_items(items: Items, texts: Texts, consent: int | None = None) -> Iterator[RenderableType]:
    """The items of a screen that are for reading. Of a consent text so many lines are shown, or all."""
    if "consent" in items:
        yield from _consent(items, consent)
    if "fields" in items:
        yield card_table(items, texts)
    for name, show in SHOWERS.items():
        if items.get(name):
            yield from show(items, texts)


def card_table(card: Items, texts: Texts) -> Table:
    """A card: field, value, how sure it is."""
    table = Table.grid(padding=(0, 2))
    for name, field in card["fields"].items():
        status = field["status"]
        where = "" if status == "missing" else f", {texts('source.' + field['source'])}"
        sure = texts(f"status.{status}") + (where if status != "verified" else "")
        mark = "  ← на Госуслугах теперь иначе" if name in card.get("differs", ()) else ""
        value = Text(value_of(name, field["value"]))
        table.add_row(Text(texts(f"field.card.{name}"), style="dim"), value, Text(sure + mark, style=MARKS[status]))
    return table


def value_of(name: str, value: str | None) -> str:
    """A value of a card as people write it."""
    if value is None:
        return "—"
    if name == "phone":
        return format_phone(value)
    if name == "birth_date" and value.count("-") == 2:
        return ".".join(reversed(value.split("-")))
    return GENDERS.get(value, value) if name == "gender" else value


def name_of(card: Items) -> str:
    """Last name, first name and patronymic of a card's items."""
    parts = (card["fields"].get(name, {}).get("value") for name in ("last_name", "first_name", "middle_name"))
    return " ".join(part for part in parts if part)


def _consent(items: Items, count: int | None) -> Iterator[RenderableType]:
    lines = str(items["consent"]).strip().splitlines()
    tail = ""
    if count is not None:
        tail = f" (показано начало, всего строк: {len(lines)})" if count else " (показан выше)"
        lines = [shorten(line, 74, placeholder=" …") for line in lines if line.strip()][:count]
    if lines:
        yield Padding(Text("\n".join(lines), style="" if count is None else "dim"), (1, 0, 1, 2), expand=False)
    yield Text(f"Текст согласия {items['text_version']}, SHA-256 {items['text_sha256'][:8]}…{tail}", style="dim")


def _cards(items: Items, texts: Texts) -> Iterator[RenderableType]:
    for card in items["cards"].values():
        whose = ", карта близкого" if card["relative"] else ""
        state = texts(f"screen.patient_card.{card['state']}.title")
        yield Text(f"{name_of(card)}{whose}: {state.lower()}", style="bold")
        yield Padding(card_table(card, texts), (0, 0, 0, 2), expand=False)


def _clinics(items: Items, texts: Texts) -> Iterator[RenderableType]:
    for clinic in items["clinics"].values():
        yield Text(f"• {clinic['title']}: {'прикреплена' if clinic['attached'] else 'добавлена, прав не имеет'}")


def _rights(items: Items, texts: Texts) -> Iterator[RenderableType]:
    for right in items["rights"].values():
        count = f"документов: {right['delivered']}" if right["delivered"] else "данные ещё не поступили"
        state = f"{RIGHTS[right['state']]} {right['withdrawn'][-1] if right['state'] == 'withdrawn' else ''}".strip()
        yield Text(f"• {right['clinic']} ({right['person']}): право {state}, дано {right['since']}, {count}")


def _documents(items: Items, texts: Texts) -> Iterator[RenderableType]:
    for document in items["documents"]:
        issued = value_of("birth_date", str(document["issued_on"]))
        yield Text(f"• {issued}  {document['title']} — {document['clinic']} ({document['person']})")
        if document.get("body"):
            yield Text(f"  {document['body']}", style="dim")


def _login(items: Items, texts: Texts) -> Iterator[RenderableType]:
    yield Text(f"Ваш логин: {items['login']}. Пароль {'задан' if items.get('password_set') else 'не задан'}.")


def _logins(items: Items, texts: Texts) -> Iterator[RenderableType]:
    yield Text(f"Ваш логин: {', '.join(login for login in (items['phone'], items.get('email')) if login)}.")


def _person(items: Items, texts: Texts) -> Iterator[RenderableType]:
    if "birth_date" not in items:
        yield Text(f"Вы вошли: {items['person']}", style="dim")


def _regions(items: Items, texts: Texts) -> Iterator[RenderableType]:
    yield Text(f"Регионов в списке: {len(items['regions'])}", style="dim")


SHOWERS: Mapping[str, Callable[[Items, Texts], Iterator[RenderableType]]] = {
    "person": _person,
    "regions": _regions,
    "cards": _cards,
    "clinics": _clinics,
    "rights": _rights,
    "documents": _documents,
    "login": _login,
    "phone": _logins,
}
