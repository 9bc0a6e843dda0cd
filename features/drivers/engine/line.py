"""How a person's browser reaches the portal, and Gosuslugi on its way: the one point where drivers differ.

*Дано*, *Когда* and *Тогда* say what happens; a line carries a person's request there and brings back what they see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from registratura.domain.identity import Identity
from registratura.features.drivers.engine.people import GOSUSLUGI_PASSWORD, Visitor
from registratura.flows.catalogue import FLOWS
from registratura.flows.gosuslugi import Denial
from registratura.host import FlowView

if TYPE_CHECKING:
    from registratura.features.drivers.engine.world import World

Payload = Mapping[str, Any]
"""As JSON has it."""
BETWEEN = "В процессе портал получает уже проверенный ответ: такой сценарий помечают для других драйверов."


class Line(Protocol):
    """One request of a person, and what they see then.

    Each raises a `RegistraturaError` when the portal says so, and `Stopped` when it gave no answer at all.
    """

    def start(self, who: Visitor, flow: str, event: str, payload: Payload) -> FlowView:
        """Start a flow; an empty `event` is its first beginning."""

    def send(self, who: Visitor, flow_id: str, event: str, payload: Payload, key: str | None) -> FlowView:
        """Send the event; `key` is the request's own, the same in each repeat."""

    def get(self, who: Visitor, flow_id: str) -> FlowView:
        """Look at the flow."""


class Visits(Protocol):
    """What the person does at Gosuslugi on behalf of `who.flow`; then Gosuslugi's answer, and the portal's page."""

    def pass_first_stage(self, who: Visitor, method: str) -> FlowView:
        """By `password`, or by an `other` means."""

    def enter_code(self, who: Visitor) -> FlowView:
        """Type the newest code that came by SMS."""

    def confirmed(self, who: Visitor, identity: Identity) -> FlowView:
        """Whatever stood between: Gosuslugi says who it is."""

    def denied(self, who: Visitor, reason: Denial) -> FlowView:
        """Gosuslugi says no."""

    def again(self, who: Visitor) -> FlowView:
        """The last answer of Gosuslugi, about whomsoever, comes once more: to `who.flow`."""

    def spoiled(self, who: Visitor, flaw: str) -> FlowView:
        """Gosuslugi is satisfied, and its answer comes with a flaw (`words.FLAWS`), or not at all (`words.ANSWERS`)."""

    def brought_by(self, another: Visitor, who: Visitor) -> FlowView:
        """Gosuslugi's answer to `who` is opened in another one's browser; gives what that one sees."""

    def ask_support(self, who: Visitor, about: str) -> None:
        """A ticket at Gosuslugi's support: the person cannot `sign_in`, or gets no `sms`."""


class EngineLine(Line):
    """In process: the host calls Registratura for the person."""

    def __init__(self, world: World) -> None:
        self._world = world

    def start(self, who: Visitor, flow: str, event: str, payload: Payload) -> FlowView:
        known = FLOWS[flow]
        begin = known.parse(event, payload) if event else None
        return self._world.portal.start(known, begin, caller=who.caller)

    def send(self, who: Visitor, flow_id: str, event: str, payload: Payload, key: str | None) -> FlowView:
        parsed = self._world.portal.parse(flow_id, event, payload)
        return self._world.portal.send(flow_id, parsed, caller=who.caller, idempotency_key=key)

    def get(self, who: Visitor, flow_id: str) -> FlowView:
        return self._world.portal.get(flow_id, caller=who.caller)


class EngineVisits(Visits):
    """In process: the stand-in tells the portal's gateway itself."""

    def __init__(self, world: World) -> None:
        self._world = world

    def pass_first_stage(self, who: Visitor, method: str) -> FlowView:
        gosuslugi, login = self._world.gosuslugi, who.person.key
        if method == "password":
            return gosuslugi.sign_in(who.flow, login, GOSUSLUGI_PASSWORD)
        return gosuslugi.sign_in_another_way(who.flow, login)

    def enter_code(self, who: Visitor) -> FlowView:
        gosuslugi = self._world.gosuslugi
        visit = gosuslugi.visits[who.flow]
        view = gosuslugi.enter_code(who.flow, visit.citizen.phone_inbox[-1])
        self._world.last_answer = visit.citizen.identity, visit.answer_id
        return view

    def confirmed(self, who: Visitor, identity: Identity) -> FlowView:
        self._world.last_answer = identity, self._world.ids.new(self._world.clock.now)
        return self.again(who)

    def denied(self, who: Visitor, reason: Denial) -> FlowView:
        return self._world.gosuslugi.deny(who.flow, reason)

    def again(self, who: Visitor) -> FlowView:
        assert self._world.last_answer is not None, "Госуслуги ещё не отвечали"
        identity, answer_id = self._world.last_answer
        return self._world.portal.gosuslugi.returned(who.flow, identity, answer_id)

    def spoiled(self, who: Visitor, flaw: str) -> FlowView:
        raise AssertionError(BETWEEN)

    def brought_by(self, another: Visitor, who: Visitor) -> FlowView:
        raise AssertionError(BETWEEN)

    def ask_support(self, who: Visitor, about: str) -> None:
        self._world.gosuslugi.ask_support(f"{who.person}: {about}")
