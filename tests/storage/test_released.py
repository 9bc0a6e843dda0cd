"""From every released version of the tables, with people in them, to the newest one; and life goes on."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.people import identity
from support.planted import second
from support.portal import BORIS, PASSWORD, Scene, submitting
from support.released import MAKES, SESSION, known, restored, scene, versions
from support.schemas import Place, empty

from registratura.flows.registration import ConfirmCard, SetPassword
from registratura.host import Caller
from registratura.storage import SqlStorage
from registratura.storage.names import OUR_NAMES
from registratura.storage.open import reached
from registratura.storage.sessions import sessions_for
from registratura.storage.tables import SCHEMA_VERSION
from registratura.storage.upgrade import check, upgrade

EVERY = [(make, version) for version in versions() for make in MAKES]


@pytest.fixture(params=EVERY, ids=lambda one: f"{one[0]} {one[1]}")
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, int, Any]]:
    """A database as a release left it: its make, its version, its address."""
    make, version = request.param
    with empty(Place(make), tmp_path) as address:
        restored(make, version, address)
        yield make, version, address


@pytest.fixture
def brought(released: tuple[str, int, Any]) -> Iterator[tuple[Scene, dict[str, Any]]]:
    """The portal of today over it, and who is in it."""
    make, version, address = released
    with closing(reached(address, False, OUR_NAMES)) as storage:
        assert upgrade(storage) == (version, SCHEMA_VERSION)
        assert check(storage) == SCHEMA_VERSION
    made = scene(address, create=False)
    yield made, known(make, version)
    made.portal.close()


def margarita(who: dict[str, Any]) -> Caller:
    return Caller(session=who["session"], account=who["account"])


def test_every_version_was_written_down_and_the_newest_is_this_one() -> None:
    assert versions() == list(range(1, SCHEMA_VERSION + 1)), "python tests/support/released.py writes down a new one"


def test_every_flow_is_what_its_log_says(brought: tuple[Scene, dict[str, Any]]) -> None:
    made, who = brought
    assert len(who["flows"]) > 5
    assert list(made.storage.flow_ids(limit=1000)) == who["flows"]
    verdicts = [made.portal.verify(flow_id) for flow_id in who["flows"]]
    assert [verdict.problems for verdict in verdicts if not verdict.sound] == []
    assert sum(verdict.evidence for verdict in verdicts) > 0


def test_what_is_personal_can_be_read(brought: tuple[Scene, dict[str, Any]]) -> None:
    made, who = brought
    card = made.portal.get(made.flow_of(margarita(who), "patient_card"), caller=margarita(who))
    shown = json.dumps(card.screen.items, ensure_ascii=False, default=str)
    assert "Маргарита" in shown
    assert str(identity().email).casefold() in shown.casefold()


def test_a_code_that_was_given_before_opens_now(brought: tuple[Scene, dict[str, Any]]) -> None:
    made, who = brought
    attachment = made.walk(who["window"], submitting(who["code"]), caller=margarita(who))
    assert attachment.state == "attached"
    assert attachment.account is not None
    with made.storage.unit() as unit:
        assert [row.state for row in unit.flows_of(attachment.account, "clinic_right")] == ["granted", "granted"]


def test_who_was_at_gosuslugi_comes_back_and_is_registered(brought: tuple[Scene, dict[str, Any]]) -> None:
    made, who = brought
    browser = Caller(session="boris's browser")
    made.portal.gosuslugi.returned(who["waiting"], BORIS, "an answer")
    password = SetPassword(password=PASSWORD, repeat=PASSWORD)
    assert made.walk(who["waiting"], ConfirmCard(), password, caller=browser).ended
    made.portal.run_due()
    assert made.portal.verify(who["waiting"]).sound


def test_a_browser_that_was_signed_in_still_is(brought: tuple[Scene, dict[str, Any]]) -> None:
    made, _ = brought
    assert isinstance(made.storage, SqlStorage)
    assert sessions_for(made.storage).get(SESSION.id) == SESSION


def test_a_version_to_come_finds_everybody_there(released: tuple[str, int, Any], tmp_path: Path) -> None:
    """The next migration is tried on all of this before there is one."""
    make, version, address = released
    with closing(reached(address, False, OUR_NAMES)) as storage:
        assert upgrade(storage, second(tmp_path / "second")) == (version, SCHEMA_VERSION + 1)
        assert list(storage.flow_ids(limit=1000)) == known(make, version)["flows"]
