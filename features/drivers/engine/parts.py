"""What every world is made of, and what a scenario needs to be the same on every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from registratura.domain.clinics import Clinic
from registratura.domain.ids import RANDOM_BYTES, uuid7
from registratura.features.cast import CLINICS
from registratura.flows.texts import Texts, sample_consents
from registratura.storage import Argon2Hasher, CallableKeyring, RandomIds

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SERVED_REGIONS = frozenset({"66", "74"})
CODE_SPACE = 10**8

# Made once for all scenarios: none of them keeps anything.
TEXTS = Texts.russian()
SAMPLES = sample_consents()
KEYS = CallableKeyring(lambda: b"for scenarios, and for no portal"[:32])
HASHER = Argon2Hasher(memory_kib=8, passes=1)
SERVED_CLINICS = {f"clinic-{n}": Clinic(id=f"clinic-{n}", title=title, region="74") for n, title in enumerate(CLINICS)}


@dataclass(slots=True)
class Clock:
    """The portal's clock."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class UnluckyIds(RandomIds):
    """Ids in the order in which they are made; and attachment codes of which every one is drawn twice (A2)."""

    made: int = 0
    drawn: int | None = None

    def new(self, now: datetime) -> str:
        self.made += 1
        return uuid7(now, self.made.to_bytes(RANDOM_BYTES, "big"))

    def number(self, below: int) -> int:
        if below != CODE_SPACE:
            return RandomIds.number(self, below)
        if self.drawn is not None:
            number, self.drawn = self.drawn, None
            return number
        self.drawn = RandomIds.number(self, below)
        return self.drawn
