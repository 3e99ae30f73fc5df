"""The café and what else is open to all: how many come, who is host, and common events."""
