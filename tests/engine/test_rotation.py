"""The master key is changed while the portal runs: nothing is sealed anew, nothing is lost, the old key is let go."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.portal import BORIS, Clock, Scene, opened, portal_of, tables

from registratura.flows.consent_withdrawal import ConsentWithdrawal
from registratura.flows.errors import ConcurrentUpdate, DataDamaged, KeyMissing, KeyUnreadable, KeyWrong
from registratura.flows.registration import Registration
from registratura.flows.rows import DESTROYED
from registratura.host import Registratura
from registratura.storage import (
    CallableKeyring,
    EnvironmentKeyring,
    FileKeyring,
    KeyFile,
    change_key_file,
    create_key_file,
    load_key_file,
    rewrap_keys,
)
from registratura.storage.keys import locked

ONE, TWO, THREE = (bytes([number]) * 32 for number in (1, 2, 3))


class Kms:
    """A host's key management: it gives what it has."""

    def __init__(self, *given: bytes) -> None:
        self.given, self.asked = given, 0

    def __call__(self) -> tuple[bytes, ...]:
        self.asked += 1
        return self.given


def masters(scene: Scene) -> set[str]:
    """By which master keys data keys are wrapped."""
    return {row.wrapped.split(".")[1] for row in scene.storage.data_keys("", 1_000) if row.wrapped != DESTROYED}


def over(scene: Scene, keys: Any) -> Scene:
    """Another process over the same database."""
    return Scene(Registratura(scene.storage, keys, parts=scene.portal.parts, create=False), Clock(scene.clock.now))


@pytest.fixture
def kms() -> Kms:
    return Kms(ONE)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, tmp_path: Path, kms: Kms) -> Iterator[Scene]:
    with opened(request.param, tmp_path, keys=kms) as made:
        yield made


def sound(scene: Scene) -> bool:
    return all(scene.portal.verify(flow_id).sound for flow_id in scene.storage.flow_ids())


def test_data_keys_are_wrapped_anew_and_nothing_else_is_written(scene: Scene, kms: Kms) -> None:
    card = scene.flow_of(scene.registered(), "patient_card")
    before = tables(scene)
    kms.given = TWO, ONE
    other = over(scene, kms)
    assert other.portal.operator.rewrap_keys() == len(before["keys"])
    after = tables(scene)
    assert {name for name in before if before[name] != after[name]} == {"keys", "meta"}
    kms.given = (TWO,)
    # The digests and the signature are still the first secret's.
    assert over(scene, lambda: (TWO, ONE)).portal.get(card).state == "confirmed"
    assert masters(scene) == {CallableKeyring(lambda: (TWO, ONE))._keys.master.id}


def test_a_process_that_does_not_know_the_new_key_asks_for_it(scene: Scene, kms: Kms) -> None:
    """It runs on, and is never started again."""
    card = scene.flow_of(scene.registered(), "patient_card")
    asked = kms.asked
    kms.given = TWO, ONE
    over(scene, lambda: (TWO, ONE)).portal.operator.rewrap_keys()
    assert scene.portal.get(card).state == "confirmed"
    assert kms.asked == asked + 1
    scene.portal.get(card)
    assert kms.asked == asked + 1, "once is enough"
    scene.registered(BORIS)
    assert len(masters(scene)) == 1, "and it wraps by it"
    assert sound(scene)


def test_a_batch_that_met_an_event_is_wrapped_once_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.registered()
    plain, met = scene.storage.rewrap, iter([True])

    def rewrap(keys: Any) -> int:
        if next(met, False):
            raise ConcurrentUpdate(flow_id="somebody's", expected="the one read")
        return int(plain(keys))

    monkeypatch.setattr(scene.storage, "rewrap", rewrap)
    assert over(scene, lambda: (TWO, ONE)).portal.operator.rewrap_keys() == len(tables(scene)["keys"])


def test_what_another_process_still_wraps_by_the_former_key_is_wrapped_the_next_time(scene: Scene) -> None:
    scene.registered()
    other = over(scene, lambda: (TWO, ONE))
    assert other.portal.operator.rewrap_keys() > 0
    scene.at_consent()
    assert len(masters(scene)) == 2
    assert other.portal.operator.rewrap_keys() == 1
    assert other.portal.operator.rewrap_keys() == 0
    assert len(masters(scene)) == 1


