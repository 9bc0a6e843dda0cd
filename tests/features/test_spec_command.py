"""`registratura spec`, as a product owner types it; and `registratura` where behave is not installed."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.spec import LEDGER, RELEASE, Page, passed

from registratura.features.spec.cucumber import CUCUMBER
from registratura.features.spec.ledger import Ledger, merged
from registratura.features.spec.sources import FOLDER
from registratura.features.terminal import main

RUN = "from registratura.features.terminal import main; raise SystemExit(main())"


def without(modules: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    block = f"import sys; sys.modules.update(dict.fromkeys({modules})); sys.argv[1:] = {list(arguments)}\n{RUN}"
    return subprocess.run([sys.executable, "-P", "-c", block], capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    LEDGER.write(tmp_path / "ledger.json")
    return tmp_path / "ledger.json"


def test_a_run_becomes_a_page_with_the_report_of_cucumber(tmp_path: Path) -> None:
    out = tmp_path / "new" / "spec.html"
    done = without([], "spec", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Страница записана в {out}." in "".join(done.stdout.splitlines())
    made = Page(out.read_text("utf-8"))
    assert "✓ показано" in made.text_of("R15")
    assert "✗ не показано" not in made.text_of("sentences")
    assert 'data-packed="messages"' in made.source
    assert list(out.parent.iterdir()) == [out]


def test_a_ledger_becomes_a_page(tmp_path: Path, ledger: Path) -> None:
    out = tmp_path / "spec.html"
    assert main(["spec", "--ledger", str(ledger), "--out", str(out), "--compare", str(ledger)]) == 0
    made = Page(out.read_text("utf-8"))
    assert "✓ показано" in made.text_of("R1")
    assert "Ничего" in made.text_of("changes")
    assert "--messages" in made.text_of("cucumber")


def test_a_scenario_that_failed_stands_on_the_page_and_fails_the_command(tmp_path: Path) -> None:
    wrong = LEDGER.scenarios[0].model_copy(update={"status": "failed", "why": "Тогда всё иначе"})
    file, out = tmp_path / "ledger.json", tmp_path / "spec.html"
    LEDGER.model_copy(update={"scenarios": (wrong, *LEDGER.scenarios[1:])}).write(file)
    assert main(["spec", "--ledger", str(file), "--out", str(out)]) == 1
    assert "Тогда всё иначе" in Page(out.read_text("utf-8")).text_of("lacks")


def test_of_several_runs_the_one_that_played_a_scenario_speaks() -> None:
    skipped = [played.model_copy(update={"status": "skipped", "fired": ()}) for played in LEDGER.scenarios]
    other = Ledger(release=RELEASE, driver="http", settings={}, scenarios=tuple(skipped))
    both = merged([other, LEDGER])
    assert both.driver == "http, engine"
    assert both.scenarios == LEDGER.scenarios
    failed = LEDGER.scenarios[0].model_copy(update={"status": "failed"})
    assert merged([LEDGER, Ledger(release=RELEASE, driver="http", settings={}, scenarios=(failed,))]).failed == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "это не журнал прогона версии 2"),
        ("[]", "это не журнал прогона версии 2"),
        (json.dumps(LEDGER.model_dump(mode="json") | {"version": 7}), "это журнал версии 7, а здесь читают"),
        (json.dumps({"version": 1, "driver": "engine"}), "это журнал версии 1, а здесь читают журналы версии 2"),
        (None, "такого файла нет"),
    ],
)
@pytest.mark.parametrize(
    ("option", "cure"),
    [
        ("--ledger", "Запишите журнал прогона заново: behave -D ledger=ФАЙЛ"),
        ("--compare", "Возьмите журнал, который сохранили вместе с прежним выпуском"),
    ],
)
def test_a_bad_ledger_is_named_and_nothing_is_written(
    option: str,
    cure: str,
    text: str | None,
    said: str,
    tmp_path: Path,
    ledger: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad, out = tmp_path / "bad.json", tmp_path / "spec.html"
    if text is not None:
        bad.write_text(text, encoding="utf-8")
    assert main(["spec", "--ledger", str(ledger), option, str(bad), "--out", str(out)]) == 1
    # Where its lines end depends on how long the path is.
    told = "".join(capsys.readouterr().err.split())
    assert str(bad) in told
    assert said.replace(" ", "") in told
    assert cure.replace(" ", "") in told
    assert f"ledger={bad}" not in told
    assert not out.exists()


def test_bad_messages_are_named_and_nothing_is_written(
    tmp_path: Path, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, out = tmp_path / "bad.ndjson", tmp_path / "spec.html"
    bad.write_text('{"meta":{"protocolVersion":"18.0.0"}}\n', encoding="utf-8")
    assert main(["spec", "--ledger", str(ledger), "--messages", str(bad), "--out", str(out)]) == 1
    assert "18.0.0" in capsys.readouterr().err
    assert not out.exists()


def test_messages_alone_will_not_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spec", "--messages", "any", "--out", str(tmp_path / "spec.html")]) == 1
    assert "нужен журнал" in capsys.readouterr().err


def test_a_place_where_nothing_can_be_written_is_said(
    tmp_path: Path, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["spec", "--ledger", str(ledger), "--out", str(tmp_path / "file" / "spec.html")]) == 1
    assert "Не получилось открыть" in capsys.readouterr().err


@pytest.mark.parametrize(("out", "said"), [("folder", "это папка"), ("ledger.json", "не страница спецификации")])
def test_a_page_takes_the_place_of_nothing_else(
    tmp_path: Path, ledger: Path, capsys: pytest.CaptureFixture[str], out: str, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    before = ledger.read_bytes()
    assert main(["spec", "--ledger", str(ledger), "--out", str(tmp_path / out)]) == 1
    assert said in " ".join(capsys.readouterr().err.split())
    assert ledger.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder", "ledger.json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--entry", "3"], "уберите --entry"),
        (["--drafts", "-", "--compare", "old.json", "--out", "a.html"], "уберите --out, --compare"),
        (["--drafts", "-", "--database", "a.db", "--entry", "1"], "уберите --database, --entry"),
        (["--from-flow", "1", "--ledger", "a.json"], "уберите --ledger"),
        (["--from-flow", "1", "--messages", "a"], "уберите --messages"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["spec", *arguments]) == 1
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("missing", ["behave", "gherkin", "jinja2"])
def test_without_the_extra_the_command_says_what_to_install(missing: str, tmp_path: Path) -> None:
    done = without([missing], "spec", "--out", str(tmp_path / "spec.html"))
    assert done.returncode == 1
    assert "pip install 'registratura[features]'" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_all_other_commands_work_without_the_extra() -> None:
    done = without(["behave", "gherkin", "jinja2"], "chart")
    assert done.returncode == 0, done.stderr
    assert "Регистрация на портале" in done.stdout


def test_the_help_imports_nothing_of_the_specification() -> None:
    heavy = "sorted(m for m in sys.modules if m.startswith(('behave', 'gherkin', 'jinja2', 'pydantic', 'sqlalchemy')))"
    run = f"from registratura.features.terminal import main; import sys; main(['--help']); print('MODULES', {heavy})"
    done = subprocess.run([sys.executable, "-P", "-c", run], capture_output=True, text=True, encoding="utf-8")
    assert "spec" in done.stdout
    assert "MODULES []" in done.stdout, done.stderr


def test_cucumbers_program_is_the_one_its_readme_names() -> None:
    named = dict(
        re.findall(r"^\| `(\S+)` \| `(\w{64})` \|$", (CUCUMBER / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    assert {"main.js", "main.css", "LICENSE"} <= set(named)
    assert named == {name: hashlib.sha256((CUCUMBER / name).read_bytes()).hexdigest() for name in named}
    assert {file.name for file in CUCUMBER.iterdir()} == {*named, "README.md"}


def test_a_feature_that_does_not_parse_keeps_the_page_from_being_written(
    tmp_path: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "01_broken.feature").write_text("Чепуха", encoding="utf-8")
    monkeypatch.setattr("registratura.features.spec.command.FOLDER", tmp_path)
    assert tmp_path != FOLDER
    assert main(["spec", "--ledger", str(ledger), "--out", str(tmp_path / "spec.html")]) == 1
    assert "01_broken.feature:1" in capsys.readouterr().err
    assert not (tmp_path / "spec.html").exists()


def test_a_small_run_has_gaps_and_says_so(tmp_path: Path) -> None:
    passed("R1").write(tmp_path / "ledger.json")
    out = tmp_path / "spec.html"
    assert main(["spec", "--ledger", str(tmp_path / "ledger.json"), "--out", str(out)]) == 0
    assert "R2" in Page(out.read_text("utf-8")).text_of("lacks")
