"""Is what is stored what was done? The log is folded and decided again, and the chains are followed.

Where a person's data is destroyed, the log still folds; what it was decided from cannot be looked at any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from registratura.domain.canonical import canonical_json
from registratura.domain.consent import ConsentEvidence, verify_chain
from registratura.domain.values import personal_fields
from registratura.flows.effects import EFFECTS
from registratura.flows.engine.codec import log_hash, record_of, timers_json
from registratura.flows.engine.engine import Engine
from registratura.flows.engine.erase import claims_of
from registratura.flows.engine.replay import (
    Difference,
    decided,
    differences,
    entry_of,
    folded,
    opened,
    refused_elsewhere,
    replayed,
)
from registratura.flows.errors import DataDamaged, Erased, UnknownFlow
from registratura.flows.flow import AnyRecord
from registratura.flows.keyring import Keyring
from registratura.flows.ports import Unit
from registratura.flows.record import NO_HASH
from registratura.flows.rows import DESTROYED, EffectRow, EvidenceRow, LogRow, TimerRow
from registratura.flows.step import Stays, Step

PROBLEMS = {
    "log_changed": "log: entry {entry} was changed, or one before it is missing",
    "log_end": "log: it ends with entry {entry}, and the flow is elsewhere",
    "log_not_replayed": "log: entry {entry} cannot be replayed",
    "log_version_unknown": "log: entry {entry} was decided by a version of the chart that this program does not have",
    "log_decided_otherwise": "log: entry {entry} would be decided otherwise",
    "log_empty": "log: it is empty",
    "log_fold": "log: folding it does not give the stored state",
    "timers": "timers: they are not those that the log leaves",
    "claims": "claims: one of entry {entry} is not there, or another flow has it",
    "effects": "effects: those of entry {entry} are not what was decided",
    "consent_changed": "consent: entry {entry} was changed, or one before it is missing",
    "consent_end": "consent: it ends with entry {entry}, and the flow knows another number",
    "checkpoint_left_out": "a checkpoint has this flow, and it is not there",
    "checkpoint_cut_off": "log: a checkpoint has entry {entry}, and it is not there",
    "checkpoint_changed": "log: entry {entry}, or one before it, is not what a checkpoint has",
    "checkpoint_consent": "consent: entry {entry} is not what a checkpoint has, or is not there",
    "consent_signature": "consent: a signature does not fit",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and with which entry, if with one. People read the catalogue's text `problem.<code>`."""

    code: str
    entry: int | None = None

    def __str__(self) -> str:
        return PROBLEMS[self.code].format(entry=self.entry)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `problems` name the first entry that is wrong, of each kind of wrong."""

    flow_id: str
    flow: str
    state: str
    entries: int
    evidence: int
    problems: tuple[Problem, ...] = field(default=())

    @property
    def sound(self) -> bool:
        return not self.problems


def verify(engine: Engine, flow_id: str) -> Verdict:
    """Check one flow: the log's chain, the fold against the stored rows, the decisions, and the chain of consent.

    Raises:
        UnknownFlow: there is no such flow.
        DataDamaged, UnknownStoredState: the row itself cannot be read.
    """
    with engine.storage.unit() as unit:
        row = unit.flow(flow_id)
        if row is None:
            raise UnknownFlow(flow_id=flow_id)
        log = list(unit.log(flow_id))
        gone = row.wrapped == DESTROYED
        unreadable = gone and any(entry.sealed for entry in log)
        # What nobody was known for loses its personal data when it ends, and nothing else.
        freed = gone and not (row.account is None and row.subject is None)
        record = record_of(row._replace(sealed=None) if unreadable else row, engine.tools.flows, engine.tools.keys)
        evidence = list(unit.evidence(flow_id))
        timers, effects = unit.timers(flow_id), unit.effects(flow_id)
        claims = [] if freed else _claims(unit, engine.tools.keys, log)
    problems = [
        *_chain(log, record),
        *_fold(engine, None if unreadable else row.wrapped or "", log, record, effects),
        # A worker stops the timers of what nobody can read any more.
        *([] if (freed or (gone and row.sealed)) and not timers else _timers(timers, record)),
        *claims,
        *_consent(engine.tools.keys, evidence, record),
    ]
    return Verdict(flow_id, record.flow, record.state, len(log), len(evidence), tuple(problems))


def replay(engine: Engine, flow_id: str) -> tuple[Difference, ...]:
    """What the newest charts of this program would do otherwise with a flow's history, at the first such entry.

    Nothing is written, and no timer is carried out.

    Raises:
        UnknownFlow: there is no such flow. Erased: what it was decided from is destroyed.
        UnknownVersion: the program does not have the version that decided an entry.
        DataDamaged: an entry does not open.
    """
    with engine.storage.unit() as unit:
        row = unit.flow(flow_id)
        if row is None:
            raise UnknownFlow(flow_id=flow_id)
        log = list(unit.log(flow_id))
    if row.wrapped == DESTROYED and any(entry.sealed for entry in log):
        raise Erased(flow_id=flow_id)
    engine.tools.flows.of(row)
    keys = engine.tools.keys.for_one_event()
    try:
        history = [opened(entry, keys, row.key_id, row.wrapped or "") for entry in log]
    except ValueError:
        raise DataDamaged(what="the log", flow_id=flow_id) from None
    return replayed(engine.tools.flows, row.flow, history)


def _chain(log: list[LogRow], record: AnyRecord) -> list[Problem]:
    previous = NO_HASH
    for number, entry in enumerate(log, 1):
        if entry.seq != number or entry.previous != previous or log_hash(entry) != entry.hash:
            return [Problem("log_changed", number)]
        previous = entry.hash
    if (len(log), previous) != (record.version, record.head):
        return [Problem("log_end", len(log))]
    return []


def _timers(rows: Sequence[TimerRow], record: AnyRecord) -> list[Problem]:
    live = {row.kind: [row.due, row.epoch] for row in rows}
    return [] if live == timers_json(record.timers) else [Problem("timers")]


def _claims(unit: Unit, keys: Keyring, log: list[LogRow]) -> list[Problem]:
    """A claim is never given back but with its person's data. One that no entry made is not looked for."""
    for entry in log:
        try:
            lost = any(unit.claim(c.kind, c.digest) != c for c in claims_of(entry, keys.found_by))
        except (ValueError, TypeError, AttributeError):
            # The entry itself was changed, which its chain tells.
            continue
        if lost:
            return [Problem("claims", entry.seq)]
    return []


