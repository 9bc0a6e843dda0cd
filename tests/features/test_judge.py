"""What the scenarios do is held against what is declared and documented, and what is missing is named."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.library import ask, guards_of, leaves, vectors
from support.library import path as path_of

from registratura.features.drivers.meant import reasons_in
from registratura.features.spec.branches import ListUnreadable, branches_in, documented
from registratura.features.spec.declared import Kind, Thing, declared, effects, refusals
from registratura.features.spec.judge import excuses, findings, shown_in, takes, walks
from registratura.features.spec.ledger import Happened, Ledger, Played, read
from registratura.features.spec.lint import FOLDER
from registratura.features.spec.told import place_of
from registratura.features.spec.words import cited
from registratura.flows.catalogue import FLOWS
from registratura.flows.texts import Texts

# What only a portal between Gosuslugi and a browser can show: the judge reads these from the run over HTTP.
ELSEWHERE = ["features: U11: сценария с этой меткой нет", "features: U13: сценария с этой меткой нет"]

SAID = '[{}]\nquote = ""\nchart = "{}"\nevent = "{}"\nfrom = "{}"\nto = ""\n'
BEGUN = "begin/begin_sign_in/method"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of the features, played in process with every log replayed."""
    file = tmp_path_factory.mktemp("behave") / "build" / "ledger.json"
    settings = [part for setting in ("driver=engine", "verify=yes", f"ledger={file}") for part in ("-D", setting)]
    run = [sys.executable, "-m", "behave", "-f", "null", "--no-summary", *settings, str(FOLDER)]
    done = subprocess.run(run, capture_output=True, text=True, encoding="utf-8", cwd=file.parents[1])
    assert done.returncode == 0, done.stdout + done.stderr
    return file


@pytest.fixture(scope="module")
def ledger(file: Path) -> Ledger:
    return read(file)


def changed(ledger: Ledger, change: Callable[[Played], Played | None]) -> Ledger:
    """The ledger with some of its scenarios changed, or gone."""
    kept = [after for after in map(change, ledger.scenarios) if after is not None]
    return ledger.model_copy(update={"scenarios": tuple(kept)})


def without(ledger: Ledger, thing: Thing) -> Ledger:
    """The ledger without the scenarios that show something."""
    return changed(ledger, lambda played: None if thing in shown_in(played) else played)


def said(*ledgers: Ledger) -> list[str]:
    return [what for what in map(str, findings(ledgers)) if what not in ELSEWHERE]


def test_everything_is_shown(ledger: Ledger) -> None:
    assert [str(finding) for finding in findings([ledger])] == ELSEWHERE


