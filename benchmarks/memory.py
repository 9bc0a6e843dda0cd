"""(d) What stays in memory: nothing for an open flow, and nothing of the events that are done."""

from __future__ import annotations

import gc
import resource
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from figures import Part
from support import SECRET, at_main_page

from registratura.flows.registration import ChangeRegion, ChooseRegion
from registratura.host import Registratura

PAGE = resource.getpagesize()


def parts(full: bool) -> Iterator[Part]:
    """The process as it sends events, a tenth after the other; then the bytes that open flows hold."""
    events, flows = (1_000_000, 20_000) if full else (20_000, 2_000)
    with tempfile.TemporaryDirectory() as folder:
        portal = Registratura(f"sqlite:///{folder}/portal.db", lambda: SECRET)
        flow_id, sizes = at_main_page(portal), []
        for number in range(events):
            portal.send(flow_id, ChooseRegion(region="74") if number % 2 else ChangeRegion())
            if (number + 1) % (events // 10) == 0:
                sizes.append(_resident())
        held = _held(portal, flows)
        portal.close()
    rows = [
        ("what", "size"),
        *((f"resident after {n + 1}/10 of {events} events, MB", f"{size / 1e6:.1f}") for n, size in enumerate(sizes)),
    ]
    rows.append((f"held for an open flow, bytes, over {flows}", f"{held:.1f}"))
    yield Part("Memory", rows, {"memory.growth": sizes[-1] / sizes[-2], "memory.flow": held})


def _held(portal: Registratura, flows: int) -> float:
    """Bytes that Python keeps for each flow that was begun and is open."""
    at_main_page(portal)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(flows):
        at_main_page(portal)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / flows


def _resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
