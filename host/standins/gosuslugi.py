"""A stand-in for Gosuslugi, in process: people with accounts, a first stage, a code by SMS, help, support, and faults.

Its one-time codes are our own flow `one_time_code` over a storage in memory of its own: the portal never sees them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from registratura.domain.identity import Identity
from registratura.domain.typed import typed
from registratura.flows.effects import DeliverCode
from registratura.flows.engine import FlowView
from registratura.flows.errors import CallerError, StartRefused
from registratura.flows.gosuslugi import Denial
from registratura.flows.one_time_code import OneTimeCode, Resend, SendOneTimeCode, SubmitOneTimeCode
from registratura.host.portal import Registratura

DEFAULT_PHONE = "+79000000000"


@dataclass(slots=True)
class Citizen:
    """Somebody with an account at Gosuslugi.

    `second_factor`: how the second stage goes: by SMS, by something the portal never hears of, or not at all (U27).
    `sms_arrives`: how often each SMS comes: 0 (it does not), 1, or 2 (it comes twice). `request`: the latest code's.
    """

    login: str
    password: str
    identity: Identity
    second_factor: str = "sms"
    sms_arrives: int = 1
    phone_inbox: list[str] = field(default_factory=list)
    request: str | None = None

    @property
    def phone(self) -> str:
        return self.identity.phone or DEFAULT_PHONE


@dataclass(slots=True)
class Visit:
    """One person's way through Gosuslugi on behalf of one flow."""

    flow_id: str
    citizen: Citizen
    request: str | None = None
    answer_id: str = ""


class WrongLogin(CallerError):
    """Gosuslugi does not know this login and password."""

    cause = "Gosuslugi does not know this login and password."
    cure = "Try again, choose another way to sign in, or ask for help."


class NotAtThisStage(CallerError):
    """Nobody is at this stage of signing in."""

    cause = "Nobody is at this stage of signing in at Gosuslugi."
    cure = "Pass the first stage again."


class StandInGosuslugi:
    """The other side of `portal.gosuslugi`. `outage` makes every stage end in an outage (U9).

    `reports`: whether the portal hears of a passed first stage, as it never does of the real Gosuslugi.

    `visits` are the ways that people are on, by the flow they serve; `answered` counts the answers, so that each has a
    name of its own.
    """

    def __init__(self, portal: Registratura, citizens: tuple[Citizen, ...] = ()) -> None:
        self.portal = portal
        self.citizens = {citizen.login: citizen for citizen in citizens}
        self.outage, self.reports = False, True
        self.tickets: list[tuple[int, str]] = []
        self.visits: dict[str, Visit] = {}
        self.answered = 0
        own = replace(portal.parts, handlers={DeliverCode: self._deliver})
        self.codes = Registratura("memory:", lambda: b"stand-in: codes to play with 0123"[:32], parts=own)

    def add(self, citizen: Citizen) -> Citizen:
        """Give somebody an account."""
        self.citizens[citizen.login] = citizen
        return citizen

    def sign_in(self, flow_id: str, login: str, password: str) -> FlowView:
        """The first stage, by login and password (R9).

        Raises:
            WrongLogin: the portal hears nothing of it.
        """
        citizen = self.citizens.get(typed(login))
        if citizen is None or citizen.password != password:
            raise WrongLogin()
        return self._first_stage(Visit(flow_id, citizen), "password")

    def sign_in_another_way(self, flow_id: str, login: str) -> FlowView:
        """The first stage, by a signature or a QR code (R10)."""
        citizen = self.citizens.get(typed(login))
        if citizen is None:
            raise WrongLogin()
        return self._first_stage(Visit(flow_id, citizen), "other")

    def enter_code(self, flow_id: str, code: str) -> FlowView:
        """The second stage (R14). A wrong code is between the person and Gosuslugi: the portal sees nothing (U21)."""
        visit = self._visit(flow_id)
        if visit.request is None:
            raise NotAtThisStage()
        answer = self.codes.send(visit.request, SubmitOneTimeCode(code=code))
        return answer if answer.refusals else self._confirm(visit)

    def resend_code(self, flow_id: str) -> FlowView:
        """Another SMS; the code in the one before is dead (U24)."""
        visit = self._visit(flow_id)
        if visit.request is None:
            raise NotAtThisStage()
        answer = self.codes.send(visit.request, Resend())
        self.codes.run_due()
        return answer

    def code_request(self, flow_id: str) -> FlowView:
        """How the request of a code stands, as Gosuslugi's own page shows it."""
        visit = self._visit(flow_id)
        if visit.request is None:
            raise NotAtThisStage()
        return self.codes.get(visit.request)

    def confirm(self, flow_id: str) -> FlowView:
        """Whatever stood between: Gosuslugi is satisfied and answers the portal."""
        return self._confirm(self._visit(flow_id))

    def answer_again(self, flow_id: str) -> FlowView:
        """The same answer comes a second time (U12)."""
        visit = self._visit(flow_id)
        return self.portal.gosuslugi.returned(visit.flow_id, visit.citizen.identity, visit.answer_id)

    def cancel(self, flow_id: str) -> FlowView:
        """The person says no at Gosuslugi (U7)."""
        return self.portal.gosuslugi.denied(flow_id, Denial.CANCELLED)

    def deny(self, flow_id: str, reason: Denial) -> FlowView:
        """Gosuslugi answers with an error of that class."""
        return self.portal.gosuslugi.denied(flow_id, reason)

    def ask_support(self, text: str, flow_id: str = "") -> int:
        """A ticket at Gosuslugi's support; gives its number. From then on SMS come to whoever wrote from that visit."""
        if visit := self.visits.get(flow_id):
            visit.citizen.sms_arrives = visit.citizen.sms_arrives or 1
        self.tickets.append((len(self.tickets) + 1, text))
        return len(self.tickets)

    def _first_stage(self, visit: Visit, method: str) -> FlowView:
        self.visits[visit.flow_id] = visit
        if self.outage:
            return self.portal.gosuslugi.denied(visit.flow_id, Denial.OUTAGE)
        if visit.citizen.second_factor != "sms":
            return self._confirm(visit)
        visit.request = self._code_sent(visit.citizen)
        if not self.reports:
            return self.portal.get(visit.flow_id)
        return self.portal.gosuslugi.progress(visit.flow_id, "other" if method == "other" else "password")

    def _code_sent(self, citizen: Citizen) -> str:
        """A code. Who comes back too soon for another one goes on with the code they were sent."""
        try:
            event = SendOneTimeCode(phone=citizen.phone, person=citizen.login)
            citizen.request = self.codes.start(OneTimeCode, event).id
        except StartRefused:
            if not citizen.request or self.codes.get(citizen.request).state != "sent":
                raise
        self.codes.run_due()
        return citizen.request

    def _confirm(self, visit: Visit) -> FlowView:
        if self.outage:
            return self.portal.gosuslugi.denied(visit.flow_id, Denial.OUTAGE)
        self.answered += 1
        visit.answer_id = f"{visit.flow_id}/{self.answered}"
        return self.portal.gosuslugi.returned(visit.flow_id, visit.citizen.identity, visit.answer_id)

    def _visit(self, flow_id: str) -> Visit:
        try:
            return self.visits[flow_id]
        except KeyError:
            raise NotAtThisStage() from None

    def _deliver(self, effect: DeliverCode, effect_id: str) -> None:
        for citizen in self.citizens.values():
            if citizen.phone == effect.phone:
                citizen.phone_inbox += [effect.code] * citizen.sms_arrives
