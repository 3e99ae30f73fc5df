"""A list of those on a course that gives place to what is about one of them, and comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from peerbook.course.people_records import Mentor
from peerbook.ui import Cells, Overview, Part, RowAction


class MentorList(Overview):
    """A place that shows either the list or one person.

    Parameters
    ----------
    listed
        Makes what is shown of all; its table opens one of them by `opens`.
    about
        Makes what is shown of one.
    """

    def __init__(
        self, listed: Callable[[], list[Part]], about: Callable[[Mentor], list[Part]]
    ) -> None:
        self._about = about
        super().__init__(listed)

    def opens(self, label: str, mentors: Sequence[Mentor]) -> RowAction:
        """Return the button of a row, whose `code` says whom it opens."""
        by_code = {mentor.code: mentor for mentor in mentors}

        def open_one(row: Cells) -> str:
            mentor = by_code[str(row["code"])]
            self.open(lambda: self._about(mentor))
            return ""

        return RowAction(label, open_one)
