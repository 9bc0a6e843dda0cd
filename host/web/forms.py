"""Forms out of actions: a control for each field of an event's JSON Schema, a button for each of its captions."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from registratura.domain.card_fields import REQUIRED, FieldName
from registratura.domain.values import secret_fields
from registratura.flows.engine.view import Action, Button, FlowView, schema_of
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.texts import Texts
from registratura.host.web.text import in_russian

GIVEN = ("text_version", "text_sha256", "revision")
"""Fields that the screen itself fills in."""
CHOICES = {"region": "regions", "clinic": "to_add", "card": "profiles"}
"""Which of a screen's items a field is chosen from."""
BLAME = {"password.differ": "repeat", "password.wrong_current": "current", "card.not_confirmed": "confirmed"}
"""Which field a refusal is about, where its code does not begin with the field's name."""
NAVIGATION = frozenset({"open_section"})
"""Moving about changes nothing that a stale page could spoil: it needs no version."""

KEPT = 1_000
"""So much of what was typed into a field is shown again."""

GENDERS = (("", "не указан"), ("F", "женский"), ("M", "мужской"))
OWN = {
    "last_name": "family-name",
    "first_name": "given-name",
    "middle_name": "additional-name",
    "birth_date": "bday",
    "phone": "tel",
    "email": "email",
}
INPUT_MODES = {"phone": "tel", "snils": "numeric", "email": "email", "code": "numeric"}
HINTS = {
    "birth_date": "ДД.ММ.ГГГГ",
    "snils": "11 цифр",
    "phone": "Например, +7 (900) 123-45-67",
    "code": "Только цифры",
}


@dataclass(frozen=True, slots=True)
class Control:
    """One field to fill in. `name` is the payload's, `changes.snils` inside a group."""

    name: str
    id: str
    label: str
    kind: str = "text"
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    autocomplete: str = "off"
    mode: str = ""
    hint: str = ""
    required: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One action as a form. `reasons` say why it is not available, or why it was refused a moment ago.

    `before`: what the person should know before they press.
    """

    event: str
    url: str
    title: str
    hidden: tuple[tuple[str, str], ...]
    controls: tuple[Control, ...]
    buttons: tuple[Button, ...]
    available: bool
    reasons: tuple[str, ...] = ()
    before: str = ""

    @property
    def wrong(self) -> tuple[Control, ...]:
        """The controls with something wrong."""
        return tuple(control for control in self.controls if control.errors)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an event was not taken: a text, and the field it is about, if any."""

    text: str
    code: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the person sent a moment ago and was not taken: to be filled in again and explained."""

    event: str = ""
    reasons: tuple[Reason, ...] = ()
    values: Mapping[str, str] | None = None


def forms_of(flow: AnyFlow, view: FlowView, texts: Texts, said: Said) -> tuple[Form, ...]:
    """The forms of a flow's screen, in the order of its actions. Actions whose buttons are hidden have none."""
    items = view.screen.items
    made = []
    for action in view.actions:
        if not action.buttons:
            continue
        event = flow.by_name[action.name]
        hidden = () if event.name in NAVIGATION else (("version", str(view.version)),)
        place = Place(f"/flow/{view.id}/{event.name}", f"{event.name}-{view.id[-6:]}", hidden)
        made.append(form_of(place, action, event, items, texts, said))
    return tuple(made)


def start_form(flow: AnyFlow, event: type[Event], items: Mapping[str, Any], texts: Texts, said: Said) -> Form:
    """The form that starts a flow."""
    button = Button(event.name, texts(f"button.{event.name}"))
    action = Action(event.name, event.title(), schema_of(event, texts), (button,))
    return form_of(Place(f"/start/{flow.name}/{event.name}", event.name), action, event, items, texts, said)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form is sent, the beginning of its controls' ids, and what it always brings along."""

    url: str
    id: str
    hidden: tuple[tuple[str, str], ...] = ()


def form_of(
    place: Place, action: Action, event: type[Event], items: Mapping[str, Any], texts: Texts, said: Said
) -> Form:
    """One action as a form."""
    mine = said if said.event == event.name else Said()
    names = action.schema.get("properties", {})
    bare = [c for name in names for c in _controls(name, action, event, items, texts, mine.values or {}, place.id)]
    controls = tuple(_with_errors(control, mine.reasons, bare) for control in bare)
    told = {error for control in controls for error in control.errors}
    given = tuple((name, str(items[name])) for name in GIVEN if name in names and name in items)
    return Form(
        event=event.name,
        url=place.url,
        title=action.title,
        hidden=(*place.hidden, ("key", secrets.token_urlsafe(16)), *given),
        controls=controls,
        buttons=action.buttons,
        available=action.available,
        reasons=(*(r.text for r in action.refusals), *(r.text for r in mine.reasons if r.text not in told)),
        before=texts.own(f"confirm.{event.name}", items),
    )


