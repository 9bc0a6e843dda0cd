"""From decided steps to the rows of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registratura.domain.canonical import canonical_json
from registratura.domain.consent import ConsentEvidence, evidence_hash
from registratura.flows.engine.ask import Asking
from registratura.flows.engine.codec import flow_row, log_row, micros, split
from registratura.flows.flow import AnyRecord
from registratura.flows.rows import Changes, ClaimRow, EffectRow, EvidenceRow, FlowRow, KeyRow, LogRow, TimerRow
from registratura.flows.step import Step


@dataclass(slots=True)
class Rows:
    """The rows as they are gathered, step by step."""

    ask: Asking
    before: dict[str, int] = field(default_factory=dict)
    timers_before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, AnyRecord] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)
    claims: list[ClaimRow] = field(default_factory=list)
    effects: list[EffectRow] = field(default_factory=list)
    keys: list[KeyRow] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """The rows of one step, chained to those before it."""
        known = self.after.get(step.record.id, step.before)
        if step.record.id not in self.before:
            self.before[step.record.id] = step.before.version if step.before else 0
            self.timers_before[step.record.id] = step.before.timers if step.before else {}
        record = self._with_key(replace(step.record, key_id=known.key_id if known else ""), known)
        if known:
            record = replace(record, head=known.head, evidence=known.evidence, evidence_head=known.evidence_head)
        record, hashes = self._evidence(record, step)
        entry = log_row(
            replace(step, record=record), self.ask.wrapped[record.key_id], self.ask.tools.keys, record.head, hashes
        )
        self.log.append(entry)
        self.after[record.id] = replace(record, head=entry.hash)
        self.claims += [ClaimRow(claim.kind, claim.digest, claim.target, record.id) for claim in step.move.claims]
        self.effects += [self._effect(record, number, effect) for number, effect in enumerate(step.move.effects)]

    def changes(self, **more: Any) -> Changes:
        """All of it, as one transaction's worth."""
        rows = [(self._flow_row(record), self.before[flow_id]) for flow_id, record in self.after.items()]
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
            **more,
        )

    def _flow_row(self, record: AnyRecord) -> FlowRow:
        return flow_row(record, self.ask.wrapped[record.key_id], self.ask.tools.keys)

    def _with_key(self, record: AnyRecord, known: AnyRecord | None) -> AnyRecord:
        """A new flow takes its subject's data key, or a key of its own, linked once its subject is known."""
        if known is not None:
            if record.subject and record.subject != known.subject:
                self.links.append((record.key_id, record.subject))
            return record
        row = self._subject_key(record.subject) if record.subject else None
        if row is None:
            key_id = self.ask.new_id()
            row = KeyRow(key_id, record.subject, self.ask.tools.keys.new_data_key(key_id))
            self.keys.append(row)
        self.ask.wrapped[row.id] = row.wrapped
        return replace(record, key_id=row.id)

    def _subject_key(self, subject: str) -> KeyRow | None:
        linked = [key_id for key_id, person in self.links if person == subject]
        if linked:
            return KeyRow(linked[0], subject, self.ask.wrapped[linked[0]])
        new = [row for row in self.keys if row.subject == subject]
        return new[0] if new else self.ask.unit.key_of(subject)

    def _evidence(self, record: AnyRecord, step: Step) -> tuple[AnyRecord, list[str]]:
        hashes = []
        for draft in step.move.evidence:
            entry = ConsentEvidence(
                flow_id=record.id,
                number=record.evidence + 1,
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
                previous=record.evidence_head,
            )
            digest = evidence_hash(entry)
            text = canonical_json(entry.model_dump(mode="json"))
            signature = self.ask.tools.keys.sign(digest)
            self.evidence.append(EvidenceRow(record.id, entry.number, text, entry.previous, digest, signature))
            record = replace(record, evidence=entry.number, evidence_head=digest)
            hashes.append(digest)
        return record, hashes

    def _effect(self, record: AnyRecord, number: int, effect: Any) -> EffectRow:
        clear, personal = split(effect)
        effect_id = f"{record.id}:{record.version}:{number}"
        wrapped, place = self.ask.wrapped[record.key_id], f"effects/{effect_id}/sealed"
        sealed = self.ask.tools.keys.seal(record.key_id, wrapped, canonical_json(personal), place) if personal else None
        return EffectRow(
            id=effect_id,
            flow_id=record.id,
            seq=record.version,
            kind=effect.kind(),
            payload=canonical_json(clear),
            sealed=sealed,
            key_id=record.key_id,
            status="pending",
            attempts=0,
            due=micros(self.ask.now),
            error="",
        )

    def _timers(self) -> list[tuple[str, tuple[TimerRow, ...]]]:
        changed = [r for r in self.after.values() if r.timers != self.timers_before[r.id]]
        return [
            (r.id, tuple(TimerRow(r.id, kind, t.epoch, micros(t.due)) for kind, t in r.timers.items())) for r in changed
        ]


def changes_of(ask: Asking, steps: Sequence[Step], **more: Any) -> Changes:
    """The rows of these steps, in their order."""
    rows = Rows(ask)
    for step in steps:
        rows.add(step)
    return rows.changes(**more)
