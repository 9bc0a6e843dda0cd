"""Restate before the engine (`registratura[restate]`): one writer for each flow, retries, timers that outlive a node.

    RestateClient.send → Restate → the service → Registratura → the host's database

The database stays the only truth. Restate keeps what is on its way, sealed, and forgets it when it has arrived; so the
worker may take over at any time, and what Restate still has comes late and changes nothing. See docs/restate.md.
"""

from registratura.host.restate.errors import (
    RestateFailed,
    RestateMissing,
    RestateUnavailable,
    RestateUnregistered,
)

try:
    from registratura.host.restate.client import RestateClient, register
    from registratura.host.restate.service import restate_app
except ModuleNotFoundError as missing:
    if (missing.name or "registratura").startswith("registratura"):
        raise
    raise RestateMissing(name=missing.name) from None

__all__ = [
    "RestateClient",
    "RestateFailed",
    "RestateMissing",
    "RestateUnavailable",
    "RestateUnregistered",
    "register",
    "restate_app",
]
