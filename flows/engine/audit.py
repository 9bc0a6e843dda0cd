"""Is what is stored what was done? The log is folded and decided again, and the chains are followed.

Where a person's data is destroyed, the log still folds; what it was decided from cannot be looked at any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from registratura.domain.canonical import canonical_json
from registratura.domain.consent import ConsentEvidence, verify_chain
from registratura.domain.values import personal_fields, secret_fields
from registratura.flows.decide import decide, decide_start
from registratura.flows.effects import EFFECTS
from registratura.flows.engine.codec import (
    log_hash,
    log_place,
    moment,
    record_of,
    refusals_in,
    timers_json,
    timers_of,
)
from registratura.flows.engine.engine import Engine
from registratura.flows.engine.erase import claims_of
from registratura.flows.errors import UnknownFlow
from registratura.flows.event import By, Facts
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.keyring import Keyring
from registratura.flows.ports import Unit
from registratura.flows.record import NO_HASH, FlowRecord
from registratura.flows.rows import DESTROYED, EffectRow, EvidenceRow, LogRow, TimerRow
from registratura.flows.step import Step

PROBLEMS = {
    "log_changed": "log: entry {entry} was changed, or one before it is missing",
    "log_end": "log: it ends with entry {entry}, and the flow is elsewhere",
    "log_not_replayed": "log: entry {entry} cannot be replayed",
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
    flow = engine.tools.flows[record.flow]
    state: AnyRecord | None = None
    sent = {(row.seq, row.id, row.kind, _clear(row.kind, row.payload)) for row in effects}
    for entry in log:
        try:
            state, step, problem = _replayed(engine, flow, record, state, entry, wrapped)
            written = {row for row in sent if row[0] == entry.seq}
            decided = set(_sent(step)) if step else written
            if not problem and decided != written:
                problem = Problem("effects", entry.seq)
            sent -= decided
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
    engine: Engine, flow: AnyFlow, record: AnyRecord, before: AnyRecord | None, entry: LogRow, wrapped: str | None
) -> tuple[AnyRecord, Step | None, Problem | None]:
    """The record after an entry, by folding; the step, decided again; and a problem, if that is another one.

    Without a key there is no deciding.
    """
    payload, outcome = json.loads(entry.payload), json.loads(entry.outcome)
    hidden: dict[str, Any] = {}
    if entry.sealed and wrapped is not None:
        place = log_place(entry.flow_id, entry.seq)
        hidden = json.loads(engine.tools.keys.open(record.key_id, wrapped, entry.sealed, place))
    base = before or _blank(flow, record, outcome, entry)
    values = {**_json(base), **outcome["patch"], **hidden.get("patch", {})}
    after = replace(
        base,
        state=outcome["state"],
        version=entry.seq,
        changed_at=moment(entry.at),
        data=flow.data.model_validate_json(json.dumps(values)),
        timers=timers_of(outcome["timers"]) if "timers" in outcome else base.timers,
        account=outcome.get("account", base.account),
        subject=outcome.get("subject", base.subject),
    )
    if wrapped is None:
        return after, None, None
    step = _decided(flow, before, base, entry, payload, hidden)
    decided = (step.transition, step.record.state, step.record.data, [r.code for r in step.refusals])
    recorded = (entry.transition, after.state, after.data, [r["code"] for r in outcome.get("refusals", ())])
    return after, step, None if decided == recorded else Problem("log_decided_otherwise", entry.seq)


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


def _decided(
    flow: AnyFlow,
    before: AnyRecord | None,
    base: AnyRecord,
    entry: LogRow,
    payload: dict[str, Any],
    hidden: dict[str, Any],
) -> Step:
    kind = flow.by_name[entry.event]
    event = _restored(kind, {**payload["event"], **hidden.get("event", {})})
    facts = _restored(flow.facts.get(kind, Facts), {**payload["facts"], **hidden.get("facts", {})})
    by, now = By.model_validate_json(entry.by), moment(entry.at)
    if before is None:
        return decide_start(flow, base, event, facts, now=now, by=by)
    struck = {name: timer for name, timer in base.timers.items() if name != event.name}
    base = replace(base, timers=struck)
    step = decide(flow, base, event, facts, now=now, by=by)
    recorded = refusals_in(entry)
    if not recorded or step.refusals:
        return step
    # Another flow said no; its own log shows that it would again.
    return decide(flow, base, event, facts, now=now, by=by, refused_elsewhere=recorded)


def _restored(kind: type[BaseModel], values: dict[str, Any]) -> Any:
    """A model from the log; its secrets were never written, and no decision looks at them."""
    return kind.model_validate_json(json.dumps({**values, **dict.fromkeys(secret_fields(kind), "")}))


def _json(record: AnyRecord) -> dict[str, Any]:
    values: dict[str, Any] = record.data.model_dump(mode="json")
    return values


def _blank(flow: AnyFlow, record: AnyRecord, outcome: dict[str, Any], entry: LogRow) -> AnyRecord:
    life = {kind: timer for kind, timer in timers_of(outcome["timers"]).items() if kind == "expire"}
    at = moment(entry.at)
    return FlowRecord(
        id=record.id,
        flow=flow.name,
        chart_version=entry.chart_version,
        state="",
        version=0,
        data=flow.data(),
        created_at=at,
        changed_at=at,
        account=outcome["account"],
        subject=outcome["subject"],
        session=outcome["session"],
        key_id=outcome["key"],
        timers=life,
    )
