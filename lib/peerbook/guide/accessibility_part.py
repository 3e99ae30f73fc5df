"""The accessibility statement on the page: the text to publish, and what it still needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from peerbook.desk import Desk
from peerbook.guide import records
from peerbook.guide.accessibility import (
    advice,
    is_overdue,
    missing,
    next_review,
    statement,
    statement_page,
)
from peerbook.text import _, format_date, format_list
from peerbook.ui import (
    DateField,
    Disclosure,
    Download,
    Form,
    Heading,
    Notice,
    Part,
    Section,
    Submission,
    danish_text,
)

FILE_NAME = "tilgaengelighedserklaering.html"


def review_warning(desk: Desk) -> list[Part]:
    """Return a warning when the statement has stood for more than a year."""
    reviewed_on = records.reviewed_on(desk.store)
    if reviewed_on is None or not is_overdue(reviewed_on, desk.today):
        return []
    text = _(
        "The accessibility statement was last gone through on {date}. That is more than a year "
        "ago: look at it again."
    )
    return [Notice("warn", text.format(date=format_date(reviewed_on, "long")))]


class Statement:
    """The statement on the page; redrawn when something in it is saved.

    Parameters
    ----------
    desk
        Where its gaps are kept.
    changed
        Called when the day of the review was saved.
    """

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._changed = changed
        self._shown = Section([])

    def parts(self) -> list[Part]:
        """Return the statement, the form for its review, and who must have one."""
        self._redraw()
        return [
            self._shown,
            Heading(_("Go through the statement")),
            self._review_form(),
            Disclosure(_("Who must have one?"), danish_text(advice())),
        ]

    def follow(self) -> None:
        """Show the statement anew, once somebody has opened it."""
        if self._shown.inside:
            self._redraw()

    def _redraw(self) -> None:
        store = self._desk.store
        organisation, reviewed_on = records.organisation(store), records.reviewed_on(store)
        self._shown.show(
            [
                self._state(missing(organisation, reviewed_on), reviewed_on),
                *danish_text(statement(organisation, reviewed_on)),
                Download(_("The statement as a page to publish (.html)"), self._file),
            ]
        )

    def _state(self, gaps: Sequence[str], reviewed_on: dt.date | None) -> Notice:
        if gaps or reviewed_on is None:
            text = _("Before you can publish it, it needs {gaps}. Fill that in on this page.")
            return Notice("info", text.format(gaps=format_list(gaps)))
        due = format_date(next_review(reviewed_on), "long")
        if is_overdue(reviewed_on, self._desk.today):
            text = _("It should have been gone through by {date}. Do that before you publish it.")
            return Notice("warn", text.format(date=due))
        text = _("It can be published. Go through it again by {date} at the latest.")
        return Notice("ok", text.format(date=due))

    def _file(self) -> tuple[str, bytes, str]:
        store = self._desk.store
        page = statement_page(records.organisation(store), records.reviewed_on(store))
        return FILE_NAME, page, "text/html"

    def _review_form(self) -> Form:
        def save(submission: Submission) -> None:
            day = submission.values["reviewed_on"]
            if not isinstance(day, dt.date):
                raise TypeError("the form gave no date")
            with self._desk.store.write(self._desk.actor) as session:
                records.save_reviewed_on(session, day)
            self._changed()

        return Form(
            "accessibility_review",
            [
                DateField(
                    "reviewed_on", _("When did you last go through it?"), required=True,
                    latest=self._desk.today,
                    hint=_("Read it from end to end: does it still fit what you see?"),
                )
            ],
            values={"reviewed_on": records.reviewed_on(self._desk.store)},
            on_submit=save,
            submit_label=_("Save the day"),
        )  # fmt: skip
