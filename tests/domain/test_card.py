"""How a card comes about: from Gosuslugi, or typed for a relative."""

from datetime import date

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from pydantic import ValidationError
from support.people import ENP, MARGARITA, SNILS, TODAY, WRONG_ENP, WRONG_SNILS, card, given, identity, typed

from registratura.domain.card import (
    Card,
    CardField,
    CardKind,
    FieldName,
    FieldSource,
    FieldStatus,
    card_from_identity,
    card_from_typed,
    parse_field,
)
from registratura.domain.identity import DocumentStatus, IdentityDocument, PersonName, Policy
from registratura.domain.refusal import Refusal

CHILD = {
    FieldName.LAST_NAME: "Алексеев",
    FieldName.FIRST_NAME: "Пётр",
    FieldName.BIRTH_DATE: "01.03.2026",
}
OLD = Policy(number="АБ 123456", kind="old")


def refused(code: str, field: str, reason: str | None = None) -> Refusal:
    return Refusal.model_validate({"code": code, "params": {"field": field} | ({"reason": reason} if reason else {})})


def test_what_gosuslugi_knows_is_on_the_card_in_its_normal_form_and_verified() -> None:
    assert card_from_identity(identity()) == Card(
        kind=CardKind.SELF,
        fields={
            FieldName.LAST_NAME: given("Алексеева"),
            FieldName.FIRST_NAME: given("Маргарита"),
            FieldName.MIDDLE_NAME: given("Викторовна"),
            FieldName.BIRTH_DATE: given("2000-08-12"),
            FieldName.GENDER: given("F"),
            FieldName.SNILS: given(SNILS),
            FieldName.POLICY: given(ENP),
            FieldName.PHONE: given("+79001234567"),
            FieldName.EMAIL: given("margarita@example.org"),
        },
    )


def test_the_card_says_whose_it_is() -> None:
    card = card_from_identity(identity())
    assert (card.name, card.birth_date) == (MARGARITA, date(2000, 8, 12))
    assert (Card(kind=CardKind.SELF).name, Card(kind=CardKind.SELF).birth_date) == (None, None)


@pytest.mark.parametrize("gap", ["birth_date", "gender", "snils", "phone", "email", "policy"])
def test_a_gap_is_a_missing_field(gap: str) -> None:
    assert card_from_identity(identity(**{gap: None})).field(FieldName(gap)) == given(None)


def test_a_patronymic_may_be_absent_and_a_blank_is_a_gap() -> None:
    card = card_from_identity(identity(name=PersonName(last="Ли", first="Анна"), phone=" "))
    assert card.field(FieldName.MIDDLE_NAME) == given(None)
    assert card.field(FieldName.PHONE) == given(None)


@pytest.mark.parametrize(
    ("name", "given_value", "kept"),
    [
        ("snils", WRONG_SNILS, WRONG_SNILS),
        ("policy", Policy(number=WRONG_ENP), WRONG_ENP),
        ("phone", "+7(351)2345678", "+7(351)2345678"),
        ("email", "нет", "нет"),
        ("birth_date", date(1899, 12, 31), "1899-12-31"),
    ],
)
def test_what_fails_its_own_rules_is_kept_and_suspicious(name: str, given_value: object, kept: str) -> None:
    card = card_from_identity(identity(**{name: given_value}))
    assert card.field(FieldName(name)) == given(kept, FieldStatus.SUSPICIOUS)


def test_an_old_policy_is_kept_as_it_is() -> None:
    assert card_from_identity(identity(policy=OLD)).field(FieldName.POLICY) == given("АБ 123456")
    sixteen = Policy(number=WRONG_ENP, kind="old")
    assert card_from_identity(identity(policy=sixteen)).field(FieldName.POLICY) == given(WRONG_ENP)


def test_an_unverified_policy_is_unverified_and_nothing_else_is() -> None:
    card = card_from_identity(identity(policy=OLD.model_copy(update={"status": DocumentStatus.NOT_VERIFIED})))
    unverified = [name for name, field in card.fields.items() if field.status is FieldStatus.UNVERIFIED]
    assert unverified == [FieldName.POLICY]


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ((), FieldStatus.VERIFIED),
        (("verified",), FieldStatus.VERIFIED),
        (("not_verified",), FieldStatus.UNVERIFIED),
        (("not_verified", "verified"), FieldStatus.VERIFIED),
    ],
)
def test_name_and_birth_date_are_as_sure_as_the_best_paper(statuses: tuple[str, ...], status: FieldStatus) -> None:
    papers = tuple(IdentityDocument(kind="RF_PASSPORT", status=DocumentStatus(text)) for text in statuses)
    card = card_from_identity(identity(documents=papers))
    of_paper = {
        FieldName.LAST_NAME,
        FieldName.FIRST_NAME,
        FieldName.MIDDLE_NAME,
        FieldName.BIRTH_DATE,
        FieldName.GENDER,
    }
    assert {card.field(name).status for name in of_paper} == {status}
    assert card.field(FieldName.SNILS).status is FieldStatus.VERIFIED


