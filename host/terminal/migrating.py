"""`registratura flows migrate`: flows of older versions, taken over by newer ones, each in a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import Enum
from traceback import extract_tb

from registratura.flows.engine.migrating import Migration, target_of
from registratura.flows.errors import ChartError, ConcurrentUpdate, DataDamaged, Erased, UnknownStoredState
from registratura.flows.flow import AnyRecord
from registratura.flows.step import Stays
from registratura.flows.versions import Catalogue
from registratura.host.portal import Registratura
from registratura.host.terminal.console import complain, say
from registratura.host.terminal.failures import told
from registratura.host.terminal.flows import rows, title_of_flow
from registratura.host.terminal.working import portal_named


class Ended(Enum):
    """How it ended for a flow."""

    MIGRATED = "migrated"
    STAYED = "stayed"
    FAILED = "failed"


def migrate_flows(database: str, keys: str | None, portal: str | None, limit: int | None, *, dry_run: bool) -> int:
    """Migrate what can be, at most so many flows; say of each what became of it. 1 if one of them failed.

    What is migrated is found no more, so who is stopped goes on where they were.
    """
    ends: Counter[Ended] = Counter()
    with portal_named(database, keys, portal) as made:
        flows = made.parts.flows
        # All are found before one is written: nothing is to be read and written at once.
        for flow_id in [row.id for row in rows(made) if target_of(flows, row)]:
            if limit is not None and ends[Ended.MIGRATED] >= limit:
                break
            ends.update(_migrated(made, flow_id, dry_run=dry_run))
    if not ends:
        say("Переводить нечего: все открытые процессы идут по версиям, с которых переходов нет.")
        return 0
    done, stay = ("Перешли бы", "Остались бы") if dry_run else ("Перешли", "Остались")
    say(f"{done} на новую версию: {ends[Ended.MIGRATED]}. {stay} при своей: {ends[Ended.STAYED]}.", "green")
    if ends[Ended.FAILED]:
        complain(f"Не удалось: {ends[Ended.FAILED]}. Эти процессы остались, какими были.")
    return 1 if ends[Ended.FAILED] else 0


def _migrated(portal: Registratura, flow_id: str, *, dry_run: bool) -> Iterator[Ended]:
    try:
        migration = portal.migrate(flow_id, dry_run=dry_run)
    except Erased:
        yield Ended.STAYED
        say(f"  {flow_id}: остаётся: личные данные уничтожены.")
    except (DataDamaged, UnknownStoredState, ConcurrentUpdate, ChartError) as error:
        yield Ended.FAILED
        complain(f"✗ {flow_id}: {error if isinstance(error, ChartError) else told(error)}")
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Whatever the function that a migration is stumbles over, the other flows are migrated.
        yield Ended.FAILED
        complain(f"✗ {flow_id}: переход не вычислился: {type(error).__name__}, {_where(error)}")
    else:
        if migration is not None:
            yield Ended.STAYED if isinstance(migration.after, Stays) else Ended.MIGRATED
            say("\n".join(_said(portal.parts.flows, migration)))


def _where(error: Exception) -> str:
    """Where it failed, and not its words: a migration has the person's data before it, and may quote it."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def _said(flows: Catalogue, migration: Migration) -> Iterator[str]:
    before, after = migration.before, migration.after
    title = f"{before.id} ({title_of_flow(flows, before.flow)})"
    if isinstance(after, Stays):
        yield f"  {title}: остаётся при версии {before.chart_version}: {after.why}."
        return
    here, there = (flows.of(one).answers.places[one.state].title for one in (before, after))
    step = f"шаг прежний, «{here}»" if before.state == after.state else f"шаг «{here}» → «{there}»"
    yield f"→ {title}: версия {before.chart_version} → {after.chart_version}, {step}."
    yield from (f"    {line}" for line in _timers(flows, before, after))


def _timers(flows: Catalogue, before: AnyRecord, after: AnyRecord) -> Iterator[str]:
    for kind in sorted(before.timers.keys() | after.timers.keys()):
        title, then, now = flows.events[kind].title(), before.timers.get(kind), after.timers.get(kind)
        if now is None:
            yield f"Срок «{title}» снят."
        elif then != now:
            yield f"Срок «{title}»: {now.due:%d.%m.%Y %H:%M} UTC."
