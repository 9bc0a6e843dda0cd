"""What must be known before attachment decides anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registratura.domain.clinics import code_is_for
from registratura.domain.codes import parse_attachment_code
from registratura.domain.consent import Purpose, stale_refusals
from registratura.domain.refusal import Refusal
from registratura.flows.attachment.events import BeginAttachment, ChooseProfile, SubmitCode
from registratura.flows.event import Facts
from registratura.flows.flow import AnyRecord
from registratura.flows.patient_card import PatientCard
from registratura.flows.patient_card.flow import living_rights
from registratura.flows.ports import Ask, Attempt
from registratura.flows.record import FlowRecord
from registratura.flows.withdrawn import consent_withdrawn

if TYPE_CHECKING:
    from registratura.flows.attachment.flow import AttachmentData


class BeginFacts(Facts):
    """The card it is for, if the account has it, and whether the person has withdrawn their consent."""

    card: str | None
    consent_withdrawn: bool
    text_sha256: str


class ProfileFacts(Facts):
    """Whether the card is one of the account's, and the consent text that is shown with it."""

    mine: bool
    text_sha256: str


class SubmitFacts(Facts):
    """What the code's digest points to.

    `stale`: the consent text is not the one that was shown. `fits`: the code is issued, for this card. `own_right`: it
    used it before, and this is what it got. `foreign`: it is issued, but for somebody else. `right_there`: the
    clinic has a right to this card already.
    """

    attempt: Attempt
    text_sha256: str
    stale: tuple[Refusal, ...]
    consent_withdrawn: bool
    code: str | None = None
    clinic: str | None = None
    fits: bool = False
    foreign: bool = False
    own_right: str | None = None
    right_there: bool = False
    new_right: str = ""
    subject: str | None = None
    relative: bool = False


def about_the_begin(record: AnyRecord, event: BeginAttachment, ask: Ask) -> BeginFacts:
    """Whose card it is to be."""
    account, text = ask.by.account, ask.consent(Purpose.MEDICAL_DATA).sha256
    own = [
        card
        for card in cards_of(account, ask)
        if card.id == event.card or (event.card is None and not card.data.relative)
    ]
    card = own[0].id if own else None
    return BeginFacts(card=card, consent_withdrawn=consent_withdrawn(account, ask), text_sha256=text)


def about_the_profile(record: AnyRecord, event: ChooseProfile, ask: Ask) -> ProfileFacts:
    """Whether the card is one of the account's."""
    mine = any(card.id == event.card for card in cards_of(record.account, ask))
    return ProfileFacts(mine=mine, text_sha256=ask.consent(Purpose.MEDICAL_DATA).sha256)


def about_the_code(record: FlowRecord[AttachmentData], event: SubmitCode, ask: Ask) -> SubmitFacts:
    """Look the code up. Nothing that is found here is told to the person."""
    text = ask.consent(Purpose.MEDICAL_DATA)
    # Also when the person has read the new text meanwhile: when that was, nobody has noted.
    stale = stale_refusals(event.text_version, event.text_sha256, text) or stale_refusals(
        text.version, record.data.text_sha256, text
    )
    known = SubmitFacts(
        attempt=ask.attempt or Attempt(),
        text_sha256=text.sha256,
        stale=stale,
        consent_withdrawn=consent_withdrawn(record.account, ask),
    )
    card = ask.load(record.data.card)
    found = ask.claimed("attachment_code", parse_attachment_code(event.code, ask.settings.attachment_codes))
    code = ask.load(found)
    if card is None or code is None or ask.ended(card):
        return known
    return known.model_copy(update=_about(code, card, ask))


def cards_of(account: str | None, ask: Ask) -> tuple[AnyRecord, ...]:
    """The account's living cards, its owner's first."""
    cards = [card for card in ask.of_account(account, PatientCard) if not ask.ended(card)]
    return tuple(sorted(cards, key=lambda card: card.data.relative))


def _about(code: AnyRecord, card: AnyRecord, ask: Ask) -> dict[str, Any]:
    issued = code.state == "issued"
    its_patient = code_is_for(code.data.patient, card.data.card)
    rights = living_rights(card, ask)
    own = next((right.id for right in rights if right.id == code.data.right), None)
    return {
        "code": code.id,
        "clinic": code.data.clinic,
        "fits": issued and its_patient and code.data.clinic in ask.settings.clinics,
        "foreign": issued and not its_patient,
        "own_right": own,
        "right_there": any(right.data.clinic == code.data.clinic for right in rights),
        "new_right": ask.new_id(),
        "subject": card.subject,
        "relative": card.data.relative,
    }
