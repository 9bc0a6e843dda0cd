"""Gosuslugi's leg, of registration and sign-in alike: what can happen on it but for who comes back."""

from __future__ import annotations

from functools import partial

from support.walks.charts.common import HER, STRANGER, deed, fact, in_time, person, untrusted
from support.walks.paths import Act, Deed, Ready, Way
from support.walks.world import World

from registratura.domain.identity import Identity
from registratura.flows.common import Back, Cancel, ContactSupport, Expire
from registratura.flows.gosuslugi import (
    AmbiguityResolved,
    CannotSignIn,
    Denial,
    FirstStagePassed,
    GoToGosuslugi,
    IdentityConfirmed,
    IdentityDenied,
    Retry,
    SmsNotArriving,
)

SAME_STEP = "Попытки кончаются тем же шагом, что и последняя из них: между ними ничего не бывает."


def returned(who: Identity) -> Ready:
    """Gosuslugi's verified answer with that person, a new one each time."""
    return lambda world: fact(
        partial(world.portal.gosuslugi.returned, world.flow, who, f"answer {world.flow} {world.version}")
    )


def returned_before(world: World) -> Act:
    """An answer that another flow has had already."""
    other, answer = world.notes["other"], f"old answer {world.version}"
    world.portal.gosuslugi.returned(other, untrusted(STRANGER), answer)
    world.portal.send(other, Retry())
    return fact(partial(world.portal.gosuslugi.returned, world.flow, HER, answer))


def somebody_at_gosuslugi(world: World) -> None:
    """Another flow, whose answers are used up."""
    world.notes["other"] = world.scene.at_gosuslugi().id


def _denied(world: World) -> Act:
    return fact(partial(world.portal.gosuslugi.denied, world.flow, Denial.CANCELLED))


def _as_organisation(world: World) -> Act:
    firm = HER.model_copy(update={"kind": "organisation"})
    return fact(partial(world.portal.gosuslugi.returned, world.flow, firm, f"firm {world.version}"))


def _passed(world: World) -> Act:
    return fact(partial(world.portal.gosuslugi.progress, world.flow, "password"))


def _resolved(world: World) -> Act:
    return fact(partial(world.portal.operator.resolve_ambiguity, world.flow, "a"))


def comes_back(name: str, who: Identity, *ways: Way) -> Deed:
    return deed(name, IdentityConfirmed, returned(who), *ways)


LEG: tuple[Deed, ...] = (
    person(GoToGosuslugi(via="button"), Way(drops="sms")),
    person(GoToGosuslugi(via="link"), Way(drops="sms"), name="go_to_gosuslugi by the link"),
    deed("the first stage is passed", FirstStagePassed, _passed, Way(adds="sms")),
    person(CannotSignIn),
    person(SmsNotArriving, Way(at="gosuslugi.sms_code", adds="sms"), Way(drops="sms")),
    person(ContactSupport),
    person(Back, Way(at="gosuslugi.sms_help", needs="sms", yes="was_at_sms"), Way()),
    deed("Gosuslugi says no", IdentityDenied, _denied, Way(drops="sms")),
    deed("an organisation comes back", IdentityDenied, _as_organisation, Way(drops="sms")),
    deed("an old answer comes back", IdentityConfirmed, returned_before, Way(why="gosuslugi.answer_used")),
    person(Retry),
    person(Cancel),
)
SMS_NEVER = {
    "gosuslugi.first_stage/sms_not_arriving/gosuslugi.sms_help > gosuslugi.sms_help/back/gosuslugi.sms_code": (
        "Госуслуги не сообщали, что человек дошёл до кода: он возвращается туда, где был."
    ),
    "gosuslugi.sms_code/sms_not_arriving/gosuslugi.sms_help > gosuslugi.sms_help/back/gosuslugi.first_stage": (
        "Человек был у ввода кода: к нему и возвращается."
    ),
}


def support_finds(*ways: Way) -> Deed:
    return deed("support has found the card", AmbiguityResolved, _resolved, *ways)


def time_is_over(*ways: Way) -> Deed:
    return deed("its next appointment comes", Expire, in_time, *ways)
