"""Can what is there be told from what is not? Paired wrong tries: answers compared to the byte, times by a sign test.

    python benchmarks/telling_apart.py [--pairs 2000] [--bare]

As the portal's site and API answer them: in even steps (`host/web/evenly.py`); with --bare as the engine itself does.

Each pair asks twice, in random order and each time in a window of its own: by a login that there is and by one that
there is not, with a wrong password; by a code that was issued to somebody else and by one that was not issued. If the
times say nothing, what is there is the slower one in half of the pairs: of 2 000, in 46.7 % to 53.3 % (99.7 % sure).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from math import sqrt
from pathlib import Path

from support import SECRET, at_card_review

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.clinics import Clinic, PatientRef
from registratura.domain.identity import PersonName
from registratura.flows.attachment import Attachment, BeginAttachment, Entry, SubmitCode
from registratura.flows.catalogue import FLOWS
from registratura.flows.registration import ConfirmCard, SetPassword
from registratura.flows.settings import ATTEMPTS
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import Caller, FlowView, Parts, Registratura, Settings
from registratura.host.web.evenly import STEP, evenly

ENDLESS = AttemptsPolicy(limit=10**9)
CLINIC = Clinic(id="ural", title="Уральская клиника", region="74")
SOMEBODY = PatientRef(name=PersonName(last="Ёлкин", first="Борис"), birth_date=date(1990, 2, 28))
PASSWORD = "Zqx81kk"
Try = Callable[[bool], Callable[[], FlowView]]


def logins(portal: Registratura, account: str) -> Try:
    """Gives a try with a wrong password, by her login or by nobody's."""

    def prepared(there: bool) -> Callable[[], FlowView]:
        flow = portal.send(portal.start(SignIn).id, ChoosePassword())
        login = "+79001234567" if there else f"+7900{random.randrange(10**7):07}"
        return lambda: portal.send(flow.id, SubmitPassword(login=login, password="wrong1"))

    return prepared


def codes(portal: Registratura, account: str) -> Try:
    """Gives a try with a code that was issued to somebody else, or to nobody."""
    caller = Caller(account=account)
    issued = portal.clinics.issue_code(CLINIC.id, SOMEBODY).code

    def prepared(there: bool) -> Callable[[], FlowView]:
        flow = portal.start(Attachment, BeginAttachment(entry=Entry.CLINICS), caller=caller)
        shown = flow.screen.items
        text = {"text_version": str(shown["text_version"]), "text_sha256": str(shown["text_sha256"])}
        code = issued if there else f"{random.randrange(10 ** len(issued)):0{len(issued)}}"
        return lambda: portal.send(flow.id, SubmitCode(code=code, **text), caller=caller)

    return prepared


async def answered(act: Callable[[], FlowView], step: timedelta) -> FlowView:
    """The answer as it leaves the site."""
    async with evenly(FLOWS, SubmitPassword.name, step):
        return await asyncio.to_thread(act)


def told_apart(prepared: Try, pairs: int, step: timedelta) -> tuple[float, float, int]:
    """In what share of the pairs what is there was slower, by how many µs (median), how many answers differ."""
    differences, unlike = [], 0
    for _ in range(pairs):
        acts = {there: prepared(there) for there in random.sample((True, False), 2)}
        took, answers = {}, {}
        for there, act in acts.items():
            begun = time.perf_counter()
            view = asyncio.run(answered(act, step)) if step else act()
            took[there] = time.perf_counter() - begun
            answers[there] = [asdict(refusal) for refusal in view.refusals], view.state, view.screen.title
        unlike += answers[True] != answers[False]
        differences.append(took[True] - took[False])
    slower = sum(difference > 0 for difference in differences) / pairs
    return slower, statistics.median(differences) * 1e6, unlike


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=2_000)
    parser.add_argument("--bare", action="store_true")
    asked = parser.parse_args()
    pairs, step = asked.pairs, timedelta(0) if asked.bare else STEP
    settings = Settings(clinics={CLINIC.id: CLINIC}, attempts=dict.fromkeys(ATTEMPTS, ENDLESS))
    with tempfile.TemporaryDirectory() as folder:
        portal = Registratura(f"sqlite:///{Path(folder) / 'portal.db'}", lambda: SECRET, parts=Parts(settings=settings))
        flow = at_card_review(portal)
        portal.send(flow, ConfirmCard())
        account = str(portal.send(flow, SetPassword(password=PASSWORD, repeat=PASSWORD)).account)
        chance = 3 * sqrt(0.25 / pairs)
        for title, contender in (("a login that there is", logins), ("a code that was issued", codes)):
            slower, difference, unlike = told_apart(contender(portal, account), pairs, step)
            verdict = "nothing to tell them by" if abs(slower - 0.5) <= chance and not unlike else "CAN BE TOLD APART"
            print(
                f"{title}: slower in {slower:.1%} of {pairs} pairs, by {difference:+.0f} µs (median); "
                f"answers that differ: {unlike}: {verdict}"
            )
        portal.close()


if __name__ == "__main__":
    main()
