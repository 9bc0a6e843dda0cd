"""Codes: the one-time code by SMS, and the attachment code that a clinic hands out.

Lengths, lives and limits: OWASP ASVS 5.0, 6.5.1, 6.5.4, 6.5.5, 6.6.2, 6.6.3, where it says anything; the documents of
the portal say nothing. Neither code is ever stored or logged in clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.invalid import invalid
from registratura.domain.papers import digits_of, is_digits
from registratura.domain.refusal import Refusal
from registratura.domain.values import Value

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_GUESSABLE_UNBOUND = 12


class OneTimeCodePolicy(Value):
    """A one-time code: `length` digits, good for `life` and for one use; a new one kills the old one.

    `attempts` are per request, not per code, or resending would buy guesses. `daily_cap` is per person.
    """

    length: int = Field(default=6, ge=6, le=12)
    life: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=10))] = timedelta(minutes=5)
    attempts: int = Field(default=5, ge=1)
    resend_after: Annotated[timedelta, Field(ge=timedelta(0))] = timedelta(seconds=60)
    resends_per_hour: int = Field(default=5, ge=0)
    daily_cap: int = Field(default=20, ge=1)

    @property
    def guesses(self) -> AttemptsPolicy:
        """The attempts, as they are counted: a request ends with them, so nothing is locked."""
        return AttemptsPolicy(limit=self.attempts, locks=())


class AttachmentCodePolicy(Value):
    """An attachment code: bound at issue to its clinic and patient, or long enough not to be found by guessing.

    With 1 000 live unbound codes of 6 digits, 5 000 guesses find one with a probability of 99 %.
    """

    length: int = Field(default=8, ge=6, le=20)
    bound: bool = True
    life: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(days=14)

    @model_validator(mode="after")
    def _not_guessable(self) -> Self:
        if not self.bound and self.length < _GUESSABLE_UNBOUND:
            raise invalid("code.guessable")
        return self


def parse_attachment_code(text: str, policy: AttachmentCodePolicy) -> str:
    """The digits of a code as a person types or pastes it, without spaces and dashes (U42).

    Raises:
        PydanticCustomError: `code.format`. Such an input is no attempt.
    """
    return _parse_code(text, policy.length)


def parse_one_time_code(text: str, policy: OneTimeCodePolicy) -> str:
    """The digits of a one-time code, without spaces and dashes.

    Raises:
        PydanticCustomError: `code.format`. Such an input is no attempt.
    """
    return _parse_code(text, policy.length)


def _parse_code(text: str, length: int) -> str:
    code = digits_of(text)
    if not is_digits(code, length):
        raise invalid("code.format")
    return code


def format_code(code: str) -> str:
    """A code as it is printed: `1234 5678`."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def draw_code(length: int, number: int) -> str:
    """A code of `length` digits from a random number.

    Args:
        number: not negative; uniform below 10**length, or so much larger (128 bits) that the remainder is as good.
    """
    if length < 1 or number < 0:
        raise ValueError("a code is drawn from a number that is not negative, and has at least one digit")
    return str(number % 10**length).zfill(length)


def resend_refusals(policy: OneTimeCodePolicy, sent_at: Sequence[datetime], now: datetime) -> tuple[Refusal, ...]:
    """Why no code may be sent now (U24), each reason with the moment from which it no longer holds.

    An hour takes the first code and `resends_per_hour` more; a day `daily_cap`.

    Args:
        sent_at: when codes were sent, in any order, the last 24 hours at least.
    """
    sent = sorted(sent_at)
    refusals = []
    if sent and now < (free_at := sent[-1] + policy.resend_after):
        refusals.append(Refusal(code="one_time_code.too_soon", retry_at=free_at))
    free = (_room_at(sent, _HOUR, policy.resends_per_hour + 1), _room_at(sent, _DAY, policy.daily_cap))
    if closed := [moment for moment in free if moment is not None and now < moment]:
        refusals.append(Refusal(code="one_time_code.too_many", retry_at=max(closed)))
    return tuple(refusals)


def _room_at(sent: Sequence[datetime], window: timedelta, limit: int) -> datetime | None:
    """From when on fewer than `limit` of the sendings lie within the window, if so many were ever sent."""
    return sent[-limit] + window if len(sent) >= limit else None
