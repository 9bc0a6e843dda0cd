"""Код прикрепления (сторона клиники): digits on paper, good once, for one patient, for two weeks.

Feature: 07_attachment_code.feature.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, refusable


class AttachmentCodeChart(Chart):
    """The life of a code."""

    issued = State("Код выдан", initial=True)
    activated = State("Код активирован", final=True)
    expired = State("Срок кода истёк", final=True)
    revoked = State("Код отозван", final=True)

    activate = issued.to(activated)
    revoke = issued.to(revoked)
    reissue = refusable(issued) | issued.to(revoked)

    expire = issued.to(expired)
