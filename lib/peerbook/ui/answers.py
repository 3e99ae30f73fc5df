"""What a form was given, as the type its field has."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")


def given(kind: type[T], value: object) -> T:
    """Return an answer, which has to be of that type."""
    if not isinstance(value, kind):
        raise TypeError(f"the form gave {type(value).__name__} for {kind.__name__}")
    return value


def given_or_none(kind: type[T], value: object) -> T | None:
    """Return an answer of that type, None when the field was left open."""
    return None if value is None else given(kind, value)


def whole(value: object) -> int | None:
    """Return a whole number, None when the field was left open."""
    return int(value) if isinstance(value, Decimal | int) else None
