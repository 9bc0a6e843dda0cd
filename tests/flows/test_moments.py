"""Times in texts: in the host's time zone, to the minute, and how soon where that is soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from support.named_texts import TEXTS

from registratura.domain.refusal import Refusal
from registratura.flows.texts import MOSCOW


def test_a_refusal_that_time_cures_says_when() -> None:
    at = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    timed = TEXTS.timed(lambda: at - timedelta(minutes=15), MOSCOW)
    refusal = Refusal(code="attempts.exhausted", retry_at=at)
    assert timed.refusal(refusal).endswith(" Попробуйте снова через 15 минут, в 12:05.")
    assert TEXTS.refusal(refusal).endswith(" Попробуйте снова 01.03.2026 в 12:05.")
    assert "Попробуйте" not in TEXTS.refusal(Refusal(code="attempts.exhausted"))


NOW = datetime(2026, 3, 1, 11, 34, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        # What opens at 14:35:20 is open at 14:36 for sure, and at 14:35 perhaps not.
        (timedelta(minutes=1), "через 1 минуту, в 14:36"),
        (timedelta(microseconds=1), "через 1 минуту, в 14:35"),
        (timedelta(seconds=100), "через 2 минуты, в 14:36"),
        (timedelta(minutes=4, seconds=40), "через 5 минут, в 14:39"),
        (timedelta(minutes=11), "через 11 минут, в 14:46"),
        (timedelta(minutes=21), "через 21 минуту, в 14:56"),
        (timedelta(hours=1), "через 60 минут, в 15:35"),
        (timedelta(hours=1, microseconds=1), "в 15:35"),
        (timedelta(hours=9), "в 23:35"),
        (timedelta(hours=10), "02.03.2026 в 00:35"),
        (timedelta(minutes=-20), "в 14:15"),
        (timedelta(days=-1), "28.02.2026 в 14:35"),
    ],
)
def test_a_moment_is_told_as_people_say_it(later: timedelta, said: str) -> None:
    assert TEXTS.timed(lambda: NOW, MOSCOW).moment(NOW + later) == said


def test_a_moment_is_told_in_the_hosts_time_zone() -> None:
    there = timezone(timedelta(hours=5))
    night = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    assert TEXTS.timed(lambda: NOW, there).moment(night) == "02.03.2026 в 01:30"
    assert TEXTS.timed(lambda: NOW, MOSCOW).moment(night) == "в 23:30"


@pytest.mark.parametrize("hours", [-11, 13])
def test_it_is_today_where_the_host_is(hours: int) -> None:
    """Wherever the machine stands: eleven in the morning is another day there for one of them."""
    there = timezone(timedelta(hours=hours))
    noon = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
    assert TEXTS.timed(lambda: noon, there).moment(noon + timedelta(hours=5)).startswith("в ")


def test_what_is_possible_now_is_not_told_in_minutes() -> None:
    assert TEXTS.timed(lambda: NOW, MOSCOW).moment(NOW) == "в 14:35"


@pytest.mark.parametrize("minutes", range(1, 61))
def test_minutes_are_counted_in_russian(minutes: int) -> None:
    word = "минуту" if minutes in (1, 21, 31, 41, 51) else "минут"
    word = "минуты" if minutes % 10 in (2, 3, 4) and minutes not in (12, 13, 14) else word
    said = TEXTS.timed(lambda: NOW, MOSCOW).moment(NOW + timedelta(minutes=minutes))
    assert said.startswith(f"через {minutes} {word}, ")
