"""A whole journey under asyncio, on an asynchronous driver: the same engine, and no connection too many."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from registratura.domain.identity import Identity, PersonName
from registratura.flows.errors import PoolUnfit
from registratura.flows.registration import (
    AcceptConsent,
    ChooseRegion,
    ConfirmLater,
    GoToGosuslugi,
    Register,
    Registration,
    SkipPassword,
)
from registratura.host import Registratura

PERSON = Identity(
    issuer="gosuslugi",
    oid="1",
    trusted=True,
    name=PersonName(last="Алексеева", first="Маргарита", middle=None),
    birth_date=date(2000, 8, 12),
)


def engine_at(address: Any) -> AsyncEngine:
    return create_async_engine(address, pool_size=2, max_overflow=0)


async def journey(portal: Registratura, number: int) -> str:
    flow = await portal.astart(Registration)
    await portal.asend(flow.id, ChooseRegion(region="74"))
    items = (await portal.asend(flow.id, Register())).screen.items
    await portal.asend(flow.id, AcceptConsent(text_version=items["text_version"], text_sha256=items["text_sha256"]))
    await portal.asend(flow.id, GoToGosuslugi())
    person = PERSON.model_copy(update={"oid": str(number)})
    await portal.arun(portal.gosuslugi.returned, flow.id, person, f"answer-{number}")
    await portal.asend(flow.id, ConfirmLater())
    await portal.asend(flow.id, SkipPassword())
    assert (await portal.arun(portal.verify, flow.id)).sound
    return (await portal.aget(flow.id)).state


def test_a_registration_goes_to_its_end_on_an_asynchronous_driver(asynchronous: Any, tmp_path: Path) -> None:
    async def play() -> None:
        engine = engine_at(asynchronous)
        portal = await Registratura.aopen(engine, tmp_path / "portal.key")
        assert await journey(portal, 1) == "registered"
        assert (await portal.arun(portal.run_due)).dead == 0
        assert len(await portal.arun(portal.engine.storage.flow_ids)) == 3
        await engine.dispose()

    asyncio.run(play())


def test_many_at_once_need_no_more_connections_than_the_pool_has(asynchronous: Any, tmp_path: Path) -> None:
    async def play() -> list[str]:
        engine = engine_at(asynchronous)
        portal = await Registratura.aopen(engine, tmp_path / "portal.key")
        ends = await asyncio.gather(*(journey(portal, number) for number in range(12)))
        await engine.dispose()
        return list(ends)

    assert asyncio.run(play()) == ["registered"] * 12


def test_an_engine_in_memory_would_mix_what_runs_at_once_and_is_refused(tmp_path: Path) -> None:
    async def play() -> None:
        engine = create_async_engine("sqlite+aiosqlite://")
        with pytest.raises(PoolUnfit, match="memory:"):
            await Registratura.aopen(engine, tmp_path / "portal.key")
        await engine.dispose()

    asyncio.run(play())
    assert list(tmp_path.iterdir()) == []


def test_a_portal_without_a_database_takes_what_runs_at_once() -> None:
    async def play() -> list[str]:
        portal = await Registratura.aopen("memory:", lambda: b"1" * 32)
        return list(await asyncio.gather(*(journey(portal, number) for number in range(6))))

    assert asyncio.run(play()) == ["registered"] * 6
