"""The two password policies, and what neither takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from registratura.domain.common_passwords import COMMON_PASSWORDS
from registratura.domain.own_data import personal_forms
from registratura.domain.passwords import DOCUMENTED, HARDENED, PasswordPolicy, hardened, password_refusals
from registratura.domain.typed import typed

PERSON = ["Алексеева", "Маргарита", "2000-08-12", "+79001234567", "112-233-445 95", "m.alekseeva@example.org"]
ALNUM = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=6, max_size=128)


def codes(password: str, repeat: str | None = None, policy: PasswordPolicy = DOCUMENTED) -> list[str]:
    refusals = password_refusals(policy, password, password if repeat is None else repeat, PERSON)
    return [refusal.code for refusal in refusals]


@pytest.mark.parametrize("password", ["vbnGth", "zqwvkj", "850271", "Zq4vKj", "Zq4vKj" + "x" * 122])
def test_six_to_128_letters_and_digits_in_any_mixture_are_taken(password: str) -> None:
    assert codes(password) == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Zq4vK", "password.too_short"),
        ("Zq4vKj" + "x" * 123, "password.too_long"),
        ("Zq4vK ", "password.alphabet"),
        (" Zq4vK", "password.alphabet"),
        ("Zq4-vKj", "password.alphabet"),
        ("Zq4vKj\n", "password.alphabet"),
        ("Zq4vKо", "password.alphabet"),
        ("Zq4vK٣", "password.alphabet"),
        ("Zq4vK３", "password.alphabet"),
        ("Zq4vKé", "password.alphabet"),
        ("пароли", "password.alphabet"),
        ("qwerty", "password.common"),
        ("QWERTY", "password.common"),
        ("123456", "password.common"),
        ("password", "password.common"),
        ("qwerty123", "password.common"),
        ("gfhjkm", "password.common"),
        ("ytrewq", "password.common"),
        ("parol123", "password.common"),
    ],
)
def test_any_other_password_is_refused_with_its_reason(password: str, code: str) -> None:
    assert codes(password) == [code]


def test_the_refusal_names_the_limit() -> None:
    assert password_refusals(DOCUMENTED, "a1", "a1", [])[0].params == {"min": 6}
    assert password_refusals(DOCUMENTED, "zq" * 65, "zq" * 65, [])[0].params == {"max": 128}
    assert password_refusals(HARDENED, "a1", "a1", [])[0].params == {"min": 15}


def test_both_fields_must_be_filled_and_agree() -> None:
    assert codes("") == ["password.empty"]
    assert codes("", "Zq4vKj") == ["password.empty", "password.differ"]
    assert codes("Zq4vKj", "") == ["password.differ"]
    assert codes("Zq4vKj", "zq4vkj") == ["password.differ"]


@pytest.mark.parametrize("policy", [DOCUMENTED, HARDENED, hardened(8)], ids=lambda policy: f"{policy.min_length}")
@pytest.mark.parametrize("blank", ["", " " * 6, " " * 15, "\u00a0" * 20, "\u200b" * 20], ids=repr)
def test_spaces_only_are_an_empty_field(policy: PasswordPolicy, blank: str) -> None:
    assert codes(blank, policy=policy) == ["password.empty"]


def test_all_reasons_are_given_at_once() -> None:
    assert codes("ma r", "") == ["password.differ", "password.too_short", "password.alphabet"]
    assert codes("Марго ", "x", hardened(8)) == ["password.differ", "password.too_short"]
    refusals = password_refusals(DOCUMENTED, "margarita", "x", PERSON, common={"margarita"})
    assert [refusal.code for refusal in refusals] == ["password.differ", "password.common", "password.personal"]


@given(ALNUM)
def test_the_documented_alphabet_and_length_are_never_refused_as_such(password: str) -> None:
    assert set(codes(password)) <= {"password.common", "password.personal"}


@given(st.text(min_size=1, max_size=140), st.text(max_size=5))
def test_the_verdict_on_form_is_the_documented_expression(password: str, repeat: str) -> None:
    if not typed(password):
        assert codes(password, repeat)[0] == "password.empty"
        return
    ascii_only = all(letter.isascii() and letter.isalnum() for letter in password)
    found = set(codes(password, repeat))
    assert ("password.alphabet" in found) is not ascii_only
    assert ("password.too_short" in found) is (len(password) < 6)
    assert ("password.too_long" in found) is (len(password) > 128)
    assert ("password.differ" in found) is (password != repeat)


@pytest.mark.parametrize(
    "password",
    [
        "12082000",
        "120800",
        "20000812",
        "08122000",
        "79001234567",
        "89001234567",
        "9001234567",
        "1234567a",
        "11223344595",
        "112233445",
        "alekseeva",
        "Alekseeva85",
        "fktrcttdf",
        "margarita2000",
        "Margarita12082000",
        "malekseeva1",
    ],
)
def test_ones_own_data_is_no_password_even_with_a_little_added(password: str) -> None:
    assert "password.personal" in codes(password)


@pytest.mark.parametrize("password", ["alekseevaZq4vKj", "Zq4vKj120800", "12082001", "maxim1", "tree12"])
def test_six_characters_of_ones_own_beside_it_or_other_data_will_do(password: str) -> None:
    assert "password.personal" not in codes(password)


@pytest.mark.parametrize("password", ["Алексеева", "алексеева!", "12.08.2000", "+7 (900) 123-45-67"])
def test_the_hardened_policy_knows_ones_own_data_in_any_characters(password: str) -> None:
    assert "password.personal" in codes(password, policy=hardened(8))


def test_the_login_is_known_without_its_domain() -> None:
    refusals = password_refusals(DOCUMENTED, "sunnybear1", "sunnybear1", ["Sunny.Bear@example.org"])
    assert [refusal.code for refusal in refusals] == ["password.personal"]


def test_short_names_are_no_reason() -> None:
    assert personal_forms("Ян") == frozenset()
    assert password_refusals(DOCUMENTED, "yan85qz", "yan85qz", ["Ян", "", " "]) == ()


def test_a_name_is_known_in_both_romanisations_and_on_the_other_layout() -> None:
    assert personal_forms("Хрущёв") >= {"hruschev", "khrushchev", "heod"}
    assert personal_forms("Салтыков-Щедрин") >= {"saltykovschedrin", "saltykovshchedrin"}


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("correct horse ba", []),
        ("верный конь ска", []),
        ("верный конь ск", ["password.too_short"]),
        ("🐴" * 15, []),
        ("пятнадцать\x00букв", ["password.alphabet"]),
        ("пятнадцать\ud800букв", ["password.alphabet"]),
        ("qwertyuiopasdfg", []),
    ],
)
def test_the_hardened_policy_takes_any_characters_from_fifteen_on(password: str, found: list[str]) -> None:
    assert codes(password, policy=HARDENED) == found


def test_a_host_may_harden_to_eight_and_not_below() -> None:
    assert codes("Zq4 vKj!", policy=hardened(8)) == []
    with pytest.raises(ValidationError, match=r"password_policy\.not_hardened"):
        hardened(7)
    with pytest.raises(ValidationError, match=r"password_policy\.not_hardened"):
        PasswordPolicy(name="hardened", min_length=15, alphabet="documented")


def test_a_host_may_bring_its_own_list() -> None:
    assert password_refusals(DOCUMENTED, "Zq4vKj", "Zq4vKj", [], common={"zq4vkj"})[0].code == "password.common"
    assert password_refusals(DOCUMENTED, "qwerty", "qwerty", [], common=()) == ()


def test_the_common_passwords_are_all_ones_that_the_documented_policy_would_take() -> None:
    assert len(COMMON_PASSWORDS) >= 3_000
    assert all(6 <= len(password) <= 128 and password.isascii() for password in COMMON_PASSWORDS)
    assert all(password.isalnum() and password == password.casefold() for password in COMMON_PASSWORDS)


def test_the_refusals_show_neither_the_password_nor_the_data() -> None:
    shown = repr(password_refusals(DOCUMENTED, "margarita", "x", PERSON))
    assert "margarita" not in shown.casefold()
    assert "Маргарита" not in shown


def test_a_number_is_known_with_8_with_7_without_either_by_its_last_seven_and_as_a_snils_without_check_digits() -> None:
    spelt = {"79001234567", "89001234567", "9001234567", "1234567"}
    assert personal_forms("+7 (900) 123-45-67") == spelt | {"790012345"}
    assert personal_forms("89001234567") == spelt | {"890012345"}
    assert personal_forms("margaritaaa") == {"margaritaaa"}


def test_a_name_of_two_words_is_known_whole_and_by_its_words() -> None:
    assert personal_forms("Анна Мария") >= {"аннамария", "анна", "мария", "anna", "mariya"}


@pytest.mark.parametrize("text", ["12.08.2000", "2000-08-12"])
def test_a_date_is_known_in_every_order_with_two_digits_of_the_year_or_four(text: str) -> None:
    assert {"120800", "081200", "000812", "001208", "12082000", "08122000", "20000812"} <= personal_forms(text)


def test_the_longest_of_ones_own_words_counts_first() -> None:
    """`ivan` taken out of `ivanovich` would leave so much that it looked like a password."""
    refusals = password_refusals(DOCUMENTED, "ivanovichZq4", "ivanovichZq4", ["Иван", "Иванович"])
    assert [refusal.code for refusal in refusals] == ["password.personal"]


@pytest.mark.parametrize(("name", "least"), [("min_length", 6), ("max_length", 64)])
def test_no_policy_may_ask_for_less(name: str, least: int) -> None:
    policy = {"name": "documented", "min_length": 6, "alphabet": "documented"}
    assert PasswordPolicy.model_validate(policy | {name: least})
    with pytest.raises(ValidationError):
        PasswordPolicy.model_validate(policy | {name: least - 1})


def test_an_address_is_known_whole_and_without_its_domain() -> None:
    assert personal_forms("Sunny.Bear@example.org") == {"sunnybear", "sunnybearexampleorg"}
