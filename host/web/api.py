"""The portal's JSON API: a router for any FastAPI application, and an application for any other.

    app.include_router(api_router(portal, caller_of), prefix="/api")          # FastAPI
    Mount("/api", app=api_app(portal, caller_of))                             # Starlette, or any ASGI application

`caller_of` says who calls: a FastAPI dependency, sync or async, that gives a `Caller` with the session, and with the
account if the person is signed in. Only what a person may do can be done here; facts come through gateways.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from registratura.flows.engine import FlowView
from registratura.flows.engine.codec import moment, refusals_in
from registratura.flows.engine.view import person_events, schema_of, shown
from registratura.flows.errors import (
    ConcurrentUpdate,
    InvalidPayload,
    NotAPersonsEvent,
    NotStartedByHosts,
    UnknownEvent,
    UnknownFlow,
)
from registratura.flows.event import Event, Origin
from registratura.flows.flow import AnyFlow
from registratura.flows.gosuslugi import away
from registratura.flows.ports import Caller
from registratura.flows.rows import LogRow
from registratura.flows.texts import Texts
from registratura.host.portal import Registratura
from registratura.host.web import api_docs as docs
from registratura.host.web.api_errors import MethodUnknown, RequestInvalid, SessionRequired, VersionStale
from registratura.host.web.api_models import (
    DeclaredFlowJson,
    DeclaredFlowsJson,
    EntryJson,
    EventJson,
    EventRequest,
    FlowJson,
    Given,
    HistoryJson,
    RefusalJson,
    StartRequest,
    begins_of_persons,
    starts_of,
)
from registratura.host.web.evenly import STEP, evenly
from registratura.host.web.problems import problem_response, problem_route

OnAnswer = Callable[[Request, Response, FlowView], None]
"""What a host does with a view before it goes out: set the cookie of a new session once `view.account` is known."""
WayToGosuslugi = Callable[[FlowView], str]
"""The address at which a person's browser sets out to Gosuslugi for a flow that waits for it."""

FlowId = Annotated[str, Path(description="The id that starting the flow gave.", json_schema_extra={"format": "uuid"})]
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", pattern=r"^[!-~]{1,255}$", description=docs.KEY),
]
IfMatch = Annotated[str | None, Header(alias="If-Match", description=docs.IF_MATCH)]
ALLOW = {"": "GET, POST", "/{flow_id}": "GET", "/{flow_id}/events": "POST", "/{flow_id}/history": "GET"}
ANY_ID = re.compile(r"[!-~]{1,100}")
TAG = re.compile(r'"([0-9]{1,18})"')
StartBody = Annotated[StartRequest, Body(openapi_examples=dict(docs.START_EXAMPLES))]
EventBody = Annotated[EventRequest, Body(openapi_examples=dict(docs.EVENT_EXAMPLES))]
Endpoint = Callable[..., Any]


def api_router(
    portal: Registratura,
    caller_of: Callable[..., Any],
    *,
    on_answer: OnAnswer | None = None,
    way_to_gosuslugi: WayToGosuslugi | None = None,
    even_out: timedelta = STEP,
) -> APIRouter:
    """The API as a router.

    Args:
        portal, caller_of: whose flows these are, and a dependency that gives the `Caller`.
        on_answer: is called in a thread with each answer to a start or an event, which is `request.state.event`; it
            may set headers and cookies.
        way_to_gosuslugi, even_out: where a browser sets out to Gosuslugi; answers to guesses leave in steps of this.
    """
    router = APIRouter(route_class=problem_route(portal.parts.texts), tags=["registratura"])

    asked = Depends(caller_of)

    async def known(caller: Caller = asked) -> Caller:
        if not (caller.session or caller.account):
            # What nobody started would be anybody's to see.
            raise SessionRequired()
        return caller

    api, who = Api(portal, on_answer, way_to_gosuslugi, even_out), Depends(known)
    router.get("/flows", **docs.FLOWS)(_declares(portal))
    router.post("/flows", **docs.START)(_start(api, who))
    router.get("/flows/{flow_id}", **docs.READ)(_read(api, who))
    router.post("/flows/{flow_id}/events", **docs.SEND)(_send(api, who))
    router.get("/flows/{flow_id}/history", **docs.HISTORY)(_history(api, who))
    for path, allow in ALLOW.items():
        # Without methods it matches whatever came past the others.
        router.add_route(f"/flows{path}", _others(portal, allow), methods=[], include_in_schema=False)
    return router


def api_app(portal: Registratura, caller_of: Callable[..., Any], **more: Any) -> FastAPI:
    """The API as an application of its own, to be mounted: `api_router` with its document at `openapi.json`."""
    app = FastAPI(title="Registratura", version=version("registratura"), docs_url=None, redoc_url=None)
    app.include_router(api_router(portal, caller_of, **more))
    return app


def _declares(portal: Registratura) -> Endpoint:
    starts, texts = starts_of(portal.parts.flows), portal.parts.texts
    declared = DeclaredFlowsJson(flows=tuple(_declared(flow, texts) for flow in starts.values()))

    async def declared_flows() -> DeclaredFlowsJson:
        return declared

    return declared_flows


@dataclass(frozen=True, slots=True)
class Api:
    """What the operations share."""

    portal: Registratura
    on_answer: OnAnswer | None
    way: WayToGosuslugi | None
    even_out: timedelta

    async def answer(self, request: Request, view: FlowView, status: int = 200, **headers: str) -> Response:
        """The view as it goes out."""
        url = self.way(view) if self.way and away(view.state) else None
        given = FlowJson.model_validate(view).model_copy(update={"authorisation_url": url})
        response = _json(given, status, ETag=f'"{view.version}"', **headers)
        if self.on_answer and request.method == "POST":
            await run_in_threadpool(self.on_answer, request, response, view)
        return response


