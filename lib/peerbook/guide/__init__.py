"""Help and settings: the handbook, what a place decides for itself, accessibility, and about."""
