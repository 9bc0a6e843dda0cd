"""A clinic's right to deliver into a medical record."""

from registratura.flows.clinic_right.events import DocumentDelivered, Grant, Resume, Suspend, Withdraw
from registratura.flows.clinic_right.flow import ClinicRight, ClinicRightData

__all__ = ["ClinicRight", "ClinicRightData", "DocumentDelivered", "Grant", "Resume", "Suspend", "Withdraw"]
