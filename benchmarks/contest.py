"""Contenders measured in turns within one run, so that what else the machine does falls on all of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Round = Callable[[], float]
"""Plays one round and gives the seconds that one piece of its work took."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One contender's figures. `ratios` are its times over the base's, round by round."""

    name: str
    times: tuple[float, ...]
    ratios: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return statistics.median(self.times)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """Between the quarters of the rounds: one round in which the machine did something else is none of it."""
        if len(self.ratios) < 4:
            return min(self.ratios), max(self.ratios)
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return low, high


def contest(contenders: Mapping[str, Round], base: str, rounds: int) -> dict[str, Standing]:
    """Every contender plays each round, another one first each time; a round before them warms all up."""
    names = list(contenders)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-1, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            taken = contenders[name]()
            if number >= 0:
                times[name].append(taken)
    return {
        name: Standing(name, tuple(own), tuple(a / b for a, b in zip(own, times[base], strict=True)))
        for name, own in times.items()
    }
