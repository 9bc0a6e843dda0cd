"""The clinic's own rules. The name is taken by nobody else: ours is `registratura.domain`."""