def _consent(keys: Keyring, rows: list[EvidenceRow], record: AnyRecord) -> list[Problem]:
    chain: list[tuple[ConsentEvidence, str]] = []
    for number, row in enumerate(rows, 1):
        entry = _entry(row)
        if entry is None or entry.flow_id != record.id:
            return [Problem("consent_changed", number)]
        chain.append((entry, row.hash))
    broken = verify_chain(chain)
    if broken is not None:
        return [Problem("consent_changed", broken)]
    head = rows[-1].hash if rows else NO_HASH
    if (len(rows), head) != (record.evidence, record.evidence_head):
        return [Problem("consent_end", len(rows))]
    return [] if all(row.signature == keys.sign(row.hash) for row in rows) else [Problem("consent_signature")]


def _entry(row: EvidenceRow) -> ConsentEvidence | None:
    """The entry, if the row's columns and every byte of its text are what was written."""
    try:
        entry = ConsentEvidence.model_validate_json(row.entry)
    except ValueError:
        return None
    text = canonical_json(entry.model_dump(mode="json"))
    return entry if (row.entry, row.number, row.previous) == (text, entry.number, entry.previous) else None


def _fold(
    engine: Engine, wrapped: str | None, log: list[LogRow], record: AnyRecord, effects: Sequence[EffectRow]
) -> list[Problem]:
    state: AnyRecord | None = None
    sent = {(row.seq, row.id, row.kind, _clear(row.kind, row.payload)) for row in effects}
    for entry in log:
        if (record.flow, entry.chart_version) not in engine.tools.flows.versions:
            return [Problem("log_version_unknown", entry.seq)]
        try:
            state, step, problem = _replayed(engine, record, state, entry, wrapped)
            written = {row for row in sent if row[0] == entry.seq}
            of_step = set(_sent(step)) if step else written
            if not problem and of_step != written:
                problem = Problem("effects", entry.seq)
            sent -= of_step
        except Exception:  # noqa: BLE001  # whatever a changed entry makes the code do, it is a finding
            return [Problem("log_not_replayed", entry.seq)]
        if problem:
            return [problem]
    if state is None:
        return [Problem("log_empty")]
    if sent:
        return [Problem("effects", min(sent)[0])]
    # The heads of the chains are looked at where the chains are.
    state = replace(state, head=record.head, evidence=record.evidence, evidence_head=record.evidence_head)
    return [] if state == record else [Problem("log_fold")]


def _replayed(
    engine: Engine, record: AnyRecord, before: AnyRecord | None, row: LogRow, wrapped: str | None
) -> tuple[AnyRecord, Step | None, Problem | None]:
    """The record after an entry, by folding; the step, decided again; and a problem, if that is another one.

    Each entry is decided by the version it was decided by. Without a key there is no deciding.
    """
    flow = engine.tools.flows.versions[record.flow, row.chart_version]
    if wrapped is None:
        return folded(flow, before, entry_of(row, {})), None, None
    entry = opened(row, engine.tools.keys, record.key_id, wrapped)
    after = folded(flow, before, entry)
    step = decided(flow, before, entry, refused_elsewhere(flow, before, entry))
    if isinstance(step, Stays) or any(differences(entry, after, step)):
        return after, None, Problem("log_decided_otherwise", row.seq)
    return after, step, None


def _sent(step: Step) -> Iterator[tuple[int, str, str, str]]:
    """The effects of a step as rows have them, but for what is personal."""
    record = step.record
    for number, effect in enumerate(step.move.effects):
        clear = _clear(effect.kind(), effect.model_dump_json())
        yield record.version, f"{record.id}:{record.version}:{number}", effect.kind(), clear


def _clear(kind: str, payload: str) -> str:
    """What is personal is wiped once it is handed over, and may be made of a secret that the log never had."""
    try:
        values, hidden = json.loads(payload), personal_fields(EFFECTS[kind])
        return canonical_json({name: value for name, value in values.items() if name not in hidden})
    except (KeyError, ValueError, AttributeError):
        return payload
