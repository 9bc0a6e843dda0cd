"""What the sections show: the account's cards, rights, clinics and documents, read when the screen is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registratura.domain.consent import Purpose
from registratura.domain.contacts import format_phone
from registratura.flows.attachment.gather import cards_of
from registratura.flows.cabinet.flow import Cabinet, CabinetData
from registratura.flows.clinic_right import ClinicRight, DocumentDelivered
from registratura.flows.flow import AnyRecord
from registratura.flows.patient_card.flow import card_items
from registratura.flows.portal_password import PortalPassword
from registratura.flows.ports import Ask
from registratura.flows.record import FlowRecord
from registratura.flows.withdrawn import withdrawal_of

CR = FlowRecord[CabinetData]
BUTTON, PLUS = "open_code_entry.button", "open_code_entry.plus"


@Cabinet.shows("health")
def health(record: CR, ask: Ask) -> Mapping[str, Any]:
    """A16, U64: the hint stays until a clinic is attached."""
    hint = not _living(record, ask)
    return {**_whose(record, ask), "hint": hint, "hidden": (PLUS,) if hint else (PLUS, BUTTON)}


@Cabinet.shows("clinics")
def clinics(record: CR, ask: Ask) -> Mapping[str, Any]:
    """A11: clinics that were added on any device, and those that are attached."""
    listed = dict.fromkeys(
        clinic for cabinet in ask.of_account(record.account, Cabinet) for clinic in cabinet.data.clinics
    )
    attached = {right.data.clinic for right in _living(record, ask)}
    known = ask.settings.clinics
    return {
        **({"notice": "how_to_get_the_record"} if record.data.advice else {}),
        "hidden": (PLUS,),
        "clinics": {
            c: {"title": known[c].title, "attached": c in attached} for c in (*listed, *attached) if c in known
        },
        "to_add": {clinic.id: clinic.title for clinic in known.values()},
    }


@Cabinet.shows("messages", "medicines", "menu")
def empty(record: CR, ask: Ask) -> Mapping[str, Any]:
    return _whose(record, ask)


@Cabinet.shows("settings.overview", "settings.password")
def settings(record: CR, ask: Ask) -> Mapping[str, Any]:
    """U59: the login is shown beside the password. U40: and what became of a consent that was withdrawn."""
    about = {**_whose(record, ask), **_withdrawn(record, ask)}
    passwords = ask.of_account(record.account, PortalPassword)
    if not passwords:
        return about
    data = passwords[0].data
    logins = ", ".join(login for login in (format_phone(data.phone or ""), data.email) if login)
    return {**about, "login": logins, "password": passwords[0].id, "password_set": data.hash is not None}


@Cabinet.shows("settings.clinic_rights")
def clinic_rights(record: CR, ask: Ask) -> Mapping[str, Any]:
    """U64, U65, U66: several clinics side by side, each of them once, and which of them has sent nothing yet."""
    return {
        "rights": {rights[-1].id: _right(rights, ask) for rights in _of_each_clinic(record, ask)},
        "channel": record.data.channel,
        "hidden": () if record.data.channel == "mobile" else (PLUS,),
    }


@Cabinet.shows("cards")
def cards(record: CR, ask: Ask) -> Mapping[str, Any]:
    """R21, U63: the cards, and the text that adding a relative's agrees to."""
    found, text = cards_of(record.account, ask), ask.consent(Purpose.PERSONAL_DATA)
    return {
        "cards": {card.id: {**card_items(card), "state": card.state} for card in found},
        "consent": text.text,
        "text_version": text.version,
        "text_sha256": text.sha256,
    }


@Cabinet.shows("record")
def medical_record(record: CR, ask: Ask) -> Mapping[str, Any]:
    """A15, U53, U66: what came stays, whatever became of the right."""
    rights = [right for right in ask.of_account(record.account, ClinicRight) if _reachable(right, record, ask)]
    documents = [
        {
            "clinic": ask.settings.clinic_title(right.data.clinic),
            "card": right.data.card,
            "person": _named(right.data.card, ask),
            "at": entry["at"],
            **entry["document"],
        }
        for right in rights
        for entry in ask.log(right.id, DocumentDelivered.name)
    ]
    waiting = any(right.state == "granted" and not right.data.delivered for right in rights)
    return {**({"notice": "nothing_delivered"} if waiting and not documents else {}), "documents": documents}


def _of_each_clinic(record: CR, ask: Ask) -> Iterable[list[AnyRecord]]:
    """The rights of a clinic to one card, the one that counts last: before it there may be some that were withdrawn."""
    rights = [right for right in ask.of_account(record.account, ClinicRight) if _reachable(right, record, ask)]
    found: dict[tuple[str, str], list[AnyRecord]] = {}
    for right in sorted(rights, key=lambda right: right.state != "withdrawn"):
        found.setdefault((right.data.clinic, right.data.card), []).append(right)
    return found.values()


def _right(rights: list[AnyRecord], ask: Ask) -> Mapping[str, Any]:
    right, day = rights[-1], ask.settings.day
    return {
        "clinic": ask.settings.clinic_title(right.data.clinic),
        "state": right.state,
        "card": right.data.card,
        "person": _named(right.data.card, ask),
        "since": day(right.created_at),
        "withdrawn": tuple(day(one.changed_at) for one in rights if one.state == "withdrawn"),
        "delivered": sum(one.data.delivered for one in rights),
    }


def _reachable(right: AnyRecord, record: CR, ask: Ask) -> bool:
    """The record of a child who came of age is no longer the representative's to see (U63)."""
    return any(card.id == right.data.card for card in cards_of(record.account, ask))


def _living(record: CR, ask: Ask) -> list[AnyRecord]:
    return [right for right in ask.of_account(record.account, ClinicRight) if right.state != "withdrawn"]


def _named(card_id: str, ask: Ask) -> str:
    """Whose card it is."""
    card = ask.load(card_id)
    name = card.data.card.name if card else None
    return name.full if name else ""


def _whose(record: CR, ask: Ask) -> Mapping[str, Any]:
    """The full name at the top right (R30)."""
    own = [card for card in cards_of(record.account, ask) if not card.data.relative]
    name = own[0].data.card.name if own else None
    return {"person": name.full if name else ""}


def _withdrawn(record: CR, ask: Ask) -> Mapping[str, Any]:
    day = ask.settings.day
    withdrawal = withdrawal_of(record.account, ask)
    if withdrawal is None:
        return {}
    until, since = withdrawal.data.deadline, day(withdrawal.created_at)
    if withdrawal.state == "requested" and until is not None:
        return {"notice": "consent_withdrawn", "withdrawn": since, "until": day(until)}
    return {"notice": "consent_was_withdrawn", "withdrawn": since}
