"""The rules of a clinic's right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registratura.domain.refusal import Refusal
from registratura.flows.clinic_right.chart import ClinicRightChart
from registratura.flows.clinic_right.events import DocumentDelivered, Grant, Resume, Suspend, Withdraw
from registratura.flows.effects import StartExport, StopExport
from registratura.flows.event import Event, Facts
from registratura.flows.flow import Flow
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.step import Case, Claim, Move


class ClinicRightData(FlowData):
    """Which clinic may deliver to which card, since which code, and how many documents came."""

    clinic: str = ""
    card: str = ""
    code: str = ""
    delivered: int = 0


class DeliveryFacts(Facts):
    """Whether this delivery came before, and the digest by which it will be known."""

    repeated: bool
    digest: str


class ClinicRight(Flow[ClinicRightData]):
    """Право клиники."""

    name = "clinic_right"
    chart = ClinicRightChart
    data = ClinicRightData
    begins = (Grant,)
    events = (Withdraw, DocumentDelivered, Suspend, Resume)


@ClinicRight.decides(Grant)
def grant(case: Case[ClinicRightData, Grant, Facts]) -> Move:
    given = {"clinic": case.event.clinic, "card": case.event.card, "code": case.event.code}
    return Move(changes=given, effects=(StartExport(clinic=case.event.clinic, right=case.record.id),))


@ClinicRight.gathers(DocumentDelivered, facts=DeliveryFacts)
def came_before(record: FlowRecord[ClinicRightData], event: DocumentDelivered, ask: Ask) -> DeliveryFacts:
    key = f"{record.data.clinic}\n{event.delivery_id}"
    return DeliveryFacts(repeated=ask.claimed("delivery", key) is not None, digest=ask.digest("delivery", key))


@ClinicRight.refuses(DocumentDelivered)
def why_not_taken(case: Case[ClinicRightData, DocumentDelivered, DeliveryFacts]) -> Iterator[Refusal]:
    if case.facts.repeated:
        yield Refusal(code="delivery.repeated")


@ClinicRight.decides(DocumentDelivered)
def take_in(case: Case[ClinicRightData, DocumentDelivered, DeliveryFacts]) -> Move:
    """The document itself is this entry of the log; the record is read from there."""
    claim = Claim("delivery", case.facts.digest, case.record.id)
    return Move(changes={"delivered": case.data.delivered + 1}, claims=(claim,))


@ClinicRight.decides(Suspend, Withdraw)
def stop(case: Case[ClinicRightData, Event, Facts]) -> Move:
    return Move(effects=(StopExport(clinic=case.data.clinic, right=case.record.id),))


@ClinicRight.decides(Resume)
def go_on(case: Case[ClinicRightData, Resume, Facts]) -> Move:
    return Move(effects=(StartExport(clinic=case.data.clinic, right=case.record.id),))


@ClinicRight.shows("granted", "suspended", "withdrawn")
def the_right(record: FlowRecord[ClinicRightData], ask: Ask) -> Mapping[str, Any]:
    notice = {"notice": "nothing_delivered"} if record.state == "granted" and not record.data.delivered else {}
    day = ask.settings.day
    withdrawn = day(record.changed_at) if record.state == "withdrawn" else ""
    items = {
        "clinic": ask.settings.clinic_title(record.data.clinic),
        "delivered": record.data.delivered,
        "since": day(record.created_at),
        "withdrawn": withdrawn,
    }
    return {**items, **notice}
