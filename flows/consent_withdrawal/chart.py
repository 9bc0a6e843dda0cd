"""Отзыв согласия: processing stops at once, the data is destroyed within its term, an act stays.

Feature: 10_consent_withdrawal.feature. 152-ФЗ, art. 9 (2) and 21 (5).
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside


class ConsentWithdrawalChart(Chart):
    """From the request to the act."""

    requested = State("Согласие отозвано, обработка прекращена", initial=True)
    erased = State("Данные уничтожены, составлен акт", final=True)
    kept_by_law = State("Часть данных хранится по закону", final=True)

    data_destroyed = requested.to(erased)
    law_obliges_to_keep = requested.to(kept_by_law)

    term_ended = inside(requested)
