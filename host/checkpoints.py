"""Signed checkpoints: how far the log of each flow had got, kept outside the database.

Whoever may write in the database can change a log and make all its hashes fit again, cut its end off, or leave a whole
flow out. They cannot make a checkpoint say so: it is signed with a key that is not in the database, and names the
signature of the one before it. Keep the files where nobody who has the database can change them.

One file each, `000001.jsonl` and so on, of JSON lines: what it is; the flows that moved since the last one, as
`[id, entries, head, evidence, evidence head]`; the signature over the SHA-256 of all lines before it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from registratura.flows.engine import Engine
from registratura.flows.engine.audit import Problem
from registratura.flows.errors import OperatorError
from registratura.flows.ports import Unit

PAGE = 500
NOTHING = ""


class CheckpointBroken(OperatorError):
    """A checkpoint was changed or left out since it was signed, or was signed by another portal."""

    cause = "The checkpoint {name} is not what this portal signed."
    cure = "Compare it with its copy elsewhere: who changed the file may have changed the database."


class CheckpointUnreadable(OperatorError):
    """A checkpoint, or the folder for them, cannot be read or written."""

    cause = "{name} cannot be used: {reason}."
    cure = "Give a folder for checkpoints that is there and that you may use."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One that was made, or read and found to be what was signed."""

    number: int
    at: datetime
    flows: tuple[tuple[Any, ...], ...]
    signature: str


def make_checkpoint(engine: Engine, folder: str | os.PathLike[str]) -> Checkpoint:
    """Write the next checkpoint: all of it or nothing.

    Raises:
        CheckpointBroken, CheckpointUnreadable: one that is there is not what was signed, or the folder cannot be used.
    """
    made = list(read_checkpoints(engine, folder))
    number, previous = len(made) + 1, made[-1].signature if made else NOTHING
    now = engine.tools.clock()
    signed = {row[0]: tuple(row[1:]) for checkpoint in made for row in checkpoint.flows}
    flows = tuple(_moved(engine, signed))
    head = {"checkpoint": number, "at": now.astimezone(UTC).isoformat(), "previous": previous}
    lines = [json.dumps(line) for line in (head, *flows)]
    signature = _signed(engine, lines)
    _write(Path(folder) / _name(number), [*lines, json.dumps({"signature": signature})])
    return Checkpoint(number, now, flows, signature)


def read_checkpoints(engine: Engine, folder: str | os.PathLike[str]) -> Iterator[Checkpoint]:
    """Every checkpoint in the folder, each compared with its signature and the one before it.

    Raises:
        CheckpointBroken: one was changed, or left out.
        CheckpointUnreadable: one cannot be read, or there is no such folder.
    """
    previous = NOTHING
    try:
        names = sorted(file.name for file in Path(folder).iterdir() if file.suffix == ".jsonl")
    except OSError as error:
        raise CheckpointUnreadable(name=str(folder), reason=error.strerror) from None
    for number, name in enumerate(names, 1):
        if name != _name(number):
            raise CheckpointBroken(name=_name(number))
        checkpoint, named = _read(engine, Path(folder) / name, number)
        if named != previous:
            raise CheckpointBroken(name=name)
        previous = checkpoint.signature
        yield checkpoint


def compare_checkpoints(engine: Engine, folder: str | os.PathLike[str]) -> Iterator[tuple[str, Problem]]:
    """What the database no longer has as a checkpoint has it: the flow, and its first entry that is wrong.

    Raises:
        CheckpointBroken, CheckpointUnreadable: as for `read_checkpoints`.
    """
    told: set[str] = set()
    for checkpoint in read_checkpoints(engine, folder):
        with engine.storage.unit() as unit:
            for flow_id, *mark in checkpoint.flows:
                problem = None if flow_id in told else _problem(unit, flow_id, *mark)
                if problem is not None:
                    told.add(flow_id)
                    yield flow_id, problem


def _problem(unit: Unit, flow_id: str, entries: int, head: str, evidence: int, evidence_head: str) -> Problem | None:
    if unit.flow(flow_id) is None:
        return Problem("checkpoint_left_out")
    entry = unit.log_entry(flow_id, entries)
    if entry is None:
        return Problem("checkpoint_cut_off", entries)
    if entry.hash != head:
        return Problem("checkpoint_changed", entries)
    if not evidence:
        return None
    known = [row.hash for row in unit.evidence(flow_id) if row.number == evidence]
    return None if known == [evidence_head] else Problem("checkpoint_consent", evidence)


def _moved(engine: Engine, signed: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    after = ""
    while page := engine.storage.flow_ids(after, PAGE):
        with engine.storage.unit() as unit:
            for row in map(unit.flow, page):
                if row is None:
                    continue
                mark = row.version, row.head, row.evidence, row.evidence_head
                if signed.get(row.id) != mark:
                    yield row.id, *mark
        after = page[-1]


def _read(engine: Engine, file: Path, number: int) -> tuple[Checkpoint, str]:
    try:
        *lines, end = file.read_text("utf-8").splitlines()
        head, *flows = map(json.loads, lines)
        signature, at = json.loads(end)["signature"], datetime.fromisoformat(head["at"])
        whole = head["checkpoint"] == number and signature == _signed(engine, lines)
    except OSError as error:
        raise CheckpointUnreadable(name=str(file), reason=error.strerror) from None
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise CheckpointBroken(name=file.name)
    return Checkpoint(number, at, tuple(map(tuple, flows)), signature), head["previous"]


def _signed(engine: Engine, lines: list[str]) -> str:
    return engine.tools.keys.sign("checkpoint\0" + sha256("\n".join(lines).encode()).hexdigest())


def _write(file: Path, lines: list[str]) -> None:
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".registratura-checkpoint-") as out:
            out.write("\n".join(lines) + "\n")
            out.flush()
            os.fsync(out.fileno())
            # It gets its name once it is whole, and takes nobody's.
            os.link(out.name, file)
            file.chmod(0o644)
    except OSError as error:
        raise CheckpointUnreadable(name=str(file), reason=error.strerror) from None


def _name(number: int) -> str:
    return f"{number:06}.jsonl"
