"""Does an event cost more as a flow's log grows, or as flows become many?

    python benchmarks/bench_growth.py [--entries 10000] [--flows 1000000]

Few and many are measured in turns in one run. Then SQLite explains every statement of a registration and a sign-in by
password: one that scans a table which grows is an error, however fast it still is.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path
from random import Random

from multiply import FLOW, multiply
from support import Notes, Pair, at_card_review, at_main_page, bare, copy_of, portal_in, taken

from registratura.flows.portal_password import SetPassword
from registratura.flows.registration import ChangeRegion, ChooseRegion, ConfirmCard
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import Registratura

ROUNDS, EVENTS = 10, 40
FEW_ENTRIES, FEW_FLOWS = 10, 1000
# Their size does not depend on how much is stored.
CONSTANT = {"registratura_meta"}


def move(portal: Registratura, flow_id: str, number: int) -> None:
    """One event: to another region, or back."""
    event = ChooseRegion(region="74") if number % 2 else ChangeRegion()
    view = portal.send(flow_id, event, idempotency_key=f"move-{number}")
    assert not view.refusals, view


def grown(portal: Registratura, entries: int) -> str:
    """A flow at the main page whose log has so many entries."""
    flow_id = at_main_page(portal)
    for number in range(entries - portal.get(flow_id).version):
        move(portal, flow_id, number)
    assert portal.get(flow_id).version == entries
    return flow_id


def log_growth(folder: Path, entries: int) -> Pair:
    """Flows with a short log against one with a long log, in one database."""
    portal = portal_in(folder).portal
    old = grown(portal, entries)
    pair = Pair(f"flow with {entries} log entries", f"with {FEW_ENTRIES}")
    for done in range(ROUNDS):
        young = grown(portal, FEW_ENTRIES)
        pair.round()
        for number in range(EVENTS):
            ours = taken(partial(move, portal, old, entries + done * EVENTS + number))
            theirs = taken(partial(move, portal, young, FEW_ENTRIES + number))
            pair.add(ours[1], theirs[1])
    assert len(portal.history(old)) == entries + ROUNDS * EVENTS
    portal.close()
    return pair


def flow_growth(folder: Path, flows: int) -> Pair:
    """A database of few flows against one of many; each event goes to another flow, wherever it lies."""
    template = portal_in(folder, "few.db")
    flow_id = at_main_page(template.portal)
    template.portal.close()
    many = copy_of(template.file, "many.db")
    multiply(template.file, flow_id, FEW_FLOWS)
    _, seconds = taken(partial(multiply, many, flow_id, flows))
    print(f"({flows} flows written in {seconds:.0f} s: {many.stat().st_size / 1e6:.0f} MB)")
    pair, random = Pair(f"among {flows} flows", f"among {FEW_FLOWS}"), Random(1)
    in_many, in_few = portal_in(folder, "many.db").portal, portal_in(folder, "few.db").portal
    of_many, of_few = (iter(random.sample(range(count), ROUNDS * EVENTS)) for count in (flows, FEW_FLOWS))
    for _ in range(ROUNDS):
        pair.round()
        for _ in range(EVENTS):
            ours = taken(partial(move, in_many, FLOW % next(of_many), 0))
            theirs = taken(partial(move, in_few, FLOW % next(of_few), 0))
            pair.add(ours[1], theirs[1])
    in_many.close()
    in_few.close()
    return pair


def explain(folder: Path) -> int:
    """Prints how SQLite finds what each statement asks for; gives the number of scans."""
    portal, notes, file = portal_in(folder)
    walk(portal)
    portal.close()
    cursor, scans = bare(file), 0
    for sql, values in sorted(distinct(notes).items()):
        plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        wrong = [step for step in plan if step.startswith("SCAN") and step.split()[1] not in CONSTANT]
        scans += len(wrong)
        if plan:
            print(f"    {'SCAN' if wrong else 'ok':<5}{' '.join(sql.split())[:60]:<62}{'; '.join(plan)}")
    cursor.connection.close()
    return scans


def distinct(notes: Notes) -> dict[str, object]:
    """The statements that ask or change something, with values of one of the times they ran."""
    asking = ("SELECT", "UPDATE", "DELETE", "INSERT")
    return {sql: values[0] if many else values for sql, values, many in notes if sql.startswith(asking)}


def walk(portal: Registratura) -> None:
    """A registration to its end, a repeated request, a wrong and a right password, and what is due."""
    flow_id = at_card_review(portal)
    for _ in range(2):
        portal.send(flow_id, ConfirmCard(), idempotency_key="confirm")
    done = portal.send(flow_id, SetPassword(password="Zqx81kk", repeat="Zqx81kk"))
    assert done.state == "registered", done
    flow = portal.send(portal.start(SignIn).id, ChoosePassword())
    portal.send(flow.id, SubmitPassword(login="+79001234567", password="wrong1"))
    flow = portal.send(flow.id, SubmitPassword(login="+79001234567", password="Zqx81kk"))
    assert flow.state == "signed_in", flow
    portal.run_due()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=10_000)
    options.add_argument("--flows", type=int, default=1_000_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log_growth(Path(folder), chosen.entries).report("An event of an old flow")
    with tempfile.TemporaryDirectory() as folder:
        flow_growth(Path(folder), chosen.flows).report("An event among many flows")
    with tempfile.TemporaryDirectory() as folder:
        print("How each statement finds its rows")
        scans = explain(Path(folder))
    assert not scans, f"{scans} scans of tables that grow"


if __name__ == "__main__":
    main()
