"""Карта пациента: the person checks and corrects what is known of them, or of a relative they act for.

Features: 03_patient_card.feature, 14_cards_in_cabinet.feature.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable


class PatientCardChart(Chart):
    """The life of a card."""

    unverified = State("Данные не проверены", initial=True)
    confirmed = State("Данные проверены")
    differs = State("Данные Госуслуг изменились")
    deleted = State("Карта удалена", final=True)
    grown_up = State("Ребёнок стал совершеннолетним, доступ представителя закончился", final=True)

    confirm = refusable(unverified) | unverified.to(confirmed)
    edit = refusable(unverified, confirmed) | inside(unverified, confirmed)
    take_new = refusable(differs) | differs.to(confirmed)
    keep_current = differs.to(confirmed)
    delete = refusable(unverified, confirmed, differs) | deleted.from_(unverified, confirmed, differs)

    gosuslugi_data_changed = inside(unverified, differs) | confirmed.to(differs)
    clinic_attached = inside(unverified, confirmed, differs)

    came_of_age = grown_up.from_(unverified, confirmed, differs)
