"""From decided steps to the rows of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registratura.domain.canonical import canonical_json
from registratura.domain.consent import ConsentEvidence, evidence_hash
from registratura.flows.engine.ask import Asking
from registratura.flows.engine.codec import Parts, Sealing, flow_row, log_row, micros, moved_row, sealed, split
from registratura.flows.engine.erase import erased
from registratura.flows.flow import AnyRecord
from registratura.flows.rows import (
    Changes,
    ClaimRow,
    EffectRow,
    Erased,
    EvidenceRow,
    FlowRow,
    KeyRow,
    LogRow,
    TimerRow,
)
from registratura.flows.step import Step


@dataclass(slots=True)
class Rows:
    """The rows as they are gathered, step by step."""

    ask: Asking
    first: dict[str, AnyRecord | None] = field(default_factory=dict)
    after: dict[str, AnyRecord] = field(default_factory=dict)
    data: dict[str, Parts] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)
    claims: list[ClaimRow] = field(default_factory=list)
    effects: list[EffectRow] = field(default_factory=list)
    keys: list[KeyRow] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    erases: str | None = None

    def add(self, step: Step) -> None:
        """The rows of one step, chained to those before it."""
        record = step.record
        self.first.setdefault(record.id, step.before)
        # What was planned does not know how far the chains have got meanwhile.
        known = self.after.get(record.id, step.before)
        chains = known or record
        key_id = self._key_id(record, known)
        if step.before is None or step.move.changes or step.before.chart_version != record.chart_version:
            self.data[record.id] = split(record.data)
        evidence = self._evidence(step, chains)
        sealing = self.ask.keys, key_id, self.ask.wrapped[key_id]
        data = self.data.get(record.id, ({}, {}))
        entry = log_row(step, data, sealing, chains.head, [row.hash for row in evidence])
        self.log.append(entry)
        self.evidence += evidence
        number, head = (evidence[-1].number, evidence[-1].hash) if evidence else (chains.evidence, chains.evidence_head)
        self.after[record.id] = record.but(key_id=key_id, head=entry.hash, evidence=number, evidence_head=head)
        self.claims += [
            ClaimRow(claim.kind, digest, claim.target, record.id)
            for claim in step.move.claims
            for digest in self.ask.tools.keys.live(claim.digest)
        ]
        self.effects += [self._effect(sealing, record, *effect) for effect in enumerate(step.move.effects)]
        self.erases = step.move.erases or self.erases

    def changes(self, **more: Any) -> Changes:
        """All of it, as one transaction's worth."""
        nobodys = {record.id for record in self.after.values() if self._ends_with_nobody(record)}
        rows = [self._flow(record, forget=record.id in nobodys) for record in self.after.values()]
        watched = {i: v for i, v in self.ask.watched.items() if i not in self.after}
        return Changes(
            flows=tuple(rows),
            log=tuple(self.log),
            watched=tuple(watched.items()),
            claims=tuple(self.claims),
            timers=tuple(self._timers()),
            effects=tuple(self.effects),
            evidence=tuple(self.evidence),
            keys=tuple(self.keys),
            linked_keys=tuple(self.links),
            erased=self._erased(nobodys),
            **more,
        )

    def _ends_with_nobody(self, record: AnyRecord) -> bool:
        """Nobody could ever ask that what such a flow holds of a person be destroyed: so it is when the flow ends."""
        unknown = record.account is None and record.subject is None
        return unknown and self.ask.tools.flows.of(record).ended(record.state)

    def _erased(self, nobodys: set[str]) -> Erased | None:
        gone = erased(self.ask, self.erases) if self.erases else Erased()
        keys = {self.after[flow_id].key_id for flow_id in nobodys}
        if not (nobodys or self.erases):
            return None
        return replace(gone, flows=(*gone.flows, *sorted(nobodys)), keys=(*gone.keys, *sorted(keys)))

    def _flow(self, record: AnyRecord, *, forget: bool) -> tuple[FlowRow, int]:
        first = self.first[record.id]
        if forget:
            clear, _ = split(record.data)
            row = flow_row(record, (clear, {}), (self.ask.keys, record.key_id, self.ask.wrapped[record.key_id]))
        elif record.id not in self.data:
            row = moved_row(self.ask.rows[record.id], record)
        else:
            sealing = self.ask.keys, record.key_id, self.ask.wrapped[record.key_id]
            row = flow_row(record, self.data[record.id], sealing)
        return row, first.version if first else 0

    def _key_id(self, record: AnyRecord, known: AnyRecord | None) -> str:
        """A new flow takes its subject's data key, or a key of its own, linked once its subject is known."""
        if known is not None:
            if record.subject and record.subject != known.subject:
                self.links.append((known.key_id, record.subject))
            return known.key_id
        row = self._subject_key(record.subject) if record.subject else None
        if row is None:
            key_id = self.ask.new_id()
            row = KeyRow(key_id, record.subject, self.ask.tools.keys.new_data_key(key_id))
            self.keys.append(row)
        self.ask.wrapped[row.id] = row.wrapped
        return row.id

    def _subject_key(self, subject: str) -> KeyRow | None:
        linked = [key_id for key_id, person in self.links if person == subject]
        if linked:
            return KeyRow(linked[0], subject, self.ask.wrapped[linked[0]])
        new = [row for row in self.keys if row.subject == subject]
        return new[0] if new else self.ask.unit.key_of(subject)

    def _evidence(self, step: Step, chains: AnyRecord) -> list[EvidenceRow]:
        rows: list[EvidenceRow] = []
        previous = chains.evidence_head
        for number, draft in enumerate(step.move.evidence, chains.evidence + 1):
            entry = ConsentEvidence(
                flow_id=step.record.id,
                number=number,
                kind=draft.kind,  # type: ignore[arg-type]  # checked by the model
                purpose=draft.purpose,
                text_version=draft.text_version,
                text_sha256=draft.text_sha256,
                shown_at=draft.shown_at,
                pressed_at=step.now,
                button=draft.button,
                channel=step.by.channel,
                account=draft.account,
                subject=draft.subject,
                on_behalf=draft.on_behalf,
                previous=previous,
            )
            digest = evidence_hash(entry)
            text = canonical_json(entry.model_dump(mode="json"))
            rows.append(EvidenceRow(entry.flow_id, number, text, previous, digest, self.ask.tools.keys.sign(digest)))
            previous = digest
        return rows

    def _effect(self, sealing: Sealing, record: AnyRecord, number: int, effect: Any) -> EffectRow:
        clear, personal = split(effect)
        effect_id = f"{record.id}:{record.version}:{number}"
        return EffectRow(
            id=effect_id,
            flow_id=record.id,
            seq=record.version,
            kind=effect.kind(),
            payload=canonical_json(clear),
            sealed=sealed(sealing, personal, f"effects/{effect_id}/sealed"),
            key_id=sealing[1],
            status="pending",
            attempts=0,
            due=micros(self.ask.now),
            error="",
        )

    def _timers(self) -> list[tuple[str, tuple[TimerRow, ...]]]:
        befores = [(first.timers if first else {}, self.after[flow_id]) for flow_id, first in self.first.items()]
        return [
            (r.id, tuple(TimerRow(r.id, kind, t.epoch, micros(t.due)) for kind, t in r.timers.items()))
            for timers, r in befores
            if timers != r.timers
        ]


def changes_of(ask: Asking, steps: Sequence[Step], **more: Any) -> Changes:
    """The rows of these steps, in their order."""
    rows = Rows(ask)
    for step in steps:
        rows.add(step)
    return rows.changes(**more)
