"""What a page shows, held against what the portal answered: what the person cannot read there, they were not told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from playwright.sync_api import Page

from registratura.flows.engine.view import Action, Button
from registratura.host import FlowView
from registratura.host.paragraphs import paragraphs
from registratura.host.web.text import blocks, card_value

_READ = """() => [
  document.body.textContent,
  [...document.querySelectorAll('button:not([disabled])')]
    .filter(button => button.form)
    .map(button => [new URL(button.form.action).pathname, button.name === 'variant' ? button.value : '']),
]"""


def words_of(page: Page) -> str:
    """Everything that the page says, what is folded too."""
    return one_line(page.locator("body").text_content() or "")


def one_line(text: str) -> str:
    return " ".join(text.split())


def shown_on(page: Page, view: FlowView) -> FlowView:
    """The view as the page has it: with the buttons that are there.

    Raises:
        AssertionError: the page keeps something of the screen to itself.
    """
    text, buttons = page.evaluate(_READ)
    words, pressed = one_line(text), {tuple(button) for button in buttons}
    missing = [piece for piece in pieces(view) if one_line(piece) not in words]
    assert not missing, f"{page.url}: на странице нет {missing}"
    return replace(view, actions=tuple(_offered(view, action, pressed) for action in view.actions))


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


def _items(items: Mapping[str, Any]) -> Iterator[str]:
    yield from blocks(items.get("consent", ""))
    yield items.get("login") or ""
    for document in items.get("documents", ()):
        yield document["title"]
    for clinic in items.get("clinics", {}).values():
        yield clinic["title"]
    for right in items.get("rights", {}).values():
        yield right["clinic"]
    for card in (items, *items.get("cards", {}).values()):
        yield from (card_value(known["value"], name) for name, known in card.get("fields", {}).items())


def _offered(view: FlowView, action: Action, pressed: set[tuple[str, ...]]) -> Action:
    """The action with those of its buttons that can be pressed; they are there exactly where it is available."""
    path = f"/flow/{view.id}/{action.name}"
    there = tuple(button for button in action.buttons if (path, _variant(button)) in pressed)
    assert bool(there) == (action.available and bool(action.buttons)), (
        f"{path}: на странице {'есть' if there else 'нет'} кнопки {[button.caption for button in action.buttons]}"
    )
    return replace(action, buttons=there)


def _variant(button: Button) -> str:
    return button.name.partition(".")[2]
