"""Newer versions of what other flows read: a card and a right that begin in states which the shipped charts lack."""

from __future__ import annotations

from statemachine import State

from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import Chart, inside, refusable
from registratura.flows.clinic_right import ClinicRight
from registratura.flows.patient_card import PatientCard
from registratura.flows.versions import Catalogue


class NewerCardChart(Chart):
    """A card is checked by somebody before it is confirmed."""

    unverified = State("Данные не проверены", initial=True)
    checked = State("Данные сверяются")
    confirmed = State("Данные проверены")
    differs = State("Данные Госуслуг изменились")
    deleted = State("Карта удалена", final=True)
    grown_up = State("Ребёнок стал совершеннолетним, доступ представителя закончился", final=True)

    confirm = refusable(unverified, checked) | unverified.to(checked) | checked.to(confirmed)
    edit = refusable(unverified, confirmed) | inside(unverified, confirmed)
    take_new = refusable(differs) | differs.to(confirmed)
    keep_current = differs.to(confirmed)
    delete = refusable(unverified, checked, confirmed, differs) | deleted.from_(unverified, checked, confirmed, differs)
    gosuslugi_data_changed = inside(unverified, checked, differs) | confirmed.to(differs)
    clinic_attached = inside(unverified, checked, confirmed, differs)
    came_of_age = grown_up.from_(unverified, checked, confirmed, differs)


class NewerRightChart(Chart):
    """A right is promised before it is granted."""

    promised = State("Право обещано", initial=True)
    granted = State("Право действует")
    suspended = State("Право приостановлено")
    withdrawn = State("Право отозвано", final=True)

    withdraw = withdrawn.from_(promised, granted, suspended)
    document_delivered = refusable(promised, granted) | promised.to(granted) | inside(granted)
    suspend = granted.to(suspended)
    resume = suspended.to(granted)


class PatientCard2(PatientCard):
    """Карта пациента."""

    version = 2
    chart = NewerCardChart


class ClinicRight2(ClinicRight):
    """Право клиники."""

    version = 2
    chart = NewerRightChart


NEWER = Catalogue(*FLOWS.values(), PatientCard2, ClinicRight2)
