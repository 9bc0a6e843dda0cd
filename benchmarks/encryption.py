"""What sealing personal data adds to an event: the same events on two portals, one of which has a cipher of nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from contest import contest
from figures import Part, micros, ratio
from support import portal_in, taken

from registratura.domain.card import FieldName
from registratura.flows.registration import CorrectCard
from registratura.host import Registratura
from registratura.storage.keyring import SecretKeyring

SEALED, PLAIN = "sealed", "in clear"


class Clear(SecretKeyring):
    """Seals nothing. Data keys, digests and signatures are as ever."""

    def for_one_event(self) -> SecretKeyring:
        return self

    def seal(self, key_id: str, wrapped: str, text: str, place: str) -> str:
        return text

    def open(self, key_id: str, wrapped: str, envelope: str, place: str) -> str:
        return envelope


def parts(full: bool) -> Iterator[Part]:
    """Corrections of a card: two flows move, what they hold is opened and sealed."""
    with tempfile.TemporaryDirectory() as folder:
        contenders: dict[str, Callable[[], float]] = {}
        portals = []
        for name in (SEALED, PLAIN):
            portal = portal_in(Path(folder), f"{name}.db").portal
            if name == PLAIN:
                tools = portal.engine.tools
                clear = Clear.__new__(Clear)
                vars(clear).update(vars(tools.keys))
                portal.engine.tools = replace(tools, keys=clear)
            portals.append(portal)
            contenders[name] = partial(_round, _corrections(portal))
        standings = contest(contenders, PLAIN, 40 if full else 20)
        for portal in portals:
            portal.close()
    rows = [("an event with personal data", "µs", "times")]
    rows += [(name, micros(one.seconds), ratio(one)) for name, one in standings.items()]
    yield Part("What encryption adds, SQLite", rows, {"encryption.ratio": standings[SEALED].ratio})


def _corrections(portal: Registratura) -> Iterator[Callable[[], object]]:
    from support import at_card_review

    flow_id = at_card_review(portal)
    revision: int = portal.get(flow_id).screen.items["revision"]

    def act(number: int) -> object:
        event = CorrectCard(changes={FieldName.EMAIL: f"margarita.{number}@example.org"}, revision=number)
        view = portal.send(flow_id, event)
        assert view.transition, view
        assert not view.refusals, view
        return view

    return (partial(act, number) for number in count(revision))


def _round(acts: Iterator[Callable[[], object]]) -> float:
    return sum(taken(next(acts))[1] for _ in range(50)) / 50
