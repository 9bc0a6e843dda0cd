"""Names of citizens and of foreigners."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from support.people import MARGARITA, code_of, outcome

from registratura.domain.names import LONGEST_NAME, PersonName, folded, parse_name_part, same_name


@pytest.mark.parametrize(
    "text",
    [
        "Иванов",
        "Салтыков-Щедрин",
        "Алёна",
        "Ли",
        "О",
        "O'Neil",
        "O\u2019Neil",
        "García Márquez",
        "Мамед оглы",
        "ИВАНОВ",
        "Nguyễn",
        "John Иванов",
    ],
)
def test_a_name_is_kept_as_it_is_written(text: str) -> None:
    assert parse_name_part(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name.empty"),
        ("   ", "name.empty"),
        (" \u200b\u202e", "name.empty"),
        ("-", "name.characters"),
        ("Иванов1", "name.characters"),
        ("Иван\tов", "name.characters"),
        ("Иван\x00ов", "name.characters"),
        ("<Иванов>", "name.characters"),
        ("Иванов;", "name.characters"),
        ("Иван\u0482ов", "name.characters"),
        ("محمد", "name.characters"),
        ("\uff2aohn", "name.characters"),
        ("Ивaнов", "name.mixed_alphabets"),
        ("И" * (LONGEST_NAME + 1), "name.too_long"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_name_part(text)
    assert code_of(error) == code


def test_the_longest_name_fits() -> None:
    assert parse_name_part("И" * LONGEST_NAME)


def test_letters_are_composed_and_spaces_single() -> None:
    assert parse_name_part("  Ники\u0438\u0306   Алё ") == "Никий Алё"
    assert parse_name_part(unicodedata.normalize("NFD", "Алёна")) == "Алёна"


@given(st.text(max_size=30))
def test_a_name_once_read_is_read_as_itself_again(text: str) -> None:
    name = outcome(parse_name_part, text)
    if isinstance(name, PydanticCustomError):
        assert name.type.startswith("name.")
    else:
        assert parse_name_part(name) == name
        assert not any(unicodedata.category(letter).startswith("C") for letter in name)


def test_the_full_name_has_a_patronymic_only_if_the_person_has() -> None:
    assert MARGARITA.full == "Алексеева Маргарита Викторовна"
    assert PersonName(last="Ли", first="Анна").full == "Ли Анна"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (PersonName(last="АЛЕКСЕЕВА", first="маргарита", middle="Викторовна"), True),
        (PersonName(last="Алексеёва", first="Маргарита", middle="Викторовна"), True),
        (PersonName(last="Алексеева", first="Маргарита"), False),
        (PersonName(last="Маргарита", first="Алексеева", middle="Викторовна"), False),
        (PersonName(last="Алексеева", first="Мария", middle="Викторовна"), False),
    ],
)
def test_the_same_name_may_be_spelt_otherwise(other: PersonName, same: bool) -> None:
    assert same_name(MARGARITA, other) is same


def test_a_name_moved_between_the_parts_is_another_name() -> None:
    assert not same_name(PersonName(last="Ван Дер", first="Ян"), PersonName(last="Ван", first="Дер Ян"))


def test_a_name_has_a_hundred_characters_at_most() -> None:
    assert LONGEST_NAME == 100


def test_no_name_is_compared_as_an_empty_one_and_all_apostrophes_as_one() -> None:
    assert folded(None) == ""
    assert {folded(f"Д{mark}Артаньян") for mark in "'\u2019\u02bc`"} == {"д'артаньян"}
