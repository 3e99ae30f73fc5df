"""Matching: who wishes for whom, and which pairs that could make."""
