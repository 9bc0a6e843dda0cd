"""What goes through Restate: a request sealed under its flow's data key, and of the answer only how it ended.

Restate writes what it is given to its disk in clear, on each of its nodes. So no name, session or payload is given
to it: who destroys the data key of a flow destroys with it what Restate may still have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from registratura.domain.values import secret_fields
from registratura.flows.engine import Engine
from registratura.flows.engine.codec import micros, moment
from registratura.flows.engine.due import KEPT
from registratura.flows.engine.request import request_of
from registratura.flows.errors import DataDamaged, RegistraturaError, UnknownFlow
from registratura.flows.event import Event, Origin
from registratura.flows.ports import Caller
from registratura.flows.rows import DESTROYED
from registratura.host.restate.errors import RequestTooOld

FLOW, WORKER = "RegistraturaFlow", "RegistraturaWorker"
"""The virtual objects: one for each flow, by its id, and one for each lane of the worker."""
PLACE = "restate/{flow_id}"
LATEST = KEPT - timedelta(days=1)
"""Later a request is not delivered: it may have come by another way meanwhile, and its key would not tell any more."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The arguments of `Registratura.send`."""

    event: Event
    caller: Caller | None
    expected_version: int | None
    idempotency_key: str

    @property
    def more(self) -> dict[str, Any]:
        """Those that have names."""
        return {name: getattr(self, name) for name in ("caller", "expected_version", "idempotency_key")}


def key_of(engine: Engine, flow_id: str, sent: Sent) -> str:
    """By what Restate knows a repetition: the same request, not only the same key, so that the engine sees the others.

    Raises:
        InvalidPayload: nothing could store it.
    """
    request = request_of(engine.tools.keys, flow_id, sent.event, sent.caller, sent.idempotency_key, Origin.PERSON)
    told = (request.scope, request.key, request.digest, sent.expected_version)
    return engine.tools.keys.digest("restate", json.dumps(told))


def sealed(engine: Engine, flow_id: str, sent: Sent) -> str | None:
    """The envelope; None if there is nothing to seal it under, or if it holds what must not be kept even sealed."""
    with engine.storage.unit() as unit:
        row = unit.flow(flow_id)
    if row is None or not row.wrapped or row.wrapped == DESTROYED or secret_fields(type(sent.event)):
        return None
    caller, at = asdict(sent.caller) if sent.caller else None, micros(engine.tools.clock())
    said = {
        "at": at,
        "event": sent.event.name,
        "payload": sent.event.model_dump(mode="json"),
        **sent.more,
        "caller": caller,
    }
    return engine.tools.keys.seal(row.key_id, row.wrapped, json.dumps(said), PLACE.format(flow_id=flow_id))


def opened(engine: Engine, flow_id: str, envelope: str) -> Sent:
    """What was sealed.

    Raises:
        UnknownFlow, UnknownVersion, RequestTooOld, InvalidPayload, DataDamaged.
    """
    with engine.storage.unit() as unit:
        row = unit.flow(flow_id)
    if row is None or not row.wrapped or row.wrapped == DESTROYED:
        raise UnknownFlow(flow_id=flow_id)
    try:
        said = json.loads(engine.tools.keys.open(row.key_id, row.wrapped, envelope, PLACE.format(flow_id=flow_id)))
    except ValueError:
        raise DataDamaged(what="a request that came by Restate", flow_id=flow_id) from None
    if engine.tools.clock() - moment(said["at"]) > LATEST:
        raise RequestTooOld()
    event = engine.tools.flows.of(row).parse(said["event"], said["payload"])
    caller = Caller(**said["caller"]) if said["caller"] else None
    return Sent(event, caller, said["expected_version"], said["idempotency_key"])


def told(error: RegistraturaError) -> dict[str, Any]:
    """An error as a value. Our errors never hold personal data."""
    return {"code": error.code, "message": str(error), "said": vars(error)}


def error_of(answer: dict[str, Any]) -> RegistraturaError | None:
    """The error that was told; None if this release has none of that name."""
    kind = next((kind for kind in _kinds(RegistraturaError) if kind.code == answer["code"]), None)
    if kind is None:
        return None
    error = kind.__new__(kind)
    error.args = (answer["message"],)
    vars(error).update({name: _frozen(value) for name, value in answer["said"].items()})
    return error


def _kinds(root: type[RegistraturaError]) -> Iterator[type[RegistraturaError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _frozen(value: Any) -> Any:
    """JSON has no tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
