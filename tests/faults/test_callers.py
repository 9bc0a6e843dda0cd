"""Sixteen processes at once on what there is one of: one of them gets it, or all of them get the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from faults.journey import Traveller, travel, who
from faults.judge import Found, kept
from faults.site import Site, forked, left, site
from support.portal import CLINIC, patient, submitting

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.codes import OneTimeCodePolicy
from registratura.flows.attachment import Attachment, BeginAttachment, Entry
from registratura.flows.effects import DeliverCode
from registratura.flows.errors import Conflict, NotAllowedNow
from registratura.flows.one_time_code import SubmitOneTimeCode
from registratura.host import Caller

CALLERS = 16
WON = "won"
# So many right guesses at once are to be judged, every one: not the limit is tried here, but the single use.
MANY = AttemptsPolicy(limit=10 * CALLERS)
SETTINGS = {
    "attempts": {"code.profile": MANY, "code.account": MANY},
    "one_time_codes": OneTimeCodePolicy(attempts=10 * CALLERS),
}
Act = Callable[[int], str]
"""What the caller of that number does, and what became of it."""


def led(made: Site, name: str, until: str) -> Traveller:
    """A person who has come as far as before that step."""
    person = Traveller(made.portal, name)
    for key, act in travel(person):
        if key == person.key(until):
            break
        act()
    return person


def attachment_code(made: Site, number: int) -> Act:
    """The person enters it in as many windows: all show the attachment, and there is one right."""
    person = led(made, f"1-{number}", "sms")
    caller = Caller(session="another", account=made.portal.get(person.registration).account)
    code = made.portal.clinics.issue_code(CLINIC.id, patient(who(person.number))).code
    begin = BeginAttachment(entry=Entry.HEALTH_HINT)
    windows = [made.portal.start(Attachment, begin, caller=caller).id for _ in range(CALLERS)]
    return lambda n: made.portal.send(windows[n], submitting(code), caller=caller).transition


def one_time_code(made: Site, number: int) -> Act:
    codes = list[str]()
    person = led(made, f"2-{number}", "guess")
    made.portal.handlers[DeliverCode] = lambda effect, effect_id: codes.append(effect.code)
    made.portal.run_due()
    return lambda n: "no" if made.portal.send(person.sms, SubmitOneTimeCode(code=codes[0])).refusals else WON


def one_person(made: Site, number: int) -> Act:
    """Gosuslugi gives the same person to as many registrations."""
    flows = [led(made, f"{10 + n}-{number}", "answer").registration for n in range(CALLERS)]
    answer = made.portal.gosuslugi.returned
    return lambda n: WON if answer(flows[n], who(30_000 + number), f"{number}:{n}").state == "card_review" else "no"


def idempotency_key(made: Site, number: int) -> Act:
    return lambda n: led(made, f"3-{number}", "ChooseRegion").registration


def callback(made: Site, number: int) -> Act:
    """One answer of Gosuslugi, replayed."""
    flow = led(made, f"4-{number}", "answer").registration
    return lambda n: _seen(made.portal.gosuslugi.returned(flow, who(40_000 + number), f"again:{number}"))


def _seen(view: Any) -> str:
    return f"{view.transition} {view.account}"


ONE_WINS = (one_time_code, one_person)
ALL_THE_SAME = (attachment_code, idempotency_key, callback)
# What is written once in a round, however many ask for it.
ONCE = {
    **{"activate": attachment_code, "grant": attachment_code, "submit_one_time_code": one_time_code},
    **{"open_card": one_person, "begin_registration": idempotency_key, "identity_confirmed": callback},
}


def race(made: Site, acts: list[Act], folder: Path) -> list[Counter[str]]:
    """What became of each round. All callers of a round begin at once, each in a process of its own."""
    folder.mkdir()
    ready = get_context("fork").Barrier(CALLERS)

    def call(number: int) -> None:
        with (folder / str(number)).open("w", encoding="utf-8") as out:
            for act in acts:
                ready.wait()
                out.write(f"{_outcome(act, number)}\n")

    processes = [forked(lambda number=number: call(number)) for number in range(CALLERS)]  # type: ignore[misc]
    assert [left(pid) for pid in processes] == [0] * CALLERS
    told = [(folder / str(number)).read_text("utf-8").splitlines() for number in range(CALLERS)]
    return [Counter(one) for one in zip(*told, strict=True)]


def _outcome(act: Act, number: int) -> str:
    try:
        return act(number)
    except (Conflict, NotAllowedNow):
        return "no"


def callers(kind: str, folder: Path, rounds: int) -> Found:
    """So many rounds for each thing."""
    found = Found()
    with site(kind, folder, **SETTINGS) as made:
        for thing in (*ONE_WINS, *ALL_THE_SAME):
            before = written(made)
            acts = [thing(made, number) for number in range(rounds)]
            for outcome in race(made, acts, folder / thing.__name__):
                winners = outcome[WON] if thing in ONE_WINS else len(outcome)
                found += _verdict(thing.__name__, winners)
            for event, of in ONCE.items():
                if of is thing:
                    found += _verdict(event, (written(made) - before)[event] / rounds)
        return found + kept(made)


def _verdict(thing: str, winners: float) -> Found:
    return Found(events=CALLERS, lost=(thing,) * (winners < 1), doubled=(thing,) * (winners > 1))


def written(made: Site) -> Counter[str]:
    """How often each event stands in the log."""
    return Counter(entry.event for flow_id in made.flows() for entry in made.portal.history(flow_id))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_sixteen_callers_at_once_one_gets_what_there_is_one_of(kind: str, tmp_path: Path) -> None:
    found = callers(kind, tmp_path, 1)
    assert found.good, found
