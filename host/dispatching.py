"""Effects carried out in this process by the host's handlers, or handed on to what the host runs already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import copy_context
from threading import Thread
from typing import Any

from registratura.flows.effects import EndOtherSessions, NotifyPerson
from registratura.flows.errors import HandlerMissing
from registratura.flows.ports import Dispatcher
from registratura.flows.step import Effect

Handler = Callable[[Any, str], None]
"""Carries an effect out. The second argument is the effect's id, the same in every repetition: deduplicate by it."""


class InProcess(Dispatcher):
    """By the handlers, which may be added to at any time; what `elsewhere` takes is handed on to it."""

    def __init__(self, handlers: Mapping[type[Effect], Handler], elsewhere: Dispatcher | None = None) -> None:
        self._handlers, self._elsewhere = handlers, elsewhere

    def takes(self, effect: type[Effect]) -> bool:
        return effect in self._handlers or (self._elsewhere is not None and self._elsewhere.takes(effect))

    def dispatch(self, effect: Effect, effect_id: str) -> None:
        if self._elsewhere is not None and self._elsewhere.takes(type(effect)):
            self._elsewhere.dispatch(effect, effect_id)
            return
        handler = self._handlers.get(type(effect))
        if handler is None:
            raise HandlerMissing(kind=effect.kind())
        handler(effect, effect_id)


class HandlerHangs(TimeoutError):
    """A handler did not come back in its time. It may still do: its effect goes out again, under the same id."""


class HandlerExits(RuntimeError):
    """A handler raised what ends a thread or a program (`SystemExit`, `CancelledError`). Its effect has failed."""


class Patient(Dispatcher):
    """Waits so many seconds for each effect, in a thread of its own: a handler that hangs stops nothing else."""

    def __init__(self, dispatcher: Dispatcher, seconds: float) -> None:
        self._dispatcher, self._seconds = dispatcher, seconds

    def takes(self, effect: type[Effect]) -> bool:
        return self._dispatcher.takes(effect)

    def dispatch(self, effect: Effect, effect_id: str) -> None:
        raised: list[Exception] = []

        def carry_out() -> None:
            try:
                self._dispatcher.dispatch(effect, effect_id)
            except Exception as failure:  # noqa: BLE001  # it belongs to who waits for it
                raised.append(failure)
            except BaseException as failure:  # noqa: BLE001  # and this must not end who waits
                raised.append(HandlerExits(type(failure).__name__))

        # What the worker knows of itself (a trace that it is part of), its handlers know too.
        thread = Thread(target=copy_context().run, args=(carry_out,), name=f"handler {effect.kind()}", daemon=True)
        thread.start()
        thread.join(self._seconds)
        if thread.is_alive():
            raise HandlerHangs
        if raised:
            raise raised[0]


def _say_nothing(effect: Any, effect_id: str) -> None:
    """A host that sends no messages and keeps no sessions has nothing to do."""


SAY_NOTHING: Mapping[type[Effect], Handler] = {NotifyPerson: _say_nothing, EndOtherSessions: _say_nothing}
