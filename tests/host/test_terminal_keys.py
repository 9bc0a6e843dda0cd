"""`registratura keys`: the master key is changed by commands, and the portal's data stays readable."""

import json
from pathlib import Path

import pytest
from support.terminal import Run

from registratura.flows.registration import Registration
from registratura.host.terminal.opening import world

AT = ("--database", "portal.db")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The key of a portal with one registration."""
    with world(str(tmp_path / "portal.db"), None) as made:
        made.portal.start(Registration)
    return tmp_path / "portal.key"


def test_the_master_key_is_changed_and_the_former_one_let_go(run: Run, key: Path) -> None:
    first = json.loads(key.read_text())["master"]
    told = run("keys", "rotate", *AT)
    assert (told.code, "завёрнуто заново: 1" in told.out) == (0, True)
    changed = json.loads(key.read_text())
    assert changed["former"] == [first]
    assert changed["master"]["id"] in told.out
    assert run("flows", "verify", *AT).code == 0
    assert run("keys", "retire", *AT).code == 0
    assert json.loads(key.read_text())["former"] == []
    assert run("flows", "verify", *AT).code == 0


def test_a_key_that_is_to_come_is_the_next_one(run: Run, key: Path) -> None:
    assert run("keys", "prepare", "portal.key").code == 0
    coming = json.loads(key.read_text())["next"]
    run("keys", "rotate", *AT)
    assert json.loads(key.read_text())["master"] == coming


def test_the_key_for_digests_is_changed_in_its_turn(run: Run, key: Path) -> None:
    first = json.loads(key.read_text())["digest"]
    early = run("keys", "rotate", *AT, "--digests")
    assert (early.code, "registratura keys prepare" in " ".join(early.err.split())) == (1, True)
    for _ in range(2):
        assert run("keys", "prepare", "portal.key", "--digests").code == 0
    second, *older = json.loads(key.read_text())["digest"]
    assert older == first
    early = run("keys", "retire", *AT, "--digests")
    assert (early.code, "registratura keys rotate" in " ".join(early.err.split())) == (1, True)
    assert len(json.loads(key.read_text())["digest"]) == 2
    with_both = key.with_name("both.key")
    with_both.write_bytes(key.read_bytes())
    with_both.chmod(0o600)
    for command in ("rotate", "rotate", "retire", "retire"):
        assert run("keys", command, *AT, "--digests").code == 0
    changed = json.loads(key.read_text())
    assert (changed["digest"], changed["inner"]) == ([second], first)
    assert run("flows", "verify", *AT).code == 0
    assert run("flows", "verify", *AT, "--keys", "both.key").code == 0
    (kept,) = key.parent.glob("portal.key.before-*")
    assert kept.read_bytes() == with_both.read_bytes()
    assert run("keys", "prepare", "portal.key", "--digests").code == 0
    third = json.loads(key.read_text())
    assert (third["digest"][1:], third["inner"]) == ([second], first)


def test_a_key_is_said_to_be_added_only_if_it_was(run: Run, key: Path) -> None:
    """A second one changes nothing; and once it is rotated, it is not the former key that finds."""
    first = run("keys", "prepare", "portal.key", "--digests")
    newest = json.loads(key.read_text())["digest"][0]["id"]
    assert f"добавлен новый ключ отпечатков, {newest}. Находит пока прежний." in first.out
    run("keys", "rotate", *AT, "--digests")
    before = key.read_bytes()
    again = run("keys", "prepare", "portal.key", "--digests")
    assert (again.code, key.read_bytes()) == (0, before)
    assert f"уже есть новый ключ отпечатков, {newest}; файл не изменён" in again.out
    assert "retire --digests" in again.out
    assert "добавлен" not in again.out
    assert "Находит пока прежний" not in again.out
    said = [run("keys", "prepare", "portal.key").out for _ in range(2)]
    assert ["добавлен новый главный ключ" in out for out in said] == [True, False]
    assert ["уже есть новый главный ключ; файл не изменён" in out for out in said] == [False, True]


def test_a_key_file_from_before_does_not_open_what_is_found_by_the_new_key(run: Run, key: Path) -> None:
    before = key.with_name("before.key")
    before.write_bytes(key.read_bytes())
    before.chmod(0o600)
    run("keys", "prepare", "portal.key", "--digests")
    assert run("flows", "verify", *AT, "--keys", "before.key").code == 0
    run("keys", "rotate", *AT, "--digests")
    told = run("flows", "verify", *AT, "--keys", "before.key")
    assert (told.code, "не подходит" in told.err) == (1, True)


def test_nothing_is_changed_where_the_database_is_not_this_keys(run: Run, key: Path) -> None:
    run("keys", "new", "other.key")
    other = key.with_name("other.key")
    before = other.read_bytes()
    for command in ("rotate", "retire"):
        told = run("keys", command, *AT, "--keys", "other.key")
        assert (told.code, told.err.strip() != "") == (1, True)
    assert other.read_bytes() == before


def test_keys_of_the_environment_are_changed_where_they_come_from(run: Run, key: Path) -> None:
    told = run("keys", "rotate", *AT, "--keys", "env:PORTAL_KEYS")
    assert (told.code, "переменной окружения" in told.err) == (1, True)
