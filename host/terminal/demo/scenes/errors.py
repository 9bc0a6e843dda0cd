"""What goes wrong on the way of registration, and how it goes on."""

from __future__ import annotations

from datetime import timedelta

from registratura.flows.common import Cancel
from registratura.flows.engine import FlowView
from registratura.flows.registration import (
    AcceptConsent,
    Back,
    ChooseRegion,
    CloseConsent,
    ConfirmCard,
    ContactSupport,
    GoToGosuslugi,
    Register,
    Registration,
    Retry,
    SetPassword,
    SmsNotArriving,
)
from registratura.host.standins.people import CLOSED_REGION, REGION
from registratura.host.terminal.demo.scenes.steps import at_gosuslugi, first_stage, second_stage
from registratura.host.terminal.demo.scenes.steps import declines as says_no
from registratura.host.terminal.demo.stage import Stage

WRONG = (
    ("abc12", "abc12", "пять знаков", ("password.too_short",)),
    ("Пароль7", "Пароль7", "русские буквы", ("password.alphabet",)),
    ("Klen42x", "Klen42y", "два разных", ("password.differ",)),
    ("qwerty1", "qwerty1", "один из самых известных", ("password.common",)),
    ("9080000012", "9080000012", "свой телефон", ("password.personal",)),
)


def declines(stage: Stage) -> None:
    """A region that is closed, a window closed unanswered, a text that has changed, and «нет»."""
    guest = stage.people["somebody"]
    flow = stage.start(guest, Registration, expect="region")
    closed = ChooseRegion(region=CLOSED_REGION)
    flow = stage.act(guest, flow, closed, expect="region", refused=("region.closed",), note="Чукотка")
    with stage.briefly():
        flow = stage.act(guest, flow, ChooseRegion(region=REGION), expect="main_page")
        flow = stage.act(guest, flow, Register(), expect="consent")
        flow = stage.act(guest, flow, CloseConsent(), expect="main_page")
        flow = stage.act(guest, flow, Register(), expect="consent")
        old = AcceptConsent(text_version="прошлогодний", text_sha256="0" * 64)
        flow = stage.act(guest, flow, old, expect="consent", refused=("consent.stale",), note="но к прежнему тексту")
    stage.act(guest, flow, says_no(flow), expect="declined")


def waits_for_the_sms(stage: Stage) -> None:
    """Help, support, a new SMS too soon and in time, a wrong code, the right one."""
    pyotr, gosuslugi = stage.people["pyotr"], stage.world.gosuslugi
    flow = at_gosuslugi(stage, pyotr)
    flow = stage.outside(
        pyotr,
        "входит на Госуслугах иным способом: электронной подписью",
        flow.id,
        lambda: gosuslugi.sign_in_another_way(flow.id, pyotr.login),
        expect="gosuslugi.sms_code",
    )
    flow = stage.act(pyotr, flow, SmsNotArriving(), expect="gosuslugi.sms_help")
    flow = stage.act(pyotr, flow, ContactSupport(), expect="gosuslugi.sms_support")
    stage.outside(pyotr, "пишет в поддержку, там чинят отправку", flow.id, lambda: _mended(stage), expect=flow.state)
    with stage.briefly():
        flow = stage.act(pyotr, flow, Back(), expect="gosuslugi.sms_help")
        flow = stage.act(pyotr, flow, Back(), expect="gosuslugi.sms_code")
    _sends_again(stage, flow, refused=("one_time_code.too_soon",))
    stage.time_passes(timedelta(minutes=1), "Прошла минута")
    _sends_again(stage, flow)
    assert pyotr.citizen is not None
    right = pyotr.citizen.phone_inbox[-1]
    wrong = f"{(int(right) + 1) % 10**6:06}"
    stage.outside(
        pyotr,
        "вводит на Госуслугах неверный код",
        flow.id,
        lambda: gosuslugi.enter_code(flow.id, wrong),
        expect="gosuslugi.sms_code",
        refused=("one_time_code.wrong",),
        also=("U21",),
    )
    flow = second_stage(stage, pyotr, flow, expect="card_review")
    flow = stage.act(pyotr, flow, ConfirmCard(), expect="password_offer")
    stage.kept["registration pyotr"] = flow.id


