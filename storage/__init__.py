"""The ports of the engine on SQLAlchemy Core, and in memory for the tests of a host."""
