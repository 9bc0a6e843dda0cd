"""Marks that nobody sees: they make nothing wrong that is right, and hide nothing."""

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest

from registratura.domain.birth import parse_birth_date
from registratura.domain.card import card_from_typed
from registratura.domain.card_fields import FieldName
from registratura.domain.clinics import Document
from registratura.domain.codes import (
    AttachmentCodePolicy,
    OneTimeCodePolicy,
    parse_attachment_code,
    parse_one_time_code,
)
from registratura.domain.contacts import parse_email, parse_phone
from registratura.domain.names import parse_name_part
from registratura.domain.papers import parse_enp, parse_policy, parse_snils
from registratura.domain.typed import typed, undirected, visible

MARKS = ["\u00ad", "\u061c", "\u200b", "\u200d", "\u200e", "\u200f", "\u202a", "\u202c", "\u202e", "\u2060", "\u2066"]
MARKS += ["\u2069", "\ufeff"]
PARSERS: list[tuple[Callable[[str], object], str]] = [
    (lambda text: parse_attachment_code(text, AttachmentCodePolicy()), "12345678"),
    (lambda text: parse_one_time_code(text, OneTimeCodePolicy()), "123456"),
    (parse_snils, "112-233-445 95"),
    (parse_enp, "7455310895000022"),
    (lambda text: parse_policy(text).number, "7455310895000022"),
    (lambda text: parse_policy(text).number, "АБ 123456"),
    (parse_phone, "+79001234567"),
    (parse_email, "margarita@example.ru"),
    (lambda text: f"{parse_birth_date(text):%d.%m.%Y}", "12.08.2000"),
    (parse_name_part, "Алексеева"),
]


@pytest.mark.parametrize("mark", MARKS, ids=unicodedata.name)
@pytest.mark.parametrize(("parse", "right"), PARSERS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_right_value_stays_right_with_marks_around_and_within(
    parse: Callable[[str], object], right: str, mark: str
) -> None:
    assert unicodedata.category(mark) == "Cf"
    middle = len(right) // 2
    assert parse(f" {mark}{right[:middle]}{mark}{right[middle:]}{mark} {mark}") == parse(right) == right


def test_what_is_nothing_but_marks_and_spaces_is_empty() -> None:
    assert typed(f" {''.join(MARKS)} ") == ""
    assert visible("Ёлка 12") == "Ёлка 12"
    missing = card_from_typed({FieldName.LAST_NAME: "\u200b "}, date(2026, 3, 2))
    assert isinstance(missing, tuple)
    assert {reason.code for reason in missing} == {"card.required_invalid"}


def test_a_document_of_a_clinic_reads_as_it_is_stored() -> None:
    document = Document(
        title="Анализ \u202eон йыбулог\u202c\u200f",
        kind="lab",
        issued_on=date(2026, 3, 2),
        body="\u2067Норма\u2069\n\u061c2",
    )
    assert (document.title, document.body) == ("Анализ он йыбулог", "Норма\n2")


def test_what_belongs_to_the_setting_of_a_text_stays() -> None:
    assert undirected("электро\u00adкардио\u00adграмма 👩\u200d⚕️") == "электро\u00adкардио\u00adграмма 👩\u200d⚕️"
