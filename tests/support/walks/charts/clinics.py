"""A clinic's code, the window in which it is entered, and the right that comes of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from support.portal import BORIS, CHEST_XRAY, patient, submitting
from support.walks.charts.common import (
    HER,
    STALE,
    THE_CHILD,
    add_child,
    attach,
    begin,
    deed,
    enter,
    fact,
    found,
    in_time,
    issued,
    known,
    person,
    rest,
    sends,
    window,
)
from support.walks.charts.leg import SAME_STEP
from support.walks.paths import Act, Deed, Plan, Ready, Way
from support.walks.world import LATE, World

from registratura.domain.clinics import PatientRef
from registratura.flows.attachment import Attachment, BeginAttachment, ChooseProfile, Entry, SubmitCode
from registratura.flows.attachment_code import Activate, AttachmentCode, Issue, Reissue, Revoke
from registratura.flows.clinic_right import ClinicRight, DocumentDelivered, Grant, Resume, Suspend, Withdraw
from registratura.flows.common import Cancel, Expire
from registratura.flows.errors import StartRefused

NOBODYS = "000000000000"
OTHER_CLINIC = "volga"


def _code_on_paper(world: World) -> str:
    known(world)
    code = world.portal.clinics.issue_code("ural", patient(HER))
    world.notes["code"] = code.code
    return code.id


def _activates(world: World) -> Act:
    return fact(partial(enter, world, window(world), world.notes["code"]))


def _revokes(world: World) -> Act:
    return fact(partial(world.portal.clinics.revoke_code, world.flow))


def _reissues(world: World) -> Act:
    def act() -> str:
        try:
            return world.portal.clinics.reissue_code(world.flow).code
        except StartRefused as refused:
            return refused.code

    return act


def _reissues_when_gone(world: World) -> Act:
    """The clinic has left the portal."""
    del world.clinics["ural"]
    return _reissues(world)


CODE = Plan(
    AttachmentCode,
    begins=(found("has a code on paper", Issue, _code_on_paper),),
    deeds=(
        deed("enters the code", Activate, _activates, Way(effects="StartExport")),
        deed("the clinic revokes the code", Revoke, _revokes),
        deed("the clinic issues another", Reissue, _reissues),
        deed("the clinic has left and issues another", Reissue, _reissues_when_gone, Way(why="clinic.unknown")),
        deed("two weeks go by", Expire, in_time),
    ),
)


def _two_profiles(world: World) -> None:
    world.notes["own"] = known(world)
    world.notes["child"] = add_child(world)


def _profile(world: World) -> PatientRef:
    """Who the window is for just now."""
    return THE_CHILD if world.record.data.card == world.notes["child"] else patient(HER)


def _own_code(world: World) -> SubmitCode:
    return submitting(issued(world, OTHER_CLINIC, _profile(world)))


def _stale(world: World) -> SubmitCode:
    return _own_code(world).model_copy(update=STALE)


def _attached_already(world: World) -> SubmitCode:
    """Another code of a clinic that has its right."""
    card = world.record.data.card
    if card not in world.notes.get("attached", ()):
        attach(world, card)
        world.notes["attached"] = (*world.notes.get("attached", ()), card)
    return submitting(issued(world, who=_profile(world)))


def _entered_elsewhere(world: World) -> SubmitCode:
    event = _own_code(world)
    enter(world, window(world, world.record.data.card), event.code)
    return event


def _guessed(times: int) -> Any:
    """Wrong codes for the same person, in another window."""

    def prepare(world: World) -> None:
        for _ in range(times):
            enter(world, window(world, world.record.data.card), NOBODYS)

    return prepare


def _nearly_over(world: World) -> None:
    world.turn_to(world.record.timers["expire"].due - LATE)


def _submits(name: str, event: Any, *before: Any, **way: Any) -> Deed:
    return deed(name, SubmitCode, sends(event, *before), Way(**way))


def _chooses(whose: str) -> Ready:
    return sends(lambda world: ChooseProfile(card=world.notes.get(whose, whose)))


WRONG = "code.not_accepted"
LOCKS = "attempts_exhausted"
NO_GUESS = ("begin/*", "code_entry/choose_profile/*", "locked/lock_ended/code_entry")
WINDOW_PLAN = Plan(
    Attachment,
    begins=(begin("opens the window", BeginAttachment(entry=Entry.CLINICS), Attachment, _two_profiles),),
    deeds=(
        deed("chooses her child", ChooseProfile, _chooses("child")),
        deed("chooses herself", ChooseProfile, _chooses("own")),
        deed("chooses a stranger", ChooseProfile, _chooses("nobody"), Way(why="card.unknown")),
        _submits("enters the code", _own_code, rest, effects="StartExport"),
        _submits("enters it again, here", _entered_elsewhere, rest),
        _submits("enters nobody's code", lambda _: submitting(NOBODYS), rest, why=WRONG),
        _submits(
            "enters another's code",
            lambda world: submitting(issued(world, who=patient(BORIS))),
            rest,
            why=WRONG,
            effects="WarnClinic",
        ),
        _submits("agrees to an old text", _stale, rest, why="consent.stale"),
        _submits("enters a second code of a clinic", _attached_already, rest, why="already_attached"),
        _submits("has no guess left", lambda _: submitting(NOBODYS), rest, _guessed(1), why=WRONG, then=LOCKS),
        _submits("is locked out", _own_code, rest, _guessed(2), why="attempts.exhausted", then=LOCKS),
        _submits(
            "has no guess left, late",
            lambda _: submitting(NOBODYS),
            _nearly_over,
            rest,
            _guessed(1),
            why=WRONG,
            then=LOCKS,
            adds="late",
        ),
        person(Cancel),
        deed(
            "its next appointment comes",
            Expire,
            in_time,
            Way(at="locked", unless="late", event="lock_ended"),
            Way(),
        ),
    ),
    never={f"{before} > code_entry/attempts_exhausted/locked": SAME_STEP for before in NO_GUESS},
)


def _two_rights(world: World) -> str:
    right = (known(world), attach(world))[1]
    world.notes["other"] = attach(world, add_child(world))
    return right


def _delivers(world: World) -> Act:
    return fact(partial(world.portal.clinics.deliver, world.flow, f"new {world.version}", CHEST_XRAY))


def _delivers_twice(world: World) -> Act:
    """What the clinic has delivered for her child already."""
    delivery = f"twice {world.version}"
    world.portal.clinics.deliver(world.notes["other"], delivery, CHEST_XRAY)
    return fact(partial(world.portal.clinics.deliver, world.flow, delivery, CHEST_XRAY))


RIGHT = Plan(
    ClinicRight,
    begins=(found("has given a right", Grant, _two_rights),),
    deeds=(
        person(Withdraw, Way(effects="StopExport")),
        deed("a document comes", DocumentDelivered, _delivers),
        deed("a document comes twice", DocumentDelivered, _delivers_twice, Way(why="delivery.repeated")),
        deed(
            "the clinic leaves",
            Suspend,
            lambda world: fact(partial(world.portal.clinics.suspend, world.flow)),
            Way(effects="StopExport"),
        ),
        deed(
            "the clinic is back",
            Resume,
            lambda world: fact(partial(world.portal.clinics.resume, world.flow)),
            Way(effects="StartExport"),
        ),
    ),
)
