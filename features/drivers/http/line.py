"""A person's requests over HTTP: the portal's JSON API, with the session's cookie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registratura.features.drivers.engine.line import Line, Payload
from registratura.features.drivers.engine.people import Visitor
from registratura.features.drivers.engine.stops import Stopped
from registratura.features.drivers.http.town import Town
from registratura.features.drivers.http.wire import view_in
from registratura.host import FlowView


class HttpLine(Line):
    """Each request is one of the API's operations."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def start(self, who: Visitor, flow: str, event: str, payload: Payload) -> FlowView:
        named = {"event": event} if event else {}
        return self._asked(who, "POST", "flows", json={"flow": flow, **named, "payload": payload})

    def send(self, who: Visitor, flow_id: str, event: str, payload: Payload, key: str | None) -> FlowView:
        headers = {"Idempotency-Key": key} if key else {}
        json = {"event": event, "payload": payload}
        return self._asked(who, "POST", f"flows/{flow_id}/events", json=json, headers=headers)

    def get(self, who: Visitor, flow_id: str) -> FlowView:
        return self._asked(who, "GET", f"flows/{flow_id}")

    def _asked(self, who: Visitor, method: str, path: str, **content: Any) -> FlowView:
        if who.account and who.session not in self._town.wire.known:
            # Another device of theirs, on which they have signed in before.
            self._town.let_in(who)
        answer = self._town.wire.ask(who, method, f"{self._town.portal_url}/api/{path}", **content)
        if answer.is_server_error and self._town.world.storage.stop:
            # The process is gone, and its connections with it.
            self._town.wire.reconnect()
            raise Stopped
        return view_in(answer, self._owner)

    def _owner(self, flow_id: str) -> Mapping[str, Any]:
        with self._town.world.storage.unit() as unit:
            row = unit.flow(flow_id)
        assert row is not None
        return {"account": row.account, "subject": row.subject}
