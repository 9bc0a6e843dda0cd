"""The host's side: events through Restate, with the outcomes of `Registratura.send`; the service's registration."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from registratura.flows.engine import FlowView
from registratura.flows.event import Event
from registratura.flows.ports import Caller
from registratura.host.portal import Registratura
from registratura.host.restate.errors import RestateFailed, RestateUnavailable, RestateUnregistered
from registratura.host.restate.wire import FLOW, WORKER, Sent, error_of, key_of, sealed

PATIENCE = 30.0
"""Seconds for an answer."""
PAUSES = (0.0, 0.3, 0.6, 1.2, 2.4)
"""Seconds before each try: a node that has just come back answers before it knows the services."""


class RestateClient:
    """Sends events through Restate's ingress; may be shared by threads.

    An event that holds a secret (a password, a code) never leaves this process: it goes to the portal itself.

    Args:
        portal: over the same database as the service's. What was answered is read there, so Restate need not know it.
        ingress: where Restate's nodes listen, `http://localhost:8080`; if one does not answer, the next is asked.
        seconds: how long an answer is waited for.
        headers: what a proxy before Restate wants.
    """

    def __init__(
        self,
        portal: Registratura,
        *ingress: str,
        seconds: float = PATIENCE,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._portal, self._ingress = portal, ingress
        # Restate is a neighbour: no proxy of the environment lies between.
        self._http = httpx.Client(timeout=seconds, headers=dict(headers or {}), trust_env=False)

    def send(
        self,
        flow_id: str,
        event: Event,
        *,
        caller: Caller | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> FlowView:
        """Send a person's event to a flow, as `Registratura.send` does.

        Raises:
            RestateUnavailable: nobody knows whether it happened; repeat it under its key.
            RestateUnregistered, RestateFailed, and all that `Registratura.send` raises.
        """
        sent = self._sent(event, caller, expected_version, idempotency_key)
        self._through(flow_id, *self._request(flow_id, sent))
        # By now it is recorded under its key, and this reads the answer; what Restate must not see, this does.
        return self._portal.send(flow_id, event, **sent.more)

    async def asend(
        self,
        flow_id: str,
        event: Event,
        *,
        caller: Caller | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> FlowView:
        """`send` under asyncio."""
        sent = self._sent(event, caller, expected_version, idempotency_key)
        request = await self._portal.arun(self._request, flow_id, sent)
        await asyncio.to_thread(self._through, flow_id, *request)
        return await self._portal.asend(flow_id, event, **sent.more)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _sent(self, event: Event, caller: Caller | None, expected: int | None, key: str | None) -> Sent:
        tools = self._portal.engine.tools
        return Sent(event, caller, expected, tools.ids.new(tools.clock()) if key is None else key)

    def _request(self, flow_id: str, sent: Sent) -> tuple[str, str | None]:
        return key_of(self._portal.engine, flow_id, sent), sealed(self._portal.engine, flow_id, sent)

    def _through(self, flow_id: str, key: str, envelope: str | None) -> None:
        if envelope is None:
            return
        answer = _asked(self._http, self._ingress, f"{FLOW}/{flow_id}/send", envelope, {"idempotency-key": key})
        if answer is not None:
            raise error_of(answer) or RestateFailed(where="the service", status=200, reason=answer["code"])


def register(admin: str, service: str, ingress: str, *, lanes: int = 1, force: bool = False) -> None:
    """Tell Restate where the service is, and start the lanes in which it does the worker's rounds.

    It may be done any number of times; what is registered and running already stays. Run it after each release.

    Args:
        admin: where Restate's operators reach it, `http://localhost:9070`.
        service: where Restate reaches `restate_app(portal)`, `http://localhost:9080`.
        ingress: where it takes requests, `http://localhost:8080`.
        lanes: so many rounds at most are done at once; none, where workers do that.
        force: the service at that address has other handlers than when it was registered.

    Raises:
        RestateUnavailable, RestateUnregistered, RestateFailed.
    """
    with httpx.Client(timeout=PATIENCE, trust_env=False) as http:
        _asked(http, (admin,), "deployments", {"uri": service, "force": force})
        for lane in range(lanes):
            _asked(http, (ingress,), f"{WORKER}/{lane}/round/send")


def _asked(
    http: httpx.Client, where: tuple[str, ...], path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> Any:
    """The JSON that the first of them answered that could."""
    for pause in PAUSES:
        time.sleep(pause)
        unknown, reason = False, "no address was given"
        for place in where:
            try:
                answer = http.post(f"{place.rstrip('/')}/{path}", json=body, headers=headers)
            except httpx.TransportError as error:
                reason = type(error).__name__
                continue
            if answer.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.SERVICE_UNAVAILABLE):
                return _said(answer)
            unknown, reason = unknown or answer.status_code == httpx.codes.NOT_FOUND, "not ready"
        if not unknown:
            raise RestateUnavailable(where=_places(where), reason=reason)
    raise RestateUnregistered(where=_places(where), service=path.partition("/")[0])


def _said(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        reason = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        reason = answer.reason_phrase
    raise RestateFailed(where=_places((str(answer.url),)), status=answer.status_code, reason=reason)


def _places(urls: tuple[str, ...]) -> str:
    """Without a password that may stand in one."""
    return ", ".join(f"{(part := urlsplit(url)).scheme}://{part.netloc.rpartition('@')[2]}" for url in urls)
