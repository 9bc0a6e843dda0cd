"""What gatherers ask, answered from a unit of work, with the steps already planned laid over it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registratura.domain.consent import ConsentText, Purpose
from registratura.flows.engine.codec import log_place, moment, record_of
from registratura.flows.errors import ConsentTextMissing
from registratura.flows.event import By
from registratura.flows.flow import AnyFlow, AnyRecord
from registratura.flows.keyring import Keyring
from registratura.flows.ports import Attempt, Hasher, Ids, Observer, Unit
from registratura.flows.rows import Changes, FlowRow
from registratura.flows.settings import Settings
from registratura.flows.versions import Catalogue


@dataclass(frozen=True, slots=True)
class Tools:
    """What an engine is made of besides its storage: given once, by the composition root."""

    flows: Catalogue
    keys: Keyring
    hasher: Hasher
    ids: Ids
    clock: Callable[[], datetime]
    settings: Settings
    observer: Observer | None = None

    def tell(self, unit: Unit, changes: Changes) -> None:
        """Say what was written to whoever observes."""
        if self.observer is not None:
            self.observer(unit, changes)


@dataclass(slots=True)
class Asking:
    """An `Ask` over one unit of work. `seen` are the records as planned so far, `watched` the versions as stored.

    `rows` are those records as read, `late` the flows that were looked at past a due time.
    """

    tools: Tools
    unit: Unit
    now: datetime
    by: By
    # A function, not a closure over this: a circle would keep the data keys until a collector comes round.
    effective: Callable[[Asking, AnyRecord], AnyRecord]
    address: str | None = None
    session: str | None = field(default=None, repr=False)
    attempt: Attempt | None = None
    seen: dict[str, AnyRecord] = field(default_factory=dict)
    watched: dict[str, int] = field(default_factory=dict)
    wrapped: dict[str, str] = field(default_factory=dict)
    rows: dict[str, FlowRow] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    keys: Keyring = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.tools.keys.for_one_event()

    @property
    def settings(self) -> Settings:
        return self.tools.settings

    @property
    def hasher(self) -> Hasher:
        return self.tools.hasher

    def new_id(self) -> str:
        return self.tools.ids.new(self.now)

    def number(self, below: int) -> int:
        return self.tools.ids.number(below)

    def digest(self, kind: str, text: str) -> str:
        return self.tools.keys.digest(kind, text)

    def claimed(self, kind: str, text: str) -> str | None:
        keys = self.tools.keys
        claim = self.unit.claim(kind, keys.found_by(keys.digest(kind, text)))
        return claim.target if claim else None

    def matches(self, digest: str, kind: str, text: str) -> bool:
        keys = self.tools.keys
        return hmac.compare_digest(keys.live(keys.digest(kind, text))[-1], keys.live(digest)[-1])

    def stored(self, flow_id: str) -> AnyRecord | None:
        """The record as planned so far, else as stored; its due timers are not carried out."""
        if flow_id not in self.seen:
            row = self.unit.flow(flow_id)
            if row is None:
                return None
            self.keep(row)
        return self.seen[flow_id]

    def keep(self, row: FlowRow) -> None:
        """Remember a stored record and its version, which must not move before the step is written."""
        self.seen[row.id] = record_of(row, self.tools.flows, self.keys)
        self.rows[row.id] = row
        self.watched.setdefault(row.id, row.version)
        self.wrapped.setdefault(row.key_id, row.wrapped or "")

    def write(self, changes: Changes) -> None:
        """Write all of it or nothing, and say so to whoever observes.

        Raises:
            Lost: somebody was first.
        """
        self.unit.write(changes)
        self.tools.tell(self.unit, changes)

    def load(self, flow_id: str | None) -> AnyRecord | None:
        record = self.stored(flow_id) if flow_id else None
        return self.effective(self, record) if record else None

    def of_account(self, account: str | None, flow: AnyFlow) -> tuple[AnyRecord, ...]:
        if account is None:
            return ()
        for row in self.unit.flows_of(account, flow.name):
            if row.id not in self.seen:
                self.keep(row)
        mine = [r for r in self.seen.values() if r.account == account and r.flow == flow.name]
        return tuple(self.effective(self, record) for record in sorted(mine, key=lambda record: record.id))

    def ended(self, record: AnyRecord) -> bool:
        return self.tools.flows.of(record).ended(record.state)

    def log(self, flow_id: str, event: str) -> tuple[dict[str, Any], ...]:
        record = self.stored(flow_id)
        if record is None:
            return ()
        accepted = [
            row for row in self.unit.log(flow_id) if row.event == event and not row.transition.endswith("/refused")
        ]
        return tuple(self._payload(record, row) for row in accepted)

    def consent(self, purpose: Purpose) -> ConsentText:
        try:
            return self.settings.consents[purpose]
        except KeyError:
            raise ConsentTextMissing(purpose=str(purpose)) from None

    def _payload(self, record: AnyRecord, row: Any) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(row.payload)["event"]
        if row.sealed:
            place = log_place(row.flow_id, row.seq)
            opened = self.keys.open(record.key_id, self.wrapped[record.key_id], row.sealed, place)
            values |= json.loads(opened).get("event", {})
        return values | {"at": moment(row.at)}
