"""The application: pages and the API over one portal."""

from __future__ import annotations

import re
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from registratura.flows.effects import EndOtherSessions
from registratura.flows.engine.codec import moment
from registratura.flows.engine.view import FlowView
from registratura.flows.portal_password import PortalPassword
from registratura.host.gosuslugi.client import GosuslugiClient
from registratura.host.portal import Registratura
from registratura.host.web.api import api_router
from registratura.host.web.browser import Browsers
from registratura.host.web.flow_routes import ROUTES
from registratura.host.web.gosuslugi_routes import CALLBACK, PROGRESS, callback, progress
from registratura.host.web.guard import Guard, Scope, security_headers
from registratura.host.web.health import health_routes
from registratura.host.web.options import WebOptions
from registratura.host.web.programs import Programs
from registratura.host.web.site import FLOW_ID, Site, environment, page
from registratura.host.web.words import PAGES
from registratura.storage.sessions import sessions_for

STATIC = Path(__file__).parent / "static"
API = "/api"
STEP = re.compile(rf"/flow/{FLOW_ID.pattern}(?=/)")
"""The page from which a form was sent that came no further than the door."""
DOCUMENT = "/api/openapi.json"


def create_app(portal: Registratura, gosuslugi: GosuslugiClient, options: WebOptions | None = None) -> FastAPI:
    """The portal's pages, its API under /api, sessions in the portal's own database.

    Args:
        portal: its clock is the sessions' too; its handler for `EndOtherSessions` is set, unless the host brought one.
        gosuslugi: the client, whose `redirect_uri` is `public_url` + /gosuslugi/callback.
    """
    options = options or WebOptions()
    browsers = Browsers(sessions_for(portal.engine.storage), options, portal.parts.clock, partial(_overtaken, portal))
    site = Site(portal, gosuslugi, options, browsers, environment())
    if EndOtherSessions not in portal.parts.handlers:
        portal.handlers[EndOtherSessions] = partial(_end_other_sessions, site)
    app = FastAPI(
        title="Registratura", version=version("registratura"), docs_url=None, redoc_url=None, openapi_url=DOCUMENT
    )
    app.state.site = site
    _add_pages(app, site)
    programs = Programs(site)
    router = api_router(
        portal,
        programs.caller_of,
        on_answer=programs.answered,
        way_to_gosuslugi=programs.way_to_gosuslugi,
        even_out=options.even_out,
    )
    app.include_router(router, prefix=API)
    _add_errors(app, site)
    app.add_middleware(
        Guard,
        options=options,
        clock=portal.parts.clock,
        sent_to=_origin(gosuslugi.config.authorise_url),
        refuse=partial(_refused, site),
    )
    return app


def _add_pages(app: FastAPI, site: Site) -> None:
    for (method, path), work in {**ROUTES, ("GET", CALLBACK): callback}.items():
        app.add_route(path, page(site, work), methods=[method], include_in_schema=False)
    if site.options.progress_key is not None:
        report = partial(progress, site, site.options.progress_key)
        app.add_route(PROGRESS, report, methods=["POST"], include_in_schema=False)
    app.router.routes.extend(health_routes(site.portal))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _add_errors(app: FastAPI, site: Site) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _refused(site, request.scope, status)

    async def broken(request: Request, error: Exception) -> Response:
        # Answered outside the guard, which sets the headers otherwise.
        answer = await refused(request, error)
        answer.headers.update(security_headers("", site.options.tls))
        return answer

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, broken)


def _refused(site: Site, scope: Scope, status: int) -> Response:
    """A page, or a problem (RFC 9457) of the API, for what never came to a page's own work."""
    title, text = PAGES.get(str(status), PAGES["400" if status < 500 else "500"])
    if scope["path"].startswith(API):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": text}
        return JSONResponse(problem, status, media_type="application/problem+json")
    headers = {"Retry-After": "60"} if status == 429 else {}
    step = STEP.match(scope["path"])
    drawn = site.pages.get_template("bare.html").render(title=title, text=text, step=step.group() if step else "")
    return HTMLResponse(drawn, status, headers)


def _overtaken(portal: Registratura, view: FlowView) -> bool:
    """Whether the password was changed since it, or Gosuslugi, let the person in, but before there was a session."""
    with portal.engine.storage.unit() as unit:
        entry = unit.log_entry(view.id, view.version)
        passwords = unit.flows_of(view.account or "", PortalPassword.name)
    return entry is not None and any(row.changed_at > entry.at for row in passwords)


def _end_other_sessions(site: Site, effect: EndOtherSessions, effect_id: str) -> None:
    """Sessions that began before the password was changed (U32); the effect's id names the log entry that says when."""
    flow_id, seq, _ = effect_id.split(":")
    with site.portal.engine.storage.unit() as unit:
        entry = unit.log_entry(flow_id, int(seq))
    before = moment(entry.at) if entry else site.portal.parts.clock()
    site.browsers.end_of_account(effect.account, before, effect.session)


def _origin(url: str) -> str:
    parts: Any = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
