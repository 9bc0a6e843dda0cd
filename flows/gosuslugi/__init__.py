"""The Gosuslugi leg: one fragment of a chart, used by registration and sign-in alike."""

from registratura.flows.gosuslugi.events import (
    AmbiguityResolved,
    CannotSignIn,
    Denial,
    FirstStagePassed,
    GoToGosuslugi,
    IdentityConfirmed,
    IdentityDenied,
    Retry,
    SmsNotArriving,
)
from registratura.flows.gosuslugi.leg import GosuslugiData, away, gosuslugi_leg

__all__ = [
    "AmbiguityResolved",
    "CannotSignIn",
    "Denial",
    "FirstStagePassed",
    "GoToGosuslugi",
    "GosuslugiData",
    "IdentityConfirmed",
    "IdentityDenied",
    "Retry",
    "SmsNotArriving",
    "away",
    "gosuslugi_leg",
]
