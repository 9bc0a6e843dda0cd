"""Each error code means what facts.md says, wherever Gosuslugi puts it."""

import logging

import httpx
import pytest
from support.gosuslugi import STATE, World, answering, offline

from registratura.flows.gosuslugi import Denial
from registratura.host.gosuslugi import Denied
from registratura.host.standins.web.gosuslugi_faults import ERROR_CODES

# Written down once more, not read from the code.
CLASSES = {
    "007004": Denial.CANCELLED,
    "007019": Denial.CANCELLED,
    "007007": Denial.OUTAGE,
    "007008": Denial.OUTAGE,
    "007011": Denial.CODE_DEAD,
    "007046": Denial.NO_SECOND_FACTOR,
    "007055": Denial.UNCONFIRMED,
    **dict.fromkeys(("007003", "007006", "007013", "007014", "007023", "007038"), Denial.CONFIGURATION),
    **dict.fromkeys(("007002", "007015", "007053", "008010"), Denial.CONFIGURATION),
}
ALARMS = {"007002", "007015", "007053", "008010"}


def test_the_stand_in_knows_every_code() -> None:
    assert set(ERROR_CODES) == set(CLASSES)


@pytest.mark.parametrize("code", CLASSES)
def test_an_error_instead_of_a_code(world: World, code: str) -> None:
    world.site.faults.answer_error = code
    answer = world.client.answer(world.come_back(), STATE)
    assert answer == Denied(reason=CLASSES[code], code=f"ESIA-{code}", alarm=code in ALARMS)


@pytest.mark.parametrize("code", CLASSES)
def test_an_error_instead_of_tokens(world: World, code: str) -> None:
    world.site.faults.token_error = code
    answer = world.client.answer(world.come_back(), STATE)
    assert answer == Denied(reason=CLASSES[code], code=f"ESIA-{code}", alarm=code in ALARMS)
    assert world.asked.count("/aas/oauth2/v3/te") == 1


@pytest.mark.parametrize(
    ("error", "description", "denied"),
    [
        ("access_denied", "", Denied(reason=Denial.CANCELLED)),
        ("server_error", "что-то сломалось", Denied(reason=Denial.OUTAGE)),
        ("temporarily_unavailable", "", Denied(reason=Denial.OUTAGE)),
        ("invalid_grant", "", Denied(reason=Denial.CODE_DEAD)),
        ("ESIA-007019", "", Denied(reason=Denial.CANCELLED, code="ESIA-007019")),
        ("invalid_request", "ESIA-007014: нет параметра", Denied(reason=Denial.CONFIGURATION, code="ESIA-007014")),
        ("access_denied", "ESIA-007055", Denied(reason=Denial.UNCONFIRMED, code="ESIA-007055")),
        ("invalid_client", "", Denied(reason=Denial.CONFIGURATION, alarm=True)),
        ("access_denied", "ESIA-099999", Denied(reason=Denial.CONFIGURATION, code="ESIA-099999", alarm=True)),
        ("access_denied", "ESIA-0070040", Denied(reason=Denial.CANCELLED)),
    ],
)
def test_what_the_words_mean(error: str, description: str, denied: Denied) -> None:
    params = {"state": STATE, "error": error, "error_description": description}
    assert offline().answer(params, STATE) == denied


@pytest.mark.parametrize("code", ["007053", "007004"])
def test_operators_hear_of_what_only_they_can_mend(code: str, caplog: pytest.LogCaptureFixture) -> None:
    params = {"state": STATE, "error": "x", "error_description": f"ESIA-{code}"}
    offline().answer(params, STATE)
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == ([f"Gosuslugi does not accept this portal: ESIA-{code}"] if code in ALARMS else [])


@pytest.mark.parametrize("description", [None, 7, ["ESIA-007004"], {}])
def test_an_error_of_another_shape_is_read_by_its_word(description: object) -> None:
    body = {"error": "invalid_grant", "error_description": description}
    answer = answering(lambda request: httpx.Response(400, json=body)).answer({"state": STATE, "code": "c"}, STATE)
    assert answer == Denied(reason=Denial.CODE_DEAD)
