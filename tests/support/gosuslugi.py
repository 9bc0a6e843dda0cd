"""A portal's client and the stand-in Gosuslugi, face to face; the clock stands still until a test turns it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import httpx
from support.in_process import InProcess
from support.people import NOW, identity

from registratura.domain.identity import DocumentStatus, Identity, IdentityDocument
from registratura.features.drivers.http import keys
from registratura.features.drivers.http.keys import signer
from registratura.host.gosuslugi import GosuslugiClient
from registratura.host.portal import Parts
from registratura.host.standins.gosuslugi import Citizen
from registratura.host.standins.web.gosuslugi import gosuslugi_app
from registratura.host.standins.web.gosuslugi_site import ISSUER, GosuslugiSite, RegisteredPortal, SiteOptions
from registratura.host.standins.web.gosuslugi_tokens import TokenMaker

BASE = "http://gosuslugi.test"
CALLBACK = "http://portal.test/gosuslugi/callback"
STATE = "5e0a3a52-6f0b-4f0c-9a0e-8f3f5a1b2c3d"

PASSPORT = IdentityDocument(kind="RF_PASSPORT", status=DocumentStatus.VERIFIED, number="7501 123456")
MARGARITA = identity(issuer=ISSUER, documents=(PASSPORT,))
OTHER = MARGARITA.model_copy(update={"oid": "1000298934", "phone": "+79080000012"})


def tokens() -> TokenMaker:
    """The stand-in's own keys."""
    return keys.tokens(ISSUER)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@dataclass
class World:
    """Both sides. «rita» needs no second stage, «sms» gets a code.

    `reports` is what the portal was told of progress, `asked` every path that was asked for, `waited` how long.
    """

    identity: Identity = MARGARITA
    clock: Clock = field(default_factory=Clock)
    reports: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        portal = RegisteredPortal("PORTAL", (CALLBACK,), signer().public_pem, signer().certificate_hash)
        people = Citizen("rita", "rita", self.identity, second_factor="none"), Citizen("sms", "sms", OTHER)
        options = SiteOptions(tokens(), Parts(clock=self.clock), self._report, self.waited.append)
        self.site = GosuslugiSite(people, portal, options)
        self.app = gosuslugi_app(self.site)
        self.http = httpx.Client(transport=InProcess(self.app), base_url=BASE, event_hooks={"request": [self._note]})
        self.client = self.reaching(self.http)

    def reaching(self, http: httpx.Client) -> GosuslugiClient:
        """The portal's client, over that connection."""
        return GosuslugiClient(self.site.client_config(BASE), signer(), http, self.clock)

    def visit(self) -> str:
        """The page that the portal sends people to."""
        return self.http.get(self.client.authorisation_url(STATE)).headers["location"]

    def come_back(self, login: str = "rita") -> dict[str, str]:
        """What the browser brings back after a first stage that is enough."""
        return query(self.http.post(self.visit(), data={"login": login, "password": login}))

    def _report(self, state: str, method: str) -> None:
        self.reports.append((state, method))

    def _note(self, request: httpx.Request) -> None:
        self.asked.append(request.url.path)


def query(answer: httpx.Response) -> dict[str, str]:
    """The parameters with which the browser is sent back to the portal."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def answering(handler: Callable[[httpx.Request], httpx.Response]) -> GosuslugiClient:
    """A client whose other side is a function."""
    return World().reaching(httpx.Client(transport=httpx.MockTransport(handler)))


@cache
def offline() -> GosuslugiClient:
    """A client whose other side is down."""
    return answering(lambda request: httpx.Response(503))


def inbox(world: World) -> list[str]:
    return world.site.people.citizens["sms"].phone_inbox


def said(page: str) -> str:
    """What the page says went wrong."""
    found = re.search(r'role="alert">(.*?)</p>', page, re.DOTALL)
    return found[1] if found else ""
