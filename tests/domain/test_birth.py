"""Dates of birth."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from support.people import TODAY, code_of

from registratura.domain.birth import OF_AGE, age_on, comes_of_age, parse_birth_date

births = st.dates(date(1900, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize("text", ["2000-08-12", "12.08.2000", " 12.08.2000 "])
def test_a_date_is_read_as_people_and_programs_write_it(text: str) -> None:
    assert parse_birth_date(text, TODAY) == date(2000, 8, 12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1899-12-31", "birth_date.too_early"),
        ("2026-03-03", "birth_date.future"),
        ("2001-02-29", "birth_date.format"),
        ("12.8.2000", "birth_date.format"),
        ("12/08/2000", "birth_date.format"),
        ("20000812", "birth_date.format"),
        ("١٢.٠٨.٢٠٠٠", "birth_date.format"),
        ("", "birth_date.format"),
    ],
)
def test_what_is_no_birth_date_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_birth_date(text, TODAY)
    assert code_of(error) == code
    assert error.value.__context__ is None


def test_the_first_and_the_last_possible_day_are_taken() -> None:
    assert parse_birth_date("1900-01-01", TODAY) == date(1900, 1, 1)
    assert parse_birth_date(TODAY.isoformat(), TODAY) == TODAY


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2018, 8, 11), 17), (date(2018, 8, 12), 18), (date(2018, 8, 13), 18), (date(2000, 8, 12), 0)],
)
def test_a_year_is_full_on_the_birthday(day: date, age: int) -> None:
    assert age_on(date(2000, 8, 12), day) == age


def test_who_was_born_on_the_29th_of_february_is_older_on_the_1st_of_march() -> None:
    born = date(2008, 2, 29)
    assert (age_on(born, date(2026, 2, 28)), age_on(born, date(2026, 3, 1))) == (17, 18)
    assert comes_of_age(born) == datetime(2026, 3, 1, tzinfo=UTC)


@given(births)
def test_a_person_comes_of_age_on_the_first_day_of_being_eighteen(born: date) -> None:
    first = comes_of_age(born)
    assert first.tzinfo is UTC
    assert age_on(born, first.date()) == OF_AGE
    assert age_on(born, first.date() - timedelta(days=1)) == OF_AGE - 1


@given(births, births)
def test_both_ways_of_writing_a_date_say_the_same(born: date, today: date) -> None:
    if born <= today:
        assert parse_birth_date(born.isoformat(), today) == parse_birth_date(f"{born:%d.%m.%Y}", today) == born
