"""The portal with its stand-ins, on this machine: three small servers and a worker, until Ctrl-C.

:8000 the portal   :8001 the stand-in Gosuslugi   :8002 the stand-in clinics' desk
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
import uvicorn

from registratura.flows.settings import Settings
from registratura.host.gosuslugi import GosuslugiClient, RsaSigner, open_http
from registratura.host.portal import Parts, Registratura
from registratura.host.standins.clinic import StandInClinicDesk, clinic_handlers
from registratura.host.standins.gosuslugi import Citizen
from registratura.host.standins.people import CLINICS, DOCUMENTS, SERVED_REGIONS, citizens
from registratura.host.standins.web.clinic import clinic_app
from registratura.host.standins.web.clinic_desk import remember_rights, suggestion
from registratura.host.standins.web.gosuslugi import gosuslugi_app
from registratura.host.standins.web.gosuslugi_report import HttpReport
from registratura.host.standins.web.gosuslugi_site import GosuslugiSite, RegisteredPortal, SiteOptions
from registratura.host.web.app import create_app
from registratura.host.web.browser import Browsers
from registratura.host.web.gosuslugi_routes import CALLBACK, PROGRESS
from registratura.host.web.options import WebOptions
from registratura.host.web.ports import HOST, listening
from registratura.storage.names import OUR_NAMES, TableNames

PORTS = (8000, 8001, 8002)
GRACE = 5
"""Seconds that a request under way has when the servers stop."""
BUSY = 6_000
"""Here everybody has the same address."""


@dataclass(frozen=True, slots=True)
class Town:
    """Everything that runs: the portal and both stand-ins, as applications by their ports."""

    portal: Registratura
    browsers: Browsers
    apps: Mapping[int, Any]


def serve(
    database: str,
    keys: str | None = None,
    ports: tuple[int, int, int] = PORTS,
    people: Sequence[Citizen] = (),
    names: TableNames = OUR_NAMES,
) -> int:
    """Run until Ctrl-C. `people` have accounts at the stand-in Gosuslugi besides those who always have.

    Raises:
        PortTaken: nothing was started.
        DatabaseMissing, KeyMissing, KeyWrong, …: see `Registratura`.
    """
    # What is made here is for whoever started it.
    os.umask(0o077)
    with ExitStack() as stack:
        sockets = {port: stack.enter_context(listening(port)) for port in ports}
        town = stack.enter_context(built(database, keys, ports, people, names))
        stack.enter_context(town.portal.worker(chores=(town.browsers.purge,)))
        stack.enter_context(_running(town.apps, sockets))
        typer.echo(greeting(ports, database))
        _until_told_to_stop()
        typer.echo("Останавливаемся…")
    return 0


@contextmanager
def built(
    database: str,
    keys: str | None,
    ports: tuple[int, int, int] = PORTS,
    people: Sequence[Citizen] = (),
    names: TableNames = OUR_NAMES,
) -> Iterator[Town]:
    """The portal and its stand-ins, not yet listening. The database and its key file are made if they are not there."""
    here, there, desk = (f"http://{HOST}:{port}" for port in ports)
    parts = Parts(settings=Settings(served_regions=SERVED_REGIONS, clinics=CLINICS))
    portal = Registratura(database, keys or key_beside(database), parts=parts, names=names)
    with open_http() as http:
        try:
            signer, channel = RsaSigner.generate(), secrets.token_bytes(32)
            known = RegisteredPortal("REGISTRATURA", (f"{here}{CALLBACK}",), signer.public_pem, signer.certificate_hash)
            report = HttpReport(http, f"{here}{PROGRESS}", channel, parts.clock)
            site = GosuslugiSite((*citizens(), *people), known, SiteOptions(report=report))
            client = GosuslugiClient(site.client_config(there), signer, http, parts.clock)
            portal_app = create_app(
                portal, client, WebOptions(public_url=here, progress_key=channel, writes_per_minute=BUSY)
            )
            clinics = clinic_app(
                desks_of(portal),
                tuple(suggestion(one.login, one.identity) for one in citizens() if one.identity.birth_date),
                public_url=desk,
                portal_url=here,
            )
            apps = dict(zip(ports, (portal_app, gosuslugi_app(site), clinics), strict=True))
            yield Town(portal, portal_app.state.site.browsers, apps)
        finally:
            portal.close()


def desks_of(portal: Registratura) -> dict[str, StandInClinicDesk]:
    """The desks of the stand-in clinics, with what they have and the rights they were given before."""
    desks = {clinic.id: StandInClinicDesk(portal, clinic) for clinic in CLINICS.values()}
    for clinic, desk in desks.items():
        desk.hold(*DOCUMENTS[clinic])
    portal.handlers.update(clinic_handlers(desks))
    remember_rights(portal, desks)
    return desks


def key_beside(database: str) -> str:
    """The key file beside an SQLite file (`portal.db` → `portal.key`)."""
    name = database.removeprefix("sqlite:///")
    return "portal.key" if "://" in name or not name else str(Path(name).with_suffix(".key"))


def greeting(ports: tuple[int, int, int], database: str) -> str:
    """What the terminal says when everything runs."""
    here, there, desk = (f"http://{HOST}:{port}" for port in ports)
    people = "\n".join(
        f"    {one.login:<7} пароль {one.password:<10} {one.identity.name.full}{_peculiar(one)}" for one in citizens()
    )
    return (
        f"Портал:            {here}\n"
        f"Учебные Госуслуги: {there}   (СМС приходят сюда: {there}/phone)\n"
        f"Стойка клиники:    {desk}\n\n"
        f"Кем войти на учебных Госуслугах:\n{people}\n\n"
        f"Данные хранятся в {database}, ключ рядом. Остановить: Ctrl-C."
    )


def _peculiar(citizen: Any) -> str:
    identity = citizen.identity
    reasons = (
        ("СМС не приходит", citizen.second_factor == "sms" and not citizen.sms_arrives),
        ("запись не подтверждена", not identity.trusted),
        ("учётная запись организации", identity.kind != "person"),
    )
    told = [reason for reason, holds in reasons if holds]
    return f" ({', '.join(told)})" if told else ""


@contextmanager
def _running(apps: Mapping[int, Any], sockets: Mapping[int, socket.socket]) -> Iterator[None]:
    """The servers, each in a thread of its own. No access log: addresses of answers hold one-time secrets."""
    servers = {port: uvicorn.Server(_config(app)) for port, app in apps.items()}
    threads = [
        threading.Thread(target=server.run, kwargs={"sockets": [sockets[port]]}, name=f"server {port}")
        for port, server in servers.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server in servers.values():
            server.should_exit = True
        for thread in threads:
            thread.join()


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE,
    )


def _until_told_to_stop() -> None:
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    told.wait()
