"""`registratura play`: the portal at a keyboard, kept in a file, to be left and taken up again at any time."""

from registratura.host.terminal.play.run import play_portal

__all__ = ["play_portal"]
