"""A flow: a declared process. One chart, its data, and the rules, guards and decisions written beside it.

class Registration(Flow[RegistrationData]):
    name, version, chart, data = "registration", 1, RegistrationChart, RegistrationData

@Registration.refuses(ChooseRegion)          # why not: yields every reason
@Registration.guard                          # a yes/no question that chooses between transitions
@Registration.decides(ChooseRegion)          # what an accepted step changes, sends, claims, sets off
@Registration.decides_refused(SubmitCode)    # what a refused step leaves behind all the same
@Registration.gathers(ChooseRegion)          # the facts a decision needs (runs outside the pure step)
@Registration.available(ConfirmCard)         # refusals known without a payload, for the list of actions
@Registration.shows("card_review")           # parameters for the screen of a state
@Registration.counts(SubmitCode)             # whose attempts a judged event uses up
@Registration.migrates(1)                    # what becomes of a case of an older version (docs/versions.md)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic_core import PydanticCustomError

from registratura.domain.attempts import AttemptsPolicy
from registratura.domain.refusal import Refusal
from registratura.domain.typed import typed
from registratura.flows.chart import Answers, Chart
from registratura.flows.errors import InvalidPayload, UnknownEvent
from registratura.flows.event import Event, Facts, Origin
from registratura.flows.record import FlowData, FlowRecord
from registratura.flows.step import Case, Migrated, Move, Stays

if TYPE_CHECKING:
    from registratura.flows.ports import Ask
    from registratura.flows.settings import Settings

D = TypeVar("D", bound=FlowData)
E = TypeVar("E", bound=Event)
AnyCase = Case[Any, Any, Any]
Rule = Callable[[AnyCase], Iterable[Refusal]]
Guard = Callable[[AnyCase], bool]
Decision = Callable[[AnyCase], Move]
Gather = Callable[[Any, Any, "Ask"], Facts]
Show = Callable[[Any, "Ask"], Mapping[str, Any]]
Availability = Callable[[Any], Iterable[Refusal]]
Migration = Callable[[Any, datetime], Migrated | Stays]
H = TypeVar("H", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Counted:
    """One counter that a judged event uses up: its name, and whose it is.

    A success forgives what was counted before, but for counters that many people share: there it gives back its own
    guess alone. `limits` is the policy, if it is not the one of that name in the settings.
    """

    policy: str
    whose: str
    forgives: bool = True
    limits: AttemptsPolicy | None = None


DECLARED = (
    *("rules", "guards", "decisions", "refused_decisions", "gatherers", "facts"),
    *("availability", "showers", "counters", "checkers"),
)
"""What is declared beside a flow, by event or by name."""


class Flow(Generic[D]):
    """The base of all declared flows. It is never instantiated: a running case is a `FlowRecord`."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    chart: ClassVar[type[Chart]]
    data: ClassVar[type[FlowData]]
    begins: ClassVar[tuple[type[Event], ...]]
    events: ClassVar[tuple[type[Event], ...]]
    outlives_sign_in: ClassVar[bool] = False
    """Whether the session that started a case may go on with it while nobody is signed in (U67)."""

    answers: ClassVar[Answers]
    by_name: ClassVar[dict[str, type[Event]]]
    rules: ClassVar[dict[type[Event], list[Rule]]]
    guards: ClassVar[dict[str, Guard]]
    decisions: ClassVar[dict[type[Event], Decision]]
    refused_decisions: ClassVar[dict[type[Event], Decision]]
    gatherers: ClassVar[dict[type[Event], Gather]]
    facts: ClassVar[dict[type[Event], type[Facts]]]
    availability: ClassVar[dict[type[Event], list[Availability]]]
    showers: ClassVar[dict[str, Show]]
    counters: ClassVar[dict[type[Event], Callable[[Any, Any, Ask], tuple[Counted, ...]]]]
    checkers: ClassVar[dict[type[Event], Callable[[Any, Settings], None]]]
    migrations: ClassVar[dict[int, Migration]]

    def __init_subclass__(cls) -> None:
        cls.answers = Answers(cls.chart)
        cls.by_name = {event.name: event for event in (*cls.begins, *cls.events)}
        # Another version of a flow has all that it does not declare anew.
        for registry in DECLARED:
            setattr(cls, registry, {key: _own(kept) for key, kept in getattr(cls, registry, {}).items()})
        cls.migrations = {}

    @classmethod
    def refuses(cls, *events: type[Event]) -> Callable[[H], H]:
        """Declare a rule: yields every reason why this event is refused."""
        return _each(events, lambda event, rule: cls.rules.setdefault(event, []).append(rule))

    @classmethod
    def available(cls, *events: type[Event]) -> Callable[[H], H]:
        """Declare a rule that needs only the record: it makes the action unavailable, and refuses it when sent."""

        def keep(event: type[Event], rule: Availability) -> None:
            cls.availability.setdefault(event, []).append(rule)
            cls.rules.setdefault(event, []).append(lambda case: rule(case.record))

        return _each(events, keep)

    @classmethod
    def guard(cls, question: H) -> H:
        """Declare a yes/no question by its name in the chart."""
        cls.guards[question.__name__] = question
        return question

    @classmethod
    def decides(cls, *events: type[Event]) -> Callable[[H], H]:
        """Declare what an accepted event changes, sends, claims and sets off."""
        return _each(events, cls.decisions.__setitem__)

    @classmethod
    def decides_refused(cls, *events: type[Event]) -> Callable[[H], H]:
        """Declare what a refused event leaves behind all the same."""
        return _each(events, cls.refused_decisions.__setitem__)

    @classmethod
    def gathers(cls, *events: type[Event], facts: type[Facts]) -> Callable[[H], H]:
        """Declare how the facts of an event are gathered, and their model (for the log)."""

        def keep(event: type[Event], gather: Gather) -> None:
            cls.gatherers[event], cls.facts[event] = gather, facts

        return _each(events, keep)

    @classmethod
    def shows(cls, *states: str) -> Callable[[H], H]:
        """Declare the parameters of the screens of these states."""

        def keep(show: H) -> H:
            cls.showers.update((state, show) for state in states)
            return show

        return keep

    @classmethod
    def counts(cls, *events: type[Event]) -> Callable[[H], H]:
        """Declare whose attempts a judged event uses up."""
        return _each(events, cls.counters.__setitem__)

    @classmethod
    def checks(cls, *events: type[Event]) -> Callable[[H], H]:
        """Declare a check of the payload that needs the settings; it raises PydanticCustomError."""
        return _each(events, cls.checkers.__setitem__)

    @classmethod
    def migrates(cls, version: int) -> Callable[[H], H]:
        """Declare what becomes of a case of an older version: (its record, the time) → Migrated or Stays, pure."""

        def keep(migration: H) -> H:
            cls.migrations[version] = migration
            return migration

        return keep

    @classmethod
    def check(cls, event: Event, settings: Settings) -> None:
        """Check that what must be filled in is, and what the settings say about a payload; no attempt is burnt by it.

        Raises:
            InvalidPayload: it does not fit.
        """
        if blank := [name for name in event.filled if not typed(getattr(event, name))]:
            raise InvalidPayload(event.name, tuple((name, "field.missing") for name in blank))
        if checker := cls.checkers.get(type(event)):
            try:
                checker(event, settings)
            except PydanticCustomError as error:
                raise InvalidPayload(event.name, (("", error.type),)) from None

    @classmethod
    def life(cls, settings: Settings) -> timedelta | None:
        """How long a case may stay open; None: as long as it likes."""
        return settings.lives.get(cls.name)

    @classmethod
    def allowed(cls, state: str, origin: Origin | None = Origin.PERSON) -> tuple[str, ...]:
        """The names of the events that have a transition from this state."""
        names = cls.answers.events(state)
        return tuple(name for name in names if origin is None or cls.by_name[name].origin == origin)

    @classmethod
    def ended(cls, state: str) -> bool:
        """Whether the state is final."""
        return cls.answers.places[state].final

    @classmethod
    def parse(cls, event: str, payload: Mapping[str, Any] | None = None) -> Event:
        """The event of that name with that payload (as JSON gives it).

        Raises:
            UnknownEvent: the chart has no such event.
            InvalidPayload: the payload does not fit; names each field and the reason, never the value.
        """
        if event not in cls.by_name:
            raise UnknownEvent(flow=cls.name, event=event, known=", ".join(cls.by_name))
        try:
            return cls.by_name[event](**(payload or {}))
        except TypeError:
            # A JSON list or text, not an object.
            raise InvalidPayload(event, (("", "dict_type"),)) from None


def _own(kept: Any) -> Any:
    return list(kept) if isinstance(kept, list) else kept


def _each(events: tuple[type[Event], ...], keep: Callable[[type[Event], Any], object]) -> Callable[[H], H]:
    def declare(function: H) -> H:
        for event in events:
            keep(event, function)
        return function

    return declare


AnyFlow = type[Flow[Any]]
AnyRecord = FlowRecord[Any]
