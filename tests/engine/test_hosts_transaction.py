"""Promises 1 and 11: the host may bring its own session or connection; then it commits, or nothing happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from support.portal import AT_HOME, CLINICS, CONSENTS, HASHER, KEYS, Clock, Scene, accepting, submitting, tables

from registratura.flows.attachment import SubmitCode
from registratura.flows.errors import ConcurrentUpdate, NotAllowedNow, UnknownFlow, WithinUnknown
from registratura.flows.registration import ChooseRegion, Register, Registration
from registratura.host import Parts, Registratura, Settings

URAL = ChooseRegion(region="74")


class Undone(Exception):
    """The host changes its mind."""


def begun(scene: Scene, kind: str) -> Any:
    """The host's own transaction."""
    if kind == "transaction":
        return scene.storage.transaction()
    return Session(scene.storage.engine) if kind == "session" else scene.storage.engine.begin()


def kinds(scene: Scene) -> list[str]:
    return ["session", "connection"] if hasattr(scene.storage, "engine") else ["transaction"]


def commit(within: Any) -> None:
    if isinstance(within, Session):
        within.commit()


def test_what_the_host_commits_has_happened(scene: Scene) -> None:
    for kind in kinds(scene):
        with begun(scene, kind) as within:
            flow = scene.portal.start(Registration, within=within)
            scene.portal.send(flow.id, URAL, within=within, idempotency_key="k")
            assert scene.portal.get(flow.id, within=within).state == "main_page"
            commit(within)
        assert scene.state(flow.id) == "main_page"
        assert scene.portal.send(flow.id, URAL, idempotency_key="k").transition == "region/choose_region/main_page"
        assert scene.portal.verify(flow.id).sound


def test_what_the_host_rolls_back_has_not_happened(scene: Scene) -> None:
    flow = scene.portal.start(Registration)
    before = tables(scene)
    for kind in kinds(scene):
        with pytest.raises(Undone), begun(scene, kind) as within:
            act_and_undo(scene, flow.id, within)
        assert tables(scene) == before
    assert scene.walk(flow.id, URAL).version == 2


def act_and_undo(scene: Scene, flow_id: str, within: Any) -> None:
    scene.portal.send(flow_id, URAL, within=within, idempotency_key="k")
    scene.portal.start(Registration, within=within)
    raise Undone


def test_before_the_commit_nobody_else_sees_it(scene: Scene) -> None:
    for kind in kinds(scene):
        with begun(scene, kind) as within:
            flow = scene.portal.start(Registration, within=within)
            with pytest.raises(UnknownFlow):
                scene.portal.get(flow.id)
            commit(within)
        assert scene.state(flow.id) == "region"


def test_an_error_leaves_the_hosts_transaction_usable_and_its_rows_alone(sqlite: Scene) -> None:
    flow = sqlite.portal.start(Registration)
    with Session(sqlite.storage.engine) as session:
        session.execute(text("CREATE TABLE hosts (name TEXT)"))
        session.execute(text("INSERT INTO hosts VALUES ('one')"))
        for wrong in (Register(), accepting()):
            with pytest.raises(NotAllowedNow):
                sqlite.portal.send(flow.id, wrong, within=session)
        with pytest.raises(ConcurrentUpdate):
            sqlite.portal.send(flow.id, URAL, within=session, expected_version=9)
        sqlite.portal.send(flow.id, URAL, within=session)
        session.commit()
    with sqlite.storage.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM hosts")).scalar() == 1
    assert sqlite.state(flow.id) == "main_page"


def test_what_is_late_is_carried_out_in_the_hosts_transaction(scene: Scene) -> None:
    flow = scene.at_consent(None)
    scene.clock.now = scene.clock.now.replace(year=2027)
    before = tables(scene)
    for kind in kinds(scene):
        with pytest.raises(Undone), begun(scene, kind) as within:
            look_and_undo(scene, flow.id, within)
        assert tables(scene) == before


def look_and_undo(scene: Scene, flow_id: str, within: Any) -> None:
    assert scene.portal.get(flow_id, within=within).state == "expired"
    raise Undone


def send_beside(scene: Scene, flow_id: str, within: Any) -> None:
    scene.portal.send(flow_id, URAL, within=within)
    scene.portal.send(flow_id, ChooseRegion(region="00"))


def test_two_of_the_hosts_transactions_that_meet(scene: Scene) -> None:
    flow = scene.portal.start(Registration)
    kind = kinds(scene)[0]
    if kind == "transaction":
        with pytest.raises(ConcurrentUpdate), begun(scene, kind) as within:
            send_beside(scene, flow.id, within)
    else:
        with begun(scene, kind) as within:
            assert scene.portal.get(flow.id, within=within).state == "region"
            scene.portal.send(flow.id, URAL)
            with pytest.raises((ConcurrentUpdate, NotAllowedNow)):
                scene.portal.send(flow.id, URAL, within=within)
    assert len(scene.log(flow.id)) == 2


