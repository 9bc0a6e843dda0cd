"""The judges of the planted module."""

from mutation.planted.code import is_adult, is_possible, is_retired


def test_who_turns_eighteen_is_an_adult() -> None:
    assert is_adult(18)
    assert not is_adult(17)


def test_some_ages_are_possible() -> None:
    assert is_possible(33)
    assert not is_possible(1000)


def test_what_is_remembered_is_asked_first_by_who_does_not_look() -> None:
    is_retired(65)


def test_what_is_remembered_is_judged_by_who_does() -> None:
    assert is_retired(65)
