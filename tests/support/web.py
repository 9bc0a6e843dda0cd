"""The portal's site and the stand-in Gosuslugi behind it, without servers; the clock stands until it is turned."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
from support.browser import Browser, Page
from support.gosuslugi import Clock, signer, tokens
from support.in_process import InProcess
from support.people import identity

from registratura.domain.clinics import Clinic, Document, PatientRef
from registratura.domain.identity import Identity
from registratura.flows.settings import Settings
from registratura.host import Parts, Registratura
from registratura.host.gosuslugi import GosuslugiClient
from registratura.host.standins.clinic import StandInClinicDesk, clinic_handlers
from registratura.host.standins.gosuslugi import Citizen
from registratura.host.standins.web.gosuslugi import gosuslugi_app
from registratura.host.standins.web.gosuslugi_report import HttpReport
from registratura.host.standins.web.gosuslugi_site import ISSUER, GosuslugiSite, RegisteredPortal, SiteOptions
from registratura.host.web import WebOptions, create_app
from registratura.storage import Argon2Hasher

PORTAL, GOSUSLUGI = "http://portal.test", "http://gosuslugi.test"
CHANNEL = b"the progress channel of the tests"
CLINIC = Clinic(id="uralskaya", title="Уральская клиника", region="74")
BLOOD = Document.model_validate({"title": "Общий анализ крови", "kind": "lab", "issued_on": "2026-02-27"})
MARGARITA = identity(issuer=ISSUER, policy=None)
PYOTR = MARGARITA.model_copy(update={"oid": "1000298934", "phone": "+79080000012", "snils": "145-678-912 08"})
GOOD_PASSWORD = "Ritulya77"


class Site:
    """Everything that a test of the pages touches."""

    def __init__(self, database: str = "memory:", keys: Any = lambda: b"k" * 32, **options: Any) -> None:
        self.clock = Clock()
        settings = Settings(clinics={CLINIC.id: CLINIC}, served_regions={"66", "74"})
        parts = Parts(settings=settings, clock=self.clock, hasher=Argon2Hasher(memory_kib=8, passes=1))
        self.portal = Registratura(database, keys, parts=parts)
        self.desk = StandInClinicDesk(self.portal, CLINIC)
        self.desk.hold(BLOOD)
        self.portal.handlers.update(clinic_handlers({CLINIC.id: self.desk}))
        callback = f"{PORTAL}/gosuslugi/callback"
        known = RegisteredPortal("PORTAL", (callback,), signer().public_pem, signer().certificate_hash)
        people = Citizen("rita", "rita", MARGARITA, second_factor="none"), Citizen("pyotr", "pyotr", PYOTR)
        self._ways: dict[str, httpx.BaseTransport] = {}
        report = HttpReport(self.http(), f"{PORTAL}/gosuslugi/progress", CHANNEL, self.clock)
        self.gosuslugi = GosuslugiSite(people, known, SiteOptions(tokens(), replace(parts, handlers={}), report))
        client = GosuslugiClient(self.gosuslugi.client_config(GOSUSLUGI), signer(), self.http(follow=False), self.clock)
        usual = {"public_url": PORTAL, "progress_key": CHANNEL, "writes_per_minute": None, "even_out": timedelta(0)}
        chosen = WebOptions(**{**usual, **options})
        self.app = create_app(self.portal, client, chosen)
        self._ways |= {"portal.test": InProcess(self.app), "gosuslugi.test": InProcess(gosuslugi_app(self.gosuslugi))}

    def http(self, *, follow: bool = True) -> httpx.Client:
        return httpx.Client(transport=_Internet(self._ways), follow_redirects=follow, base_url=PORTAL)

    def browser(self) -> Browser:
        return Browser(self.http())

    def turn(self, **by: int) -> None:
        """Time passes, and the worker works."""
        self.clock.turn(timedelta(**by))
        self.portal.run_due()

    def code(self, who: Identity = MARGARITA) -> str:
        """An attachment code that the clinic gives this person."""
        assert who.birth_date is not None
        return self.desk.issue(PatientRef(name=who.name, birth_date=who.birth_date, snils=who.snils)).code


class _Internet(httpx.BaseTransport):
    def __init__(self, ways: dict[str, httpx.BaseTransport]) -> None:
        self._ways = ways

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._ways[request.url.host].handle_request(request)


def at_consent(browser: Browser) -> Page:
    browser.open("/")
    browser.press("Выбрать", region="74")
    return browser.press("Зарегистрироваться")


def at_card(browser: Browser, who: str = "rita") -> Page:
    at_consent(browser)
    browser.press("Да, я согласен")
    browser.press("госуслуги")
    return through_gosuslugi(browser, who)


def through_gosuslugi(browser: Browser, who: str = "rita") -> Page:
    """From the stand-in's first page back to the portal."""
    return browser.press("Войти", login=who, password=who)


def registered(browser: Browser) -> Page:
    at_card(browser)
    browser.press("Данные верны")
    return browser.press("сохранить", password=GOOD_PASSWORD, repeat=GOOD_PASSWORD)


def in_cabinet(browser: Browser, channel: str = "Открыть на сайте") -> Page:
    registered(browser)
    browser.follow("Открыть личный кабинет")
    return browser.press(channel)


def sms_of(site: Site, login: str = "pyotr") -> str:
    """The newest code on somebody's telephone."""
    page = site.browser().open(f"{GOSUSLUGI}/phone/{login}")
    return re.findall(r"\b[0-9]{6}\b", page.text)[0]
