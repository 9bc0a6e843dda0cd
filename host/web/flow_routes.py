"""The pages of flows: see one, send it an event, start one; sign in and out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from starlette.responses import Response

from registratura.flows.cabinet import Cabinet, CloseCabinet
from registratura.flows.engine.view import FlowView, plain_schema, shown
from registratura.flows.errors import (
    CallerError,
    Conflict,
    InvalidPayload,
    NotAllowedNow,
    StartRefused,
    UnknownEvent,
    UnknownFlow,
)
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.gosuslugi import GoToGosuslugi
from registratura.flows.registration import Registration
from registratura.flows.sign_in import SignIn
from registratura.host.web.browser import Flash
from registratura.host.web.forms import payload_of, typed_values
from registratura.host.web.pages import AT_GOSUSLUGI, STARTS, draw_flow
from registratura.host.web.site import FLOW_ID, Call, go, message
from registratura.host.web.text import said_of
from registratura.host.web.words import STALE

GOES_ON = {("registration", "sign_in_chosen"): "/sign-in"}
"""Ends that are a beginning elsewhere."""
OUT_OF_TIME = "expired"
"""An end that nobody may have seen: who comes back is told of it before they begin anew."""
WINDOWS = ("attachment",)
"""Flows that open before the person when something starts them."""


def home(call: Call) -> Response:
    """The start page: the registration that was begun, or a new one. Who is signed in has a cabinet."""
    return go("/cabinet") if call.browser.account else go(f"/flow/{_resumed(call, Registration).id}")


def sign_in(call: Call) -> Response:
    """The sign-in that was begun, or a new one."""
    if call.browser.account:
        return go("/cabinet")
    if FLOW_ID.fullmatch(wanted := call.query.get("next", "")):
        call.browser.remember(next=wanted)
    return go(f"/flow/{_resumed(call, SignIn).id}")


def cabinet(call: Call) -> Response:
    """This browser's cabinet."""
    return go(f"/flow/{_resumed(call, Cabinet).id}") if call.browser.account else go("/sign-in")


def show(call: Call) -> Response:
    """A flow as it is now."""
    view = call.portal.get(call.params["flow_id"], caller=call.caller)
    entered = call.site.browsers.admit(call.browser, view, call.key)
    if entered and (wanted := _wanted(call)):
        return go(wanted)
    further = GOES_ON.get((view.flow, view.state))
    return go(further) if further else draw_flow(call, view)


def act(call: Call) -> Response:
    """Send a flow an event, as a form on some page says."""
    flow_id, name = call.params["flow_id"], call.params["event"]
    before = call.portal.get(flow_id, caller=call.caller)
    flow = call.flow_of(before)
    event_type = flow.by_name.get(name)
    if event_type is None:
        raise UnknownEvent(flow=before.flow, event="of this address", known="those on the page")
    try:
        event = flow.parse(name, payload_of(event_type, plain_schema(event_type), call.form))
        call.browser.comes_over(event)
        view = _send(call, flow_id, event)
    except InvalidPayload as error:
        return _shown_again(call, flow_id, event_type, error)
    except (NotAllowedNow, Conflict):
        return _stale(call, flow_id)
    _note(call, view, event)
    call.site.browsers.follow(call.browser, event, view)
    return _after(call, view, event)


def begin(call: Call) -> Response:
    """Start a flow that a screen offers besides its own actions."""
    flow, event_type = _startable(call.params["flow"], call.params["event"])
    payload = payload_of(event_type, plain_schema(event_type), call.form)
    try:
        event = flow.parse(event_type.name, payload)
        view = call.portal.start(flow, event, caller=call.caller, idempotency_key=call.key or None)
    except InvalidPayload as error:
        return _shown_again(call, flow.name, event_type, error)
    except StartRefused as refused:
        reasons = tuple((r.code, r.text, str(r.params.get("field", ""))) for r in _texts(call, refused))
        _flash(call, flow.name, event_type, reasons)
        return go(_back_to(call, ""))
    except Conflict:
        return _stale(call, "")
    call.browser.remember(said=said_of(call.site.texts, view, event))
    return go(_back_to(call, view.id))


def explain(call: Call) -> Response:
    """Open or close «Как это устроено»."""
    call.browser.remember(explains=not call.browser.data.explains)
    return go(_back_to(call, ""))


def sign_out(call: Call) -> Response:
    """Close the cabinet and end the session."""
    if call.browser.account and (flow_id := call.browser.data.flows.get(Cabinet.name)):
        with suppress(CallerError, Conflict):  # It was closed already.
            call.portal.send(flow_id, CloseCabinet(), caller=call.caller)
    call.site.browsers.end(call.browser)
    return go("/signed-out")


def signed_out(call: Call) -> Response:
    """Good-bye."""
    return message(call, 200, "signed_out")


def enter(call: Call, view: FlowView) -> Response:
    """To the page of a flow that something outside has moved, signed in if it has made sure who it is."""
    call.browser.remember(known=call.browser.data.known or view.account is not None)
    if view.refusals:
        call.browser.remember(flash=Flash(flow_id=view.id, reasons=_reasons(view)))
    entered = call.site.browsers.admit(call.browser, view, call.key)
    return go((_wanted(call) if entered else "") or f"/flow/{view.id}")


def _send(call: Call, flow_id: str, event: Event) -> FlowView:
    version = call.form.get("version", "")
    return call.portal.send(
        flow_id,
        event,
        caller=call.caller,
        expected_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        idempotency_key=call.key or None,
    )


