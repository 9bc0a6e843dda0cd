"""«Учебные Госуслуги»: a faithful second side for the portal to be tried against, as a site of its own.

    /aas/oauth2/v2/ac → /visit/{id} (login and password, or another way) → /visit/{id}/sms → back to the portal

Beside it: /phone, where the SMS come; /faults, where anything can be made to go wrong. Forms work without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from registratura.domain.papers import digits_of, is_digits
from registratura.domain.typed import typed
from registratura.flows.errors import InvalidPayload, RegistraturaError
from registratura.host.standins.gosuslugi import NotAtThisStage
from registratura.host.standins.web.gosuslugi_desk import desk
from registratura.host.standins.web.gosuslugi_pages import Pages
from registratura.host.standins.web.gosuslugi_protocol import protocol
from registratura.host.standins.web.gosuslugi_site import GosuslugiSite, WebVisit

Typed = Annotated[str, Form()]
_NOT_TAKEN = {
    "title": "Запрос не принят",
    "text": "Так сюда обратиться нельзя, или в поле слишком много текста. Вернитесь.",
}
_OUTDATED = {
    "title": "Страница устарела",
    "text": "Эта страница больше не нужна: вход завершён или начат заново. Вернитесь на портал.",
}
CALLED = {"login": "логин", "password": "пароль"}
HELP = {"sign_in": "help_sign_in.html", "sms": "help_sms.html"}


def gosuslugi_app(site: GosuslugiSite) -> FastAPI:
    """The site as a web application."""
    pages = Pages()
    app = FastAPI(title="Учебные Госуслуги", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(HTTPException, partial(_refused, pages))
    app.include_router(protocol(site, pages))
    app.include_router(desk(site, pages))
    first_stage(app, Walk(site, pages))
    second_stage(app, Walk(site, pages))
    ways_out(app, Walk(site, pages))
    return app


class Walk:
    """One step of a visit: do something, then show the next page or send the browser back to the portal."""

    def __init__(self, site: GosuslugiSite, pages: Pages) -> None:
        self.site, self.pages = site, pages

    def show(self, visit_id: str, template: str, **shown: object) -> Response:
        """A page of a visit that is under way."""
        if visit_id not in self.site.visits or visit_id in self.site.left:
            return self.pages.page("stop.html", _OUTDATED, 404)
        return self.pages.page(template, {"visit": visit_id, "error": "", "wrong": (), **shown})

    def act(self, visit_id: str, deed: Callable[[WebVisit], object], again: Callable[[str], Response]) -> Response:
        """Do it; `again` draws the page that it was done on, with what went wrong."""
        visit = self.site.visits.get(visit_id)
        if visit is None:
            return self.show(visit_id, "")
        error = "" if visit_id in self.site.left else self._attempt(visit, deed)
        if way_back := self.site.leave(visit):
            return RedirectResponse(way_back, 303)
        return again(error) if error else RedirectResponse(f"/visit/{visit_id}/sms", 303)

    def _attempt(self, visit: WebVisit, deed: Callable[[WebVisit], object]) -> str:
        """Why it did not succeed, or nothing."""
        try:
            view = deed(visit)
        except InvalidPayload as error:
            return " ".join(self.site.texts.problem(str(error.params["event"]), *one) for one in error.problems)
        except RegistraturaError as error:
            return self.site.texts.error(error)
        return " ".join(refusal.text for refusal in getattr(view, "refusals", ()))


def _refused(pages: Pages, request: Request, error: Exception) -> Response:
    """A page for what never came to a page's own work."""
    return pages.page("stop.html", _NOT_TAKEN, error.status_code if isinstance(error, HTTPException) else 400)


