"""The leg's states and events. The portal waits while the person is at Gosuslugi.

    entry ──go_to_gosuslugi──▶ first_stage ──first_stage_passed──▶ sms_code
                               │  ▲    └──────sms_not_arriving──┐   │ ▲
                cannot_sign_in ▼  │ back                        ▼   ▼ │ back
                            sign_in_help                       sms_help
                contact_support ▼ ▲ back          contact_support ▼ ▲ back
                           sign_in_support                    sms_support

Features: 02_gosuslugi.feature. Where the person goes from here is the chart's that uses the leg: `identity_confirmed`
and `identity_denied` leave it from any inner state, because the portal never knows what page of Gosuslugi is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine import State

from registratura.flows.common import ContactSupport
from registratura.flows.flow import AnyCase, Flow
from registratura.flows.gosuslugi.events import (
    Denial,
    FirstStagePassed,
    GoToGosuslugi,
    IdentityDenied,
    SmsNotArriving,
)
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.step import Move


class GosuslugiData(FlowData):
    """What a flow remembers of the leg: how the person went there, whether the SMS was seen, why they came back.

    And whether our own support was asked, where several cards match (U19).
    """

    via: str | None = None
    at_sms: bool = False
    denied: Denial | None = None
    support_asked: bool = False


def gosuslugi_leg() -> Any:
    """The leg, anew for each chart."""

    class gosuslugi(State.Compound, name="Авторизация через Госуслуги"):  # noqa: N801  # the name is the state's id
        entry = State("Авторизация через Госуслуги", initial=True)
        first_stage = State("Госуслуги: первый этап авторизации")
        sign_in_help = State("Помощь: не удаётся войти")
        sign_in_support = State("Служба поддержки Госуслуг: вход")
        sms_code = State("Ввод одноразового кода из СМС")
        sms_help = State("Помощь: не приходит СМС")
        sms_support = State("Служба поддержки Госуслуг: СМС")

        go_to_gosuslugi = entry.to(first_stage)
        first_stage_passed = first_stage.to(sms_code)
        cannot_sign_in = first_stage.to(sign_in_help)
        sms_not_arriving = sms_code.to(sms_help) | first_stage.to(sms_help)
        contact_support = sign_in_help.to(sign_in_support) | sms_help.to(sms_support)
        back = (
            first_stage.to(entry)
            | sign_in_support.to(sign_in_help)
            | sign_in_help.to(first_stage)
            | sms_support.to(sms_help)
            | sms_help.to(sms_code, cond="was_at_sms")
            | sms_help.to(first_stage)
        )

    return gosuslugi


def away(state: str) -> bool:
    """Whether the person is at Gosuslugi in this state, and the portal waits for them."""
    return state.startswith("gosuslugi.") and state != "gosuslugi.entry"


def on_the_leg(flow: type[Flow[Any]]) -> None:
    """Give a flow the leg's guard, decisions and screens."""

    @flow.guard
    def was_at_sms(case: AnyCase) -> bool:
        """Whether the provider had reported that the person was asked for the code."""
        return bool(case.data.at_sms)

    @flow.decides(GoToGosuslugi)
    def set_out(case: AnyCase) -> Move:
        return Move(changes={"via": case.event.via, "at_sms": False, "denied": None})

    @flow.decides(FirstStagePassed)
    def reach_the_sms(case: AnyCase) -> Move:
        return Move(changes={"at_sms": True})

    @flow.decides(SmsNotArriving)
    def remember_where(case: AnyCase) -> Move:
        return Move(changes={"at_sms": case.record.state == "gosuslugi.sms_code"})

    @flow.decides(IdentityDenied)
    def explain(case: AnyCase) -> Move:
        return Move(changes={"denied": case.event.reason, "at_sms": False})

    @flow.decides(ContactSupport)
    def note_the_request(case: AnyCase) -> Move:
        return Move(changes={"support_asked": True}) if case.record.state == "ambiguous_card" else Move()

    @flow.shows("ambiguous_card")
    def ambiguous_card(record: FlowRecord[Any], ask: Ask) -> Mapping[str, Any]:
        return {"notice": "support_asked"} if record.data.support_asked else {}

    @flow.shows("gosuslugi.entry")
    def entry(record: FlowRecord[Any], ask: Ask) -> Mapping[str, Any]:
        return {"notice": f"gosuslugi.{record.data.denied}"} if record.data.denied else {}
