"""The statements of workers: what is due, who has it, and how it ended."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, Text, and_, case, exists, func, null, or_, select, update

from registratura.flows.rows import ERASED
from registratura.storage.statement import value
from registratura.storage.statements import UNFINISHED, statement
from registratura.storage.tables import EFFECTS, FLOWS, KEYS, TIMERS

# Who has a flow in hand moves it alone; a worker passes by what another one has.
DUE_FLOWS = statement(
    select(FLOWS, KEYS.c.wrapped)
    .select_from(TIMERS.join(FLOWS, FLOWS.c.id == TIMERS.c.flow_id).outerjoin(KEYS, KEYS.c.id == FLOWS.c.key_id))
    .where(TIMERS.c.due <= value("now"))
    .order_by(TIMERS.c.due)
    .limit(value("limit"))
    .with_for_update(skip_locked=True, of=FLOWS),
    "now",
    "limit",
)
EARLIER, LATER = EFFECTS.alias("earlier"), EFFECTS.alias("later")


def written_before(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Whether one effect stands before the other in its flow. Of one entry the ids differ by the number at the end."""
    shorter = func.length(one.c.id) < func.length(other.c.id)
    as_long = func.length(one.c.id) == func.length(other.c.id)
    same_entry = and_(one.c.seq == other.c.seq, or_(shorter, and_(as_long, one.c.id < other.c.id)))
    return and_(one.c.flow_id == other.c.flow_id, or_(one.c.seq < other.c.seq, same_entry))


# The kinds come as one text, each between blanks: a list of them would be another statement for each length.
IN_ORDER, LEFT = value("kinds", Text()), value("left", Text())
HELD_UP = exists().where(
    IN_ORDER.like("% " + EFFECTS.c.kind + " %"),
    written_before(EARLIER, EFFECTS),
    or_(EARLIER.c.status == "pending", EARLIER.c.status == "leased"),
    IN_ORDER.like("% " + EARLIER.c.kind + " %"),
)
# Also by one that only waits: that one may be on its way before this is written.
OVERTAKEN = exists().where(
    IN_ORDER.like("% " + EFFECTS.c.kind + " %"),
    written_before(EFFECTS, LATER),
    LATER.c.status != "dead",
    LATER.c.status != "dropped",
    IN_ORDER.like("% " + LATER.c.kind + " %"),
)
DUE_EFFECTS = statement(
    select(EFFECTS)
    .where(UNFINISHED, EFFECTS.c.due <= value("now"), LEFT.not_like("% " + EFFECTS.c.kind + " %"), ~HELD_UP)
    .order_by(EFFECTS.c.due, EFFECTS.c.id)
    .limit(value("limit"))
    .with_for_update(skip_locked=True, of=EFFECTS),
    "now",
    "kinds",
    "left",
    "limit",
)
LEASE_EFFECT = statement(
    update(EFFECTS)
    .where(EFFECTS.c.id == value("id"))
    .values(status="leased", due=value("until"), attempts=EFFECTS.c.attempts + 1),
    "until",
    "id",
)
# A worker whose lease ran out has nothing more to say, but that it is done: then it is, whoever tries it now.
SETTLE_EFFECT = statement(
    update(EFFECTS)
    .where(
        EFFECTS.c.id == value("id"),
        EFFECTS.c.status != "done",
        or_(value("status", Text()) == "done", and_(UNFINISHED, EFFECTS.c.attempts == value("leased"))),
    )
    .values(
        status=value("status"),
        attempts=value("attempts"),
        due=value("due"),
        error=value("error"),
        # What was handed over must not stay: it may be a code.
        sealed=case((value("status", Text()) == "done", null()), else_=EFFECTS.c.sealed),
    ),
    "status",
    "attempts",
    "due",
    "error",
    "id",
    "leased",
)
RENEW_LEASE = statement(
    update(EFFECTS)
    .where(EFFECTS.c.id == value("id"), EFFECTS.c.status == "leased", EFFECTS.c.attempts == value("leased"))
    .values(due=value("until")),
    "until",
    "id",
    "leased",
)
# What was erased has nothing left in it that could be handed over.
RETRY_DEAD = statement(
    update(EFFECTS)
    .where(EFFECTS.c.id == value("id"), EFFECTS.c.status == "dead", EFFECTS.c.error != ERASED, ~OVERTAKEN)
    .values(status="pending", attempts=0, due=value("due"), error=""),
    "due",
    "id",
    "kinds",
)
DROP_DEAD = statement(
    update(EFFECTS)
    .where(EFFECTS.c.id == value("id"), EFFECTS.c.status == "dead")
    .values(status="dropped", due=value("due"), sealed=None),
    "due",
    "id",
)
# One look into an index for each.
NEXT_DUE = statement(
    select(
        *(
            select(func.min(table.c.due)).where(table.c.due > value("now"), *conditions).scalar_subquery()
            for table, *conditions in (
                (TIMERS,),
                (EFFECTS, EFFECTS.c.status == "pending"),
                (EFFECTS, EFFECTS.c.status == "leased"),
            )
        )
    ),
    "now",
)
EFFECTS_NOW = statement(select(EFFECTS).order_by(EFFECTS.c.due, EFFECTS.c.id).limit(value("limit")), "limit")
EFFECTS_THAT_ARE = statement(
    select(EFFECTS)
    .where(EFFECTS.c.status == value("status"))
    .order_by(EFFECTS.c.due, EFFECTS.c.id)
    .limit(value("limit")),
    "status",
    "limit",
)