def _mended(stage: Stage) -> None:
    pyotr = stage.people["pyotr"]
    stage.world.gosuslugi.ask_support("Не приходит СМС")
    assert pyotr.citizen is not None
    pyotr.citizen.sms_arrives = 1


def _sends_again(stage: Stage, flow: FlowView, refused: tuple[str, ...] = ()) -> None:
    resend = stage.world.gosuslugi.resend_code
    stage.outside(
        stage.people["pyotr"],
        "просит на Госуслугах прислать код ещё раз",
        flow.id,
        lambda: resend(flow.id),
        expect="gosuslugi.sms_code",
        refused=refused,
        also=("U24",),
    )


def mistypes_passwords(stage: Stage) -> None:
    """Each rule says what it wants; nothing is stored until all are content."""
    pyotr = stage.people["pyotr"]
    flow = stage.look(pyotr, stage.kept["registration pyotr"], expect="password_offer")
    for password, repeat, note, refused in WRONG:
        wrong = SetPassword(password=password, repeat=repeat)
        flow = stage.act(pyotr, flow, wrong, expect="password_offer", refused=refused, note=note)
    right = SetPassword(password="Klen42", repeat="Klen42")
    stage.act(pyotr, flow, right, expect="registered", note="шесть латинских букв и цифр")


def is_sent_back(stage: Stage) -> None:
    """An account that is not confirmed, a person who changes their mind, an outage, an organisation."""
    olga, ooo, gosuslugi = stage.people["olga"], stage.people["ooo"], stage.world.gosuslugi
    flow = at_gosuslugi(stage, olga)
    with stage.briefly():
        flow = first_stage(stage, olga, flow, expect="gosuslugi.sms_code")
    flow = second_stage(stage, olga, flow, expect="unconfirmed_account")
    with stage.briefly():
        flow = stage.act(olga, flow, Retry(), expect="gosuslugi.entry")
        flow = stage.act(olga, flow, GoToGosuslugi(), expect="gosuslugi.first_stage")
    back = "gosuslugi.entry"
    flow = stage.outside(olga, "отменяет вход на Госуслугах", flow.id, lambda: gosuslugi.cancel(flow.id), expect=back)
    with stage.briefly():
        flow = stage.act(olga, flow, GoToGosuslugi(), expect="gosuslugi.first_stage")
    gosuslugi.outage = True
    flow = first_stage(stage, olga, flow, expect="gosuslugi.entry")
    gosuslugi.outage = False
    stage.act(olga, flow, Cancel(), expect="cancelled")
    flow = at_gosuslugi(stage, ooo)
    with stage.briefly():
        flow = first_stage(stage, ooo, flow, expect="gosuslugi.sms_code")
    flow = second_stage(stage, ooo, flow, expect="gosuslugi.entry")
    with stage.briefly():
        stage.act(ooo, flow, Cancel(), expect="cancelled")


def hurries_and_forgets(stage: Stage) -> None:
    """A double press, an answer that comes twice, somebody registered already, somebody who never comes back."""
    guest, rita, worker = stage.people["somebody"], stage.people["rita"], stage.people["worker"]
    portal, rita.account = stage.world.portal, None
    with stage.briefly():
        flow = stage.start(guest, Registration, expect="region")
        region = ChooseRegion(region=REGION)

        def press() -> FlowView:
            return portal.send(flow.id, region, caller=guest.caller, idempotency_key="одно нажатие")

        what = "нажимает «Выбрать» дважды подряд"
        stage.outside(guest, what, flow.id, lambda: (press(), press())[1], expect="main_page", also=("U6",))
        again = at_gosuslugi(stage, rita)
        again = first_stage(stage, rita, again, expect="gosuslugi.sms_code")
    again = second_stage(stage, rita, again, expect="already_registered")
    repeat = stage.world.gosuslugi.answer_again
    what = "повторяют свой ответ"
    gosuslugi = stage.people["gosuslugi"]
    gosuslugi.account = rita.account
    stage.outside(gosuslugi, what, again.id, lambda: repeat(again.id), expect="already_registered", also=("U12",))
    stage.time_passes(timedelta(days=1), "Прошли сутки, гость не вернулся")
    stage.outside(guest, "открывает страницу", flow.id, lambda: portal.get(flow.id), expect="expired")
    worker.account = None
