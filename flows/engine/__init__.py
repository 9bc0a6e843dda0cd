"""The engine: gather what a decision must know, decide, write all rows of the event at once."""

from registratura.flows.engine.engine import Engine
from registratura.flows.engine.view import Action, FlowView, Screen, ShownRefusal

__all__ = ["Action", "Engine", "FlowView", "Screen", "ShownRefusal"]
