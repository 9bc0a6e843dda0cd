"""What a host would otherwise write: the composition root, gateways, the terminal and the stand-ins."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registratura.flows.engine import Action, FlowView, Screen, ShownRefusal
    from registratura.flows.ports import Caller
    from registratura.flows.settings import Settings
    from registratura.host.gateways import IssuedCode
    from registratura.host.portal import Parts, Registratura
    from registratura.storage.names import TableNames

__all__ = [
    "Action",
    "Caller",
    "FlowView",
    "IssuedCode",
    "Parts",
    "Registratura",
    "Screen",
    "Settings",
    "ShownRefusal",
    "TableNames",
]

_HOMES = {
    **dict.fromkeys(("Action", "FlowView", "Screen", "ShownRefusal"), "registratura.flows.engine"),
    "Caller": "registratura.flows.ports",
    "Settings": "registratura.flows.settings",
    "IssuedCode": "registratura.host.gateways",
    "Parts": "registratura.host.portal",
    "Registratura": "registratura.host.portal",
    "TableNames": "registratura.storage.names",
}


def __getattr__(name: str) -> Any:
    """Imported when first asked for: `registratura --help` must not wait a second for the engine and its database."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
