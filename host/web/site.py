"""What every page has at hand: the portal, the sessions, the templates; and one request with its answer.

cookie → session → form token → page → session kept → cookie
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from registratura.flows.errors import Conflict, NotAllowedNow, OperatorError, RegistraturaError, UnknownEvent
from registratura.flows.errors import UnknownFlow as Unknown
from registratura.flows.ports import Caller
from registratura.flows.texts import Texts
from registratura.host.gosuslugi.client import GosuslugiClient
from registratura.host.portal import Registratura
from registratura.host.web.browser import Browser, Browsers
from registratura.host.web.options import WebOptions
from registratura.host.web.text import FILTERS
from registratura.host.web.words import PAGES

FIELDS = 100
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

    @property
    def caller(self) -> Caller:
        return self.browser.caller(self.address)

    def draw(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page. The session is kept first, so that what it says of itself is stored."""
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
    browser = site.browsers.open(request.cookies.get(site.options.cookie))
    address = str(request.scope.get("state", {}).get("address", ""))
    query = dict(request.query_params)
    call = Call(site, request.url.path, browser, address, query, sent, dict(request.path_params))
    response = _guarded(call, work, token)
    site.browsers.keep(browser)
    tell(site.options, browser, response)
    return response


def _guarded(call: Call, work: Work, token: bool) -> Response:
    try:
        if token and not _brought_back(call):
            return message(call, 403, "ended" if call.browser.lost or not call.browser.stored else "forged")
        return work(call)
    except RegistraturaError as error:
        return trouble(call, error)


def _brought_back(call: Call) -> bool:
    if not call.browser.stored:
        return False
    used, sent = call.browser.used, call.form.get("csrf", "")
    good = hmac.compare_digest(sent.encode(), call.browser.form_token.encode())
    call.browser.used = used
    return good


def trouble(call: Call, error: RegistraturaError) -> Response:
    """A page for an error that no other page has taken care of."""
    if isinstance(error, OperatorError):
        log.error("%s", error)
    status = status_of(error)
    return message(call, status, "unknown" if status == 404 else "trouble", call.site.texts.error(error))


def status_of(error: RegistraturaError) -> int:
    """The status of an error."""
    if isinstance(error, Unknown | UnknownEvent):
        return 404
    if isinstance(error, Conflict | NotAllowedNow):
        return 409
    return 503 if isinstance(error, OperatorError) else 422


def message(call: Call, status: int, name: str, text: str = "") -> Response:
    """A page that only says something."""
    title, words = PAGES[name]
    return call.draw("message.html", status, title=title, text=text or words)


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
