"""The rules of signing in. Wrong, unknown and no password set have one answer and one timing (U33)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from registratura.domain.identity import Identity
from registratura.domain.refusal import Refusal
from registratura.domain.values import Personal
from registratura.flows.common import AttemptsExhausted, Back, Cancel, ContactSupport, Expire, LockEnded
from registratura.flows.effects import AlarmAmbiguousCard
from registratura.flows.event import Facts
from registratura.flows.flow import AnyCase, Counted, Flow
from registratura.flows.gosuslugi.account import (
    IdentityFacts,
    answer_claim,
    card_claim,
    looks_up_the_person,
    news_for_card,
    normal_login,
    open_card,
)
from registratura.flows.gosuslugi.events import (
    AmbiguityResolved,
    CannotSignIn,
    FirstStagePassed,
    GoToGosuslugi,
    IdentityConfirmed,
    IdentityDenied,
    Retry,
    SmsNotArriving,
)
from registratura.flows.gosuslugi.leg import GosuslugiData, on_the_leg
from registratura.flows.portal_password import ForgetPassword, PortalPassword
from registratura.flows.ports import Ask, Attempt
from registratura.flows.record import FlowRecord
from registratura.flows.sign_in.chart import SignInChart
from registratura.flows.sign_in.events import (
    BeginSignIn,
    ChooseGosuslugi,
    ChoosePassword,
    ForgotPassword,
    SubmitPassword,
)
from registratura.flows.step import Case, Claim, Move, Send, Start


class SignInData(GosuslugiData):
    """What signing in remembers: that the password is forgotten, and who it was while support looks for the card."""

    forgot: bool = False
    verifying: bool = False
    identity: Annotated[Identity | None, Personal] = None
    matches: Annotated[tuple[str, ...], Personal] = ()


class PasswordFacts(Facts):
    """The verdict. `account` is known only if the password was right."""

    attempt: Attempt
    account: str | None


class SignIn(Flow[SignInData]):
    """Вход в личный кабинет."""

    name = "sign_in"
    chart = SignInChart
    data = SignInData
    outlives_sign_in = True
    begins = (BeginSignIn,)
    events = (
        *(ChooseGosuslugi, ChoosePassword, SubmitPassword, ForgotPassword, Back),
        *(GoToGosuslugi, CannotSignIn, SmsNotArriving, ContactSupport, Retry, Cancel),
        *(FirstStagePassed, IdentityConfirmed, IdentityDenied, AmbiguityResolved, AttemptsExhausted),
        *(LockEnded, Expire),
    )


on_the_leg(SignIn)
looks_up_the_person(SignIn)

SR = FlowRecord[SignInData]
Submitting = Case[SignInData, SubmitPassword, PasswordFacts]
Identified = Case[SignInData, IdentityConfirmed, IdentityFacts]


@SignIn.counts(SubmitPassword)
def whose_attempts(record: SR, event: SubmitPassword, ask: Ask) -> tuple[Counted, ...]:
    """The account's, whichever of its logins is used; else the login's, so that unknown ones lock just the same."""
    login = normal_login(event.login)
    account = ask.claimed("login", login)
    return (Counted("password", f"account:{account}" if account else f"login:{login}"),)


@SignIn.gathers(SubmitPassword, facts=PasswordFacts)
def judge(record: SR, event: SubmitPassword, ask: Ask) -> PasswordFacts:
    attempt = ask.attempt or Attempt()
    account = ask.claimed("login", normal_login(event.login))
    passwords = ask.of_account(account, PortalPassword)
    known = passwords[0].data.hash if passwords and attempt.judgeable else None
    right = ask.hasher.verify(known, event.password)
    return PasswordFacts(attempt=attempt, account=account if right else None)


@SignIn.refuses(SubmitPassword)
def why_not_in(case: Submitting) -> Iterator[Refusal]:
    if not case.facts.attempt.judgeable:
        yield Refusal(code="attempts.exhausted", retry_at=case.facts.attempt.retry_at)
    elif case.facts.account is None:
        yield Refusal(code="sign_in.failed")


@SignIn.decides(SubmitPassword)
def enter(case: Submitting) -> Move:
    return Move(account=case.facts.account, subject=case.facts.account, attempt="passed")


@SignIn.decides_refused(SubmitPassword)
def count_the_guess(case: Submitting) -> Move:
    attempt = case.facts.attempt
    # Without an end it would be no lock: there are guesses left, or the lock that refused this one is over by now.
    until = attempt.locked_until or attempt.retry_at
    lock = (Send(case.record.id, AttemptsExhausted(until=until)),) if until else ()
    return Move(sends=lock, attempt="failed" if attempt.judgeable else None)


@SignIn.decides(AttemptsExhausted)
def show_the_lock(case: Case[SignInData, AttemptsExhausted, Facts]) -> Move:
    return Move(timers={LockEnded.name: case.event.until})


@SignIn.decides(ForgotPassword)
def remember_why(case: Case[SignInData, ForgotPassword, Facts]) -> Move:
    return Move(changes={"forgot": True})


@SignIn.decides(ChooseGosuslugi)
def choose_gosuslugi(case: Case[SignInData, ChooseGosuslugi, Facts]) -> Move:
    return Move(changes={"forgot": False})


@SignIn.guard
def account_unknown(case: Identified) -> bool:
    """U58."""
    return case.facts.account is None


@SignIn.guard
def several_cards_match(case: Identified) -> bool:
    """U19, for an account whose own card was deleted and is to be made anew."""
    return case.facts.own_card is None and len(case.facts.matches) > 1


@SignIn.decides(IdentityConfirmed)
def identify(case: Identified) -> Move:
    move = _identified(case)
    return replace(move, claims=(*move.claims, *answer_claim(case.facts, case.record.id)))


def _identified(case: Identified) -> Move:
    identity, facts = case.event.identity, case.facts
    if case.target == "unconfirmed_account":
        return Move(changes={"verifying": identity.verifying})
    if case.target == "not_registered":
        return Move()
    if case.target == "ambiguous_card":
        alarm = AlarmAmbiguousCard(flow=case.record.id)
        changes = {"identity": identity, "matches": facts.matches}
        return Move(changes=changes, effects=(alarm,), subject=facts.account)
    return _enter(case, identity, facts, facts.matches[0] if facts.matches else None)


@SignIn.decides(AmbiguityResolved)
def enter_with_the_card(case: Case[SignInData, AmbiguityResolved, IdentityFacts]) -> Move:
    assert case.data.identity is not None
    return _enter(case, case.data.identity, case.facts, case.event.card)


@SignIn.shows("locked")
def until_when(record: SR, ask: Ask) -> Mapping[str, Any]:
    timer = record.timers.get(LockEnded.name)
    return {"until": timer.due} if timer else {}


def _enter(case: AnyCase, identity: Identity, facts: IdentityFacts, clinic_card: str | None) -> Move:
    sends: list[Send | Start] = list(news_for_card(identity, facts))
    claims: tuple[Claim, ...] = ()
    if facts.own_card is None and facts.account is not None and not facts.consent_withdrawn:
        sends.append(open_card(identity, facts.account, facts.new_card, clinic_card))
        claims = (card_claim(facts),)
    if case.data.forgot and facts.password is not None:
        sends.append(Send(facts.password, ForgetPassword()))
    return Move(
        changes={"identity": None, "matches": (), "denied": None},
        sends=tuple(sends),
        claims=claims,
        account=facts.account,
        subject=facts.account,
    )
