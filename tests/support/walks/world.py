"""The worlds in which walks are walked: a portal in memory, its clock, its people; by the engine's calls, or over HTTP.

Two worlds on one clock in which the same was done have the same ids, so all that is told of them can be compared.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
from fastapi import Request
from pydantic import TypeAdapter
from support.api import caller_of
from support.in_process import InProcess
from support.portal import CLINICS, CONSENTS, HASHER, KEYS, Clock, Scene

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.codes import AttachmentCodePolicy, OneTimeCodePolicy
from registratura.domain.identity import Identity
from registratura.domain.matching import ClinicCard
from registratura.flows.effects import DeliverCode
from registratura.flows.engine.codec import refusals_in
from registratura.flows.errors import RegistraturaError
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.ports import Ids
from registratura.flows.rows import LogRow
from registratura.host import Caller, FlowView, Parts, Registratura, Settings
from registratura.host.web.api import api_app

SESSION = "the walker's browser"
LOCK = timedelta(minutes=10)
LATE = timedelta(minutes=5)
"""So long before the end of a flow's life a lock outlives it."""
WINDOW = timedelta(minutes=1)
"""So long a wrong code is counted; a walk that waits has all its guesses again."""
FEW = AttemptsPolicy(limit=2, window=WINDOW, locks=(LOCK,))
MANY = AttemptsPolicy(limit=10_000)
VIEW = TypeAdapter(FlowView)
Told = dict[str, Any]


class Counting(Ids):
    """Ids and numbers that are the same each time."""

    def __init__(self) -> None:
        self.count = 0

    def new(self, now: datetime) -> str:
        self.count += 1
        return str(UUID(int=self.count))

    def number(self, below: int) -> int:
        self.count += 1
        return int.from_bytes(sha256(str(self.count).encode()).digest(), "big") % below


def two_cards(identity: Identity) -> tuple[ClinicCard, ...]:
    """Clinics keep two cards of whoever has this mailbox."""
    if not (identity.email or "").startswith("two"):
        return ()
    own: dict[str, Any] = {"name": identity.name, "birth_date": date(2000, 8, 12), "snils": identity.snils}
    return tuple(ClinicCard(ref=ref, **own) for ref in "ab")


