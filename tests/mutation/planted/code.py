"""A module to be mutated: its judges miss one fault of a function and one of what is imported."""

from __future__ import annotations

from functools import cache

ADULT = 18
OLDEST = 120


def is_adult(age: int) -> bool:
    return age >= ADULT


def is_possible(age: int) -> bool:
    return age <= OLDEST


def nobody_asks(age: int) -> bool:
    return age > 0


@cache
def is_retired(age: int) -> bool:
    return age >= 65
