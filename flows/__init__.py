"""The statecharts, the pure step and the engine that carries it out, with the ports that it needs."""
