"""`registratura play`: the whole portal at a keyboard, left and taken up again, whatever is typed."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from support.terminal import Run, Typist

from registratura.host.terminal import opening
from registratura.host.terminal.main import main
from registratura.host.terminal.play import run as play_run

REGISTER = ("@Открыть портал", "@Выбрать", "74", "@Зарегистрироваться", "@Да, я согласен", "@госуслуги")
GOSUSLUGI = "@→ Страница Госуслуг"
CODE = (GOSUSLUGI, "@Ввести код", "{sms}")
REGISTERED = (
    *(*REGISTER, GOSUSLUGI, "@Войти по логину", "rita", "rita2000", *CODE),
    *("@Данные верны", "@сохранить", "Sosna7", "Sosna7"),
)
IN_CABINET = ("@Открыть личный кабинет", "@Открыть на сайте")
CODE_ON_PAPER = ("к", "@Уральская клиника", "@Выдать код", "@Алексеева")

Play = Callable[..., str]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The evening's time, which stands still unless a test turns it."""
    now = [datetime.now(UTC)]
    monkeypatch.setattr(play_run, "world", partial(opening.world, clock=lambda: now[0]))
    return now


@pytest.fixture
def play(run: Run, clock: list[datetime], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Play:
    """Type a script; gives all that was printed. The program must end well, and never apologise."""

    def typed(*script: str, hurry: bool = True) -> str:
        typist = Typist(capsys, script)

        def answer(prompt: str = "") -> str:
            if not hurry:
                clock[0] += timedelta(seconds=61)
            return typist(prompt)

        monkeypatch.setattr("builtins.input", answer)
        code = main(["play"])
        printed = typist.printed + "".join(capsys.readouterr())
        assert code == 0, printed
        assert "Простите" not in printed
        assert "Traceback" not in printed
        assert "До свидания! Всё сохранено" in printed
        return printed

    return typed


def stored(tmp_path: Path, flow: str) -> list[str]:
    with closing(sqlite3.connect(tmp_path / "registratura.db")) as connection:
        rows = connection.execute("SELECT state FROM registratura_flows WHERE flow=?", (flow,))
        return sorted(state for (state,) in rows)


def test_registration_is_left_at_every_page_and_taken_up_there(play: Play, tmp_path: Path, run: Run) -> None:
    for choice in REGISTER:
        printed = play(*((choice, "74") if choice == "@Выбрать" else () if choice == "74" else (choice,)))
    assert stored(tmp_path, "registration") == ["gosuslugi.first_stage"]
    printed = play(*REGISTERED[len(REGISTER) :])
    assert "С возвращением!" in printed
    assert "Вы зарегистрированы" in printed
    assert stored(tmp_path, "registration") == ["registered"]
    assert "Вы зарегистрированы" in play()
    assert run("flows", "verify").code == 0


def test_from_the_region_to_the_documents_and_back(play: Play, tmp_path: Path, run: Run) -> None:
    play(*REGISTERED)
    printed = play(
        *(*IN_CABINET, *CODE_ON_PAPER, "@Прикрепление к клинике", "@Подключить", "12-3", "{paper}", "@← Вернуться"),
        *("@Медкарта", "@Права клиник", "@Право: Уральская клиника", "@Отозвать право", "нет", "@Отозвать право", "да"),
        "@← Вернуться",
    )
    words = " ".join(printed.split())
    assert "Попытка не засчитана" in printed
    assert "Общий анализ крови — Уральская клиника (Алексеева Маргарита Викторовна)" in words
    whose, day = "Уральская клиника \\(Алексеева Маргарита Викторовна\\): право", r"\d\d\.\d\d\.\d{4}"
    assert re.search(f"{whose} действует, дано {day}, документов: 2", words)
    assert re.search(f"{whose} отозвано {day}, дано {day}, документов: 2", words)
    assert "понадобится новый код" in words
    assert "Право отозвано" in words
    assert stored(tmp_path, "clinic_right") == ["withdrawn"]
    printed = play(
        *("@Выйти", "@Выйти из учётной записи", "@Войти в личный кабинет", "@Войти по логину и паролю"),
        *("@Войти  (Логин", "8 900 000-00-01", "wrong", "@Войти  (Логин", "margarita@example.ru", "Sosna7"),
        *("@Открыть личный кабинет",),
    )
    assert "Логин или пароль не подошли" in printed
    assert stored(tmp_path, "sign_in") == ["signed_in"]
    assert run("flows", "verify").code == 0


def test_cards_password_and_consent_in_the_cabinet(play: Play, tmp_path: Path) -> None:
    play(*REGISTERED)
    printed = play(
        *(*IN_CABINET, "@Мои карты", "@Добавить карту близкого", "да"),
        *("Алексеев", "", "", "15.05.2016", "", "", "", "", ""),
        *("Алексеев", "Миша", "", "15.05.2016", "1", "", "", "", "", "@Исправить", "3", "Иванович", ""),
        *("@Данные верны", "@Удалить карту", "нет", "@← Вернуться", "@Карта: Алексеева", "@Удалить карту", "да"),
        *("@← Вернуться", "@Пароль", "@Задать или сменить", "@сохранить", "Sosna7", "Klen42x", "Klen42x"),
        *("@← Вернуться", "@настройки", "@Отозвать согласие", "да"),
    )
    assert "Поле «Имя» обязательно" in " ".join(printed.split())
    assert "Отчество           Иванович" in printed
    assert stored(tmp_path, "patient_card") == ["confirmed", "deleted"]
    assert stored(tmp_path, "consent_withdrawal") == ["requested"]


def test_an_sms_that_does_not_come_until_support_is_asked(play: Play, tmp_path: Path) -> None:
    printed = play(
        *(*REGISTER, GOSUSLUGI, "@Войти по логину", "pyotr", "wrong", "@Войти иным способом", "@Иванов"),
        *(
            "@Не приходит смс",
            "@обратиться в службу поддержки",
            "@→ Написать в поддержку",
            "нет СМС",
            "@Назад",
            "@Назад",
        ),
        *(GOSUSLUGI, "@Прислать код ещё раз", "@Ввести код", "{sms}", "@Данные верны", "@Продолжить без пароля"),
        hurry=False,
    )
    assert "Логин или пароль Госуслуг не подошли" in printed
    assert "+7 (908) 000-00-12: СМС нет" in printed
    assert "Обращение № 1 принято" in printed
    assert stored(tmp_path, "registration") == ["registered"]


def test_an_account_that_is_confirmed_later_and_lacks_a_date(play: Play, tmp_path: Path) -> None:
    printed = play(
        *(*REGISTER, GOSUSLUGI, "@Войти по логину", "olga", "olga1988", *CODE, "@→ Подтвердить учётную запись"),
        *("@Попробовать ещё раз", "@госуслуги", GOSUSLUGI, "@Войти по логину", "olga", "olga1988", *CODE),
        *("@Данные верны", "@Исправить", "4", "21.11.1988", "", "@Данные верны"),
        hurry=False,
    )
    assert "ещё не подтверждена" in printed
    assert "Поле «Дата рождения» обязательно" in " ".join(printed.split())
    assert stored(tmp_path, "registration") == ["password_offer"]


def test_gosuslugis_page_is_gone_after_a_pause_and_can_be_opened_anew(play: Play, tmp_path: Path) -> None:
    play(*REGISTER, GOSUSLUGI, "@Войти по логину", "rita", "rita2000")
    assert stored(tmp_path, "registration") == ["gosuslugi.sms_code"]
    printed = play(GOSUSLUGI, "@Начать вход заново")
    assert "прервался: начните его заново" in printed
    assert stored(tmp_path, "registration") == ["gosuslugi.entry"]


def test_guesses_lock_and_time_opens(play: Play, clock: list[datetime], tmp_path: Path) -> None:
    play(*REGISTERED, *IN_CABINET, "@Прикрепление к клинике")
    printed = play(*("@Подключить", "11111111") * 5)
    assert "Слишком много попыток" in printed
    assert stored(tmp_path, "attachment") == ["locked"]
    clock[0] += timedelta(minutes=2)
    assert "@" not in play(*CODE_ON_PAPER, "@Подключить", "{paper}")
    assert stored(tmp_path, "attachment") == ["attached"]


def test_the_desk_reissues_revokes_and_delivers(play: Play, tmp_path: Path) -> None:
    desk = ("к", "@Уральская клиника")
    printed = play(
        *(*desk, "@Передать документ", *desk, "@Отозвать код", *CODE_ON_PAPER),
        *(*desk, "@Выдать новый код взамен", "@Алексеева", *desk, "@Отозвать код", "@Алексеева"),
    )
    assert "ещё не дал этой клинике права" in printed
    assert "Неиспользованных кодов у этой клиники нет" in printed
    assert stored(tmp_path, "attachment_code") == ["revoked", "revoked"]
    attached = ("@Прикрепление к клинике", "@Подключить", "{paper}", "@← Вернуться")
    printed = play(
        *(*REGISTERED, *IN_CABINET, *CODE_ON_PAPER, *attached, *desk, "@Передать документ", "Выписка", "@Медкарта")
    )
    assert "Передано пациентам: 1." in printed
    assert "Выписка — Уральская клиника" in printed


ODD = (
    *("", "0", "-1", "99", "1e3", "٣", "１", "1" * 5000, "[bold]1[/bold]", "'; DROP TABLE registratura_log; --"),
    *("\x00", "\x1b[2J", "\udcff", "😀", "ё" * 10_000, "{0}", "%s", "\\", "да", "Q1"),
)


@pytest.mark.parametrize("before", [(), REGISTER[:1], (*REGISTER[:1], "@Выбрать"), (*REGISTER, GOSUSLUGI)])
def test_whatever_is_typed_the_portal_asks_again(play: Play, tmp_path: Path, before: tuple[str, ...]) -> None:
    play(*before, *ODD)
    assert stored(tmp_path, "registration") == {0: [], 1: ["region"], 2: ["region"]}.get(
        len(before), ["gosuslugi.first_stage"]
    )


def test_odd_words_in_forms_are_refused_in_russian(play: Play, tmp_path: Path) -> None:
    play(*REGISTERED, *IN_CABINET, "@Мои карты", "@Карта: Алексеева")
    for odd in ("\udcff", "\x00", "😀", "1" * 5000, "[red]"):
        for number in ("7", "3"):
            printed = play("@Исправить", number, odd, "")
            assert printed.count("✗") == 1, printed
    assert stored(tmp_path, "patient_card") == ["confirmed"]


def test_a_place_that_cannot_be_read_or_found_costs_only_the_place(play: Play, tmp_path: Path) -> None:
    place = tmp_path / "registratura.play.json"
    play(*REGISTER[:3])
    assert place.stat().st_mode & 0o077 == 0
    for broken in ("", "{", "[]", '{"session": 5}', json.dumps({"session": "x", "path": ["nowhere"]})):
        place.write_text(broken, encoding="utf-8")
        assert "@Открыть портал"[1:] in play()
    assert stored(tmp_path, "registration") == ["main_page"]


def test_a_stranger_does_not_see_the_page(play: Play, tmp_path: Path) -> None:
    play(*REGISTER[:3])
    place = json.loads((tmp_path / "registratura.play.json").read_text("utf-8"))
    (tmp_path / "registratura.play.json").write_text(json.dumps({**place, "session": "другая"}), encoding="utf-8")
    assert "Прежней страницы в этой базе нет" in play()


@pytest.mark.parametrize("leave", ["в", "ВЫХОД", "q"])
def test_one_leaves_by_a_word(play: Play, leave: str) -> None:
    assert "До свидания" in play(leave, "never typed")


def test_ctrl_c_is_a_goodbye(run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(prompt: str = "") -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    assert main(["play"]) == 0
    assert "До свидания! Всё сохранено" in capsys.readouterr().out


def test_it_reads_from_a_pipe(run: Run) -> None:
    piped = run("play", typed="1\n1\n74\n")
    assert piped.code == 0
    assert "Главная страница портала" in piped.out
