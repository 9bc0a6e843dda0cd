"""How a card is corrected, confirmed and brought up to date."""

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from support.people import MARGARITA, SNILS, TODAY, WRONG_SNILS, card, given, identity, typed

from registratura.domain.card import (
    FieldName,
    FieldSource,
    FieldStatus,
    card_from_identity,
    confirmation_refusals,
    corrected,
    correction_refusals,
    differences,
    take_new,
)
from registratura.domain.identity import PersonName
from registratura.domain.refusal import Refusal

NAMED = {"last_name": typed("Ли"), "first_name": typed("Анна"), "birth_date": typed("2000-08-12")}


def refused(code: str, field: str, reason: str | None = None) -> Refusal:
    return Refusal.model_validate({"code": code, "params": {"field": field} | ({"reason": reason} if reason else {})})


def test_a_missing_field_may_be_typed() -> None:
    before = card_from_identity(identity(snils=None))
    changes = {FieldName.SNILS: "11223344595"}
    assert correction_refusals(before, changes, TODAY) == ()
    after = corrected(before, changes)
    assert after.field(FieldName.SNILS) == typed(SNILS)
    assert {**after.fields, FieldName.SNILS: given(None)} == before.fields


def test_a_verified_field_is_changed_at_gosuslugi_only() -> None:
    changes = {FieldName.LAST_NAME: "Петрова", FieldName.SNILS: None}
    assert correction_refusals(card_from_identity(identity()), changes, TODAY) == (
        refused("card.field_verified", "last_name"),
        refused("card.field_verified", "snils"),
    )


@pytest.mark.parametrize("status", [FieldStatus.UNVERIFIED, FieldStatus.SUSPICIOUS])
def test_an_unsure_field_of_gosuslugi_may_be_corrected(status: FieldStatus) -> None:
    before = card(snils=given(WRONG_SNILS, status))
    assert correction_refusals(before, {FieldName.SNILS: SNILS}, TODAY) == ()
    assert corrected(before, {FieldName.SNILS: SNILS}).field(FieldName.SNILS) == typed(SNILS)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (FieldName.SNILS, WRONG_SNILS, "snils.checksum"),
        (FieldName.LAST_NAME, "Ли2", "name.characters"),
        (FieldName.BIRTH_DATE, "2026-03-03", "birth_date.future"),
        (FieldName.BIRTH_DATE, None, "field.missing"),
        (FieldName.FIRST_NAME, " ", "field.missing"),
    ],
)
def test_a_wrong_correction_is_refused_with_its_reason(name: FieldName, text: str | None, reason: str) -> None:
    assert correction_refusals(card(**NAMED), {name: text}, TODAY) == (refused("card.field_invalid", name, reason),)


def test_all_reasons_are_given_at_once_and_a_sound_change_gives_none() -> None:
    before = card(**NAMED, phone=given("+79001234567"))
    changes = {FieldName.PHONE: "+79007654321", FieldName.SNILS: "1", FieldName.EMAIL: "a@example.org"}
    assert correction_refusals(before, changes, TODAY) == (
        refused("card.field_verified", "phone"),
        refused("card.field_invalid", "snils", "snils.format"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {FieldName.LAST_NAME: " Алексеева "},
        {FieldName.SNILS: "11223344595", FieldName.BIRTH_DATE: "12.08.2000", FieldName.PHONE: "89001234567"},
    ],
)
def test_a_field_sent_with_the_value_it_has_is_no_change(changes: dict[FieldName, str | None]) -> None:
    before = card_from_identity(identity())
    assert correction_refusals(before, changes, TODAY) == (Refusal(code="card.no_changes"),)
    assert corrected(before, changes) == before


def test_a_suspicious_value_sent_back_untouched_is_no_change() -> None:
    before = card_from_identity(identity(snils=WRONG_SNILS, policy=None))
    changes = {FieldName.SNILS: WRONG_SNILS, FieldName.POLICY: "АБ 123456"}
    assert correction_refusals(before, changes, TODAY) == ()
    assert corrected(before, changes).field(FieldName.SNILS) == given(WRONG_SNILS, FieldStatus.SUSPICIOUS)


def test_a_field_that_is_not_required_may_be_emptied() -> None:
    before = card(**NAMED, email=typed("a@example.org"))
    assert correction_refusals(before, {FieldName.EMAIL: ""}, TODAY) == ()
    assert corrected(before, {FieldName.EMAIL: ""}).field(FieldName.EMAIL) == typed(None)


@examples(st.dictionaries(st.sampled_from(FieldName), st.none() | st.text(max_size=15), max_size=9))
def test_whatever_is_not_refused_can_be_taken_over(changes: dict[FieldName, str | None]) -> None:
    before = card(**NAMED)
    if not correction_refusals(before, changes, TODAY):
        after = corrected(before, changes)
        assert after != before
        assert all(after.field(name).source is FieldSource.TYPED for name in changes)
        assert confirmation_refusals(after) == ()
        assert corrected(after, changes) == after


def test_who_has_a_name_and_a_birth_date_can_be_confirmed() -> None:
    assert confirmation_refusals(card(**NAMED)) == ()
    assert (
        confirmation_refusals(card_from_identity(identity(name=PersonName(last="Ли", first="Анна"), snils=None))) == ()
    )


def test_what_names_a_person_must_be_there_and_typed_rightly() -> None:
    wrong = card(first_name=typed("Анна1", FieldStatus.SUSPICIOUS), birth_date=given(None))
    assert confirmation_refusals(wrong) == tuple(
        refused("card.required_invalid", field) for field in ("last_name", "first_name", "birth_date")
    )


def test_what_gosuslugi_gave_is_only_warned_about() -> None:
    doubtful = {**NAMED, "birth_date": given("1899-12-31", FieldStatus.SUSPICIOUS)}
    assert confirmation_refusals(card(**doubtful, snils=given(WRONG_SNILS, FieldStatus.SUSPICIOUS))) == ()


def test_nothing_differs_right_after_the_card_was_made() -> None:
    assert differences(card_from_identity(identity()), identity()) == ()


def test_a_new_surname_and_a_lost_phone_differ() -> None:
    married = identity(name=MARGARITA.model_copy(update={"last": "Петрова"}), phone=None)
    before = card_from_identity(identity())
    assert differences(before, married) == (FieldName.LAST_NAME, FieldName.PHONE)
    after = take_new(before, married)
    assert after == card_from_identity(married)
    assert differences(after, married) == ()


def test_what_was_typed_stays_where_gosuslugi_knows_nothing() -> None:
    known = identity(email=None)
    before = corrected(card_from_identity(known), {FieldName.EMAIL: "a@example.org"})
    assert differences(before, known) == ()
    assert take_new(before, known) == before


def test_what_was_typed_and_now_confirmed_is_verified_and_no_difference() -> None:
    before = corrected(card_from_identity(identity(snils=None)), {FieldName.SNILS: SNILS})
    assert differences(before, identity()) == ()
    assert take_new(before, identity()).field(FieldName.SNILS) == given(SNILS)


def test_what_was_typed_otherwise_than_gosuslugi_now_knows_differs() -> None:
    before = corrected(card_from_identity(identity(email=None)), {FieldName.EMAIL: "a@example.org"})
    assert differences(before, identity()) == (FieldName.EMAIL,)
    assert take_new(before, identity()).field(FieldName.EMAIL) == given("margarita@example.org")
