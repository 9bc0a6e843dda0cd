"""The portal's site and Gosuslugi's over one world. What changes between scenarios is the world, not the sites."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, cast

import httpx

from registratura.features.drivers.engine.parts import HASHER, TEXTS
from registratura.features.drivers.engine.people import ISSUER, Visitor
from registratura.features.drivers.engine.world import World
from registratura.features.drivers.http.keys import signer, tokens
from registratura.features.drivers.http.server import Server
from registratura.features.drivers.http.wire import Wire
from registratura.flows.effects import EndOtherSessions
from registratura.flows.engine.codec import micros
from registratura.host import Parts, Registratura
from registratura.host.gosuslugi import GosuslugiClient, open_http
from registratura.host.standins.web.gosuslugi import gosuslugi_app
from registratura.host.standins.web.gosuslugi_report import HttpReport
from registratura.host.standins.web.gosuslugi_site import GosuslugiSite, RegisteredPortal, SiteOptions
from registratura.host.web.app import create_app
from registratura.host.web.browser import Browser, Browsers, SessionData
from registratura.host.web.gosuslugi_routes import CALLBACK, PROGRESS
from registratura.host.web.options import WebOptions
from registratura.host.web.ports import HOST
from registratura.storage.sessions import SessionRow, digest, sessions_for

# What the portal has to say of Gosuslugi's troubles is for operators; here they are made on purpose.
logging.getLogger("registratura").addHandler(logging.NullHandler())

CHANNEL = b"for scenarios, and for no portal"
LONG = timedelta(days=36_500)
"""How long sessions live here: their own ends have tests of their own, and no scenario is about them."""
MOMENT = timedelta(seconds=1)
RESUMED = ("registration", "sign_in", "cabinet")


class Newest:
    """The world's portal, which is another one after it stopped."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world.portal, name)


class Town:
    """Both sites, answering at the server's ports."""

    def __init__(self, world: World, server: Server, progress: bool) -> None:
        self.world, self.server = world, server
        self.portal_url, self.gosuslugi_url = (f"http://{HOST}:{port}" for port in server.ports)
        self.http = open_http(limits=httpx.Limits(max_connections=None))
        known = RegisteredPortal(
            "REGISTRATURA", (f"{self.portal_url}{CALLBACK}",), signer().public_pem, signer().certificate_hash
        )
        self.gosuslugi = GosuslugiSite((), known, self._options(progress))
        portal = cast("Registratura", self.newest(world))
        config = self.gosuslugi.client_config(self.gosuslugi_url)
        self._client = GosuslugiClient(config, signer(), self.http, world.clock)
        self._apps = create_app(portal, self._client, self._chosen(progress)), gosuslugi_app(self.gosuslugi)
        self.browsers: Browsers = self._apps[0].state.site.browsers
        self._ends_sessions = portal.handlers[EndOtherSessions]
        world.restart()
        self.wire = Wire(self.portal_url, self._apps[0].state.site.options.cookie)

    def newest(self, world: World) -> Newest:
        """What the portal's site calls."""
        return Newest(world)

    def open(self) -> None:
        """Answer for this world, in which the scenario has just begun to act."""
        world, people = self.world, self.gosuslugi.people
        self.server.apps.update(zip(self.server.ports, self._apps, strict=True))
        people.citizens, people.codes = world.gosuslugi.citizens, world.gosuslugi.codes
        people.outage, people.tickets = world.gosuslugi.outage, world.gosuslugi.tickets
        self.gosuslugi.faults.clear()
        self.browsers.sessions = sessions_for(world.storage)
        world.ends_sessions = self._ends_sessions
        self.wire.sent.clear()
        self.wire.known.clear()
        for who in [who for who in world.visitors.values() if who.pages]:
            self.let_in(who)
            if who.elsewhere:
                self.let_in(Visitor(who.person, who.elsewhere, account=who.own))

    def let_in(self, who: Visitor) -> None:
        """Give the person the session that they would have after what was prepared. It began a moment ago."""
        flows = {view.flow: view.id for view in who.pages.values() if view.flow in RESUMED}
        data = SessionData(flows=flows, channel=who.channel, known=who.own is not None)
        began = micros(self.world.clock.now - MOMENT)
        row = SessionRow(digest(who.session), who.account, began, began, "")
        self.browsers.keep(Browser(who.session, row, data, stored=False, used=True))
        self.wire.known.add(who.session)

    def departure(self, who: Visitor) -> str:
        """The address at Gosuslugi to which the portal had sent the person before."""
        state = self.browsers.depart(self.browsers.open(who.session), who.flow)
        return self._client.authorisation_url(state)

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()
        self.wire.close()

    def _options(self, progress: bool) -> SiteOptions:
        parts = Parts(clock=self.world.clock, texts=TEXTS, hasher=HASHER)
        if not progress:
            return SiteOptions(tokens(ISSUER), parts)
        return SiteOptions(
            tokens(ISSUER), parts, HttpReport(self.http, f"{self.portal_url}{PROGRESS}", CHANNEL, self.world.clock)
        )

    def _chosen(self, progress: bool) -> WebOptions:
        return WebOptions(
            public_url=self.portal_url,
            idle=LONG,
            absolute=LONG,
            waiting=LONG,
            writes_per_minute=None,
            # Nobody here takes the time, and there are hundreds of guesses.
            even_out=timedelta(0),
            progress_key=CHANNEL if progress else None,
        )
