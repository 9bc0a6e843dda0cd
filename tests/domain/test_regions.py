"""The catalogue of regions, and which of them may be chosen."""

import pytest

from registratura.domain.refusal import Refusal
from registratura.domain.regions import REGIONS, region_refusals


def test_there_are_89_subjects_each_with_its_own_code_and_title() -> None:
    assert len(REGIONS) == 89
    assert len({region.title for region in REGIONS.values()}) == 89
    assert all(code == region.code and len(code) == 2 and code.isdigit() for code, region in REGIONS.items())


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (lambda title: "Республика" in title, 24),
        (lambda title: title.endswith(" край"), 9),
        (lambda title: "автономный округ" in title, 4),
        (lambda title: title == "Еврейская автономная область", 1),
        (lambda title: title in {"Москва", "Санкт-Петербург", "Севастополь"}, 3),
        (lambda title: " область" in title and "автономная" not in title, 48),
    ],
)
def test_there_are_as_many_of_each_kind_as_the_constitution_names(kind: object, count: int) -> None:
    assert sum(kind(region.title) for region in REGIONS.values()) == count  # type: ignore[operator]


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("01", "Республика Адыгея"),
        ("20", "Чеченская Республика"),
        ("74", "Челябинская область"),
        ("77", "Москва"),
        ("90", "Запорожская область"),
        ("91", "Республика Крым"),
        ("92", "Севастополь"),
        ("93", "Донецкая Народная Республика"),
        ("94", "Луганская Народная Республика"),
        ("95", "Херсонская область"),
    ],
)
def test_a_subject_has_the_code_of_the_tax_service(code: str, title: str) -> None:
    assert REGIONS[code].title == title


def test_a_region_that_is_served_may_be_chosen() -> None:
    assert region_refusals("74", {"74", "77"}) == ()


def test_a_region_that_is_not_served_is_closed_and_named() -> None:
    assert region_refusals("74", {"77"}) == (Refusal(code="region.closed", params={"region": "Челябинская область"}),)


@pytest.mark.parametrize("code", ["", "00", "99", "7", "074", "74 ", "٧٤", "Москва"])
def test_a_region_that_does_not_exist_is_unknown_even_if_a_host_serves_it(code: str) -> None:
    assert region_refusals(code, {code}) == (Refusal(code="region.unknown"),)
