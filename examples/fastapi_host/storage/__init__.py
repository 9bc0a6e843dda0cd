"""The clinic's own tables, in the database in which the portal keeps its own."""
