"""What a host decides: regions served, texts, policies, lives, clinics. Everything has a default but the clinics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from registratura.domain.attempts import (
    CODE_ATTEMPTS_PER_ACCOUNT,
    CODE_ATTEMPTS_PER_ADDRESS,
    CODE_ATTEMPTS_PER_PROFILE,
    CODE_ATTEMPTS_TOTAL,
    PASSWORD_ATTEMPTS,
    AttemptsPolicy,
)
from registratura.domain.clinics import Clinic
from registratura.domain.codes import AttachmentCodePolicy, OneTimeCodePolicy
from registratura.domain.consent import ConsentText, Purpose
from registratura.domain.identity import Identity
from registratura.domain.matching import ClinicCard
from registratura.domain.passwords import DOCUMENTED, PasswordPolicy
from registratura.domain.regions import REGIONS
from registratura.flows.texts import MOSCOW, sample_consents

LIVES: Mapping[str, timedelta] = {
    "registration": timedelta(hours=24),
    "sign_in": timedelta(hours=1),
    "attachment": timedelta(hours=1),
}

ATTEMPTS: Mapping[str, AttemptsPolicy] = {
    "password": PASSWORD_ATTEMPTS,
    "code.profile": CODE_ATTEMPTS_PER_PROFILE,
    "code.account": CODE_ATTEMPTS_PER_ACCOUNT,
    "code.address": CODE_ATTEMPTS_PER_ADDRESS,
    "code.total": CODE_ATTEMPTS_TOTAL,
}


def no_clinic_cards(identity: Identity) -> Sequence[ClinicCard]:
    """The default: the host knows of no cards that clinics already keep."""
    return ()


@dataclass(frozen=True, slots=True)
class Settings:
    """A host's decisions.

    `attempts` and `lives` name only what differs from the defaults; a life of None has no end. What concerns a code,
    its life and guesses too, is in the code's policy. `clinic_cards` finds cards that clinics already keep and that may
    be this person's (U19). People are told times in `timezone`.

    Raises:
        ValueError: `attempts` or `lives` has a name that is not among the defaults.
    """

    served_regions: Collection[str] = field(default_factory=lambda: frozenset(REGIONS))
    consents: Mapping[Purpose, ConsentText] = field(default_factory=sample_consents)
    password_policy: PasswordPolicy = DOCUMENTED
    attachment_codes: AttachmentCodePolicy = field(default_factory=AttachmentCodePolicy)
    one_time_codes: OneTimeCodePolicy = field(default_factory=OneTimeCodePolicy)
    attempts: Mapping[str, AttemptsPolicy] = field(default_factory=lambda: ATTEMPTS)
    lives: Mapping[str, timedelta | None] = field(default_factory=lambda: LIVES)
    erasure_term: timedelta = timedelta(days=30)
    timezone: tzinfo = MOSCOW
    clinics: Mapping[str, Clinic] = field(default_factory=dict)
    clinic_cards: Callable[[Identity], Sequence[ClinicCard]] = no_clinic_cards

    def __post_init__(self) -> None:
        object.__setattr__(self, "attempts", _over(ATTEMPTS, self.attempts))
        object.__setattr__(self, "lives", _over(LIVES, self.lives))

    def clinic_title(self, clinic: str) -> str:
        """What people call a clinic; one that has left is called by its id."""
        return self.clinics[clinic].title if clinic in self.clinics else clinic

    def day(self, moment: datetime) -> str:
        """The date of a moment, as people there write it."""
        return f"{moment.astimezone(self.timezone):%d.%m.%Y}"


def _over(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Any]:
    if unknown := sorted(own.keys() - defaults.keys()):
        raise ValueError(f"{', '.join(unknown)}: known are {', '.join(defaults)}")
    return {**defaults, **own}
