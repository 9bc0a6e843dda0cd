"""The rules of a one-time code. It is compared by a keyed digest in constant time and is bound to its request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from registratura.domain.codes import draw_code, parse_one_time_code, resend_refusals
from registratura.domain.identity import parse_phone
from registratura.domain.refusal import Refusal
from registratura.domain.values import Personal, Secret
from registratura.flows.common import AttemptsExhausted, Cancel, Expire
from registratura.flows.effects import DeliverCode
from registratura.flows.event import By, Event, Facts, PersonEvent
from registratura.flows.flow import AnyCase, Counted, Flow
from registratura.flows.one_time_code.chart import OneTimeCodeChart
from registratura.flows.ports import Ask, Attempt
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.settings import Settings
from registratura.flows.step import Case, Claim, Move, Send


class SendOneTimeCode(PersonEvent, title="Отправить одноразовый код"):
    """A request of a code for a telephone.

    `person` names who asks, for the daily cap; only the host itself can. A caller asks for their own account, and who
    has none for their session.
    """

    filled = ("phone",)

    phone: Annotated[str, Personal]
    person: str


class SubmitOneTimeCode(PersonEvent, title="Ввести одноразовый код"):
    """A guess at the code."""

    judged = True
    filled = ("code",)

    code: Annotated[str, Secret]


class Resend(PersonEvent, title="Отправить код ещё раз"):
    """A new code; the old one dies (U24)."""


class OneTimeCodeData(FlowData):
    """To whom the code went and when, and its digest."""

    phone: Annotated[str | None, Personal] = None
    digest: str = ""
    sent_at: tuple[datetime, ...] = ()


class SendFacts(Facts):
    """A fresh code with its digest, how long it lives, and why none may be sent, if so.

    `slot` numbers the person's codes: of two that are asked for at once, one must wait its turn (U24).
    """

    code: Annotated[str, Secret]
    digest: str
    life: timedelta
    slot: str
    problems: tuple[Refusal, ...] = ()


class SubmitFacts(Facts):
    """The verdict."""

    attempt: Attempt
    right: bool


class OneTimeCode(Flow[OneTimeCodeData]):
    """Одноразовый код."""

    name = "one_time_code"
    chart = OneTimeCodeChart
    data = OneTimeCodeData
    outlives_sign_in = True
    begins = (SendOneTimeCode,)
    events = (SubmitOneTimeCode, Resend, Cancel, AttemptsExhausted, Expire)


OR = FlowRecord[OneTimeCodeData]


@OneTimeCode.checks(SendOneTimeCode)
def a_mobile_telephone(event: SendOneTimeCode, settings: Settings) -> None:
    parse_phone(event.phone)


@OneTimeCode.checks(SubmitOneTimeCode)
def well_formed(event: SubmitOneTimeCode, settings: Settings) -> None:
    parse_one_time_code(event.code, settings.one_time_codes)


@OneTimeCode.gathers(SendOneTimeCode, Resend, facts=SendFacts)
def draw(record: OR, event: Event, ask: Ask) -> SendFacts:
    policy = ask.settings.one_time_codes
    person = _who_asks(record, event, ask.by)
    # Where a host has named nobody, each request is counted for itself.
    requests = ask.of_account(person, OneTimeCode) if person else (record,)
    sent = [at for request in requests for at in request.data.sent_at]
    code = draw_code(policy.length, ask.number(10**policy.length))
    return SendFacts(
        code=code,
        digest=ask.digest("one_time_code", f"{record.id}\n{code}"),
        life=policy.life,
        slot=ask.digest("one_time_code_sent", f"{person or record.id}\n{len(sent)}"),
        problems=resend_refusals(policy, sent, ask.now),
    )


def _who_asks(record: OR, event: Event, by: By) -> str:
    if not isinstance(event, SendOneTimeCode):
        return record.account or ""
    return event.person if by.channel == "host" else by.account or f"session:{record.session}"


@OneTimeCode.refuses(SendOneTimeCode, Resend)
def why_not_sent(case: Case[OneTimeCodeData, Event, SendFacts]) -> tuple[Refusal, ...]:
    return case.facts.problems


@OneTimeCode.decides(SendOneTimeCode, Resend)
def send(case: AnyCase) -> Move:
    facts: SendFacts = case.facts
    first = isinstance(case.event, SendOneTimeCode)
    phone = parse_phone(case.event.phone) if first else case.data.phone
    return Move(
        changes={"phone": phone, "digest": facts.digest, "sent_at": (*case.data.sent_at, case.now)},
        claims=(Claim("one_time_code_sent", facts.slot, case.record.id),),
        effects=(DeliverCode(phone=phone, code=facts.code),),
        timers={Expire.name: case.now + facts.life},
        account=_who_asks(case.record, case.event, case.by) if first else None,
        subject=_who_asks(case.record, case.event, case.by) if first else None,
    )


@OneTimeCode.counts(SubmitOneTimeCode)
def whose_attempts(record: OR, event: SubmitOneTimeCode, ask: Ask) -> tuple[Counted, ...]:
    """Per request, not per code: resending buys no guesses."""
    return (Counted("sms", record.id, limits=ask.settings.one_time_codes.guesses),)


@OneTimeCode.gathers(SubmitOneTimeCode, facts=SubmitFacts)
def compare(record: OR, event: SubmitOneTimeCode, ask: Ask) -> SubmitFacts:
    code = parse_one_time_code(event.code, ask.settings.one_time_codes)
    right = ask.matches(record.data.digest, "one_time_code", f"{record.id}\n{code}")
    return SubmitFacts(attempt=ask.attempt or Attempt(), right=right)


@OneTimeCode.refuses(SubmitOneTimeCode)
def why_not_passed(case: Case[OneTimeCodeData, SubmitOneTimeCode, SubmitFacts]) -> Iterator[Refusal]:
    if not case.facts.attempt.judgeable:
        yield Refusal(code="attempts.exhausted")
    elif not case.facts.right:
        yield Refusal(code="one_time_code.wrong")


@OneTimeCode.decides(SubmitOneTimeCode)
def accept(case: Case[OneTimeCodeData, SubmitOneTimeCode, SubmitFacts]) -> Move:
    return Move(changes={"digest": ""}, attempt="passed")


@OneTimeCode.decides_refused(SubmitOneTimeCode)
def count_the_guess(case: Case[OneTimeCodeData, SubmitOneTimeCode, SubmitFacts]) -> Move:
    attempt = case.facts.attempt
    over = attempt.last or not attempt.judgeable
    return Move(
        sends=(Send(case.record.id, AttemptsExhausted()),) if over else (),
        attempt="failed" if attempt.judgeable else None,
    )
