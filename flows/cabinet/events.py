"""What a person does in the cabinet."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from registratura.flows.event import PersonEvent


class Section(StrEnum):
    """The sections, by the state they lead to."""

    HEALTH = "health"
    CLINICS = "clinics"
    MESSAGES = "messages"
    MEDICINES = "medicines"
    MENU = "menu"
    SETTINGS = "settings"
    CLINIC_RIGHTS = "clinic_rights"
    PASSWORD = "password"
    CARDS = "cards"
    RECORD = "record"


class BeginCabinet(PersonEvent, title="Перейти в личный кабинет"):
    """One cabinet per device: what is open on the telephone is not what is open on the desk."""


class OpenCabinet(PersonEvent, title="Открыть личный кабинет"):
    """A5 on the site, A6 in the mobile application."""

    variants: ClassVar = {"web": {"channel": "web"}, "mobile": {"channel": "mobile"}}
    channel: Literal["web", "mobile"] = "web"


class OpenSection(PersonEvent, title="Перейти в раздел"):
    """A18, R30."""

    variants: ClassVar = {section.value: {"section": section.value} for section in Section}
    section: Section


class AddClinic(PersonEvent, title="Добавить клинику"):
    """A11: listed, and nothing permitted."""

    filled = ("clinic",)

    clinic: str


class AskHowTo(PersonEvent, title="Как получать медкарту из клиники"):
    """A4, A12."""


class OpenCodeEntry(PersonEvent, title="Ввести код прикрепления"):
    """A7, A10, A13; `plus` is «+» in the mobile application (A14)."""

    variants: ClassVar = {"button": {"by": "button"}, "plus": {"by": "plus"}}
    by: Literal["button", "plus"] = "button"


class CloseCabinet(PersonEvent, title="Выйти из личного кабинета"):
    """The person leaves."""
