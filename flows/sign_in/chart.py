"""Вход в личный кабинет: through Gosuslugi, or with the portal's own login and password.

Feature: 05_sign_in.feature. The lock belongs to the account: this flow only shows it, and Gosuslugi stays open.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable
from registratura.flows.gosuslugi.leg import gosuslugi_leg


class SignInChart(Chart):
    """Both ways in."""

    method = State("Способ входа", initial=True)
    gosuslugi = gosuslugi_leg()
    password = State("Логин и пароль портала")
    locked = State("Слишком много попыток")
    unconfirmed_account = State("Нужна подтверждённая учётная запись")
    ambiguous_card = State("Найдено несколько карт: нужна помощь поддержки")
    signed_in = State("Вход выполнен", final=True)
    not_registered = State("Учётная запись не найдена: предложена регистрация", final=True)
    expired = State("Время входа истекло", final=True)
    cancelled = State("Вход прекращён", final=True)

    choose_gosuslugi = method.to(gosuslugi) | locked.to(gosuslugi)
    choose_password = method.to(password)
    submit_password = refusable(password) | password.to(signed_in)
    forgot_password = password.to(gosuslugi) | locked.to(gosuslugi)
    back = password.to(method) | locked.to(method) | gosuslugi.entry.to(method)
    contact_support = inside(ambiguous_card)
    retry = unconfirmed_account.to(gosuslugi)
    cancel = cancelled.from_(method, gosuslugi, password, locked, unconfirmed_account, ambiguous_card)

    identity_confirmed = (
        refusable(gosuslugi)
        | gosuslugi.to(unconfirmed_account, cond="account_unconfirmed")
        | gosuslugi.to(not_registered, cond="account_unknown")
        | gosuslugi.to(ambiguous_card, cond="several_cards_match")
        | gosuslugi.to(signed_in)
    )
    identity_denied = gosuslugi.to(gosuslugi)
    ambiguity_resolved = ambiguous_card.to(signed_in)
    attempts_exhausted = password.to(locked)

    lock_ended = locked.to(password)
    expire = expired.from_(method, gosuslugi, password, locked, unconfirmed_account, ambiguous_card)
