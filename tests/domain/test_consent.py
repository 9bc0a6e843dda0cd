"""Consent texts and the chain of evidence."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.people import NOW

from registratura.domain.consent import (
    FIRST,
    ConsentEvidence,
    ConsentText,
    EvidenceKind,
    Purpose,
    evidence_hash,
    stale_refusals,
    verify_chain,
)
from registratura.domain.refusal import Refusal

TEXT = ConsentText(purpose=Purpose.PERSONAL_DATA, version="2", text="Я согласна, чтобы портал…")
Chain = list[tuple[ConsentEvidence, str]]


def evidence(number: int = 1, previous: str = FIRST, **changes: Any) -> ConsentEvidence:
    answer = {
        "flow_id": "flow",
        "number": number,
        "previous": previous,
        "kind": EvidenceKind.ACCEPTED,
        "purpose": Purpose.PERSONAL_DATA,
        "text_version": TEXT.version,
        "text_sha256": TEXT.sha256,
        "shown_at": NOW,
        "pressed_at": NOW + timedelta(seconds=40),
        "button": "Да, я согласен",
        "channel": "web",
    }
    return ConsentEvidence.model_validate(answer | changes)


def chain_of(length: int) -> Chain:
    chain: Chain = []
    for number in range(1, length + 1):
        entry = evidence(number, chain[-1][1] if chain else FIRST)
        chain.append((entry, evidence_hash(entry)))
    return chain


def test_the_hash_of_a_text_is_over_its_utf8_bytes() -> None:
    assert TEXT.sha256 == hashlib.sha256("Я согласна, чтобы портал…".encode()).hexdigest()


def test_the_present_text_is_not_stale() -> None:
    assert stale_refusals("2", TEXT.sha256, TEXT) == ()


@pytest.mark.parametrize(
    ("version", "sha256"), [("1", TEXT.sha256), ("2", FIRST), ("2", TEXT.sha256.upper()), ("", "")]
)
def test_another_version_or_other_bytes_are_stale(version: str, sha256: str) -> None:
    assert stale_refusals(version, sha256, TEXT) == (Refusal(code="consent.stale", params={"version": "2"}),)


@pytest.mark.parametrize("kind", ["accepted", "declined"])
@pytest.mark.parametrize("gap", ["shown_at", "pressed_at", "button"])
def test_an_answer_says_what_was_shown_and_pressed_and_when(kind: str, gap: str) -> None:
    nothing: dict[str, Any] = {gap: None}
    with pytest.raises(ValidationError, match=r"evidence\.incomplete"):
        evidence(kind=kind, **nothing)


@pytest.mark.parametrize("person", [{"account": "a-1"}, {"subject": "s-1"}, {"on_behalf": True}])
def test_a_decline_names_nobody(person: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"evidence\.decline_is_anonymous"):
        evidence(kind="declined", **person)


def test_a_binding_names_who_it_was() -> None:
    assert evidence(kind="bound", account="a-1", shown_at=None, pressed_at=None, button=None).account == "a-1"
    with pytest.raises(ValidationError, match=r"evidence\.bound_to_nobody"):
        evidence(kind="bound")


@pytest.mark.parametrize(("number", "previous"), [(1, "a" * 64), (2, FIRST), (0, FIRST)])
def test_only_the_first_entry_has_none_before_it(number: int, previous: str) -> None:
    with pytest.raises(ValidationError, match=r"evidence\.number" if number else "greater_than_equal"):
        evidence(number, previous)


def test_the_moment_of_evidence_is_kept_in_utc_and_must_have_a_zone() -> None:
    from_moscow = evidence(shown_at="2026-03-02T12:30:00+03:00")
    assert from_moscow == evidence()
    assert from_moscow.model_dump_json() == evidence().model_dump_json()
    with pytest.raises(ValidationError):
        evidence(shown_at=NOW.replace(tzinfo=None))


def test_evidence_is_the_same_after_it_was_stored() -> None:
    stored = ConsentEvidence.model_validate_json(evidence().model_dump_json())
    assert evidence_hash(stored) == evidence_hash(evidence())


@pytest.mark.parametrize(
    "change",
    [
        {"flow_id": "other"},
        {"kind": EvidenceKind.WITHDRAWN},
        {"purpose": Purpose.MEDICAL_DATA},
        {"text_version": "3"},
        {"text_sha256": "b" * 64},
        {"shown_at": NOW + timedelta(microseconds=1)},
        {"pressed_at": NOW},
        {"button": "Нет, я отказываюсь"},
        {"channel": "mobile"},
        {"account": "a-2"},
        {"subject": "s-2"},
        {"on_behalf": True},
    ],
)
def test_any_change_of_an_entry_shows(change: dict[str, object]) -> None:
    chain = chain_of(3)
    entry, stored = chain[1]
    chain[1] = (entry.model_copy(update=change), stored)
    assert verify_chain(chain) == 2


def test_every_field_of_an_entry_is_in_its_hash() -> None:
    for name in ConsentEvidence.model_fields:
        changed = evidence().model_copy(update={name: "something else"})
        assert evidence_hash(changed) != evidence_hash(evidence()), name


@given(st.integers(0, 6))
def test_what_was_written_is_whole(length: int) -> None:
    assert verify_chain(chain_of(length)) is None


@given(st.integers(2, 6), st.data())
def test_a_dropped_an_exchanged_and_a_repeated_entry_show_where_they_are(length: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, length - 2))
    dropped, exchanged, repeated = chain_of(length), chain_of(length), chain_of(length)
    del dropped[place]
    exchanged[place : place + 2] = reversed(exchanged[place : place + 2])
    repeated.insert(place + 1, repeated[place])
    assert verify_chain(dropped) == place + 1
    assert verify_chain(exchanged) == place + 1
    assert verify_chain(repeated) == place + 2


def test_an_entry_rewritten_together_with_its_hash_breaks_the_next_one() -> None:
    chain = chain_of(3)
    forged = chain[1][0].model_copy(update={"button": "other"})
    chain[1] = (forged, evidence_hash(forged))
    assert verify_chain(chain) == 3


def test_an_entry_of_another_flow_shows() -> None:
    chain = chain_of(2)
    foreign = chain[1][0].model_copy(update={"flow_id": "other"})
    chain[1] = (foreign, evidence_hash(foreign))
    assert verify_chain(chain) == 2


def test_a_stored_hash_that_is_no_hash_shows() -> None:
    assert verify_chain([(evidence(), "ё")]) == 1


def test_what_is_stored_of_a_consent_is_called_so_for_ever() -> None:
    assert [purpose.value for purpose in Purpose] == ["personal_data", "medical_data"]
    assert [kind.value for kind in EvidenceKind] == ["accepted", "declined", "bound", "withdrawn"]


@pytest.mark.parametrize("empty", ["version", "text"])
def test_a_text_has_a_version_and_words(empty: str) -> None:
    written = {"purpose": "personal_data", "version": "2", "text": "Я"}
    assert ConsentText.model_validate(written).text == "Я"
    with pytest.raises(ValidationError):
        ConsentText.model_validate(written | {empty: ""})


@pytest.mark.parametrize("wrong", ["a" * 63, "A" * 64, "a" * 65, ""])
def test_a_hash_is_64_small_hexadecimal_digits(wrong: str) -> None:
    for name in ("previous", "text_sha256"):
        with pytest.raises(ValidationError, match="string_pattern_mismatch"):
            evidence(2, **{"previous": "a" * 64, name: wrong})


def test_entries_are_counted_from_one() -> None:
    with pytest.raises(ValidationError, match="greater_than_equal"):
        evidence(0, "a" * 64)
