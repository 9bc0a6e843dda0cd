"""Who the person is to the portal: what to know about a verified identity, and what opens with a new account.

The key of a person is (issuer, oid): one account, one card (U12, U18). Cards which clinics already keep are matched by
the domain (U19).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic_core import PydanticCustomError

from registratura.domain.card import card_from_identity, differences
from registratura.domain.identity import Identity, parse_phone
from registratura.domain.matching import matching_cards
from registratura.domain.refusal import Refusal
from registratura.domain.typed import typed
from registratura.domain.values import Personal
from registratura.flows.event import Facts
from registratura.flows.flow import AnyCase, AnyRecord, Flow
from registratura.flows.gosuslugi.events import AmbiguityResolved, IdentityConfirmed
from registratura.flows.patient_card import GosuslugiDataChanged, OpenCard, PatientCard
from registratura.flows.portal_password import OpenPassword, PortalPassword
from registratura.flows.ports import Ask
from registratura.flows.step import Claim, Send, Start
from registratura.flows.withdrawn import consent_withdrawn


class IdentityFacts(Facts):
    """What is known about a verified identity.

    `account` and `own_card` are those that exist; `differs`: Gosuslugi now says something else than the own card;
    `matches` are the clinics' cards that may be this person's; `logins` are the digests that nobody has yet; the rest
    are ids and a digest for what may have to be made. `answer_used`: another flow took this very answer before.
    Who has withdrawn the consent may sign in, but nothing that Gosuslugi says of them is kept.
    """

    account: str | None = None
    own_card: str | None = None
    password: str | None = None
    consent_withdrawn: bool = False
    differs: bool = False
    matches: Annotated[tuple[str, ...], Personal] = ()
    logins: tuple[str, ...] = ()
    account_digest: str = ""
    answer_digest: str = ""
    answer_used: bool = False
    card_digest: str = ""
    new_account: str = ""
    new_card: str = ""
    new_password: str = ""


def looks_up_the_person(flow: type[Flow[Any]]) -> None:
    """Give a flow what registration and sign-in ask alike about a verified answer."""

    @flow.gathers(IdentityConfirmed, facts=IdentityFacts)
    def who_it_is(record: AnyRecord, event: IdentityConfirmed, ask: Ask) -> IdentityFacts:
        return gather_identity(event.identity, ask, event.answer_id)

    @flow.gathers(AmbiguityResolved, facts=IdentityFacts)
    def who_it_was(record: AnyRecord, event: AmbiguityResolved, ask: Ask) -> IdentityFacts:
        return gather_identity(record.data.identity, ask)

    @flow.refuses(IdentityConfirmed)
    def why_not_this_answer(case: AnyCase) -> Iterator[Refusal]:
        """U12. A repetition to the same flow gets the first answer and does not come here."""
        if case.facts.answer_used:
            yield Refusal(code="gosuslugi.answer_used")

    @flow.guard
    def account_unconfirmed(case: AnyCase) -> bool:
        """U14."""
        return not case.event.identity.trusted

    @flow.shows("unconfirmed_account")
    def unconfirmed(record: AnyRecord, ask: Ask) -> Mapping[str, Any]:
        """U14: two texts, for an account that is not confirmed and for one that is being confirmed."""
        return {"notice": "account_verifying" if record.data.verifying else "account_unconfirmed"}


def gather_identity(identity: Identity, ask: Ask, answer_id: str = "") -> IdentityFacts:
    """Look the person up, and the answer that says who they are."""
    answer = f"{identity.issuer}\n{answer_id}"
    key = f"{identity.issuer}\n{identity.oid}"
    account = ask.claimed("account", key)
    withdrawn = consent_withdrawn(account, ask)
    card = own_card(account, ask)
    passwords = ask.of_account(account, PortalPassword)
    return IdentityFacts(
        account=account,
        own_card=card.id if card else None,
        password=passwords[0].id if passwords else None,
        consent_withdrawn=withdrawn,
        differs=bool(card and not withdrawn and card.data.kept != identity and differences(card.data.card, identity)),
        matches=() if card or withdrawn else matching_cards(identity, ask.settings.clinic_cards(identity)),
        logins=() if account else _free_logins(identity, ask),
        account_digest=ask.digest("account", key),
        # Answers that a host has no names for are not one and the same answer.
        answer_digest=ask.digest("answer", answer) if answer_id else "",
        answer_used=bool(answer_id) and ask.claimed("answer", answer) is not None,
        # Only a deleted card is made anew: the log need not keep what nobody will claim.
        card_digest=ask.digest("own_card", f"{account}\n{len(ask.of_account(account, PatientCard))}")
        if account
        else "",
        new_account=ask.new_id(),
        new_card=ask.new_id(),
        new_password=ask.new_id(),
    )


def own_card(account: str | None, ask: Ask) -> AnyRecord | None:
    """The card of the account's owner, unless it was deleted."""
    cards = ask.of_account(account, PatientCard)
    return next((card for card in cards if card.state != "deleted" and not card.data.relative), None)


def open_account(
    identity: Identity, facts: IdentityFacts, clinic_card: str | None
) -> tuple[tuple[Start, ...], tuple[Claim, ...]]:
    """A new account: its card, made from what Gosuslugi gave (R19), its empty password, and the claims on both."""
    account = facts.new_account
    password = OpenPassword(phone=identity.phone, email=identity.email)
    starts = (
        open_card(identity, account, facts.new_card, clinic_card),
        Start(PortalPassword, facts.new_password, password, account=account, subject=account),
    )
    logins = tuple(Claim("login", digest, account) for digest in facts.logins)
    return starts, (Claim("account", facts.account_digest, account), *logins)


def open_card(identity: Identity, account: str, card: str, clinic_card: str | None) -> Start:
    """A new card of the account's owner, made from what Gosuslugi gave."""
    event = OpenCard(card=card_from_identity(identity), clinic_card=clinic_card)
    return Start(PatientCard, card, event, account=account, subject=account)


def card_claim(facts: IdentityFacts) -> Claim:
    """Of two who make a deleted card anew at once, one must look again."""
    return Claim("own_card", facts.card_digest, facts.new_card)


def answer_claim(facts: IdentityFacts, flow_id: str) -> tuple[Claim, ...]:
    """An answer counts once."""
    return (Claim("answer", facts.answer_digest, flow_id),) if facts.answer_digest else ()


def news_for_card(identity: Identity, facts: IdentityFacts) -> tuple[Send, ...]:
    """What the own card is told when Gosuslugi says something new (U20)."""
    if facts.own_card is None or not facts.differs:
        return ()
    return (Send(facts.own_card, GosuslugiDataChanged(identity=identity)),)


def normal_login(login: str) -> str:
    """A telephone as E.164, anything else in small letters: as claims on logins are made and looked up."""
    try:
        return parse_phone(login)
    except PydanticCustomError:
        return typed(login).lower()


def _free_logins(identity: Identity, ask: Ask) -> tuple[str, ...]:
    """U59. A login that another account has stays with it: a telephone number may have had another owner."""
    logins = [normal_login(login) for login in (identity.phone, identity.email) if login]
    return tuple(ask.digest("login", login) for login in logins if ask.claimed("login", login) is None)
