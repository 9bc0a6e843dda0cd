"""The terminal: `registratura demo`, `play`, `chart`, `flows`, `keys`, `due`.

Everything a person reads here is Russian: texts of the portal from the catalogue, the terminal's own beside the code.
"""