def _start(api: Api, who: Any) -> Endpoint:
    async def start_flow(request: Request, body: StartBody, key: Key = None, caller: Caller = who) -> Response:
        starts = starts_of(api.portal.parts.flows)
        if body.flow not in api.portal.parts.flows:
            raise RequestInvalid((("flow", "enum"),))
        if body.flow not in starts:
            raise NotStartedByHosts(flow=body.flow)
        flow = starts[body.flow]
        name = body.event if "event" in body.model_fields_set else begins_of_persons(flow)[0].name
        event = request.state.event = _event(api.portal, flow.name, name, body.payload)
        view = await api.portal.astart(flow, event, caller=_over(caller, event), idempotency_key=key)
        # Relative to this address, wherever the host has mounted it.
        return await api.answer(request, view, 201, Location=f"flows/{view.id}")

    return start_flow


def _read(api: Api, who: Any) -> Endpoint:
    async def read_flow(request: Request, flow_id: FlowId, caller: Caller = who) -> Response:
        return await api.answer(request, await api.portal.aget(_id(flow_id), caller=caller))

    return read_flow


def _send(api: Api, who: Any) -> Endpoint:
    async def send_event(
        request: Request,
        flow_id: FlowId,
        body: EventBody,
        key: Key = None,
        if_match: IfMatch = None,
        caller: Caller = who,
    ) -> Response:
        event = request.state.event = _event(api.portal, "", body.event, body.payload)
        send = partial(api.portal.asend, _id(flow_id), event, caller=_over(caller, event), idempotency_key=key)
        try:
            async with evenly(api.portal.parts.flows, body.event, api.even_out):
                return await api.answer(request, await send(expected_version=_expected(if_match)))
        except ConcurrentUpdate:
            if if_match is None:
                raise
            raise VersionStale() from None

    return send_event


def _history(api: Api, who: Any) -> Endpoint:
    async def read_history(
        flow_id: FlowId,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        caller: Caller = who,
    ) -> Response:
        rows = [row for row in await api.portal.ahistory(_id(flow_id), caller=caller) if row.seq > after][:limit]
        entries = tuple(_entry(row, api.portal) for row in rows)
        return _json(HistoryJson(id=flow_id, entries=entries))

    return read_history


def _others(portal: Registratura, allow: str) -> Endpoint:
    async def no_such_method(request: Request) -> Response:
        response = problem_response(MethodUnknown(allow=allow), portal.parts.texts)
        response.headers["Allow"] = allow
        return response

    return no_such_method


def _id(flow_id: str) -> str:
    """What could not be an id is not looked up: not every database takes every character."""
    if not ANY_ID.fullmatch(flow_id):
        raise UnknownFlow(flow_id="of that id")
    return flow_id


def _event(portal: Registratura, flow: str, name: str, payload: dict[str, Any]) -> Event:
    """The event of that name; whether the flow knows it, the engine says.

    Raises:
        UnknownEvent, NotAPersonsEvent, InvalidPayload: whatever flow it is for, so they tell nothing about it.
    """
    kind = portal.parts.flows.events.get(name)
    if kind is None:
        raise UnknownEvent(flow=flow or "flow", event=name, known="the ones in the OpenAPI document")
    if kind.origin is not Origin.PERSON:
        raise NotAPersonsEvent(event=name)
    event = kind(**payload)
    if problems := tuple((field, "json_type") for field in _read_otherwise(event, payload)):
        raise InvalidPayload(name, problems)
    return event


def _over(caller: Caller, event: Event) -> Caller:
    """Some events say themselves over what they come."""
    return replace(caller, channel=getattr(event, "channel", caller.channel))


def _read_otherwise(event: Event, payload: dict[str, Any]) -> list[str]:
    """The fields that a form may write like that and JSON may not: 0 for false, a number in quotes."""
    read = event.model_dump(mode="json")
    return [name for name, value in payload.items() if _sorted(read[name]) != _sorted(value)]


_sorted = json.JSONEncoder(sort_keys=True).encode


def _expected(if_match: str | None) -> int | None:
    """The version that `If-Match` demands. What is no single tag of ours matches none."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = TAG.fullmatch(if_match.strip())
    return int(tag[1]) if tag else -1


def _json(given: Given, status: int = 200, **headers: str) -> Response:
    # What a person sees is theirs: no cache keeps it.
    headers["Cache-Control"] = "no-store"
    return Response(given.model_dump_json(), status, headers, media_type="application/json")


def _entry(row: LogRow, portal: Registratura) -> EntryJson:
    event = portal.parts.flows.events[row.event]
    return EntryJson(
        version=row.seq,
        at=moment(row.at),
        event=row.event,
        title=event.title(),
        origin=event.origin,
        channel=json.loads(row.by)["channel"],
        state=json.loads(row.outcome)["state"],
        transition=row.transition,
        refusals=tuple(map(RefusalJson.model_validate, shown(portal.parts.texts, refusals_in(row)))),
    )


def _declared(flow: AnyFlow, texts: Texts) -> DeclaredFlowJson:
    return DeclaredFlowJson(
        name=flow.name,
        title=(flow.__doc__ or flow.name).strip().rstrip("."),
        begins=tuple(_event_json(event, texts) for event in begins_of_persons(flow)),
        events=tuple(_event_json(event, texts) for event in person_events(flow)),
    )


def _event_json(event: type[Event], texts: Texts) -> EventJson:
    return EventJson(name=event.name, title=event.title(), schema=schema_of(event, texts))
