"""The page for product owners: whole, right, readable from a disk, and never half written."""

import re
from pathlib import Path

import pytest
from support.spec import LEDGER, RELEASE, Page, passed, played, skipped

from registratura.features.spec import page as pages
from registratura.features.spec.branches import EXPECTED, documented
from registratura.features.spec.changes import changes
from registratura.features.spec.charts import chart_parts
from registratura.features.spec.declared import transitions
from registratura.features.spec.drawing import dot_of
from registratura.features.spec.ledger import Happened, Ledger
from registratura.features.spec.page import Given, page, write
from registratura.features.spec.results import LedgerOfOthers, Result, results
from registratura.features.spec.sources import FOLDER, SourceUnreadable, features
from registratura.flows.catalogue import FLOWS
from registratura.flows.texts import Texts

AWAY = re.compile(r"""(?:src|href|action|data)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?!data:)|@import""")


@pytest.fixture(scope="module")
def text() -> str:
    return page(Given(LEDGER))


@pytest.fixture(scope="module")
def made(text: str) -> Page:
    return Page(text)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that a test makes for itself need no drawings, which take their time."""
    monkeypatch.setattr(pages, "drawings", lambda charts: {})


def test_every_sentence_stands_there_with_its_words_and_scenarios(made: Page) -> None:
    for number, branch in documented().items():
        row = made.text_of(number)
        assert branch.quote in row
        assert made.links_of(number), number
    assert [number for number in EXPECTED if number not in made.ids] == []


def test_a_sentence_leads_to_the_steps_of_its_scenario(made: Page) -> None:
    [scenario] = [link for link in made.links_of("R15") if link.startswith("#s/")]
    steps = made.text_of(scenario.removeprefix("#"))
    assert "Когда Маргарита сообщает, что СМС не приходит Тогда Маргарита на шаге «Помощь: не приходит СМС»" in steps


@pytest.mark.parametrize("name", FLOWS)
def test_every_transition_has_a_row(made: Page, name: str) -> None:
    for id in transitions(FLOWS[name]):
        assert f"t/{name}/{id}" in made.ids


def test_every_link_leads_somewhere(made: Page) -> None:
    assert made.links
    assert sorted({link for link in made.links if link.removeprefix("#") not in made.ids}) == []


def test_no_place_is_named_twice(made: Page) -> None:
    assert sorted(id for id in made.ids if made.ids[id] > 1) == []


def test_nothing_is_loaded_from_anywhere(text: str) -> None:
    assert AWAY.findall(text) == []


@pytest.mark.parametrize("link", ['<img src="//a.b/c">', '<a href="https://a.b">', "url(a.png)", "@import 'a'"])
def test_what_would_be_loaded_is_seen(link: str) -> None:
    assert AWAY.search(link)


def test_what_is_shown_and_what_is_not_is_told_in_words(made: Page) -> None:
    shown, silent = "t/registration/region/choose_region/main_page", "t/registration/main_page/cancel/cancelled"
    assert "✓" in made.text_of(shown)
    assert "✗" in made.text_of(silent)
    assert "сценария нет" in made.text_of(silent)
    assert "✓ показано" in made.text_of("R1")
    assert "✗ не показано" in made.text_of("R2")
    assert "R2" in made.text_of("lacks")


@pytest.mark.usefixtures("undrawn")
def test_a_sentence_whose_scenario_does_something_else_is_not_shown() -> None:
    ledger = Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(played("R1", fired=()),))
    assert "✗ не показано" in Page(page(Given(ledger))).text_of("R1")


@pytest.mark.usefixtures("undrawn")
def test_a_scenario_with_a_tag_that_shows_something_else_is_called_so() -> None:
    stray = played("R1", fired=played("R4").fired)
    made = Page(page(Given(Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(stray,)))))
    assert f"Метка есть, а показывает другое: {stray.scenario}" in made.text_of("R1")
    assert "✓" not in made.text_of("R1")
    assert stray.scenario in made.text_of("lacks")


@pytest.mark.usefixtures("undrawn")
def test_what_a_driver_does_not_know_of_its_scenario_is_not_held_against_it() -> None:
    silent = played("R1", fired=()).model_copy(update={"seen": ()})
    made = page(Given(Ledger(release=RELEASE, driver="mine:Driver", settings={}, scenarios=(silent,))))
    assert "показывает другое" not in Page(made).text_of("R1")


@pytest.mark.usefixtures("undrawn")
def test_a_scenario_in_which_it_is_refused_is_no_stray() -> None:
    [did] = played("R4").fired
    refused = did.model_copy(update={"target": did.source, "transition": f"{did.source}/{did.event}/refused"})
    ledger = Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(played("R4", fired=(refused,)),))
    made = Page(page(Given(ledger))).text_of("R4")
    assert "✗ не показано" in made
    assert "показывает другое" not in made


@pytest.mark.usefixtures("undrawn")
def test_a_failed_scenario_stands_first_and_shows_nothing() -> None:
    failed = played("R1").model_copy(update={"status": "failed", "why": "Тогда: <b>не то</b>"})
    made = Page(page(Given(Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(failed,)))))
    assert "Тогда: <b>не то</b>" in made.text_of("lacks")
    assert "✗ не показано" in made.text_of("R1")


@pytest.mark.usefixtures("undrawn")
def test_a_scenario_of_another_run_is_no_gap() -> None:
    made = Page(page(Given(skipped("R1", "Только по сети."))))
    assert "показывает другой прогон" in made.text_of("R1")
    assert "Только по сети." in made.text_of("lacks")


@pytest.mark.usefixtures("undrawn")
def test_what_a_run_did_not_play_is_said_with_the_run_that_plays_it() -> None:
    every = [result.scenario for result in results(features(), LEDGER).all]
    silent = next(scenario for scenario in every if "use.with_progress=no" in scenario.tags)
    online = next(scenario for scenario in every if "use.with_driver=http" in scenario.tags and not scenario.examples)
    assert [Result(scenario, {}).settings for scenario in (silent, online)] == [" -D progress=no", " -D driver=http"]
    said = Page(page(Given(LEDGER))).text_of("lacks")
    assert "behave -D ledger=ФАЙЛ" in said
    assert "behave -D progress=no -D ledger=ФАЙЛ" in said


def test_quotations_in_quotations_have_marks_of_their_own(made: Page) -> None:
    assert re.findall(r"«[^»\n]*«[^\n]*", made.text) == []
    assert "„Мои карты“" in made.text_of("R18")
    assert "нажать кнопку „Зарегистрироваться“»" in made.text_of("lacks")


def test_a_sentence_is_retold_with_a_capital_letter(made: Page) -> None:
    assert [row for row in map(made.text_of, documented()) if re.search(r"\. [а-яё]", row)] == []


def test_refusals_and_screens_stand_there_as_people_read_them(made: Page) -> None:
    texts = Texts.russian()
    whole = " ".join(made.text.split())
    for key in sorted(texts.keys()):
        if key.startswith("refusal."):
            assert " ".join(texts(key).split()) in whole
    assert "Вот что обычно помогает: Подождите несколько минут" in made.text_of("v/registration/gosuslugi.sms_help")


@pytest.mark.usefixtures("undrawn")
def test_screens_that_no_scenario_reads_are_counted_and_called_so() -> None:
    reads = played("R1").model_copy(update={"seen": ("screen.registration.main_page",)})
    made = Page(page(Given(Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(reads,)))))
    every = sum(id.startswith("v/") for id in made.ids)
    assert f"Таких экранов 1 из {every}." in made.text_of("texts")
    assert reads.scenario in made.text_of("v/registration/main_page")
    assert "Этот экран ни один сценарий не читает." in made.text_of("v/registration/consent")
    assert "сценария нет" not in made.text_of("v/registration/consent")


def test_every_link_of_a_drawing_says_what_happens(text: str) -> None:
    if "<svg" not in text:
        pytest.skip("Graphviz не найден: рисунков на странице нет")
    said = re.findall(r'<a href="#t/\w+/[^/]*/(\w+)/[^"]*" aria-label="([^"]*)"', text)
    titles = {name: kind.title() for flow in FLOWS.values() for name, kind in flow.by_name.items()}
    assert said
    assert [label for event, label in said if not label.startswith(f"{titles[event]}: ")] == []


def test_what_leads_back_into_its_own_box_is_no_loop_at_one_step() -> None:
    charts = {part.name: part for part in chart_parts(results(features(), LEDGER))}
    dot = dot_of(FLOWS["registration"], charts["registration"].rows)
    assert "Госуслуги не<BR" in dot
    assert '"gosuslugi.entry" -> "gosuslugi.entry"' not in dot


def test_without_graphviz_the_page_is_whole(monkeypatch: pytest.MonkeyPatch, made: Page) -> None:
    monkeypatch.setattr("registratura.features.spec.drawing.shutil.which", lambda name: None)
    bare = Page(page(Given(LEDGER)))
    assert "<svg" not in bare.source
    assert set(bare.ids) == set(made.ids)


@pytest.mark.usefixtures("undrawn")
def test_since_an_older_run_what_changed_is_said() -> None:
    before = passed("R1", "R2")
    other = played("R1", fired=()).model_copy(update={"when": "Маргарита делает иное"})
    after = Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(other, played("R4")))
    said = Page(page(Given(after, changes=changes(before, after)))).text_of("changes")
    assert "Новые сценарии: 1" in said
    assert "Сценарии, которых больше нет: 1" in said
    assert "теперь: «Маргарита делает иное»" in said
    assert "Переходы, показанные впервые: 1" in said
    assert "Отказаться от согласия" in said
    assert "Переходы, которых больше никто не показывает: 2" in said


@pytest.mark.usefixtures("undrawn")
def test_since_the_same_run_nothing_changed() -> None:
    assert "Ничего" in Page(page(Given(LEDGER, changes=changes(LEDGER, LEDGER)))).text_of("changes")


@pytest.mark.usefixtures("undrawn")
def test_since_a_run_of_a_chart_that_is_gone() -> None:
    gone = Happened(chart="fax", source="", event="send", target="sent", transition="begin/send/sent")
    before = Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(played("R1", fired=(gone,)),))
    assert "fax: begin/send/sent" in Page(page(Given(LEDGER, changes=changes(before, LEDGER)))).text_of("changes")


def test_a_ledger_of_other_files_is_refused(tmp_path: Path) -> None:
    strange = played("R1").model_copy(update={"line": 1})
    with pytest.raises(LedgerOfOthers, match=r"^01_registration\.feature:1: .*запишите его заново"):
        write(
            Given(Ledger(release=RELEASE, driver="engine", settings={}, scenarios=(strange,))), tmp_path / "spec.html"
        )
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "spec.html"
    out.write_text("прежняя")
    monkeypatch.setattr(pages, "sentences", lambda results: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(Given(LEDGER), out)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("spec.html", "прежняя")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# language: ru\nФункция: Проба\n  Правило: Одно\n    Сценарий: А\n      Дано да\n      Чепуха\n", 6),
        ("# language: ru\nСценарий: Без функции\n", 2),
        ("# language: ru\n", 2),
    ],
)
def test_a_feature_that_does_not_parse_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "01_broken.feature").write_text(text, encoding="utf-8")
    with pytest.raises(SourceUnreadable, match=rf"^01_broken\.feature:{line}: .*Исправьте"):
        features(tmp_path)


def test_a_feature_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "01_broken.feature").write_bytes("Функция: Проба".encode("cp1251"))
    with pytest.raises(SourceUnreadable, match="UTF-8"):
        features(tmp_path)


def test_every_scenario_of_the_files_stands_there(made: Page) -> None:
    scenarios = [s for file in features() for rule in file.rules for s in rule.scenarios]
    assert len(scenarios) == sum(
        len(re.findall(r"^\s*(?:Сценарий|Структура сценария):", file.read_text("utf-8"), re.MULTILINE))
        for file in FOLDER.glob("*.feature")
    )
    assert [s.name for s in scenarios if f"s/{s.file.removesuffix('.feature')}/{s.line}" not in made.ids] == []
