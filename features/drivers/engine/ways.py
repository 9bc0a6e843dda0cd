"""How people get to where a scenario begins: each place, the place before it, and what leads from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from registratura.features.cast import Person
from registratura.features.deeds import Deed

if TYPE_CHECKING:
    from registratura.features.drivers.engine.given import EngineGiven

Act = Callable[["EngineGiven", Person], None]
Ways = Mapping[str, tuple[str, Act]]


def _does(event: str, variant: str = "") -> Act:
    return lambda given, person: given.when.act(person, Deed(event, variant))


def _comes(given: EngineGiven, person: Person) -> None:
    given.when.start_over(person)


def _chooses_region(given: EngineGiven, person: Person) -> None:
    given.when.choose_region(person, given.region)


def _waits_too_long(given: EngineGiven, person: Person) -> None:
    given.passed(timedelta(hours=24))


def _passes_first_stage(given: EngineGiven, person: Person) -> None:
    given.when.pass_first_stage(person, "password")


def _is_confirmed(given: EngineGiven, person: Person) -> None:
    given.when.gosuslugi_confirms(person)


def _is_unconfirmed(given: EngineGiven, person: Person) -> None:
    given.when.gosuslugi_answers(person, "unconfirmed")


def _is_ambiguous(given: EngineGiven, person: Person) -> None:
    given.clinic_cards(person, 2)
    given.when.gosuslugi_confirms(person)


def _comes_to_sign_in(given: EngineGiven, person: Person) -> None:
    given.when.open_sign_in(person)


def _guesses_passwords(given: EngineGiven, person: Person) -> None:
    given.guessed_wrong(person, 5, "password")


_LEG: Ways = {
    "gosuslugi.first_stage": ("gosuslugi.entry", _does("go_to_gosuslugi", "button")),
    "gosuslugi.sign_in_help": ("gosuslugi.first_stage", _does("cannot_sign_in")),
    "gosuslugi.sign_in_support": ("gosuslugi.sign_in_help", _does("contact_support")),
    "gosuslugi.sms_code": ("gosuslugi.first_stage", _passes_first_stage),
    "gosuslugi.sms_help": ("gosuslugi.sms_code", _does("sms_not_arriving")),
    "gosuslugi.sms_support": ("gosuslugi.sms_help", _does("contact_support")),
    "unconfirmed_account": ("gosuslugi.first_stage", _is_unconfirmed),
    "ambiguous_card": ("gosuslugi.first_stage", _is_ambiguous),
}

REGISTRATION: Ways = {
    "region": ("", _comes),
    "main_page": ("region", _chooses_region),
    "sign_in_chosen": ("main_page", _does("sign_in")),
    "consent": ("main_page", _does("register")),
    "declined": ("consent", _does("decline_consent")),
    "expired": ("consent", _waits_too_long),
    "cancelled": ("consent", _does("cancel")),
    "gosuslugi.entry": ("consent", _does("accept_consent")),
    **_LEG,
    "card_review": ("gosuslugi.first_stage", _is_confirmed),
    "password_offer": ("card_review", _does("confirm_card")),
    "registered": ("password_offer", _does("skip_password")),
}

SIGN_IN: Ways = {
    "method": ("", _comes_to_sign_in),
    "gosuslugi.entry": ("method", _does("choose_gosuslugi")),
    **_LEG,
    "signed_in": ("gosuslugi.first_stage", _is_confirmed),
    "password": ("method", _does("choose_password")),
    "locked": ("password", _guesses_passwords),
}
