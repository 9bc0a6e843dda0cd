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

from registratura.flows.catalogue import FLOWS

GUESSES = frozenset(event.name for flow in FLOWS.values() for event in flow.counters)
"""The events of which each one uses up an attempt."""
STEP = timedelta(milliseconds=100)


@asynccontextmanager
async def evenly(event: str, step: timedelta = STEP) -> AsyncIterator[None]:
    """What is in here ends, for a guess, a whole number of steps after it began; no step, no waiting."""
    begun, seconds = monotonic(), step.total_seconds()
    try:
        yield
    finally:
        if event in GUESSES and seconds:
            took = monotonic() - begun
            await sleep(ceil(took / seconds) * seconds - took)
