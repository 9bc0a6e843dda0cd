"""What goes when a person's data is destroyed: keys, and what would still lead to the person or act for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from registratura.flows.engine.ask import Asking
from registratura.flows.keyring import Keyring
from registratura.flows.ports import Unit
from registratura.flows.rows import ClaimRow, Erased, FlowRow, LogRow

KEPT = frozenset({"answer"})
"""Claims that say nothing of anybody: an answer of Gosuslugi that was taken once is never taken again."""


def erased(ask: Asking, account: str) -> Erased:
    """All that the account has: its own data, and that of the relatives for whom it alone answered.

    Raises:
        UnknownVersion: some of it is of a flow or a version that this program does not have; nothing is destroyed.
    """
    own = ask.unit.flows_of(account)
    subjects = {account, *(row.subject for row in own if row.subject)}
    log = [entry for row in own for entry in ask.unit.log(row.id)]
    others = list(_of_others(ask.unit, log, subjects))
    log += [entry for row in others for entry in ask.unit.log(row.id)]
    rows = [*own, *others]
    for row in rows:
        # What hangs on a flow, only who declares it can know: a part is never destroyed as if it were all.
        ask.tools.flows.of(row)
    return Erased(
        flows=tuple(row.id for row in rows),
        stopped=tuple(row.id for row in rows if row.sealed),
        keys=_distinct(row.key_id for row in rows),
        subjects=_distinct(subjects),
        claims=tuple(_under_every_key(ask.tools.keys, (claim for entry in log for claim in claims_of(entry)))),
    )


def claims_of(entry: LogRow, found_by: Callable[[str], str] = str) -> list[ClaimRow]:
    """The claims that an entry of the log made, under their digests as it has them, or those they are found by."""
    made = (ClaimRow._make((*claim, entry.flow_id)) for claim in json.loads(entry.outcome).get("claims", ()))
    return [claim._replace(digest=found_by(claim.digest)) for claim in made]


def _under_every_key(keys: Keyring, claims: Iterable[ClaimRow]) -> Iterator[ClaimRow]:
    """The older ones first: a newer one may just be made of an older one, which is held meanwhile.

    Under the one that the log has too, live or not: who was not started again may have written it since it was let go.
    """
    made = [claim for claim in sorted(claims) if claim.kind not in KEPT]
    for digests in zip_longest(*(dict.fromkeys((claim.digest, *keys.live(claim.digest))) for claim in made)):
        yield from (claim._replace(digest=digest) for claim, digest in zip(made, digests, strict=True) if digest)


def _of_others(unit: Unit, log: Sequence[LogRow], subjects: set[str]) -> Iterator[FlowRow]:
    """What is about the person and nobody's own: a clinic's code that they entered."""
    for flow_id in _distinct(to for entry in log for to, _ in json.loads(entry.outcome).get("sends", ())):
        row = unit.flow(flow_id)
        if row is not None and row.account is None and row.subject in subjects:
            yield row


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
