"""What can go wrong: one tree of errors, grouped by what the caller can do about it.

Each error says the cause, the cure and, where it helps, what is allowed now. None of them writes anything: after an
error the stored flow is byte for byte what it was. A rule that says no is not an error but an outcome: a `Refusal`.
"""

from __future__ import annotations

import re
from typing import ClassVar

from registratura.domain.refusal import Refusal


class RegistraturaError(Exception):
    """Something could not be done. `code` is stable; `params` never hold personal data.

    A shell shows people the catalogue's text `error.<code>`, and developers this message.
    """

    code: ClassVar[str]
    cause: ClassVar[str] = ""
    cure: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **params: str | int | None) -> None:
        self.params = params
        super().__init__(f"{self.cause} {self.cure}".format(**params).strip())


class CallerError(RegistraturaError):
    """The call was wrong: correct it and call again."""


class UnknownFlow(CallerError):
    """No such flow, or the caller may not see it: the two are not told apart."""

    cause = "There is no flow {flow_id} for this caller."
    cure = "Pass the id that `start` returned, and the same session or account."


class Erased(UnknownFlow):
    """The flow is there, and what it held of a person is destroyed (U40). Only the host is told; others see none."""

    cause = "The personal data of flow {flow_id} is destroyed."
    cure = "Nothing brings it back; `registratura flows show` shows what stays of it."


class UnknownEvent(CallerError):
    """The flow's chart has no such event."""

    cause = "The flow «{flow}» has no event {event!r}."
    cure = "It knows: {known}."


class InvalidPayload(CallerError):
    """The event's payload does not fit its schema. `problems` lists (field, code), never the value."""

    cause = "The payload of {event!r} is not valid: {summary}."
    cure = "See the event's JSON Schema in `flow.actions`."

    def __init__(self, event: str, problems: tuple[tuple[str, str], ...]) -> None:
        self.problems = problems
        super().__init__(event=event, summary="; ".join(f"{field or 'payload'}: {code}" for field, code in problems))