@examples(
    st.none() | st.text(max_size=20),
    st.none() | st.text(max_size=20),
    st.none() | st.text(max_size=20),
    st.none() | st.builds(Policy, number=st.text(min_size=1, max_size=20), kind=st.sampled_from(["enp", "old"])),
    st.none() | st.dates(),
)
def test_whatever_gosuslugi_gives_is_a_card(
    snils: str | None, phone: str | None, email: str | None, policy: Policy | None, born: date | None
) -> None:
    card = card_from_identity(identity(snils=snils, phone=phone, email=email, policy=policy, birth_date=born))
    assert list(card.fields) == list(FieldName)
    assert all(field.source is FieldSource.GOSUSLUGI for field in card.fields.values())
    assert Card.model_validate_json(card.model_dump_json()) == card


def test_a_relative_is_typed_and_unverified() -> None:
    card = card_from_typed({**CHILD, FieldName.SNILS: "11223344595", FieldName.GENDER: " "}, TODAY)
    assert isinstance(card, Card)
    assert card.kind is CardKind.RELATIVE
    assert card.name == PersonName(last="Алексеев", first="Пётр")
    assert card.birth_date == date(2026, 3, 1)
    assert card.field(FieldName.SNILS) == typed(SNILS)
    assert card.field(FieldName.GENDER) == typed(None)
    assert list(card.fields) == list(FieldName)


def test_all_that_is_wrong_with_a_relative_is_said_at_once() -> None:
    fields = {
        FieldName.FIRST_NAME: "  ",
        FieldName.BIRTH_DATE: "2026-03-03",
        FieldName.SNILS: WRONG_SNILS,
        FieldName.POLICY: WRONG_ENP,
        FieldName.PHONE: "+77011234567",
        FieldName.EMAIL: "нет",
        FieldName.GENDER: "f",
    }
    assert card_from_typed(fields, TODAY) == (
        refused("card.required_invalid", "last_name"),
        refused("card.required_invalid", "first_name"),
        refused("card.field_invalid", "birth_date", "birth_date.future"),
        refused("card.field_invalid", "snils", "snils.checksum"),
        refused("card.field_invalid", "policy", "enp.checksum"),
        refused("card.field_invalid", "phone", "phone.not_russian"),
        refused("card.field_invalid", "email", "email.format"),
        refused("card.field_invalid", "gender", "gender.format"),
    )


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"value": "a", "status": "missing", "source": "typed"}, "card_field.missing"),
        ({"value": None, "status": "unverified", "source": "typed"}, "card_field.missing"),
        ({"value": "a", "status": "verified", "source": "typed"}, "card_field.verified_by_nobody"),
    ],
)
def test_a_field_cannot_contradict_itself(field: dict[str, str | None], code: str) -> None:
    with pytest.raises(ValidationError, match=code):
        CardField.model_validate(field)


def test_what_is_stored_of_a_card_is_called_so_for_ever() -> None:
    assert [kind.value for kind in CardKind] == ["self", "relative"]
    assert [source.value for source in FieldSource] == ["gosuslugi", "typed"]
    assert [status.value for status in FieldStatus] == ["verified", "unverified", "missing", "suspicious"]


@pytest.mark.parametrize(
    ("value", "source", "status", "code"),
    [
        (None, "gosuslugi", "verified", "card_field.missing"),
        ("x", "typed", "missing", "card_field.missing"),
        ("x", "typed", "verified", "card_field.verified_by_nobody"),
    ],
)
def test_a_field_agrees_with_what_is_said_of_it(value: str | None, source: str, status: str, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        CardField.model_validate({"value": value, "source": source, "status": status})
    assert [each["type"] for each in error.value.errors()] == [code]


@pytest.mark.parametrize("missing", ["last_name", "first_name"])
def test_a_card_without_a_last_or_a_first_name_names_nobody(missing: str) -> None:
    known = {"last_name": typed("Алексеева"), "first_name": typed("Маргарита")}
    assert card(**known).name is not None
    del known[missing]
    assert card(**known).name is None


def test_what_a_card_lacks_is_missing_and_from_nobody_but_the_person() -> None:
    assert card().field(FieldName.PHONE) == typed(None)


@pytest.mark.parametrize("gender", ["M", "F"])
def test_a_gender_is_one_letter_at_gosuslugi_and_in_the_card(gender: str) -> None:
    known = identity(gender=gender)
    assert card_from_identity(known).value(FieldName.GENDER) == parse_field(FieldName.GENDER, gender) == gender
    assert not known.verifying
