"""The desk of a clinic as a site of its own: codes for patients, documents to hand over, rights that were granted.

It has no sign-in: it is for whoever tries the portal, on their own machine. What the printer printed is kept in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from registratura.flows.errors import RegistraturaError
from registratura.host.standins.clinic import StandInClinicDesk
from registratura.host.standins.web.clinic_desk import Desk, Mistakes, Suggestion
from registratura.host.web.guard import Guard, Scope
from registratura.host.web.options import WebOptions

TEMPLATES = Path(__file__).parent / "templates" / "clinic"
STYLE = Path(__file__).parents[2] / "web" / "static"
WORDS = {
    404: "Такой страницы у клиники нет.",
    413: "В одно из полей попало слишком много текста.",
    403: "Этот запрос пришёл с другой страницы.",
}


def clinic_app(
    desks: Mapping[str, StandInClinicDesk],
    suggestions: tuple[Suggestion, ...] = (),
    *,
    public_url: str = "http://127.0.0.1:8002",
    portal_url: str = "http://127.0.0.1:8000",
) -> FastAPI:
    """The desks of all clinics. `suggestions` are patients whose data can be filled in by one press."""
    shown = {key: Desk(desk) for key, desk in desks.items()}
    site = ClinicSite(shown, suggestions, portal_url)
    app = FastAPI(title="Стойка клиники", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_route("/", site.index)
    app.add_route("/clinic/{clinic}", site.desk)
    for deed in ("issue", "reissue", "revoke", "hold"):
        app.add_route(f"/clinic/{{clinic}}/{deed}", site.doing(deed), methods=["POST"])
    app.mount("/static", StaticFiles(directory=STYLE), name="static")
    app.add_exception_handler(HTTPException, site.refused)
    desk = next(iter(desks.values()))
    options = WebOptions(public_url=public_url, writes_per_minute=None)
    app.add_middleware(Guard, options=options, clock=desk.portal.parts.clock, sent_to="", refuse=site.refusal)
    return app


class ClinicSite:
    """The pages."""

    def __init__(self, desks: Mapping[str, Desk], suggestions: tuple[Suggestion, ...], portal_url: str) -> None:
        self._desks, self._suggestions, self._portal_url = desks, suggestions, portal_url
        loader = FileSystemLoader(TEMPLATES)
        self._pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    async def index(self, request: Request) -> Response:
        """Which clinic?"""
        return self._draw("index.html", desks=self._desks)

    async def desk(self, request: Request) -> Response:
        """A clinic's desk."""
        desk = self._desk_of(request)
        who = request.query_params.get("who", "")
        typed = next((one.fields for one in self._suggestions if one.key == who), {})
        return await run_in_threadpool(self._show, desk, typed, Mistakes())

    def doing(self, deed: str) -> Any:
        """The endpoint of a deed at the desk."""

        async def endpoint(request: Request) -> Response:
            desk, sent = self._desk_of(request), await _form(request)
            return await run_in_threadpool(self._do, desk, deed, sent)

        return endpoint

    async def refused(self, request: Request, error: Exception) -> Response:
        """What the framework refuses."""
        return self.refusal(request.scope, error.status_code if isinstance(error, HTTPException) else 500)

    def refusal(self, scope: Scope, status: int) -> Response:
        """A page that says why not."""
        text = WORDS.get(status, "Запрос составлен неверно. Вернитесь и попробуйте ещё раз.")
        return self._draw("refused.html", status, text=text)

    def _do(self, desk: Desk, deed: str, sent: Mapping[str, str]) -> Response:
        try:
            mistakes = getattr(desk, deed)(sent)
        except RegistraturaError as error:
            mistakes = Mistakes({"": desk.texts.error(error)})
        if mistakes.texts:
            return self._show(desk, sent, mistakes, 422)
        return RedirectResponse(f"/clinic/{desk.clinic.id}", 303)

    def _show(self, desk: Desk, typed: Mapping[str, str], mistakes: Mistakes, status: int = 200) -> Response:
        more = {"suggestions": self._suggestions, "portal_url": self._portal_url}
        return self._draw("desk.html", status, desk=desk, typed=typed, mistakes=mistakes.texts, **more)

    def _desk_of(self, request: Request) -> Desk:
        try:
            return self._desks[request.path_params["clinic"]]
        except KeyError:
            raise HTTPException(404) from None

    def _draw(self, template: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._pages.get_template(template).render(values), status)


async def _form(request: Request) -> dict[str, str]:
    try:
        text = (await request.body()).decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=50))
    except ValueError:
        raise HTTPException(400) from None
