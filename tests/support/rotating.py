"""Processes of a portal whose digest key is being changed, each with the keys of its stage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import select
from support.people import identity
from support.portal import PASSWORD, Scene

from registratura.domain.identity import Identity
from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword
from registratura.host import FlowView, Parts, Registratura
from registratura.storage import MemoryStorage, SecretKeyring
from registratura.storage.keyring import Key, Keys
from registratura.storage.tables import ATTEMPTS, CLAIMS, IDEMPOTENCY, TICKETS, named

MASTER, SIGN, FIRST, SECOND, THIRD = (Key(f"k{n}", bytes([n]) * 32) for n in range(1, 6))
ONE, BOTH = Keys(MASTER, (FIRST,), SIGN), Keys(MASTER, (SECOND, FIRST), SIGN)
LAST = Keys(MASTER, (SECOND,), SIGN, inner=(FIRST,))
NUMBERS = count()
COLUMNS = (CLAIMS.c.digest, ATTEMPTS.c.scope, IDEMPOTENCY.c.request, TICKETS.c.request, TICKETS.c.verdict)
"""Where there are digests of what could be guessed by who knows the key. A session's id could not."""


def process(scene: Scene, keys: Keys) -> Scene:
    """A process that is started now with these keys, over the database of that one."""
    tools = scene.portal.engine.tools
    parts = Parts(settings=tools.settings, clock=scene.clock, hasher=tools.hasher)
    return Scene(Registratura(scene.storage, SecretKeyring(keys), parts=parts, create=False), scene.clock)


def somebody() -> Identity:
    """One more of many people."""
    number = next(NUMBERS)
    return identity(oid=str(1_000_500_000 + number), phone=f"+7(900){number:07}", email=f"p{number}@example.org")


def stages(scene: Scene) -> Iterator[tuple[Scene, Scene]]:
    """The processes that run beside each other, from the first key to the second."""
    before, with_both = scene, process(scene, BOTH)
    yield before, with_both
    yield with_both, process(scene, BOTH)
    with_both.portal.operator.rekey_digests()
    by_second = process(scene, BOTH)
    yield with_both, by_second
    yield by_second, process(scene, BOTH)
    by_second.portal.operator.drop_digests()
    last = process(scene, LAST)
    yield by_second, last
    last.portal.operator.drop_digests()
    yield last, process(scene, LAST)


def both_ways(scene: Scene) -> Iterator[tuple[Scene, Scene]]:
    """The same, each pair in both orders."""
    for one, other in stages(scene):
        yield one, other
        yield other, one


def tried(scene: Scene, person: Identity, password: str = PASSWORD) -> FlowView:
    """What comes of a sign-in with the person's e-mail."""
    flow = scene.walk(scene.portal.start(SignIn).id, ChoosePassword())
    return scene.portal.send(flow.id, SubmitPassword(login=str(person.email), password=password))


def digests(scene: Scene) -> Iterator[str]:
    """What stands where there are digests of what could be guessed."""
    storage: Any = scene.storage
    if isinstance(storage, MemoryStorage):
        rows = storage.rows
        yield from (digest for _, digest in rows.claims)
        yield from rows.attempts
        yield from (row.request for row in rows.idempotency.values())
        yield from (f"{row.request} {row.verdict}" for row in rows.tickets.values())
        return
    with storage.engine.connect() as connection:
        for column in COLUMNS:
            table = named(column.table, storage.names)  # type: ignore[arg-type]
            yield from connection.scalars(select(table.c[column.name]))


def under(scene: Scene, key: Key) -> int:
    """How many of them are under that key."""
    return sum(f"d1.{key.id}." in text for text in digests(scene))


def accounts(scene: Scene) -> set[str]:
    """All accounts there are, by their first cards."""
    with scene.storage.unit() as unit:
        rows = [unit.flow(flow_id) for flow_id in scene.storage.flow_ids(limit=10_000)]
    return {row.account for row in rows if row is not None and row.flow == "patient_card"}
