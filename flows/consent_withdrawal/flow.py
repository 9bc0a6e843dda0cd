"""The rules of withdrawal. An operator, or the handler of `DestroyPersonalData`, reports the act, and the data goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from registratura.domain.consent import Purpose
from registratura.domain.refusal import Refusal
from registratura.flows.clinic_right import ClinicRight, Withdraw
from registratura.flows.consent_withdrawal.chart import ConsentWithdrawalChart
from registratura.flows.effects import AlarmErasureOverdue, DestroyPersonalData, EndOtherSessions
from registratura.flows.event import FactEvent, Facts, PersonEvent, TimeEvent
from registratura.flows.flow import Flow
from registratura.flows.patient_card import PatientCard
from registratura.flows.portal_password import ForgetPassword, PortalPassword
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.registration import Registration
from registratura.flows.step import Case, Evidence, Move, Send, known
from registratura.flows.withdrawn import consent_withdrawn


class RequestWithdrawal(PersonEvent, title="Отозвать согласие"):
    """U40."""


class DataDestroyed(FactEvent, title="Данные уничтожены"):
    """The data is to be destroyed now, under the act with this number, which stays."""

    act: str


class LawObligesToKeep(FactEvent, title="Закон обязывает хранить часть данных"):
    """An operator names the law."""

    law: str


class TermEnded(TimeEvent, title="Срок уничтожения данных истёк"):
    """The term passed without an act."""


class ConsentWithdrawalData(FlowData):
    """Until when the data must be destroyed, and how it ended."""

    deadline: datetime | None = None
    act: str | None = None
    law: str | None = None


class WithdrawalFacts(Facts):
    """What has to stop, what had been consented to, and by when the data must be gone."""

    open_rights: tuple[str, ...]
    password: str | None
    text_version: str
    text_sha256: str
    again: bool
    deadline: datetime


class ConsentWithdrawal(Flow[ConsentWithdrawalData]):
    """Отзыв согласия."""

    name = "consent_withdrawal"
    chart = ConsentWithdrawalChart
    data = ConsentWithdrawalData
    begins = (RequestWithdrawal,)
    events = (DataDestroyed, LawObligesToKeep, TermEnded)


@ConsentWithdrawal.gathers(RequestWithdrawal, facts=WithdrawalFacts)
def what_has_to_stop(record: FlowRecord[ConsentWithdrawalData], event: RequestWithdrawal, ask: Ask) -> WithdrawalFacts:
    account = ask.by.account
    # Who is signed in may have begun a registration and accepted nothing in it.
    accepted = [flow for flow in ask.of_account(account, Registration) if flow.data.accepted]
    text = ask.consent(Purpose.PERSONAL_DATA)
    passwords = ask.of_account(account, PortalPassword)
    # A new right is noted on its card: whoever has looked at the cards notices one that comes in between.
    ask.of_account(account, PatientCard)
    return WithdrawalFacts(
        open_rights=tuple(right.id for right in ask.of_account(account, ClinicRight) if not ask.ended(right)),
        password=passwords[0].id if passwords else None,
        text_version=known(accepted[-1].data.text_version) if accepted else text.version,
        text_sha256=known(accepted[-1].data.text_sha256) if accepted else text.sha256,
        again=consent_withdrawn(account, ask),
        deadline=ask.now + ask.settings.erasure_term,
    )


@ConsentWithdrawal.refuses(RequestWithdrawal)
def why_not_withdrawn(
    case: Case[ConsentWithdrawalData, RequestWithdrawal, WithdrawalFacts],
) -> Iterator[Refusal]:
    if case.by.account is None:
        yield Refusal(code="sign_in_required")
    elif case.facts.again:
        yield Refusal(code="consent.withdrawn")


@ConsentWithdrawal.decides(RequestWithdrawal)
def stop_processing(case: Case[ConsentWithdrawalData, RequestWithdrawal, WithdrawalFacts]) -> Move:
    """At once: every right is withdrawn and the password forgotten. The data itself goes within the term."""
    facts, account = case.facts, known(case.by.account)
    stops = [Send(right, Withdraw()) for right in facts.open_rights]
    if facts.password:
        stops.append(Send(facts.password, ForgetPassword()))
    evidence = Evidence(
        kind="withdrawn",
        purpose=Purpose.PERSONAL_DATA,
        text_version=facts.text_version,
        text_sha256=facts.text_sha256,
        button=case.event.name,
        account=account,
        subject=account,
    )
    order = DestroyPersonalData(subject=account, withdrawal=case.record.id, deadline=facts.deadline)
    return Move(
        changes={"deadline": facts.deadline},
        sends=tuple(stops),
        effects=(order,),
        timers={TermEnded.name: facts.deadline},
        evidence=(evidence,),
    )


@ConsentWithdrawal.decides(DataDestroyed)
def keep_the_act(case: Case[ConsentWithdrawalData, DataDestroyed, Facts]) -> Move:
    """The act is noted and the data destroyed in one transaction: neither is ever without the other."""
    account = known(case.record.account)
    return Move(changes={"act": case.event.act}, effects=(EndOtherSessions(account=account),), erases=account)


@ConsentWithdrawal.decides(LawObligesToKeep)
def name_the_law(case: Case[ConsentWithdrawalData, LawObligesToKeep, Facts]) -> Move:
    return Move(changes={"law": case.event.law})


@ConsentWithdrawal.decides(TermEnded)
def raise_the_alarm(case: Case[ConsentWithdrawalData, TermEnded, Facts]) -> Move:
    return Move(effects=(AlarmErasureOverdue(withdrawal=case.record.id),))
