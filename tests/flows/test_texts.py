"""The catalogue of Russian texts: complete, nothing too much, and as the documents say it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.named_texts import (
    EVENTS,
    HINTS,
    KEYS,
    PLACE,
    SCREENS,
    TEXTS,
    error_classes,
    invalid_codes,
    messages,
    notices,
    optional,
    reachable_problems,
    refusals,
    required,
    shown_names,
)

from registratura.domain.refusal import Refusal
from registratura.flows.cabinet import OpenCodeEntry
from registratura.flows.catalogue import FLOWS
from registratura.flows.engine.audit import PROBLEMS
from registratura.flows.errors import (
    CallerError,
    CatalogueUnreadable,
    InvalidPayload,
    KeyMissing,
    NotAllowedNow,
    StartRefused,
    TextMissing,
)
from registratura.flows.registration import Registration
from registratura.flows.texts import Texts, sample_consents

# ─── The keys ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_key_that_the_code_names_has_a_text() -> None:
    assert sorted(required() - set(KEYS)) == []
    assert [key for key in KEYS if not TEXTS(key)] == []


def test_no_key_is_there_for_nothing() -> None:
    assert sorted(set(KEYS) - required() - optional()) == []


def test_what_the_code_names_was_found() -> None:
    """So that no list is empty because the code is written otherwise now."""
    assert {"password.too_short", "password.empty", "card.field_invalid", "not_possible_now"} <= refusals().keys()
    assert refusals()["card.field_invalid"] == {"field", "reason"}
    assert {"snils.checksum", "field.missing"} <= invalid_codes()
    assert {"missing", "string_type", "enum", "literal_error", "extra_forbidden"} <= reachable_problems()
    assert {"conflict", "concurrent_update", "text_missing"} <= error_classes().keys()
    assert {"how_to_get_the_record", "account_verifying", "gosuslugi.outage"} <= notices().keys()
    assert messages() == {"password_changed", "child_came_of_age"}


# ─── The places for parameters ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("flow", "state", "key"), SCREENS, ids=lambda value: getattr(value, "name", value))
def test_a_screen_has_places_only_for_what_it_shows(flow: Any, state: str, key: str) -> None:
    show = flow.showers.get(state)
    places = {place for part in ("title", "text") for place in PLACE.findall(TEXTS(f"{key}.{part}"))}
    assert places <= (shown_names(show) if show else set())


def test_other_texts_have_places_only_for_what_they_are_given() -> None:
    given = {f"refusal.{code}": names for code, names in refusals().items()}
    given |= {f"error.{code}": names for code, names in error_classes().items()} | HINTS
    shown = {event.name: _shown_with(event) for event in EVENTS}
    given |= {f"{kind}.{name}": names for kind in ("confirm", "done") for name, names in shown.items()}
    given |= {f"notice.{name}": names for name, names in notices().items()}
    given |= {f"problem.{code}": set(PLACE.findall(text)) for code, text in PROBLEMS.items()}
    others = {key: set(PLACE.findall(TEXTS(key))) for key in KEYS if not key.startswith("screen.")}
    own = {key: set(PLACE.findall(TEXTS(key))) for key in KEYS if ".button." in key}
    unknown = {key: places - given.get(key, set()) for key, places in (others | own).items()}
    assert {key: places for key, places in unknown.items() if places} == {}


def _shown_with(event: Any) -> set[str]:
    """What the screens of the flows that know this event show."""
    flows = [flow for flow in FLOWS.values() if event.name in flow.by_name]
    return {name for flow in flows for show in flow.showers.values() for name in shown_names(show)}


def test_errors_and_refusals_are_told_whatever_their_parameters_are_called() -> None:
    told = [TEXTS(f"error.{code}", **dict.fromkeys(names, "7")) for code, names in error_classes().items()]
    told += [TEXTS.refusal(Refusal(code=code, params=dict.fromkeys(names, 7))) for code, names in refusals().items()]
    assert [text for text in told if "{" in text] == []
    assert TEXTS.error(KeyMissing(key="portal.key")).startswith("Нет ключа portal.key")


# ─── The words ───────────────────────────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = {
    "a word of two alphabets": re.compile("[а-яё][a-z]|[a-z][а-яё]", re.IGNORECASE),
    "a Latin letter that stands for a Russian word": re.compile(r"(?<![A-Za-z{])[aceokxyABCEHKMOPTXY](?![A-Za-z}])"),
    "a character that nobody sees": re.compile("[\u00a0\u00ad\u200b-\u200f\u202f\u2060\ufeff]"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_letters_are_those_one_types(what: str) -> None:
    texts = {key: TEXTS(key) for key in KEYS} | {str(p): c.text for p, c in sample_consents().items()}
    assert {key: hit[0] for key, text in texts.items() if (hit := FORBIDDEN[what].search(text))} == {}


DOCUMENTED = [
    ("registration", "main_page", "register", "Зарегистрироваться"),
    ("registration", "main_page", "sign_in", "Войти"),
    ("registration", "consent", "decline_consent", "Нет, я отказываюсь"),
    ("registration", "consent", "accept_consent", "Да, я согласен"),
    ("registration", "gosuslugi.entry", "go_to_gosuslugi.button", "госуслуги"),
    (
        *("registration", "gosuslugi.entry", "go_to_gosuslugi.link"),
        "Нажмите здесь для регистрации с помощью учетной записи портала госуслуг",
    ),
    ("sign_in", "gosuslugi.entry", "go_to_gosuslugi.button", "госуслуги"),
    ("registration", "gosuslugi.first_stage", "cannot_sign_in", "Не удается войти?"),
    ("sign_in", "gosuslugi.sms_code", "sms_not_arriving", "Не приходит смс"),
    ("registration", "gosuslugi.sign_in_help", "contact_support", "обратиться в службу поддержки"),
    ("registration", "gosuslugi.sms_help", "contact_support", "обратиться в службу поддержки"),
    ("portal_password", "absent", "set_password", "сохранить"),
    ("registration", "password_offer", "set_password", "сохранить"),
    ("cabinet", "menu", "open_section.cards", "Мои карты"),
    ("cabinet", "health", "open_section.settings", "настройки"),
    ("cabinet", "settings.overview", "open_section.clinic_rights", "Права клиник"),
    ("cabinet", "health", "open_code_entry.button", "Прикрепление к клинике"),
    ("cabinet", "clinics", "open_code_entry.button", "Ввести код"),
    ("cabinet", "clinics", "add_clinic", "Добавить"),
    ("cabinet", "settings.clinic_rights", "open_code_entry.button", "Ввести код прикрепления"),
    ("cabinet", "settings.clinic_rights", "open_code_entry.plus", "+"),
    ("attachment", "code_entry", "submit_code", "Подключить"),
]


@pytest.mark.parametrize(("flow", "state", "event", "caption"), DOCUMENTED)
def test_the_buttons_are_called_as_in_the_documents(flow: str, state: str, event: str, caption: str) -> None:
    assert TEXTS.button(TEXTS.screen_key(flow, state), event) == caption
    assert event.partition(".")[0] in FLOWS[flow].allowed(state)


SENTENCES = {
    "button.submit_code": "Сохранить",
    "field.set_password.password": "Пароль",
    "field.set_password.repeat": "Повторите пароль",
    "field.submit_code.code": "Введите код прикрепления к клинике",
    "screen.attachment.code_entry.text": "Получите в своей клинике код прикрепления и укажите его, чтобы получать "
    "медицинские данные в личный кабинет.",
    "notice.how_to_get_the_record": "Обратитесь к администраторам клиники за получением вашего персонального кода "
    "прикрепления.\nПри следующем визите в клинику попросите администратора подключить вам личный кабинет.",
    "screen.attachment.attached.text": "Теперь вам доступна выгрузка данных в вашу медкарту.",
    "screen.portal_password.absent.text": "Минимальная длина — 6 символов.",
    "notice.nothing_delivered": "Данные ещё не поступили",
    "refusal.code.not_accepted": "Код не подошёл. Проверьте его или получите новый в клинике",
}


@pytest.mark.parametrize("key", SENTENCES)
def test_the_sentences_of_the_documents_are_there(key: str) -> None:
    assert SENTENCES[key] in TEXTS(key)


# ─── The loader ──────────────────────────────────────────────────────────────────────────────────────────────────────


def catalogue(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_a_hosts_own_texts_go_over_the_shipped_ones(tmp_path: Path, start: str) -> None:
    own = catalogue(tmp_path, start + '[screen.registration]\nregion.title = "Где вы живёте?"\n[error]\nours = "Наше"')
    texts = Texts.russian(own)
    assert texts("screen.registration.region.title") == "Где вы живёте?"
    assert texts("error.ours") == "Наше"
    assert texts("button.register") == TEXTS("button.register")
    assert TEXTS("screen.registration.region.title") == "Выбор региона"


def test_the_flows_share_the_screens_of_gosuslugi_but_where_one_has_its_own() -> None:
    own = Texts({"screen.sign_in.gosuslugi.first.title": "Вход", "screen.sign_in.region.title": "Регион"})
    assert own.screen_key("sign_in", "gosuslugi.first") == "screen.sign_in.gosuslugi.first"
    assert own.screen_key("registration", "gosuslugi.first") == "screen.gosuslugi.first"
    assert own.screen_key("registration", "region") == "screen.registration.region"


def test_a_missing_key_is_named() -> None:
    with pytest.raises(TextMissing, match=r"screen\.registration\.nowhere\.title"):
        TEXTS("screen.registration.nowhere.title")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[button]\nregister = "Начать"\ncancel = Прекратить', "line 3"),
        ("[button]\nregister = 5", r"button\.register is no text in quotes"),
        ('[button]\nregister = ["Начать"]', r"button\.register"),
    ],
)
def test_a_broken_catalogue_says_where(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(CatalogueUnreadable, match=rf"own\.toml.*{reason}") as caught:
        Texts.russian(catalogue(tmp_path, text))
    assert "own.toml" in TEXTS.error(caught.value)


def test_a_catalogue_that_is_not_there_or_is_no_text_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_bytes('[button]\nregister = "Начать"'.encode("cp1251"))
    for name in ("nowhere.toml", "old.toml"):
        with pytest.raises(CatalogueUnreadable, match=name):
            Texts.russian(tmp_path / name)


def test_a_place_that_nobody_fills_stays_visible() -> None:
    texts = Texts({"a": "{clinic}, {person.__class__}, {0}, {, {clinic}"})
    assert texts("a", clinic="{person}", person="x") == "{person}, {person.__class__}, {0}, {, {person}"
    assert texts("a", person="x").startswith("{clinic}, ")


def test_a_text_of_an_events_own_is_filled_with_the_words_of_its_screen() -> None:
    texts = Texts({"confirm.withdraw": "Отозвать право клиники «{clinic}» и {rights}?"})
    shown = {"clinic": "Уральская клиника", "rights": ["read"]}
    assert texts.own("confirm.withdraw", shown) == "Отозвать право клиники «Уральская клиника» и {rights}?"
    assert texts.own("confirm.register", shown) == ""


# ─── What a person reads when something is not right ─────────────────────────────────────────────────────────────────


def test_a_refusal_names_fields_and_reasons_in_russian() -> None:
    refusal = Refusal(code="card.field_invalid", params={"field": "snils", "reason": "snils.format"})
    assert TEXTS.refusal(refusal) == "Проверьте поле «СНИЛС». В СНИЛС одиннадцать цифр."


def test_an_invalid_payload_says_what_is_wrong_with_each_field() -> None:
    with pytest.raises(InvalidPayload) as caught:
        Registration.parse("correct_card", {"changes": {"snils": 5}, "nickname": "Рита"})
    assert TEXTS.error(caught.value).splitlines() == [
        TEXTS("error.invalid_payload"),
        "Проверьте поле «СНИЛС». Здесь должен быть текст.",
        "Проверьте поле «Редакция карты». Заполните это поле.",
        "Такого поля здесь нет.",
    ]


def test_a_problem_nobody_foresaw_has_a_text() -> None:
    assert TEXTS.problem(OpenCodeEntry.name, "by", "url_parsing") == (
        "Проверьте поле «Кнопкой или плюсом». Проверьте это поле."
    )


def test_a_field_is_called_as_closely_as_there_are_words_for_it() -> None:
    labels = {"field.edit.card.phone": "Телефон", "field.edit.card": "Карта", "field.card.snils": "СНИЛС"}
    texts = Texts({"invalid.other": "Не подходит.", "hint.field": "{field}: {problem}"} | labels)
    said = [texts.problem("edit", field, "unforeseen") for field in ("card.phone", "card.snils", "card.email", "other")]
    assert said == ["Телефон: Не подходит.", "СНИЛС: Не подходит.", "Карта: Не подходит.", "Не подходит."]


def test_a_catalogue_without_a_text_for_an_error_is_told_which_one_it_lacks() -> None:
    with pytest.raises(TextMissing, match=r"error\.key_missing"):
        Texts({}).error(KeyMissing(key="portal.key"))


def test_a_refused_start_gives_its_reasons() -> None:
    error = StartRefused("attachment", (Refusal(code="card.unknown"), Refusal(code="entry.mobile_only")))
    assert TEXTS.error(error).splitlines()[1:] == [TEXTS("refusal.card.unknown"), TEXTS("refusal.entry.mobile_only")]


def test_an_error_of_a_hosts_own_reads_as_its_kind() -> None:
    own = type("OurOwnError", (NotAllowedNow,), {})("registration", "region", "register", ())
    assert TEXTS.error(own) == TEXTS("error.not_allowed_now")
    assert TEXTS.error(type("OtherError", (CallerError,), {})()) == TEXTS("error.caller_error")


# ─── The sample consents ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sample_consents_say_in_their_first_line_that_they_are_samples() -> None:
    firsts = {text.text.splitlines()[0] for text in sample_consents().values()}
    assert [first.startswith("ОБРАЗЕЦ") for first in firsts] == [True]
    assert all("152-ФЗ" in text.text and "отозвать" in text.text for text in sample_consents().values())
    assert len({text.sha256 for text in sample_consents().values()}) == 2
