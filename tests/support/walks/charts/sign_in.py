"""Signing in: both ways, and the guesses at a password."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from support.portal import PASSWORD
from support.walks.charts.common import (
    HER,
    STRANGER,
    TWO_CARDS,
    add_child,
    begin,
    deed,
    known,
    person,
    untrusted,
)
from support.walks.charts.leg import (
    LEG,
    SAME_STEP,
    SMS_NEVER,
    comes_back,
    somebody_at_gosuslugi,
    support_finds,
    time_is_over,
)
from support.walks.paths import Act, Plan, Ready, Way
from support.walks.world import LATE, World

from registratura.flows.patient_card import Delete
from registratura.flows.portal_password import SetPassword
from registratura.flows.registration import ConfirmCard
from registratura.flows.sign_in import (
    BeginSignIn,
    ChooseGosuslugi,
    ChoosePassword,
    ForgotPassword,
    SignIn,
    SubmitPassword,
)

GONE = HER.model_copy(update={"oid": "2", "snils": "087-654-303 00", "phone": None, "email": None})
"""She has deleted her own card and keeps her child's."""
GONE_TWO = GONE.model_copy(update={"email": TWO_CARDS.email})
STRANGER_TWO = STRANGER.model_copy(update={"email": TWO_CARDS.email, "snils": GONE.snils})
UNCONFIRMED, UNKNOWN, SEVERAL = "account_unconfirmed", "account_unknown", "several_cards_match"
LOCKED = Way(why="sign_in.failed", then="attempts_exhausted")


def _prepare(world: World) -> None:
    somebody_at_gosuslugi(world)
    card = known(world, GONE)
    add_child(world)
    world.portal.send(card, Delete(confirmed=True))
    known(world, HER, (ConfirmCard(), SetPassword(password=PASSWORD, repeat=PASSWORD)))
    del world.notes["account"]


def _wrong(world: World) -> SubmitPassword:
    """Under a login that nobody has tried yet: unknown ones are counted and locked just the same."""
    return SubmitPassword(login=f"nobody{world.version}@example.org", password="wrong")


def _guesses(before: int = 0, late: timedelta | None = None) -> Ready:
    """A wrong password, after so many under the same login on other devices; when the flow's time is nearly over."""

    def ready(world: World) -> Act:
        if late:
            world.turn_to(world.record.timers["expire"].due - late)
        guess = _wrong(world)
        for _ in range(before):
            other = world.portal.start(SignIn).id
            world.portal.send(other, ChoosePassword())
            world.portal.send(other, guess)
        return partial(world.send, guess)

    return ready


PLAN = Plan(
    SignIn,
    begins=(begin("begins to sign in", BeginSignIn(), SignIn, _prepare),),
    deeds=(
        *LEG,
        person(ChooseGosuslugi),
        person(ChoosePassword),
        person(SubmitPassword(login=HER.email or "", password=PASSWORD)),
        deed("guesses", SubmitPassword, _guesses(), Way(why="sign_in.failed")),
        deed("has no guess left", SubmitPassword, _guesses(before=1), LOCKED),
        deed(
            "guesses while it is locked",
            SubmitPassword,
            _guesses(before=2),
            Way(why="attempts.exhausted", then="attempts_exhausted"),
        ),
        deed(
            "has no guess left, late",
            SubmitPassword,
            _guesses(before=1, late=LATE),
            Way(why="sign_in.failed", then="attempts_exhausted", adds="late"),
        ),
        person(ForgotPassword),
        comes_back("she comes back", HER),
        comes_back("she comes back, not confirmed", untrusted(HER), Way(yes=UNCONFIRMED)),
        comes_back("a stranger comes back", STRANGER, Way(yes=UNKNOWN)),
        comes_back("a stranger comes back, not confirmed", untrusted(STRANGER), Way(yes=f"{UNCONFIRMED} {UNKNOWN}")),
        comes_back("a stranger comes back, with two cards", STRANGER_TWO, Way(yes=f"{UNKNOWN} {SEVERAL}")),
        comes_back("she has no card and comes back", GONE),
        comes_back(
            "she has no card and comes back, with two", GONE_TWO, Way(yes=SEVERAL, effects="AlarmAmbiguousCard")
        ),
        comes_back(
            "she has no card and comes back, with two, not confirmed",
            untrusted(GONE_TWO),
            Way(yes=f"{UNCONFIRMED} {SEVERAL}"),
        ),
        support_finds(),
        time_is_over(Way(at="locked", unless="late", event="lock_ended"), Way()),
    ),
    never=SMS_NEVER
    | {
        f"{before} > password/attempts_exhausted/locked": SAME_STEP
        for before in ("method/choose_password/password", "locked/lock_ended/password")
    },
)
