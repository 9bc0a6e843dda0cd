"""The events that many charts share."""

from __future__ import annotations

from datetime import datetime

from registratura.flows.event import FactEvent, PersonEvent, TimeEvent


class Cancel(PersonEvent, title="Прекратить"):
    """The person leaves for good."""


class Back(PersonEvent, title="Вернуться"):
    """The person goes back to where they were."""


class ContactSupport(PersonEvent, title="Обратиться в службу поддержки"):
    """The person asks for support; the flow stays open."""


class Expire(TimeEvent, title="Время истекло"):
    """The flow's life, or a code's, is over."""


class AttemptsExhausted(FactEvent, title="Попытки исчерпаны"):
    """No guess is left. A fact of the same step as the guess that used them up."""

    until: datetime | None = None


class Migrate(FactEvent, title="Переход на новую версию схемы"):
    """A newer version of the chart takes the flow over (U57). No chart has it: it stands in the log between two."""

    from_version: int


class LockEnded(TimeEvent, title="Блокировка закончилась"):
    """Guesses are possible again."""
