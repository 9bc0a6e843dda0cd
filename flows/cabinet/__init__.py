"""The personal cabinet and its sections."""

from registratura.flows.cabinet import screens as screens  # declares what the sections show
from registratura.flows.cabinet.events import (
    AddClinic,
    AskHowTo,
    BeginCabinet,
    CloseCabinet,
    OpenCabinet,
    OpenCodeEntry,
    OpenSection,
    Section,
)
from registratura.flows.cabinet.flow import Cabinet, CabinetData

__all__ = [
    "AddClinic",
    "AskHowTo",
    "BeginCabinet",
    "Cabinet",
    "CabinetData",
    "CloseCabinet",
    "OpenCabinet",
    "OpenCodeEntry",
    "OpenSection",
    "Section",
]
