"""The rules of an attachment code. The code itself is known only by a keyed digest (promise 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from registratura.domain.clinics import PatientRef
from registratura.domain.codes import parse_attachment_code
from registratura.domain.refusal import Refusal
from registratura.domain.values import Personal
from registratura.flows.attachment_code.chart import AttachmentCodeChart
from registratura.flows.attachment_code.events import Activate, Issue, Reissue, Revoke
from registratura.flows.common import Expire
from registratura.flows.event import Facts
from registratura.flows.flow import Flow
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.settings import Settings
from registratura.flows.step import Case, Claim, Move, Start


class AttachmentCodeData(FlowData):
    """Who issued it for whom, and what came of it."""

    clinic: str = ""
    patient: Annotated[PatientRef | None, Personal] = None
    card: str | None = None
    right: str | None = None


class IssueFacts(Facts):
    """Whether the clinic is known, whether a code must name its patient, and the code's digest."""

    clinic_known: bool
    bound: bool
    digest: str


class ReissueFacts(Facts):
    """The id of the code that takes its place."""

    new_code: str


class AttachmentCode(Flow[AttachmentCodeData]):
    """Код прикрепления."""

    name = "attachment_code"
    chart = AttachmentCodeChart
    data = AttachmentCodeData
    begins = (Issue,)
    events = (Activate, Revoke, Reissue, Expire)

    @classmethod
    def life(cls, settings: Settings) -> timedelta | None:
        return settings.attachment_codes.life


@AttachmentCode.checks(Issue, Reissue)
def digits_only(event: Issue | Reissue, settings: Settings) -> None:
    parse_attachment_code(event.code, settings.attachment_codes)


@AttachmentCode.gathers(Issue, facts=IssueFacts)
def about_the_issue(record: FlowRecord[AttachmentCodeData], event: Issue, ask: Ask) -> IssueFacts:
    code = parse_attachment_code(event.code, ask.settings.attachment_codes)
    return IssueFacts(
        clinic_known=event.clinic in ask.settings.clinics,
        bound=ask.settings.attachment_codes.bound,
        digest=ask.digest("attachment_code", code),
    )


@AttachmentCode.refuses(Issue)
def why_not_issued(case: Case[AttachmentCodeData, Issue, IssueFacts]) -> Iterator[Refusal]:
    if not case.facts.clinic_known:
        yield Refusal(code="clinic.unknown")
    if case.facts.bound and case.event.patient is None:
        yield Refusal(code="code.patient_missing")


@AttachmentCode.decides(Issue)
def issue(case: Case[AttachmentCodeData, Issue, IssueFacts]) -> Move:
    claim = Claim("attachment_code", case.facts.digest, case.record.id)
    return Move(changes={"clinic": case.event.clinic, "patient": case.event.patient}, claims=(claim,))


@AttachmentCode.decides(Activate)
def activate(case: Case[AttachmentCodeData, Activate, Facts]) -> Move:
    return Move(changes={"card": case.event.card, "right": case.event.right}, subject=case.event.subject)


@AttachmentCode.gathers(Reissue, facts=ReissueFacts)
def the_new_code(record: FlowRecord[AttachmentCodeData], event: Reissue, ask: Ask) -> ReissueFacts:
    return ReissueFacts(new_code=ask.new_id())


@AttachmentCode.decides(Reissue)
def replace_the_code(case: Case[AttachmentCodeData, Reissue, ReissueFacts]) -> Move:
    event = Issue(clinic=case.data.clinic, code=case.event.code, patient=case.data.patient)
    return Move(sends=(Start(AttachmentCode, case.facts.new_code, event),))
