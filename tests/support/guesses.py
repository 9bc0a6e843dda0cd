"""The model of guessing, in the specification's words: five a day, then a lock that grows each time."""

from __future__ import annotations

from datetime import datetime, timedelta

LOCKS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)]


class Guesses:
    """One counter."""

    def __init__(self, limit: int = 5) -> None:
        self.limit = limit
        self.used, self.locks_so_far = 0, 0
        self.day_began: datetime | None = None
        self.locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until

    def take(self, now: datetime) -> bool:
        """One guess more; whether it is judged."""
        if self.locked(now):
            return False
        last = self.locked_until or self.day_began
        if last is not None and now >= last + timedelta(days=7):
            self.locks_so_far = 0
        if self.day_began is None or self.locked_until or now >= self.day_began + timedelta(days=1):
            self.used, self.day_began, self.locked_until = 0, now, None
        self.used += 1
        if self.used > self.limit:
            self.miss(now)
        return self.used <= self.limit

    def miss(self, now: datetime) -> None:
        """It was wrong: the last one locks."""
        if self.used >= self.limit and self.locked_until is None:
            self.locked_until = now + LOCKS[min(self.locks_so_far, len(LOCKS) - 1)]
            self.locks_so_far += 1

    def give_back(self) -> None:
        """The one just taken was right, where a right one forgives no other."""
        self.used -= 1

    def forgive(self) -> None:
        self.__init__(self.limit)  # type: ignore[misc]
