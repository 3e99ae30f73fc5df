"""Asking once about what is odd and may be right."""

from __future__ import annotations

from collections.abc import Callable, Collection

from peerbook.errors import InputFault, Question


def asks_once() -> Callable[[Callable[[Collection[object]], None]], None]:
    """Return what saves for one form, and takes what was asked about for meant the next time.

    It is given what saves: that is told what has been asked about. What is refused for any other
    reason is not asked about.
    """
    asked: set[object] = set()

    def ask(save: Callable[[Collection[object]], None]) -> None:
        try:
            save(frozenset(asked))
        except InputFault as refusal:
            asked.update(fault.about for fault in refusal.faults if isinstance(fault, Question))
            raise

    return ask