class NotAllowedNow(CallerError):
    """The chart has no such step from the present state."""

    cause = "{event!r} is not possible in state {state!r} of «{flow}»."
    cure = "Allowed now: {allowed_now}."

    def __init__(self, flow: str, state: str, event: str, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        super().__init__(flow=flow, state=state, event=event, allowed_now=", ".join(allowed) or "nothing")


class NotAPersonsEvent(CallerError):
    """A fact, or time, was sent as if a person had done it."""

    cause = "{event!r} is not a person's event."
    cure = "Facts come through gateways (`portal.gosuslugi`, `portal.clinics`), time through timers."


class NotStartedByHosts(CallerError):
    """This flow is started by another flow or by a gateway."""

    cause = "«{flow}» is not started by a person."
    cure = "It is started by another flow or a gateway; see its docstring."


class StartRefused(CallerError):
    """A rule said no before there was a flow: nothing was created. `refusals` says why."""

    cause = "«{flow}» was not started: {codes}."
    cure = "See `refusals`: each has a code, a text and, where time cures it, `retry_at`."

    def __init__(self, flow: str, refusals: tuple[Refusal, ...]) -> None:
        self.refusals = refusals
        super().__init__(flow=flow, codes=", ".join(refusal.code for refusal in refusals))


class NeedsOwnTransaction(CallerError):
    """A judged event came inside the host's transaction without its ticket."""

    cause = "{event!r} is judged: its attempt must be counted in a transaction of its own."
    cure = "Call `ticket = portal.attempt(flow_id, event)` before the transaction and pass `ticket=`."


class NotJudged(CallerError):
    """A ticket was asked for an event that guesses at no secret."""

    cause = "{event!r} guesses at no secret, so no attempt is counted."
    cure = "Send it without a ticket."


class TicketInvalid(CallerError):
    """The ticket is for another flow or event, or is spent."""

    cause = "This ticket is not valid for {event!r} on flow {flow_id}."
    cure = "Count a new attempt with `portal.attempt(flow_id, event)`."


class NotAFlow(CallerError):
    """Something else was passed where a flow's class is wanted."""

    cause = "{what} is none of the flows."
    cure = "Pass the class, as in `portal.start(Registration)`. There are: {known}."


class WithinUnknown(CallerError):
    """What was passed as `within` is no transaction that this storage can write in."""

    cause = "`within` is a {what}, which is no transaction of this storage."
    cure = "Pass {needed}, or nothing."


class Conflict(RegistraturaError):
    """Somebody was first: read again, then decide."""


class ConcurrentUpdate(Conflict):
    """Another writer moved the flow, or the version that the caller expected is stale."""

    cause = "Flow {flow_id} was changed by somebody else; its version is not {expected}."
    cure = "Read the flow again and repeat what is still wanted; an idempotency key makes repeats safe."


class IdempotencyConflict(Conflict):
    """The same key came with another payload."""

    cause = "The idempotency key was already used for another request."
    cure = "Use a new key for a new request, and the same key only to repeat the same one."


class OperatorError(RegistraturaError):
    """The installation needs an operator's hand."""


class KeyMissing(OperatorError):
    """There is data, but no key for it."""

    cause = "The key {key!r} is not there, and the database was written with one."
    cure = "Put the key file back (without it the data cannot be read), or name the right one in `keys=`."


class KeyWrong(OperatorError):
    """The key does not open this database."""

    cause = "The key does not fit this database."
    cure = "Name the key the database was written with in `keys=`; nothing was changed."


class KeyUnreadable(OperatorError):
    """The key file is not one."""

    cause = "{key!r} is not a readable key file: {reason}."
    cure = "Restore it from a copy; `registratura keys new FILE` makes one for a new database."


class KeyExposed(OperatorError):
    """Others than its owner may read the key file."""

    cause = "The key file {key!r} can be read by others."
    cure = "Close it (`chmod 600`), and change the keys if somebody may have read them."


class KeyFileExists(OperatorError):
    """A key file is not overwritten."""

    cause = "The file {key!r} is already there."
    cure = "Name another one; without the old key what it sealed could not be read again."


class DataDamaged(OperatorError):
    """A stored value does not open or decode."""

    cause = "{what} of flow {flow_id} cannot be read."
    cure = "Restore the row from a copy; `registratura flows verify` names all such rows."


class UnknownStoredState(OperatorError):
    """The database holds a state, chart or version that this program does not know."""

    cause = "Flow {flow_id} is in {flow}/{state} (version {chart_version}), which this program does not know."
    cure = "Run the release that wrote it, or declare a migration."


class DatabaseMissing(OperatorError):
    """The database is not where it was said to be."""

    cause = "There is no database at {where}."
    cure = "Check the address. Make the folder first; in it `registratura play` or Registratura(…) makes the database."


class AddressUnreadable(OperatorError):
    """What was given is no address. It is not quoted: a mistyped one may show its password."""

    cause = "The database's address cannot be read."
    cure = "Give the path of a file, or an SQLAlchemy URL such as sqlite:///portal.db."


class DatabaseUnsupported(OperatorError):
    """A database of a make that this version does not know."""

    cause = "SQLite and PostgreSQL are known, not {found}."
    cure = "Give the path of a file, sqlite:///portal.db or postgresql://host/portal."


class PoolUnfit(OperatorError):
    """The host's engine gives one connection to all tasks, or another database to each thread."""

    cause = "An engine with a {pool} mixes what runs at once, or has a database for each thread."
    cure = 'Use a file with SQLAlchemy\'s own pool for it; for tests, Registratura("memory:", …) needs no database.'


class PortalClosed(OperatorError):
    """A call came after `close`."""

    cause = "This portal was closed."
    cure = "Close it when nobody calls it any more, or open another one with Registratura(…)."


class DatabaseDamaged(OperatorError):
    """The file is not a database, or its pages are broken."""

    cause = "{where} is not a readable database."
    cure = "Restore it from a copy; nothing was written."


class DatabaseUnavailable(OperatorError):
    """The database does not answer, is locked or is read-only."""

    cause = "The database did not take the work: {reason}."
    cure = "Nothing was written; try again, and look at the server if it goes on."


class SchemaNewer(OperatorError):
    """The tables were made by a newer release."""

    cause = "The tables in {where} are of version {found}; this program knows {known}."
    cure = "Run the release that made them, or a newer one; nothing was changed."


class ConsentTextMissing(OperatorError):
    """No text of consent for a purpose."""

    cause = "There is no consent text for {purpose!r}."
    cure = "Give one in Settings(consents=…); without a text nobody can consent."


class TextMissing(OperatorError):
    """The catalogue of texts lacks a key."""

    cause = "The catalogue of texts has no {key!r}."
    cure = "Add it to ru.toml or to the host's own catalogue."


class CatalogueUnreadable(OperatorError):
    """The catalogue is not valid TOML."""

    cause = "The catalogue {name!r} cannot be read: {reason}."
    cure = "Mend the named line; texts are strings in quotes, several lines in triple quotes."


class HandlerMissing(OperatorError):
    """No handler was given for an effect; it waits."""

    cause = "There is no handler for the effect {kind}."
    cure = "Give one in Registratura(…, handlers={{…}}); the effect waits until then."


class ChartError(RegistraturaError):
    """A flow was declared inconsistently: a programmer's mistake, found when the module is imported or tested."""

    cause = "«{flow}»: {problem}."
