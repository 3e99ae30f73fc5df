"""Small groups are never shown: the one rule, and the one number behind it."""

from __future__ import annotations

SMALLEST = 5
"""Fewest people behind a figure or a text that is shown: docs/decisions.md, "Under five people"."""

SETTING = "threshold"
"""Name of the setting with which a store asks for larger groups."""


def threshold_of(setting: object) -> int:
    """Return the fewest people a store shows anything about; a setting can only raise it.

    >>> threshold_of(None), threshold_of(8), threshold_of(2)
    (5, 8, 5)
    """
    is_number = isinstance(setting, int) and not isinstance(setting, bool)
    return max(SMALLEST, int(str(setting))) if is_number else SMALLEST


def is_shown(people: int, threshold: int) -> bool:
    """Return whether a figure about so many people may be shown; that there is nobody, always.

    Raises
    ------
    ValueError
        When the threshold is lower than anybody may set it.
    """
    if threshold < SMALLEST:
        raise ValueError(f"a threshold below {SMALLEST} is never allowed")
    return people == 0 or people >= threshold


def in_order(text: str) -> tuple[str, str]:
    """Return the place of what somebody wrote among others: that of the alphabet.

    In the order they were handed in, one could tell which sheet each stood on.
    """
    return text.casefold(), text


def told(people: int, threshold: int) -> str:
    """Return a count of people as a notebook's facts tell it: they may leave the page.

    >>> told(9, 5), told(2, 5), told(0, 5)
    ('9', 'under 5', '0')
    """
    return str(people) if is_shown(people, threshold) else f"under {threshold}"
