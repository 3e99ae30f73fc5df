"""Two people have changed the same thing: what fits together is joined, what clashes is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from peerbook.errors import Conflict
from peerbook.text import _

Value = TypeVar("Value")


def overtaken() -> str:
    """Return what somebody is told whose form was overtaken by another save."""
    return _(
        "Somebody else saved this while you were writing. Nothing is lost: compare the two and "
        "choose which to keep."
    )


def merged(
    seen: Mapping[str, Value], stored: Mapping[str, Value], mine: Mapping[str, Value]
) -> dict[str, Value]:
    """Return my entries, joined with what others have saved since I looked.

    An entry only one side has changed takes that change, and so does one both have changed to the
    same.

    Parameters
    ----------
    seen
        The entries as they were shown to me; an entry that was not there yet is left out.
    stored
        The entries as they are now.
    mine
        The entries as I want them.

    Raises
    ------
    Conflict
        When both sides have changed an entry, each in its own way; `theirs` and `mine` hold these
        entries only.
    """
    together: dict[str, Value] = {}
    theirs: dict[str, Any] = {}
    for name, value in mine.items():
        was, now = seen.get(name), stored.get(name)
        together[name] = stored[name] if value == was and name in stored else value
        if value not in (was, now) and now != was:
            theirs[name] = now
    if theirs:
        raise Conflict(overtaken(), theirs=theirs, mine={name: mine[name] for name in theirs})
    return together


def refuse_overtaken(
    seen: Mapping[str, Value], stored: Mapping[str, Value], mine: Mapping[str, Value]
) -> None:
    """Refuse to save entries that only make sense together once somebody else has changed any.

    Parameters
    ----------
    seen, stored, mine
        As in `merged`.

    Raises
    ------
    Conflict
        When the stored ones are neither as they were shown to me nor as I want them; `theirs` and
        `mine` hold them all.
    """
    if stored not in (seen, mine):
        raise Conflict(overtaken(), theirs=dict(stored), mine=dict(mine))
