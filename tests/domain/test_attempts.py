"""Counting guesses, and the locks they lead to."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.people import NOW, TICK

from registratura.domain.attempts import (
    CODE_ATTEMPTS_PER_ACCOUNT,
    CODE_ATTEMPTS_PER_ADDRESS,
    CODE_ATTEMPTS_PER_PROFILE,
    CODE_ATTEMPTS_TOTAL,
    GROWING_LOCKS,
    PASSWORD_ATTEMPTS,
    Attempts,
    AttemptsPolicy,
    attempts_refusals,
    counted,
    exhausted,
    failed,
    judgeable,
    overrun,
    strictest,
)
from registratura.domain.refusal import Refusal

POLICY = PASSWORD_ATTEMPTS
LOCKLESS = AttemptsPolicy(limit=2, window=timedelta(hours=1), locks=())
NONE_YET = Attempts()


def guess(policy: AttemptsPolicy, attempts: Attempts, now: datetime, times: int = 1) -> Attempts:
    """So many wrong guesses, one after the other."""
    for _ in range(times):
        attempts = failed(policy, counted(policy, attempts, now), now)
    return attempts


def test_five_guesses_are_judged_and_the_sixth_is_not() -> None:
    attempts, verdicts = NONE_YET, []
    for _ in range(6):
        attempts = counted(POLICY, attempts, NOW)
        verdicts.append(judgeable(POLICY, attempts, NOW))
    assert verdicts == [True] * 5 + [False]


def test_nothing_is_judged_that_was_not_counted() -> None:
    assert not judgeable(POLICY, NONE_YET, NOW)


def test_four_wrong_guesses_lock_nothing_and_the_fifth_does() -> None:
    assert attempts_refusals(POLICY, guess(POLICY, NONE_YET, NOW, 4), NOW) == ()
    locked = guess(POLICY, NONE_YET, NOW, 5)
    free_at = NOW + timedelta(minutes=1)
    assert locked.locked_until == free_at
    assert attempts_refusals(POLICY, locked, free_at - TICK) == (Refusal(code="attempts.exhausted", retry_at=free_at),)
    assert attempts_refusals(POLICY, locked, free_at) == ()


def test_while_the_lock_runs_nothing_is_counted_or_judged_and_the_lock_stays_as_it_is() -> None:
    locked = guess(POLICY, NONE_YET, NOW, 5)
    later = NOW + timedelta(minutes=1) - TICK
    assert counted(POLICY, locked, later) == locked
    assert failed(POLICY, locked, later) == locked
    assert not judgeable(POLICY, locked, later)


def test_after_the_lock_there_are_five_guesses_again() -> None:
    locked = guess(POLICY, NONE_YET, NOW, 5)
    after = NOW + timedelta(minutes=1)
    once = counted(POLICY, locked, after)
    assert (once.count, once.lock_level, once.locked_until, once.since) == (1, 1, None, after)
    assert judgeable(POLICY, once, after)


def test_the_locks_grow_and_the_last_one_repeats() -> None:
    attempts, now, locks = NONE_YET, NOW, []
    for _ in range(len(GROWING_LOCKS) + 2):
        attempts = guess(POLICY, attempts, now, 5)
        assert attempts.locked_until is not None
        locks.append(attempts.locked_until - now)
        now = attempts.locked_until
    assert locks == [*GROWING_LOCKS, GROWING_LOCKS[-1], GROWING_LOCKS[-1]]


def test_a_calm_week_makes_the_locks_short_again() -> None:
    locked = guess(POLICY, guess(POLICY, NONE_YET, NOW, 5), NOW + timedelta(hours=1), 5)
    assert locked.locked_until == NOW + timedelta(hours=1, minutes=5)
    calm = locked.locked_until + POLICY.calm
    assert counted(POLICY, locked, calm - TICK).lock_level == 2
    assert counted(POLICY, locked, calm).lock_level == 0


def test_the_window_begins_anew_with_the_first_guess_after_it() -> None:
    four = guess(POLICY, NONE_YET, NOW, 4)
    assert counted(POLICY, four, NOW + POLICY.window - TICK).count == 5
    anew = counted(POLICY, four, NOW + POLICY.window)
    assert (anew.count, anew.since) == (1, NOW + POLICY.window)


def test_a_guess_that_died_in_judgement_is_spent_and_the_next_one_locks() -> None:
    died = guess(POLICY, NONE_YET, NOW, 4)
    died = counted(POLICY, died, NOW)
    assert attempts_refusals(POLICY, died, NOW) == ()
    sixth = counted(POLICY, died, NOW)
    assert not judgeable(POLICY, sixth, NOW)
    assert failed(POLICY, sixth, NOW).locked_until == NOW + timedelta(minutes=1)


def test_without_locks_the_rest_of_the_window_is_the_lock() -> None:
    spent = guess(LOCKLESS, NONE_YET, NOW, 2)
    free_at = NOW + LOCKLESS.window
    assert spent.locked_until is None
    assert attempts_refusals(LOCKLESS, spent, free_at - TICK) == (Refusal(code="attempts.exhausted", retry_at=free_at),)
    assert attempts_refusals(LOCKLESS, spent, free_at) == ()
    assert not judgeable(LOCKLESS, counted(LOCKLESS, spent, free_at - TICK), free_at - TICK)
    assert judgeable(LOCKLESS, counted(LOCKLESS, spent, free_at), free_at)


def test_an_alarm_counts_and_stops_nobody() -> None:
    policy = AttemptsPolicy(limit=2, locks=(), alarm_only=True)
    quiet, loud = guess(policy, NONE_YET, NOW, 1), guess(policy, NONE_YET, NOW, 3)
    assert (exhausted(policy, quiet), exhausted(policy, loud)) == (False, True)
    assert attempts_refusals(policy, loud, NOW) == ()
    assert judgeable(policy, loud, NOW)


def test_a_clock_that_went_back_gives_no_guess_back_and_ends_no_lock() -> None:
    yesterday = NOW - timedelta(days=1)
    assert counted(POLICY, guess(POLICY, NONE_YET, NOW, 4), yesterday).count == 5
    locked = guess(POLICY, NONE_YET, NOW, 5)
    assert attempts_refusals(POLICY, locked, yesterday) != ()
    assert not judgeable(POLICY, counted(POLICY, locked, yesterday), yesterday)


@given(st.lists(st.tuples(st.integers(0, 90_000), st.booleans()), max_size=60))
def test_no_more_wrong_guesses_are_judged_than_the_locks_let_through(steps: list[tuple[int, bool]]) -> None:
    """However the guesses lie in time, and whether or not the answer to each was written down."""
    attempts, now, judged = NONE_YET, NOW, list[datetime]()
    for seconds, written in steps:
        now += timedelta(seconds=seconds)
        attempts = counted(POLICY, attempts, now)
        if judgeable(POLICY, attempts, now):
            judged.append(now)
        if written:
            attempts = failed(POLICY, attempts, now)
    for sixth, first in zip(judged[5:], judged, strict=False):
        assert sixth - first >= GROWING_LOCKS[0]
    # a full ladder of locks passes at most 5 guesses each, and then one lock of a day per 5
    days = (now - NOW) / timedelta(days=1)
    assert len(judged) <= 5 * (len(GROWING_LOCKS) + 1) * (1 + days / 7) + 5 * days


def test_locks_must_grow_and_limits_be_something() -> None:
    with pytest.raises(ValidationError, match=r"attempts\.locks"):
        AttemptsPolicy(locks=(timedelta(hours=1), timedelta(minutes=1)))
    with pytest.raises(ValidationError):
        AttemptsPolicy(limit=0)


def test_who_shares_more_may_guess_more_and_only_the_total_is_an_alarm() -> None:
    by_scope = (CODE_ATTEMPTS_PER_PROFILE, CODE_ATTEMPTS_PER_ACCOUNT, CODE_ATTEMPTS_PER_ADDRESS, CODE_ATTEMPTS_TOTAL)
    assert [policy.limit for policy in by_scope] == [5, 15, 50, 1_000]
    assert [policy.alarm_only for policy in by_scope] == [False, False, False, True]
    assert PASSWORD_ATTEMPTS.limit == 5


def test_the_locks_are_those_of_the_facts() -> None:
    assert [lock / timedelta(minutes=1) for lock in GROWING_LOCKS] == [1, 5, 15, 60, 24 * 60]
    assert (POLICY.window, POLICY.calm) == (timedelta(days=1), timedelta(days=7))
    assert (CODE_ATTEMPTS_TOTAL.window, CODE_ATTEMPTS_TOTAL.locks) == (timedelta(hours=1), ())
    assert (NONE_YET.count, NONE_YET.lock_level, AttemptsPolicy(limit=1).limit) == (0, 0, 1)


@pytest.mark.parametrize("name", ["window", "calm", "locks"])
def test_a_span_is_longer_than_nothing(name: str) -> None:
    for span in (timedelta(0), -TICK):
        with pytest.raises(ValidationError):
            AttemptsPolicy.model_validate({name: (span,) if name == "locks" else span})


@pytest.mark.parametrize("name", ["count", "lock_level"])
def test_what_is_counted_is_not_below_nothing(name: str) -> None:
    with pytest.raises(ValidationError):
        Attempts.model_validate({name: -1})
    assert Attempts.model_validate({name: 0}) == NONE_YET


def test_without_locks_the_guesses_that_are_left_are_free() -> None:
    assert attempts_refusals(LOCKLESS, counted(LOCKLESS, NONE_YET, NOW), NOW) == ()


@pytest.mark.parametrize(("level", "minutes"), [(0, 1), (1, 5), (4, 24 * 60), (9, 24 * 60)])
def test_a_guess_beyond_the_limit_waits_as_long_as_the_lock_that_a_failure_would_bring(
    level: int, minutes: int
) -> None:
    beyond = Attempts(count=POLICY.limit + 1, lock_level=level, since=NOW)
    assert overrun(POLICY, beyond, NOW) == beyond.model_copy(update={"locked_until": NOW + timedelta(minutes=minutes)})


@pytest.mark.parametrize(
    ("policy", "attempts"),
    [
        (POLICY, Attempts(count=5, since=NOW)),
        (POLICY, Attempts(count=6, since=NOW, locked_until=NOW + TICK)),
        (LOCKLESS, Attempts(count=3, since=NOW)),
        (AttemptsPolicy(limit=1, alarm_only=True), Attempts(count=2, since=NOW)),
    ],
)
def test_nobody_waits_for_less(policy: AttemptsPolicy, attempts: Attempts) -> None:
    """The last guess there is; a lock that runs; no locks at all; an alarm, which stops nobody."""
    assert overrun(policy, attempts, NOW) == attempts


def test_of_counters_of_the_same_guesses_the_least_is_left() -> None:
    few, many = Attempts(count=2, lock_level=1, since=NOW), Attempts(count=4, since=NOW)
    locked, longer = (Attempts(count=1, since=NOW, locked_until=NOW + n * TICK) for n in (1, 2))
    assert strictest([few]) == few
    assert strictest([few, many]) == strictest([many, few]) == many.model_copy(update={"lock_level": 1})
    assert strictest([many, locked, longer]) == strictest([longer, locked, many]) == longer
