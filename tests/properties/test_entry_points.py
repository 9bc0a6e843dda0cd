"""A code gives the same result wherever it is entered: from each entry point, over each channel (A7, A10, A13, A14)."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.attachment_model import ENTRIES, PATIENTS
from support.portal import BORIS, CONSENTS, Clock, Scene, scene_of
from support.walks.charts.common import attach, known, window
from support.walks.charts.common import enter as enter_in_another_window
from support.walks.world import OverHttp, World

from registratura.domain.consent import Purpose
from registratura.flows.attachment import Attachment, BeginAttachment, SubmitCode
from registratura.flows.cabinet import BeginCabinet, Cabinet, OpenCabinet, OpenCodeEntry, OpenSection, Section
from registratura.flows.errors import StartRefused
from registratura.host import Caller

TEXT = CONSENTS[Purpose.MEDICAL_DATA]
KINDS = ["good", "good", "of another", "wrong", "used", "revoked", "expired", "of a clinic that is there already"]
SAME = {"account", "button", "kind", "on_behalf", "purpose", "subject", "text_sha256", "text_version"}
result_of_each: dict[str, set[str]] = {}


def prepared(kind: str) -> tuple[Scene, Caller, str]:
    """A portal with a code of that kind."""
    scene = scene_of("memory", Path())
    caller = scene.registered()
    scene.registered(BORIS)
    code = scene.portal.clinics.issue_code("ural", PATIENTS["boris" if kind == "of another" else "own"])
    if kind == "revoked":
        scene.portal.clinics.revoke_code(code.id)
    elif kind == "expired":
        scene.clock.turn(scene.portal.parts.settings.attachment_codes.life)
    elif kind == "of a clinic that is there already":
        scene.attached(caller)
    elif kind == "used":
        enter(scene, caller, ENTRIES[0], [submit(code.code)])
    return scene, caller, "00000000" if kind == "wrong" else code.code


def submit(code: str, sha: str = TEXT.sha256) -> SubmitCode:
    return SubmitCode(code=code, text_version=TEXT.version, text_sha256=sha)


def enter(scene: Scene, caller: Caller, where: Any, events: list[SubmitCode]) -> list[Any]:
    """What comes of entering them there, but for the ids of what is new, and for the name of the place."""
    begin = BeginAttachment(entry=where[0], channel=where[1])
    flow = scene.portal.start(Attachment, begin, caller=Caller(channel=where[1], account=caller.account))
    ends: list[Any] = []
    for event in events:
        if scene.portal.get(flow.id).state != "code_entry":
            break
        view = scene.portal.send(flow.id, event, caller=caller)
        shown = view.screen.title, view.screen.text, view.screen.items.get("clinic")
        ends.append((view.state, view.transition, [(r.code, r.text) for r in view.refusals], shown, view.ended))
    with scene.storage.unit() as unit:
        consents = [json.loads(entry.entry) for entry in unit.evidence(flow.id)]
    ends.append([{name: value for name, value in consent.items() if name in SAME} for consent in consents])
    ends.append(sorted(row.kind for row in scene.storage.effects()))
    ends.append(scene.portal.verify(flow.id).sound)
    return ends


@given(kind=st.sampled_from(KINDS), stale=st.booleans(), guesses=st.integers(0, 6), twice=st.booleans())
@settings(max_examples=24, derandomize=True, deadline=None, database=None)
def a_code_gives_the_same_everywhere(kind: str, stale: bool, guesses: int, twice: bool) -> None:
    scene, caller, code = prepared(kind)
    rows = scene.storage.rows
    events = [submit("00000000")] * guesses + [submit(code, "0" * 64)] * stale + [submit(code)] * (1 + twice)
    ends = []
    for where in ENTRIES:
        scene.storage.rows = rows.copy()
        ends.append(enter(scene, caller, where, events))
    assert all(end == ends[0] for end in ends)
    result_of_each.setdefault(kind, set()).add(ends[0][-4][0])


def test_a_code_gives_the_same_everywhere() -> None:
    result_of_each.clear()
    a_code_gives_the_same_everywhere()
    assert set(result_of_each) == set(KINDS)
    assert {kind for kind, ends in result_of_each.items() if "attached" in ends} <= {"good", "used"}
    assert "attached" in result_of_each["good"]


@pytest.mark.parametrize("first", ENTRIES)
def test_pressed_elsewhere_too_it_gives_the_first_answer(first: Any) -> None:
    """U46: one right, whoever presses where."""
    scene, caller, code = prepared("good")
    for where in [first, *ENTRIES]:
        assert enter(scene, caller, where, [submit(code)])[0][0] == "attached"
    with scene.storage.unit() as unit:
        assert len(unit.flows_of(caller.account or "", "clinic_right")) == 1


@pytest.mark.parametrize("why", ["sign_in_required", "entry.mobile_only", "card.unknown"])
def test_a_window_that_is_not_opened_leaves_nothing_behind(why: str) -> None:
    scene, caller, _ = prepared("good")
    foreign = scene.flow_of(scene.registered(BORIS.model_copy(update={"oid": "9", "snils": None})), "patient_card")
    entry: Any = "clinic_rights_plus" if why == "entry.mobile_only" else "clinics"
    begin = BeginAttachment(entry=entry, card=foreign if why == "card.unknown" else None)
    before = scene.storage.rows.writes
    with pytest.raises(StartRefused) as raised:
        scene.portal.start(Attachment, begin, caller=Caller(session="x") if why == "sign_in_required" else caller)
    assert [refusal.code for refusal in raised.value.refusals] == [why]
    assert scene.storage.rows.writes == before


# Over HTTP too, and through the cabinet's own doors.

DOORS: list[tuple[Section, Literal["button", "plus"], Literal["web", "mobile"]]] = [
    *((section, "button", "web") for section in (Section.HEALTH, Section.CLINICS, Section.CLINIC_RIGHTS)),
    *((section, "button", "mobile") for section in (Section.HEALTH, Section.CLINICS, Section.CLINIC_RIGHTS)),
    (Section.CLINIC_RIGHTS, "plus", "mobile"),
]


def on_paper(world: World, kind: str) -> str:
    """A code of that kind, of the clinic that she is or is not attached to."""
    if kind == "of a clinic that is there already":
        attach(world)
    issued = world.portal.clinics.issue_code("ural", PATIENTS["boris" if kind == "of another" else "own"])
    if kind == "revoked":
        world.portal.clinics.revoke_code(issued.id)
    elif kind == "expired":
        world.clock.turn(world.portal.parts.settings.attachment_codes.life)
    elif kind == "used":
        enter_in_another_window(world, window(world), issued.code)
    return "000000000000" if kind == "wrong" else issued.code


def through(world: World, door: Any, code: str) -> Any:
    """What the person sees, and what is set off, when they enter the code behind that door."""
    section, by, channel = door
    world.start(Cabinet, BeginCabinet())
    for event in (OpenCabinet(channel=channel), OpenSection(section=section), OpenCodeEntry(by=by)):
        opened = world.send(event)
    world.flow = opened["started"]["attachment"]
    seen = world.send(submit(code))
    seen["screen"]["items"].pop("channel", None)
    return seen, world.effects()


@pytest.mark.parametrize("kind", sorted(set(KINDS)))
def test_over_http_a_code_gives_the_same_behind_each_door_as_in_the_engine(kind: str) -> None:
    ends = []
    for make in (World, OverHttp):
        with closing(make(Clock())) as world:
            known(world)
            code = on_paper(world, kind)
            kept, now = world.copy(), world.clock.now
            for door in DOORS:
                world.become(kept)
                world.clock.now = now
                ends.append(through(world, door, code))
    assert len(ends) == 2 * len(ENTRIES)
    assert all(end == ends[0] for end in ends)
    assert (ends[0][0]["state"] == "attached") == (kind in ("good", "used"))
