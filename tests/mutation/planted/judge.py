"""The judges of the planted module."""

from mutation.planted.code import is_adult, is_possible, is_retired

RETIRED = is_retired(65)


def test_who_turns_eighteen_is_an_adult() -> None:
    assert is_adult(18)
    assert not is_adult(17)


def test_some_ages_are_possible() -> None:
    assert is_possible(33)
    assert not is_possible(1000)


def test_who_is_retired_was_asked_before() -> None:
    assert RETIRED == is_retired(65)
