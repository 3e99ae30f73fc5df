"""A list of those on a course that gives place to what is about one of them, and comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from peerbook.course.people_records import Mentor
from peerbook.text import _
from peerbook.ui import Button, Cells, Notice, Part, RowAction, Section


class MentorList:
    """A place that shows either the list or one person.

    Parameters
    ----------
    listed
        Makes what is shown of all; its table opens one of them by `opens`.
    about
        Makes what is shown of one; the way back is added.
    """

    def __init__(
        self, listed: Callable[[], list[Part]], about: Callable[[Mentor], list[Part]]
    ) -> None:
        self._listed = listed
        self._about = about
        self._one: Mentor | None = None
        self.place = Section([])

    def show_list(self, told: str = "", hints: Sequence[Part] = ()) -> None:
        """Show the list, under what was done to one of them.

        Parameters
        ----------
        told
            What became of it, which is said aloud too.
        hints
            What is worth a look.
        """
        self._one = None
        above = [Notice("ok", told)] if told else []
        self.place.show([*above, *hints, *self._listed()], told, take_there=bool(told))

    def opens(self, label: str, mentors: Sequence[Mentor]) -> RowAction:
        """Return the button of a row, whose `code` says whom it opens."""
        by_code = {mentor.code: mentor for mentor in mentors}

        def open_one(row: Cells) -> str:
            self._one = by_code[str(row["code"])]
            self.place.show(self._parts(self._one), take_there=True)
            return ""

        return RowAction(label, open_one)

    def follow(self) -> None:
        """Show the same as it is now, if anything is shown: something it tells has changed."""
        if self.place.inside:
            self.place.show(self._listed() if self._one is None else self._parts(self._one))

    def _parts(self, one: Mentor) -> list[Part]:
        def back() -> str:
            self.show_list()
            return _("The list is shown again.")

        return [*self._about(one), Button(_("Back to the list"), back)]
