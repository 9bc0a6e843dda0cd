"""Whatever is typed or broken, a person reads one plain Russian sentence, and never a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.terminal import Run

from registratura.flows.registration import Registration
from registratura.host.terminal import main as terminal
from registratura.host.terminal.opening import world

BAD = [
    ("nonsense",),
    ("--nonsense",),
    ("demo", "--pace"),
    ("demo", "--pace", "soon"),
    ("demo", "--pace", "-1"),
    ("demo", "--database", "nowhere/at/all.db"),
    ("demo", "--database", "mongodb://x/y"),
    ("demo", "extra"),
    ("chart", "nonsense"),
    ("chart", "registration", "--format", "png"),
    ("chart", "registration", "--output", "nowhere/at/all.md"),
    ("flows",),
    ("flows", "nonsense"),
    ("flows", "list"),
    ("flows", "list", "--database", "text.db"),
    ("flows", "list", "--database", "://"),
    ("flows", "list", "--database", ""),
    ("flows", "show"),
    ("flows", "show", "nonsense", "--database", "good.db"),
    ("flows", "show", "", "--database", "good.db"),
    ("flows", "verify", "nonsense", "--database", "good.db"),
    ("flows", "verify", "--database", "good.db", "--keys", "other.key"),
    ("flows", "verify", "--database", "good.db", "--keys", "lost.key"),
    ("flows", "verify", "--database", "good.db", "--keys", "text.db"),
    ("flows", "verify", "--database", "good.db", "--keys", "open.key"),
    ("flows", "checkpoint"),
    ("flows", "checkpoint", "nowhere", "--database", "good.db"),
    ("flows", "verify", "--checkpoints", "nowhere", "--database", "good.db"),
    ("effects",),
    ("effects", "dead"),
    ("effects", "retry", "--database", "good.db"),
    ("effects", "retry", "1:0", "--all", "--database", "good.db"),
    ("effects", "retry", "nonsense", "--database", "good.db"),
    ("effects", "drop", "--database", "good.db"),
    ("effects", "drop", "nonsense", "--yes", "--database", "good.db"),
    ("worker",),
    ("worker", "--lease", "0", "--database", "good.db"),
    ("worker", "--portal", "nonsense"),
    ("worker", "--portal", "nowhere:portal"),
    ("worker", "--portal", "json:portal"),
    ("worker", "--portal", "json:decoder"),
    ("keys", "new"),
    ("keys", "new", "good.key"),
    ("keys", "new", "nowhere/at/all.key"),
    ("due",),
    ("erase",),
    ("erase", "nonsense", "--act", "1", "--database", "good.db"),
    ("play", "--database", "text.db"),
    ("play", "--database", "good.db", "--keys", "other.key"),
    ("play", "--database", "nowhere/at/all.db"),
    ("serve", "--port", "70000"),
    ("serve", "--port", "soon"),
    ("serve", "--gosuslugi-port", "0"),
]
ENGLISH = re.compile(
    r"\b(?:error|invalid|missing|usage|default|required|env var|unknown|traceback|the|not)\b", re.IGNORECASE
)


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    with world(str(tmp_path / "good.db"), None) as made:
        made.portal.start(Registration)
    run("keys", "new", "other.key")
    run("keys", "new", "open.key")
    (tmp_path / "open.key").chmod(0o644)
    (tmp_path / "text.db").write_text("это не база\n" * 1000, encoding="utf-8")
    (tmp_path / "text.db").chmod(0o600)
    return tmp_path


def test_each_mistake_is_told_in_russian_and_makes_nothing(run: Run, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for arguments in BAD:
        told = run(*arguments)
        text = told.out + told.err
        assert told.code in (1, 2), arguments
        assert re.search("[а-я]{3}", told.err), arguments
        assert not ENGLISH.search(text), (arguments, text)
        assert "по нашей вине" not in text, (arguments, text)
        assert "\n  File " not in text, arguments
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def _breaks(name: str | None, form: str, output: str | None) -> int:
    raise RuntimeError("a detail for developers")


def test_what_nobody_expected_is_an_apology(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("registratura.host.terminal.charts.show_chart", _breaks)
    told = run("chart")
    assert (told.code, told.out) == (1, "")
    assert "Простите" in told.err
    assert "detail" not in told.err
    assert list(tmp_path.iterdir()) == []


def test_debug_writes_the_details_to_a_file_of_the_owner(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("registratura.host.terminal.charts.show_chart", _breaks)
    told = run("--debug", "chart")
    log = tmp_path / "registratura-debug.log"
    assert told.code == 1
    assert "a detail for developers" in log.read_text("utf-8")
    assert "detail" not in told.err
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("arguments", ["", "--help", "demo --help", "play --help", "serve --help", "flows show --help"])
def test_help_is_russian(run: Run, arguments: str) -> None:
    helped = run(*arguments.split())
    assert helped.code == 0
    assert "Как вызвать: registratura" in helped.out
    assert not ENGLISH.search(helped.out), helped.out


def test_help_loads_neither_the_engine_nor_a_database() -> None:
    program = (
        "import sys; from registratura.host.terminal.main import main; main(['--help'])\n"
        "heavy = {'sqlalchemy', 'statemachine', 'cryptography', 'phonenumbers', 'fastapi', 'uvicorn'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_russian_letters_breaks_nothing() -> None:
    program = "import sys; from registratura.host.terminal.main import main; sys.exit(main(['chart']))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"registration")


def test_the_console_script_gives_the_exit_code(run: Run) -> None:
    assert terminal.main(["flows", "list"]) == 1
    assert terminal.main(["chart"]) == 0
