"""One durable event through the public API, against the bare sqlite3 driver doing the same reads and writes.

    python benchmarks/bench_event.py [--rounds 10] [--events 100]

SQLite on a file, WAL, synchronous=FULL. Each event goes through `portal.send` with an idempotency key; the statements
that reached its driver are then run, values and all, on a copy of the database. In the end both hold the same bytes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from support import Measured, Pair, at_card_review, at_main_page, bare, copy_of, portal_in, replay, rows_of, taken

from registratura.domain.card import FieldName
from registratura.flows.registration import ChangeRegion, ChooseRegion, CorrectCard
from registratura.host import FlowView, Registratura

Act = Callable[[], FlowView]


def regions(portal: Registratura) -> Iterator[Act]:
    """No personal data: one flow moves, there and back."""
    flow_id = at_main_page(portal)

    def act(number: int) -> FlowView:
        event = ChooseRegion(region="74") if number % 2 else ChangeRegion()
        return portal.send(flow_id, event, idempotency_key=f"regions-{number}")

    return (partial(act, number) for number in count())


def corrections(portal: Registratura) -> Iterator[Act]:
    """Personal data: two flows move, what they hold is opened and sealed."""
    flow_id = at_card_review(portal)
    revision: int = portal.get(flow_id).screen.items["revision"]

    def act(number: int) -> FlowView:
        event = CorrectCard(changes={FieldName.EMAIL: f"margarita.{number}@example.org"}, revision=number)
        return portal.send(flow_id, event, idempotency_key=f"cards-{number}")

    return (partial(act, number) for number in count(revision))


def measure(measured: Measured, acts: Iterator[Act], rounds: int, events: int) -> Pair:
    """Our events and theirs, in turns. A first round that is not counted warms both up."""
    cursor = bare(copy_of(measured.file, "bare.db"))
    pair = Pair("portal.send", "bare sqlite3")
    for number in range(rounds + 1):
        pair.round(counts=number > 0)
        for _ in range(events):
            act = next(acts)
            measured.notes.clear()
            view, ours = taken(act)
            assert view.transition, view
            assert not view.refusals, view
            _, theirs = taken(partial(replay, cursor, measured.notes))
            pair.add(ours, theirs)
    cursor.connection.close()
    measured.portal.close()
    return pair


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--events", type=int, default=100, help="in each round")
    chosen = options.parse_args()
    for title, story in (("An event", regions), ("An event with personal data", corrections)):
        with tempfile.TemporaryDirectory() as folder:
            measured = portal_in(Path(folder))
            pair = measure(measured, story(measured.portal), chosen.rounds, chosen.events)
            same = rows_of(measured.file) == rows_of(Path(folder) / "bare.db")
            assert same, "the bare driver has not written the same rows"
        pair.report(title)


if __name__ == "__main__":
    main()
