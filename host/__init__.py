"""What a host would otherwise write: the composition root, the terminal, the stand-ins."""
