"""A screen as a page of the terminal: title, text, what belongs to it, fields, buttons, and what is not possible."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from registratura.flows.engine import Action, FlowView, ShownRefusal
from registratura.flows.errors import InvalidPayload, RegistraturaError, StartRefused
from registratura.flows.texts import Texts
from registratura.host.terminal.console import console, framed, put
from registratura.host.terminal.items import shown_items

FILLED = ("text_version", "text_sha256", "revision")
"""Fields that the screen itself fills in."""
MENU = 4
"""An action offered in more ways than this is a menu."""
BROKEN = re.compile(r"\n(?=[а-яёa-z«(])")


def show_page(out: Console, view: FlowView, texts: Texts, *, consent: int | None = None, buttons: bool = True) -> None:
    """Print the screen of a flow; of a consent so many lines, or all."""
    parts = [*body(view, texts, consent=consent), *(captions(view, texts) if buttons else ())]
    framed(out, view.screen.title, parts, aside=view.state, style="green" if view.ended else "cyan")


def body(view: FlowView, texts: Texts, *, consent: int | None = None) -> Iterator[RenderableType]:
    """Notice, text and items."""
    if view.screen.notice:
        yield Text(flowing(view.screen.notice), style="yellow")
    yield Text(flowing(view.screen.text))
    yield from shown_items(view.screen.items, texts, consent)


def flowing(text: str) -> str:
    """A text whose sentences were broken to fit into the catalogue, whole again: the terminal breaks them itself."""
    return BROKEN.sub(" ", text)


def captions(view: FlowView, texts: Texts) -> Iterator[RenderableType]:
    """Fields to fill in and buttons to press, as they stand on the page."""
    fields = [label for action in view.actions if action.buttons for label in field_labels(action, texts)]
    if fields:
        yield Text("Поля: " + ", ".join(dict.fromkeys(fields)), style="magenta")
    menus = [action for action in view.actions if len(action.buttons) > MENU]
    for action in menus:
        yield Text("Разделы: " + " · ".join(button.caption for button in action.buttons), style="dim")
    line = Text()
    for action in view.actions:
        for button in action.buttons if action not in menus else ():
            line.append(f"[{button.caption}]", style="bold" if action.available else "dim strike").append("  ")
    if line:
        line.rstrip()
        yield line
    for action in view.actions:
        yield from refusals(action.refusals)


def field_labels(action: Action, texts: Texts) -> Iterator[str]:
    """The Russian labels of what the person types or chooses for an action."""
    given = {name for button in action.buttons for name in button.payload}
    for name, schema in action.schema.get("properties", {}).items():
        if name not in given and name not in FILLED and schema.get("type") != "boolean":
            yield texts(f"field.{action.name}.{name}")


def refusals(found: tuple[ShownRefusal, ...]) -> Iterator[Text]:
    """Why not, one line each."""
    for refusal in found:
        yield Text(f"✗ {refusal.text}", style="red")


def complain_of(error: RegistraturaError, texts: Texts) -> None:
    """What is wrong, where the person goes on at once: where each field is named, nothing is said over them."""
    first, *others = texts.error(error).splitlines()
    for text in others if others and isinstance(error, InvalidPayload | StartRefused) else (first, *others):
        put(console(), Text(f"✗ {text}", style="red"))
