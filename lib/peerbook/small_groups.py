"""Small groups are never shown: the one rule, the one number behind it, and who counts."""

from __future__ import annotations

import unicodedata

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


_SAYS_NOTHING = frozenset({
    "",  # what is left of signs alone
    "nej", "nej tak", "næ", "niks", "nix", "nope", "ingen", "ingenting", "intet", "ikke noget",
    "har ingen", "har ikke nogen", "ingen forslag", "ingen ideer", "ingen idéer",
    "ingen kommentar", "ingen kommentarer", "ingen bemærkninger", "ved ikke", "ved det ikke",
    "ved jeg ikke", "det ved jeg ikke", "jeg ved det ikke", "jeg ved ikke", "aner det ikke",
    "ikke relevant", "no", "none", "nothing", "n a", "na", "x",
})  # fmt: skip


def says_something(text: str) -> bool:
    """Return whether a text says anything; a dash or “no” only tells that nothing was on the mind.

    Whoever wrote such a thing hides nobody, so they are not among the five and not shown.

    >>> says_something("Flere pauser"), says_something("👍"), says_something("Nej!")
    (True, True, False)
    >>> says_something(" - "), says_something("?"), says_something("Ved ikke …")
    (False, False, False)
    """
    marks = ("P", "Z", "C", "Sm", "Sk")
    kept = "".join(
        " " if unicodedata.category(one).startswith(marks) else one
        for one in unicodedata.normalize("NFC", text).casefold()
    )
    return " ".join(kept.split()) not in _SAYS_NOTHING


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
