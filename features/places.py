"""Where a person can be, in the words of the features: the titles of the charts' states."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A state of a chart. An empty chart means that several charts share the state, and any of them will do."""

    chart: str
    state: str

    def covers(self, other: Place) -> bool:
        """Whether the other place is this one."""
        return self.state == other.state and self.chart in ("", other.chart)


_REGISTRATION = {
    "Выбор региона": "region",
    "Главная страница портала": "main_page",
    "Согласие на обработку персональных данных": "consent",
    "„Мои карты“: проверка данных": "card_review",
    "Пароль для портала (необязательно)": "password_offer",
    "Выбран вход в личный кабинет": "sign_in_chosen",
    "Пациент зарегистрирован": "registered",
    "Регистрация остановлена: отказ от согласия": "declined",
    "Пациент уже зарегистрирован: выполнен вход": "already_registered",
    "Время регистрации истекло": "expired",
    "Регистрация прекращена пациентом": "cancelled",
}
_GOSUSLUGI = {
    "Авторизация через Госуслуги": "gosuslugi.entry",
    "Госуслуги: первый этап авторизации": "gosuslugi.first_stage",
    "Помощь: не удаётся войти": "gosuslugi.sign_in_help",
    "Служба поддержки Госуслуг: вход": "gosuslugi.sign_in_support",
    "Ввод одноразового кода из СМС": "gosuslugi.sms_code",
    "Помощь: не приходит СМС": "gosuslugi.sms_help",
    "Служба поддержки Госуслуг: СМС": "gosuslugi.sms_support",
    "Нужна подтверждённая учётная запись": "unconfirmed_account",
    "Найдено несколько карт: нужна помощь поддержки": "ambiguous_card",
}
_SIGN_IN = {
    "Способ входа": "method",
    "Логин и пароль портала": "password",
    "Слишком много попыток": "locked",
    "Вход выполнен": "signed_in",
    "Учётная запись не найдена: предложена регистрация": "not_registered",
    "Время входа истекло": "expired",
    "Вход прекращён": "cancelled",
}
_ATTACHMENT = {
    "Ввод кода прикрепления": "code_entry",
    "Слишком много попыток ввода кода": "locked",
    "Код активирован, выгрузка данных доступна": "attached",
    "Время ввода кода истекло": "expired",
    "Прикрепление прекращено": "cancelled",
}

PLACES = {
    title: Place(chart, state)
    for chart, titles in (
        ("registration", _REGISTRATION),
        ("", _GOSUSLUGI),
        ("sign_in", _SIGN_IN),
        ("attachment", _ATTACHMENT),
    )
    for title, state in titles.items()
}

SECTIONS = {
    "Здоровье": "health",
    "Клиники": "clinics",
    "Сообщения": "messages",
    "Лекарства": "medicines",
    "Меню": "menu",
    "Настройки": "settings.overview",
    "Права клиник": "settings.clinic_rights",
    "Пароль": "settings.password",
    "Мои карты": "cards",
    "Медкарта": "record",
}
