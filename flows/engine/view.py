"""What a host and a person see of a flow: its state, its screen, what may be done now, and why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from registratura.domain.refusal import Refusal
from registratura.flows.engine.ask import Asking
from registratura.flows.errors import NotAllowedNow
from registratura.flows.event import Event, Origin
from registratura.flows.flow import AnyFlow, AnyRecord, Availability
from registratura.flows.step import Send, Step
from registratura.flows.texts import Texts


@dataclass(frozen=True, slots=True)
class ShownRefusal:
    """A reason why not, with its Russian text."""

    code: str
    text: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """One way an action is offered: its caption and the part of the payload it brings.

    `name` is the event's, with the variant where there are several: `open_code_entry.plus`.
    """

    name: str
    caption: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """An event that the person may choose now: available, or its refusals known without a payload."""

    name: str
    title: str
    schema: Mapping[str, Any]
    buttons: tuple[Button, ...]
    refusals: tuple[ShownRefusal, ...] = ()

    @property
    def available(self) -> bool:
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person sees in a state.

    `notice` is a message of the moment (why Gosuslugi sent the person back, the advice asked for). `items` are the
    lists and values that belong to the screen, by name; `items["hidden"]` names the buttons it does not have just now.
    """

    id: str
    # What a person sees of themselves is personal: it is for the screen, not for a log.
    title: str = field(repr=False)
    text: str = field(repr=False)
    notice: str = field(default="", repr=False)
    items: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow as it is now, and how the event that was just sent ended.

    `refusals` is empty, or every reason why not. `transition` is the id of the transition taken. `started` are the
    flows that this event started, by their name. `account` is set once the person is known. `chart_version` is the
    version of the chart by which the flow goes.
    """

    id: str
    flow: str
    state: str
    version: int
    ended: bool
    account: str | None
    subject: str | None
    screen: Screen
    actions: tuple[Action, ...]
    refusals: tuple[ShownRefusal, ...] = ()
    transition: str = ""
    started: Mapping[str, str] = field(default_factory=dict)
    chart_version: int = 1

    def action(self, name: str) -> Action:
        """The action of that name.

        Raises:
            NotAllowedNow: the chart does not offer it now; `allowed` names those that it does.
        """
        for action in self.actions:
            if action.name == name:
                return action
        raise NotAllowedNow(self.flow, self.state, name, tuple(action.name for action in self.actions))


def view_of(ask: Asking, texts: Texts, record: AnyRecord, **ended: Any) -> FlowView:
    """The view of a record as it is now, and how the event that was just sent ended."""
    flow = ask.tools.flows.of(record)
    key = texts.screen_key(flow.name, record.state)
    screen = _screen(ask, texts, flow, record, key)
    hidden = screen.items.get("hidden")
    drawn = _drawn(texts, flow, record.state, key)
    actions = tuple(_judged(texts, action, rules, record) if rules else action for action, rules in drawn)
    return FlowView(
        id=record.id,
        flow=record.flow,
        chart_version=record.chart_version,
        state=record.state,
        version=record.version,
        ended=flow.ended(record.state),
        account=record.account,
        subject=record.subject,
        screen=screen,
        actions=tuple(_without(action, hidden) for action in actions) if hidden else actions,
        **ended,
    )


def outcome_of(steps: list[Step]) -> tuple[str, tuple[Refusal, ...], dict[str, str]]:
    """Of the first step: its transition, its refusals, and the flows it started."""
    first = steps[0]
    started = {send.flow.name: send.id for send in first.move.sends if not isinstance(send, Send)}
    return first.transition, first.refusals, started


def shown(texts: Texts, refusals: tuple[Refusal, ...]) -> tuple[ShownRefusal, ...]:
    """Refusals with their Russian texts."""
    return tuple(
        ShownRefusal(refusal.code, texts.refusal(refusal), refusal.params, refusal.retry_at) for refusal in refusals
    )


def _screen(ask: Asking, texts: Texts, flow: AnyFlow, record: AnyRecord, key: str) -> Screen:
    show = flow.showers.get(record.state)
    items = show(record, ask) if show else {}
    params = {name: value for name, value in items.items() if isinstance(value, str | int)}
    params |= {name: texts.moment(value) for name, value in items.items() if isinstance(value, datetime)}
    notice = texts(f"notice.{items['notice']}", **params) if items.get("notice") else ""
    return Screen(key, texts(f"{key}.title", **params), texts(f"{key}.text", **params), notice, items)


def _judged(texts: Texts, action: Action, rules: Sequence[Availability], record: AnyRecord) -> Action:
    refusals = tuple(refusal for rule in rules for refusal in rule(record))
    return replace(action, refusals=shown(texts, refusals)) if refusals else action


def _without(action: Action, hidden: Collection[str]) -> Action:
    """The action without the buttons that this screen does not have; it may be sent all the same."""
    kept = tuple(button for button in action.buttons if button.name not in hidden)
    return action if kept == action.buttons else replace(action, buttons=kept)


Drawn = tuple[tuple[Action, Sequence[Availability]], ...]
# The actions of a screen without their refusals are drawn once for each catalogue, and forgotten with it.
_DRAWN: WeakKeyDictionary[Texts, dict[tuple[AnyFlow, str], Drawn]] = WeakKeyDictionary()


def _drawn(texts: Texts, flow: AnyFlow, state: str, key: str) -> Drawn:
    known = _DRAWN.setdefault(texts, {})
    drawn = known.get((flow, state))
    if drawn is None:
        events = (flow.by_name[name] for name in flow.allowed(state))
        drawn = tuple((_action(texts, key, event), flow.availability.get(event, ())) for event in events)
        known[flow, state] = drawn
    return drawn


def _action(texts: Texts, key: str, event: type[Event]) -> Action:
    return Action(event.name, event.title(), schema_of(event, texts), _buttons(texts, key, event))


def _buttons(texts: Texts, key: str, event: type[Event]) -> tuple[Button, ...]:
    if not event.variants:
        return (Button(event.name, texts.button(key, event.name)),)
    names = ((f"{event.name}.{variant}", part) for variant, part in event.variants.items())
    return tuple(Button(name, texts.button(key, name), part) for name, part in names)


def schema_of(event: type[Event], texts: Texts) -> Mapping[str, Any]:
    """The JSON Schema of an event's payload, for forms: fields have Russian titles, and no word is for programmers."""
    schema = plain_schema(event)
    fields = schema["properties"].items()
    titled = {name: {**field, "title": texts(f"field.{event.name}.{name}")} for name, field in fields}
    return {**schema, "properties": titled} if titled else schema


@cache
def plain_schema(event: type[Event]) -> Mapping[str, Any]:
    """The JSON Schema of the payload of any event, a fact's too, without titles that people read."""
    schema = event.model_json_schema()
    schema.pop("description", None)
    for shared in schema.get("$defs", {}).values():
        for name in ("title", "description"):
            shared.pop(name, None)
    return schema


def person_events(flow: AnyFlow) -> tuple[type[Event], ...]:
    """The events of a flow that a person may send."""
    return tuple(event for event in flow.events if event.origin == Origin.PERSON)
