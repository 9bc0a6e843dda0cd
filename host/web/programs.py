"""Programs that use the API from a browser's session: the cookie says who they are, as it does for the pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from registratura.flows.engine.view import FlowView
from registratura.flows.ports import Caller
from registratura.host.web.browser import Browser
from registratura.host.web.site import Site, tell

KEY = "idempotency-key"
RESUMED = frozenset({"registration", "sign_in", "cabinet"})
"""Flows that the pages go on with."""


class Programs:
    """What the API asks of its host: who calls, and what becomes of their session."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def caller_of(self, request: Request) -> Caller:
        """The one whose session the cookie opens; without one, a session that is kept once it has started something."""
        token = request.cookies.get(self._site.options.cookie)
        browser = self._site.browsers.open(token, request.headers.get(KEY, ""))
        request.state.browser = browser
        return browser.caller(str(getattr(request.state, "address", "")))

    def way_to_gosuslugi(self, view: FlowView) -> str:
        """The page that sends the browser on, with a `state` of its session."""
        return f"{self._site.options.origin}/flow/{view.id}/gosuslugi"

    def answered(self, request: Request, response: Response, view: FlowView) -> None:
        """Keep the session, and give it a new token where the person has signed in."""
        browser: Browser = request.state.browser
        if view.flow in RESUMED:
            browser.remember(flows={**browser.data.flows, view.flow: view.id})
        browser.comes_over(request.state.event)
        self._site.browsers.admit(browser, view, request.headers.get(KEY, ""))
        self._site.browsers.follow(browser, request.state.event, view)
        browser.used = True
        self._site.browsers.keep(browser)
        tell(self._site.options, browser, response)
