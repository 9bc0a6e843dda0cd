"""A log, read again: what each entry left, and what would be decided now from what it was decided from.

Decisions are pure, and all that they looked at is recorded, so an entry can be decided again: by the chart it was
decided by (is the log what was done?) or by another version (what would go differently?).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from registratura.domain.refusal import Refusal
from registratura.domain.values import secret_fields
from registratura.flows.common import Migrate
from registratura.flows.decide import decide, decide_migration, decide_start
from registratura.flows.engine.codec import log_place, moment, refusals_in, timers_json, timers_of
from registratura.flows.errors import NotAllowedNow
from registratura.flows.event import By, Event, Facts
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.keyring import Keyring
from registratura.flows.record import FlowRecord
from registratura.flows.rows import LogRow
from registratura.flows.step import Send, Stays, Step
from registratura.flows.versions import Catalogue

NOTHING: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a log, with what was sealed in it: the personal parts of `event`, `facts` and `patch`."""

    row: LogRow
    hidden: dict[str, dict[str, Any]]
    payload: dict[str, Any]
    outcome: dict[str, Any]


def entry_of(row: LogRow, hidden: dict[str, dict[str, Any]]) -> Entry:
    """The entry of a row."""
    return Entry(row, hidden, json.loads(row.payload), json.loads(row.outcome))


def opened(row: LogRow, keys: Keyring, key_id: str, wrapped: str) -> Entry:
    """The entry of a row, its personal parts unsealed. ValueError if they do not open."""
    place = log_place(row.flow_id, row.seq)
    return entry_of(row, json.loads(keys.open(key_id, wrapped, row.sealed, place)) if row.sealed else {})


@dataclass(frozen=True, slots=True)
class Difference:
    """In what an entry would be another one: `then` is recorded, `now` is decided again.

    `what` is one of `FACETS`, or "impossible", and `now` says why: the event's or an error's name.
    """

    entry: LogRow
    what: str
    then: Any
    now: Any


FACETS = (
    *("refusals", "state", "transition", "timers", "effects"),
    *("sends", "starts", "claims", "evidence", "owner", "data"),
)


def folded(flow: AnyFlow, before: AnyRecord | None, entry: Entry) -> AnyRecord:
    """The record that an entry left, as it says itself."""
    base, outcome = before or blank(flow, entry), entry.outcome
    # A migration leaves data of another make, all of it.
    kept = {} if entry.row.event == Migrate.name else json.loads(base.data.model_dump_json())
    values = {**kept, **outcome["patch"], **entry.hidden.get("patch", {})}
    return replace(
        base,
        chart_version=entry.row.chart_version,
        state=outcome["state"],
        version=entry.row.seq,
        changed_at=moment(entry.row.at),
        data=flow.data.model_validate_json(json.dumps(values)),
        timers=timers_of(outcome["timers"]) if "timers" in outcome else base.timers,
        account=outcome.get("account", base.account),
        subject=outcome.get("subject", base.subject),
    )


def blank(flow: AnyFlow, entry: Entry) -> AnyRecord:
    """The record before its first entry: what was known of it before anything was decided."""
    outcome, at = entry.outcome, moment(entry.row.at)
    return FlowRecord(
        id=entry.row.flow_id,
        flow=flow.name,
        chart_version=entry.row.chart_version,
        state="",
        version=0,
        data=flow.data(),
        created_at=at,
        changed_at=at,
        account=outcome["account"],
        subject=outcome["subject"],
        session=outcome["session"],
        key_id=outcome["key"],
        timers={kind: timer for kind, timer in timers_of(outcome["timers"]).items() if kind == "expire"},
    )


def decided(flow: AnyFlow, before: AnyRecord | None, entry: Entry, elsewhere: tuple[Refusal, ...]) -> Step | Stays:
    """An entry, decided again by this flow; `elsewhere` are the refusals of others, whose own logs show them again."""
    if entry.row.event == Migrate.name and before is not None:
        return decide_migration(flow, before, now=moment(entry.row.at))
    event, facts, by, now = _from_the_log(flow, entry)
    if before is None:
        return decide_start(flow, blank(flow, entry), event, facts, now=now, by=by)
    base = _struck(before, event)
    step = decide(flow, base, event, facts, now=now, by=by)
    if step.refusals or not elsewhere:
        return step
    return decide(flow, base, event, facts, now=now, by=by, refused_elsewhere=elsewhere)


def refused_elsewhere(flow: AnyFlow, before: AnyRecord | None, entry: Entry) -> tuple[Refusal, ...]:
    """The refusals of an entry that the flow by which it was decided does not give itself, but had from others."""
    refusals = refusals_in(entry.row)
    if not refusals or before is None:
        return NOTHING
    event, facts, by, now = _from_the_log(flow, entry)
    step = decide(flow, _struck(before, event), event, facts, now=now, by=by)
    return NOTHING if step.refusals or not step.move.sends else refusals


