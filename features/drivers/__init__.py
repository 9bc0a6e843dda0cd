"""The drivers a feature can be played through: each carries out the three ports of `port.py`."""
