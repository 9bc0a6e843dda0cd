"""A second version of registration that no release has: by it the machinery of versions is tried.

Who puts the password off for an hour, or skips it, is reminded once: one more state, one more timer, one more field.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from statemachine import State
from support.portal import AT_HOME, HASHER, KEYS, Scene

from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import Chart, inside, refusable
from registratura.flows.event import TimeEvent
from registratura.flows.flow import AnyCase
from registratura.flows.gosuslugi.leg import gosuslugi_leg
from registratura.flows.record import FlowRecord
from registratura.flows.registration import ConfirmCard, ConfirmLater, Registration
from registratura.flows.registration.data import RegistrationData
from registratura.flows.registration.flow import confirm
from registratura.flows.step import Migrated, Move, Stays
from registratura.flows.texts import Texts
from registratura.flows.versions import Catalogue
from registratura.host import Parts, Registratura

PAUSE = timedelta(hours=1)
LIFE = timedelta(days=1)
ANSWER = timedelta(hours=2)
"""So long the second version waits for an answer to the consent."""


class Remind(TimeEvent, title="Напомнить о пароле"):
    """An hour has gone by without a password."""


class SecondChart(Chart):
    """Registration, with a reminder between the offer of a password and the end."""

    region = State("Выбор региона", initial=True)
    main_page = State("Главная страница портала")
    consent = State("Согласие на обработку персональных данных")
    gosuslugi = gosuslugi_leg()
    unconfirmed_account = State("Нужна подтверждённая учётная запись")
    ambiguous_card = State("Найдено несколько карт: нужна помощь поддержки")
    card_review = State("«Мои карты»: проверка данных")
    password_offer = State("Пароль для портала (необязательно)")
    password_reminder = State("Напоминание о пароле")
    sign_in_chosen = State("Выбран вход в личный кабинет", final=True)
    registered = State("Пациент зарегистрирован", final=True)
    declined = State("Регистрация остановлена: отказ от согласия", final=True)
    already_registered = State("Пациент уже зарегистрирован: выполнен вход", final=True)
    expired = State("Время регистрации истекло", final=True)
    cancelled = State("Регистрация прекращена пациентом", final=True)

    choose_region = refusable(region) | region.to(main_page)
    change_region = main_page.to(region) | consent.to(region)
    register = main_page.to(consent)
    sign_in = main_page.to(sign_in_chosen)
    close_consent = consent.to(main_page)
    accept_consent = refusable(consent) | consent.to(gosuslugi)
    decline_consent = refusable(consent) | consent.to(declined)
    contact_support = inside(ambiguous_card)
    retry = unconfirmed_account.to(gosuslugi)
    correct_card = refusable(card_review) | inside(card_review)
    reload_from_gosuslugi = card_review.to(gosuslugi)
    confirm_card = refusable(card_review) | card_review.to(password_offer)
    confirm_later = card_review.to(password_offer)
    set_password = refusable(password_offer, password_reminder) | registered.from_(password_offer, password_reminder)
    skip_password = password_offer.to(password_reminder) | password_reminder.to(registered)
    remind = password_offer.to(password_reminder)
    cancel = cancelled.from_(
        *(region, main_page, consent, gosuslugi, unconfirmed_account),
        *(ambiguous_card, card_review, password_offer, password_reminder),
    )
    identity_confirmed = (
        refusable(gosuslugi)
        | gosuslugi.to(unconfirmed_account, cond="account_unconfirmed")
        | gosuslugi.to(already_registered, cond="registered_before")
        | gosuslugi.to(ambiguous_card, cond="several_cards_match")
        | gosuslugi.to(card_review)
    )
    identity_denied = gosuslugi.to(gosuslugi)
    ambiguity_resolved = ambiguous_card.to(already_registered, cond="registered_before") | ambiguous_card.to(
        card_review
    )
    expire = (
        gosuslugi.to(registered, cond="account_exists")
        | unconfirmed_account.to(registered, cond="account_exists")
        | registered.from_(card_review, password_offer, password_reminder)
        | expired.from_(region, main_page, consent, gosuslugi, unconfirmed_account, ambiguous_card)
    )


class SecondData(RegistrationData):
    """And whether the person was reminded."""

    reminded: bool = False


class Registration2(Registration):
    """Регистрация на портале."""

    version = 2
    chart = SecondChart
    data = SecondData
    events = (*Registration.events, Remind)


@Registration2.decides(ConfirmCard)
def confirm_and_wait(case: AnyCase) -> Move:
    return replace(confirm(case), timers={"remind": case.now + PAUSE})


@Registration2.decides(ConfirmLater)
def wait(case: AnyCase) -> Move:
    return Move(timers={"remind": case.now + PAUSE})


@Registration2.decides(Remind)
def note_it(case: AnyCase) -> Move:
    return Move(changes={"reminded": True})


@Registration2.migrates(1)
def from_the_first(old: FlowRecord[RegistrationData], now: datetime) -> Migrated | Stays:
    if old.state == "ambiguous_card":
        return Stays("карту выбирает служба поддержки")
    timers = {"password_offer": {"remind": now + PAUSE}, "consent": {"expire": now + ANSWER}}
    return Migrated(old.state, SecondData(**dict(old.data)), timers.get(old.state, {}))


BOTH = Catalogue(*FLOWS.values(), Registration2)


class Alone(Registration2):
    """The second version where nothing leads to it from the first."""


ONLY_SECOND = Catalogue(*(flow for flow in FLOWS.values() if flow is not Registration), Alone)
TEXTS = Texts.russian(Path(__file__).with_suffix(".toml"))


def beside(scene: Scene, flows: Catalogue = BOTH) -> Scene:
    """Another program on the same database, with other versions."""
    parts = replace(scene.portal.parts, flows=flows, texts=TEXTS)
    return Scene(Registratura(scene.storage, KEYS, parts=parts), scene.clock)


def at_offer(scene: Scene) -> str:
    """A registration that is asked for a password."""
    return scene.walk(scene.at_card().id, ConfirmCard(), caller=AT_HOME).id


def update(portal: Registratura, flows: Catalogue = BOTH) -> None:
    """As if this portal had been opened with other versions."""
    portal.parts = replace(portal.parts, flows=flows, texts=TEXTS)
    portal.engine.tools = replace(portal.engine.tools, flows=flows)
    portal.engine.texts = portal.parts.texts


def portal_of_both(database: Any) -> Registratura:
    """A portal with both versions."""
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    return Registratura(database, KEYS, parts=Parts(flows=BOTH, texts=TEXTS, hasher=HASHER, clock=lambda: now))
