"""Data in and out: files of registers and evaluations in, and everything out and back in."""