def first_stage(app: FastAPI, walk: Walk) -> None:
    """Login and password, or another way."""
    people = walk.site.people

    @app.get("/visit/{visit_id}")
    def login(visit_id: str) -> Response:
        return walk.show(visit_id, "login.html", login="")

    @app.post("/visit/{visit_id}")
    def log_in(visit_id: str, login: Typed = "", password: Typed = "") -> Response:
        def again(error: str, wrong: Sequence[str] = ("login", "password")) -> Response:
            return walk.show(visit_id, "login.html", login=login, error=error, wrong=wrong)

        if blank := [name for name, text in (("login", login), ("password", password)) if not typed(text)]:
            return again(f"Введите {' и '.join(CALLED[name] for name in blank)}.", blank)
        return walk.act(visit_id, lambda visit: people.sign_in(visit.id, login, password), again)

    @app.get("/visit/{visit_id}/another")
    def another(visit_id: str) -> Response:
        return walk.show(visit_id, "another.html", login="")

    @app.post("/visit/{visit_id}/another")
    def another_way(visit_id: str, login: Typed = "") -> Response:
        def again(error: str) -> Response:
            return walk.show(visit_id, "another.html", login=login, error=error)

        if not typed(login):
            return again(f"Введите {CALLED['login']}.")
        return walk.act(visit_id, lambda visit: people.sign_in_another_way(visit.id, login), again)


def second_stage(app: FastAPI, walk: Walk) -> None:
    """The code from the SMS."""
    people = walk.site.people

    def sms(visit_id: str, error: str = "", said: str = "", code: str = "") -> Response:
        try:
            state = people.code_request(visit_id).state
        except NotAtThisStage:
            return RedirectResponse(f"/visit/{visit_id}", 303)
        login = people.visits[visit_id].citizen.login
        return walk.show(visit_id, "sms.html", error=error, state=state, said=said, login=login, code=code)

    @app.get("/visit/{visit_id}/sms")
    def enter(visit_id: str, sent: str = "") -> Response:
        return sms(visit_id, said="Код отправлен ещё раз. Прежний код больше не подойдёт." if sent else "")

    @app.post("/visit/{visit_id}/sms")
    def entered(visit_id: str, code: Typed = "") -> Response:
        # A code that was judged is not shown again: what is no code at all may be mended.
        length = walk.site.options.parts.settings.one_time_codes.length
        kept = "" if is_digits(digits_of(code), length) else code
        return walk.act(
            visit_id,
            lambda visit: people.enter_code(visit.id, code),
            lambda error: sms(visit_id, error=error, code=kept),
        )

    @app.post("/visit/{visit_id}/resend")
    def resend(visit_id: str) -> Response:
        answer = walk.act(
            visit_id, lambda visit: people.resend_code(visit.id), lambda error: sms(visit_id, error=error)
        )
        there = answer.headers.get("location") == f"/visit/{visit_id}/sms"
        return RedirectResponse(f"/visit/{visit_id}/sms?sent=1", 303) if there else answer


def ways_out(app: FastAPI, walk: Walk) -> None:
    """Help, support, and «Отменить»."""

    @app.get("/visit/{visit_id}/help/{about}")
    def help_page(visit_id: str, about: str) -> Response:
        return walk.show(visit_id, HELP.get(about, HELP["sign_in"]))

    @app.get("/visit/{visit_id}/support/{about}")
    def support(visit_id: str, about: str) -> Response:
        return walk.show(visit_id, "support.html", about=_known(about), ticket=0)

    @app.post("/visit/{visit_id}/support/{about}")
    def ask(visit_id: str, about: str, text: Typed = "") -> Response:
        if not typed(text):
            error = "Опишите, что случилось: без этого обращение не отправить."
            return walk.show(visit_id, "support.html", about=_known(about), ticket=0, error=error)
        ticket = walk.site.people.ask_support(text, visit_id) if visit_id in walk.site.visits else 0
        return walk.show(visit_id, "support.html", about=_known(about), ticket=ticket)

    @app.post("/visit/{visit_id}/cancel")
    def cancel(visit_id: str) -> Response:
        return walk.act(visit_id, walk.site.cancel, lambda error: walk.show(visit_id, "login.html", error=error))


def _known(about: str) -> str:
    return about if about in HELP else "sign_in"
