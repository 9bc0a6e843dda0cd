"""What an operator can get wrong: texts, keys, the database. It is told, and left as it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.portal import KEYS, Clock, Scene, portal_of, tables

from registratura.domain.consent import Purpose
from registratura.flows.errors import (
    ConsentTextMissing,
    DatabaseDamaged,
    DatabaseMissing,
    KeyMissing,
    KeyUnreadable,
    KeyWrong,
    PortalClosed,
    RegistraturaError,
    TextMissing,
)
from registratura.flows.registration import ChooseRegion, Register, Registration
from registratura.flows.texts import Texts
from registratura.host import Registratura
from registratura.storage import CallableKeyring, create_key_file

URAL = ChooseRegion(region="74")


def is_told(error: RegistraturaError) -> None:
    """Cause and cure are both said; no library's exception hangs on it."""
    assert error.cause
    assert error.cure
    assert "{" not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def test_a_text_that_is_missing_is_told_before_anything_is_written(scene: Scene) -> None:
    flow = scene.portal.start(Registration).id
    shipped = Texts.russian()
    for missing in ("screen.registration.main_page.title", "button.register", "refusal.region.unknown"):
        texts = Texts({key: shipped(key) for key in shipped.keys() - {missing}})
        scene.portal.engine.texts = texts
        before = tables(scene)
        with pytest.raises(TextMissing, match=missing) as raised:
            scene.portal.send(flow, ChooseRegion(region="00" if "refusal" in missing else "74"))
        is_told(raised.value)
        assert tables(scene) == before
    scene.portal.engine.texts = shipped
    assert scene.walk(flow, URAL).state == "main_page"


def test_a_consent_text_that_is_missing_keeps_the_person_where_they_are(scene: Scene) -> None:
    flow = scene.walk(scene.portal.start(Registration).id, URAL)
    tools = scene.portal.engine.tools
    only_medical = {Purpose.MEDICAL_DATA: tools.settings.consents[Purpose.MEDICAL_DATA]}
    scene.portal.engine.tools = replace(tools, settings=replace(tools.settings, consents=only_medical))
    before = tables(scene)
    with pytest.raises(ConsentTextMissing, match="personal_data") as raised:
        scene.portal.send(flow.id, Register())
    is_told(raised.value)
    assert tables(scene) == before
    assert scene.state(flow.id) == "main_page"


def a_portal(folder: Path) -> Path:
    """A database with a flow in it and its key beside it."""
    create_key_file(folder / "portal.key")
    portal = Registratura(f"sqlite:///{folder / 'portal.db'}", folder / "portal.key")
    portal.start(Registration)
    portal.close()
    return folder


def unchanged(folder: Path, error: type[RegistraturaError], **more: Any) -> None:
    """It does not open, and no byte of the database is another one."""
    file = folder / "portal.db"
    before = file.read_bytes() if file.is_file() else None
    names = sorted(found.name for found in folder.iterdir())
    arguments = {"database": f"sqlite:///{file}", "keys": folder / "portal.key", **more}
    with pytest.raises(error) as raised:
        Registratura(arguments.pop("database"), arguments.pop("keys"), **arguments)
    is_told(raised.value)
    assert (file.read_bytes() if file.is_file() else None) == before
    assert sorted(found.name for found in folder.iterdir()) == names


def test_a_missing_key_is_not_made_anew_for_a_database_that_has_one(tmp_path: Path) -> None:
    (a_portal(tmp_path) / "portal.key").unlink()
    unchanged(tmp_path, KeyMissing)


def test_a_wrong_key_opens_nothing(tmp_path: Path) -> None:
    a_portal(tmp_path)
    create_key_file(tmp_path / "other.key")
    unchanged(tmp_path, KeyWrong, keys=tmp_path / "other.key")
    unchanged(tmp_path, KeyWrong, keys=KEYS)


def test_a_key_file_that_is_none_is_told(tmp_path: Path) -> None:
    (a_portal(tmp_path) / "portal.key").write_text("{}")
    unchanged(tmp_path, KeyUnreadable)
    with pytest.raises(KeyUnreadable):
        CallableKeyring(lambda: b"too short")


def test_a_database_that_is_not_there_is_not_made_where_it_must_be(tmp_path: Path) -> None:
    create_key_file(tmp_path / "portal.key")
    unchanged(tmp_path, DatabaseMissing, create=False)
    unchanged(tmp_path, DatabaseMissing, database=f"sqlite:///{tmp_path / 'no folder' / 'portal.db'}")


@pytest.mark.parametrize(
    "damage", [b"no database at all, but some text of a few words" * 30, b"SQLite format 3\0" * 64]
)
def test_a_damaged_database_is_told_and_left_as_it_is(tmp_path: Path, damage: bytes) -> None:
    (a_portal(tmp_path) / "portal.db").write_bytes(damage)
    unchanged(tmp_path, DatabaseDamaged)


def test_pages_that_break_later_are_told_and_no_library_shows(tmp_path: Path) -> None:
    a_portal(tmp_path)
    file = tmp_path / "portal.db"
    data = bytearray(file.read_bytes())
    # The first page says what is where; all others are spoilt.
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(DatabaseDamaged) as raised:
        Registratura(f"sqlite:///{file}", tmp_path / "portal.key")
    is_told(raised.value)


def test_two_portals_over_one_database_with_one_key_see_the_same(tmp_path: Path) -> None:
    clock = Clock()
    one, two = (portal_of(f"sqlite:///{tmp_path / 'portal.db'}", clock) for _ in range(2))
    flow = one.start(Registration)
    assert two.send(flow.id, URAL).state == one.get(flow.id).state == "main_page"
    one.close()
    two.close()


def test_a_closed_portal_takes_no_call(scene: Scene) -> None:
    flow = scene.portal.start(Registration).id
    scene.portal.close()
    for call in (
        lambda: scene.portal.start(Registration),
        lambda: scene.portal.send(flow, URAL),
        lambda: scene.portal.get(flow),
        lambda: scene.portal.verify(flow),
        scene.portal.run_due,
        lambda: asyncio.run(scene.portal.aget(flow)),
    ):
        with pytest.raises(PortalClosed) as raised:
            call()
        is_told(raised.value)
