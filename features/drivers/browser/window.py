"""One window of a browser that has nothing to do with any other. Opening one is dear, so a closed one is wiped."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Error, Page, Request

from registratura.features.drivers.browser.chromium import chromium

PATIENCE = 30_000
"""Milliseconds for what a person does; on a busy machine a browser may stand still for long."""
EMPTY = "about:blank"


class Window:
    """A window with its own cookies and storage. `asked` is what it asked for as somebody looked at another page."""

    def __init__(self) -> None:
        context = chromium().new_context(locale="ru-RU")
        context.set_default_timeout(PATIENCE)
        context.on("request", self._note)
        self.page: Page = context.new_page()
        self._tools = context.new_cdp_session(self.page)
        self.asked: list[Request] = []

    def close(self) -> None:
        """Forget everything that was done in it, and keep it for whoever needs one."""
        try:
            self._wipe()
        except Error:
            # It does not answer: the next one is opened anew.
            self.page.context.close()
        else:
            CLOSED.append(self)

    def _wipe(self) -> None:
        for other in self.page.context.pages[1:]:
            other.close()
        self.page.goto(EMPTY)
        everything: dict[str, Any] = {"origin": "*", "storageTypes": "all"}
        self._tools.send("Storage.clearDataForOrigin", everything)
        self._tools.send("Page.resetNavigationHistory")
        self.asked = []

    def _note(self, request: Request) -> None:
        if request.is_navigation_request():
            self.asked.append(request)


CLOSED: list[Window] = []


def opened() -> Window:
    """An empty window."""
    return CLOSED.pop() if CLOSED else Window()
