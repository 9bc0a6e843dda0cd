"""Which branches of the specification a step walks: by its transition, its refusals, and what the screen shows.

The numbers are those of the features' tags: R and A stand in the portal's documents, U is what its users expect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from registratura.flows.engine import FlowView


class Walk(NamedTuple):
    """A transition of a flow (`*` stands for anything), with what its payload must say, and the branches it is."""

    flow: str
    transition: str
    numbers: str
    payload: Mapping[str, str] = {}


R, S, C, A = "registration", "sign_in", "cabinet", "attachment"
CARD, PASSWORD, CODE, RIGHT = "patient_card", "portal_password", "attachment_code", "clinic_right"
FIRST, SMS = "gosuslugi.first_stage", "gosuslugi.sms_code"

WALKS = (
    Walk(R, "region/choose_region/main_page", "R1"),
    Walk(R, "main_page/register/consent", "R2"),
    Walk(R, "main_page/sign_in/sign_in_chosen", "R26"),
    Walk(R, "consent/accept_consent/gosuslugi.entry", "R5"),
    Walk(R, "consent/decline_consent/declined", "R4 U4"),
    Walk(R, "consent/close_consent/main_page", "U61"),
    Walk(R, "gosuslugi.entry/go_to_gosuslugi/*", "R6", {"via": "button"}),
    Walk(R, "gosuslugi.entry/go_to_gosuslugi/*", "R7", {"via": "link"}),
    Walk(R, f"{FIRST}/first_stage_passed/*", "R9 R14", {"method": "password"}),
    Walk(R, f"{FIRST}/first_stage_passed/*", "R10 R14", {"method": "other"}),
    Walk(R, f"{FIRST}/cannot_sign_in/*", "R11"),
    Walk(R, "gosuslugi.sign_in_help/contact_support/*", "R13"),
    Walk(R, "gosuslugi.sign_in_help/back/*", "R12"),
    Walk(R, f"{SMS}/sms_not_arriving/*", "R15"),
    Walk(R, "gosuslugi.sms_help/back/*", "R16"),
    Walk(R, "gosuslugi.sms_help/contact_support/*", "R17"),
    Walk(R, "gosuslugi/identity_confirmed/card_review", "R18 R19 R29"),
    Walk(R, "gosuslugi/identity_confirmed/unconfirmed_account", "U14"),
    Walk(R, "gosuslugi/identity_confirmed/already_registered", "U18"),
    Walk(R, "gosuslugi/identity_denied/*", "U7", {"reason": "cancelled"}),
    Walk(R, "gosuslugi/identity_denied/*", "U9", {"reason": "outage"}),
    Walk(R, "gosuslugi/identity_denied/*", "U15", {"reason": "organisation"}),
    Walk(R, "card_review/confirm_card/*", "R20"),
    Walk(R, "*/expire/expired", "U5 U8"),
    Walk(S, "method/choose_gosuslugi/*", "R27"),
    Walk(S, "gosuslugi/identity_confirmed/signed_in", "R27"),
    Walk(S, "gosuslugi/identity_confirmed/not_registered", "U58"),
    Walk(S, "password/submit_password/signed_in", "R28"),
    Walk(S, "password/attempts_exhausted/locked", "U34"),
    Walk(C, "closed/open_cabinet/*", "A5", {"channel": "web"}),
    Walk(C, "closed/open_cabinet/*", "A6", {"channel": "mobile"}),
    Walk(C, "*/open_section/settings.overview", "R30"),
    Walk(C, "*/open_section/health", "A18"),
    Walk(C, "*/open_section/clinics", "A18"),
    Walk(C, "*/open_section/messages", "A18"),
    Walk(C, "*/open_section/medicines", "A18"),
    Walk(C, "*/open_section/menu", "A18"),
    Walk(C, "clinics/add_clinic/clinics", "A11"),
    Walk(C, "clinics/ask_how_to/clinics", "A4 A12"),
    Walk(C, "health/open_code_entry/health", "A7"),
    Walk(C, "clinics/open_code_entry/clinics", "A10"),
    Walk(C, "settings.clinic_rights/open_code_entry/*", "A13", {"by": "button"}),
    Walk(C, "settings.clinic_rights/open_code_entry/*", "A14", {"by": "plus"}),
    Walk(PASSWORD, "absent/set_password/present", "R22 R23 R24 R25 R31"),
    Walk(CARD, "*/edit/confirmed", "R21"),
    Walk(CARD, "begin/add_relative/*", "R21 U63"),
    Walk(CARD, "*/delete/deleted", "R21"),
    Walk(CODE, "begin/issue/issued", "A1 A2"),
    Walk(A, "code_entry/submit_code/attached", "A3 A8 U51"),
    Walk(A, "code_entry/attempts_exhausted/locked", "U41"),
    Walk(RIGHT, "granted/document_delivered/granted", "A15"),
)

REASONS = {
    "region.closed": "U2",
    "consent.stale": "U3",
    "sign_in.failed": "U33",
    "password.differ": "R23 U29",
    "password.alphabet": "R24 U30",
    "password.too_short": "R25",
    "password.common": "U31",
    "password.personal": "U31",
    "card.last": "U39",
    "code.not_accepted": "U41",
    "already_attached": "U47",
    "entry.mobile_only": "A14",
}
SEEN = {
    (R, "consent"): "R3",
    (R, FIRST): "R8",
    (R, "gosuslugi.sign_in_help"): "R12",
    (R, "gosuslugi.sms_help"): "R16",
    (A, "code_entry"): "A9 A17",
}


def walked(flow: str, transition: str, payload: Mapping[str, Any], refusals: tuple[str, ...]) -> Iterator[str]:
    """The branches of one entry of the log."""
    for code in refusals:
        yield from REASONS.get(code, "").split()
    for walk in WALKS:
        fits = walk.flow == flow and fnmatchcase(transition, walk.transition)
        if fits and all(payload.get(name) == value for name, value in walk.payload.items()):
            yield from walk.numbers.split()


def seen(view: FlowView) -> Iterator[str]:
    """The branches that are shown by what stands on a screen."""
    yield from SEEN.get((view.flow, view.state), "").split()
    if view.screen.items.get("hint"):
        yield "A16"
    if view.screen.items.get("notice") == "nothing_delivered":
        yield "U65"


def order(number: str) -> tuple[str, int]:
    """R before A before U, and each by its number."""
    return str("RAU".index(number[0])), int(number[1:])


DOCUMENTED = (*(f"R{n}" for n in range(1, 32)), *(f"A{n}" for n in range(1, 19)))


def folded(numbers: set[str]) -> str:
    """Numbers in order, neighbours joined: `R1–R5, R7`."""
    runs: list[list[str]] = []
    for number in sorted(numbers, key=order):
        letter, value = number[0], int(number[1:])
        if runs and runs[-1][-1] == f"{letter}{value - 1}":
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
