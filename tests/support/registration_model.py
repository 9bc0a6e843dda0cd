"""Registration, written down by hand from the specification's chart: what its machine is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from support.leg_machine import LEG, leg_transitions
from support.machine import table

PERSONS = LEG | table("""
    region:             choose_region cancel
    main_page:          change_region register sign_in cancel
    consent:            change_region close_consent accept_consent decline_consent cancel
    card_review:        correct_card reload_from_gosuslugi confirm_card confirm_later cancel
    password_offer:     set_password skip_password cancel
    sign_in_chosen:
    registered:
    declined:
    already_registered:
    expired:
    cancelled:
""")
ENDS = {"sign_in_chosen", "registered", "declined", "already_registered", "expired", "cancelled"}
ANSWERS = ("unconfirmed_account", "already_registered", "ambiguous_card", "card_review")
TRANSITIONS = leg_transitions(ANSWERS) | {
    "begin/begin_registration/region",
    "region/choose_region/refused",
    "region/choose_region/main_page",
    "main_page/change_region/region",
    "consent/change_region/region",
    "main_page/register/consent",
    "main_page/sign_in/sign_in_chosen",
    "consent/close_consent/main_page",
    "consent/accept_consent/refused",
    "consent/accept_consent/gosuslugi.entry",
    "consent/decline_consent/refused",
    "consent/decline_consent/declined",
    "ambiguous_card/ambiguity_resolved/card_review",
    "ambiguous_card/ambiguity_resolved/already_registered",
    "card_review/correct_card/refused",
    "card_review/correct_card/card_review",
    "card_review/reload_from_gosuslugi/gosuslugi.entry",
    "card_review/confirm_card/refused",
    "card_review/confirm_card/password_offer",
    "card_review/confirm_later/password_offer",
    "password_offer/set_password/refused",
    "password_offer/set_password/registered",
    "password_offer/skip_password/registered",
    *(f"{state}/cancel/cancelled" for state in ("region", "main_page", "consent", "card_review", "password_offer")),
    *(f"{state}/expire/registered" for state in ("gosuslugi", "unconfirmed_account", "card_review", "password_offer")),
    *(f"{state}/expire/expired" for state in ("region", "main_page", "consent", "gosuslugi", "unconfirmed_account")),
    "ambiguous_card/expire/expired",
}
REFUSALS = {
    *("region.unknown", "region.closed", "consent.stale", "gosuslugi.answer_used", "gosuslugi.another_person"),
    *("card.stale", "card.field_invalid", "card.field_verified", "card.no_changes", "card.required_invalid"),
    *("password.differ", "password.too_short", "password.alphabet", "password.common", "password.personal"),
    *("password.empty", "password.too_long"),
}
POLICY, WRONG_POLICY = "1234567890123452", "1234567890123453"
PASSWORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Zqx81kk", "Zqx81kk"): (),
    ("qwjxkvbz", "qwjxkvbz"): (),
    ("194720385716", "194720385716"): (),
    ("Zqx81kk", "Zqx81kl"): ("password.differ",),
    ("Zq8k1", "Zq8k1"): ("password.too_short",),
    ("Zqx 81kk", "Zqx 81kk"): ("password.alphabet",),
    ("Zqх81kk", "Zqх81kk"): ("password.alphabet",),
    ("Zqx٨1kk", "Zqx81kk"): ("password.alphabet", "password.differ"),
    ("123456", "123456"): ("password.common",),
    ("", ""): ("password.empty",),
    ("Zq8k1" * 26, "Zq8k1" * 26): ("password.too_long",),
}


@dataclass
class CardModel:
    """A card, as far as the model cares."""

    last: str
    revision: int = 1
    policy: str | None = None
    born: bool = True
