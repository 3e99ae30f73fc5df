"""A list with a row for each person, which several people may be filling in at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar, cast

from peerbook.errors import Conflict
from peerbook.store import Receipt
from peerbook.ui import Row, Submission
from peerbook.ui.answers import given

Entry = TypeVar("Entry")


class SharedRows(Generic[Entry]):
    """What a form shows about people, what others have saved since, and how the two meet.

    Parameters
    ----------
    field
        Name of the form's field of rows.
    shown
        What is recorded by participant code, as the form shows it.
    to_row, from_row
        An entry as a row of the form, and back.
    """

    def __init__(
        self,
        field: str,
        shown: Mapping[str, Entry],
        to_row: Callable[[str, Entry], Row],
        from_row: Callable[[Row], Entry],
    ) -> None:
        self.shown = dict(shown)
        self._field = field
        self._to_row = to_row
        self._from_row = from_row
        self._disputed: dict[str, Entry] = {}

    def save(
        self,
        submission: Submission,
        save: Callable[[Mapping[str, Entry], Mapping[str, Entry]], Receipt],
    ) -> Receipt:
        """Save the rows of a submission.

        Parameters
        ----------
        submission
            As the form hands it over.
        save
            Saves the entries of the rows, given what their writer had seen.

        Raises
        ------
        Conflict
            When others have saved something else about the same people since; `theirs` holds the
            rows as they would be then, for the form to show beside those that were sent.
        """
        rows = given(tuple, submission.values[self._field])
        mine = {str(row.id): self._from_row(row) for row in rows}
        # Whoever chose between two versions has seen what others had saved by then.
        seen = self.shown if submission.seen is None else self.shown | self._disputed
        try:
            receipt = save(mine, seen)
        except Conflict as conflict:
            if not conflict.theirs:
                raise
            self._disputed.update(cast("Mapping[str, Entry]", conflict.theirs))
            theirs = [self._to_row(*entry) for entry in (mine | self._disputed).items()]
            raise Conflict(str(conflict), {self._field: tuple(theirs)}) from conflict
        self.shown.update(mine)
        return receipt
