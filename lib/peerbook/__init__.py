"""Workbooks for Danish peer-support programmes."""

__version__ = "0.1.0"
