"""What happens on the way through Gosuslugi."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from registratura.domain.identity import Identity
from registratura.domain.values import Personal
from registratura.flows.event import FactEvent, PersonEvent


class Denial(StrEnum):
    """Why Gosuslugi sent the person back without an identity (classes of its error codes)."""

    CANCELLED = "cancelled"
    OUTAGE = "outage"
    CODE_DEAD = "code_dead"
    ORGANISATION = "organisation"
    UNCONFIRMED = "unconfirmed"
    NO_SECOND_FACTOR = "no_second_factor"
    CONFIGURATION = "configuration"


class GoToGosuslugi(PersonEvent, title="Перейти на Госуслуги"):
    """R6, R7: by the button «госуслуги» or by the link; both mean the same."""

    variants: ClassVar = {"button": {"via": "button"}, "link": {"via": "link"}}
    via: Literal["button", "link"] = "button"


class FirstStagePassed(FactEvent, title="Первый этап авторизации пройден"):
    """R9, R10. Only a provider that reports its progress says so; nothing depends on it."""

    method: Literal["password", "other"] = "password"


class CannotSignIn(PersonEvent, title="Не удаётся войти"):
    """R11."""


class SmsNotArriving(PersonEvent, title="Не приходит СМС"):
    """R15."""


class IdentityConfirmed(FactEvent, title="Личность подтверждена Госуслугами"):
    """R18, R19, R29: a verified answer, the only gate. `answer_id` names the answer, so that it counts once (U12)."""

    identity: Annotated[Identity, Personal]
    answer_id: str


class IdentityDenied(FactEvent, title="Госуслуги не подтвердили личность"):
    """A verified answer that says no (U7, U9, U10, U15); the consent stays."""

    reason: Denial


class Retry(PersonEvent, title="Попробовать ещё раз"):
    """U14: the account at Gosuslugi may be confirmed by now."""


class AmbiguityResolved(FactEvent, title="Поддержка нашла нужную карту"):
    """U19: an operator names the clinic's card that is this person's, or none of them."""

    card: Annotated[str | None, Personal] = None