def payload_of(event: type[Event], schema: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The payload that a form's fields make. What the event does not know is not looked at."""
    payload: dict[str, Any] = {}
    for name, wanted in schema.get("properties", {}).items():
        if wanted.get("type") == "object":
            payload[name] = _group(name, wanted, sent)
        elif name in sent:
            payload[name] = sent[name] == "true" if wanted.get("type") == "boolean" else sent[name]
    return payload | event.variants.get(sent.get("variant", ""), {})


def typed_values(event: type[Event], sent: Mapping[str, str], malformed: Collection[str] = ()) -> dict[str, str]:
    """What was typed and may be shown again: no password, and of codes only what is `malformed`, and so no code."""
    secret = secret_fields(event) - {name for name in malformed if name == "code"}
    known = event.model_fields
    return {name: text[:KEPT] for name, text in sent.items() if name.split(".")[0] in known and name not in secret}


def _group(name: str, wanted: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, str | None]:
    prefix = f"{name}."
    fields = {key.removeprefix(prefix): text.strip() for key, text in sent.items() if key.startswith(prefix)}
    blank_is_none = "anyOf" in wanted.get("additionalProperties", {})
    return {key: text or None for key, text in fields.items() if text or blank_is_none}


def _controls(
    name: str,
    action: Action,
    event: type[Event],
    items: Mapping[str, Any],
    texts: Texts,
    typed: Mapping[str, str],
    place: str,
) -> Iterator[Control]:
    wanted = action.schema["properties"][name]
    if name in GIVEN or any(name in button.payload for button in action.buttons):
        return
    if wanted.get("type") == "object":
        yield from _card_controls(name, items.get("fields"), texts, typed, place)
        return
    place, label = f"{place}-{name}", texts(f"field.{event.name}.{name}")
    plain = Control(name, place, label, value=typed.get(name, ""), required=name in action.schema.get("required", ()))
    if name in CHOICES:
        choices = (("", "— выберите —"), *items.get(CHOICES[name], {}).items())
        yield replace(plain, kind="select", choices=tuple(choices))
    elif wanted.get("type") == "boolean":
        yield replace(plain, kind="checkbox", value="")
    elif name in secret_fields(event) and name != "code":
        new = "repeat" in event.model_fields and name != "current"
        yield replace(plain, kind="password", value="", autocomplete="new-password" if new else "current-password")
    else:
        complete = "username" if name == "login" else "off"
        yield replace(plain, autocomplete=complete, mode=INPUT_MODES.get(name, ""), hint=HINTS.get(name, ""))


def _card_controls(
    group: str, fields: Mapping[str, Any] | None, texts: Texts, typed: Mapping[str, str], place: str
) -> Iterator[Control]:
    """The fields of a card: those that may be corrected, or all of an empty one."""
    for field in FieldName:
        known = (fields or {}).get(field.value, {})
        if known.get("status") == "verified":
            continue
        name = f"{group}.{field.value}"
        value = typed.get(name, in_russian(field.value, known.get("value")))
        gender = field is FieldName.GENDER
        yield Control(
            name=name,
            id=f"{place}-{field.value}",
            label=texts(f"field.card.{field.value}"),
            kind="select" if gender else "text",
            choices=GENDERS if gender else (),
            value=value,
            autocomplete=OWN.get(field.value, "off") if fields else "off",
            mode=INPUT_MODES.get(field.value, ""),
            hint=HINTS.get(field.value, ""),
            required=field in REQUIRED,
        )


def _with_errors(control: Control, reasons: tuple[Reason, ...], among: list[Control]) -> Control:
    errors = tuple(reason.text for reason in reasons if _blamed(reason, among) == control.name)
    return replace(control, errors=errors) if errors else control


def _blamed(reason: Reason, controls: list[Control]) -> str:
    """The control that a reason is about: named by it, by its code, or the only one there is."""
    names = [control.name for control in controls]
    wanted = (reason.field, BLAME.get(reason.code, ""), reason.code.split(".")[0])
    for name in filter(None, wanted):
        found = next((known for known in names if known == name or known.endswith(f".{name}")), None)
        if found:
            return found
    return names[0] if len(names) == 1 and not reason.code else ""