def differences(entry: Entry, after: AnyRecord, step: Step) -> Iterator[Difference]:
    """In what the entry, which left this record, is another one than the step. Of data only the names are told."""
    then, now = _recorded(entry, after), _of_step(step)
    changed = [what for what in FACETS[:-1] if then[what] != now[what]]
    old, new = then["data"], now["data"]
    # What the other version does not know of says nothing about how it goes.
    names = sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
    yield from (Difference(entry.row, what, then[what], now[what]) for what in changed)
    if names:
        yield Difference(entry.row, "data", names, names)


def replayed(flows: Catalogue, name: str, log: Sequence[Entry]) -> tuple[Difference, ...]:
    """What the newest version of a flow would do otherwise with a history, at the first entry where it would.

    Of a flow that was migrated only what came after is judged: its first version decides nothing any more.

    Raises:
        UnknownVersion: this program does not have the version by which an entry was decided.
    """
    newest = flows.last(name)
    before: AnyRecord | None = None
    under: AnyRecord | None = None
    migrated = max((place for place, entry in enumerate(log) if entry.row.event == Migrate.name), default=-1)
    for place, entry in enumerate(log):
        own = flows.of(_Case(entry.row.flow_id, name, entry.row.chart_version))
        after = folded(own, before, entry)
        try:
            if place == migrated:
                under = _as_of(newest, after)
            elif place > migrated:
                step = decided(newest, under, entry, refused_elsewhere(own, before, entry))
                assert isinstance(step, Step)
                if found := tuple(differences(entry, after, step)):
                    return found
                under = step.record
        except Exception as error:  # noqa: BLE001  # whatever a chart makes of what it did not decide is a finding
            return (Difference(entry.row, "impossible", entry.row.event, _why(newest, entry, error)),)
        before = after
    return ()


@dataclass(frozen=True, slots=True)
class _Case:
    id: str
    flow: str
    chart_version: int


def _why(flow: AnyFlow, entry: Entry, error: Exception) -> str:
    if entry.row.event not in (*flow.by_name, Migrate.name):
        return "unknown_event"
    if isinstance(error, NotAllowedNow):
        return "not_allowed_now"
    return "facts" if isinstance(error, ValidationError) else type(error).__name__


def _as_of(flow: AnyFlow, record: AnyRecord) -> AnyRecord:
    return record.but(data=flow.data.model_validate_json(record.data.model_dump_json()))


def _struck(record: AnyRecord, event: Event) -> AnyRecord:
    """Without the timer that is carried out."""
    return record.but(timers={kind: timer for kind, timer in record.timers.items() if kind != event.name})


def _from_the_log(flow: AnyFlow, entry: Entry) -> tuple[Event, Facts, By, Any]:
    kind, payload, hidden = flow.by_name[entry.row.event], entry.payload, entry.hidden
    event = _restored(kind, {**payload["event"], **hidden.get("event", {})})
    facts = _restored(flow.facts.get(kind, Facts), {**payload["facts"], **hidden.get("facts", {})})
    return event, facts, By.model_validate_json(entry.row.by), moment(entry.row.at)


def _restored(kind: type[BaseModel], values: dict[str, Any]) -> Any:
    """A model from the log; its secrets were never written, and no decision looks at them."""
    return kind.model_validate_json(json.dumps({**values, **dict.fromkeys(secret_fields(kind), "")}))


def _recorded(entry: Entry, after: AnyRecord) -> dict[str, Any]:
    outcome = entry.outcome
    return {
        "refusals": [refusal["code"] for refusal in outcome.get("refusals", ())],
        "transition": entry.row.transition,
        "effects": outcome.get("effects", []),
        "sends": outcome.get("sends", []),
        "starts": outcome.get("starts", {}),
        "claims": outcome.get("claims", []),
        "evidence": len(outcome.get("evidence", ())),
        **_of_record(after),
    }


def _of_step(step: Step) -> dict[str, Any]:
    move, sends = step.move, [send for send in step.move.sends if isinstance(send, Send)]
    return {
        "refusals": [refusal.code for refusal in step.refusals],
        "transition": step.transition,
        "effects": [effect.kind() for effect in move.effects],
        "sends": [[send.to, send.event.name] for send in sends],
        "starts": {send.flow.name: send.id for send in move.sends if not isinstance(send, Send)},
        "claims": [[claim.kind, claim.digest, claim.target] for claim in move.claims],
        "evidence": len(move.evidence),
        **_of_record(step.record),
    }


def _of_record(record: AnyRecord) -> dict[str, Any]:
    return {
        "state": record.state,
        "timers": {kind: due for kind, (due, _) in timers_json(record.timers).items()},
        "owner": [record.account, record.subject],
        "data": record.data.model_dump(mode="json"),
    }
