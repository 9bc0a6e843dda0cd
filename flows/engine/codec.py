"""Records and steps to rows, and back. Personal fields are sealed, secrets are never written, the log is chained."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from registratura.domain.refusal import Refusal
from registratura.domain.values import personal_fields, secret_fields
from registratura.flows.errors import DataDamaged, Erased, UnknownStoredState
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.keyring import Keyring
from registratura.flows.record import FlowRecord, Timer
from registratura.flows.rows import DESTROYED, FlowRow, LogRow
from registratura.flows.step import Send, Step
from registratura.flows.versions import Catalogue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_EMPTY: tuple[Any, ...] = (None, "", [], {})
dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""The canonical text of what is JSON already."""

Parts = tuple[dict[str, Any], dict[str, Any]]
"""A model's fields as JSON: those in clear, and those to be sealed."""

Sealing = tuple[Keyring, str, str]
"""What seals: the keyring, a data key's id, and that key as it is wrapped."""


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """The UTC time of so many microseconds since 1970."""
    return EPOCH + value * MICROSECOND


def split(model: BaseModel) -> Parts:
    """The model's fields in clear, and those to be sealed. Secrets are in neither."""
    fields, secret, hidden = _fields(type(model))
    if not fields:
        return {}, {}
    values = model.model_dump(mode="json", exclude=secret)
    if not hidden:
        return values, {}
    # What is empty says nothing about anybody, and stays in clear: an emptied field must show in the log as emptied.
    filled = [name for name in hidden if values.get(name) not in _EMPTY]
    return values, {name: values.pop(name) for name in filled}


@cache
def _fields(kind: type[BaseModel]) -> tuple[bool, set[str] | None, frozenset[str]]:
    """Whether there are any, which are secret, and which are personal."""
    return bool(kind.model_fields), set(secret_fields(kind)) or None, personal_fields(kind)


def flow_place(flow_id: str) -> str:
    """What the sealed data of a flow row is bound to."""
    return f"flows/{flow_id}/sealed"


def log_place(flow_id: str, seq: int) -> str:
    """What the sealed part of a log row is bound to."""
    return f"log/{flow_id}/{seq}/sealed"


def sealed(sealing: Sealing, personal: dict[str, Any], place: str) -> str | None:
    """The envelope of personal fields, if there are any.

    Raises:
        Erased: the person's data is destroyed, and no more is taken.
    """
    keys, key_id, wrapped = sealing
    if personal and wrapped == DESTROYED:
        raise Erased(flow_id=place.split("/")[1])
    # In any order: nobody compares what is sealed.
    return keys.seal(key_id, wrapped, to_json(personal).decode(), place) if personal else None


def flow_row(record: AnyRecord, data: Parts, sealing: Sealing) -> FlowRow:
    """The row of a record; `data` are the parts of its data."""
    clear, personal = data
    return FlowRow(
        id=record.id,
        flow=record.flow,
        chart_version=record.chart_version,
        state=record.state,
        version=record.version,
        account=record.account,
        subject=record.subject,
        session=record.session,
        key_id=record.key_id,
        data=dump(clear),
        sealed=sealed(sealing, personal, flow_place(record.id)),
        timers=_flat(timers_json(record.timers)),
        created_at=micros(record.created_at),
        changed_at=micros(record.changed_at),
        head=record.head,
        evidence=record.evidence,
        evidence_head=record.evidence_head,
        wrapped=sealing[2],
    )


def moved_row(row: FlowRow, record: AnyRecord) -> FlowRow:
    """The row of a record whose data is still what was read with this row: it is neither written nor sealed anew."""
    return row._replace(
        state=record.state,
        version=record.version,
        account=record.account,
        subject=record.subject,
        timers=_flat(timers_json(record.timers)),
        changed_at=micros(record.changed_at),
        head=record.head,
        evidence=record.evidence,
        evidence_head=record.evidence_head,
    )


def flow_of(row: FlowRow, flows: Catalogue) -> AnyFlow:
    """The flow that a row is a case of.

    Raises:
        UnknownVersion, UnknownStoredState: this program does not know the flow, its chart version or its state.
    """
    flow = flows.of(row)
    if row.state not in flow.answers.places:
        raise UnknownStoredState(flow_id=row.id, flow=row.flow, state=row.state, chart_version=row.chart_version)
    return flow


