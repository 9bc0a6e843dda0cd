"""`registratura chart`: every chart in every format."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.terminal import Run

from registratura.flows.catalogue import FLOWS
from registratura.host.terminal.charts import rows
from registratura.host.terminal.drawings import dot_of, mermaid_of


def test_without_a_name_all_ten_are_listed(run: Run) -> None:
    listed = run("chart")
    assert [line.split()[0] for line in listed.out.splitlines()] == list(FLOWS)
    assert len(FLOWS) == 10
    assert "Регистрация на портале" in listed.out


@pytest.mark.parametrize("name", FLOWS)
def test_the_table_has_every_transition_of_the_chart(run: Run, name: str) -> None:
    table = run("chart", name).out
    flow = FLOWS[name]
    for path in flow.answers.places:
        for event in flow.answers.events(path):
            assert f"{flow.by_name[event].title()} ({event})" in table
    transitions = [t for state in flow.chart.states_map.values() for t in state.transitions if t.event]
    assert table.count("\n| ") == len(transitions) + 2
    assert len(list(rows(flow))) == len(transitions)


def test_the_table_says_who_acts_and_where_a_refusal_leaves_the_person(run: Run) -> None:
    table = run("chart", "registration").out
    refused = "Выбрать регион (choose_region) | есть причина отказа | отказ, остаётся здесь | человек |"
    assert f"| Выбор региона (region) | {refused}" in table
    assert "Исправить данные карты (correct_card) |  | остаётся здесь" in table
    assert "(identity_confirmed) | подходит несколько карт | Найдено несколько карт" in table
    assert "| время |" in table


@pytest.mark.parametrize("name", FLOWS)
def test_mermaid_and_dot(run: Run, name: str) -> None:
    mermaid = run("chart", name, "--format", "mermaid").out
    assert mermaid.startswith("stateDiagram-v2")
    assert mermaid.strip() == mermaid_of(FLOWS[name])
    dot = run("chart", name, "--format", "dot").out
    assert dot.startswith(f"digraph {name} {{")
    assert all(f'"{path}" [label=' in dot for path in FLOWS[name].answers.places)
    assert dot.strip() == dot_of(FLOWS[name])


@pytest.mark.parametrize("name", FLOWS)
def test_the_drawing_has_every_event_but_no_refusal(name: str) -> None:
    flow, dot = FLOWS[name], dot_of(FLOWS[name])
    drawn = {event for path in flow.answers.places for event in flow.answers.events(path)}
    assert [event for event in sorted(drawn) if flow.by_name[event].title() not in dot] == []
    assert "refused" not in dot
    assert " -> " in dot


@pytest.mark.parametrize("name", FLOWS)
def test_no_arrow_is_called_in_english(name: str) -> None:
    flow = FLOWS[name]
    labels = re.findall(r"(?<= : ).+$", mermaid_of(flow), re.MULTILINE)
    labels += re.findall(r'-> .*label="(.*?)"', dot_of(flow))
    assert [label for label in labels if re.search("[A-Za-z]", label.replace("\\n", " "))] == []
    arrows = re.findall(r"--> (?!\[\*\])", re.sub(r"\[\*\] -->.*", "", mermaid_of(flow)))
    assert len(labels) > len(arrows) > 0


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", FLOWS)
def test_graphviz_understands_it_without_a_warning(name: str) -> None:
    done = subprocess.run(["dot", "-Tsvg"], input=dot_of(FLOWS[name]).encode(), capture_output=True, check=True)
    assert (done.stderr, b"</svg>" in done.stdout) == (b"", True)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_svg_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    assert run("chart", "attachment", "--format", "svg", "--output", "a.svg").code == 0
    assert "Ввод кода прикрепления" in (tmp_path / "a.svg").read_text("utf-8")


def test_without_graphviz_the_cure_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    drawn = run("chart", "attachment", "--format", "svg")
    assert drawn.code == 1
    assert "Установите её" in drawn.err
    assert drawn.out == ""
