"""Право клиники: a clinic may deliver into one person's record, until that person says otherwise.

Feature: 09_clinic_right.feature.
"""

from __future__ import annotations

from statemachine import State

from registratura.flows.chart import Chart, inside, refusable


class ClinicRightChart(Chart):
    """The life of a right."""

    granted = State("Право действует", initial=True)
    suspended = State("Право приостановлено")
    withdrawn = State("Право отозвано", final=True)

    withdraw = granted.to(withdrawn) | suspended.to(withdrawn)

    document_delivered = refusable(granted) | inside(granted)
    suspend = granted.to(suspended)
    resume = suspended.to(granted)