def test_what_is_destroyed_stays_so(scene: Scene) -> None:
    caller = scene.registered()
    scene.portal.operator.data_destroyed(scene.portal.start(ConsentWithdrawal, caller=caller).id, "12-П")
    destroyed = [row for row in scene.storage.data_keys() if row.wrapped == DESTROYED]
    over(scene, lambda: (TWO, ONE)).portal.operator.rewrap_keys()
    assert destroyed
    assert set(destroyed) <= set(scene.storage.data_keys())


def test_a_key_that_is_destroyed_in_between_is_not_brought_back(scene: Scene) -> None:
    scene.registered()
    rows = scene.storage.data_keys()
    assert scene.storage.rewrap([(row._replace(wrapped="as it was read"), "anew") for row in rows]) == 0
    assert scene.storage.data_keys() == rows


def test_without_the_former_key_nothing_is_opened_or_wrapped(scene: Scene) -> None:
    scene.registered()
    before = scene.storage.data_keys()
    with pytest.raises(KeyWrong):
        over(scene, lambda: (TWO,))
    with pytest.raises(KeyWrong):
        rewrap_keys(scene.storage, CallableKeyring(lambda: (THREE, TWO)))
    assert scene.storage.data_keys() == before


def test_a_data_key_that_does_not_unwrap_is_named(scene: Scene) -> None:
    scene.registered()
    rows = scene.storage.data_keys()
    scene.storage.rewrap([(rows[0], "w1.unknown.a.b")])
    with pytest.raises(DataDamaged, match=rows[0].id):
        over(scene, lambda: (TWO, ONE)).portal.operator.rewrap_keys()


def test_a_process_takes_no_keys_that_find_and_sign_otherwise(scene: Scene, kms: Kms) -> None:
    """The callable should have given both: from the first secret ever are derived the keys that find and sign."""
    card = scene.flow_of(scene.registered(), "patient_card")
    over(scene, lambda: (TWO, ONE)).portal.operator.rewrap_keys()
    kms.given = (TWO,)
    with pytest.raises(KeyWrong):
        scene.portal.get(card)
    kms.given = TWO, ONE
    assert scene.portal.get(card).state == "confirmed"


def test_a_copy_that_is_behind_wraps_nothing_back(tmp_path: Path) -> None:
    """Two machines: the file was brought there with the key to come, and not again since."""
    file, database = create_key_file(tmp_path / "portal.key"), f"sqlite:///{tmp_path / 'portal.db'}"
    change_key_file(file, KeyFile.prepared)
    there = tmp_path / "there.key"
    there.write_bytes(file.read_bytes())
    there.chmod(0o600)
    running = Scene(portal_of(database, Clock(), there), Clock())
    card = running.flow_of(running.registered(), "patient_card")
    change_key_file(file, KeyFile.rotated)
    here = Scene(portal_of(database, Clock(), file), Clock())
    here.portal.operator.rewrap_keys()
    started = Scene(portal_of(database, Clock(), there), Clock())
    assert running.state(card) == started.state(card) == "confirmed"
    for scene in (running, started):
        assert scene.portal.operator.rewrap_keys() == 0
        scene.at_consent()
    assert masters(here) == {load_key_file(file).master.id}
    change_key_file(file, KeyFile.retired)
    last = Scene(portal_of(database, Clock(), file), Clock())
    assert sound(last)
    for scene in (running, here, started, last):
        scene.portal.close()


def test_keys_that_go_are_kept_beside(tmp_path: Path) -> None:
    file = create_key_file(tmp_path / "portal.key")
    change_key_file(file, KeyFile.rotated)
    assert list(tmp_path.iterdir()) == [file]
    before = file.read_bytes()
    change_key_file(file, KeyFile.retired)
    (kept,) = set(tmp_path.iterdir()) - {file}
    assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (before, 0o600)


def test_a_link_to_the_file_stays_one(tmp_path: Path) -> None:
    file = create_key_file(tmp_path / "portal.key")
    link = tmp_path / "link.key"
    link.symlink_to(file)
    changed = change_key_file(link, KeyFile.rotated)
    assert link.is_symlink()
    assert load_key_file(file) == changed


