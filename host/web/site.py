"""What every page has at hand: the portal, the sessions, the templates; and one request with its answer.

cookie → session → form token → page → session kept → cookie
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from registratura.flows.engine.view import FlowView
from registratura.flows.errors import Conflict, NotAllowedNow, OperatorError, RegistraturaError, UnknownEvent
from registratura.flows.errors import UnknownFlow as Unknown
from registratura.flows.flow import AnyFlow
from registratura.flows.ports import Caller
from registratura.flows.texts import Texts
from registratura.host.gosuslugi.client import GosuslugiClient
from registratura.host.portal import Registratura
from registratura.host.web.browser import Browser, Browsers
from registratura.host.web.evenly import evenly
from registratura.host.web.options import WebOptions
from registratura.host.web.text import FILTERS
from registratura.host.web.words import PAGES

FLOW_ID = re.compile(r"[0-9a-f-]{36}")
FIELDS = 100
LONGEST_KEY = 100
log = logging.getLogger("registratura.web")


@dataclass(frozen=True, slots=True)
class Site:
    """What is made once."""

    portal: Registratura
    gosuslugi: GosuslugiClient
    options: WebOptions
    browsers: Browsers
    pages: Environment

    @property
    def texts(self) -> Texts:
        return self.portal.parts.texts


@dataclass(slots=True)
class Call:
    """One request for a page."""

    site: Site
    path: str
    browser: Browser
    address: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def portal(self) -> Registratura:
        return self.site.portal

    def flow_of(self, view: FlowView) -> AnyFlow:
        """The flow in the version by which this case goes."""
        return self.portal.parts.flows.of(view)

    @property
    def caller(self) -> Caller:
        return self.browser.caller(self.address)

    @property
    def key(self) -> str:
        """What tells this request from all others: of a form its key, of the way back from Gosuslugi its `state`."""
        key = self.form.get("key") or self.query.get("state", "")
        return key if len(key) <= LONGEST_KEY else ""

    def sees(self, flow_id: str) -> bool:
        """Whether the flow is this browser's."""
        try:
            self.portal.get(flow_id, caller=self.caller)
        except Unknown:
            return False
        return True

    def draw(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        page = self.site.pages.get_template(template)
        return HTMLResponse(page.render(call=self, browser=self.browser, site=self.site, **values), status)


Work = Callable[[Call], Response]


def environment() -> Environment:
    """The templates. A name that is not there is an error, not a gap."""
    loader = PackageLoader("registratura.host.web")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters.update(FILTERS)
    return pages


def page(site: Site, work: Work, *, token: bool = True) -> Callable[[Request], Any]:
    """An endpoint: the work of a page within a session. Everything below is done in a thread: it waits for disks."""

    async def endpoint(request: Request) -> Response:
        sent = await read_form(request) if request.method == "POST" else {}
        async with evenly(site.portal.parts.flows, request.path_params.get("event", ""), site.options.even_out):
            return await run_in_threadpool(_answer, site, work, request, sent, token and request.method == "POST")

    return endpoint


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; of those sent twice the last one."""
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    return {name: _plain(text) for name, text in pairs}


def _plain(text: str) -> str:
    # Browsers send line ends as CR LF, and no text of ours may hold a NUL: PostgreSQL takes none.
    return text.replace("\r\n", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _answer(site: Site, work: Work, request: Request, sent: dict[str, str], token: bool) -> Response:
    address, query = str(request.scope.get("state", {}).get("address", "")), dict(request.query_params)
    call = Call(site, request.url.path, site.browsers.stranger(), address, query, sent, dict(request.path_params))
    try:
        call.browser = site.browsers.open(request.cookies.get(site.options.cookie), call.key)
        response = _guarded(call, work, token)
        site.browsers.keep(call.browser)
    except RegistraturaError as error:
        return trouble(call, error)
    tell(site.options, call.browser, response)
    return response


def _guarded(call: Call, work: Work, token: bool) -> Response:
    try:
        if token and not call.browser.drew(call.form.get("csrf", "")):
            return message(call, 403, "forged" if call.browser.stored else "ended")
        return work(call)
    except RegistraturaError as error:
        return trouble(call, error)


def trouble(call: Call, error: RegistraturaError) -> Response:
    """A page for an error that no other page has taken care of."""
    if isinstance(error, OperatorError):
        log.error("%s", error)
    status = status_of(error)
    if isinstance(error, Unknown) and call.browser.account is not None:
        return message(call, status, "not_yours")
    return message(call, status, "unknown" if status == 404 else "trouble", call.site.texts.error(error))


def status_of(error: RegistraturaError) -> int:
    """The status of an error."""
    if isinstance(error, Unknown | UnknownEvent):
        return 404
    if isinstance(error, Conflict | NotAllowedNow):
        return 409
    return 503 if isinstance(error, OperatorError) else 422


def message(call: Call, status: int, name: str, text: str = "") -> Response:
    """A page that only says something. Who has to sign in first comes to the flow that they wanted (U67)."""
    title, words = PAGES[name]
    wanted = call.params.get("flow_id", "") if status == 404 else ""
    wanted = wanted if FLOW_ID.fullmatch(wanted) else ""
    return call.draw("message.html", status, title=title, text=text or words, wanted=wanted)


def go(where: str) -> Response:
    """To another page, by GET."""
    return RedirectResponse(where, 303)


def tell(options: WebOptions, browser: Browser, response: Response) -> None:
    """Set the cookie where the browser does not have it, and take it back where the session is over."""
    how: dict[str, Any] = {"path": "/", "secure": options.tls, "httponly": True, "samesite": "lax"}
    if browser.ended and not browser.lost:
        response.delete_cookie(options.cookie, **how)
    elif browser.fresh and not browser.ended:
        response.set_cookie(options.cookie, browser.token, **how)
