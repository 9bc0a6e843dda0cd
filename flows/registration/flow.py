"""The rules of registration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from registratura.domain.consent import Purpose
from registratura.domain.identity import Identity
from registratura.domain.names import folded
from registratura.domain.refusal import Refusal
from registratura.domain.regions import REGIONS, region_refusals
from registratura.flows.common import Back, Cancel, ContactSupport, Expire
from registratura.flows.effects import AlarmAmbiguousCard
from registratura.flows.event import Event, Facts
from registratura.flows.flow import AnyCase, Flow
from registratura.flows.gosuslugi.account import (
    IdentityFacts,
    answer_claim,
    card_claim,
    looks_up_the_person,
    news_for_card,
    open_account,
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
from registratura.flows.gosuslugi.leg import on_the_leg
from registratura.flows.patient_card import Confirm, Edit
from registratura.flows.patient_card.flow import card_items
from registratura.flows.portal_password import SetPassword
from registratura.flows.ports import Ask
from registratura.flows.record import FlowRecord
from registratura.flows.registration.chart import RegistrationChart
from registratura.flows.registration.data import RegionFacts, RegistrationData, TextFacts
from registratura.flows.registration.events import (
    AcceptConsent,
    BeginRegistration,
    ChangeRegion,
    ChooseRegion,
    CloseConsent,
    ConfirmCard,
    ConfirmLater,
    CorrectCard,
    DeclineConsent,
    Register,
    ReloadFromGosuslugi,
    SignIn,
    SkipPassword,
)
from registratura.flows.step import Case, Evidence, Move, Send, known


class Registration(Flow[RegistrationData]):
    """Регистрация на портале."""

    name = "registration"
    chart = RegistrationChart
    data = RegistrationData
    outlives_sign_in = True
    begins = (BeginRegistration,)
    events = (
        *(ChooseRegion, ChangeRegion, Register, SignIn, CloseConsent, AcceptConsent, DeclineConsent),
        *(GoToGosuslugi, CannotSignIn, SmsNotArriving, ContactSupport, Back, Retry),
        *(CorrectCard, ReloadFromGosuslugi, ConfirmCard, ConfirmLater, SetPassword, SkipPassword, Cancel),
        *(FirstStagePassed, IdentityConfirmed, IdentityDenied, AmbiguityResolved),
        Expire,
    )


on_the_leg(Registration)
looks_up_the_person(Registration)

RR = FlowRecord[RegistrationData]
Identified = Case[RegistrationData, IdentityConfirmed, IdentityFacts]


@Registration.gathers(ChooseRegion, facts=RegionFacts)
def about_the_region(record: RR, event: ChooseRegion, ask: Ask) -> RegionFacts:
    return RegionFacts(problems=region_refusals(event.region, ask.settings.served_regions))


@Registration.refuses(ChooseRegion)
def why_not_this_region(case: Case[RegistrationData, ChooseRegion, RegionFacts]) -> tuple[Refusal, ...]:
    return case.facts.problems


@Registration.decides(ChooseRegion)
def keep_the_region(case: Case[RegistrationData, ChooseRegion, RegionFacts]) -> Move:
    return Move(changes={"region": case.event.region})


@Registration.gathers(Register, AcceptConsent, DeclineConsent, facts=TextFacts)
def the_text_now(record: RR, event: Event, ask: Ask) -> TextFacts:
    text = ask.consent(Purpose.PERSONAL_DATA)
    return TextFacts(version=text.version, sha256=text.sha256)


@Registration.decides(Register)
@Registration.decides_refused(AcceptConsent, DeclineConsent)
def show_the_text(case: Case[RegistrationData, Event, TextFacts]) -> Move:
    """R3; and U3: when the text has changed meanwhile, the new one is shown."""
    shown = {"text_version": case.facts.version, "text_sha256": case.facts.sha256, "shown_at": case.now}
    return Move(changes=shown)


@Registration.refuses(AcceptConsent, DeclineConsent)
def why_no_answer(case: Case[RegistrationData, AcceptConsent, TextFacts]) -> Iterator[Refusal]:
    now = case.facts.version, case.facts.sha256
    # Also when the person has read the new text meanwhile: when that was, nobody has noted.
    if {(case.event.text_version, case.event.text_sha256), (case.data.text_version, case.data.text_sha256)} != {now}:
        yield Refusal(code="consent.stale", params={"version": case.facts.version})


@Registration.decides(AcceptConsent)
def accept(case: Case[RegistrationData, AcceptConsent, TextFacts]) -> Move:
    return Move(
        changes={"accepted": True, "text_version": case.facts.version, "text_sha256": case.facts.sha256},
        evidence=(_answer(case, "accepted"),),
    )


@Registration.decides(DeclineConsent)
def decline(case: Case[RegistrationData, DeclineConsent, TextFacts]) -> Move:
    """R4, U4: what stays is that somebody declined this text, when, and nothing about who."""
    return Move(evidence=(_answer(case, "declined"),))


@Registration.refuses(IdentityConfirmed)
def why_not_this_person(case: Identified) -> Iterator[Refusal]:
    if case.record.account is not None and case.facts.account != case.record.account:
        yield Refusal(code="gosuslugi.another_person")
    elif case.record.account is not None and case.facts.consent_withdrawn:
        yield Refusal(code="consent.withdrawn")


@Registration.guard
def registered_before(case: Identified) -> bool:
    """U18. The account that this very flow opened, and whose card it shows, is not before."""
    return case.facts.account is not None and case.data.card is None


@Registration.guard
def several_cards_match(case: Identified) -> bool:
    """U19."""
    return case.facts.account is None and len(case.facts.matches) > 1


@Registration.guard
def account_exists(case: AnyCase) -> bool:
    """U60: nothing is lost by waiting."""
    return case.data.card is not None


@Registration.decides(IdentityConfirmed)
def identify(case: Identified) -> Move:
    move = _identified(case)
    return replace(move, claims=(*move.claims, *answer_claim(case.facts, case.record.id)))


def _identified(case: Identified) -> Move:
    identity, facts = case.event.identity, case.facts
    if case.target == "unconfirmed_account":
        return Move(changes={"verifying": identity.verifying})
    if case.target == "ambiguous_card":
        alarm = AlarmAmbiguousCard(flow=case.record.id)
        return Move(changes={"identity": identity, "matches": facts.matches}, effects=(alarm,))
    if facts.account is None:
        return _open(case, identity, facts, facts.matches[0] if facts.matches else None)
    return _enter(case, identity, facts, facts.account)


@Registration.decides(AmbiguityResolved)
def open_with_the_card(case: Case[RegistrationData, AmbiguityResolved, IdentityFacts]) -> Move:
    assert case.data.identity is not None
    if case.facts.account is not None:
        return _enter(case, case.data.identity, case.facts, case.facts.account)
    return _open(case, case.data.identity, case.facts, case.event.card)


@Registration.decides(CorrectCard)
def correct(case: Case[RegistrationData, CorrectCard, Facts]) -> Move:
    edit = Edit(changes=case.event.changes, revision=case.event.revision)
    return Move(sends=(Send(known(case.data.card), edit),))


@Registration.decides(ConfirmCard)
def confirm(case: Case[RegistrationData, ConfirmCard, Facts]) -> Move:
    return Move(sends=(Send(known(case.data.card), Confirm()),))


@Registration.decides(SetPassword)
def set_password(case: Case[RegistrationData, SetPassword, Facts]) -> Move:
    return Move(sends=(Send(known(case.data.password), case.event),))


@Registration.shows("main_page")
def main_page(record: RR, ask: Ask) -> Mapping[str, Any]:
    region = REGIONS.get(record.data.region or "")
    return {"region": region.title if region else ""}


@Registration.shows("region")
def regions(record: RR, ask: Ask) -> Mapping[str, Any]:
    return {"regions": dict(_titles(frozenset(ask.settings.served_regions)))}


@cache
def _titles(served: frozenset[str]) -> Mapping[str, str]:
    """As one looks a name up: by the alphabet, the cities among the rest."""
    return {code: REGIONS[code].title for code in sorted(served, key=lambda code: folded(REGIONS[code].title))}


@Registration.shows("consent")
def consent(record: RR, ask: Ask) -> Mapping[str, Any]:
    text = ask.consent(Purpose.PERSONAL_DATA)
    return {"consent": text.text, "text_version": text.version, "text_sha256": text.sha256}


@Registration.shows("card_review")
def review(record: RR, ask: Ask) -> Mapping[str, Any]:
    card = ask.load(record.data.card)
    return card_items(card) if card else {}


@Registration.shows("cancelled")
def what_stays(record: RR, ask: Ask) -> Mapping[str, Any]:
    return {"notice": "account_stays"} if record.data.card else {}


def _answer(case: AnyCase, kind: str) -> Evidence:
    return Evidence(
        kind=kind,
        purpose=Purpose.PERSONAL_DATA,
        text_version=case.facts.version,
        text_sha256=case.facts.sha256,
        shown_at=case.data.shown_at,
        button=case.event.name,
    )


def _bound(case: AnyCase, account: str) -> Evidence:
    """Who it was that accepted, now that Gosuslugi has said it."""
    data: RegistrationData = case.data
    return Evidence(
        kind="bound",
        purpose=Purpose.PERSONAL_DATA,
        text_version=known(data.text_version),
        text_sha256=known(data.text_sha256),
        account=account,
        subject=account,
    )


def _enter(case: AnyCase, identity: Identity, facts: IdentityFacts, account: str) -> Move:
    """The account is there: opened by this flow, which fetches the data again (U37), or by an earlier one (U18)."""
    # A card that was deleted meanwhile is made anew where the person is about to look at it.
    anew = facts.own_card is None and case.target == "card_review"
    opened = (open_card(identity, account, facts.new_card, None),) if anew else ()
    return Move(
        changes={
            **{"card": facts.new_card if anew else facts.own_card, "password": facts.password},
            **{"identity": None, "matches": (), "denied": None},
        },
        sends=(*news_for_card(identity, facts), *opened),
        claims=(card_claim(facts),) if anew else (),
        account=account,
        subject=account,
        evidence=() if case.data.card else (_bound(case, account),),
    )


def _open(case: AnyCase, identity: Identity, facts: IdentityFacts, clinic_card: str | None) -> Move:
    starts, claims = open_account(identity, facts, clinic_card)
    account = facts.new_account
    changes = {
        "card": facts.new_card,
        "password": facts.new_password,
        "identity": None,
        "matches": (),
        "denied": None,
    }
    return Move(
        changes=changes,
        sends=starts,
        claims=claims,
        account=account,
        subject=account,
        evidence=(_bound(case, account),),
    )
