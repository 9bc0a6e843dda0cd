"""The runner itself: it kills what a test notices, finds what none does, and says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mutation.judging import KILLED, SURVIVED, UNSEEN, Verdict
from mutation.operators import mutants
from mutation.report import LISTED as LIST
from mutation.report import Place, complaints, listed

TESTS = Path(__file__).parents[1]
PROGRAM = """
import json
from mutation.baseline import baseline
from mutation.judging import Share, verdicts
module, judges = "tests/mutation/planted/code.py", ["tests/mutation/planted/judge.py"]
print(json.dumps(verdicts(Share(), judges, baseline([module], judges))))
"""
GONE: Place = ("domain/codes.py", ("f", "a", "b"))


@pytest.fixture(scope="module")
def planted() -> dict[tuple[str, str], str]:
    """What became of each mutant of the planted module, in a process that has not imported it."""
    run = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(run, env={**os.environ, "PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE, check=True)
    return {(key[0], key[2]): what for _, key, what, _ in json.loads(done.stdout)}


@pytest.mark.parametrize(
    ("place", "now", "what"),
    [
        ("is_adult", "return age > ADULT", KILLED),
        ("is_possible", "return age < OLDEST", SURVIVED),
        ("<module>", "ADULT = 19", KILLED),
        ("<module>", "OLDEST = 121", SURVIVED),
        ("is_retired", "return age > 65", KILLED),
        ("nobody_asks", "return age >= 0", UNSEEN),
    ],
)
def test_a_fault_is_judged_by_the_tests_that_run_it(
    planted: dict[tuple[str, str], str], place: str, now: str, what: str
) -> None:
    assert planted[place, now] == what


def found(*verdicts: tuple[str, str]) -> list[Verdict]:
    """Nine in ten are killed, and these are what they are."""
    many = [("domain/names.py", ("f", "a", str(number)), KILLED, 0.0) for number in range(90)]
    return many + [("domain/codes.py", ("f", "a", now), what, 0.0) for now, what in verdicts]


def test_all_is_well_when_every_survivor_is_listed() -> None:
    assert list(complaints(found(("b", SURVIVED)), {GONE: "the same"})) == []


@pytest.mark.parametrize(
    ("verdicts", "listed", "words"),
    [
        ([("b", SURVIVED)], {}, "write the test that says no"),
        ([("b", UNSEEN)], {}, "write the test that says no"),
        ([("b", KILLED)], {GONE: "the same"}, "is killed now"),
        ([], {GONE: "the same"}, "no longer there"),
        ([(str(n), SURVIVED) for n in range(11)], {}, "The score is 89.1 %"),
    ],
)
def test_what_does_not_hold_is_said(verdicts: list[tuple[str, str]], listed: dict[Place, str], words: str) -> None:
    assert words in "\n".join(complaints(found(*verdicts), listed))


def test_a_survivor_keeps_its_name_when_other_lines_move() -> None:
    text = "def f(a: int) -> bool:\n    return a > 1\n"
    moved = "X = 1\n\n\n" + text.replace("    return", "    print(a)\n    return")
    assert {mutant.key for mutant in mutants(text)} <= {mutant.key for mutant in mutants(moved)}


def test_faults_of_one_function_may_share_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "survivors.toml"
    place, reason = 'module = "domain/codes.py"\nplace = "f"\n', 'reason = "the same"\n'
    file.write_text(f'[[survivor]]\n{place}faults = [["a", "b"], ["a", "c"]]\n{reason}', "utf-8")
    assert listed(file) == {GONE: "the same", (GONE[0], ("f", "a", "c")): "the same"}


def test_two_faults_that_read_alike_are_told_apart() -> None:
    keys = [mutant.key for mutant in mutants("def f(a):\n    if a > 1:\n        pass\n    if a > 1:\n        pass\n")]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "text",
    [
        *('"""A docstring."""', "a: int", "from a import b", "def f():\n    '''A docstring.'''"),
        *("raise ValueError('text')", "State(initial=True)"),
    ],
)
def test_what_does_nothing_when_it_runs_is_left_alone(text: str) -> None:
    assert [mutant.key for mutant in mutants(text)] == []


@pytest.mark.parametrize("module", sorted({module for module, _ in listed(LIST)}))
def test_every_listed_survivor_is_in_the_code_and_has_a_reason(module: str) -> None:
    there = {mutant.key for mutant in mutants((TESTS.parent / module).read_text(encoding="utf-8"))}
    reasons = {key: reason for (name, key), reason in listed(LIST).items() if name == module}
    assert reasons.keys() <= there
    assert all(reasons.values())