class World:
    """A portal, the flow that is walked, and notes of what was prepared."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.ids = clock, Counting()
        self.clinics, self.notes, self.flow = dict(CLINICS), dict[str, Any](), ""
        self.seen: Told | None = None
        settings = Settings(
            consents=CONSENTS,
            clinics=self.clinics,
            clinic_cards=two_cards,
            served_regions={"74", "63"},
            attempts={"password": FEW, "code.profile": FEW, "code.account": MANY},
            attachment_codes=AttachmentCodePolicy(bound=False, length=12),
            one_time_codes=OneTimeCodePolicy(attempts=2, resends_per_hour=100, daily_cap=1000),
        )
        parts = Parts(settings=settings, clock=clock, hasher=HASHER, ids=self.ids)
        self.portal = Registratura("memory:", KEYS, parts=parts)
        self.portal.handlers[DeliverCode] = lambda effect, _: self.notes.update(sms=effect.code)
        self.scene = Scene(self.portal, clock)

    # What a walker does.
    def start(self, flow: AnyFlow, event: Event) -> Told:
        self.seen = self._start(flow, event)
        self.flow = self.seen["id"]
        return self.seen

    def send(self, event: Event) -> Told:
        self.seen = self._send(event)
        return self.seen

    def view(self) -> Told:
        """What the person sees now: the answer, if they have just acted."""
        seen, self.seen = self.seen, None
        return seen or self.look()

    def look(self) -> Told:
        return told(lambda: self.portal.get(self.flow, caller=self.caller))

    def _start(self, flow: AnyFlow, event: Event) -> Told:
        return told(lambda: self.portal.start(flow, event, caller=self._over(event)))

    def _send(self, event: Event) -> Told:
        return told(lambda: self.portal.send(self.flow, event, caller=self._over(event)))

    def _over(self, event: Event) -> Caller:
        """Some events say over what they come; whoever calls the engine says it too."""
        return replace(self.caller, channel=getattr(event, "channel", self.caller.channel))

    # What is prepared, and what is stored.
    @property
    def caller(self) -> Caller:
        """The browser; signed in, once it is known who it is."""
        account = self.record.account if self.flow else self.notes.get("account")
        return Caller(session=SESSION, account=account)

    @property
    def record(self) -> AnyRecord:
        """As it is stored: nothing that is due is carried out by looking at it."""
        with self.portal.engine.asking() as ask:
            record = ask.stored(self.flow)
        assert record
        return record

    @property
    def version(self) -> int:
        """How much the flow has done: a number for what must be new each time."""
        return self.record.version

    def log(self, after: int) -> tuple[LogRow, ...]:
        return tuple(self.scene.log(self.flow))[after:]

    def effects(self) -> dict[str, tuple[str, str, str]]:
        return {row.id: (row.flow_id, row.kind, row.payload) for row in self.scene.storage.rows.effects.values()}

    def turn_to(self, moment: datetime) -> None:
        """The clock is never turned back: the other world may have turned it already."""
        self.clock.now = max(self.clock.now, moment)

    def copy(self) -> tuple[Any, ...]:
        return self.scene.storage.rows.copy(), self.ids.count, dict(self.notes), self.flow

    def become(self, copy: tuple[Any, ...]) -> None:
        rows, self.ids.count, notes, self.flow = copy
        self.scene.storage.rows, self.notes = rows.copy(), dict(notes)
        self.clinics.update(CLINICS)

    def close(self) -> None:
        self.portal.close()
        self.scene.gosuslugi.codes.close()


class OverHttp(World):
    """The same, but what a person does and sees goes through the JSON API."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.client = httpx.Client(
            transport=Kept(api_app(self.portal, _named, even_out=timedelta(0))), base_url="http://portal"
        )

    def _start(self, flow: AnyFlow, event: Event) -> Told:
        return self._said("POST", "flows", {"flow": flow.name, **_json(event)})

    def _send(self, event: Event) -> Told:
        return self._said("POST", f"flows/{self.flow}/events", _json(event))

    def look(self) -> Told:
        return self._said("GET", f"flows/{self.flow}")

    def close(self) -> None:
        self.client.close()
        super().close()

    def _said(self, method: str, path: str, body: Told | None = None) -> Told:
        caller = self.caller
        headers = {"X-Session": SESSION} | ({"X-Account": caller.account} if caller.account else {})
        said: Told = self.client.request(method, path, json=body, headers=headers).json()
        said.pop("authorisation_url", None)
        return {"problem": said["code"]} if "code" in said else said


class Kept(InProcess):
    """With one event loop for all requests: a new one for each takes longer than the request."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._loop = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run(self._answer(request))

    def close(self) -> None:
        self._loop.close()


def told(call: Callable[[], FlowView]) -> Told:
    """What the engine answers, as JSON says it; of an error its code."""
    try:
        view = call()
    except RegistraturaError as error:
        return {"problem": error.code}
    said: Told = VIEW.dump_python(view, mode="json", exclude={"account", "subject", "chart_version"})
    for action, known in zip(said["actions"], view.actions, strict=True):
        action["available"] = known.available
    return said


def new_effects(world: World, known: dict[str, Any]) -> Counter[str]:
    return Counter(kind for row, (_, kind, _) in world.effects().items() if row not in known)


def refused(entries: tuple[LogRow, ...]) -> list[str]:
    return sorted(refusal.code for entry in entries for refusal in refusals_in(entry))


async def _named(request: Request) -> Caller:
    """As in the tests of the API, but in no thread of its own, which would take longer than the rest."""
    return caller_of(request)


def _json(event: Event) -> Told:
    return {"event": event.name, "payload": event.model_dump(mode="json", exclude_unset=True)}
