"""Answers to guesses leave in even steps of time: how long one took says nothing of what it was compared with.

A code that was issued to somebody else takes a few reads and a warning more than one that was never issued. The texts
are the same (ASVS 6.6.3); this makes the times the same too, for whoever may ask often enough to tell.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from math import ceil
from time import monotonic

from registratura.flows.versions import Catalogue

STEP = timedelta(milliseconds=100)


def guesses_of(flows: Catalogue) -> frozenset[str]:
    """The events of which each one uses up an attempt."""
    return frozenset(event.name for flow in flows.versions.values() for event in flow.counters)


@asynccontextmanager
async def evenly(flows: Catalogue, event: str, step: timedelta = STEP) -> AsyncIterator[None]:
    """What is in here ends, for a guess in one of these flows, a whole number of steps after it began.

    No step, no waiting.
    """
    begun, seconds = monotonic(), step.total_seconds()
    try:
        yield
    finally:
        if seconds and event in guesses_of(flows):
            took = monotonic() - begun
            await sleep(ceil(took / seconds) * seconds - took)
