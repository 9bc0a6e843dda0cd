"""`registratura db`: what a person is told of the tables, in Russian, and what becomes of them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.terminal import Run

from registratura.storage import TableNames

DATABASE = ("--database", "portal.db")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A database without tables."""
    path = tmp_path / "portal.db"
    path.touch()
    return path


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def told(run: Run, *arguments: str) -> tuple[int, str]:
    """How it ended, and what was said, in one line."""
    ran = run(*arguments, *DATABASE)
    return ran.code, " ".join(f"{ran.out} {ran.err}".split())


def test_the_tables_are_missed_made_and_left(run: Run, empty: Path) -> None:
    assert told(run, "db", "check") == (
        1,
        "Таблиц портала в этой базе нет. Создайте их: registratura db upgrade.",
    )
    assert told(run, "db", "upgrade") == (0, "Таблицы созданы, версия 1.")
    nothing = "Обновлять нечего: таблицы целы, версия 1, как и нужно этой программе."
    assert told(run, "db", "upgrade") == (0, nothing)
    assert told(run, "db", "check") == (0, "Таблицы целы: версия 1, как и нужно этой программе.")
    assert told(run, "db", "sql") == (1, "Обновлять нечего: версия 1, как и нужно этой программе.")
    assert told(run, "flows", "list")[1].startswith("Нет ключа"), "the portal itself makes the keys"


def test_the_sql_is_printed_and_does_what_upgrade_does(run: Run, empty: Path) -> None:
    printed = run("db", "sql", *DATABASE).out
    assert printed.startswith("-- Таблицы портала: с версии 0 до версии 1.\n\nBEGIN IMMEDIATE;\n")
    assert told(run, "db", "check")[0] == 1, "nothing was done yet"
    with closing(sqlite3.connect(empty)) as connection:
        connection.executescript(printed)
    assert told(run, "db", "check")[0] == 0
    assert run("db", "sql", "--from", "0", *DATABASE).out == printed


def test_other_names_hold_for_every_command(run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(run, "--prefix", "reg_", "db", "upgrade")[0] == 0
    assert told(run, "db", "check")[0] == 1
    assert told(run, "--prefix", "reg_", "db", "check")[0] == 0
    monkeypatch.setenv("REGISTRATURA_PREFIX", "reg_")
    assert told(run, "db", "check")[0] == 0
    assert told(run, "demo", "--fast")[0] == 0
    assert told(run, "flows", "list")[0] == 0
    assert told(run, "flows", "verify")[1].startswith("Всё сходится")
    with closing(sqlite3.connect(empty)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables
    assert all(name.startswith("reg_") for name in tables)


def test_other_names_hold_for_the_portal_in_a_browser(run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serving = pytest.importorskip("registratura.host.web.serve", reason="the extra `web` is not installed")
    handed: list[TableNames] = []
    monkeypatch.setattr(serving, "serve", lambda *_, names: handed.append(names) or 0)
    assert told(run, "--prefix", "reg_", "serve")[0] == 0
    with serving.built(str(empty), None, names=handed[0]):
        pass
    assert told(run, "--prefix", "reg_", "db", "check")[0] == 0
    assert told(run, "db", "check")[0] == 1


WRONG = {
    "UPDATE registratura_meta SET value = '7' WHERE name = 'schema_version'": "записала более новая версия портала (7)",
    "UPDATE registratura_meta SET value = 'x' WHERE name = 'schema_version'": "не читается как база данных",
    "DROP TABLE registratura_log": "не целы. Нет этого, или оно не такое, как нужно: registratura_log.",
    "ALTER TABLE registratura_meta RENAME COLUMN value TO other": "Таблица registratura_meta в базе",
}


@pytest.mark.parametrize("words", WRONG)
@pytest.mark.parametrize("command", ["upgrade", "check"])
def test_what_is_wrong_is_said_with_its_cure(run: Run, empty: Path, command: str, words: str) -> None:
    assert told(run, "db", "upgrade")[0] == 0
    changed(empty, words)
    before = empty.read_bytes()
    code, said = told(run, "db", command)
    assert code == 1
    assert WRONG[words] in said
    assert empty.read_bytes() == before


def test_older_tables_are_told_with_the_command_that_helps(
    run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(run, "demo", "--fast")[0] == 0
    monkeypatch.setattr("registratura.storage.schema.SCHEMA_VERSION", 2)
    code, said = told(run, "flows", "list")
    assert code == 1
    assert "старые: версия 1, а этой программе нужна 2" in said
    assert "registratura db upgrade" in said


@pytest.mark.parametrize("command", ["upgrade", "check", "sql"])
def test_a_database_that_is_not_there_is_not_made(run: Run, tmp_path: Path, command: str) -> None:
    code, said = told(run, "db", command)
    assert code == 1
    assert said.startswith("Базы данных нет там, где её ищут")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "name"), [("--prefix", "Reg-"), ("--prefix", "x" * 31), ("--prefix", "1a"), ("--schema", "ours")]
)
def test_a_name_that_no_table_can_have(run: Run, empty: Path, option: str, name: str) -> None:
    code, said = told(run, option, name, "db", "upgrade")
    assert code == 1
    assert said.startswith(f"Таблицы нельзя так назвать: {name}.")
    assert empty.read_bytes() == b""


@pytest.mark.parametrize(("since", "code"), [("2", 1), ("-1", 2), ("x", 2)])
def test_a_version_that_there_is_not(run: Run, empty: Path, since: str, code: int) -> None:
    ran = run("db", "sql", "--from", since, *DATABASE)
    assert (ran.code, ran.out) == (code, "")
