"""Nothing personal, and no secret, in a log, an error or a `repr`: a real portal's mistake (facts.md)."""

import logging

import pytest
from support.gosuslugi import BASE, MARGARITA, STATE, World, signer, tokens

from registratura.host.gosuslugi import Confirmed
from registratura.host.gosuslugi.tokens import Subject
from registratura.host.standins.web.gosuslugi_faults import Forgery, Place, Trouble

PERSONAL = ("Алексеева", "Маргарита", "1000298933", "112-233-445", "1234567", "example.org", "7501")


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"id_token": Forgery.WRONG_KEY},
        {"token_error": "007053"},
        {"trouble": Trouble.HTML, "trouble_at": Place.PERSON},
        {"missing": frozenset({"lastName"})},
    ],
    ids=lambda fault: next(iter(fault), "none"),
)
def test_no_log_names_the_person(world: World, caplog: pytest.LogCaptureFixture, fault: dict[str, object]) -> None:
    caplog.set_level(logging.DEBUG)
    for name, value in fault.items():
        setattr(world.site.faults, name, value)
    params = world.come_back()
    caplog.clear()
    answer = world.client.answer(params, STATE)
    said = " ".join([*(record.getMessage() for record in caplog.records), repr(answer), str(answer)])
    assert BASE in said, "nothing was logged, so nothing was shown"
    assert [word for word in (*PERSONAL, params.get("code", "-" * 9), "eyJ") if word in said] == []


def test_no_repr_shows_whom_it_is_about(world: World) -> None:
    answer = world.client.answer(world.come_back(), STATE)
    assert isinstance(answer, Confirmed)
    subject = Subject(oid=MARGARITA.oid, trusted=True)
    for thing in (answer, answer.identity, subject, world.client, signer(), tokens()):
        assert [word for word in (*PERSONAL, "PRIVATE") if word in repr(thing)] == []


def test_a_filter_is_there_once_however_many_clients_are_made(world: World) -> None:
    before = len(logging.getLogger("httpx").filters)
    for _ in range(3):
        world.reaching(world.http)
    assert len(logging.getLogger("httpx").filters) == before
