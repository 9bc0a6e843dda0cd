"""SNILS, ЕНП and old policies, against the rules read once more and, where it is installed, against ru-pii."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from support.people import ENP, SNILS, WRONG_ENP, WRONG_SNILS, code_of, outcome

from registratura.domain.papers import DocumentStatus, Policy, parse_enp, parse_policy, parse_snils


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def taken(parse: Callable[[str], str], text: str) -> bool:
    return not isinstance(outcome(parse, text), PydanticCustomError)


def reference_snils(eleven: str) -> bool:
    """Written from the order's words, step by step, without the modulo of a modulo."""
    number, check = int(eleven[:9]), int(eleven[9:])
    if number <= 1_001_998:
        return True
    total = sum((9 - place) * (number // 10 ** (8 - place) % 10) for place in range(9))
    while total > 101:
        total -= 101
    return check == (0 if total in (100, 101) else total)


def reference_enp(sixteen: str) -> bool:
    """HL7's Mod10: odd places from the right as one number, doubled; even places before it; round up to ten."""
    rest = [int(digit) for digit in sixteen[14::-1]]
    doubled = 2 * sum(digit * 10 ** (7 - place) for place, digit in enumerate(rest[::2]))
    total = sum(rest[1::2])
    while doubled:
        doubled, digit = divmod(doubled, 10)
        total += digit
    return (total + int(sixteen[15])) % 10 == 0


@pytest.mark.parametrize("text", [SNILS, "11223344595", " 112 233 445 95 ", "112\u2011233\u2011445\u00a095"])
def test_a_snils_is_read_however_it_is_spaced(text: str) -> None:
    assert parse_snils(text) == "112-233-445 95"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (WRONG_SNILS, "snils.checksum"),
        ("", "snils.format"),
        ("112-233-445 9", "snils.format"),
        ("112-233-445 955", "snils.format"),
        ("112.233.445 95", "snils.format"),
        ("١١٢٢٣٣٤٤٥٩٥", "snils.format"),
        ("1122334459б", "snils.format"),
        ("000-000-000 00", "snils.checksum"),
    ],
)
def test_a_wrong_snils_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_snils(text)
    assert code_of(error) == code


def test_the_first_numbers_of_all_have_no_check_digits() -> None:
    assert parse_snils("001-001-998 77") == "001-001-998 77"
    with pytest.raises(PydanticCustomError, match=r"^snils\.checksum$"):
        parse_snils("001-001-999 77")


@pytest.mark.parametrize(("number", "check"), [("087654303", "00"), ("087654302", "98"), ("087654304", "01")])
def test_a_sum_of_a_hundred_and_a_hundred_and_one_is_written_00(number: str, check: str) -> None:
    assert reference_snils(number + check) == taken(parse_snils, number + check)


@given(digits(9).filter(lambda number: int(number) > 0))
def test_of_a_hundred_check_numbers_exactly_one_is_right(number: str) -> None:
    right = [check for check in range(100) if taken(parse_snils, f"{number}{check:02}")]
    assert len(right) == (1 if int(number) > 1_001_998 else 100)


@given(digits(11).filter(lambda eleven: int(eleven) > 0))
def test_snils_are_judged_as_the_order_says(eleven: str) -> None:
    assert taken(parse_snils, eleven) == reference_snils(eleven)


@given(digits(15))
def test_enp_are_judged_as_hl7_says(fifteen: str) -> None:
    for last in "0123456789":
        assert taken(parse_enp, fifteen + last) == reference_enp(fifteen + last)


@given(digits(9), digits(15))
def test_ru_pii_judges_every_snils_and_enp_alike(nine: str, fifteen: str) -> None:
    checksums = pytest.importorskip("ru_pii.checksums", reason="ru-pii is not installed; the reference above still is")
    for check in range(100):
        eleven = f"{nine}{check:02}"
        assert int(eleven) == 0 or taken(parse_snils, eleven) == checksums.snils(eleven)
    for last in "0123456789":
        assert taken(parse_enp, fifteen + last) == checksums.oms(fifteen + last)


@given(st.text(max_size=20))
def test_any_text_whatever_is_read_or_refused_with_a_code(text: str) -> None:
    codes = {"snils.format", "snils.checksum", "enp.format", "enp.checksum", "policy.format"}
    for parse in (parse_snils, parse_enp, parse_policy):
        read = outcome(parse, text)
        assert not isinstance(read, PydanticCustomError) or (read.type in codes and read.__context__ is None)


@pytest.mark.parametrize(
    ("text", "code"),
    [(WRONG_ENP, "enp.checksum"), (ENP[:-1], "enp.format"), (ENP + "0", "enp.format"), ("٣" * 16, "enp.format")],
)
def test_a_wrong_enp_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_enp(text)
    assert code_of(error) == code


def test_sixteen_digits_are_a_unified_number_and_anything_else_an_old_policy() -> None:
    assert parse_policy("1234 5678 9012 3452") == Policy(number=ENP, kind="enp", status=DocumentStatus.NOT_VERIFIED)
    assert parse_policy(" АБ  123456 ") == Policy(number="АБ 123456", kind="old", status=DocumentStatus.NOT_VERIFIED)


@pytest.mark.parametrize("text", ["", "АБВГДЕ", "1234", "12<34>56", "1" * 31])
def test_what_is_no_policy_at_all_is_refused(text: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_policy(text)
    assert code_of(error) == "policy.format"


def test_where_the_sum_of_a_snils_leaves_100_the_check_digits_are_two_zeros() -> None:
    assert parse_snils("00101998900") == "001-019-989 00"


def test_a_policy_is_a_enp_unless_it_is_said_to_be_old_and_has_one_to_forty_characters() -> None:
    assert Policy(number="1").kind == "enp"
    assert Policy(number="1" * 40).number == "1" * 40
    for number in ("", "1" * 41):
        with pytest.raises(ValidationError):
            Policy(number=number)
