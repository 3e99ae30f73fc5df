"""Entries of an assessment that a form shows, and that somebody else may change meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar, cast

from peerbook.costs.assessment import Part as Held
from peerbook.costs.assessment_records import Entry
from peerbook.costs.opened import Opened
from peerbook.errors import Conflict
from peerbook.store import Receipt
from peerbook.ui import Submission

One = TypeVar("One", bound=Entry)


class SharedEntries(Generic[One]):
    """What a form shows, what others have saved of it since, and how the two meet.

    Parameters
    ----------
    opened
        The assessment.
    held
        Which part of it holds them.
    shown
        The entries as the form shows them, by key; also others, which it does not show.
    """

    def __init__(self, opened: Opened, held: Held, shown: Mapping[str, One]) -> None:
        self.shown = dict(shown)
        self._opened = opened
        self._held = held
        self._disputed: dict[str, One | None] = {}

    def look(self, submission: Submission) -> None:
        """Take what others have saved as shown where its writer has just chosen between the two."""
        if submission.seen is not None and self._disputed:
            self._take(self._disputed)
            self._disputed = {}
            self._opened.read()

    def save(
        self,
        submission: Submission,
        mine: Mapping[str, One | None],
        answers: Callable[[Mapping[str, One | None]], Mapping[str, object]],
    ) -> Receipt:
        """Save some entries.

        Parameters
        ----------
        mine
            As they are wanted, by key; None for none.
        answers
            Turns entries of others into the answers of the form, by field, as they would be with
            these; the others stay as they were typed.

        Raises
        ------
        Conflict
            When others have changed any of them since; `theirs` holds the form's answers.
        """
        seen = {key: self.shown.get(key) for key in mine}
        try:
            receipt = self._opened.save(submission, self._held, seen, mine)
        except Conflict as conflict:
            if not conflict.theirs:
                raise
            stored = cast("Mapping[str, One | None]", conflict.theirs)
            self._disputed = {key: one for key, one in stored.items() if one != seen[key]}
            raise Conflict(str(conflict), dict(answers(self._disputed))) from conflict
        self._take(mine)
        return receipt

    def _take(self, changed: Mapping[str, One | None]) -> None:
        together = self.shown | dict(changed)
        self.shown = {key: one for key, one in together.items() if one is not None}
