"""`registratura demo`: what it promises to show is shown, and what differs from the story is not hidden."""

import re
from pathlib import Path

import pytest
from support.terminal import Run

from registratura.flows.catalogue import FLOWS
from registratura.host.terminal.demo import run as demo_run
from registratura.host.terminal.demo.branches import DOCUMENTED, REASONS, SEEN, WALKS, folded, order
from registratura.host.terminal.demo.scenes import errors
from registratura.host.terminal.demo.scenes.story import SCENES

TAGS = re.compile(r"@([RAU]\d+)\b")


def test_both_journeys_walk_every_documented_branch_and_all_is_sound(run: Run) -> None:
    shown = run("demo", "--database", "demo.db")
    assert (shown.code, shown.err) == (0, "")
    assert "49 из 49: R1–R31, A1–A18" in shown.out
    assert "Всё прошло как написано." in shown.out
    assert "Документов передано  4" in shown.out
    assert run("flows", "verify", "--database", "demo.db").code == 0
    beside = [line for line in shown.out.splitlines() if "записано:" in line or ": begin/" in line]
    assert len(beside) > 100
    assert not [line for line in beside if "Алексеев" in line or "+7" in line or "@example" in line]
    again = run("demo", "--database", "demo.db")
    assert again.code == 1
    assert "показу нужна пустая" in again.err


def test_its_own_database_is_gone_and_branches_that_were_not_walked_are_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_run, "SCENES", SCENES[:1])
    shown = run("demo", "--fast")
    where = re.search(r"База: (\S+)", shown.out)
    assert where is not None
    assert not Path(where[1]).parent.exists()
    assert shown.code == 1
    assert "Не пройдены ветви: R4, R10, R15–R17, R21–R28" in shown.out


def test_what_differs_from_the_story_ends_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_run, "SCENES", [scene for scene in SCENES if scene[1] is errors.declines])
    monkeypatch.setattr(errors, "CLOSED_REGION", "74")
    shown = run("demo")
    assert shown.code == 1
    assert "ждали region, а получили main_page" in " ".join(shown.out.split())
    assert "Итог" not in shown.out


def test_every_walk_is_a_transition_of_its_chart() -> None:
    """A chart that is changed must not leave a number behind that no step can walk."""
    for walk in WALKS:
        source, event, target = walk.transition.split("/")
        flow = FLOWS[walk.flow]
        kind = flow.by_name[event]
        assert set(walk.payload) <= set(kind.model_fields), walk
        if source not in ("*", "begin"):
            found = [path for path in flow.answers.places if path == source or path.startswith(f"{source}.")]
            assert found, walk
            assert any(event in flow.answers.events(path) for path in found), walk
        assert target == "*" or any(p == target or p.startswith(f"{target}.") for p in flow.answers.places), walk


def test_the_numbers_are_those_of_the_features() -> None:
    folder = Path(__file__).parents[2] / "features"
    tagged = {tag for path in folder.glob("*.feature") for tag in TAGS.findall(path.read_text("utf-8"))}
    used = {n for walk in WALKS for n in walk.numbers.split()}
    used |= {n for numbers in (*REASONS.values(), *SEEN.values()) for n in numbers.split()}
    assert set(DOCUMENTED) <= tagged
    assert used <= tagged


def test_numbers_are_folded_in_order() -> None:
    assert folded({"U2", "R3", "A1", "R1", "R2", "R10"}) == "R1–R3, R10, A1, U2"
    assert sorted(["U1", "A2", "R9", "R10"], key=order) == ["R9", "R10", "A2", "U1"]
