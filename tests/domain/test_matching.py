"""Which clinic card is this person's."""

from datetime import date

import pytest
from support.people import ENP, MARGARITA, SNILS, WRONG_SNILS, identity

from registratura.domain.identity import PersonName, Policy
from registratura.domain.matching import ClinicCard, matching_cards

OTHER_SNILS = "087-654-303 00"
BORN = date(2000, 8, 12)
MARRIED = MARGARITA.model_copy(update={"last": "Петрова"})
NO_PATRONYMIC = PersonName(last="Алексеева", first="Маргарита")


def kept(ref: str, **changes: object) -> ClinicCard:
    return ClinicCard.model_validate({"ref": ref, "name": MARGARITA, "birth_date": BORN} | changes)


def test_without_candidates_nothing_matches() -> None:
    assert matching_cards(identity(), []) == ()


def test_the_snils_decides_even_if_the_surname_has_changed() -> None:
    cards = [kept("by name"), kept("by snils", name=MARRIED, snils="11223344595")]
    assert matching_cards(identity(), cards) == ("by snils",)


def test_then_full_name_and_birth_date_decide() -> None:
    cards = [kept("by policy", name=NO_PATRONYMIC, policy=ENP), kept("by name")]
    assert matching_cards(identity(), cards) == ("by name",)


def test_then_last_and_first_name_birth_date_and_policy_decide() -> None:
    cards = [kept("no policy", name=NO_PATRONYMIC), kept("by policy", name=NO_PATRONYMIC, policy="1234 5678 9012 3452")]
    assert matching_cards(identity(), cards) == ("by policy",)


def test_an_old_policy_decides_as_well() -> None:
    old = identity(policy=Policy(number="АБ 123456", kind="old"))
    assert matching_cards(old, [kept("by policy", name=NO_PATRONYMIC, policy="аб123456")]) == ("by policy",)


def test_several_cards_of_one_stage_are_all_named() -> None:
    assert matching_cards(identity(), [kept("a"), kept("b"), kept("c", birth_date=date(2000, 8, 13))]) == ("a", "b")
    assert matching_cards(identity(), [kept("a", snils=SNILS), kept("b", snils=SNILS), kept("c")]) == ("a", "b")


def test_a_namesake_with_another_snils_is_another_person() -> None:
    assert matching_cards(identity(), [kept("namesake", snils=OTHER_SNILS)]) == ()
    assert matching_cards(identity(), [kept("namesake", snils=OTHER_SNILS), kept("unknown")]) == ("unknown",)


@pytest.mark.parametrize(("own", "theirs"), [(WRONG_SNILS, WRONG_SNILS), (None, OTHER_SNILS), (SNILS, WRONG_SNILS)])
def test_a_missing_or_unsound_snils_neither_proves_nor_excludes(own: str | None, theirs: str) -> None:
    cards = [kept("other name", name=MARRIED, snils=theirs), kept("by name", snils=theirs)]
    assert matching_cards(identity(snils=own), cards) == ("by name",)


@pytest.mark.parametrize(
    "other",
    [
        {"birth_date": date(2000, 8, 13)},
        {"name": NO_PATRONYMIC},
        {"name": MARRIED, "policy": ENP},
        {"name": NO_PATRONYMIC, "policy": "1234567890123460"},
        {"name": NO_PATRONYMIC, "policy": ENP, "birth_date": date(2000, 8, 13)},
    ],
)
def test_anything_less_is_no_match(other: dict[str, object]) -> None:
    assert matching_cards(identity(), [kept("other", **other)]) == ()


def test_without_a_birth_date_only_the_snils_can_match() -> None:
    unknown = identity(birth_date=None)
    assert matching_cards(unknown, [kept("by name", policy=ENP)]) == ()
    assert matching_cards(unknown, [kept("by snils", snils=SNILS)]) == ("by snils",)
