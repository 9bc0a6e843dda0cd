"""Прикрепление к клинике (сторона пациента): the person enters the code that the clinic gave them.

Feature: 08_attachment.feature.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable


class AttachmentChart(Chart):
    """From the window for the code to the clinic's right."""

    code_entry = State("Ввод кода прикрепления", initial=True)
    locked = State("Слишком много попыток")
    attached = State("Код активирован, выгрузка данных доступна", final=True)
    expired = State("Время ввода кода истекло", final=True)
    cancelled = State("Прикрепление прекращено", final=True)

    choose_profile = refusable(code_entry) | inside(code_entry)
    submit_code = refusable(code_entry) | code_entry.to(attached)
    cancel = code_entry.to(cancelled) | locked.to(cancelled)

    attempts_exhausted = code_entry.to(locked)

    lock_ended = locked.to(code_entry)
    expire = code_entry.to(expired) | locked.to(expired)
