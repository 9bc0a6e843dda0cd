"""One value, one text."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registratura.domain.canonical import canonical_hash, canonical_json
from registratura.domain.consent import Purpose
from registratura.domain.names import PersonName
from registratura.domain.values import Value

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_keys_are_sorted_nothing_is_spaced_and_letters_stay_letters() -> None:
    assert canonical_json({"б": 1, "a": [True, None, "ё\n"], "A": ()}) == '{"A":[],"a":[true,null,"ё\\n"],"б":1}'


def test_moments_are_utc_with_all_digits_and_dates_are_dates() -> None:
    moment = datetime(2026, 3, 2, 12, 30, tzinfo=timezone(timedelta(hours=3)))
    assert canonical_json([moment, date(2000, 8, 12)]) == '["2026-03-02T09:30:00.000000Z","2000-08-12"]'


def test_one_moment_in_two_zones_has_one_text() -> None:
    moment = datetime(2026, 3, 2, 9, 30, 0, 7, tzinfo=UTC)
    assert canonical_json(moment) == canonical_json(moment.astimezone(timezone(timedelta(hours=-7))))


def test_models_and_words_of_a_list_are_read_through() -> None:
    value = {Purpose.MEDICAL_DATA: PersonName(last="Ли", first="Анна"), "purpose": Purpose.PERSONAL_DATA}
    text = '{"medical_data":{"first":"Анна","last":"Ли","middle":null},"purpose":"personal_data"}'
    assert canonical_json(value) == text


def test_what_a_subclass_adds_is_in_the_text() -> None:
    class Nickname(PersonName):
        nickname: str

    class Holder(Value):
        name: PersonName

    assert '"nickname":"Аня"' in canonical_json(Holder(name=Nickname(last="Ли", first="Анна", nickname="Аня")))


@pytest.mark.parametrize("value", [1.0, float("nan"), {1}, b"a", {1: 2}, {None: 1}, object(), timedelta(1), [[2.5]]])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="canonical JSON"):
        canonical_json(value)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        canonical_json(datetime(2026, 3, 2))  # noqa: DTZ001 -- it is the point


@given(plain)
def test_reading_the_text_and_writing_it_again_changes_nothing(value: object) -> None:
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(), max_size=6))
def test_the_order_in_which_a_mapping_was_filled_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_hash(dict(reversed(value.items()))) == canonical_hash(value)


@given(plain, plain)
def test_two_values_have_two_texts(one: object, other: object) -> None:
    assert (canonical_json(one) == canonical_json(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


def test_the_hash_is_the_sha256_of_the_text() -> None:
    assert canonical_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