def test_a_deleted_scenario_leaves_its_sentence_unshown(file: Path, ledger: Ledger) -> None:
    poorer = changed(ledger, lambda played: None if "R4" in played.tags else played)
    poorer.write(half := file.with_name("poorer.json"))
    run = [sys.executable, "-m", "registratura.features.spec", str(half)]
    done = subprocess.run(run, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1, done.stderr
    branch = documented()["R4"]
    assert (
        f"features/branches.toml:{branch.line}: R4, {cited(branch.quote)}: сценария с этой меткой нет\n" in done.stdout
    )
    assert "(registration: consent/decline_consent/declined): сценария нет; этого требует R4, «нажать" in done.stdout
    closing = done.stdout.splitlines()[-1]
    assert closing.startswith("Найдено: ")
    assert "registratura spec --drafts ФАЙЛ" in closing
    assert "Лишнюю метку или строку списка уберите." in closing


def test_a_failed_scenario_shows_nothing(ledger: Ledger) -> None:
    def fail(played: Played) -> Played:
        return played.model_copy(update={"status": "failed"}) if "R4" in played.tags else played

    assert any(f": R4, {cited(documented()['R4'].quote)}" in what for what in said(changed(ledger, fail)))


def test_a_tag_on_a_scenario_of_something_else_is_named(ledger: Ledger) -> None:
    def mistake(played: Played) -> Played:
        return played.model_copy(update={"tags": ("R5",)}) if "R4" in played.tags else played

    [wrong] = [what for what in said(changed(ledger, mistake)) if "не показывает R5" in what]
    assert wrong.startswith("features/01_registration.feature:")


def test_a_view_counts_when_somebody_looks(ledger: Ledger) -> None:
    def look_away(played: Played) -> Played:
        return played.model_copy(update={"seen": ()}) if "R3" in played.tags else played

    unseen = said(changed(ledger, look_away))
    assert any("R3, «В открывшемся окне" in what and "этого не показывает" in what for what in unseen)


@pytest.mark.parametrize(
    ("thing", "named"),
    [
        (Thing(Kind.TRANSITION, "cabinet", "menu/open_section/record"), "из «Меню», в «Медкарта»"),
        (Thing(Kind.TRANSITION, "sign_in", "method/choose_gosuslugi/gosuslugi.entry"), "этого требует R27, «авториз"),
        (Thing(Kind.REFUSAL, "patient_card", "card.last"), "отказ «Это единственная карта, её удалить нельзя.»"),
        (Thing(Kind.TIMER, "consent_withdrawal", "term_ended"), "срок «"),
        (Thing(Kind.EFFECT, "attachment", "WarnClinic"), "поручение «Tell a clinic"),
        (Thing(Kind.BUTTON, "sign_in", "gosuslugi.entry/go_to_gosuslugi.link"), "действие «Нажмите здесь для входа"),
        (Thing(Kind.ENTRY, "attachment", "clinics/mobile"), "ввод кода из списка клиник в мобильном приложении"),
    ],
)
def test_what_no_scenario_shows_is_named(thing: Thing, named: str, ledger: Ledger) -> None:
    told = [what for what in said(without(ledger, thing)) if f"({thing.chart}: {thing.id})" in what]
    assert any(named in what and what.startswith(f"{place_of(thing)}: «") for what in told), told


def test_every_place_is_a_line_of_a_file() -> None:
    for thing in declared():
        file, _, line = place_of(thing).partition(":")
        assert 0 < int(line) <= len((FOLDER.parent / file).read_text("utf-8").splitlines())


def test_an_excuse_that_is_not_needed_is_named(ledger: Ledger) -> None:
    shown = Thing(Kind.TRANSITION, "registration", "region/choose_region/main_page")
    gone = Thing(Kind.TRANSITION, "registration", "region/fly/main_page")
    told = [str(finding) for finding in findings([ledger], {**excuses(), shown: False, gone: False})]
    assert any(shown.id in what and "строка лишняя, сценарий есть" in what for what in told)
    assert any(gone.id in what and "строка лишняя, такого больше нет" in what for what in told)


def test_a_driver_that_goes_another_way_is_named(ledger: Ledger) -> None:
    def lose(played: Played) -> Played:
        return played.model_copy(update={"fired": played.fired[1:]}) if "R5" in played.tags else played

    other = changed(ledger, lose).model_copy(update={"driver": "http"})
    [told] = map(str, walks([ledger, other]))
    assert "идёт по-разному; только engine: registration consent/accept_consent/gosuslugi.entry" in told
    assert list(walks([ledger, ledger])) == []


def test_a_page_may_lead_on_to_signing_in_and_to_nothing_else(ledger: Ledger) -> None:
    begun = Happened(chart="sign_in", source="", event="begin_sign_in", target="method", transition=BEGUN)

    def lead_on(played: Played) -> Played:
        return (
            played.model_copy(update={"fired": (*played.fired, begun)}) if {"R26", "R5"} & set(played.tags) else played
        )

    [told] = map(str, walks([ledger, changed(ledger, lead_on)]))
    assert "«Принятое согласие записано и ведёт на Госуслуги» идёт по-разному" in told


def test_only_what_happens_in_the_act_counts(ledger: Ledger) -> None:
    [accepted] = [played for played in ledger.scenarios if "R5" in played.tags]
    assert [happened.transition for happened in accepted.fired] == ["consent/accept_consent/gosuslugi.entry"]
    assert takes(documented()["R5"], accepted)
    assert not takes(documented()["R2"], accepted)


def test_an_act_is_told_whole(ledger: Ledger) -> None:
    [entered] = [played for played in ledger.scenarios if "A8" in played.tags]
    by_chart = {happened.chart: happened for happened in entered.fired}
    assert by_chart["clinic_right"].effects == ("StartExport",)
    assert [(press.chart, press.event) for press in entered.pressed] == [("attachment", "submit_code")]
    [checked] = [played for played in ledger.scenarios if "R20" in played.tags]
    assert [happened.chart for happened in checked.fired] == ["registration", "patient_card"]
    assert [(press.chart, press.event) for press in checked.pressed] == [("registration", "confirm_card")]
    [refused] = [played for played in ledger.scenarios if played.scenario == "Без входа код не вводят"]
    assert [(h.chart, h.transition, h.refusals) for h in refused.fired] == [
        ("attachment", "begin/begin_attachment/refused", ("sign_in_required",))
    ]
    assert refused.seen == ("refusal.sign_in_required",)
    [sent] = [played for played in ledger.scenarios if played.scenario == "Код отправлен"]
    assert [(h.timers, h.effects, h.channel) for h in sent.fired] == [(("expire",), ("DeliverCode",), "web")]


def test_who_is_not_asked_says_why(ledger: Ledger) -> None:
    skipped = [played for played in ledger.scenarios if played.status == "skipped"]
    assert skipped
    assert all(len(played.why) > 30 and not played.fired for played in skipped)


@pytest.mark.parametrize("chart", FLOWS)
def test_the_declared_transitions_are_those_that_the_library_has(chart: str) -> None:
    answers = FLOWS[chart].answers
    found = set()
    for leaf in leaves(answers.chart):
        for event in answers.events(path_of(leaf)):
            guards = answers.guards(path_of(leaf), event)
            for outcomes in vectors(guards):
                if taken := ask(answers.chart, leaf, event, dict(zip(guards, outcomes, strict=True))):
                    target, transition = taken
                    end = "refused" if "refused" in guards_of(transition) else target
                    found.add(f"{path_of(transition.source)}/{event}/{end}")
    ids = {thing.id for thing in declared() if (thing.kind, thing.chart) == (Kind.TRANSITION, chart)}
    assert found
    assert {id for id in ids if not id.startswith("begin/")} == found


def test_every_refusal_of_the_catalogue_is_some_charts() -> None:
    keys, prefix = Texts.russian().keys(), "refusal."
    known = {key.removeprefix(prefix) for key in keys if key.startswith(prefix)}
    # The engine's own: a flow that an event was sent on to could not take it.
    assert known - {"not_possible_now"} == {code for flow in FLOWS.values() for code in refusals(flow)}


def test_what_a_chart_may_say_and_set_off_is_read_from_its_rules() -> None:
    assert refusals(FLOWS["clinic_right"]) == {"delivery.repeated"}
    assert refusals(FLOWS["one_time_code"]) == {
        "attempts.exhausted",
        "one_time_code.too_many",
        "one_time_code.too_soon",
        "one_time_code.wrong",
    }
    assert effects(FLOWS["attachment"]) == {"AlarmSpraying", "WarnClinic"}
    assert effects(FLOWS["cabinet"]) == set()


@pytest.mark.parametrize(
    ("read_list", "content", "what"),
    [
        (branches_in, "[R1]\nquote = 1\n", "Branch quote: Input should be a valid string"),
        (branches_in, "R1 = 1\n", "'[R1]' is not in list"),
        (branches_in, "[R1\n", "Expected ']'"),
        (
            branches_in,
            SAID.format("U1", "sign_in", "submit_password", "password"),
            "U1 (строка 1): номер — это R или A",
        ),
        (
            branches_in,
            SAID.format("R1", "chess", "submit_password", "password"),
            "R1 (строка 1): схемы chess нет. Есть: ",
        ),
        (
            branches_in,
            SAID.format("R1", "sign_in", "fly", "password"),
            "R1 (строка 1): в схеме sign_in нет события fly",
        ),
        (
            branches_in,
            SAID.format("R1", "sign_in", "back", "passwor"),
            "R1 (строка 1): в схеме sign_in нет шага passwor",
        ),
        (reasons_in, "[a\n", "Expected ']'"),
        (reasons_in, "[a]\ntags = []\n", "a.why: Field required"),
        (reasons_in, "a = 1\n", "a: Input should be a valid dictionary"),
        (excuses, "[always.transition.cabinet]\na = 'b'\n", "'always' is neither never nor sometimes"),
        (excuses, "[never.jump.cabinet]\na = 'b'\n", "'jump' is not a valid Kind"),
        (excuses, "never = 1\n", "has no attribute 'items'"),
    ],
)
def test_a_broken_list_is_named(read_list: Callable[[Path], object], content: str, what: str, tmp_path: Path) -> None:
    (file := tmp_path / "list.toml").write_text(content, "utf-8")
    with pytest.raises(ListUnreadable, match=re.escape(str(file))) as raised:
        read_list(file)
    assert what in str(raised.value)


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    (file := tmp_path / "old.json").write_text("[]", "utf-8")
    run = [sys.executable, "-m", "registratura.features.spec", str(file)]
    done = subprocess.run(run, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2
    assert done.stderr.startswith(f"{file}: это не журнал прогона версии 2")


def test_what_to_do_about_two_ways_is_said_and_nothing_if_there_is_one(file: Path, ledger: Ledger) -> None:
    def stand(played: Played) -> Played:
        return played.model_copy(update={"fired": ()}) if "R5" in played.tags else played

    changed(ledger, stand).write(other := file.with_name("other.json"))
    run = [sys.executable, "-m", "registratura.features.spec", "--walks", str(file)]
    two, one = (
        subprocess.run([*run, str(more)], capture_output=True, text=True, encoding="utf-8") for more in (other, file)
    )
    assert two.stdout.splitlines()[-1].startswith("Найдено: 1. Что идёт по-разному, приведите к одному")
    assert "--drafts" not in two.stdout
    assert one.stdout == "У всех драйверов сценарии идут одинаково.\n"


@pytest.mark.parametrize("only", [[], ["--walks"]])
def test_a_ledger_of_other_features_is_refused(only: list[str], file: Path, ledger: Ledger) -> None:
    """Each line is one too far, as if something had been taken out of the features since."""

    def move(played: Played) -> Played:
        return played.model_copy(update={"line": played.line + 1})

    changed(ledger, move).write(stale := file.with_name("stale.json"))
    run = [sys.executable, "-m", "registratura.features.spec", *only, str(file), str(stale)]
    done = subprocess.run(run, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{stale}: ")
    assert "Журнал записан для других файлов, запишите его заново: behave -D ledger=" in done.stderr
