"""The executable specification: Russian features, their steps, and the drivers that play them.

A host runs it against itself: `behave -D driver=<name> <this folder>`. Nothing here is imported by the engine.
"""
