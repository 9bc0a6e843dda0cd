"""`registratura demo`: both journeys played to the end, then the refusals."""

from registratura.host.terminal.demo.run import play_demo

__all__ = ["play_demo"]
