"""(c) Does an event cost more as a flow's log grows, or as flows become many?

Few and many are measured in turns in one run. Then SQLite explains every statement of a registration and a sign-in by
password: one that scans a table which grows is an error, however fast it still is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

from figures import Part
from multiply import FLOW, multiply_flow, multiply_person
from support import MARGARITA, Notes, Pair, at_card_review, at_main_page, bare, copy_of, portal_in, taken

from registratura.flows.gosuslugi.events import GoToGosuslugi
from registratura.flows.portal_password import SetPassword
from registratura.flows.registration import ChangeRegion, ChooseRegion, ConfirmCard
from registratura.flows.registration.events import SkipPassword
from registratura.flows.sign_in import ChooseGosuslugi, ChoosePassword, SignIn, SubmitPassword
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
    multiply_flow(template.file, flow_id, FEW_FLOWS)
    multiply_flow(many, flow_id, flows)
    pair, random = Pair(f"among {flows} flows and timers", f"among {FEW_FLOWS}"), Random(1)
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


def people_growth(folder: Path, people: int) -> Pair:
    """A sign-in through Gosuslugi among few accounts with their cards and claims, and among many."""
    few, many = _peopled(folder, "few.db", FEW_FLOWS), _peopled(folder, "many.db", people)
    pair = Pair(f"a sign-in among {people} people", f"among {FEW_FLOWS}")
    for _ in range(ROUNDS):
        pair.round()
        for _ in range(4):
            _, ours = taken(many)
            _, theirs = taken(few)
            pair.add(ours, theirs)
    return pair


def _peopled(folder: Path, name: str, people: int) -> Callable[[], None]:
    """A sign-in of the one real person among so many copies of them, each with claims of their own."""
    portal, _, file = portal_in(folder, name)
    flow_id = at_card_review(portal)
    portal.send(flow_id, ConfirmCard())
    portal.send(flow_id, SkipPassword())
    portal.close()
    multiply_person(file, people)
    portal = portal_in(folder, name).portal

    def sign_in() -> None:
        flow = portal.send(portal.start(SignIn).id, ChooseGosuslugi())
        portal.send(flow.id, GoToGosuslugi(via="button"))
        assert portal.gosuslugi.returned(flow.id, MARGARITA, f"answer to {flow.id}").state == "signed_in"

    return sign_in


def explain(folder: Path) -> list[str]:
    """The statements of a registration and a sign-in in which SQLite would scan a table that grows."""
    portal, notes, file = portal_in(folder)
    walk(portal)
    portal.close()
    cursor, scans = bare(file), []
    for sql, values in distinct(notes).items():
        for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values):
            if row[3].startswith("SCAN") and row[3].split()[1] not in CONSTANT:
                scans.append(f"{row[3]} in {sql}")
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


def parts(full: bool) -> Iterator[Part]:
    """A line for each thing that grows; then the statements, of which none may scan."""
    entries, flows, people = (100_000, 10_000_000, 1_000_000) if full else (10_000, 1_000_000, 100_000)
    rows, figures = [("one event", "times")], {}
    works: tuple[tuple[str, Callable[[Path, int], Pair], int], ...] = (
        ("log", log_growth, entries),
        ("flows", flow_growth, flows),
        ("people", people_growth, people),
    )
    for name, work, size in works:
        with tempfile.TemporaryDirectory() as folder:
            pair = work(Path(folder), size)
        rows.append((" over ".join(pair.names), pair.words))
        figures[f"growth.{name}"] = pair.ratio
    with tempfile.TemporaryDirectory() as folder:
        scans = explain(Path(folder))
    assert not scans, f"scans of tables that grow: {scans}"
    yield Part("Growth on SQLite", rows, figures)
