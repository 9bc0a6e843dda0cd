"""The texts as people see them: every screen with its buttons, every refusal, and the scenarios that read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from registratura.features.spec.declared import Kind, Thing, button
from registratura.features.spec.results import Result, Results
from registratura.features.spec.words import title_of
from registratura.flows.catalogue import FLOWS
from registratura.flows.flow import AnyFlow
from registratura.flows.texts import Texts
from registratura.host.paragraphs import paragraphs

GROUPS = {
    "refusal": "Отказы",
    "notice": "Пояснения на экране",
    "message": "Сообщения",
    "invalid": "Ошибки ввода",
    "error": "Когда сделать нельзя или что-то сломалось",
}


class Button(NamedTuple):
    """A button of a screen, and who presses it."""

    caption: str
    results: tuple[Result, ...]


class Screen(NamedTuple):
    """What is shown in a state."""

    anchor: str
    key: str
    title: str
    text: tuple[tuple[str, list[str]], ...]
    buttons: tuple[Button, ...]
    results: tuple[Result, ...]


class Text(NamedTuple):
    """One text of the catalogue."""

    anchor: str
    key: str
    text: str
    results: tuple[Result, ...]


def screens(results: Results) -> dict[str, list[Screen]]:
    """Those of each flow that has some, by the flow's title."""
    texts = Texts.russian()
    found = {title_of(flow): list(_screens(flow, results, texts)) for flow in FLOWS.values()}
    return {title: some for title, some in found.items() if some}


def said(results: Results) -> dict[str, list[Text]]:
    """All other whole sentences, by their sort."""
    texts = Texts.russian()
    return {
        title: [_text(key, results, texts) for key in sorted(texts.keys()) if key.startswith(f"{kind}.")]
        for kind, title in GROUPS.items()
    }


def _screens(flow: AnyFlow, results: Results, texts: Texts) -> Iterator[Screen]:
    for state in flow.answers.places:
        key = texts.screen_key(flow.name, state)
        if f"{key}.title" not in texts:
            continue
        buttons = tuple(_buttons(flow, state, key, results, texts))
        text = tuple(paragraphs(texts(f"{key}.text"))) if f"{key}.text" in texts else ()
        anchor = f"v/{flow.name}/{state}"
        yield Screen(anchor, key, texts(f"{key}.title"), text, buttons, results.reading.get(key, ()))


def _buttons(flow: AnyFlow, state: str, key: str, results: Results, texts: Texts) -> Iterator[Button]:
    for name in flow.allowed(state):
        for way in flow.by_name[name].variants or ("",):
            id = button(name, way)
            known = any(each in texts for each in (f"{key}.button.{id}", f"button.{id}"))
            thing = Thing(Kind.BUTTON, flow.name, f"{state}/{id}")
            if known:
                yield Button(texts.button(key, id), results.showing.get(thing, ()))


def _text(key: str, results: Results, texts: Texts) -> Text:
    code = Thing(Kind.REFUSAL, "", key.removeprefix("refusal."))
    both = (*results.reading.get(key, ()), *results.showing.get(code, ()))
    return Text(
        f"w/{key}", key, " ".join(texts(key).split()), tuple({result.anchor: result for result in both}.values())
    )
