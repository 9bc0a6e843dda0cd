"""The scenes of the demonstration; `story` puts them in order."""