def _note(call: Call, view: FlowView, event: Event) -> None:
    """What the session remembers of an event that was taken or refused."""
    if view.refusals:
        _flash(call, view.id, type(event), _reasons(view))
        return
    call.browser.remember(said=said_of(call.site.texts, view, event))


def _after(call: Call, view: FlowView, event: Event) -> Response:
    """Where the person goes now."""
    if isinstance(event, CloseCabinet) and not view.refusals:
        return sign_out(call)
    if isinstance(event, GoToGosuslugi) and not view.refusals and view.state.startswith(AT_GOSUSLUGI):
        return depart(call, view)
    entered = call.site.browsers.admit(call.browser, view, call.key)
    if entered and (wanted := _wanted(call)):
        return go(wanted)
    opened = next((view.started[name] for name in WINDOWS if name in view.started), None)
    if opened is not None:
        return go(f"/flow/{opened}")
    return go(GOES_ON.get((view.flow, view.state)) or _back_to(call, view.id))


def depart(call: Call, view: FlowView) -> Response:
    """To Gosuslugi, with a `state` of this flow and this browser."""
    state = call.site.browsers.depart(call.browser, view.id)
    return go(call.site.gosuslugi.authorisation_url(state))


def to_gosuslugi(call: Call) -> Response:
    """To Gosuslugi once more, from the page on which the portal waits."""
    view = call.portal.get(call.params["flow_id"], caller=call.caller)
    return depart(call, view) if view.state.startswith(AT_GOSUSLUGI) else go(f"/flow/{view.id}")


def _wanted(call: Call) -> str:
    """The page that the person had to sign in for (U67), if it is theirs to see."""
    wanted = call.browser.data.next
    call.browser.remember(next="")
    try:
        view = call.portal.get(wanted, caller=call.caller) if wanted else None
    except UnknownFlow:
        return ""
    # Of what is over there is nothing to go on with.
    return "" if view is None else "/cabinet" if view.ended else f"/flow/{view.id}"


def _resumed(call: Call, flow: AnyFlow) -> FlowView:
    """The flow of that kind that this browser is at, or a new one."""
    known = call.browser.data.flows.get(flow.name)
    if known:
        try:
            view = call.portal.get(known, caller=call.caller)
        except UnknownFlow:
            pass  # Of somebody who was signed in before.
        else:
            if not view.ended:
                return view
            if view.state == OUT_OF_TIME:
                call.browser.remember(said=f"{view.screen.title}. {view.screen.text}")
    view = call.portal.start(flow, caller=call.caller)
    call.browser.remember(flows={**call.browser.data.flows, flow.name: view.id})
    return view


def _startable(flow: str, event: str) -> tuple[AnyFlow, type[Event]]:
    for known, begins in (start for starts in STARTS.values() for start in starts):
        if (known.name, begins.name) == (flow, event):
            return known, begins
    raise UnknownEvent(flow="of this address", event="of this address", known="those on the page")


def _shown_again(call: Call, about: str, event: type[Event], error: InvalidPayload) -> Response:
    """To the same page with what was typed, and what is wrong with it. Nothing was written."""
    texts = call.site.texts
    reasons = tuple(("", texts.problem(event.name, *what), what[0]) for what in error.problems)
    # What a check says of no field in particular, it says of the code: nothing else is checked.
    _flash(call, about, event, reasons, [field or "code" for field, _ in error.problems])
    return go(_back_to(call, about))


def _stale(call: Call, flow_id: str) -> Response:
    """To the page as it is now, and why nothing was done."""
    call.browser.remember(flash=Flash(flow_id=flow_id, reasons=(("", STALE, ""),)))
    return go(_back_to(call, flow_id))


def _flash(
    call: Call,
    about: str,
    event: type[Event],
    reasons: tuple[tuple[str, str, str], ...],
    malformed: Collection[str] = (),
) -> None:
    values = typed_values(event, call.form, malformed)
    call.browser.remember(flash=Flash(flow_id=about, event=event.name, reasons=reasons, values=values))


def _reasons(view: FlowView) -> tuple[tuple[str, str, str], ...]:
    return tuple((r.code, r.text, str(r.params.get("field", ""))) for r in view.refusals)


def _back_to(call: Call, flow_id: str) -> str:
    """The page on which the form was: that of the flow itself, or of one that it is a part of."""
    page = call.form.get("page", "")
    if page != flow_id and FLOW_ID.fullmatch(page) and call.sees(page):
        return f"/flow/{page}"
    return f"/flow/{flow_id}" if FLOW_ID.fullmatch(flow_id) else "/"


def _texts(call: Call, refused: StartRefused) -> tuple[Any, ...]:
    return shown(call.site.texts, refused.refusals)


ROUTES: Mapping[tuple[str, str], Any] = {
    ("GET", "/"): home,
    ("GET", "/sign-in"): sign_in,
    ("GET", "/cabinet"): cabinet,
    ("GET", "/flow/{flow_id}"): show,
    ("GET", "/flow/{flow_id}/gosuslugi"): to_gosuslugi,
    ("GET", "/flow/{flow_id}/{event}"): lambda call: go(f"/flow/{call.params['flow_id']}"),
    ("POST", "/flow/{flow_id}/{event}"): act,
    ("POST", "/start/{flow}/{event}"): begin,
    ("POST", "/explain"): explain,
    ("POST", "/sign-out"): sign_out,
    ("GET", "/signed-out"): signed_out,
}
