"""The table of interest. Whoever calls commits."""

from __future__ import annotations

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from domain.interest import Interest


class Base(DeclarativeBase):
    """The clinic's tables."""


class InterestRow(Base):
    """One region."""

    __tablename__ = "clinic_interest"

    region: Mapped[str] = mapped_column(String(2), primary_key=True)
    people: Mapped[int] = mapped_column(Integer, default=0)


def add(session: Session, region: str) -> None:
    """One more person from that region."""
    row = session.get(InterestRow, region) or InterestRow(region=region, people=0)
    row.people += 1
    session.add(row)


def read(session: Session) -> list[Interest]:
    """All regions, the most interested first."""
    rows = session.scalars(select(InterestRow).order_by(InterestRow.people.desc(), InterestRow.region))
    return [Interest(row.region, row.people) for row in rows]
