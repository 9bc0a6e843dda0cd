"""A browser without scripts: pages, forms with what is typed into them, buttons, cookies, redirects."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

BLOCKS = {"p", "li", "h1", "h2", "h3", "td", "th", "dt", "dd", "label", "button", "a", "summary", "title", "option"}


@dataclass
class Button:
    caption: str
    name: str
    value: str
    disabled: bool


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)

    def names(self, wanted: str) -> str:
        """The field of that name, or the one in a group: `snils` is `changes.snils`."""
        known = (*self.fields, *self.checks)
        return next((name for name in known if name == wanted or name.endswith(f".{wanted}")), wanted)


class Page(HTMLParser):
    """What was answered."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer, self.status, self.url = answer, answer.status_code, answer.url
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.ids: set[str] = set()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.title = ""
        self._by_id: dict[str, Form] = {}
        self._form: Form | None = None
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._select = ""
        self._words: list[str] = []
        self._apart: list[tuple[str, Button]] = []
        self.feed(answer.text)
        for form, button in self._apart:
            self._by_id[form].buttons.append(button)

    @property
    def text(self) -> str:
        """What can be read, words separated by one space."""
        return " ".join(" ".join(self._words).split())

    @property
    def flow(self) -> str:
        """The id of the flow whose page this is."""
        return self.url.path.split("/")[2]

    @property
    def captions(self) -> list[str]:
        return [button.caption for form in self.forms for button in form.buttons if not button.disabled]

    def form_with(self, caption: str) -> tuple[Form, Button]:
        """The first form with that button."""
        for form in self.forms:
            for button in form.buttons:
                if button.caption == caption and not button.disabled:
                    return form, button
        raise AssertionError(f"no button «{caption}» among {self.captions}: {self.text}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        self.elements.append((tag, at))
        self.ids.add(at.get("id", ""))
        if tag == "form":
            self._form = Form(urljoin(str(self.url), at.get("action", "")), at.get("method", "get"))
            self._by_id[at.get("id", "")] = self._form
            self.forms.append(self._form)
        elif tag == "input" and self._form is not None:
            kind = at.get("type", "text")
            fields = self._form.checks if kind == "checkbox" else self._form.fields
            fields[at["name"]] = at.get("value", "")
            self._form.types[at["name"]] = kind
        elif tag == "select" and self._form is not None:
            self._select = at["name"]
            self._form.fields[self._select] = ""
        elif tag == "option" and self._form is not None and "selected" in at:
            self._form.fields[self._select] = at["value"]
        if tag in BLOCKS:
            self._open.append((tag, at, []))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag in BLOCKS and self._open:
            _, at, words = self._open.pop()
            self._closed(tag, at, " ".join("".join(words).split()))

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        for _, _, words in self._open:
            words.append(data)

    def _closed(self, tag: str, at: dict[str, str], text: str) -> None:
        if tag == "title":
            self.title = text
        elif tag == "a":
            self.links[text] = urljoin(str(self.url), at.get("href", ""))
        elif tag == "button":
            button = Button(text, at.get("name", ""), at.get("value", ""), "disabled" in at)
            if "form" in at:
                self._apart.append((at["form"], button))
            elif self._form is not None:
                self._form.buttons.append(button)


class Browser:
    """One person's browser. `page` is what they see."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.page: Page

    def open(self, address: str) -> Page:
        self.page = Page(self.http.get(address))
        return self.page

    def follow(self, link: str) -> Page:
        return self.open(self.page.links[link])

    def filled(self, caption: str, page: Page | None = None, **typed: Any) -> tuple[str, dict[str, str]]:
        """Where a form would be sent and with what."""
        form, button = (page or self.page).form_with(caption)
        sent = dict(form.fields)
        sent.update({form.names(name): str(value) for name, value in typed.items()})
        if button.name:
            sent[button.name] = button.value
        return form.action, sent

    def press(self, caption: str, page: Page | None = None, **typed: Any) -> Page:
        """Fill in the form with that button, and press it."""
        return self.send(*self.filled(caption, page, **typed))

    def send(self, action: str, sent: dict[str, str], **headers: str) -> Page:
        self.page = Page(self.http.post(action, data=sent, headers=headers))
        return self.page
