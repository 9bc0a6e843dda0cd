"""The driver over HTTP: what goes over the wire, what cannot be meant for it, and that it sees a broken portal."""

import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from registratura.features.cast import CAST
from registratura.features.spec.ledger import Played, read
from registratura.features.spec.lint import FOLDER, features, scenarios_in

KNOWN: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "drivers.toml").read_text("utf-8"))
CLICKED = re.compile("POST /(?:api/flows|visit/)")
LOOKS = "возвращается на портал"
CALLED_BACK = "GET /gosuslugi/callback"


def behave(*arguments: str, spoilt: str = "") -> subprocess.CompletedProcess[str]:
    """The features over HTTP, without the channel that production does not have; `spoilt` is run before."""
    program = f"import sys\n{spoilt}\nfrom behave.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    settings = ["-f", "null", "-D", "driver=http", "-D", "progress=no", *arguments]
    run = [sys.executable, "-c", program, *settings, str(FOLDER)]
    return subprocess.run(run, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, ...]:
    """What each scenario's people asked for in *Когда*; those that are not played here apart."""
    file = tmp_path_factory.mktemp("behave") / "ledger.json"
    done = behave("-D", f"ledger={file}")
    assert done.returncode == 0, done.stdout + done.stderr
    return tuple(entry for entry in read(file).scenarios if entry.status != "skipped")


def test_what_people_do_goes_over_the_wire(ledger: tuple[Played, ...]) -> None:
    names = tuple(f"{person} " for person in CAST)
    acts = [entry for entry in ledger if entry.when.startswith(names) and LOOKS not in entry.when]
    assert len(acts) > 200
    assert [entry.when for entry in acts if not any(map(CLICKED.match, entry.requests))] == []


def test_gosuslugi_answers_through_the_browser(ledger: tuple[Played, ...]) -> None:
    acts = [entry for entry in ledger if entry.when.startswith(("Госуслуги ", "вместо ", "ответ Госуслуг "))]
    assert len(acts) > 40
    assert [entry.when for entry in acts if CALLED_BACK not in entry.requests] == []


def test_in_process_gosuslugi_may_keep_silent_too() -> None:
    done = behave("-D", "driver=engine")
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_scenario_that_is_not_for_every_driver_says_why() -> None:
    tagged = {s.name: s.active for text in features().values() for s in scenarios_in(text) if s.active}
    assert tagged == {name: set(known["tags"]) for name, known in KNOWN.items()}
    assert all(len(known["why"]) > 30 for known in KNOWN.values())


# What is done to the portal, and a scenario that must see it.
SPOILT = {
    "whatever is asked for breaks": (
        "from registratura.host import Registratura\nRegistratura.asend = None",
        "Принятое согласие записано и ведёт на Госуслуги",
    ),
    "refusals are kept back": (
        "from registratura.host.web import api\nfrom dataclasses import replace\ntold = api.FlowJson.model_validate\n"
        "api.FlowJson.model_validate = lambda view: told(replace(view, refusals=()))",
        "Нельзя принять согласие, текст которого тем временем изменился",
    ),
    "the browser is told no token": (
        "from registratura.host.web import programs\nprograms.tell = lambda *_: None",
        "После отказа можно начать заново",
    ),
    "any browser may bring the answer": (
        "from registratura.host.web.browser import Browsers\n"
        "Browsers.returned = lambda self, browser, state: self.visit(state)",
        "Ответ, принесённый чужим браузером, никого не регистрирует",
    ),
}


@pytest.mark.parametrize(("spoilt", "scenario"), SPOILT.values(), ids=SPOILT)
def test_a_broken_portal_is_seen(spoilt: str, scenario: str, ledger: tuple[Played, ...]) -> None:
    assert scenario in [entry.scenario for entry in ledger]
    done = behave("--name", f"^{scenario}$", spoilt=spoilt)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "\n0 scenarios passed, 1 failed" in done.stdout or "0 scenarios passed, 0 failed, 1 error" in done.stdout
