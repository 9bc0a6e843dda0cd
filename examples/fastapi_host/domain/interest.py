"""From where people come to us."""

from __future__ import annotations

from dataclasses import dataclass

NEARBY = {"74": "Челябинская область", "66": "Свердловская область", "45": "Курганская область"}


@dataclass(frozen=True, slots=True)
class Interest:
    """How many people from a region have begun to register."""

    region: str
    people: int

    @property
    def nearby(self) -> bool:
        """Whether they could come by bus."""
        return self.region in NEARBY
