"""Attempts: how many guesses there are, and what happens when they are used up.

A guess is counted before it is judged, in a transaction of its own, so that neither a crash nor a race gives one back:

    attempts_refusals → (allowed) → counted → stored → judgeable? → judged → failed, or all is forgiven → stored

With a limit of 5 the sixth guess that was counted is not judged, even if it is right (U26).
Locks grow with each time the guesses were used up, and one that is running is not made longer by more guesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from registratura.domain.invalid import invalid
from registratura.domain.moments import Moment
from registratura.domain.refusal import Refusal
from registratura.domain.values import Value

Span = Annotated[timedelta, Field(gt=timedelta(0))]

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
GROWING_LOCKS = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, _DAY)


class AttemptsPolicy(Value):
    """`limit` guesses within `window`; then the first of `locks`, the next time the second, …, the last for ever after.

    Without locks the rest of the window is the lock. After `calm` without a lock the locks begin anew.
    `alarm_only` counts and refuses nothing: a lock for everybody would be a gift to whoever wants the portal to stand.
    """

    limit: int = Field(default=5, ge=1)
    window: Span = _DAY
    locks: tuple[Span, ...] = GROWING_LOCKS
    calm: Span = 7 * _DAY
    alarm_only: bool = False

    @model_validator(mode="after")
    def _locks_grow(self) -> Self:
        if list(self.locks) != sorted(self.locks):
            raise invalid("attempts.locks")
        return self


class Attempts(Value):
    """What is remembered: guesses counted in the window that began at `since`, and the lock they led to."""

    count: int = Field(default=0, ge=0)
    lock_level: int = Field(default=0, ge=0)
    locked_until: Moment | None = None
    since: Moment | None = None


PASSWORD_ATTEMPTS = AttemptsPolicy()
"""Per account, and per login that no account has."""

CODE_ATTEMPTS_PER_PROFILE = AttemptsPolicy()
"""Attachment codes tried for one patient."""

CODE_ATTEMPTS_PER_ACCOUNT = AttemptsPolicy(limit=15)
"""Attachment codes tried from one account, for all its patients."""

CODE_ATTEMPTS_PER_ADDRESS = AttemptsPolicy(limit=50)
"""Attachment codes tried from one prefix of addresses, which may serve a whole clinic. A success there gives back its
own guess and must not forgive: whoever has one good code would buy guesses with it."""

CODE_ATTEMPTS_TOTAL = AttemptsPolicy(limit=1_000, window=_HOUR, locks=(), alarm_only=True)
"""All attachment codes tried: somebody sprays the code space (U48)."""


def attempts_refusals(policy: AttemptsPolicy, attempts: Attempts, now: datetime) -> tuple[Refusal, ...]:
    """Why there is no guess to be had now: asked before one is counted."""
    free_at = _free_at(policy, attempts)
    if free_at is None or now >= free_at:
        return ()
    return (Refusal(code="attempts.exhausted", retry_at=free_at),)


def counted(policy: AttemptsPolicy, attempts: Attempts, now: datetime) -> Attempts:
    """One guess more. While a lock runs guesses are not counted, as none is judged."""
    if _locked(attempts, now):
        return attempts
    if attempts.since is None or attempts.locked_until is not None or now >= attempts.since + policy.window:
        return Attempts(count=1, lock_level=_level(policy, attempts, now), since=now)
    return attempts.model_copy(update={"count": attempts.count + 1})


def judgeable(policy: AttemptsPolicy, attempts: Attempts, now: datetime) -> bool:
    """The guess just counted may be judged."""
    return policy.alarm_only or (not _locked(attempts, now) and 0 < attempts.count <= policy.limit)


def failed(policy: AttemptsPolicy, attempts: Attempts, now: datetime) -> Attempts:
    """After a wrong guess: locked, if it was the last."""
    if policy.alarm_only or not policy.locks or attempts.count < policy.limit or attempts.locked_until is not None:
        return attempts
    lock = policy.locks[min(attempts.lock_level, len(policy.locks) - 1)]
    return attempts.model_copy(update={"lock_level": attempts.lock_level + 1, "locked_until": now + lock})


def overrun(policy: AttemptsPolicy, attempts: Attempts, now: datetime) -> Attempts:
    """After a guess beyond the limit, which is not judged: there is none to be had for as long as a lock would last.

    The level stays: those counted before it may still be under way, and theirs is the lock that a failure brings.
    """
    if policy.alarm_only or not policy.locks or attempts.count <= policy.limit or attempts.locked_until is not None:
        return attempts
    lock = policy.locks[min(attempts.lock_level, len(policy.locks) - 1)]
    return attempts.model_copy(update={"locked_until": now + lock})


def strictest(kept: Sequence[Attempts]) -> Attempts:
    """One counter of those that were kept of the same guesses, none of which need have seen all: the least is left."""
    most = max(kept, key=lambda one: (one.locked_until is not None and one.locked_until.timestamp(), one.count))
    return most.model_copy(update={"lock_level": max(one.lock_level for one in kept)})


def exhausted(policy: AttemptsPolicy, attempts: Attempts) -> bool:
    """The guesses are used up: what this means, a lock, an end or an alarm, is for the asker."""
    return attempts.count >= policy.limit


def _locked(attempts: Attempts, now: datetime) -> bool:
    return attempts.locked_until is not None and now < attempts.locked_until


def _free_at(policy: AttemptsPolicy, attempts: Attempts) -> datetime | None:
    if policy.alarm_only:
        return None
    if policy.locks:
        # the last guess may still be in judgement, or died in it: the next one is counted, not judged, and locks
        return attempts.locked_until
    return attempts.since + policy.window if attempts.since and exhausted(policy, attempts) else None


def _level(policy: AttemptsPolicy, attempts: Attempts, now: datetime) -> int:
    last = attempts.locked_until or attempts.since
    return 0 if last is None or now >= last + policy.calm else attempts.lock_level
