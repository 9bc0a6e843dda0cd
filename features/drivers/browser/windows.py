"""The windows of people's browsers: one for each session, with its cookie and the width of the device."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response, ViewportSize

from registratura.features.drivers.browser.town import BrowserTown
from registratura.features.drivers.browser.window import Window, opened
from registratura.features.drivers.engine.people import Visitor

SIZES = {"web": ViewportSize(width=1280, height=800), "mobile": ViewportSize(width=390, height=760)}
LEFT = Path("build") / "browser"
"""Where a failed scenario leaves what people saw."""


class Windows:
    """The windows that are open in a scenario, by the secrets of their sessions."""

    def __init__(self, town: BrowserTown) -> None:
        self._town, self._pages = town, dict[str, Page]()
        self._windows: list[Window] = []
        self._cookie = town.wire.cookie

    @property
    def asked(self) -> tuple[str, ...]:
        """What people's windows asked for."""
        return tuple(f"{r.method} {urlsplit(r.url).path}" for window in self._windows for r in window.asked)

    def of(self, who: Visitor) -> Page:
        """The person's window, as wide as what they hold in their hand."""
        page = self._pages.get(who.session) or self._opened(who)
        if page.viewport_size != SIZES[who.channel]:
            page.set_viewport_size(SIZES[who.channel])
        return page

    def go(self, who: Visitor, url: str) -> Response | None:
        """Open an address."""
        page = self.of(who)
        answer = page.goto(url, wait_until="domcontentloaded")
        self.keep_cookie(who, page)
        return answer

    def keep_cookie(self, who: Visitor, page: Page) -> None:
        """The portal may have given the browser another secret."""
        cookies = cast("list[dict[str, Any]]", page.context.cookies(self._town.portal_url))
        secret = next((cookie["value"] for cookie in cookies if cookie["name"] == self._cookie), None)
        if secret and secret != who.session:
            self._pages[secret] = self._pages.pop(who.session)
            who.session = secret
            self._town.wire.known.add(secret)

    def leave(self, scenario: str) -> Path:
        """Keep what people see now, as a picture and as HTML; gives the folder."""
        folder = LEFT / re.sub(r"\W+", "-", scenario).strip("-")[:80]
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(self._pages.values(), 1):
            page.screenshot(path=folder / f"{number}.png", full_page=True)
            (folder / f"{number}.html").write_text(f"<!-- {page.url} -->\n{page.content()}", encoding="utf-8")
        return folder

    def close(self) -> None:
        """The scenario is over."""
        for window in self._windows:
            window.close()
        self._windows.clear()
        self._pages.clear()

    def _opened(self, who: Visitor) -> Page:
        if who.account and who.session not in self._town.wire.known:
            # Another device of theirs, on which they have signed in before.
            self._town.let_in(who)
        window = opened()
        self._windows.append(window)
        if who.session in self._town.wire.known:
            window.page.context.add_cookies(
                [{"name": self._cookie, "value": who.session, "url": self._town.portal_url}]
            )
        self._pages[who.session] = window.page
        return window.page
