"""Pathways: from contract to exit talk, and how long pairs stay together."""
