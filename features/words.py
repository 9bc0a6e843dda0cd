"""The small closed vocabularies of the sentences: each Russian phrase and the id it stands for."""

from __future__ import annotations

CHANNELS = {"на сайте": "web", "в мобильном приложении": "mobile"}

ENTRIES = {
    "из подсказки": "health_hint",
    "из списка клиник": "clinics",
    "из прав клиник": "clinic_rights",
    "плюсом": "clinic_rights_plus",
}

METHODS = {"по логину и паролю Госуслуг": "password", "иным способом": "other"}

ANSWERS = {
    "вход отменён": "cancelled",
    "разрешение больше не действует": "code_dead",
    "это учётная запись организации": "organisation",
    "учётная запись не подтверждена": "unconfirmed",
    "учётная запись проверяется": "verifying",
    "внутренняя ошибка": "007007",
    "служба временно недоступна": "007008",
    "технические работы": "down",
    "страница вместо данных": "html",
}

# What may be wrong with an answer that comes to the portal through a browser.
FLAWS = {
    "в нём нет метки входа": "state_missing",
    "в нём чужая метка входа": "state_wrong",
    "он не подписан": "alg_none",
    "он подписан открытым ключом": "alg_hs256",
    "он подписан чужим ключом": "wrong_key",
    "он от чужого издателя": "wrong_iss",
    "он для другого портала": "wrong_aud",
    "он просрочен": "expired",
    "он ещё не действует": "not_yet",
    "он о другом человеке": "other_person",
}

PURPOSES = {
    "на обработку персональных данных": "personal_data",
    "на выгрузку данных из клиники": "medical_data",
}

# What an evidence says, as (decision, purpose).
EVIDENCE = {
    "согласие на обработку персональных данных": ("accepted", "personal_data"),
    "согласия на обработку персональных данных": ("accepted", "personal_data"),
    "согласие на выгрузку данных из клиники": ("accepted", "medical_data"),
    "отказ от согласия": ("declined", "personal_data"),
    "отзыв согласия": ("withdrawn", "personal_data"),
}

# The nominative, the accusative where it differs, the genitive where it does.
FIELD_FORMS = {
    "last_name": ("фамилия", "фамилию", "фамилии"),
    "middle_name": ("отчество", "отчества"),
    "snils": ("СНИЛС",),
    "policy": ("полис ОМС", "полиса ОМС"),
    "phone": ("телефон", "телефона"),
    "birth_date": ("дата рождения", "дату рождения", "даты рождения"),
}
FIELDS = {form: field for field, forms in FIELD_FORMS.items() for form in forms}
FIELD_STATUSES = {"не подтверждён": "unverified", "вызывает сомнение": "suspicious"}

CARD_STATES = {"проверена": "confirmed", "ещё не проверена": "unverified"}

CODE_STATES = {"ждёт ввода": "issued", "использован": "activated", "истёк": "expired", "отозван": "revoked"}
SMS_STATES = {
    "ждёт ввода": "sent",
    "принят": "passed",
    "истёк": "expired",
    "исчерпан": "exhausted",
    "отменён": "cancelled",
}
CLINIC_ORDERS = {"выдаёт": "issue", "отзывает": "revoke", "заменяет": "reissue"}
CLINIC_ORDERS_DONE = {"выдала": "issue", "отозвала": "revoke", "заменила": "reissue"}
CLINIC_MOVES = {"уходит с портала": "leave", "возвращается на портал": "return"}

SECRETS = {
    "паролем": "password",
    "прежним паролем": "current_password",
    "кодом": "attachment_code",
    "кодом из СМС": "one_time_code",
}

VIEWS = {
    "полный текст согласия и его версию": "consent_text",
    "способы решения проблемы": "help",
    "что портал ждёт ответа Госуслуг": "waiting_for_gosuslugi",
    "что нужны новая регистрация и новое согласие": "new_registration_needed",
    "что учётная запись и карта остались": "account_stays",
    "чем данные Госуслуг отличаются от карты": "card_differences",
    "свой логин для входа": "login",
    "что раздел пока пуст": "empty_section",
    "все пять разделов": "five_sections",
    "что ребёнку исполнилось 18 лет": "child_came_of_age",
    "что пароль сменили": "password_changed",
    "что обращение в поддержку принято": "support_ticket",
}

ALARMS = {
    "срок уничтожения данных прошёл": "AlarmErasureOverdue",
    "кто-то подбирает коды прикрепления": "AlarmSpraying",
    "нужно выбрать карту пациента": "AlarmAmbiguousCard",
}

COUNTS = {"один": 1, "одна": 1, "одно": 1, "два": 2, "две": 2}
ORDINALS = {"в первый раз": 1, "во второй раз": 2, "в третий раз": 3}
YES_NO = {
    "can": {"может": True, "не может": False},
    "there": {"есть": True, "нет": False},
    "shown": {"показано": True, "не показано": False},
    "attached": {"прикреплён": True, "прикреплена": True, "не прикреплён": False, "не прикреплена": False},
}
# How many exports wait for another try, and how many have begun.
EXPORTS = {"ждёт повтора": (1, 0), "началась один раз": (0, 1)}
DOCUMENTS = {"один документ": 1, "нет документов": 0}
