"""The composition root: one object that a host makes, keeps and calls.

    host → Registratura → Engine (flows) → Storage (storage) → the host's database

Sync and async are one code path: `asend` runs `send` in SQLAlchemy's greenlet on an AsyncEngine, or in a thread.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.util import greenlet_spawn

from registratura.flows.catalogue import FLOWS
from registratura.flows.engine import FlowView
from registratura.flows.engine.ask import Tools
from registratura.flows.engine.audit import Verdict, replay, verify
from registratura.flows.engine.due import Done, Rounds, forget
from registratura.flows.engine.migrating import Migration, migrate
from registratura.flows.engine.replay import Difference
from registratura.flows.engine.timers import TOGETHER
from registratura.flows.event import Event
from registratura.flows.flow import AnyFlow
from registratura.flows.keyring import Keyring
from registratura.flows.ports import Caller, Dispatcher, Hasher, Ids, Storage
from registratura.flows.rows import LogRow
from registratura.flows.settings import Settings
from registratura.flows.step import Effect
from registratura.flows.texts import Texts
from registratura.flows.versions import Catalogue
from registratura.host.dispatching import SAY_NOTHING, Handler, InProcess
from registratura.host.gateways import ClinicGateway, GosuslugiGateway, Operator
from registratura.host.keys import keys_for, look_at
from registratura.host.observing import ObservedEngine, observed
from registratura.host.worker import Worker
from registratura.storage import (
    Argon2Hasher,
    MemoryStorage,
    RandomIds,
    TableNames,
    storage_for,
)
from registratura.storage.keys import Secrets
from registratura.storage.names import OUR_NAMES

if TYPE_CHECKING:
    from registratura.host.telemetry import Telemetry

T = TypeVar("T")


def utc_now() -> datetime:
    """The server's clock, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a host may replace; tests bring a clock that they turn and a cheap hasher.

    `handlers` carry effects out in process; what `dispatcher` takes is handed on to it instead.
    `flows` are the charts with their versions, where a host has some of its own (docs/versions.md).
    The texts tell times by this clock, in the time zone of the settings.
    """

    settings: Settings = field(default_factory=Settings)
    texts: Texts = field(default_factory=Texts.russian)
    handlers: Mapping[type[Effect], Handler] = field(default_factory=dict)
    dispatcher: Dispatcher | None = None
    clock: Callable[[], datetime] = utc_now
    hasher: Hasher = field(default_factory=Argon2Hasher)
    ids: Ids = field(default_factory=RandomIds)
    telemetry: Telemetry | None = None
    flows: Catalogue = field(default_factory=lambda: FLOWS)

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", self.texts.timed(self.clock, self.settings.timezone))


class Registratura:
    """The portal's flows over a database.

    Args:
        database: an SQLAlchemy URL (`sqlite:///portal.db`), the host's own Engine, `"memory:"`, or a Storage.
        keys: the key file's path, `env:NAME` for a variable with the text of one, a callable that gives the master
            secret (32 bytes, or several, the newest first), or a Keyring. The key file of a new database is made where
            it is not there yet (mode 0600); a database that has one is never given another.
        parts: settings, texts, effect handlers, clock, hasher and ids, each with a default.
        create: make the tables in a database that has none, and the key file.
        names: the schema or the prefix of the tables, where they are not to be called as ours are.

    Raises:
        DatabaseMissing, DatabaseDamaged, KeyMissing, KeyWrong, KeyUnreadable: nothing was written.
        SchemaOlder, SchemaNewer, SchemaTorn, SchemaForeign, NamesUnfit: see `storage_for`; nothing was written.
    """

    def __init__(
        self,
        database: str | os.PathLike[str] | Any,
        keys: str | os.PathLike[str] | Secrets | Keyring,
        *,
        parts: Parts | None = None,
        create: bool = True,
        names: TableNames = OUR_NAMES,
    ) -> None:
        self.parts = parts or Parts()
        look_at(keys)
        self._async_engine: Any = database if hasattr(database, "sync_engine") else None
        storage = _storage(getattr(database, "sync_engine", database), create, names)
        tools = Tools(
            flows=self.parts.flows,
            keys=keys_for(storage, keys, create, mine=storage is not database),
            hasher=self.parts.hasher,
            ids=self.parts.ids,
            clock=self.parts.clock,
            settings=self.parts.settings,
        )
        self.engine = ObservedEngine(storage, tools, self.parts.texts, self.parts.telemetry)
        self.gosuslugi = GosuslugiGateway(self.engine)
        self.clinics = ClinicGateway(self.engine)
        self.operator = Operator(self.engine)
        self.handlers: dict[type[Effect], Handler] = {**SAY_NOTHING, **self.parts.handlers}
        self.dispatcher = observed(InProcess(self.handlers, self.parts.dispatcher), self.parts.telemetry)

    @classmethod
    async def aopen(cls, database: Any, keys: Any, **more: Any) -> Registratura:
        """The same, where the database is an AsyncEngine."""
        made: Registratura = await greenlet_spawn(cls, database, keys, **more)
        return made

    def start(
        self,
        flow: AnyFlow,
        event: Event | None = None,
        *,
        caller: Caller | None = None,
        idempotency_key: str | None = None,
        within: Any = None,
    ) -> FlowView:
        """Start a flow. See `Engine.start`."""
        return self.engine.start(flow, event, caller=caller, idempotency_key=idempotency_key, within=within)

    def send(
        self,
        flow_id: str,
        event: Event,
        *,
        caller: Caller | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        within: Any = None,
        ticket: str | None = None,
    ) -> FlowView:
        """Send a person's event to a flow. See `Engine.send`."""
        return self.engine.send(
            flow_id,
            event,
            caller=caller,
            expected_version=expected_version,
            idempotency_key=idempotency_key,
            within=within,
            ticket=ticket,
        )

    def get(self, flow_id: str, *, caller: Caller | None = None, within: Any = None) -> FlowView:
        """A flow as it is now."""
        return self.engine.get(flow_id, caller=caller, within=within)

    def attempt(
        self, flow_id: str, event: Event, *, caller: Caller | None = None, idempotency_key: str | None = None
    ) -> str:
        """Count the attempt of a judged event before the host's own transaction begins; gives its ticket."""
        return self.engine.attempt(flow_id, event, caller=caller, idempotency_key=idempotency_key)

    def history(self, flow_id: str, *, caller: Caller | None = None, within: Any = None) -> tuple[LogRow, ...]:
        """The log of a flow, the oldest entry first."""
        return self.engine.history(flow_id, caller=caller, within=within)

    def verify(self, flow_id: str) -> Verdict:
        """Replay a flow's log and check its chains."""
        return verify(self.engine, flow_id)

    def replay(self, flow_id: str) -> tuple[Difference, ...]:
        """What the newest charts would do otherwise with a flow's history. See docs/versions.md."""
        return replay(self.engine, flow_id)

    def migrate(self, flow_id: str, *, dry_run: bool = False) -> Migration | None:
        """Take a flow over by a newer version of its chart, if one has a migration for it. See docs/versions.md."""
        return migrate(self.engine, flow_id, dry_run=dry_run)

    def run_due(self, limit: int = TOGETHER) -> Done:
        """Carry out timers and effects that are due, once, and forget answers nobody can ask for any more."""
        done = self.engine.round(partial(Rounds(self.engine, self.dispatcher).next, limit))
        forget(self.engine)
        return done

    def worker(self, **options: Any) -> Worker:
        """A worker over this portal, to be run in a process or a thread: docs/worker.md. See `Worker`."""
        return Worker(self, **options)

    def parse(self, flow_id: str, event: str, payload: Mapping[str, Any] | None = None) -> Event:
        """The event of that name with that payload (as JSON gives it), for the flow with that id.

        Raises:
            UnknownFlow, UnknownEvent, InvalidPayload.
        """
        return self.parts.flows.of(self.engine.record(flow_id)).parse(event, payload)

    async def astart(self, flow: AnyFlow, event: Event | None = None, **more: Any) -> FlowView:
        """`start` under asyncio."""
        return await self.arun(self.start, flow, event, **more)

    async def asend(self, flow_id: str, event: Event, **more: Any) -> FlowView:
        """`send` under asyncio. `within` may be an AsyncSession or AsyncConnection."""
        return await self.arun(self.send, flow_id, event, **more)

    async def aget(self, flow_id: str, **more: Any) -> FlowView:
        """`get` under asyncio."""
        return await self.arun(self.get, flow_id, **more)

    async def ahistory(self, flow_id: str, **more: Any) -> tuple[LogRow, ...]:
        """`history` under asyncio."""
        return await self.arun(self.history, flow_id, **more)

    async def aattempt(self, flow_id: str, event: Event, **more: Any) -> str:
        """`attempt` under asyncio."""
        return await self.arun(self.attempt, flow_id, event, **more)

    def close(self) -> None:
        """Let go of the database's connections."""
        self.engine.storage.close()

    async def arun(self, call: Callable[..., T], *args: Any, **more: Any) -> T:
        """Any other call of the portal, a gateway or `run_due` under asyncio: `await portal.arun(portal.run_due)`.

        It runs in SQLAlchemy's greenlet on an AsyncEngine, else in a thread; `within` may be an AsyncSession or
        AsyncConnection.
        """
        within = more.pop("within", None)
        if within is not None:
            found: T = await within.run_sync(lambda sync: call(*args, within=sync, **more))
            return found
        if self._async_engine is None:
            return await asyncio.to_thread(call, *args, **more)
        done: T = await greenlet_spawn(call, *args, **more)
        return done


def _storage(database: Any, create: bool, names: TableNames) -> Storage:
    if database == "memory:":
        return MemoryStorage()
    return database if isinstance(database, Storage) else storage_for(database, create=create, names=names)
