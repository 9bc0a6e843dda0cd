"""Rows of the tests, as an engine would hand them to a storage, and all that a storage holds, for comparing."""

from typing import Any

from sqlalchemy import select

from registratura.flows.rows import (
    Changes,
    ClaimRow,
    EffectRow,
    EvidenceRow,
    FlowRow,
    IdempotencyRow,
    KeyRow,
    LogRow,
    TicketRow,
    TimerRow,
)
from registratura.storage import MemoryStorage, SqlStorage
from registratura.storage.tables import METADATA, named


def flow(flow_id: str = "flow-1", version: int = 1, **more: Any) -> FlowRow:
    values: dict[str, Any] = {
        "id": flow_id,
        "flow": "registration",
        "chart_version": 1,
        "state": "main_page",
        "version": version,
        "account": "account-1",
        "subject": None,
        "session": "session-1",
        "key_id": f"key-of-{flow_id}",
        "data": '{"имя":"Ёлкина"}',
        "sealed": "v1.x",
        "timers": "{}",
        "created_at": 1,
        "changed_at": version,
        "head": f"hash-{version}",
        "evidence": 0,
        "evidence_head": "",
        "wrapped": None,
    }
    return FlowRow(**values | more)


def entry(flow_id: str = "flow-1", seq: int = 1) -> LogRow:
    return LogRow(
        flow_id=flow_id,
        seq=seq,
        chart_version=1,
        event="choose_region",
        event_version=1,
        transition="main_page/choose_region/0",
        by='{"channel":"web"}',
        payload="{}",
        sealed=None,
        outcome="{}",
        at=seq,
        previous=f"hash-{seq - 1}",
        hash=f"hash-{seq}",
    )


def key(flow_id: str = "flow-1", subject: str | None = None) -> KeyRow:
    return KeyRow(f"key-of-{flow_id}", subject, f"wrapped-{flow_id}")


def claim(digest: str = "digest-1", kind: str = "account", target: str = "target-1") -> ClaimRow:
    return ClaimRow(kind, digest, target, "flow-1")


def answer(name: str = "answer-1", flow_id: str = "flow-1", at: int = 1) -> IdempotencyRow:
    return IdempotencyRow("host:flow-1", name, "request", flow_id, 1, at)


def ticket(name: str = "ticket-1", at: int = 1) -> TicketRow:
    return TicketRow(name, "flow-1", "request", "", at, 0)


def effect(name: str = "effect-1", due: int = 1, status: str = "pending") -> EffectRow:
    return EffectRow(name, "flow-1", 1, "send_code", "{}", "v1.sealed", "key-of-flow-1", status, 0, due, "")


def evidence(number: int = 1, flow_id: str = "flow-1") -> EvidenceRow:
    return EvidenceRow(flow_id, number, "{}", f"hash-{number - 1}", f"hash-{number}", "s1.x.y")


def timer(kind: str = "expire", due: int = 10, flow_id: str = "flow-1", epoch: int = 1) -> TimerRow:
    return TimerRow(flow_id, kind, epoch, due)


def begun(flow_id: str = "flow-1", **more: Any) -> Changes:
    """A flow's first event."""
    given: dict[str, Any] = {"keys": (key(flow_id),), "log": (entry(flow_id),)}
    return Changes(flows=((flow(flow_id), 0),), **given | more)


def moved(version: int = 2, flow_id: str = "flow-1", expected: int | None = None, **more: Any) -> Changes:
    """A flow's later event, which makes it that version."""
    expected = version - 1 if expected is None else expected
    return Changes(flows=((flow(flow_id, version), expected),), log=(entry(flow_id, version),), **more)


def contents(storage: MemoryStorage | SqlStorage) -> dict[str, Any]:
    """Every row that is committed, by table."""
    if isinstance(storage, MemoryStorage):
        rows = storage.rows.copy()
        return {name: getattr(rows, name) for name in rows.__slots__ if name != "writes"}
    tables = [(name, named(table, storage.names)) for name, table in METADATA.tables.items() if "_web_" not in name]
    with storage.engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(select(table)))) for name, table in tables}


def due(storage: MemoryStorage | SqlStorage, now: int, limit: int = 9) -> list[str]:
    """The flows with timers that are due, as a worker finds them."""
    found: list[str] = []

    def plan(rows: Any) -> list[Changes]:
        found.extend(row.id for row in rows)
        return []

    assert storage.carry_out(now, limit, plan) == (len(found), [])
    return found


def version_of(storage: MemoryStorage | SqlStorage, flow_id: str = "flow-1") -> int:
    """How far the flow has come."""
    with storage.unit() as unit:
        row = unit.flow(flow_id)
    assert row is not None
    return row.version
