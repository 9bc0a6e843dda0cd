"""Signed checkpoints: whoever makes the whole database fit again is found out all the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.portal import BORIS, Scene

from registratura.flows.engine.audit import Problem
from registratura.flows.engine.codec import log_hash
from registratura.host.checkpoints import (
    CheckpointBroken,
    CheckpointUnreadable,
    compare_checkpoints,
    make_checkpoint,
    read_checkpoints,
)
from registratura.storage import CallableKeyring


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "checkpoints"
    made.mkdir()
    return made


def compared(scene: Scene, folder: Path) -> list[tuple[str, Problem]]:
    return list(compare_checkpoints(scene.portal.engine, folder))


def signed(scene: Scene, folder: Path) -> Any:
    return make_checkpoint(scene.portal.engine, folder)


def run(scene: Scene, *statements: str, **values: Any) -> None:
    with scene.storage.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def rewritten(scene: Scene, flow_id: str) -> None:
    """The channel of the first entry is another, and every hash after it fits again."""
    rows, previous = [], "0" * 64
    for row in scene.portal.history(flow_id):
        by = row.by.replace("web", "sms")
        row = row._replace(by=by, previous=previous)
        row = row._replace(hash=log_hash(row))
        rows.append(row)
        previous = row.hash
    for row in rows:
        values = {"by": row.by, "previous": row.previous, "hash": row.hash, "id": flow_id, "seq": row.seq}
        run(
            scene,
            "UPDATE registratura_log SET by=:by, previous=:previous, hash=:hash WHERE flow_id=:id AND seq=:seq",
            **values,
        )
    run(scene, "UPDATE registratura_flows SET head=:head WHERE id=:id", head=previous, id=flow_id)


def test_what_goes_on_agrees_with_what_was_signed(scene: Scene, folder: Path) -> None:
    caller = scene.registered()
    first = signed(scene, folder)
    scene.attached(caller)
    scene.clock.turn(timedelta(days=1))
    scene.registered(BORIS)
    second = signed(scene, folder)
    assert (first.number, second.number) == (1, 2)
    assert compared(scene, folder) == []
    assert [one.number for one in read_checkpoints(scene.portal.engine, folder)] == [1, 2]


def test_only_what_moved_since_is_written(scene: Scene, folder: Path) -> None:
    scene.registered()
    first = signed(scene, folder)
    scene.clock.turn(-timedelta(days=1))
    flow = scene.at_consent().id
    assert [row[0] for row in signed(scene, folder).flows] == [flow]
    assert len(first.flows) > 1


def test_a_log_that_was_rewritten_and_fits_again_is_found_out(stored: Scene, folder: Path) -> None:
    flow = stored.at_consent().id
    signed(stored, folder)
    rewritten(stored, flow)
    assert stored.portal.verify(flow).sound, "by itself nobody could tell"
    assert compared(stored, folder) == [(flow, Problem("checkpoint_changed", 3))]


def test_an_end_that_was_cut_off_is_found_out(stored: Scene, folder: Path) -> None:
    flow = stored.at_consent().id
    signed(stored, folder)
    run(stored, "DELETE FROM registratura_log WHERE flow_id=:id AND seq=3", id=flow)
    assert compared(stored, folder) == [(flow, Problem("checkpoint_cut_off", 3))]


def test_a_flow_that_was_left_out_is_found_out(stored: Scene, folder: Path) -> None:
    flow, other = stored.at_consent().id, stored.at_consent().id
    signed(stored, folder)
    for table, name in (("flows", "id"), ("log", "flow_id"), ("timers", "flow_id")):
        run(stored, f"DELETE FROM registratura_{table} WHERE {name}=:id", id=flow)
    assert stored.portal.verify(other).sound
    assert compared(stored, folder) == [(flow, Problem("checkpoint_left_out"))]


def test_evidence_that_is_gone_is_found_out(stored: Scene, folder: Path) -> None:
    flow = stored.at_card().id
    signed(stored, folder)
    run(stored, "DELETE FROM registratura_evidence WHERE flow_id=:id AND number=2", id=flow)
    assert compared(stored, folder) == [(flow, Problem("checkpoint_consent", 2))]


SPOILED: dict[str, Callable[[list[str]], list[str]]] = {
    "a head is another": lambda lines: [lines[0], lines[1].replace('", 0', '0", 0'), *lines[2:]],
    "a flow is left out": lambda lines: [lines[0], *lines[2:]],
    "it is from another day": lambda lines: [lines[0].replace("2026", "2025"), *lines[1:]],
    "its signature is another": lambda lines: [*lines[:-1], json.dumps({"signature": "s1.a.0"})],
    "its end is torn off": lambda lines: lines[:-1],
    "it is empty": lambda lines: [],
    "it is no JSON": lambda lines: ["х", "у"],
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_checkpoint_that_was_changed_is_none(
    sqlite: Scene, folder: Path, spoil: Callable[[list[str]], list[str]]
) -> None:
    sqlite.at_consent()
    sqlite.at_consent()
    signed(sqlite, folder)
    file = folder / "000001.jsonl"
    lines = file.read_text().splitlines()
    changed = spoil(lines)
    assert changed != lines
    file.write_text("\n".join(changed))
    with pytest.raises(CheckpointBroken, match=r"000001\.jsonl"):
        compared(sqlite, folder)
    with pytest.raises(CheckpointBroken):
        signed(sqlite, folder)


def test_one_that_is_missing_between_others_is_missed(sqlite: Scene, folder: Path) -> None:
    for _ in range(3):
        signed(sqlite, folder)
    (folder / "000002.jsonl").unlink()
    with pytest.raises(CheckpointBroken, match=r"000002\.jsonl"):
        compared(sqlite, folder)


def test_one_cannot_stand_in_for_another(sqlite: Scene, folder: Path) -> None:
    for _ in range(2):
        sqlite.at_consent()
        signed(sqlite, folder)
    (folder / "000002.jsonl").write_bytes((folder / "000001.jsonl").read_bytes())
    with pytest.raises(CheckpointBroken):
        compared(sqlite, folder)


def test_another_portals_key_signs_none_of_ours(sqlite: Scene, folder: Path) -> None:
    signed(sqlite, folder)
    tools = replace(sqlite.portal.engine.tools, keys=CallableKeyring(lambda: b"another portal's keys, 32 bytes!"))
    sqlite.portal.engine.tools = tools
    with pytest.raises(CheckpointBroken):
        compared(sqlite, folder)


def test_a_folder_that_is_not_there(sqlite: Scene, tmp_path: Path) -> None:
    for call in (compared, signed):
        with pytest.raises(CheckpointUnreadable, match="nowhere"):
            call(sqlite, tmp_path / "nowhere")


def test_of_two_who_sign_at_once_one_is_first(sqlite: Scene, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def late(made: str, name: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        signed(sqlite, folder)
        link(made, name)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(CheckpointUnreadable):
        signed(sqlite, folder)
    assert compared(sqlite, folder) == []
    assert [file.name for file in folder.iterdir()] == ["000001.jsonl"]
