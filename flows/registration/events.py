"""What happens while a person registers, in the order in which they meet it."""

from __future__ import annotations

from typing import Annotated

from registratura.domain.card import FieldName
from registratura.domain.values import Personal
from registratura.flows.event import PersonEvent


class BeginRegistration(PersonEvent, title="Открыть портал"):
    """The start page."""


class ChooseRegion(PersonEvent, title="Выбрать регион"):
    """R1. `region` is the two-digit code of a subject of the Federation."""

    filled = ("region",)

    region: str


class ChangeRegion(PersonEvent, title="Выбрать другой регион"):
    """U2: before the consent is accepted."""


class Register(PersonEvent, title="Зарегистрироваться"):
    """R2."""


class SignIn(PersonEvent, title="Войти"):
    """R26: the person has an account already."""


class CloseConsent(PersonEvent, title="Закрыть согласие без ответа"):
    """U61: closed unanswered."""


class AcceptConsent(PersonEvent, title="Согласиться на обработку персональных данных"):
    """R5. The version and hash are those of the text that was shown (U3)."""

    text_version: str
    text_sha256: str


class DeclineConsent(PersonEvent, title="Отказаться от согласия"):
    """R4."""

    text_version: str
    text_sha256: str


class CorrectCard(PersonEvent, title="Исправить данные карты"):
    """U37, U38. `revision` is the one of the card that the person saw."""

    changes: Annotated[dict[FieldName, str | None], Personal]
    revision: int


class ReloadFromGosuslugi(PersonEvent, title="Получить данные с Госуслуг заново"):
    """U37: verified data is corrected at Gosuslugi and fetched again."""


class ConfirmCard(PersonEvent, title="Подтвердить данные карты"):
    """R20."""


class ConfirmLater(PersonEvent, title="Проверить данные позже"):
    """U60: the card stays unverified."""


class SkipPassword(PersonEvent, title="Продолжить без пароля"):
    """R22: the password is optional."""
