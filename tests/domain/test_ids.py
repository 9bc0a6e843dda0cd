"""Identifiers that sort by time."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.people import NOW

from registratura.domain.ids import uuid7

moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- given a zone
chance = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_rfc_comes_out() -> None:
    # RFC 9562, appendix A.6: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10)
    assert uuid7(moment, random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(moments, chance)
def test_it_is_version_7_and_carries_the_millisecond(moment: datetime, random: bytes) -> None:
    made = UUID(uuid7(moment, random))
    assert (made.version, made.variant) == (7, RFC_4122)
    since_1970 = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert made.int >> 80 == since_1970 // timedelta(milliseconds=1)


@given(moments, chance, chance)
def test_a_later_millisecond_sorts_later(moment: datetime, random: bytes, other: bytes) -> None:
    earlier = moment - timedelta(milliseconds=1)
    if earlier.year >= 1970:
        assert uuid7(earlier, random) < uuid7(moment, other)


@given(chance)
def test_74_bits_of_chance_are_all_in_it(random: bytes) -> None:
    made = UUID(uuid7(NOW, random)).int
    in_it = (made >> 64 & 0xFFF) << 62 | made & (1 << 62) - 1
    assert in_it == int.from_bytes(random) & (1 << 74) - 1


@pytest.mark.parametrize(
    ("moment", "random"),
    [
        (NOW, b"123456789"),
        (NOW.replace(tzinfo=None), b"1234567890"),
        (datetime(1969, 12, 31, tzinfo=UTC), b"1234567890"),
    ],
)
def test_too_little_chance_and_impossible_moments_are_errors(moment: datetime, random: bytes) -> None:
    with pytest.raises(ValueError, match=r"^uuid7 needs"):
        uuid7(moment, random)


def test_the_first_moment_of_1970_has_an_id() -> None:
    assert uuid7(datetime(1970, 1, 1, tzinfo=UTC), bytes(10)).startswith("00000000-0000-7")
