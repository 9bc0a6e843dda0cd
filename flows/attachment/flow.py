"""The rules of attachment: whose card, which code, and one answer for all that would tell a stranger something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from registratura.domain.codes import parse_attachment_code
from registratura.domain.consent import Purpose
from registratura.domain.refusal import Refusal
from registratura.flows.attachment.chart import AttachmentChart
from registratura.flows.attachment.events import BeginAttachment, ChooseProfile, Entry, SubmitCode
from registratura.flows.attachment.gather import (
    BeginFacts,
    ProfileFacts,
    SubmitFacts,
    about_the_begin,
    about_the_code,
    about_the_profile,
    cards_of,
)
from registratura.flows.attachment_code import Activate
from registratura.flows.clinic_right import ClinicRight, Grant
from registratura.flows.common import AttemptsExhausted, Cancel, Expire, LockEnded
from registratura.flows.effects import AlarmSpraying, WarnClinic
from registratura.flows.event import Facts
from registratura.flows.flow import Counted, Flow
from registratura.flows.patient_card import ClinicAttached
from registratura.flows.ports import Ask
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.settings import Settings
from registratura.flows.step import Case, Effect, Evidence, Move, Send, Start, known


class AttachmentData(FlowData):
    """For whom, from where, since when the consent text is on the screen, and what came of it."""

    entry: Entry | None = None
    channel: str = "web"
    card: str | None = None
    shown_at: datetime | None = None
    text_sha256: str = ""
    right: str | None = None
    clinic: str | None = None


class Attachment(Flow[AttachmentData]):
    """Прикрепление к клинике."""

    name = "attachment"
    chart = AttachmentChart
    data = AttachmentData
    outlives_sign_in = True
    begins = (BeginAttachment,)
    events = (ChooseProfile, SubmitCode, Cancel, AttemptsExhausted, LockEnded, Expire)


AR = FlowRecord[AttachmentData]
Submitting = Case[AttachmentData, SubmitCode, SubmitFacts]

Attachment.gathers(BeginAttachment, facts=BeginFacts)(about_the_begin)
Attachment.gathers(ChooseProfile, facts=ProfileFacts)(about_the_profile)
Attachment.gathers(SubmitCode, facts=SubmitFacts)(about_the_code)


@Attachment.refuses(BeginAttachment)
def why_not_begun(case: Case[AttachmentData, BeginAttachment, BeginFacts]) -> Iterator[Refusal]:
    if case.by.account is None:
        yield Refusal(code="sign_in_required")
        return
    if case.facts.consent_withdrawn:
        yield Refusal(code="consent.withdrawn")
    if case.event.entry is Entry.CLINIC_RIGHTS_PLUS and case.event.channel != "mobile":
        yield Refusal(code="entry.mobile_only")
    if case.facts.card is None:
        yield Refusal(code="card.unknown")


@Attachment.decides(BeginAttachment)
def open_the_window(case: Case[AttachmentData, BeginAttachment, BeginFacts]) -> Move:
    return Move(
        changes={
            "entry": case.event.entry,
            "channel": case.event.channel,
            "card": case.facts.card,
            "shown_at": case.now,
            "text_sha256": case.facts.text_sha256,
        }
    )


@Attachment.refuses(ChooseProfile)
def why_not_this_profile(case: Case[AttachmentData, ChooseProfile, ProfileFacts]) -> Iterator[Refusal]:
    if case.by.account is None:
        yield Refusal(code="sign_in_required")
    elif not case.facts.mine:
        yield Refusal(code="card.unknown")


@Attachment.decides(ChooseProfile)
def change_the_profile(case: Case[AttachmentData, ChooseProfile, ProfileFacts]) -> Move:
    shown = {"shown_at": case.now, "text_sha256": case.facts.text_sha256}
    return Move(changes={"card": case.event.card, **shown})


@Attachment.checks(SubmitCode)
def well_formed(event: SubmitCode, settings: Settings) -> None:
    """U42: a malformed code burns no attempt."""
    parse_attachment_code(event.code, settings.attachment_codes)


@Attachment.counts(SubmitCode)
def whose_attempts(record: AR, event: SubmitCode, ask: Ask) -> tuple[Counted, ...]:
    """U41, U48. Only the profile's own counter is forgiven by a success: good codes must not buy guesses.

    To the others it gives back its own guess: many patients with right codes share an address.
    """
    counters = [
        Counted("code.profile", f"{record.data.card}"),
        Counted("code.account", f"{record.account}", forgives=False),
        Counted("code.total", "all", forgives=False),
    ]
    if ask.address:
        counters.append(Counted("code.address", _prefix(ask.address), forgives=False))
    return tuple(counters)


@Attachment.refuses(SubmitCode)
def why_not_attached(case: Submitting) -> Iterator[Refusal]:
    facts = case.facts
    if case.by.account is None:
        yield Refusal(code="sign_in_required")
    elif not facts.attempt.judgeable:
        yield Refusal(code="attempts.exhausted", retry_at=facts.attempt.retry_at)
    else:
        if facts.consent_withdrawn:
            yield Refusal(code="consent.withdrawn")
        yield from facts.stale
        if not facts.fits and not facts.own_right:
            yield Refusal(code="code.not_accepted")
        elif facts.fits and facts.right_there:
            yield Refusal(code="already_attached")


@Attachment.decides(SubmitCode)
def attach(case: Submitting) -> Move:
    """A3, U51: the code is activated, the right granted and the consent recorded together, or nothing is."""
    facts, card = case.facts, known(case.data.card)
    if facts.own_right:
        # U44, U46: the owner pressed again, here or elsewhere. The first answer stands.
        return Move(changes={"right": facts.own_right, "clinic": facts.clinic}, attempt="passed")
    code, clinic, subject = known(facts.code), known(facts.clinic), known(facts.subject)
    consent = Evidence(
        kind="accepted",
        purpose=Purpose.MEDICAL_DATA,
        text_version=case.event.text_version,
        text_sha256=case.event.text_sha256,
        shown_at=case.data.shown_at,
        button=case.event.name,
        account=case.record.account,
        subject=subject,
        on_behalf=facts.relative,
    )
    grant = Grant(clinic=clinic, card=card, code=code)
    return Move(
        changes={"right": facts.new_right, "clinic": clinic},
        sends=(
            Send(code, Activate(card=card, right=facts.new_right, subject=subject)),
            Start(ClinicRight, facts.new_right, grant, account=case.record.account, subject=subject),
            Send(card, ClinicAttached(right=facts.new_right)),
        ),
        evidence=(consent,),
        attempt="passed",
    )


@Attachment.decides_refused(SubmitCode)
def count_the_guess(case: Submitting) -> Move:
    facts, attempt = case.facts, case.facts.attempt
    if case.by.account is None:
        return Move()
    warned: list[Effect] = [AlarmSpraying(at=case.now)] if attempt.alarm else []
    if facts.foreign and facts.code and facts.clinic and attempt.judgeable:
        warned.append(WarnClinic(clinic=facts.clinic, code=facts.code))
    missed = attempt.judgeable and not facts.fits and not facts.own_right
    exhausted = (missed and attempt.last) or not attempt.judgeable
    # Without an end it would be no lock: the attempt was counted during one that is over by now.
    until = attempt.locked_until or attempt.retry_at
    lock = (Send(case.record.id, AttemptsExhausted(until=until)),) if exhausted and until else ()
    shown_again = {"shown_at": case.now, "text_sha256": facts.text_sha256} if facts.stale else {}
    return Move(changes=shown_again, sends=lock, effects=tuple(warned), attempt="failed" if missed else None)


@Attachment.decides(AttemptsExhausted)
def lock(case: Case[AttachmentData, AttemptsExhausted, Facts]) -> Move:
    return Move(timers={LockEnded.name: case.event.until})


@Attachment.shows("code_entry")
def the_window(record: AR, ask: Ask) -> Mapping[str, Any]:
    """A9, A17: whose code it will be, and the text that pressing the button agrees to."""
    text = ask.consent(Purpose.MEDICAL_DATA)
    cards = cards_of(record.account, ask)
    chosen = next((card for card in cards if card.id == record.data.card), None)
    name = chosen.data.card.name if chosen else None
    born = chosen.data.card.birth_date if chosen else None
    return {
        # Whoever has one card has none to choose.
        "hidden": () if len(cards) > 1 else (ChooseProfile.name,),
        "person": name.full if name else "",
        "birth_date": f"{born:%d.%m.%Y}" if born else "",
        "profiles": {card.id: card.data.card.name.full for card in cards if card.data.card.name},
        "consent": text.text,
        "text_version": text.version,
        "text_sha256": text.sha256,
        "channel": record.data.channel,
    }


@Attachment.shows("locked")
def the_closed_window(record: AR, ask: Ask) -> Mapping[str, Any]:
    timer = record.timers.get(LockEnded.name)
    return {"until": timer.due} if timer else {}


@Attachment.shows("attached")
def the_clinic(record: AR, ask: Ask) -> Mapping[str, Any]:
    clinic, right = record.data.clinic, record.data.right
    return {"clinic": ask.settings.clinic_title(clinic), "right": right} if clinic else {}


def _prefix(address: str) -> str:
    """Neighbours count as one: a /24 of IPv4, also where it is mapped into IPv6, and a /64 of IPv6."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    known = getattr(known, "ipv4_mapped", None) or known
    return str(ip_network((int(known), 24) if known.version == 4 else (int(known), 64), strict=False))
