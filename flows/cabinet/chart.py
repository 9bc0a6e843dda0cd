"""Разделы личного кабинета: five sections below, settings behind the name at the top right.

Feature: 06_cabinet.feature.
"""

from __future__ import annotations

from typing import Any

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable


def _between(sources: list[Any], targets: dict[str, Any]) -> Any:
    """From each section to each: the guard `goes_to_…` says to which."""
    pairs = [source.to(target, cond=f"goes_to_{name}") for source in sources for name, target in targets.items()]
    transitions = pairs[0]
    for pair in pairs[1:]:
        transitions |= pair
    return transitions


class CabinetChart(Chart):
    """One device's cabinet."""

    closed = State("Кабинет закрыт", initial=True)
    health = State("Здоровье")
    clinics = State("Клиники")
    messages = State("Сообщения")
    medicines = State("Лекарства")
    menu = State("Меню")

    class settings(State.Compound, name="Настройки"):  # noqa: N801  # the name is the state's id
        """Settings, behind the name at the top right."""

        overview = State("Настройки", initial=True)
        clinic_rights = State("Права клиник")
        password = State("Пароль для входа на портал")

    cards = State("Мои карты")
    record = State("Медкарта")

    open_cabinet = refusable(closed) | closed.to(cards, cond="card_is_unchecked") | closed.to(health)
    open_section = _between(
        [health, clinics, messages, medicines, menu, settings, cards, record],
        {
            **{"health": health, "clinics": clinics, "messages": messages, "medicines": medicines, "menu": menu},
            **{"settings": settings, "clinic_rights": settings.clinic_rights, "password": settings.password},
            **{"cards": cards, "record": record},
        },
    )
    add_clinic = refusable(clinics) | inside(clinics)
    ask_how_to = inside(clinics)
    open_code_entry = refusable(health, clinics, settings.clinic_rights) | inside(
        health, clinics, settings.clinic_rights
    )
    close_cabinet = closed.from_(health, clinics, messages, medicines, menu, settings, cards, record)
