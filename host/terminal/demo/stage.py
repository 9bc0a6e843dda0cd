"""The stage of the demonstration: its clock, its people, and the step, which does, checks and shows one thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from registratura.domain.clinics import PatientRef
from registratura.flows.engine import FlowView
from registratura.flows.errors import InvalidPayload
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.ports import Caller
from registratura.flows.rows import LogRow
from registratura.host.standins import Citizen
from registratura.host.terminal.demo import branches
from registratura.host.terminal.demo.report import Report, Step
from registratura.host.terminal.opening import World
from registratura.host.terminal.rows import counted, difference


class Clock:
    """The demonstration's own time: a lock that lasts a minute ends when the story says so."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


class Unexpected(Exception):
    """The portal did something else than the story says; the message is Russian."""


@dataclass(slots=True)
class Actor:
    """Somebody in the story. `account` is known once they have signed in."""

    name: str
    citizen: Citizen | None = None
    account: str | None = None
    session: str = ""

    def __post_init__(self) -> None:
        self.session = self.session or f"demo:{self.name}"

    @property
    def caller(self) -> Caller:
        return Caller(session=self.session, account=self.account)

    @property
    def login(self) -> str:
        return self.citizen.login if self.citizen else ""

    @property
    def patient(self) -> PatientRef:
        """How a clinic names them."""
        assert self.citizen is not None
        identity = self.citizen.identity
        assert identity.birth_date is not None
        return PatientRef(name=identity.name, birth_date=identity.birth_date)


@dataclass(slots=True)
class Stage:
    """Everything a scene needs. Each step is counted, and the branches it walks are noted.

    `kept` is what one scene leaves for another: ids of flows, codes on paper.
    """

    world: World
    clock: Clock
    report: Report
    people: dict[str, Actor]
    walked: set[str] = field(default_factory=set)
    steps: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    quiet: bool = False

    def start(self, who: Actor, flow: AnyFlow, event: Event | None = None, *, expect: str) -> FlowView:
        """Somebody starts a flow."""
        what = (event or flow.begins[0]()).title()
        portal = self.world.portal
        return self._step(who, what, "", lambda: portal.start(flow, event, caller=who.caller), expect, (), ())

    def act(
        self,
        who: Actor,
        view: FlowView,
        event: Event,
        *,
        expect: str,
        refused: tuple[str, ...] = (),
        note: str = "",
        also: tuple[str, ...] = (),
    ) -> FlowView:
        """Somebody presses a button of the page they see."""
        what = f"«{self._caption(view, event)}»" + (f" ({note})" if note else "")
        portal = self.world.portal
        return self._step(
            who, what, view.id, lambda: portal.send(view.id, event, caller=who.caller), expect, refused, also
        )

    def outside(
        self,
        who: Actor,
        what: str,
        flow_id: str,
        call: Callable[[], FlowView | None],
        *,
        expect: str,
        refused: tuple[str, ...] = (),
        also: tuple[str, ...] = (),
    ) -> FlowView:
        """Something happens outside the portal, and this is what becomes of the flow. `also` are branches it walks."""
        return self._step(who, what, flow_id, call, expect, refused, also)

    def mistypes(self, who: Actor, view: FlowView, event: Event, *, note: str, also: tuple[str, ...]) -> None:
        """Somebody sends what is no valid input: they are told why, and nothing is stored."""
        portal, told = self.world.portal, ""

        def call() -> None:
            nonlocal told
            try:
                portal.send(view.id, event, caller=who.caller)
            except InvalidPayload as error:
                told = portal.engine.texts.error(error)

        self._step(who, f"«{self._caption(view, event)}» ({note})", view.id, call, view.state, (), also)
        if not told:
            raise Unexpected(f"Шаг {self.steps}: ввод приняли, а он неверный.")
        self.report.note(f"   {told.splitlines()[-1]}", "red")

    def time_passes(self, by: timedelta, text: str) -> None:
        """The clock is turned."""
        self.clock.turn(by)
        now = self.clock.now.astimezone(self.world.portal.parts.settings.timezone)
        self.report.time(f"{text}: теперь {now:%H:%M:%S %d.%m.%Y}")

    def look(self, who: Actor, flow_id: str, *, expect: str) -> FlowView:
        """What somebody sees now."""
        view = self.world.portal.get(flow_id, caller=who.caller)
        self._check(view, view.state == expect, expect)
        self._show(view)
        return view

    @contextmanager
    def briefly(self) -> Iterator[None]:
        """Pages that were seen already are not shown again."""
        self.quiet = True
        try:
            yield
        finally:
            self.quiet = False

    def _step(
        self,
        who: Actor,
        what: str,
        flow_id: str,
        call: Callable[[], FlowView | None],
        expect: str,
        refused: tuple[str, ...],
        also: tuple[str, ...],
    ) -> FlowView:
        storage = self.world.portal.engine.storage
        before, seq = counted(storage), self._length(flow_id)
        self.clock.turn(timedelta(seconds=1))
        answer = call()
        view = answer if not flow_id and answer is not None else self.world.portal.get(flow_id, caller=who.caller)
        entries = self.world.portal.history(view.id)[seq:]
        refusals = answer.refusals if answer is not None else ()
        codes = tuple(refusal.code for refusal in refusals)
        numbers = {number for entry in entries for number in _branches(view.flow, entry)} | set(also)
        self.steps += 1
        self.walked |= numbers
        stored = difference(before, counted(storage))
        self.report.step(
            Step(self.steps, who.name, what, view.flow, entries, refusals, stored, numbers), quiet=self.quiet
        )
        self._check(view, view.state == expect, expect)
        self._check(view, set(codes) == set(refused), f"{expect}, отказ {refused or 'не нужен'}", codes)
        self._show(view)
        return answer if answer is not None and answer.id == view.id else view

    def _length(self, flow_id: str) -> int:
        return len(self.world.portal.history(flow_id)) if flow_id else 0

    def _show(self, view: FlowView) -> None:
        numbers = set(branches.seen(view))
        self.walked |= numbers
        self.report.page(view, numbers, quiet=self.quiet)

    def _caption(self, view: FlowView, event: Event) -> str:
        """The button that brings this payload; it has its name even where the screen does not show it."""
        texts, sent = self.world.portal.parts.texts, event.model_dump(mode="json")
        variants = (name for name, part in event.variants.items() if part.items() <= sent.items())
        name = next((f"{event.name}.{variant}" for variant in variants), event.name)
        return texts.button(view.screen.id, name)

    def _check(self, view: FlowView, good: bool, wanted: str, got: object = "") -> None:
        if not good:
            raise Unexpected(f"Шаг {self.steps}: ждали {wanted}, а получили {view.state} {got or ''}".rstrip() + ".")


def _branches(flow: str, entry: LogRow) -> Iterator[str]:
    payload: dict[str, Any] = json.loads(entry.payload)["event"]
    refusals = tuple(refusal["code"] for refusal in json.loads(entry.outcome).get("refusals", ()))
    return branches.walked(flow, entry.transition, payload, refusals)
