"""What participants suggested, and what was done about it."""
