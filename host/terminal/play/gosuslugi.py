"""The stand-in's pages at Gosuslugi, its support, and the telephones of the people it knows."""

from __future__ import annotations

from registratura.domain.contacts import format_phone
from registratura.flows.engine import FlowView
from registratura.flows.errors import RegistraturaError
from registratura.host.standins import Citizen, StandInGosuslugi
from registratura.host.terminal.console import console, put, say
from registratura.host.terminal.pages import complain_of, refusals
from registratura.host.terminal.play.ask import CANCEL, Option, chosen, line
from registratura.host.terminal.play.forms import GoesBack

FIRST = "gosuslugi.first_stage"
PORTAL_WAITS = (FIRST, "gosuslugi.sms_code", "gosuslugi.sms_help", "gosuslugi.sms_support")
REMARKS = {
    "rita": "обычная учётная запись",
    "pyotr": "СМС не приходит, пока он не напишет в поддержку",
    "olga": "учётная запись не подтверждена",
    "ooo": "учётная запись организации",
}


def visit(gosuslugi: StandInGosuslugi, view: FlowView) -> None:
    """The page at Gosuslugi, the first stage or the code from the SMS, until the portal hears of it."""
    say("Госуслуги (учебные)", "bold blue")
    if view.state == FIRST:
        phone(gosuslugi)
    while _stands(gosuslugi, view):
        option = _picked(_page(gosuslugi, view))
        try:
            option.do()
        except RegistraturaError as error:
            complain_of(error, gosuslugi.portal.engine.texts)


def _stands(gosuslugi: StandInGosuslugi, view: FlowView) -> bool:
    return gosuslugi.portal.get(view.id).version == view.version


def _picked(options: list[Option]) -> Option:
    for number, option in enumerate(options, 1):
        say(f"  {number}. {option.caption}")
    keys = {str(number): option for number, option in enumerate(options, 1)}
    while answer := line(f"Госуслуги, номер {CANCEL}"):
        if answer in keys:
            return keys[answer]
        say("На этой странице такого номера нет.", "yellow")
    raise GoesBack


def phone(gosuslugi: StandInGosuslugi) -> None:
    """Who there is at Gosuslugi, how they sign in, and what stands on their telephones."""
    for citizen in gosuslugi.citizens.values():
        name, remark = citizen.identity.name.full, REMARKS.get(citizen.login, "")
        say(f"{name} ({remark})", "bold")
        messages = ", ".join(citizen.phone_inbox) or "СМС нет"
        say(f"  логин {citizen.login}, пароль {citizen.password}; телефон {format_phone(citizen.phone)}: {messages}")


def write_to_support(gosuslugi: StandInGosuslugi, view: FlowView) -> None:
    """Support answers at once, and mends what is broken."""
    text = line(f"Что случилось {CANCEL}")
    if not text:
        raise GoesBack
    number = gosuslugi.ask_support(text, view.id)
    say(f"Обращение № {number} принято. Ответ: всё починили. Вернитесь и попросите код ещё раз.", "green")


def confirm_account(gosuslugi: StandInGosuslugi, view: FlowView) -> None:
    """The person goes to an office and comes back with a confirmed account."""
    visit = gosuslugi.visits.get(view.id)
    if visit is None:
        return say("Сначала попробуйте войти на Госуслуги ещё раз.", "yellow")
    visit.citizen.identity = visit.citizen.identity.model_copy(update={"trusted": True})
    return say("Учётная запись подтверждена. Теперь нажмите «Попробовать ещё раз».", "green")


def _page(gosuslugi: StandInGosuslugi, view: FlowView) -> list[Option]:
    cancel = Option("Отменить вход и вернуться на портал", lambda: _show(gosuslugi.cancel(view.id)))
    if view.state == FIRST:
        return [
            Option("Войти по логину и паролю", lambda: _sign_in(gosuslugi, view)),
            Option("Войти иным способом: электронной подписью", lambda: _sign_in_another_way(gosuslugi, view)),
            cancel,
        ]
    if view.id not in gosuslugi.visits:
        # The terminal was closed meanwhile, and Gosuslugi's page with it.
        say("Вход на Госуслугах прервался: начните его заново.", "yellow")
        return [Option("Начать вход заново", cancel.do)]
    citizen = gosuslugi.visits[view.id].citizen
    request = gosuslugi.code_request(view.id)
    say(f"{request.screen.title}. {request.screen.text}")
    say(f"Телефон {format_phone(citizen.phone)}: {_inbox(citizen)}", "magenta")
    return [
        Option("Ввести код из СМС", lambda: _enter_code(gosuslugi, view)),
        Option("Прислать код ещё раз", lambda: _show(gosuslugi.resend_code(view.id))),
        cancel,
    ]


def _inbox(citizen: Citizen) -> str:
    return f"СМС «Ваш код {citizen.phone_inbox[-1]}»" if citizen.phone_inbox else "СМС нет"


def _sign_in(gosuslugi: StandInGosuslugi, view: FlowView) -> None:
    login = line(f"Логин Госуслуг {CANCEL}")
    if not login:
        raise GoesBack
    password = line("Пароль Госуслуг", hidden=True)
    _told(gosuslugi, view, gosuslugi.sign_in(view.id, login, password))


def _sign_in_another_way(gosuslugi: StandInGosuslugi, view: FlowView) -> None:
    login = chosen("Чья подпись", {c.login: c.identity.name.full for c in gosuslugi.citizens.values()})
    if login is None:
        raise GoesBack
    _told(gosuslugi, view, gosuslugi.sign_in_another_way(view.id, login))


def _told(gosuslugi: StandInGosuslugi, view: FlowView, after: FlowView) -> None:
    if after.state == "gosuslugi.sms_code":
        citizen = gosuslugi.visits[view.id].citizen
        say(f"Телефон {format_phone(citizen.phone)}: {_inbox(citizen)}", "magenta")


def _enter_code(gosuslugi: StandInGosuslugi, view: FlowView) -> None:
    code = line(f"Код из СМС {CANCEL}")
    if not code:
        raise GoesBack
    _show(gosuslugi.enter_code(view.id, code))


def _show(after: FlowView) -> None:
    for refusal in refusals(after.refusals):
        put(console(), refusal)
