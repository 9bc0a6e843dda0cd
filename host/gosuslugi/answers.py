"""How a visit to Gosuslugi ended."""

from __future__ import annotations

from typing import Annotated

from registratura.domain.identity import Identity
from registratura.domain.values import Personal, Value
from registratura.flows.gosuslugi import Denial


class Confirmed(Value):
    """A verified answer: this person signed in. `answer_id` names the answer, so that it counts once (U12)."""

    identity: Annotated[Identity, Personal]
    answer_id: str


class Denied(Value):
    """A verified answer that says no, or none could be had (U7, U9, U10, U14, U15).

    `code` is Gosuslugi's own (`ESIA-007019`), where it gave one. `alarm`: our certificate, clock or registration is
    wrong, and nobody can sign in until an operator mends it.
    """

    reason: Denial
    code: str = ""
    alarm: bool = False


class Rejected(Value):
    """An answer that cannot be verified (U11, U13): a security event. `reason` is a stable code, never what came."""

    reason: str


Answer = Confirmed | Denied | Rejected


class Stop(Exception):
    """The answer is known: nothing more is asked. It does not leave the client."""

    def __init__(self, answer: Denied | Rejected) -> None:
        self.answer = answer
        super().__init__()
