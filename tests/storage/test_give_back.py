"""A success gives a shared counter its own guess back, and no other."""

from datetime import timedelta
from typing import Any

from support.people import NOW
from support.rows import begun, moved, ticket

from registratura.domain.attempts import Attempts
from registratura.flows.engine.codec import micros
from registratura.flows.rows import AttemptChange

EARLIER = NOW - timedelta(hours=1)
STALE = Attempts()


def after_a_success(storage: Any, was: Attempts) -> Attempts:
    with storage.unit() as unit:
        unit.write(begun())
    storage.count_attempts(ticket(), ["address"], lambda now: ("", {"address": was}))
    with storage.unit() as unit:
        unit.write(moved(2, attempts=(AttemptChange("address", STALE, micros(NOW), micros(NOW)),)))
        found: Attempts = unit.attempts("address")
        return found


def test_its_own_guess_is_given_back_and_the_level_stays(storage: Any) -> None:
    was = Attempts(count=3, lock_level=2, locked_until=EARLIER, since=EARLIER)
    assert after_a_success(storage, was) == was.model_copy(update={"count": 2})


def test_the_window_that_it_began_counts(storage: Any) -> None:
    assert after_a_success(storage, Attempts(count=1, since=NOW)).count == 0


def test_a_window_that_has_begun_since_gives_nothing_back(storage: Any) -> None:
    was = Attempts(count=3, since=NOW + timedelta(microseconds=1))
    assert after_a_success(storage, was) == was


def test_nothing_is_given_back_of_nothing(storage: Any) -> None:
    assert after_a_success(storage, Attempts(since=NOW)).count == 0
