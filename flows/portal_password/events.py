"""What happens to the portal's password."""

from __future__ import annotations

from typing import Annotated

from registratura.domain.values import Personal, Secret
from registratura.flows.event import FactEvent, PersonEvent


class OpenPassword(FactEvent, title="Заведено место для пароля"):
    """An account was opened; its logins are the confirmed contacts that Gosuslugi gave (U59)."""

    phone: Annotated[str | None, Personal] = None
    email: Annotated[str | None, Personal] = None


class SetPassword(PersonEvent, title="Задать пароль"):
    """R22–R25, R31."""

    password: Annotated[str, Secret]
    repeat: Annotated[str, Secret]


class ChangePassword(PersonEvent, title="Сменить пароль"):
    """U32. The current password is a guess at a secret, so it is counted."""

    judged = True
    filled = ("current", "password")

    current: Annotated[str, Secret]
    password: Annotated[str, Secret]
    repeat: Annotated[str, Secret]


class ForgetPassword(FactEvent, title="Пароль сброшен"):
    """U36: the person came in through Gosuslugi because the password is forgotten."""
