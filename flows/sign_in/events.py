"""What happens while a person signs in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from registratura.domain.values import Personal, Secret
from registratura.flows.event import PersonEvent


class BeginSignIn(PersonEvent, title="Войти в личный кабинет"):
    """The person chose «Войти»."""


class ChooseGosuslugi(PersonEvent, title="Войти через Госуслуги"):
    """R27."""


class ChoosePassword(PersonEvent, title="Войти по логину и паролю портала"):
    """R28."""


class SubmitPassword(PersonEvent, title="Отправить логин и пароль"):
    """R28. The login is the confirmed mobile telephone or e-mail address (U59)."""

    judged = True
    filled = ("login", "password")

    login: Annotated[str, Personal, Field(max_length=320)]
    password: Annotated[str, Secret, Field(max_length=1024)]


class ForgotPassword(PersonEvent, title="Не помню пароль"):
    """U36: in through Gosuslugi, then set a new one."""
