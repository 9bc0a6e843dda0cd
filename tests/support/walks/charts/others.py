"""The withdrawal of a consent, and the one-time code."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

from support.walks.charts.common import HER, attach, begin, deed, fact, found, in_time, known, person, sends
from support.walks.charts.leg import SAME_STEP
from support.walks.paths import Act, Plan, Way
from support.walks.world import World

from registratura.flows.common import Cancel, Expire
from registratura.flows.consent_withdrawal import (
    ConsentWithdrawal,
    DataDestroyed,
    LawObligesToKeep,
    RequestWithdrawal,
    TermEnded,
)
from registratura.flows.errors import StartRefused
from registratura.flows.one_time_code import OneTimeCode, Resend, SendOneTimeCode, SubmitOneTimeCode


def _with_a_right(world: World) -> None:
    known(world)
    attach(world)


def _destroys(world: World) -> Act:
    return fact(partial(world.portal.operator.data_destroyed, world.flow, "1"))


def _keeps(world: World) -> Act:
    return fact(partial(world.portal.operator.law_obliges_to_keep, world.flow, "323-ФЗ"))


WITHDRAWAL = Plan(
    ConsentWithdrawal,
    begins=(
        begin(
            "withdraws the consent",
            RequestWithdrawal(),
            ConsentWithdrawal,
            _with_a_right,
            Way(effects="DestroyPersonalData StopExport"),
        ),
    ),
    deeds=(
        deed("the data is destroyed", DataDestroyed, _destroys, Way(effects="EndOtherSessions")),
        deed("the law obliges to keep it", LawObligesToKeep, _keeps),
        deed(
            "the term goes by",
            TermEnded,
            in_time,
            Way(needs="over", nothing=True),
            Way(effects="AlarmErasureOverdue", adds="over"),
        ),
    ),
    never={
        "requested/term_ended/requested > requested/term_ended/requested": "Срок уничтожения истекает один раз.",
    },
)


def _asks_for_a_code(world: World) -> str:
    event = SendOneTimeCode(phone="+79001234567", person=world.notes["account"])
    return world.portal.start(OneTimeCode, event).id


def _first_code(world: World) -> str:
    known(world, HER)
    return _asks_for_a_code(world)


def _read(world: World) -> str:
    """The code in the SMS that the worker has sent."""
    world.portal.run_due()
    return str(world.notes["sms"])


def _mistyped(world: World) -> SubmitOneTimeCode:
    return SubmitOneTimeCode(code=f"{(int(_read(world)) + 1) % 10**6:06}")


def _wait(world: World) -> None:
    """A minute since the latest code that she has asked for anywhere."""
    with world.portal.engine.asking() as ask:
        requests = ask.of_account(world.record.account or "", OneTimeCode)
    world.turn_to(max(at for request in requests for at in request.data.sent_at) + timedelta(minutes=1))


def _ask_elsewhere(world: World) -> None:
    """She has just asked for a code on another device, or here."""
    with suppress(StartRefused):
        _asks_for_a_code(world)


SMS = Plan(
    OneTimeCode,
    begins=(found("asks for a code", SendOneTimeCode, _first_code),),
    deeds=(
        deed("enters the code", SubmitOneTimeCode, sends(lambda world: SubmitOneTimeCode(code=_read(world)))),
        deed(
            "enters a wrong code",
            SubmitOneTimeCode,
            sends(_mistyped),
            Way(needs="once", why="one_time_code.wrong", then="attempts_exhausted"),
            Way(why="one_time_code.wrong", adds="once"),
        ),
        deed("asks again", Resend, sends(lambda _: Resend(), _wait), Way(effects="DeliverCode")),
        deed(
            "asks again too soon", Resend, sends(lambda _: Resend(), _ask_elsewhere), Way(why="one_time_code.too_soon")
        ),
        person(Cancel),
        deed("five minutes go by", Expire, in_time),
    ),
    never={f"{before} > sent/attempts_exhausted/exhausted": SAME_STEP for before in ("begin/*", "*/resend/*")},
)
