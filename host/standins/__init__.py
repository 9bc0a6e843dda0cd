"""Stand-ins in process for Gosuslugi and a clinic's desk: what the demo and the features run against."""

from registratura.host.standins.clinic import StandInClinicDesk, clinic_handlers
from registratura.host.standins.gosuslugi import Citizen, StandInGosuslugi

__all__ = ["Citizen", "StandInClinicDesk", "StandInGosuslugi", "clinic_handlers"]
