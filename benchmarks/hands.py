"""The same durable event as a user would write it: by the raw driver, SQLAlchemy's Core and ORM, a machine, DBOS.

A registration goes from the choice of a region to the main page, or back. Each reads the answer to the key and the
flow, decides, and in one transaction writes the answer, the flow if nobody was first, and a line of the log. None of
them seals personal data, chains hashes, keeps evidence or counts guesses.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import BigInteger, ForeignKey, Text, create_engine, insert, select, update
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from registratura.flows.registration.chart import RegistrationChart
from registratura.storage.open import set_up

NEXT = {"region": ("choose_region", "main_page"), "main_page": ("change_region", "region")}


class Base(DeclarativeBase):
    """The tables of who writes it by hand."""


class Flow(Base):
    """A flow, by its current state."""

    __tablename__ = "hand_flows"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)
    data: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[int] = mapped_column(BigInteger)
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": version}


class Log(Base):
    """What happened to a flow."""

    __tablename__ = "hand_log"
    flow_id: Mapped[str] = mapped_column(ForeignKey("hand_flows.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event: Mapped[str] = mapped_column(Text)
    transition: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    at: Mapped[int] = mapped_column(BigInteger)


class Answer(Base):
    """The answer that a key was given."""

    __tablename__ = "hand_answers"
    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger)


FLOWS, LOG, ANSWERS = Flow.__table__, Log.__table__, Answer.__table__


class Hand:
    """One client of the database, with a flow of its own."""

    name: ClassVar[str]

    def __init__(self, address: str) -> None:
        self.address = address
        self.id = str(uuid4())
        self.open()
        self.begin()

    def open(self) -> None:
        self.engine = create_engine(self.address)
        if self.engine.dialect.name == "sqlite":
            from sqlalchemy import event

            event.listen(self.engine, "connect", set_up)

    def begin(self) -> None:
        """The flow's first row."""
        with self.engine.begin() as connection:
            connection.execute(insert(FLOWS), {"id": self.id, "state": "region", "version": 1, **_data("region")})

    def event(self) -> str:
        """One durable event: the state after it."""
        raise NotImplementedError


def _data(state: str) -> dict[str, Any]:
    region = "74" if state == "main_page" else None
    return {"data": json.dumps({"region": region}, sort_keys=True), "changed_at": time.time_ns() // 1000}


def _said(event: str) -> tuple[str, str]:
    payload = json.dumps({"region": "74"} if event == "choose_region" else {}, sort_keys=True)
    return payload, hashlib.sha256(f"{event}{payload}".encode()).hexdigest()


def _line(flow: Any, event: str, state: str, payload: str, at: int) -> dict[str, Any]:
    transition = f"{flow.state}/{event}/{state}"
    named = {"event": event, "transition": transition, "payload": payload, "at": at}
    return {"flow_id": flow.id, "seq": flow.version + 1, **named}


class Core(Hand):
    """SQLAlchemy Core."""

    name = "SQLAlchemy Core by hand"

    def event(self) -> str:
        key = str(uuid4())
        with self.engine.connect() as connection:
            found = connection.execute(select(ANSWERS).where(ANSWERS.c.scope == self.id, ANSWERS.c.key == key)).first()
            flow = connection.execute(select(FLOWS).where(FLOWS.c.id == self.id)).one()
            assert found is None
            connection.rollback()
            event, state = NEXT[flow.state]
            payload, digest = _said(event)
            data = _data(state)
            at = data["changed_at"]
            self._immediate(connection)
            connection.execute(
                insert(ANSWERS), {"scope": self.id, "key": key, "request": digest, "seq": flow.version + 1, "at": at}
            )
            changed = connection.execute(
                update(FLOWS).where(FLOWS.c.id == self.id, FLOWS.c.version == flow.version),
                {"state": state, "version": flow.version + 1, **data},
            )
            assert changed.rowcount == 1
            connection.execute(insert(LOG), _line(flow, event, state, payload, at))
            connection.commit()
        return state

    def _immediate(self, connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")


class Orm(Hand):
    """SQLAlchemy's ORM."""

    name = "SQLAlchemy ORM by hand"

    def event(self) -> str:
        key = str(uuid4())
        with Session(self.engine) as session:
            assert session.get(Answer, (self.id, key)) is None
            flow = session.get_one(Flow, self.id)
            event, state = self.decided(flow)
            transition = f"{flow.state}/{event}/{state}"
            payload, digest = _said(event)
            data = _data(state)
            flow.state, flow.data, flow.changed_at = state, data["data"], data["changed_at"]
            seq, at = flow.version + 1, data["changed_at"]
            session.add(Answer(scope=self.id, key=key, request=digest, seq=seq, at=at))
            line = Log(flow_id=self.id, seq=seq, event=event, transition=transition, payload=payload, at=at)
            session.add(line)
            session.commit()
        return state

    def decided(self, flow: Flow) -> tuple[str, str]:
        return NEXT[flow.state]


class _Model:
    refused = False

    def __init__(self, state: str) -> None:
        self.state: Any = state


class OrmAndMachine(Orm):
    """The ORM, and python-statemachine constructed for the event."""

    name = "ORM + python-statemachine"

    def decided(self, flow: Flow) -> tuple[str, str]:
        model = _Model(flow.state)
        event = NEXT[flow.state][0]
        vars(model).update(GUARDS)
        RegistrationChart(model=model).send(event)
        return event, str(model.state)


GUARDS = {
    str(spec.func): False
    for state in RegistrationChart.states_map.values()
    for transition in state.transitions
    for spec in transition.cond
}


class Dbos(Core):
    """DBOS: a workflow for each event, its transaction a step of it, exactly once by the workflow's id."""

    name = "DBOS"

    def open(self) -> None:
        import logging

        from dbos import DBOS, SetWorkflowID, SQLAlchemyDatasource

        logging.getLogger("dbos").setLevel(logging.ERROR)
        super().open()
        own = make_url(self.address)
        system = own.set(drivername="postgresql").render_as_string(hide_password=False)
        DBOS(config={"name": "registration", "system_database_url": system, "log_level": "ERROR", "enable_otlp": False})
        source = SQLAlchemyDatasource.create(self.address)

        @source.transaction
        def moved(flow_id: str) -> str:
            return _moved(source, flow_id)

        @DBOS.workflow()
        def sent(flow_id: str) -> str:
            return str(moved(flow_id))

        DBOS.launch()
        self.sent, self.with_id = sent, SetWorkflowID

    def event(self) -> str:
        with self.with_id(str(uuid4())):
            return str(self.sent(self.id))


def _moved(source: Any, flow_id: str) -> str:
    """DBOS's transaction: its checkpoint is the answer to the key."""
    session = source.sql_session()
    flow = session.execute(select(FLOWS).where(FLOWS.c.id == flow_id)).one()
    event, state = NEXT[flow.state]
    payload, _ = _said(event)
    data = _data(state)
    mine = FLOWS.c.id == flow_id, FLOWS.c.version == flow.version
    changed = session.execute(update(FLOWS).where(*mine).values(state=state, version=flow.version + 1, **data))
    assert changed.rowcount == 1
    session.execute(insert(LOG).values(**_line(flow, event, state, payload, data["changed_at"])))
    return state


HANDS = {hand.name: hand for hand in (Core, Orm, OrmAndMachine, Dbos)}
