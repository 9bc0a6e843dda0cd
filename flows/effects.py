"""What flows want done outside: effects as data. Each is kept as a row until its handler has said yes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from registratura.domain.values import Personal
from registratura.flows.step import Effect


class NotifyPerson(Effect):
    """Tell the owner of an account what happened; `about` is a key under `message.` in the catalogue."""

    account: str
    about: str


class EndOtherSessions(Effect):
    """Sign the account out everywhere but where this came from (U32): `session` is that caller's, if it has one."""

    account: str
    session: Annotated[str | None, Personal] = None


class StartExport(Effect):
    """Ask a clinic to deliver what it has for this right, and what comes later (A3, A15)."""

    in_order: ClassVar = True
    clinic: str
    right: str


class StopExport(Effect):
    """Tell a clinic that deliveries under this right are over (U53, U54)."""

    in_order: ClassVar = True
    clinic: str
    right: str


class WarnClinic(Effect):
    """Tell a clinic that somebody else tried a code it issued (U45)."""

    clinic: str
    code: str


class AlarmSpraying(Effect):
    """Tell the operators that codes are being guessed all over the portal (U48)."""

    at: datetime


class AlarmAmbiguousCard(Effect):
    """Tell the operators that they must choose which of the clinics' cards is the person's (U19)."""

    flow: str


class DeliverCode(Effect):
    """Send a one-time code by SMS. The stored code is wiped once this is done."""

    phone: Annotated[str, Personal]
    code: Annotated[str, Personal]


class DestroyPersonalData(Effect):
    """Destroy what the host keeps of a subject elsewhere, and report the act, at the latest by `deadline`.

    With `Operator.data_destroyed` goes what is kept here (U40; 152-ФЗ, art. 21).
    """

    subject: str
    withdrawal: str
    deadline: datetime


class AlarmErasureOverdue(Effect):
    """Tell the operators that a withdrawal was not carried out in its term (U40)."""

    withdrawal: str


EFFECTS = {
    effect.kind(): effect
    for effect in (
        *(NotifyPerson, EndOtherSessions, StartExport, StopExport, WarnClinic, AlarmSpraying),
        *(DeliverCode, DestroyPersonalData, AlarmErasureOverdue, AlarmAmbiguousCard),
    )
}
IN_ORDER = frozenset(kind for kind, effect in EFFECTS.items() if effect.in_order)
"""The kinds that leave a flow in the order in which they were written, whoever carries them out."""
