"""From steps to rows: whose data key a flow takes, what is written anew, and how its chains go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.portal import NOON, Scene, scene_of

from registratura.domain.consent import Purpose
from registratura.flows.cabinet import BeginCabinet, Cabinet
from registratura.flows.effects import EndOtherSessions
from registratura.flows.engine.codec import micros
from registratura.flows.engine.write import Rows, changes_of
from registratura.flows.event import By, Facts
from registratura.flows.one_time_code import OneTimeCode, SendOneTimeCode
from registratura.flows.record import FlowRecord
from registratura.flows.registration import ChooseRegion, Registration
from registratura.flows.rows import EffectRow, KeyRow
from registratura.flows.step import STAY, Evidence, Move, Step

URAL = ChooseRegion(region="74")


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    """Nothing yet, over a portal with nothing in it."""
    with scene_of("memory", tmp_path).portal.engine.asking() as ask:
        yield Rows(ask)


def record(flow_id: str = "flow-1", version: int = 1, **more: Any) -> FlowRecord[Any]:
    made = FlowRecord(flow_id, "registration", 1, "region", version, Registration.data(), NOON, NOON)
    return replace(made, **more)


def step(before: FlowRecord[Any] | None, after: FlowRecord[Any], move: Move = STAY) -> Step:
    return Step(before, after, URAL, Facts(), By(channel="web"), NOON, "region/choose_region/main_page", move)


def begin(rows: Rows, flow_id: str, subject: str | None = None) -> FlowRecord[Any]:
    """The first step of a flow; gives the record as it goes on."""
    rows.add(step(None, record(flow_id, subject=subject)))
    return rows.after[flow_id]


# ─── Keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_flow_of_nobody_has_a_key_of_its_own_until_it_is_known_whose_it_is(rows: Rows) -> None:
    first, other = begin(rows, "flow-1"), begin(rows, "flow-2")
    assert [(key.id, key.subject) for key in rows.keys] == [(first.key_id, None), (other.key_id, None)]
    known = first.but(version=2, subject="margarita")
    rows.add(step(first, known))
    rows.add(step(known, known.but(version=3)))
    assert rows.links == [(first.key_id, "margarita")], "once"


def test_what_is_begun_for_somebody_takes_the_key_that_was_just_linked_to_them(rows: Rows) -> None:
    first, other = begin(rows, "flow-1"), begin(rows, "flow-2")
    for flow, subject in ((first, "margarita"), (other, "boris")):
        rows.add(step(flow, flow.but(version=2, subject=subject)))
    assert begin(rows, "flow-3", "boris").key_id == other.key_id
    assert rows._subject_key("margarita") == KeyRow(first.key_id, "margarita", rows.ask.wrapped[first.key_id])
    assert len(rows.keys) == 2


def test_what_is_begun_for_somebody_takes_the_key_that_was_just_made_for_them(rows: Rows) -> None:
    one, other, again = (begin(rows, f"flow-{n}", who) for n, who in enumerate(("margarita", "boris", "boris")))
    assert (one.key_id != other.key_id, again.key_id) == (True, other.key_id)
    assert [key.subject for key in rows.keys] == ["margarita", "boris"]


def test_what_holds_data_of_one_person_is_sealed_by_one_key(scene: Scene) -> None:
    """Those that began together, and one that begins later; a cabinet holds nothing of anybody."""
    caller = scene.registered()
    code = scene.portal.start(OneTimeCode, SendOneTimeCode(phone="+79001234567", person=""), caller=caller).id
    cabinet = scene.portal.start(Cabinet, BeginCabinet(), caller=caller).id
    ids = [code, *(scene.flow_of(caller, name) for name in ("registration", "patient_card", "portal_password"))]
    with scene.storage.unit() as unit:
        key_id = unit.key_of(caller.account).id
        assert [unit.flow(flow).key_id for flow in ids] == [key_id] * 4
        assert unit.flow(cabinet).key_id != key_id


# ─── What a step leaves ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "move", "anew"),
    [
        ({}, STAY, False),
        ({}, Move(changes={"region": "74"}), True),
        ({"chart_version": 2}, STAY, True),
    ],
)
def test_the_data_of_a_flow_is_written_anew_only_if_it_changes(
    rows: Rows, more: dict[str, Any], move: Move, anew: bool
) -> None:
    before = begin(rows, "flow-1")
    del rows.data["flow-1"]
    rows.add(step(before, before.but(version=2, **more), move))
    assert ("flow-1" in rows.data) is anew


def test_evidence_of_one_step_is_chained_entry_by_entry(rows: Rows) -> None:
    before = begin(rows, "flow-1").but(evidence=4, evidence_head="f" * 64)
    rows.after.clear()
    drafts = [
        Evidence("declined", purpose, "1", "0" * 64, shown_at=NOON, button="no")
        for purpose in (Purpose.PERSONAL_DATA, Purpose.MEDICAL_DATA)
    ]
    rows.add(step(before, before.but(version=2), Move(evidence=tuple(drafts))))
    first, second = rows.evidence
    assert [first.number, second.number] == [5, 6]
    assert [first.previous, second.previous] == ["f" * 64, first.hash]
    assert [json.loads(row.entry)["previous"] for row in (first, second)] == [first.previous, second.previous]
    after = rows.after["flow-1"]
    assert (after.evidence, after.evidence_head) == (6, second.hash)


def test_an_effect_waits_from_now_on_with_what_is_personal_sealed_by_its_flows_key(rows: Rows) -> None:
    effects = (EndOtherSessions(account="margarita"), EndOtherSessions(account="margarita", session="of her browser"))
    (clear, sealed) = changes_of(rows.ask, [step(None, record(), Move(effects=effects))]).effects
    key = next(iter(rows.ask.wrapped))
    expected = EffectRow(
        id="flow-1:1:0",
        flow_id="flow-1",
        seq=1,
        kind="EndOtherSessions",
        payload='{"account":"margarita","session":null}',
        sealed=None,
        key_id=key,
        status="pending",
        attempts=0,
        due=micros(NOON),
        error="",
    )
    assert clear == expected
    assert sealed.sealed is not None
    payload = '{"account":"margarita"}'
    assert sealed == expected._replace(id="flow-1:1:1", payload=payload, sealed=sealed.sealed)
    opened = rows.ask.keys.open(key, rows.ask.wrapped[key], sealed.sealed, "effects/flow-1:1:1/sealed")
    assert json.loads(opened) == {"session": "of her browser"}
