"""The judges of the planted module."""

from mutation.planted.code import is_adult, is_possible


def test_who_turns_eighteen_is_an_adult() -> None:
    assert is_adult(18)
    assert not is_adult(17)


def test_some_ages_are_possible() -> None:
    assert is_possible(33)
    assert not is_possible(1000)
