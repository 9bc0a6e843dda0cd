"""The judge itself: it has nothing to say of a whole journey, and sees each thing that may be wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.journey import NAME, Traveller, ask_for_a_code
from faults.judge import judged
from faults.site import Site, site


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Site]:
    with site("sqlite", tmp_path) as one:
        one.finish(1)
        yield one


PEOPLE = 2


def say(made: Site, words: str) -> None:
    with made.storage.engine.begin() as connection:
        connection.exec_driver_sql(words)


def test_a_whole_journey_is_good(made: Site) -> None:
    assert judged(made).good


def test_what_was_told_and_is_not_there_is_lost(made: Site) -> None:
    say(made, "DELETE FROM registratura_idempotency WHERE key LIKE '0-0:%Register'")
    assert judged(made).lost == ("event 0-0:Register",)


def test_an_event_that_is_not_there_is_lost(made: Site) -> None:
    say(made, "DELETE FROM registratura_log WHERE event = 'expire'")
    found = judged(made)
    assert [event.partition(": ")[2] for event in found.lost] == ["expire"] * PEOPLE
    assert found.unsound


def test_an_effect_that_was_given_to_nobody_is_lost(made: Site) -> None:
    say(made, "UPDATE registratura_effects SET status = 'pending' WHERE kind = 'DeliverCode'")
    assert len(judged(made).lost) == PEOPLE


def test_a_request_that_was_carried_out_twice_is_doubled(made: Site) -> None:
    ask_for_a_code(Traveller(made.portal, "0-99"))
    assert "a one_time_code" in judged(made).doubled


def test_two_codes_to_one_person_are_doubled(made: Site) -> None:
    (applied,) = [file for file in (made.notes / "applied").iterdir() if file.read_text("utf-8").endswith("0000000")]
    (made.notes / "applied" / "another").write_text(applied.read_text("utf-8"), "utf-8")
    assert judged(made).doubled == ("another", "2 codes to one person")


def test_a_name_in_a_row_is_in_clear(made: Site) -> None:
    say(made, f"UPDATE registratura_effects SET error = '{NAME.last}'")
    assert judged(made).in_clear == (NAME.last,)


def test_a_log_that_was_changed_is_unsound(made: Site) -> None:
    say(made, "UPDATE registratura_log SET at = at + 1 WHERE event = 'choose_region'")
    assert len(judged(made).unsound) >= 1