def record_of(row: FlowRow, flows: Catalogue, keys: Keyring) -> AnyRecord:
    """The record of a row.

    Raises:
        UnknownVersion, UnknownStoredState: this program does not know the flow, its chart version or its state.
        Erased: its personal part is destroyed.
        DataDamaged: the data does not open or decode.
    """
    flow = flow_of(row, flows)
    if row.sealed and row.wrapped == DESTROYED:
        raise Erased(flow_id=row.id)
    try:
        text = row.data
        if row.sealed:
            text = _joined(text, keys.open(row.key_id, row.wrapped or "", row.sealed, flow_place(row.id)))
        data = flow.data.model_validate_json(text)
        timers = timers_of(from_json(row.timers))
        created_at, changed_at = moment(row.created_at), moment(row.changed_at)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, ValidationError):
        raise DataDamaged(what="the data", flow_id=row.id) from None
    return FlowRecord(
        id=row.id,
        flow=row.flow,
        chart_version=row.chart_version,
        state=row.state,
        version=row.version,
        data=data,
        created_at=created_at,
        changed_at=changed_at,
        account=row.account,
        subject=row.subject,
        session=row.session,
        key_id=row.key_id,
        timers=timers,
        head=row.head,
        evidence=row.evidence,
        evidence_head=row.evidence_head,
    )


def log_row(step: Step, data: Parts, sealing: Sealing, previous: str, evidence: list[str]) -> LogRow:
    """The log entry of a step, chained to the one before it; `data` are the parts of the record's data after it."""
    record = step.record
    event, event_hidden = split(step.event)
    facts, facts_hidden = split(step.facts)
    patch, patch_hidden = data if step.before is None else (_changed(part, step) for part in data)
    hidden = {"event": event_hidden, "facts": facts_hidden, "patch": patch_hidden}
    row = LogRow(
        flow_id=record.id,
        seq=record.version,
        chart_version=record.chart_version,
        event=step.event.name,
        event_version=step.event.schema_version,
        transition=step.transition,
        by=_flat(vars(step.by)),
        payload=dump({"event": event, "facts": facts}),
        sealed=sealed(sealing, {k: v for k, v in hidden.items() if v}, log_place(record.id, record.version)),
        outcome=dump(_outcome(step, patch, evidence) | ({"key": sealing[1]} if step.before is None else {})),
        at=micros(step.now),
        previous=previous,
        hash="",
    )
    return row._replace(hash=log_hash(row))


def log_hash(row: LogRow) -> str:
    """SHA-256 over the row's stored columns, the previous hash among them."""
    return sha256(to_json(row[:-1])).hexdigest()


def _outcome(step: Step, patch: dict[str, Any], evidence: list[str]) -> dict[str, Any]:
    record, before, move = step.record, step.before, step.move
    outcome: dict[str, Any] = {"state": record.state, "patch": patch}
    if step.refusals:
        outcome["refusals"] = [refusal.model_dump(mode="json") for refusal in step.refusals]
    if before is None:
        outcome["session"] = record.session
    if before is None or before.timers != record.timers:
        outcome["timers"] = timers_json(record.timers)
    if before is None or (before.account, before.subject) != (record.account, record.subject):
        outcome |= {"account": record.account, "subject": record.subject}
    if sends := [[send.to, send.event.name] for send in move.sends if isinstance(send, Send)]:
        outcome["sends"] = sends
    if starts := {send.flow.name: send.id for send in move.sends if not isinstance(send, Send)}:
        outcome["starts"] = starts
    if move.claims:
        outcome["claims"] = [[claim.kind, claim.digest, claim.target] for claim in move.claims]
    if move.effects:
        outcome["effects"] = [effect.kind() for effect in move.effects]
    if evidence:
        outcome["evidence"] = evidence
    return outcome


def refusals_in(row: LogRow) -> tuple[Refusal, ...]:
    """The refusals that a log entry recorded."""
    return tuple(Refusal.model_validate(entry) for entry in json.loads(row.outcome).get("refusals", ()))


def timers_json(timers: Mapping[str, Timer]) -> dict[str, list[int]]:
    """Timers as they stand in rows: kind → [due, epoch]."""
    return {kind: [micros(timer.due), timer.epoch] for kind, timer in timers.items()}


def timers_of(values: Mapping[str, list[int]]) -> dict[str, Timer]:
    """Timers from what stands in a row."""
    return {kind: Timer(moment(due), epoch) for kind, (due, epoch) in values.items()}


def _flat(values: Mapping[str, Any]) -> str:
    """`dump` of what has no mappings inside, at a fraction of its cost."""
    return to_json({name: values[name] for name in sorted(values)}).decode()


def _changed(part: dict[str, Any], step: Step) -> dict[str, Any]:
    return {name: part[name] for name in step.move.changes if name in part}


def _joined(clear: str, personal: str) -> str:
    """One JSON object of two that share no key."""
    return personal if clear == "{}" else f"{clear[:-1]},{personal[1:]}"
