"""Passwords are hashed as advised; ids and numbers cannot be foreseen."""

from unittest.mock import patch
from uuid import UUID

import pytest
from support.people import NOW, TICK

from registratura.storage import Argon2Hasher, RandomIds

CHEAP = Argon2Hasher(memory_kib=8, passes=1)


def test_a_password_fits_its_hash_only() -> None:
    hashed = CHEAP.hash("Пароль123")
    assert hashed != CHEAP.hash("Пароль123")
    assert CHEAP.verify(hashed, "Пароль123")
    assert not CHEAP.verify(hashed, "пароль123")
    assert not CHEAP.verify(hashed, "")


def test_the_hash_names_the_advised_parameters() -> None:
    assert Argon2Hasher().hash("Secret1").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_made_with_other_parameters_still_fits() -> None:
    assert Argon2Hasher(memory_kib=16, passes=2).verify(CHEAP.hash("Secret1"), "Secret1")


@pytest.mark.parametrize("hashed", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$broken$broken"])
def test_a_hash_that_is_none_fits_nothing(hashed: str) -> None:
    assert not CHEAP.verify(hashed, "Secret1")


def test_nobodys_password_costs_a_hash_too() -> None:
    with patch.object(CHEAP, "_argon2", wraps=CHEAP._argon2) as argon2:
        assert not CHEAP.verify(None, "Secret1")
    assert argon2.hash.call_count + argon2.verify.call_count == 1


def test_ids_sort_by_time_and_are_all_different() -> None:
    ids = RandomIds()
    made = [ids.new(NOW) for _ in range(200)]
    assert len(set(made)) == 200
    assert {UUID(one).version for one in made} == {7}
    assert max(made) < ids.new(NOW + 1000 * TICK)


def test_numbers_are_below_their_bound_and_reach_all_of_them() -> None:
    assert {RandomIds().number(5) for _ in range(500)} == set(range(5))
