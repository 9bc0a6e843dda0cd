"""The patient's card."""

from registratura.flows.patient_card.events import (
    AddRelative,
    CameOfAge,
    ClinicAttached,
    Confirm,
    Delete,
    Edit,
    GosuslugiDataChanged,
    KeepCurrent,
    OpenCard,
    TakeNew,
)
from registratura.flows.patient_card.flow import PatientCard, PatientCardData

__all__ = [
    "AddRelative",
    "CameOfAge",
    "ClinicAttached",
    "Confirm",
    "Delete",
    "Edit",
    "GosuslugiDataChanged",
    "KeepCurrent",
    "OpenCard",
    "PatientCard",
    "PatientCardData",
    "TakeNew",
]
