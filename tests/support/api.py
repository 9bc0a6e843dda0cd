"""The JSON API behind a client, and callers who name themselves in headers, as no real host would let them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from fastapi import Request
from support.in_process import InProcess
from support.people import identity

from registratura.flows.gosuslugi import GoToGosuslugi
from registratura.flows.ports import Caller
from registratura.flows.registration import AcceptConsent, ChooseRegion, Register, Registration
from registratura.host import Registratura
from registratura.host.web.api import api_app

MASTER = b"a master secret for tests, only!"
PROBLEM = "urn:registratura:problem:"


def caller_of(request: Request) -> Caller:
    """Whoever the headers say."""
    return Caller(session=request.headers.get("X-Session"), account=request.headers.get("X-Account"))


def client_of(app: Any, base: str = "http://portal") -> httpx.Client:
    """A client of the application, which is not served but called."""
    return httpx.Client(transport=InProcess(app), base_url=base)


def registered(portal: Registratura, session: str, oid: str = "1000298933") -> tuple[str, str]:
    """A flow whose person Gosuslugi has confirmed, and the account that it opened."""
    caller = Caller(session=session)
    flow = portal.start(Registration, caller=caller).id
    portal.send(flow, ChooseRegion(region="74"), caller=caller)
    text = portal.send(flow, Register(), caller=caller).screen.items
    accepted = AcceptConsent(text_version=text["text_version"], text_sha256=text["text_sha256"])
    portal.send(flow, accepted, caller=caller)
    portal.send(flow, GoToGosuslugi(via="button"), caller=caller)
    account = portal.gosuslugi.returned(flow, identity(oid=oid), f"answer-{oid}").account
    assert account is not None
    return flow, account


class Api:
    """A portal in memory, its API, and one browser that uses it."""

    def __init__(self, portal: Registratura | None = None, app: Any = None, base: str = "http://portal") -> None:
        self.portal = portal or Registratura("memory:", lambda: MASTER)
        self.client = client_of(app or api_app(self.portal, caller_of, even_out=timedelta(0)), base)
        self.headers = {"X-Session": "browser-1"}

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.client.post(path, json=body, headers=self.headers | (headers or {}))

    def raw(self, path: str, body: bytes, kind: str = "application/json") -> httpx.Response:
        return self.client.post(path, content=body, headers=self.headers | {"Content-Type": kind})

    def start(self, flow: str = "registration", headers: dict[str, str] | None = None) -> str:
        answer = self.post("flows", {"flow": flow}, headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def send(
        self, flow: str, event: str, payload: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return self.post(f"flows/{flow}/events", {"event": event, "payload": payload or {}}, headers)


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that the answer must be."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    said: dict[str, Any] = answer.json()
    assert (said["type"], said["code"], said["status"]) == (f"{PROBLEM}{code}", code, status)
    assert said["title"]
    return said
