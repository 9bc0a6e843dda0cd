"""What a new release changes, told to product owners: screens, refusals, terms, transitions, scenarios."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from statemachine import State
from support.spec import LEDGER, RELEASE, as_of, lines, played, without

from registratura.features.spec.between import Section, differences
from registratura.features.spec.changes import NOTHING, changes
from registratura.features.spec.declared import transitions
from registratura.features.spec.ledger import Happened, Ledger
from registratura.features.spec.release import Release
from registratura.features.spec.releasing import release
from registratura.features.spec.terms import OTHERS, terms
from registratura.flows.catalogue import FLOWS
from registratura.flows.chart import Chart
from registratura.flows.event import PersonEvent, TimeEvent
from registratura.flows.flow import AnyFlow, Flow
from registratura.flows.record import FlowData
from registratura.flows.settings import Settings
from registratura.flows.sign_in import SignIn, SubmitPassword
from registratura.flows.texts import Texts


class Ask(PersonEvent, title="Задать вопрос"):
    """It begins."""


class Recall(PersonEvent, title="Забрать вопрос"):
    """Never mind."""


class Shelve(PersonEvent, title="Отложить вопрос"):
    """Not now."""


class Forget(TimeEvent, title="Вопрос забыт"):
    """Too late."""


class Before(Chart):
    asked = State("Вопрос задан", initial=True)
    late = State("Ответа нет", final=True)
    closed = State("Вопрос закрыт", final=True)

    recall = asked.to(closed)
    shelve = asked.to(late)
    forget = asked.to(late)


class After(Chart):
    asked = State("Вопрос задан", initial=True)
    late = State("Ответа нет", final=True)
    closed = State("Вопрос закрыт", final=True)

    shelve = asked.to(late)
    forget = asked.to(closed)


def asking(its: type[Chart]) -> AnyFlow:
    class Question(Flow[FlowData]):
        """Вопрос."""

        name = "question"
        chart = its
        data = FlowData
        begins = (Ask,)
        events = (Recall, Shelve, Forget)

    return Question


def strict(chart: type[Chart]) -> AnyFlow:
    """With a rule."""
    flow = asking(chart)
    for rule in SignIn.rules[SubmitPassword]:
        flow.refuses(Forget)(rule)
    return flow


def of(flow: AnyFlow) -> Release:
    return release((flow,))


def test_what_a_release_carries_are_the_charts_own_transitions() -> None:
    for name, flow in FLOWS.items():
        ways = RELEASE.charts[name].ways
        assert {way.id for way in ways} == transitions(flow)
        assert len(ways) == len({way.id for way in ways})


def test_every_period_and_number_of_the_settings_is_carried() -> None:
    there = {id.partition(".")[0] for id in terms(Settings())}
    assert there | OTHERS == {field.name for field in fields(Settings)}
    assert terms(Settings())["lives.registration"].said == "24 часа"


def test_a_removed_transition_and_one_that_leads_elsewhere_are_told() -> None:
    assert lines(differences(of(asking(Before)), of(asking(After)))) == {
        "Шаги и переходы": [
            "Вопрос: «Вопрос задан» — Забрать вопрос → «Вопрос закрыт»: такого перехода больше нет",
            "Вопрос: «Вопрос задан» — Вопрос забыт → «Ответа нет»: теперь ведёт в «Вопрос закрыт»",
        ]
    }


def test_a_new_transition_is_told() -> None:
    said = lines(differences(of(asking(After)), of(asking(Before))))["Шаги и переходы"]
    assert "Вопрос: «Вопрос задан» — Забрать вопрос → «Вопрос закрыт»: новый переход" in said


def test_a_new_refusal_and_one_that_is_gone_are_told() -> None:
    loose, hard = of(asking(Before)), of(strict(Before))
    text = Texts.russian()("refusal.sign_in.failed")
    assert f"Новый отказ «{text}» — «Вопрос»" in lines(differences(loose, hard))["Отказы"]
    assert f"Отказа «{text}» больше нет — «Вопрос»" in lines(differences(hard, loose))["Отказы"]


def test_reworded_texts_are_told_by_what_is_different_in_them(tmp_path: Path) -> None:
    old = Texts.russian()
    refusal = old("refusal.consent.stale")
    (tmp_path / "own.toml").write_text(
        '[screen.registration]\nregion.title = "Ваш регион"\n'
        f'region.text = "{old("screen.registration.region.text")} Потом его можно сменить."\n'
        '[button]\nregister = "Начать"\n[refusal]\n"consent.stale" = "Текст другой."\n',
        encoding="utf-8",
    )
    assert lines(differences(RELEASE, release(texts=Texts.russian(tmp_path / "own.toml")))) == {
        "Экраны и тексты": [
            "Кнопка на любом экране (register): было «Зарегистрироваться», стало «Начать»",
            "Экран «Выбор региона»: текст: добавлено «Потом его можно сменить.»",
            "Экран «Выбор региона» теперь называется «Ваш регион»",
        ],
        "Отказы": [f"Отказ «{refusal}»: было «{refusal}», стало «Текст другой.»"],
    }


def test_a_screen_that_is_new_or_gone_is_told_once() -> None:
    gone = {key: text for key, text in RELEASE.texts.items() if not key.startswith("screen.sign_in.password.")}
    lacking = RELEASE.model_copy(update={"texts": gone})
    title = RELEASE.texts["screen.sign_in.password.title"]
    assert lines(differences(RELEASE, lacking)) == {"Экраны и тексты": [f"Экрана «{title}» больше нет"]}
    assert lines(differences(lacking, RELEASE)) == {"Экраны и тексты": [f"Новый экран «{title}»"]}


def test_changed_terms_are_told() -> None:
    sooner = Settings(lives={"registration": timedelta(hours=12), "sign_in": None}, erasure_term=timedelta(days=3))
    assert lines(differences(RELEASE, release(settings=sooner))) == {
        "Сроки и числа": [
            "Регистрация на портале: сколько процесс ждёт, пока его закончат: было 24 часа, стало 12 часов",
            "Вход в личный кабинет: сколько процесс ждёт, пока его закончат: было 1 час, стало без срока",
            "Отзыв согласия: за сколько данные уничтожат: было 30 дней, стало 3 дня",
        ]
    }


def test_steps_and_events_that_are_called_something_else_are_told() -> None:
    there = RELEASE.charts["registration"]
    other = there.model_copy(
        update={
            "states": there.states | {"region": "Регион"},
            "events": there.events | {"register": "Начать"},
            "version": 2,
        }
    )
    said = lines(differences(RELEASE, RELEASE.model_copy(update={"charts": RELEASE.charts | {"registration": other}})))
    assert said == {
        "Шаги и переходы": [
            "Регистрация на портале: версия схемы была 1, теперь 2",
            "Регистрация на портале: шаг «Выбор региона» теперь называется «Регион»",
            f"Регистрация на портале: событие «{there.events['register']}» теперь называется «Начать»",
        ]
    }


def test_a_chart_that_is_new_or_gone_is_told_once() -> None:
    more = RELEASE.model_copy(update={"charts": RELEASE.charts | of(asking(Before)).charts})
    assert lines(differences(RELEASE, more)) == {"Шаги и переходы": ["Новая схема «Вопрос»"]}
    assert lines(differences(more, RELEASE)) == {"Шаги и переходы": ["Схемы «Вопрос» больше нет"]}


def test_nothing_is_told_of_the_same_release() -> None:
    assert changes(LEDGER, LEDGER).sections == (Section(NOTHING, ()),)


def test_a_scenario_whose_walk_the_new_chart_does_not_have_breaks() -> None:
    new = as_of(without(RELEASE, "registration", "region/choose_region/main_page"))
    said = lines(changes(LEDGER, new).different)
    [line] = said["Сценарии, чей прежний путь больше невозможен"]
    assert line.startswith(
        f"«{played('R1').scenario}» — больше нет перехода Регистрация на портале: «Выбор региона» — "
    )
    assert "Сценарии, которых больше нет" not in said
    failing = new.model_copy(update={"scenarios": (new.scenarios[0].model_copy(update={"status": "failed"}),)})
    assert lines(changes(LEDGER, failing).different)["Сценарии, чей прежний путь больше невозможен"] == [
        line.replace("теперь: прошёл", "теперь: не прошёл")
    ]


def test_a_scenario_whose_refusal_is_no_more_breaks() -> None:
    [happened] = played("R1").fired
    refused = played("R1", (happened.model_copy(update={"refusals": ("consent.stale",)}),))
    old = LEDGER.model_copy(update={"scenarios": (refused,)})
    kept = {key: text for key, text in RELEASE.texts.items() if key != "refusal.consent.stale"}
    said = lines(changes(old, as_of(RELEASE.model_copy(update={"texts": kept}))).different)
    [line] = said["Сценарии, чей прежний путь больше невозможен"]
    assert f"больше нет отказа «{RELEASE.texts['refusal.consent.stale']}»" in line


def attempts(*codes: str) -> Ledger:
    """A run of one scenario, in which a code was given so often at once, and refused like that."""

    def happened(event: str, target: str, *refusals: str) -> Happened:
        transition = f"sent/{event}/{target}"
        did = {"chart": "one_time_code", "source": "sent", "event": event, "target": target, "transition": transition}
        return Happened(**did, refusals=refusals)

    tried = tuple(happened("submit_one_time_code", "refused", code) for code in codes)
    fired = (*tried, happened("attempts_exhausted", "exhausted"))
    return LEDGER.model_copy(update={"scenarios": (played("R1", fired),)})


@pytest.mark.parametrize("by_chance", [(), ("attempts.exhausted",), ("attempts.exhausted",) * 2])
@pytest.mark.parametrize("number", [3, 4, 5])
def test_attempts_at_once_that_overtake_one_another_are_no_other_walk(number: int, by_chance: tuple[str, ...]) -> None:
    one, other = attempts(*["one_time_code.wrong"] * 5), attempts(*["one_time_code.wrong"] * number, *by_chance)
    assert changes(one, other).sections == changes(other, one).sections == (Section(NOTHING, ()),)


def test_a_scenario_that_is_refused_otherwise_goes_another_way() -> None:
    one, other = attempts("one_time_code.wrong"), attempts("one_time_code.too_many")
    [line] = lines(changes(one, other).different)["Изменившиеся сценарии"]
    assert line.endswith("идёт другим путём")
    assert list(lines(changes(one, attempts()).different)) == [
        "Изменившиеся сценарии",
        "Переходы, которых больше никто не показывает",
    ]
