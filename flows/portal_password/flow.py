"""The rules of the portal's password. The password itself is never stored: only its argon2id hash is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from registratura.domain.card import FieldName
from registratura.domain.contacts import format_phone
from registratura.domain.passwords import password_refusals
from registratura.domain.refusal import Refusal
from registratura.domain.values import Personal
from registratura.flows.effects import EndOtherSessions, NotifyPerson
from registratura.flows.event import Facts
from registratura.flows.flow import Counted, Flow
from registratura.flows.patient_card import PatientCard
from registratura.flows.portal_password.chart import PortalPasswordChart
from registratura.flows.portal_password.events import ChangePassword, ForgetPassword, OpenPassword, SetPassword
from registratura.flows.ports import Ask, Attempt
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.step import Case, Move, known
from registratura.flows.withdrawn import consent_withdrawn


class PortalPasswordData(FlowData):
    """The logins (U59) and the password's hash."""

    phone: Annotated[str | None, Personal] = None
    email: Annotated[str | None, Personal] = None
    hash: Annotated[str | None, Personal] = None


class PasswordFacts(Facts):
    """The verdict on a new password, and its hash if it is good."""

    problems: tuple[Refusal, ...]
    hash: Annotated[str | None, Personal] = None


class ChangeFacts(PasswordFacts):
    """Also whether the current password was right, how the attempt counts, and which session stays."""

    session: Annotated[str | None, Personal] = None
    right: bool
    attempt: Attempt


class PortalPassword(Flow[PortalPasswordData]):
    """Пароль портала."""

    name = "portal_password"
    chart = PortalPasswordChart
    data = PortalPasswordData
    begins = (OpenPassword,)
    events = (SetPassword, ChangePassword, ForgetPassword)


PP = FlowRecord[PortalPasswordData]


@PortalPassword.decides(OpenPassword)
def keep_the_logins(case: Case[PortalPasswordData, OpenPassword, Facts]) -> Move:
    return Move(changes={"phone": case.event.phone, "email": case.event.email})


@PortalPassword.gathers(SetPassword, facts=PasswordFacts)
def judge(record: PP, event: SetPassword, ask: Ask) -> PasswordFacts:
    withdrawn = (Refusal(code="consent.withdrawn"),) if consent_withdrawn(record.account, ask) else ()
    problems = withdrawn or _problems(record, event, ask)
    return PasswordFacts(problems=problems, hash=None if problems else ask.hasher.hash(event.password))


@PortalPassword.refuses(SetPassword)
def why_not_set(case: Case[PortalPasswordData, SetPassword, PasswordFacts]) -> tuple[Refusal, ...]:
    return case.facts.problems


@PortalPassword.decides(SetPassword)
def store(case: Case[PortalPasswordData, SetPassword, PasswordFacts]) -> Move:
    return Move(changes={"hash": case.facts.hash})


@PortalPassword.counts(ChangePassword)
def whose_attempts(record: PP, event: ChangePassword, ask: Ask) -> tuple[Counted, ...]:
    return (Counted("password", f"account:{record.account}"),)


@PortalPassword.gathers(ChangePassword, facts=ChangeFacts)
def judge_change(record: PP, event: ChangePassword, ask: Ask) -> ChangeFacts:
    attempt = ask.attempt or Attempt()
    right = ask.hasher.verify(record.data.hash if attempt.judgeable else None, event.current)
    problems = _problems(record, event, ask)
    good = right and attempt.judgeable and not problems
    return ChangeFacts(
        problems=problems,
        hash=ask.hasher.hash(event.password) if good else None,
        session=ask.session if good else None,
        right=right,
        attempt=attempt,
    )


@PortalPassword.refuses(ChangePassword)
def why_not_changed(case: Case[PortalPasswordData, ChangePassword, ChangeFacts]) -> Iterator[Refusal]:
    if not case.facts.attempt.judgeable:
        yield Refusal(code="attempts.exhausted", retry_at=case.facts.attempt.retry_at)
        return
    if not case.facts.right:
        yield Refusal(code="password.wrong_current")
    yield from case.facts.problems


@PortalPassword.decides(ChangePassword)
def change(case: Case[PortalPasswordData, ChangePassword, ChangeFacts]) -> Move:
    account = known(case.record.account)
    ended = EndOtherSessions(account=account, session=case.facts.session)
    told = NotifyPerson(account=account, about="password_changed")
    return Move(changes={"hash": case.facts.hash}, effects=(ended, told), attempt="passed")


@PortalPassword.decides_refused(ChangePassword)
def count_the_guess(case: Case[PortalPasswordData, ChangePassword, ChangeFacts]) -> Move:
    return Move(attempt=None if case.facts.right else "failed")


@PortalPassword.decides(ForgetPassword)
def forget(case: Case[PortalPasswordData, ForgetPassword, Facts]) -> Move:
    return Move(changes={"hash": None})


@PortalPassword.shows("absent", "present")
def the_logins(record: PP, ask: Ask) -> Mapping[str, Any]:
    return {"phone": format_phone(record.data.phone or ""), "email": record.data.email or ""}


def _problems(record: PP, event: SetPassword | ChangePassword, ask: Ask) -> tuple[Refusal, ...]:
    policy = ask.settings.password_policy
    return password_refusals(policy, event.password, event.repeat, _personal(record, ask))


def _personal(record: PP, ask: Ask) -> list[str]:
    """U31: what others know of the person is no password."""
    own = [login for login in (record.data.phone, record.data.email) if login]
    names = (FieldName.LAST_NAME, FieldName.FIRST_NAME, FieldName.BIRTH_DATE, FieldName.SNILS)
    for card in ask.of_account(record.account, PatientCard):
        own += [value for name in names if card.data.card and (value := card.data.card.value(name))]
    return own
