"""For whom a code was issued."""

from datetime import date

import pytest
from support.people import MARGARITA, SNILS, card, given, typed

from registratura.domain.card import FieldStatus
from registratura.domain.clinics import Document, PatientRef, code_is_for
from registratura.domain.identity import PersonName

OTHER_SNILS = "087-654-303 00"
BORN = date(2000, 8, 12)
NAME = {"last_name": given("Алексеева"), "first_name": given("Маргарита"), "middle_name": given("Викторовна")}
PERSON = {**NAME, "birth_date": given("2000-08-12")}
PATIENT = PatientRef(name=MARGARITA, birth_date=BORN, snils=SNILS)
NAMELESS = PatientRef(name=PersonName(last="Петрова", first="Маргарита"), birth_date=BORN, snils="11223344595")


def test_a_code_bound_to_nobody_is_for_everybody() -> None:
    assert code_is_for(None, card())


def test_a_verified_snils_is_enough() -> None:
    assert code_is_for(NAMELESS, card(**PERSON, snils=given(SNILS)))
    assert code_is_for(NAMELESS, card(snils=given(SNILS)))


@pytest.mark.parametrize("field", [given(OTHER_SNILS), typed(OTHER_SNILS)])
def test_another_snils_is_another_person_whatever_the_name(field: object) -> None:
    assert not code_is_for(PATIENT, card(**PERSON, snils=field))  # type: ignore[arg-type]


def test_a_typed_snils_proves_nothing_by_itself() -> None:
    assert not code_is_for(NAMELESS, card(**PERSON, snils=typed(SNILS)))
    assert not code_is_for(NAMELESS, card(**PERSON, snils=given(SNILS, FieldStatus.UNVERIFIED)))
    assert code_is_for(PATIENT, card(**PERSON, snils=typed(SNILS)))


@pytest.mark.parametrize("snils", [None, SNILS])
def test_without_a_snils_on_both_sides_full_name_and_birth_date_decide(snils: str | None) -> None:
    patient = PATIENT.model_copy(update={"snils": snils})
    assert code_is_for(patient, card(**PERSON))
    assert not code_is_for(patient, card(**{**PERSON, "birth_date": given("2000-08-13")}))
    assert not code_is_for(patient, card(**{**PERSON, "middle_name": given(None)}))
    assert not code_is_for(patient, card(**NAME))
    assert not code_is_for(patient, card(birth_date=given("2000-08-12")))


def test_a_suspicious_snils_neither_proves_nor_excludes() -> None:
    doubtful = given("112-233-445 96", FieldStatus.SUSPICIOUS)
    assert code_is_for(PATIENT, card(**PERSON, snils=doubtful))
    assert not code_is_for(NAMELESS, card(**PERSON, snils=doubtful))


def test_a_document_may_have_no_text() -> None:
    assert Document(title="Выписка", kind="discharge", issued_on=date(2026, 3, 1)).body == ""