@pytest.mark.parametrize("within", ["a session", object(), 1])
def test_what_is_no_transaction_is_told(scene: Scene, within: Any) -> None:
    flow = scene.portal.start(Registration)
    before = tables(scene)
    for use in (scene.portal.send, scene.portal.get):
        arguments = (flow.id, URAL) if use == scene.portal.send else (flow.id,)
        with pytest.raises(WithinUnknown, match="no transaction of this storage"):
            use(*arguments, within=within)
    assert tables(scene) == before


def test_the_whole_journey_in_the_hosts_own_transactions(sqlite: Scene) -> None:
    """Each step in a transaction of its own, as a host does that writes rows beside ours."""
    caller = sqlite.registered()
    flow, code = sqlite.at_code_entry(caller), sqlite.code()
    event: SubmitCode = submitting(code.code)
    ticket = sqlite.portal.attempt(flow.id, event, caller=caller, idempotency_key="press")
    for _ in range(2):
        with Session(sqlite.storage.engine) as session, session.begin():
            view = sqlite.portal.send(
                flow.id, event, caller=caller, within=session, ticket=ticket, idempotency_key="press"
            )
    assert view.state == "attached"
    assert len(sqlite.log(flow.id)) == 2


# ─── Under asyncio ───────────────────────────────────────────────────────────────────────────────────────────────────


def parts() -> Parts:
    return Parts(settings=Settings(consents=CONSENTS, clinics=CLINICS), clock=Clock(), hasher=HASHER)


def running(address: Any, work: Callable[[Registratura, Any], Awaitable[None]]) -> None:
    """The work, with a portal on an asynchronous engine."""

    async def run() -> None:
        engine = create_async_engine(address)
        portal = await Registratura.aopen(engine, KEYS, parts=parts())
        await work(portal, engine)
        await engine.dispose()

    asyncio.run(run())


def test_the_same_portal_under_asyncio(asynchronous: Any) -> None:
    async def work(portal: Registratura, engine: Any) -> None:
        flow = await portal.astart(Registration, caller=AT_HOME, idempotency_key="k")
        assert (await portal.astart(Registration, caller=AT_HOME, idempotency_key="k")).id == flow.id
        view = await portal.asend(flow.id, ChooseRegion(region="00"), caller=AT_HOME)
        assert [refusal.code for refusal in view.refusals] == ["region.unknown"]
        await portal.asend(flow.id, URAL, caller=AT_HOME)
        assert (await portal.aget(flow.id, caller=AT_HOME)).state == "main_page"
        with pytest.raises(NotAllowedNow):
            await portal.asend(flow.id, URAL, caller=AT_HOME)

    running(asynchronous, work)


def test_the_hosts_asynchronous_session_commits_or_nothing_happened(asynchronous: Any) -> None:
    async def work(portal: Registratura, engine: Any) -> None:
        flow = await portal.astart(Registration)
        async with AsyncSession(engine) as session:
            await portal.asend(flow.id, URAL, within=session)
            assert (await portal.aget(flow.id, within=session)).state == "main_page"
            await session.rollback()
        assert (await portal.aget(flow.id)).state == "region"
        async with AsyncSession(engine) as session, session.begin():
            await portal.asend(flow.id, URAL, within=session)
            other = await portal.astart(Registration, within=session)
        assert (await portal.aget(flow.id)).state == "main_page"
        assert (await portal.aget(other.id)).state == "region"
        async with engine.connect() as connection:
            await portal.asend(other.id, URAL, within=connection)
            await connection.commit()
        assert (await portal.aget(other.id)).state == "main_page"

    running(asynchronous, work)


def test_many_at_once_under_asyncio(asynchronous: Any) -> None:
    async def work(portal: Registratura, engine: Any) -> None:
        flows = await asyncio.gather(*(portal.astart(Registration) for _ in range(8)))
        views = await asyncio.gather(*(portal.asend(flow.id, URAL) for flow in flows))
        assert {view.state for view in views} == {"main_page"}
        same = await asyncio.gather(*(portal.asend(flows[0].id, Register(), idempotency_key="k") for _ in range(8)))
        assert {view.transition for view in same} == {"main_page/register/consent"}

    running(asynchronous, work)


def test_a_guess_under_asyncio_is_counted_before_it_is_judged(asynchronous: Any) -> None:
    async def work(portal: Registratura, engine: Any) -> None:
        from registratura.flows.sign_in import ChoosePassword, SignIn, SubmitPassword

        flow = await portal.astart(SignIn)
        await portal.asend(flow.id, ChoosePassword())
        guess = SubmitPassword(login="nobody@example.org", password="wrong")
        ticket = await portal.aattempt(flow.id, guess)
        async with AsyncSession(engine) as session, session.begin():
            view = await portal.asend(flow.id, guess, within=session, ticket=ticket)
        assert [refusal.code for refusal in view.refusals] == ["sign_in.failed"]
        for _ in range(4):
            view = await portal.asend(flow.id, guess)
        assert view.state == "locked"

    running(asynchronous, work)


def test_an_ordinary_engine_under_asyncio_goes_to_a_thread(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'portal.db'}")
    portal = Registratura(engine, KEYS, parts=parts())

    async def run() -> None:
        flow = await portal.astart(Registration)
        await portal.asend(flow.id, URAL)
        assert (await portal.aget(flow.id)).state == "main_page"

    asyncio.run(run())
    engine.dispose()
