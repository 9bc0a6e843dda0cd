"""Drafts: for every transition a scenario of the steps' own sentences, which runs when it is pasted and shows it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from support.drafts import pasted
from support.spec import LEDGER

from registratura.features.cast import Person
from registratura.features.spec.declared import Kind as Sort
from registratura.features.spec.declared import declared
from registratura.features.spec.drafts.command import uncovered
from registratura.features.spec.drafts.grammar import SLOT, field_in, name_in, slots, spoken, subject
from registratura.features.spec.drafts.make import Drafts
from registratura.features.spec.drafts.search import Goal
from registratura.features.spec.drafts.vocabulary import ALONE, FAMILY, Kind, People, Said, about, sentences, steps
from registratura.features.spec.drafts.writing import Draft, feature
from registratura.features.spec.judge import excuses, shown_in
from registratura.features.spec.ledger import Played
from registratura.features.spec.sources import Step, features
from registratura.features.stage import ABOUT
from registratura.features.terminal import main
from registratura.features.words import FIELDS
from registratura.flows.catalogue import FLOWS
from registratura.flows.event import Origin

KINDS: dict[str, Kind] = {"Дано": "given", "Когда": "when", "Тогда": "then"}
# What no draft shows, and why.
UNDRAFTED = {
    ("sign_in", "gosuslugi/identity_confirmed/ambiguous_card"): "Three preparations beside the way: too far to look.",
    (
        "patient_card",
        "differs/take_new/refused",
    ): "The consent is withdrawn on the way, when the question is there already.",
}
# What a person may say in more than one way, or with more than one name in the nominative.
FREE = {
    "Маргарита снова вошла в личный кабинет",
    "Ольга снова вошла в личный кабинет",
    "за Мишу согласилась Ольга",
    "у Маргариты осталось 5 попыток",
}
FORMATTER = Path(sys.executable).with_name("behave-format")
EVENTS = {event for flow in FLOWS.values() for event in flow.by_name}


def transitions() -> list[Goal]:
    """Those that a scenario can show."""
    things = sorted(thing for thing in declared() if thing.kind is Sort.TRANSITION and thing not in excuses())
    return [Goal(thing.chart, thing.id) for thing in things]


def test_every_transition_has_a_draft_that_runs_and_shows_it(tmp_path: Path) -> None:
    drafts = Drafts()
    made = [drafts.of(goal) for goal in transitions()]
    assert {draft.goal[:2] for draft in made if draft.plan is None} == set(UNDRAFTED)
    played = {scenario.scenario: scenario for scenario in pasted(feature("Проба", made), tmp_path).scenarios}
    written = [draft for draft in made if draft.plan]
    assert len(played) == len(written) > 290
    assert [draft.goal for draft in written if not draft.goal.is_in(played[draft.title].fired)] == []


@pytest.mark.skipif(not FORMATTER.exists(), reason="behave-format is not installed: it comes with the checks")
def test_a_draft_is_formatted_as_features_are(tmp_path: Path) -> None:
    file = tmp_path / "drafts.feature"
    made = [Drafts().of(goal) for goal in transitions()[:3]]
    made.append(Draft(Goal("registration", "a/b/c"), None, notes=("Чего не хватает.",)))
    file.write_text(feature("Проба", made), encoding="utf-8")
    assert subprocess.run([FORMATTER, "--check", file], check=False).returncode == 0


def test_what_scenarios_show_needs_no_draft() -> None:
    [goal, *others] = transitions()
    assert goal in uncovered(LEDGER)
    shown = next(thing for played in LEDGER.scenarios for thing in shown_in(played) if thing.kind is Sort.TRANSITION)
    assert Goal(shown.chart, shown.id) not in uncovered(LEDGER)
    failed = LEDGER.model_copy(update={"scenarios": tuple(map(_failed, LEDGER.scenarios))})
    assert set(uncovered(failed)) == {goal, *others}


def _failed(played: Played) -> Played:
    return played.model_copy(update={"status": "failed"})


@pytest.mark.parametrize(("kind", "event"), [("when", "close_consent"), ("then", "registration")])
def test_what_cannot_be_drafted_says_which_sentence_is_missing(
    kind: str, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(of: Kind, people: People, *names: str) -> tuple[Said, ...]:
        return tuple(said for said in about(of, people, *names) if of != kind or event not in said.about)

    for module in ("make", "search", "outcome"):
        monkeypatch.setattr(f"registratura.features.spec.drafts.{module}.about", silent)
    goal = Goal("registration", "consent/close_consent/main_page")
    lines = feature("Проба", [Drafts().of(goal)]).splitlines()
    assert lines[-1] == "Функция: Проба"
    assert lines[-3] == "# registration consent/close_consent/main_page"
    assert f'добавьте шаг @{kind}(…, "{event}").' in lines[-2]


def test_the_sentences_of_the_features_are_said_in_the_same_words() -> None:
    """Case, gender and number: what a person wrote, with the names taken out, is said so again."""
    written = {
        (kind, step.text)
        for file in features()
        for rule in file.rules
        for scenario in rule.scenarios
        for kind, step in _kinds(scenario.steps)
        if "<" not in step.text
    }
    assert len(written) > 450
    assert {text for kind, text in written if text not in _said_again(kind, text)} == FREE


def _kinds(several: Sequence[Step]) -> Iterator[tuple[Kind, Step]]:
    kind: Kind = "given"
    for step in several:
        kind = KINDS.get(step.keyword, kind)
        yield kind, step


def _said_again(kind: Kind, text: str) -> list[str]:
    step = next(step for step in steps()[kind] if step.match(text))
    said = step.pattern
    arguments = step.match(text).arguments
    for name, argument in zip(slots(step.pattern), arguments, strict=True):
        before, _, after = said.partition(f"{{{name}}}")
        value = argument.original
        if name == "person":
            value = name_in(argument.value, before, after)
        elif name == "field":
            value = field_in(FIELDS[value], before)
        said = SLOT.sub(lambda hit, value=value: value, said, count=1)
    people = [argument.value for argument in arguments if isinstance(argument.value, Person)]
    return list(spoken(said, subject(step.pattern, people)))


def test_what_a_sentence_says_it_is_about_there_is() -> None:
    steps()
    unknown = {
        name
        for (kind, _), names in ABOUT.items()
        for name in names
        if name not in (FLOWS if kind == "then" else EVENTS)
    }
    assert unknown == set()


def test_whatever_people_and_gateways_do_can_be_said() -> None:
    said = {name for people in (ALONE, FAMILY) for one in sentences("when", people) for name in one.about}
    told = {name for people in (ALONE, FAMILY) for one in sentences("then", people) for name in one.about}
    assert [name for name in sorted(EVENTS - said) if not _of_time(name)] == []
    assert told >= set(FLOWS)


def _of_time(name: str) -> bool:
    return any(name in flow.by_name and flow.by_name[name].origin is Origin.TIME for flow in FLOWS.values())


def test_drafts_are_written_into_a_new_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, file = tmp_path / "ledger.json", tmp_path / "drafts.feature"
    file.write_text("чья-то работа", encoding="utf-8")
    LEDGER.write(ledger)
    assert main(["spec", "--ledger", str(ledger), "--drafts", str(file)]) == 1
    assert "уже есть" in capsys.readouterr().err
    assert file.read_text("utf-8") == "чья-то работа"
