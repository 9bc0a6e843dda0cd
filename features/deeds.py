"""What a person does without saying more than that: three Russian forms of one event each.

The infinitive stands after «может» and «пытается», the present in *Когда*, the past in *Дано*: there `(а)` is the
feminine, and so is the second of `дошёл/дошла`.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Deed(NamedTuple):
    """A person's event by its name in the charts; `variant` names one of several ways that the event is offered."""

    event: str
    variant: str = ""


class Forms(NamedTuple):
    """How a deed is said. An empty form is never said. `brings` are events of other charts that come of it."""

    deed: Deed
    infinitive: str
    present: str = ""
    past: str = ""
    brings: tuple[str, ...] = ()


FORMS = (
    Forms(Deed("choose_region"), "выбрать регион"),
    Forms(Deed("change_region"), "сменить регион", "меняет регион", "сменил(а) регион"),
    Forms(Deed("register"), "начать регистрацию", "начинает регистрацию", "начал(а) регистрацию"),
    Forms(Deed("sign_in"), "войти", "выбирает вход в личный кабинет", "выбрал(а) вход в личный кабинет"),
    Forms(Deed("close_consent"), "закрыть согласие", "закрывает согласие без ответа", "закрыл(а) согласие без ответа"),
    Forms(Deed("accept_consent"), "принять согласие", "принимает согласие", "принял(а) согласие"),
    Forms(
        Deed("decline_consent"),
        "отказаться от согласия",
        "отказывается от согласия",
        "отказался/отказалась от согласия",
    ),
    Forms(
        Deed("go_to_gosuslugi", "button"),
        "перейти на Госуслуги",
        "переходит на Госуслуги",
        "перешёл/перешла на Госуслуги",
    ),
    Forms(Deed("go_to_gosuslugi", "link"), "", "переходит на Госуслуги по приглашению зарегистрироваться"),
    Forms(Deed("go_to_gosuslugi", "link"), "", "переходит на Госуслуги по приглашению войти"),
    Forms(
        Deed("cannot_sign_in"),
        "попросить помощи со входом",
        "сообщает, что не может войти",
        "сообщил(а), что не может войти",
    ),
    Forms(
        Deed("sms_not_arriving"),
        "попросить помощи с СМС",
        "сообщает, что СМС не приходит",
        "сообщил(а), что СМС не приходит",
    ),
    Forms(
        Deed("contact_support"), "обратиться в поддержку", "обращается в поддержку", "обратился/обратилась в поддержку"
    ),
    Forms(Deed("back"), "вернуться назад", "возвращается назад", "вернулся/вернулась назад"),
    Forms(Deed("retry"), "попробовать ещё раз", "пробует ещё раз", "попробовал(а) ещё раз"),
    Forms(Deed("confirm_card"), "подтвердить карту", "подтверждает карту", "подтвердил(а) карту"),
    Forms(Deed("confirm_later"), "отложить проверку карты", "откладывает проверку карты", "отложил(а) проверку карты"),
    Forms(
        Deed("correct_card"), "исправить карту", "сохраняет карту без исправлений", "сохранил(а) карту без исправлений"
    ),
    Forms(
        Deed("reload_from_gosuslugi"),
        "перечитать данные с Госуслуг",
        "просит перечитать данные с Госуслуг",
        "попросил(а) перечитать данные с Госуслуг",
    ),
    Forms(Deed("take_new"), "принять новые данные", "принимает новые данные", "принял(а) новые данные"),
    Forms(Deed("keep_current"), "оставить прежние данные", "оставляет прежние данные", "оставил(а) прежние данные"),
    Forms(Deed("set_password"), "задать пароль"),
    Forms(Deed("skip_password"), "пропустить пароль", "пропускает пароль", "пропустил(а) пароль"),
    Forms(
        Deed("choose_gosuslugi"),
        "войти через Госуслуги",
        "выбирает вход через Госуслуги",
        "выбрал(а) вход через Госуслуги",
    ),
    Forms(Deed("choose_password"), "войти по паролю", "выбирает вход по паролю", "выбрал(а) вход по паролю"),
    Forms(
        Deed("forgot_password"),
        "сказать, что забыт пароль",
        "сообщает, что не помнит пароля",
        "сообщил(а), что не помнит пароля",
        ("forget_password",),
    ),
    Forms(
        Deed("ask_how_to"),
        "спросить, как получить код",
        "спрашивает, как получить код и медкарту",
        "спросил(а), как получить код и медкарту",
    ),
    Forms(Deed("close_cabinet"), "закрыть личный кабинет", "закрывает личный кабинет", "закрыл(а) личный кабинет"),
    Forms(
        Deed("request_withdrawal"),
        "отозвать согласие",
        "отзывает согласие на обработку персональных данных",
        "отозвал(а) согласие на обработку персональных данных",
        ("forget_password", "withdraw"),
    ),
    Forms(Deed("resend"), "попросить новый код из СМС", "просит новый код из СМС", "попросил(а) новый код из СМС"),
    Forms(Deed("cancel"), "прекратить начатое", "прекращает начатое", "прекратил(а) начатое"),
)

BRINGS = {forms.deed: forms.brings for forms in FORMS if forms.brings}
INFINITIVES = {forms.infinitive: forms.deed for forms in FORMS if forms.infinitive}
PRESENTS = {forms.present: forms.deed for forms in FORMS if forms.present}


def past(forms: Forms, feminine: bool) -> str:
    """The past of a man or of a woman."""
    said = forms.past.replace("(а)", "а" if feminine else "")
    return re.sub(r"(\w+)/(\w+)", r"\2" if feminine else r"\1", said)


PASTS = {past(forms, feminine): forms.deed for forms in FORMS if forms.past for feminine in (False, True)}
