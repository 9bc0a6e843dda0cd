"""What goes when a person's data is destroyed: keys, and what would still lead to the person or act for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from registratura.flows.engine.ask import Asking
from registratura.flows.ports import Unit
from registratura.flows.rows import ClaimRow, Erased, FlowRow, LogRow

KEPT = frozenset({"answer"})
"""Claims that say nothing of anybody: an answer of Gosuslugi that was taken once is never taken again."""


def erased(ask: Asking, account: str) -> Erased:
    """All that the account has: its own data, and that of the relatives for whom it alone answered."""
    own = [row for flow in ask.tools.flows for row in ask.unit.flows_of(account, flow)]
    subjects = {account, *(row.subject for row in own if row.subject)}
    log = [entry for row in own for entry in ask.unit.log(row.id)]
    others = list(_of_others(ask.unit, log, subjects))
    log += [entry for row in others for entry in ask.unit.log(row.id)]
    rows = [*own, *others]
    return Erased(
        flows=tuple(row.id for row in rows),
        stopped=tuple(row.id for row in rows if row.sealed),
        keys=_distinct(row.key_id for row in rows),
        subjects=_distinct(subjects),
        claims=tuple(claim for entry in log for claim in claims_of(entry) if claim.kind not in KEPT),
    )


def claims_of(entry: LogRow) -> list[ClaimRow]:
    """The claims that an entry of the log made."""
    return [ClaimRow._make((*claim, entry.flow_id)) for claim in json.loads(entry.outcome).get("claims", ())]


def _of_others(unit: Unit, log: Sequence[LogRow], subjects: set[str]) -> Iterator[FlowRow]:
    """What is about the person and nobody's own: a clinic's code that they entered."""
    for flow_id in _distinct(to for entry in log for to, _ in json.loads(entry.outcome).get("sends", ())):
        row = unit.flow(flow_id)
        if row is not None and row.account is None and row.subject in subjects:
            yield row


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
