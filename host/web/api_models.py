"""What the JSON API takes and gives, as pydantic models: they are its OpenAPI document, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from registratura.flows.catalogue import FLOWS
from registratura.flows.event import Event, Origin
from registratura.flows.flow import AnyFlow
from registratura.flows.one_time_code import OneTimeCode
from registratura.host.web.strict_json import LARGEST


def begins_of_persons(flow: AnyFlow) -> tuple[type[Event], ...]:
    """The events with which a person starts such a flow."""
    return tuple(begin for begin in flow.begins if begin.origin is Origin.PERSON)


def starts_of(flows: Mapping[str, AnyFlow]) -> Mapping[str, AnyFlow]:
    """The flows that a person may start.

    A code may be asked for by a host, which knows whose telephone it is; not by anybody for any telephone.
    """
    return {name: flow for name, flow in flows.items() if begins_of_persons(flow) and name != OneTimeCode.name}


STARTS = starts_of(FLOWS)
"""Those of the shipped ones, of which the document tells."""

SENDS: tuple[type[Event], ...] = tuple(
    dict.fromkeys(event for flow in FLOWS.versions.values() for event in flow.events if event.origin is Origin.PERSON)
)
"""The events that a person may send to a flow."""


class Taken(BaseModel):
    """The base of what comes in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class StartRequest(Taken):
    """Which flow to start, and with which event where the flow has several beginnings or its beginning says more."""

    flow: str
    event: str = ""
    payload: dict[str, Any] = {}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        choices = [_start(flow, begin, handler) for flow in STARTS.values() for begin in begins_of_persons(flow)]
        return {"title": "StartRequest", "description": cls.__doc__, "oneOf": choices}


class EventRequest(Taken):
    """An event that the person chose, by its name, with its payload."""

    event: str
    payload: dict[str, Any] = {}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        choices = [_choice({"event": _one(event.name)}, event, handler) for event in SENDS]
        return {"title": "EventRequest", "description": cls.__doc__, "oneOf": choices}


class Given(BaseModel):
    """The base of what goes out, read from the engine's own values."""

    model_config = ConfigDict(frozen=True, from_attributes=True, serialize_by_alias=True)


class RefusalJson(Given):
    """A reason why not. `code` is for ever, `text` is Russian and for the person; `retry_at` is when time cures it."""

    code: str
    text: str
    params: Mapping[str, str | int] = {}
    retry_at: datetime | None = None


class ButtonJson(Given):
    """One way to offer an action: its caption and the part of the payload that it brings."""

    name: str
    caption: str
    payload: Mapping[str, Any]


class ActionJson(Given):
    """An event that the person may send now. If it is not `available`, its refusals are known beforehand."""

    name: str
    title: str
    available: bool
    payload_schema: Mapping[str, Any] = Field(alias="schema", description="JSON Schema of the event's payload.")
    buttons: tuple[ButtonJson, ...]
    refusals: tuple[RefusalJson, ...]


class ScreenJson(Given):
    """What the person sees. `items` are the lists and values that belong to the screen, by name."""

    id: str
    title: str
    text: str
    notice: str
    items: Mapping[str, Any]


class FlowJson(Given):
    """A flow as it is now, and how the event that was just sent ended.

    `refusals` is empty, or every reason why the event did nothing: that is an outcome, and no error.
    `version` is also the `ETag`. `started` are the flows that this event started, by name.
    """

    id: str
    flow: str
    state: str
    version: int
    ended: bool
    screen: ScreenJson
    actions: tuple[ActionJson, ...]
    refusals: tuple[RefusalJson, ...]
    transition: str
    started: Mapping[str, str]
    authorisation_url: str | None = Field(
        None,
        description="While the portal waits for Gosuslugi: open it in the person's browser, with this session's "
        "cookie. It leads to Gosuslugi's authorisation page with a fresh `state`; from there the browser comes back to "
        "the portal, and the flow has moved. Null at any other time, and where a host has a way of its own.",
    )


class EntryJson(Given):
    """One entry of a flow's history, without anything that the person typed or that is known about them."""

    version: int
    at: datetime
    event: str
    title: str
    origin: Origin
    channel: str
    state: str
    transition: str
    refusals: tuple[RefusalJson, ...]


class HistoryJson(Given):
    """A part of a flow's history, the oldest entry first. Ask again `after` the last version to go on."""

    id: str
    entries: tuple[EntryJson, ...]


class EventJson(Given):
    """An event with the JSON Schema of its payload."""

    name: str
    title: str
    payload_schema: Mapping[str, Any] = Field(alias="schema", description="JSON Schema of the event's payload.")


class DeclaredFlowJson(Given):
    """A flow that a person may start: with which events, and which they may send to it."""

    name: str
    title: str
    begins: tuple[EventJson, ...]
    events: tuple[EventJson, ...]


class DeclaredFlowsJson(Given):
    """The flows that a person may start."""

    flows: tuple[DeclaredFlowJson, ...]


class FieldErrorJson(Given):
    """What is wrong with one field: `text` is Russian and for the person. The value is never quoted."""

    field: str
    code: str
    text: str


class ProblemJson(Given):
    """Why nothing was done (RFC 9457). `title` is Russian and for the person, `detail` for developers.

    A host may refuse before the portal is asked; then `type` is `about:blank` and there is no `code`.
    """

    prefix: ClassVar[str] = "urn:registratura:problem:"

    type: str = Field(description=f"`{prefix}` and the code; for ever.")
    title: str
    status: int
    code: str | None = None
    detail: str | None = None
    allowed: tuple[str, ...] | None = Field(None, description="The events that are possible now.")
    errors: tuple[FieldErrorJson, ...] | None = Field(None, description="What is wrong, field by field.")
    refusals: tuple[RefusalJson, ...] | None = Field(None, description="Every reason why it was not started.")


def _one(name: str) -> dict[str, Any]:
    return {"type": "string", "const": name}


def _start(flow: AnyFlow, begin: type[Event], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """The first beginning may be left out: the flow is started with that one anyway."""
    choice = _choice({"flow": _one(flow.name), "event": _one(begin.name)}, begin, handler)
    if begin is begins_of_persons(flow)[0]:
        choice["required"].remove("event")
    return choice


def _choice(named: dict[str, Any], event: type[Event], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    payload = handler(event.__pydantic_core_schema__)
    for field in payload.get("properties", {}).values():
        if field.get("type") == "integer":
            field.update(minimum=-LARGEST, maximum=LARGEST)
    needs = any(field.is_required() for field in event.model_fields.values())
    return {
        "type": "object",
        "title": event.title(),
        "properties": {**named, "payload": payload},
        "required": [*named, *(["payload"] if needs else [])],
        "additionalProperties": False,
    }
