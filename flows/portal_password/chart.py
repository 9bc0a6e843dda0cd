"""Пароль портала («настройки»): the person may set a password, and need not.

Feature: 04_portal_password.feature.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable


class PortalPasswordChart(Chart):
    """The life of a password."""

    absent = State("Пароль не задан", initial=True)
    present = State("Пароль задан")

    set_password = refusable(absent) | absent.to(present)
    change_password = refusable(present) | inside(present)

    forget_password = present.to(absent) | inside(absent)
