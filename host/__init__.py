"""What a host would otherwise write: the composition root, gateways, the terminal and the stand-ins."""

from registratura.flows.engine import Action, FlowView, Screen, ShownRefusal
from registratura.flows.ports import Caller
from registratura.flows.settings import Settings
from registratura.host.gateways import IssuedCode
from registratura.host.portal import Parts, Registratura

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
]
