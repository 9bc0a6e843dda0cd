"""A person at Gosuslugi's site and on the way back, in their browser."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import Page, Request

from registratura.domain.identity import Identity
from registratura.domain.refusal import Refusal
from registratura.features.drivers.browser.forms import navigated
from registratura.features.drivers.browser.line import BrowserLine
from registratura.features.drivers.browser.sight import words_on
from registratura.features.drivers.browser.town import BrowserTown
from registratura.features.drivers.browser.windows import Windows
from registratura.features.drivers.engine.parts import TEXTS
from registratura.features.drivers.engine.people import GOSUSLUGI_PASSWORD, Visitor
from registratura.features.drivers.http.visits import TOLD_ON_PAGE, AnswerRejected, HttpVisits
from registratura.flows.gosuslugi import Denial
from registratura.flows.gosuslugi.leg import away
from registratura.host import FlowView, ShownRefusal
from registratura.host.standins import Citizen
from registratura.host.web.words import PAGES

BACK = "Вернуться на страницу Госуслуг"
"""On the page on which the portal waits for them."""


class BrowserVisits(HttpVisits):
    """The site's pages. Only an answer that is to be spoiled is caught before the browser brings it."""

    def __init__(self, town: BrowserTown, line: BrowserLine, windows: Windows) -> None:
        super().__init__(town, line)
        self._windows = windows

    def pass_first_stage(self, who: Visitor, method: str) -> FlowView:
        page, login = self._come(who), who.person.key
        if method == "password":
            self._fill(page, login=login, password=GOSUSLUGI_PASSWORD)
        else:
            self._follow(page, "Другой способ входа")
            self._fill(page, login=login)
        return self._read(who)

    def enter_code(self, who: Visitor) -> FlowView:
        page, citizen = self._come(who), self._town.gosuslugi.people.citizens[who.person.key]
        if not page.url.endswith("/sms"):
            self._fill(page, login=citizen.login, password=citizen.password)
        self._fill(page, code=citizen.phone_inbox[-1])
        return self._read(who)

    def confirmed(self, who: Visitor, identity: Identity) -> FlowView:
        citizens, login = self._town.gosuslugi.people.citizens, who.person.key
        own = citizens[login]
        citizens[login] = Citizen(login, GOSUSLUGI_PASSWORD, identity, second_factor="none")
        try:
            self._fill(self._at_login(who), login=login, password=GOSUSLUGI_PASSWORD)
        finally:
            citizens[login] = own
        return self._read(who)

    def denied(self, who: Visitor, reason: Denial) -> FlowView:
        if reason is not Denial.CANCELLED:
            return super().denied(who, reason)
        page = self._come(who)
        navigated(page, page.get_by_role("button", name="Отменить вход и вернуться на портал").click)
        return self._read(who)

    def ask_support(self, who: Visitor, about: str) -> None:
        page = self._come(who)
        if about == "sms" and not page.url.endswith("/sms"):
            citizen = self._town.gosuslugi.people.citizens[who.person.key]
            self._fill(page, login=citizen.login, password=citizen.password)
        self._follow(page, "Не приходит смс" if about == "sms" else "Не удается войти?")
        self._follow(page, "обратиться в службу поддержки")
        self._fill(page, text="Мне нужна помощь")
        assert "Обращение принято" in words_on(page), f"{page.url}: обращение не принято"

    def _bring(self, who: Visitor, answer: str) -> FlowView:
        self._answer = answer
        self._windows.go(who, answer)
        return self._read(who)

    def _set_out(self, who: Visitor) -> str:
        return self._at_login(who).url

    def _come(self, who: Visitor) -> Page:
        """To Gosuslugi, or to where the person is there already."""
        page = self._windows.of(who)
        return page if page.url.startswith(self._town.gosuslugi_url) else self._at_login(who)

    def _at_login(self, who: Visitor) -> Page:
        page = self._windows.of(who)
        self._town.gosuslugi.people.outage = self._town.world.gosuslugi.outage
        state = self._line.get(who, who.flow).state
        if away(state):
            self._follow(page, BACK)
        else:
            # The portal sends nobody there any more. Who is late set out when it still did.
            self._windows.go(who, self._town.departure(who))
        assert "/visit/" in page.url, f"Госуслуги не приняли: {page.url} {words_on(page)}"
        return page

    def _fill(self, page: Page, **typed: str) -> None:
        """Fill in the form, press its button, and note the answer that the browser carries back."""
        for name, text in typed.items():
            page.locator(f"[name={name}]").fill(text)
        form = page.locator("form", has=page.locator(f"[name={next(iter(typed))}]"))
        page.on("request", self._note)
        navigated(page, form.locator("button").first.click)
        page.remove_listener("request", self._note)

    def _note(self, request: Request) -> None:
        if request.url.startswith(self._town.gosuslugi.portal.redirect_uris[0]):
            self._answer = request.url

    def _follow(self, page: Page, link: str) -> None:
        found = page.get_by_role("link", name=link, exact=True)
        assert found.count() == 1, f"{page.url}: нет ссылки «{link}»"
        navigated(page, found.click)

    def _read(self, who: Visitor) -> FlowView:
        """The flow, and what the page says besides."""
        page = self._windows.of(who)
        self._windows.keep_cookie(who, page)
        words = words_on(page)
        if PAGES["rejected"][0] in words:
            error = AnswerRejected()
            vars(error).update(told=words)
            raise error
        refusals = (Refusal(code=code) for code in TOLD_ON_PAGE)
        told = tuple(ShownRefusal(r.code, TEXTS.refusal(r)) for r in refusals if TEXTS.refusal(r) in words)
        if page.url.startswith(self._town.gosuslugi_url):
            # Still there: what the portal knows meanwhile, its own page says, which the person does not look at.
            return self._town.world.portal.get(who.flow, caller=who.caller)
        return replace(self._line.get(who, who.flow), refusals=told)
