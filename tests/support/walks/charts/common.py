"""How deeds are written, the people they are about, and what is prepared for many of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from support.portal import AT_HOME, BORIS, MARGARITA, accepting, submitting
from support.walks.paths import Act, Deed, Ready, Way
from support.walks.world import WINDOW, World, told

from registratura.domain.card import FieldName
from registratura.domain.clinics import PatientRef
from registratura.domain.identity import Identity, PersonName
from registratura.flows.attachment import Attachment, BeginAttachment, Entry
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.patient_card import AddRelative, PatientCard
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, ForgotPassword, SignIn
from registratura.host import Caller, FlowView

HER = MARGARITA.model_copy(update={"policy": None})
"""The person who walks: her card has a field that she may fill in herself."""
UNDATED = HER.model_copy(update={"birth_date": None})
TWO_CARDS = HER.model_copy(update={"email": "two@example.org"})
TWO_CARDS_UNDATED = TWO_CARDS.model_copy(update={"birth_date": None})
STRANGER = BORIS.model_copy(update={"oid": "1", "snils": None, "phone": None, "email": None})
POLICIES = ("1234567890123452", "1234567890123460")
CHILD = {FieldName.LAST_NAME: "Алексеев", FieldName.FIRST_NAME: "Лев", FieldName.BIRTH_DATE: "12.05.2019"}
THE_CHILD = PatientRef(name=PersonName(last="Алексеев", first="Лев"), birth_date=date(2019, 5, 12))
STALE = {"text_version": "0", "text_sha256": "0" * 64}


def untrusted(person: Identity) -> Identity:
    return person.model_copy(update={"trusted": False})


def person(event: Event | type[Event], *ways: Way, name: str = "") -> Deed:
    """The person does just this, whatever the surroundings."""
    sent = event if isinstance(event, Event) else event()
    return Deed(name or sent.name, sent.name, lambda world: partial(world.send, sent), ways or (Way(),))


def deed(name: str, event: type[Event], ready: Ready, *ways: Way) -> Deed:
    """Something for which more is needed than the event."""
    return Deed(name, event.name, ready, ways or (Way(),))


def begin(name: str, event: Event, flow: AnyFlow, prepare: Callable[[World], Any], *ways: Way) -> Deed:
    """The person opens a flow in a world where that is prepared."""

    def ready(world: World) -> Act:
        prepare(world)
        return partial(world.start, flow, event)

    return Deed(name, event.name, ready, ways or (Way(),))


def found(name: str, event: type[Event], prepare: Callable[[World], str], *ways: Way) -> Deed:
    """A flow that others have begun, and that is walked from its beginning."""

    def ready(world: World) -> Act:
        world.notes["found"] = prepare(world)
        return lambda: _taken_up(world)

    return Deed(name, event.name, ready, ways or (Way(),))


def _taken_up(world: World) -> None:
    world.flow = world.notes["found"]


def fact(call: Callable[[], FlowView]) -> Act:
    """A fact comes in through a gateway, and the gateway says what came of it."""
    return partial(told, call)


def in_time(world: World) -> Act:
    """The flow's next appointment comes; if it has none, half a life goes by."""
    due = [timer.due for timer in world.record.timers.values()]
    world.turn_to(min(due, default=world.record.changed_at + timedelta(days=40 * 365)))
    return lambda: None


def rest(world: World) -> None:
    """So long that guesses which were not the last are forgotten."""
    world.turn_to(world.record.changed_at + WINDOW)


def sends(event: Callable[[World], Event], *before: Callable[[World], Any]) -> Ready:
    """Those things happen first, and the person sends an event that depends on the world."""

    def ready(world: World) -> Act:
        for prepare in before:
            prepare(world)
        return partial(world.send, event(world))

    return ready


def shown(world: World) -> Any:
    """What the screen of the flow shows just now."""
    return world.look()["screen"]["items"]


def other_than(value: str | None, *values: str) -> str:
    """One that is a change."""
    return next(other for other in values if other != value)


def at_gosuslugi_again(world: World, *, forgot: bool = False) -> str:
    """A sign-in of somebody's that waits for Gosuslugi."""
    send = world.portal.send
    flow = world.portal.start(SignIn).id
    for event in (ChoosePassword(), ForgotPassword()) if forgot else (ChooseGosuslugi(),):
        send(flow, event)
    return flow


def comes_in_again(who: Callable[[World], Identity], *, forgot: bool = False) -> Ready:
    """She signs in through Gosuslugi, on another device."""

    def ready(world: World) -> Act:
        flow = at_gosuslugi_again(world, forgot=forgot)
        return fact(partial(world.portal.gosuslugi.returned, flow, who(world), f"again {flow}"))

    return ready


def window(world: World, card: str | None = None) -> str:
    """Another window for a code."""
    owner = Caller(session="another", account=world.notes["account"])
    return world.portal.start(Attachment, BeginAttachment(entry=Entry.CLINICS, card=card), caller=owner).id


def enter(world: World, flow: str, code: str) -> FlowView:
    """A code is entered in another window."""
    return world.portal.send(flow, submitting(code))


def issued(world: World, clinic: str = "ural", who: PatientRef | None = None) -> str:
    """A clinic's code for somebody; for whoever has it, if nobody is named."""
    return world.portal.clinics.issue_code(clinic, who).code


def attach(world: World, card: str | None = None) -> str:
    """The right that a clinic gets to a card."""
    view = enter(world, window(world, card), issued(world))
    return str(view.screen.items["right"])


def add_child(world: World) -> str:
    """Her child's card."""
    text = accepting().model_dump()
    owner = Caller(session="another", account=world.notes["account"])
    return world.portal.start(PatientCard, AddRelative(fields=CHILD, **text), caller=owner).id


def known(world: World, person: Identity = HER, events: tuple[Event, ...] = ()) -> str:
    """Somebody who has registered; of the account that opened these are sent to her registration. Gives her card."""
    view = world.scene.at_card(person)
    view = world.scene.walk(view.id, *events, caller=AT_HOME) if events else view
    world.notes["account"] = view.account
    return world.scene.flow_of(Caller(account=view.account), "patient_card")