def test_two_do_not_change_one_file_at_once(tmp_path: Path) -> None:
    file = create_key_file(tmp_path / "portal.key")
    with locked(file), pytest.raises(KeyUnreadable, match="somebody is changing"), locked(file):
        pytest.fail("it is locked")
    with locked(file):
        assert (tmp_path / "portal.key.lock").exists()
    assert list(tmp_path.iterdir()) == [file]


def test_the_former_key_may_go_once_nothing_is_wrapped_by_it(tmp_path: Path) -> None:
    file, database = create_key_file(tmp_path / "portal.key"), f"sqlite:///{tmp_path / 'portal.db'}"
    scene = Scene(portal_of(database, Clock(), file), Clock())
    card = scene.flow_of(scene.registered(), "patient_card")
    old = file.read_bytes()
    change_key_file(file, KeyFile.rotated)
    scene.portal.operator.rewrap_keys()
    assert len(masters(scene)) == 1, "the process had read the file before, and knew no other key"
    scene.portal.close()
    again = Scene(portal_of(database, Clock(), file), Clock())
    again.portal.operator.rewrap_keys()
    change_key_file(file, KeyFile.retired)
    again.portal.close()
    last = Scene(portal_of(database, Clock(), file), Clock())
    assert last.state(card) == "confirmed"
    assert sound(last)
    last.portal.close()
    file.write_bytes(old)
    with pytest.raises(KeyWrong):
        portal_of(database, Clock(), file)


def test_a_key_that_is_to_come_is_known_before_it_is_used(tmp_path: Path) -> None:
    file = create_key_file(tmp_path / "portal.key")
    now = FileKeyring(file)
    prepared = change_key_file(file, KeyFile.prepared)
    assert change_key_file(file, KeyFile.prepared) == prepared, "there is one, and that will do"
    elsewhere = tmp_path / "elsewhere.key"
    elsewhere.write_bytes(file.read_bytes())
    elsewhere.chmod(0o600)
    there = FileKeyring(elsewhere)
    rotated = change_key_file(file, KeyFile.rotated)
    assert (rotated.master, rotated.former) == (prepared.coming, (prepared.master,))
    wrapped = FileKeyring(file).new_data_key("1")
    envelope = FileKeyring(file).seal("1", wrapped, "text", "place")
    assert [ring.open("1", wrapped, envelope, "place") for ring in (now, there)] == ["text", "text"]


def test_a_changed_file_is_whole_and_closed_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = create_key_file(tmp_path / "portal.key")
    before = file.read_bytes()
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(KeyUnreadable, match="No space left"):
        change_key_file(file, KeyFile.rotated)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file], "nothing else is left"
    monkeypatch.undo()
    change_key_file(file, KeyFile.rotated)
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["former"] == [json.loads(before)["master"]]


def full(*names: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_keys_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = create_key_file(tmp_path / "portal.key")
    monkeypatch.setenv("PORTAL_KEYS", file.read_text())
    database = f"sqlite:///{tmp_path / 'portal.db'}"
    with closing(portal_of(database, Clock(), "env:PORTAL_KEYS")) as portal:
        portal.start(Registration)
    with closing(portal_of(database, Clock(), file)) as portal:
        assert len(portal.engine.storage.flow_ids()) == 1
    monkeypatch.setenv("PORTAL_KEYS", "no keys, and a secret")
    with pytest.raises(KeyUnreadable, match="PORTAL_KEYS") as error:
        portal_of(database, Clock(), "env:PORTAL_KEYS")
    assert "secret" not in str(error.value)
    monkeypatch.delenv("PORTAL_KEYS")
    with pytest.raises(KeyMissing, match="env:PORTAL_KEYS"):
        EnvironmentKeyring("PORTAL_KEYS")


@pytest.mark.parametrize("given", [(), b"short", (ONE, b"short"), ("x" * 32,)])
def test_what_a_callable_gives_must_be_keys(given: Any) -> None:
    with pytest.raises(KeyUnreadable, match="32 bytes"):
        CallableKeyring(lambda: given)
