"""Rows: a flow as its last step left it, of a step what it changed, and personal data in its own place only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import Field
from support.portal import NOON, PASSWORD, Scene
from support.rows import entry

from registratura.domain.values import Personal, Value
from registratura.flows.engine.codec import dump, flow_place, flow_row, log_hash, log_place, moved_row, sealed, split
from registratura.flows.errors import Erased
from registratura.flows.record import Timer
from registratura.flows.registration import AcceptConsent, ChooseRegion, Registration
from registratura.flows.rows import DESTROYED
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword


def test_whose_a_flow_has_become_is_read_again_though_its_data_has_not_changed(scene: Scene) -> None:
    caller = scene.registered()
    flow = scene.walk(
        scene.portal.start(SignIn).id,
        ChoosePassword(),
        SubmitPassword(login="margarita@example.org", password=PASSWORD),
    )
    kept = scene.portal.engine.record(flow.id)
    assert (kept.state, kept.account, kept.subject) == ("signed_in", caller.account, caller.account)
    assert scene.portal.verify(flow.id).sound


def test_a_row_whose_data_stays_says_the_same_as_one_that_is_written_anew(scene: Scene) -> None:
    flow = scene.at_consent()
    with scene.storage.unit() as unit:
        row = unit.flow(flow.id)
    record = replace(
        scene.portal.engine.record(flow.id),
        **{"state": "gosuslugi.entry", "version": 9, "account": "account-1", "subject": "person-1"},
        **{"timers": {"expire": Timer(NOON, 9)}, "changed_at": NOON + timedelta(days=1)},
        **{"head": "hash-9", "evidence": 2, "evidence_head": "hash-2"},
    )
    anew = flow_row(record, split(record.data), (scene.portal.engine.tools.keys, row.key_id, row.wrapped))
    assert moved_row(row, record) == anew


def test_a_log_begins_with_all_data_and_goes_on_with_what_changes(scene: Scene) -> None:
    flow = scene.walk(scene.portal.start(Registration).id, ChooseRegion(region="74"))
    first, second = (json.loads(row.outcome)["patch"] for row in scene.log(flow.id))
    assert second == {"region": "74"}
    assert first.keys() > {"region", "accepted", "denied"}


def test_a_secret_is_in_neither_part() -> None:
    clear, personal = split(SubmitPassword(login="margarita@example.org", password=PASSWORD))
    assert (clear, personal) == ({}, {"login": "margarita@example.org"})


@pytest.mark.parametrize("column", [name for name in entry()._fields if name != "hash"])
def test_the_hash_of_an_entry_is_over_every_column(column: str) -> None:
    row = entry()
    assert log_hash(row._replace(**{column: "another"})) != log_hash(row)
    assert log_hash(row._replace(hash="another")) == log_hash(row)


def test_a_sealed_part_opens_in_the_entry_it_was_sealed_for_and_in_no_other(scene: Scene) -> None:
    keys = scene.portal.engine.tools.keys
    sealing = (keys, "key", keys.new_data_key("key"))
    envelope = sealed(sealing, {"name": "Ёлкина"}, log_place("flow-1", 11))
    assert envelope is not None
    assert json.loads(keys.open(*sealing[1:], envelope, log_place("flow-1", 11))) == {"name": "Ёлкина"}
    for other in (log_place("flow-1", 1), log_place("flow-11", 1)):
        with pytest.raises(ValueError, match="does not open"):
            keys.open(*sealing[1:], envelope, other)


class Told(Value):
    """Fields that may be empty, each in its way."""

    name: Annotated[str | None, Personal] = None
    words: Annotated[str, Personal] = ""
    lines: Annotated[tuple[str, ...], Personal] = ()
    notes: Annotated[dict[str, str], Personal] = Field(default_factory=dict)


def test_what_is_empty_stays_in_clear_and_what_is_filled_is_sealed() -> None:
    empty = {"name": None, "words": "", "lines": [], "notes": {}}
    filled = {"name": "Ёлкина", "words": "слово", "lines": ["строка"], "notes": {"a": "b"}}
    assert split(Told()) == (empty, {})
    assert split(Told(**filled)) == ({}, filled)


def test_one_text_stands_for_one_value() -> None:
    clear, _ = split(AcceptConsent(text_version="Ё-1", text_sha256="0"))
    assert dump(clear) == '{"text_sha256":"0","text_version":"Ё-1"}'


def test_what_is_sealed_is_bound_to_the_names_of_its_places_for_ever() -> None:
    assert flow_place("flow-1") == "flows/flow-1/sealed"
    assert log_place("flow-1", 2) == "log/flow-1/2/sealed"


def test_nothing_more_is_sealed_for_who_was_erased(scene: Scene) -> None:
    sealing = (scene.portal.engine.tools.keys, "key", DESTROYED)
    with pytest.raises(Erased) as caught:
        sealed(sealing, {"name": "Ёлкина"}, log_place("flow-1", 2))
    assert caught.value.params == {"flow_id": "flow-1"}
    assert sealed(sealing, {}, log_place("flow-1", 2)) is None
