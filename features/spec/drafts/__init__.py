"""Drafts: scenarios for what none shows, and for what happened to somebody, made of the steps' own sentences."""
