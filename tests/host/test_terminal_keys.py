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
