"""One-time codes and attachment codes."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from support.people import NOW, TICK, code_of

from registratura.domain.codes import (
    AttachmentCodePolicy,
    OneTimeCodePolicy,
    draw_code,
    format_code,
    parse_attachment_code,
    parse_one_time_code,
    resend_refusals,
)
from registratura.domain.refusal import Refusal

SMS = OneTimeCodePolicy()
CODE = AttachmentCodePolicy()
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "text", ["12345678", "1234 5678", " 1234-5678 ", "12\u00a034\u200956\u202f78", "1234\u20145678\n"]
)
def test_spaces_and_dashes_do_not_matter(text: str) -> None:
    assert parse_attachment_code(text, CODE) == "12345678"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234567",
        "123456789",
        "1234567а",
        "1234567O",
        "١٢٣٤٥٦٧٨",
        "１２３４５６７８",
        "1234.5678",
        "+12345678",
        "²2345678",
    ],
)
def test_anything_else_is_no_code(text: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        parse_attachment_code(text, CODE)
    assert code_of(error) == "code.format"


def test_a_one_time_code_has_its_own_length() -> None:
    assert parse_one_time_code("012 345", SMS) == "012345"
    with pytest.raises(PydanticCustomError, match=r"^code\.format$"):
        parse_one_time_code("0123456", SMS)


@given(st.integers(1, 20), st.integers(0, 1 << 128))
def test_a_drawn_code_printed_and_typed_is_the_same(length: int, number: int) -> None:
    code = draw_code(length, number)
    assert len(code) == length
    assert int(code) == number % 10**length
    assert format_code(code).replace(" ", "") == code
    if length >= 6:
        assert parse_attachment_code(format_code(code), AttachmentCodePolicy(length=length)) == code


def test_leading_zeros_stay_and_codes_are_printed_in_fours() -> None:
    assert draw_code(8, 42) == "00000042"
    assert [format_code(code) for code in ("12345678", "123456", "1")] == ["1234 5678", "1234 56", "1"]


@pytest.mark.parametrize(("length", "number"), [(0, 1), (6, -1)])
def test_a_code_is_drawn_from_something(length: int, number: int) -> None:
    with pytest.raises(ValueError, match="a code is drawn"):
        draw_code(length, number)


@pytest.mark.parametrize(("bound", "length", "allowed"), [(True, 6, True), (False, 11, False), (False, 12, True)])
def test_a_code_bound_to_nobody_must_be_long(bound: bool, length: int, allowed: bool) -> None:
    if allowed:
        assert AttachmentCodePolicy(bound=bound, length=length).length == length
    else:
        with pytest.raises(ValidationError, match=r"code\.guessable"):
            AttachmentCodePolicy(bound=bound, length=length)


@pytest.mark.parametrize(
    "wrong", [{"life": timedelta(minutes=10) + TICK}, {"life": timedelta(0)}, {"length": 5}, {"attempts": 0}]
)
def test_a_one_time_code_cannot_be_made_weak(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OneTimeCodePolicy.model_validate(wrong)


def test_the_defaults_are_those_of_the_facts() -> None:
    assert (SMS.length, SMS.life, SMS.attempts) == (6, 5 * MINUTE, 5)
    assert (SMS.guesses.limit, SMS.guesses.locks) == (5, ())
    assert (SMS.resend_after, SMS.resends_per_hour) == (MINUTE, 5)
    assert (CODE.length, CODE.bound, CODE.life) == (8, True, timedelta(days=14))


def test_the_first_code_is_always_sent() -> None:
    assert resend_refusals(SMS, [], NOW) == ()


def test_a_minute_must_pass_before_the_next() -> None:
    free_at = NOW + MINUTE
    assert resend_refusals(SMS, [NOW], free_at - TICK) == (Refusal(code="one_time_code.too_soon", retry_at=free_at),)
    assert resend_refusals(SMS, [NOW], free_at) == ()


def test_an_hour_takes_the_first_code_and_five_more() -> None:
    sent = [NOW + 2 * MINUTE * number for number in range(6)]
    free_at = NOW + 60 * MINUTE
    assert resend_refusals(SMS, sent[:5], sent[5]) == ()
    assert resend_refusals(SMS, sent, free_at - TICK) == (Refusal(code="one_time_code.too_many", retry_at=free_at),)
    assert resend_refusals(SMS, sent, free_at) == ()


def test_a_day_takes_so_many_and_the_order_does_not_matter() -> None:
    policy = OneTimeCodePolicy(daily_cap=4)
    sent = [NOW + timedelta(hours=5) * number for number in (2, 0, 3, 1)]
    free_at = NOW + timedelta(hours=24)
    assert resend_refusals(policy, sent, free_at - TICK) == (Refusal(code="one_time_code.too_many", retry_at=free_at),)
    assert resend_refusals(policy, sent, free_at) == ()


def test_where_both_the_hour_and_the_day_are_full_the_day_decides() -> None:
    refusals = resend_refusals(OneTimeCodePolicy(daily_cap=6), [NOW] * 6, NOW + 2 * MINUTE)
    assert refusals == (Refusal(code="one_time_code.too_many", retry_at=NOW + timedelta(hours=24)),)


def test_both_reasons_are_given_at_once() -> None:
    sent = [NOW + 2 * MINUTE * number for number in range(6)]
    refusals = resend_refusals(SMS, sent, sent[-1])
    assert [refusal.code for refusal in refusals] == ["one_time_code.too_soon", "one_time_code.too_many"]


def test_a_clock_that_went_back_waits_and_does_not_fail() -> None:
    assert [refusal.code for refusal in resend_refusals(SMS, [NOW], NOW - timedelta(days=1))] == [
        "one_time_code.too_soon"
    ]


@given(st.lists(st.integers(0, 4 * 3600), max_size=40), st.integers(0, 4 * 3600))
def test_at_the_last_retry_at_nothing_is_in_the_way_and_just_before_it_something_is(
    seconds: list[int], at: int
) -> None:
    sent = [NOW + timedelta(seconds=second) for second in seconds]
    refusals = resend_refusals(SMS, sent, NOW + timedelta(seconds=at))
    moments = [refusal.retry_at for refusal in refusals if refusal.retry_at is not None]
    assert len(moments) == len(refusals)
    if moments:
        assert resend_refusals(SMS, sent, max(moments)) == ()
        assert resend_refusals(SMS, sent, max(moments) - TICK) != ()


@given(st.lists(st.integers(1, 300), min_size=1, max_size=120))
def test_no_hour_ever_sees_more_than_six_and_no_day_more_than_the_cap(gaps: list[int]) -> None:
    now, sent = NOW, list[datetime]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        if not resend_refusals(SMS, sent, now):
            sent.append(now)
    for moment in sent:
        assert sum(moment <= other < moment + timedelta(hours=1) for other in sent) <= 6
        assert sum(moment <= other < moment + timedelta(days=1) for other in sent) <= SMS.daily_cap
    assert all(later - earlier >= MINUTE for earlier, later in pairwise(sent))


@pytest.mark.parametrize(
    ("policy", "name", "least", "beyond"),
    [
        (OneTimeCodePolicy, "length", 6, 5),
        (OneTimeCodePolicy, "length", 12, 13),
        (OneTimeCodePolicy, "life", TICK, timedelta(0)),
        (OneTimeCodePolicy, "life", 10 * MINUTE, 10 * MINUTE + TICK),
        (OneTimeCodePolicy, "attempts", 1, 0),
        (OneTimeCodePolicy, "resend_after", timedelta(0), -TICK),
        (OneTimeCodePolicy, "resends_per_hour", 0, -1),
        (OneTimeCodePolicy, "daily_cap", 1, 0),
        (AttachmentCodePolicy, "length", 6, 5),
        (AttachmentCodePolicy, "length", 20, 21),
        (AttachmentCodePolicy, "life", TICK, timedelta(0)),
    ],
)
def test_a_policy_goes_to_its_limits_and_not_beyond(
    policy: type[OneTimeCodePolicy | AttachmentCodePolicy], name: str, least: object, beyond: object
) -> None:
    assert getattr(policy.model_validate({name: least}), name) == least
    with pytest.raises(ValidationError):
        policy.model_validate({name: beyond})


def test_as_many_guesses_are_had_as_the_policy_says_and_twenty_codes_in_a_day() -> None:
    assert OneTimeCodePolicy(attempts=3).guesses.limit == 3
    assert SMS.daily_cap == 20
