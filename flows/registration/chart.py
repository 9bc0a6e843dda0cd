"""Регистрация на портале: from the choice of a region to a card made from Gosuslugi's data.

    region → main_page → consent → gosuslugi → card_review → password_offer → registered

Features: 01_registration.feature, 02_gosuslugi.feature. The person may stop at any place; once Gosuslugi has said who
they are, the account and the card exist, and nothing is lost by waiting.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable
from registratura.flows.gosuslugi.leg import gosuslugi_leg


class RegistrationChart(Chart):
    """Registration, in the order in which a person meets its states."""

    region = State("Выбор региона", initial=True)
    main_page = State("Главная страница портала")
    consent = State("Согласие на обработку персональных данных")
    gosuslugi = gosuslugi_leg()
    unconfirmed_account = State("Нужна подтверждённая учётная запись")
    ambiguous_card = State("Найдено несколько карт: нужна помощь поддержки")
    card_review = State("«Мои карты»: проверка данных")
    password_offer = State("Пароль для портала (необязательно)")
    sign_in_chosen = State("Выбран вход в личный кабинет", final=True)
    registered = State("Пациент зарегистрирован", final=True)
    declined = State("Регистрация остановлена: отказ от согласия", final=True)
    already_registered = State("Пациент уже зарегистрирован: выполнен вход", final=True)
    expired = State("Время регистрации истекло", final=True)
    cancelled = State("Регистрация прекращена пациентом", final=True)

    # What the person does.
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
    set_password = refusable(password_offer) | password_offer.to(registered)
    skip_password = password_offer.to(registered)
    cancel = cancelled.from_(
        region, main_page, consent, gosuslugi, unconfirmed_account, ambiguous_card, card_review, password_offer
    )

    # Facts from outside. A verified answer is the only gate, whatever page of Gosuslugi was open (R29, U27).
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

    # Time.
    expire = (
        gosuslugi.to(registered, cond="account_exists")
        | unconfirmed_account.to(registered, cond="account_exists")
        | card_review.to(registered)
        | password_offer.to(registered)
        | expired.from_(region, main_page, consent, gosuslugi, unconfirmed_account, ambiguous_card)
    )
