"""The page of a flow: its screen, the forms of its actions, and the flows that its items name, each with its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from registratura.domain.consent import Purpose
from registratura.flows.consent_withdrawal import ConsentWithdrawal, RequestWithdrawal
from registratura.flows.engine.view import FlowView
from registratura.flows.errors import UnknownFlow
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.gosuslugi import away
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.host.web.browser import Flash
from registratura.host.web.forms import Form, Reason, Said, forms_of, start_form
from registratura.host.web.panel import Explanation, explained
from registratura.host.web.site import Call

AT_GOSUSLUGI = "gosuslugi."
SECTIONS, LEAVE = "open_section", "close_cabinet"
QUIET = frozenset({"cancel", "back", "change_region", "close_consent"})
"""Ways out: shown small, below everything else."""
FOLDED = frozenset(
    {"correct_card", "edit", "delete", "add_relative", "choose_profile", "request_withdrawal", "withdraw"}
)
"""Forms that open when they are wanted. So nothing that cannot be taken back is one press away."""
LATER = frozenset({"reload_from_gosuslugi", "add_clinic", "ask_how_to"})
"""Forms that come after the others: they are not what the person is here for."""
STARTS: Mapping[str, tuple[tuple[AnyFlow, type[Event]], ...]] = {
    "screen.cabinet.cards": ((PatientCard, AddRelative),),
    "screen.cabinet.settings.overview": ((ConsentWithdrawal, RequestWithdrawal),),
}
"""What can be started from a screen besides the actions of its flow."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of one flow, by how they are shown."""

    main: tuple[Form, ...] = ()
    folded: tuple[Form, ...] = ()
    quiet: tuple[Form, ...] = ()

    @property
    def all(self) -> tuple[Form, ...]:
        return (*self.main, *self.folded, *self.quiet)

    @property
    def wrong(self) -> tuple[Form, ...]:
        """The forms with something wrong in a field."""
        return tuple(form for form in self.all if form.wrong)


@dataclass(frozen=True, slots=True)
class Part:
    """A flow on the page of another one: a card, a clinic's right, the password."""

    view: FlowView
    forms: Forms


@dataclass(frozen=True, slots=True)
class FlowPage:
    """Everything the template draws."""

    view: FlowView
    forms: Forms
    parts: Mapping[str, Part]
    starts: Forms
    sections: Form | None
    leave: Form | None
    back_to_gosuslugi: bool
    alert: str
    explanation: Explanation | None
    consent: Mapping[str, str]

    @property
    def groups(self) -> tuple[Forms, ...]:
        """All forms of the page."""
        return (self.forms, *(part.forms for part in self.parts.values()), self.starts)

    @property
    def wrong(self) -> tuple[Form, ...]:
        return tuple(form for group in self.groups for form in group.wrong)


def draw_flow(call: Call, view: FlowView) -> Response:
    """The page of a flow, with what the session has to say on it, once."""
    flash, said = call.browser.data.flash, call.browser.data.said
    if flash is not None or said:
        call.browser.remember(flash=None, said="")
    if isinstance(person := view.screen.items.get("person"), str) and person and "birth_date" not in view.screen.items:
        call.browser.remember(person=person)
    return call.draw("flow.html", page=flow_page(call, view, flash), view=view, items=view.screen.items, said=said)


def flow_page(call: Call, view: FlowView, flash: Flash | None) -> FlowPage:
    """Gather what belongs to the page."""
    texts = call.site.texts
    forms = {form.event: form for form in _forms(call, view, flash)}
    consent = _consent(call) if STARTS.get(view.screen.id) else {}
    starts = [
        start_form(flow, event, consent, texts, _said(flash, flow.name))
        for flow, event in STARTS.get(view.screen.id, ())
    ]
    parts = {part.id: Part(part, _sorted(_forms(call, part, flash))) for part in _parts(call, view)}
    shown = call.browser.data.explains and call.site.options.explains
    page = FlowPage(
        view=view,
        forms=_sorted(form for name, form in forms.items() if name not in (SECTIONS, LEAVE)),
        parts=parts,
        starts=_sorted(starts),
        sections=forms.get(SECTIONS),
        leave=forms.get(LEAVE),
        back_to_gosuslugi=away(view.state),
        alert="",
        explanation=_explanation(call, view) if shown else None,
        consent=consent,
    )
    drawn = {form.event for group in page.groups for form in group.all} | forms.keys()
    if flash is None or flash.event in drawn:
        return page
    # It is about no form, or about one that stands no longer on the page: then it is said above everything.
    return replace(page, alert=" ".join(text for _, text, _ in flash.reasons))


def _forms(call: Call, view: FlowView, flash: Flash | None) -> tuple[Form, ...]:
    return forms_of(call.flow_of(view), view, call.site.texts, _said(flash, view.id))


def _explanation(call: Call, view: FlowView) -> Explanation:
    history = call.portal.history(view.id, caller=call.caller)
    return explained(call.flow_of(view), view, history, call.portal.parts.settings.timezone)


def _said(flash: Flash | None, flow_id: str) -> Said:
    if flash is None or flash.flow_id != flow_id:
        return Said()
    reasons = tuple(Reason(text, code, field) for code, text, field in flash.reasons)
    return Said(flash.event, reasons, flash.values)


def _parts(call: Call, view: FlowView) -> Iterator[FlowView]:
    for flow_id in _named(view.screen.items):
        try:
            yield call.portal.get(flow_id, caller=call.caller)
        except UnknownFlow:
            continue


def _named(items: Mapping[str, Any]) -> tuple[str, ...]:
    password = items.get("password")
    return (*items.get("cards", ()), *items.get("rights", ()), *((password,) if isinstance(password, str) else ()))


def _sorted(forms: Any) -> Forms:
    kinds: dict[str, list[Form]] = {"main": [], "folded": [], "quiet": []}
    for form in sorted(forms, key=lambda form: form.event in LATER):
        kind = "quiet" if form.event in QUIET else "folded" if form.event in FOLDED else "main"
        kinds[kind].append(form)
    return Forms(*(tuple(kinds[kind]) for kind in ("main", "folded", "quiet")))


def _consent(call: Call) -> Mapping[str, str]:
    text = call.portal.parts.settings.consents[Purpose.PERSONAL_DATA]
    return {"consent": text.text, "text_version": text.version, "text_sha256": text.sha256}
