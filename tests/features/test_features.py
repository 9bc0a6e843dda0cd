"""The features beside the branches they have to show, the rules for writing them, and what they really fire."""

import subprocess
import sys

import pytest
from support.specification import BRANCHES, FEATURES, FOLDER, doubled_names, offences, scenarios_in

from registratura.features.spec.ledger import Happened, Played, read

# Expected, and not documented. U57 needs two releases and comes with them.
EXPECTED = {f"U{number}" for number in range(1, 69)} - {"U57"}
DOCUMENTED = {f"R{number}" for number in range(1, 32)} | {f"A{number}" for number in range(1, 19)}

TAGS = {tag for text in FEATURES.values() for scenario in scenarios_in(text) for tag in scenario.tags}

GOOD = """# language: ru
Функция: Проба
  Описание.

  Правило: Правило

    @R1
    Сценарий: Всё в порядке
      Дано Маргарита дома
      Когда Маргарита выходит
      Тогда Маргарита на улице
"""


def test_the_list_of_branches_is_whole() -> None:
    assert set(BRANCHES) == DOCUMENTED


def test_every_branch_has_a_scenario() -> None:
    assert not (DOCUMENTED | EXPECTED) - TAGS


def test_no_tag_is_unknown() -> None:
    assert not TAGS - DOCUMENTED - EXPECTED


@pytest.mark.parametrize("name", FEATURES)
def test_features_keep_the_rules(name: str) -> None:
    assert offences(FEATURES[name]) == []


def test_no_two_scenarios_have_one_name() -> None:
    assert doubled_names() == []


def test_a_good_feature_is_let_through() -> None:
    assert offences(GOOD) == []
    assert [scenario.tags for scenario in scenarios_in(GOOD)] == [("R1",)]


@pytest.mark.parametrize(
    ("good", "bad", "offence"),
    [
        ("Функция:", "Свойство:", "keyword Свойство"),
        ("  Правило: Правило\n", "", "Всё в порядке: outside a rule"),
        ("Тогда Маргарита на улице", "Тогда да\n      Когда Маргарита бежит", "Всё в порядке: 2 times «Когда»"),
        ("      Когда Маргарита выходит\n", "", "Всё в порядке: 0 times «Когда»"),
        ("      Тогда", "      И Маргарита бежит\n      Тогда", "Всё в порядке: «Тогда» does not follow «Когда»"),
        ("на улице\n", "на улице\n" + "      И да\n" * 5, "Всё в порядке: 8 steps"),
        ("      Дано", "      Допустим", "Всё в порядке: step begins with Допустим "),
        ("Описание.", "Описание.\n  Если дождь.", "stray line: Если"),
        ("дома", "до\N{LATIN SMALL LETTER M}а", "two alphabets in one word: оm"),
        ("Маргарита дома", "Маргарита\N{NO-BREAK SPACE}дома", "character '\\xa0'"),
    ],
)
def test_each_rule_sees_what_breaks_it(good: str, bad: str, offence: str) -> None:
    assert good in GOOD
    assert offence in offences(GOOD.replace(good, bad, 1))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, ...]:
    """What each scenario fired while *Когда* ran, in process and with every log replayed."""
    file = tmp_path_factory.mktemp("behave") / "ledger.json"
    settings = [part for setting in ("driver=engine", "verify=yes", f"ledger={file}") for part in ("-D", setting)]
    run = [sys.executable, "-m", "behave", "-f", "null", "--no-summary", *settings, str(FOLDER)]
    done = subprocess.run(run, capture_output=True, text=True, encoding="utf-8", cwd=file.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return read(file).scenarios


@pytest.mark.parametrize("branch", [name for name, known in BRANCHES.items() if "event" in known])
def test_a_documented_branch_happens(branch: str, ledger: tuple[Played, ...]) -> None:
    known = BRANCHES[branch]
    fired = [entry for scenario in ledger if branch in scenario.tags for entry in scenario.fired]
    assert any(_is(known, entry) for entry in fired), f"{known}; fired: {fired}"


def test_no_branch_is_taken_for_another(ledger: tuple[Played, ...]) -> None:
    """A scenario of another branch does not pass for this one: the ledger tells events and states apart."""
    declined = [entry for scenario in ledger if "R4" in scenario.tags for entry in scenario.fired]
    assert not any(_is(BRANCHES["R5"], entry) for entry in declined)


def _is(branch: dict[str, str], entry: Happened) -> bool:
    return (
        (branch["chart"], branch["event"]) == (entry.chart, entry.event)
        and _within(entry.source, branch["from"])
        and _within(entry.target, branch["to"])
        and not entry.transition.endswith("/refused")
    )


def _within(state: str, named: str) -> bool:
    """A branch may name a compound state."""
    return state == named or state.startswith(f"{named}.")
