"""The driver that plays the portal in process: `behave -D driver=engine`, and `-D storage=sqlite` for a file."""

from registratura.features.drivers.engine.driver import EngineDriver, driver

__all__ = ["EngineDriver", "driver"]
