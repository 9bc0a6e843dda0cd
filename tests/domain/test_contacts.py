"""Telephone numbers and e-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from support.people import code_of, outcome

from registratura.domain.contacts import format_phone, parse_email, parse_phone


@pytest.mark.parametrize(
    "text",
    ["+79001234567", "89001234567", "8 (900) 123-45-67", " +7 900 123 45 67 ", "+7(900)1234567", "9001234567"],
)
def test_a_mobile_number_is_read_as_people_write_it(text: str) -> None:
    assert parse_phone(text) == "+79001234567"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("+77011234567", "phone.not_russian"),
        ("+375291234567", "phone.not_russian"),
        ("+73512345678", "phone.not_mobile"),
        ("+78001234567", "phone.not_mobile"),
        ("", "phone.format"),
        ("+7900123456", "phone.format"),
        ("+71234567890", "phone.format"),
        ("+790012345678", "phone.format"),
        ("8-900-FLOWERS", "phone.format"),
        ("89001234567 ext 5", "phone.format"),
        ("+79001234567;ext=3", "phone.format"),
        ("٨٩٠٠١٢٣٤٥٦٧", "phone.format"),
    ],
)
def test_any_other_number_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_phone(text)
    assert code_of(error) == code


@given(st.integers(9_000_000_000, 9_999_999_999))
def test_a_number_once_read_is_read_as_itself_again(number: int) -> None:
    phone = outcome(parse_phone, f"8{number}")
    if isinstance(phone, PydanticCustomError):
        assert phone.type == "phone.format"
    else:
        assert phone == f"+7{number}" == parse_phone(phone)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Margarita@Example.ORG", "margarita@example.org"),
        (" a.b+c@mail.example.ru ", "a.b+c@mail.example.ru"),
        ("a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_an_address_is_kept_in_small_letters(text: str, address: str) -> None:
    assert parse_email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "margarita",
        "@example.org",
        "a@",
        "a@localhost",
        "a b@example.org",
        "a..b@example.org",
        ".a@example.org",
        "a@-example.org",
        "a@example..org",
        "а@example.org",
        "a@example.org\nbcc: b@example.org",
        "\u212a@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 63 + "." + "e" * 63 + ".org",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_email(text)
    assert code_of(error) == "email.format"


@pytest.mark.parametrize(
    ("phone", "read"),
    [
        ("+79000000001", "+7 (900) 000-00-01"),
        ("+7(900)0000001", "+7 (900) 000-00-01"),
        ("+375291234567", "+375291234567"),
        ("не указан", "не указан"),
        ("", ""),
    ],
)
def test_a_number_is_written_in_one_way(phone: str, read: str) -> None:
    assert format_phone(phone) == read


def test_a_number_as_it_is_read_can_be_typed() -> None:
    assert parse_phone(format_phone("+79001234567")) == "+79001234567"


def test_the_longest_address_has_254_characters() -> None:
    longest = "a@" + "b" * 60 + ("." + "b" * 60) * 3 + ".example"
    longest = longest.replace("@", "a" * (254 - len(longest)) + "@")
    assert parse_email(longest) == longest
    assert len(longest) == 254
    assert isinstance(outcome(parse_email, "a" + longest), PydanticCustomError)
