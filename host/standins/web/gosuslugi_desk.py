"""What the stand-in has beside the site itself: who lives there, their telephones, and what goes wrong on demand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from registratura.host.standins.web.gosuslugi_faults import (
    ERROR_CODES,
    MISSING,
    Account,
    Forgery,
    Place,
    Trouble,
    faults_from,
)
from registratura.host.standins.web.gosuslugi_pages import Pages
from registratura.host.standins.web.gosuslugi_site import GosuslugiSite


def desk(site: GosuslugiSite, pages: Pages) -> APIRouter:
    """The pages for whoever tries the portal."""
    router = APIRouter()

    @router.get("/")
    def index() -> Response:
        return pages.page("index.html", {"citizens": site.people.citizens.values()})

    @router.get("/style.css")
    def style() -> Response:
        return Response(pages.style, media_type="text/css")

    @router.get("/phone")
    def phones() -> Response:
        return pages.page("phones.html", {"citizens": site.people.citizens.values()})

    @router.get("/phone/{login}")
    def phone(login: str) -> Response:
        citizen = site.people.citizens.get(login)
        if citizen is None:
            return pages.page("stop.html", _NO_TELEPHONE, 404)
        return pages.page("phone.html", {"citizen": citizen, "messages": citizen.phone_inbox[::-1]})

    @router.get("/faults")
    def faults() -> Response:
        return pages.page("faults.html", {"now": site.faults, **_CHOICES})

    @router.post("/faults")
    def change(form: Annotated[FormData, Depends(_form)]) -> Response:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        missing = [value for value in form.getlist("missing") if isinstance(value, str)]
        site.faults.take(faults_from(texts, missing))
        return RedirectResponse("/faults", 303)

    return router


async def _form(request: Request) -> FormData:
    async with request.form() as form:
        return form


_NO_TELEPHONE = {"title": "Нет такого телефона", "text": "Выберите телефон из списка."}
_CHOICES = {
    "codes": ERROR_CODES,
    "fields": MISSING,
    "forgeries": {
        Forgery.NONE: "настоящий",
        Forgery.ALG_NONE: "без подписи (alg none)",
        Forgery.ALG_HS256: "подписан нашим открытым ключом (HS256)",
        Forgery.ALG_OTHER: "другой алгоритм (RS512)",
        Forgery.WRONG_KEY: "подписан чужим ключом",
        Forgery.WRONG_ISSUER: "чужой издатель (iss)",
        Forgery.WRONG_AUDIENCE: "для другого портала (aud)",
        Forgery.EXPIRED: "просрочен (exp)",
        Forgery.NOT_YET: "ещё не действует (nbf)",
        Forgery.OTHER_PERSON: "о другом человеке",
        Forgery.GARBAGE: "не токен вовсе",
    },
    "troubles": {
        Trouble.NONE: "отвечают",
        Trouble.SLOW: "отвечают очень медленно",
        Trouble.DOWN: "не работают (503)",
        Trouble.HTML: "вместо данных присылают страницу",
    },
    "places": {
        Place.SIGN_IN: "страница входа",
        Place.TOKEN: "обмен кода на токены",
        Place.PERSON: "данные человека",
    },
    "accounts": {
        Account.OWN: "какая есть",
        Account.UNCONFIRMED: "не подтверждена",
        Account.VERIFYING: "проверяется",
        Account.ORGANISATION: "организации",
        Account.EMPLOYEE: "сотрудника организации",
    },
}
