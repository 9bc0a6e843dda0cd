"""What happens while a person attaches to a clinic."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from registratura.domain.values import Secret
from registratura.flows.event import PersonEvent


class Entry(StrEnum):
    """From where the code is entered; the last one is there on the telephone only (A14)."""

    HEALTH_HINT = "health_hint"
    CLINICS = "clinics"
    CLINIC_RIGHTS = "clinic_rights"
    CLINIC_RIGHTS_PLUS = "clinic_rights_plus"


class BeginAttachment(PersonEvent, title="Начать прикрепление"):
    """A7, A10, A13, A14. Without a card it is for the account's owner."""

    entry: Entry
    channel: Literal["web", "mobile"] = "web"
    card: str | None = None


class ChooseProfile(PersonEvent, title="Выбрать, чья карта"):
    """U49, U63: the code is for a relative."""

    filled = ("card",)

    card: str


class SubmitCode(PersonEvent, title="Отправить код прикрепления"):
    """A8, A3: «Подключить», on the screen «Сохранить». Pressing it gives the consent whose text is on the screen."""

    judged = True
    filled = ("code",)

    code: Annotated[str, Secret]
    text_version: str
    text_sha256: str
