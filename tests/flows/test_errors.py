"""Every error says its cause and its cure, with what it was told, and stands in one tree."""

from __future__ import annotations

import inspect
import string

import pytest

from registratura.domain.refusal import Refusal
from registratura.flows import errors
from registratura.flows.errors import (
    ChartError,
    IdempotencyConflict,
    InvalidPayload,
    KeyMissing,
    NotAllowedNow,
    RegistraturaError,
    StartRefused,
    UnknownStoredState,
)
from registratura.flows.keyring import DigestKeyNotPrepared, DigestKeyNotRotated
from registratura.flows.versions import UnknownVersion

FOUND = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
LEAVES = [kind for kind in FOUND if not kind.__subclasses__()]
OWN_WORDS = {InvalidPayload, NotAllowedNow, StartRefused}


def test_all_of_them_are_in_one_tree() -> None:
    kinds = [kind for kind in FOUND if issubclass(kind, RegistraturaError)]
    assert len(kinds) == len(FOUND) > 25
    elsewhere = [DigestKeyNotPrepared, DigestKeyNotRotated, UnknownVersion]
    assert [kind for kind in (*LEAVES, *elsewhere) if not kind.cause] == []
    assert [
        kind for kind in (*LEAVES, *elsewhere, UnknownStoredState) if not kind.cure and kind is not ChartError
    ] == []
    assert len({kind.code for kind in LEAVES}) == len(LEAVES)
    assert {kind.code for kind in (KeyMissing, IdempotencyConflict)} == {"key_missing", "idempotency_conflict"}


@pytest.mark.parametrize("kind", [kind for kind in LEAVES if kind not in OWN_WORDS], ids=lambda kind: kind.code)
def test_an_error_says_cause_and_cure_with_what_it_was_told(kind: type[RegistraturaError]) -> None:
    text = f"{kind.cause} {kind.cure}"
    params = {name: f"<{name}>" for _, name, _, _ in string.Formatter().parse(text) if name}
    error = kind(**params)
    assert error.params == params
    said = str(error)
    assert (said, said.strip()) == (text.format(**params).strip(), said)
    assert [name for name in params.values() if name not in said] == []
    assert said[:1].isupper() or said[:1] in "`'<«"


def test_a_programmers_mistake_is_told_without_a_cure() -> None:
    assert str(ChartError(flow="registration", problem="no initial state")) == "«registration»: no initial state."


def test_what_an_error_lists_is_in_its_words() -> None:
    invalid = InvalidPayload("edit", (("revision", "missing"), ("", "extra_forbidden")))
    assert str(invalid).startswith(
        "The payload of 'edit' is not valid: revision: missing; payload: extra_forbidden. See"
    )
    assert invalid.problems == (("revision", "missing"), ("", "extra_forbidden"))
    refused = NotAllowedNow("registration", "region", "register", ("choose_region", "cancel"))
    assert str(refused) == (
        "'register' is not possible in state 'region' of «registration». Allowed now: choose_region, cancel."
    )
    assert str(NotAllowedNow("registration", "registered", "register", ())).endswith("Allowed now: nothing.")
    refusals = (Refusal(code="card.unknown"), Refusal(code="entry.mobile_only"))
    started = StartRefused("attachment", refusals)
    assert str(started).startswith("«attachment» was not started: card.unknown, entry.mobile_only. See `refusals`")
    assert (started.refusals, refused.allowed) == (refusals, ("choose_region", "cancel"))
