"""The same examples in every run: a property that fails here fails everywhere."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
