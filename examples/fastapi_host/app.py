"""A clinic's own site that has taken the portal in: its page around our screens, its table in our transaction.

Run it with `uvicorn app:create_app --factory`.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Cookie, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from registratura.flows.errors import CallerError, Conflict, UnknownFlow
from registratura.flows.registration import ChooseRegion, Registration
from registratura.host import Caller, FlowView, Parts, Registratura, Settings
from registratura.host.web.api import api_router
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from domain.interest import NEARBY
from storage import interest

PAGES = Jinja2Templates(Path(__file__).parent / "templates")
Visitor = Annotated[str | None, Cookie(alias="visitor")]
FlowId = Annotated[str | None, Cookie(alias="flow")]


async def fields_of(request: Request) -> dict[str, str]:
    """What the form says."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def caller_of(visitor: Visitor = None) -> Caller:
    """Who calls: whoever has the cookie. A clinic with accounts of its own would look them up here."""
    return Caller(session=visitor)


class Site:
    """The clinic's pages."""

    def __init__(self, engine: Engine, portal: Registratura) -> None:
        self.engine, self.portal = engine, portal

    def show(self, request: Request, visitor: Visitor = None, flow: FlowId = None) -> Response:
        """The visitor's registration, begun if there is none yet."""
        visitor = visitor or secrets.token_urlsafe()
        view = self._flow(Caller(session=visitor), flow)
        page = self._page(request, view)
        for name, value in (("visitor", visitor), ("flow", view.id)):
            page.set_cookie(name, value, httponly=True, samesite="lax")
        return page

    def press(
        self,
        request: Request,
        fields: Annotated[dict[str, str], Depends(fields_of)],
        visitor: Visitor = None,
        flow: FlowId = None,
    ) -> Response:
        """A button was pressed: our event and the clinic's own row are committed together, or neither is."""
        caller = Caller(session=visitor)
        try:
            chosen = Registration.parse(fields.pop("action", ""), fields)
            with Session(self.engine) as session, session.begin():
                view = self.portal.send(flow or "", chosen, caller=caller, within=session)
                if isinstance(chosen, ChooseRegion) and not view.refusals:
                    interest.add(session, chosen.region)
        except UnknownFlow:
            return RedirectResponse("/", 303)
        except (CallerError, Conflict) as error:
            said = self.portal.parts.texts.error(error).splitlines()
            return self._page(request, self._flow(caller, flow), said, 422)
        if view.refusals:
            return self._page(request, view, [refusal.text for refusal in view.refusals])
        return RedirectResponse("/", 303)

    def interest(self, request: Request) -> Response:
        """From where people come."""
        with Session(self.engine) as session:
            return PAGES.TemplateResponse(request, "interest.html", {"rows": interest.read(session), "names": NEARBY})

    def _flow(self, caller: Caller, flow: str | None) -> FlowView:
        try:
            return self.portal.get(flow or "", caller=caller)
        except UnknownFlow:
            return self.portal.start(Registration, caller=caller)

    def _page(self, request: Request, flow: FlowView, messages: list[str] | None = None, status: int = 200) -> Response:
        return PAGES.TemplateResponse(request, "page.html", {"flow": flow, "messages": messages}, status)


def create_app(database: str = "sqlite:///clinic.db", keys: str = "portal.key") -> FastAPI:
    """The clinic's application, with the portal in its database."""
    engine = create_engine(database)
    portal = Registratura(engine, keys, parts=Parts(settings=Settings(served_regions=frozenset(NEARBY))))
    interest.Base.metadata.create_all(engine)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Timers and effects, in a thread; `registratura worker` does the same in a process of its own.
        with portal.worker():
            yield
        portal.close()
        engine.dispose()

    site, app = Site(engine, portal), FastAPI(title="Поликлиника «Ромашка»", lifespan=lifespan)
    app.get("/", response_class=HTMLResponse)(site.show)
    app.post("/", response_class=HTMLResponse)(site.press)
    app.get("/interest", response_class=HTMLResponse)(site.interest)
    app.include_router(api_router(portal, caller_of), prefix="/api")
    return app
