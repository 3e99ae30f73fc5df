"""How many came where nobody signs up, and how many to make coffee for."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import pandas as pd
from sqlalchemy.orm import Session

from peerbook import small_groups
from peerbook.cafe import head_count_records
from peerbook.cafe.head_count_charts import head_counts_chart
from peerbook.cafe.head_count_records import Count
from peerbook.cafe.head_counts import FEWEST_COUNTS, LATEST_COUNTS, Forecast, forecasts
from peerbook.course import records
from peerbook.course.evaluation.evaluation_paper_part import event_paper_parts
from peerbook.course.frames import MOST_PEOPLE
from peerbook.course.names import OCCASIONS, occasion_name
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.rows import each
from peerbook.sites.tab import Tab
from peerbook.store import Receipt, Saved
from peerbook.store.tables import HeadCount, Occasion, Site
from peerbook.text import _, format_date, format_month, format_number, format_weekday, ngettext
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Field,
    Filter,
    Form,
    Heading,
    IntegerField,
    Part,
    Prose,
    Row,
    RowAction,
    RowsField,
    Section,
    Submission,
    Table,
)
from peerbook.ui.answers import given
from peerbook.ui.cells import at_cells

MOST_ROWS = 60


class HeadCounts(Tab):
    """A site's head counts on the page; what they add up to is redrawn after each save."""

    _occasion: Occasion = OCCASIONS[0]

    def parts(self) -> list[Part]:
        """Return the form and, below it, what the counts add up to."""
        choice = Filter(_("What?"), _options(), self._choose, value=self._occasion, look="radio")
        return [
            Heading(_("How many came?")),
            self._entry_form(choice),
            Heading(_("How many to expect")),
            choice,
            *super().parts(),
            Disclosure(
                _("A form to print: how was it today?"),
                lambda: event_paper_parts(self._desk, self._site),
            ),
        ]

    def _choose(self, occasion: Occasion) -> None:
        self._occasion = occasion
        self._place.show_overview()

    # -- counts in -------------------------------------------------------------------------------

    def _entry_form(self, choice: Filter[Occasion]) -> Form:
        def save(submission: Submission) -> Receipt:
            rows = given(tuple, submission.values["counts"])
            counts = [_count(row.values) for row in rows]

            def change(session: Session) -> Saved:
                saved = head_count_records.save_head_counts(
                    session, self._site.id, counts, self._desk.today
                )
                # What was just counted is looked for; not below another occasion's name.
                if all(count.occasion != self._occasion for count in counts):
                    self._occasion = counts[0].occasion
                return saved

            try:
                receipt = self._save(submission, change)
            except InputFault as fault:
                raise at_cells(fault, "counts", rows) from fault
            choice.turn_to(self._occasion)
            return receipt

        today = {"date": self._desk.today, "occasion": OCCASIONS[0]}
        return Form(
            "head_counts",
            [
                RowsField(
                    "counts",
                    _("One row for each café or meeting"),
                    fields=self._fields(),
                    row_label=_("Count"),
                    required=True,
                    max_rows=MOST_ROWS,
                    hint=_("Count heads only, without names. Staff are not counted."),
                )
            ],
            values={"counts": (Row(None, dict(today)),)},
            on_submit=save,
            submit_label=_("Save the counts"),
            drafts=self._desk.drafts(f"head_counts:{self._site.id}"),
            clear_after_save=True,
        )

    def _fields(self) -> list[Field[Any]]:
        return [
            DateField("date", _("Date"), required=True, latest=self._desk.today),
            ChoiceField("occasion", _("What was it?"), required=True, options=_options()),
            IntegerField(
                "people", _("How many came?"), required=True, minimum=0, maximum=MOST_PEOPLE
            ),
        ]

    # -- what they add up to ---------------------------------------------------------------------

    def _frame(self) -> pd.DataFrame:
        with self._desk.store.read() as session:
            return head_count_records.head_counts_frame(session, self._site.id)

    def _overview_parts(self) -> list[Part]:
        frame = self._frame()
        held = frame[frame["occasion"] == self._occasion]
        if held.empty:
            return [
                Prose(_("Nothing is counted yet. When it is, you see here how many to expect."))
            ]
        return [
            _forecast_table(forecasts(frame, self._occasion)),
            Prose(_rule()),
            head_counts_chart(held, self._occasion),
            Disclosure(_("Correct a count"), lambda: self._saved_parts(held)),
        ]

    def _saved_parts(self, held: pd.DataFrame) -> list[Part]:
        """Return the counts of one month at a time, with the months to choose from."""
        by_month: dict[str, list[Any]] = {}
        for row in each(held):
            by_month.setdefault(format_month(row.date), []).append(row)
        months = list(by_month)
        place = Section([self._saved_counts(by_month[months[0]])])
        choice = Filter(
            _("Month"),
            [(month, month) for month in months],
            lambda month: place.show([self._saved_counts(by_month[month])]),
        )
        return [choice, place]

    def _saved_counts(self, rows_of_month: list[Any]) -> Table:
        columns = [
            Column("date", _("Date"), kind="date"),
            Column("day", _("Day")),
            Column("people", _("People"), kind="number"),
        ]
        rows = [
            {
                "id": row.count_id,
                "date": row.date,
                "day": format_weekday(row.date.weekday()),
                "people": row.people,
            }
            for row in rows_of_month
        ]
        caption = _("{occasion}: all counts, the latest first").format(
            occasion=occasion_name(self._occasion)
        )
        return Table(columns, rows, caption, action=RowAction(_("Correct"), self._correct))

    # -- corrections -----------------------------------------------------------------------------

    def _correct(self, row: Cells) -> str:
        number = int(str(row["id"]))

        def parts() -> list[Part]:
            frame = self._frame()
            found = each(frame[frame["count_id"] == number])
            return next((self._correction_parts(one) for one in found), [])

        self._place.open(parts)
        return ""

    def _correction_parts(self, row: Any) -> list[Part]:
        number, version = int(row.count_id), int(row.version)

        def save(submission: Submission) -> None:
            compared = version if submission.seen is None else submission.seen["version"]
            self._save_and_show(
                submission,
                lambda session: head_count_records.correct_head_count(
                    session, number, _count(submission.values), self._desk.today,
                    cast(int, compared),
                ),
            )  # fmt: skip

        def remove() -> str:
            return self._press(
                lambda session: records.remove(session, HeadCount, number, version),
                _("The count is removed."),
            )

        heading = _("Correct the count of {date}").format(date=format_date(row.date, "long"))
        form = Form(
            "head_count",
            self._fields(),
            values={"date": row.date, "occasion": row.occasion, "people": row.people},
            on_submit=save,
            drafts=self._desk.drafts(f"head_count:{number}"),
        )
        remove_it = Button(
            _("Remove this count"), remove, confirm=_("Remove this count altogether?"),
            look="danger",
        )  # fmt: skip
        return [Heading(heading), form, remove_it]


def _options() -> list[tuple[Occasion, str]]:
    return [(occasion, occasion_name(occasion)) for occasion in OCCASIONS]


def _count(values: dict[str, object]) -> Count:
    return Count(
        cast(Occasion, values["occasion"]),
        cast(dt.date, values["date"]),
        cast(int, values["people"]),
    )


def _forecast_table(expected: tuple[Forecast, ...]) -> Table:
    columns = [
        Column("day", _("Weekday")),
        Column("expected", _("Make coffee for")),
        Column("range", _("Between")),
        Column("basis", _("Rests on")),
    ]
    rows = [
        {
            "day": format_weekday(one.weekday),
            "expected": _expected(one),
            "range": None
            if one.low is None or one.high is None
            else _("{low} and {high}").format(
                low=format_number(one.low), high=format_number(one.high)
            ),
            "basis": ngettext("{n} time", "{n} times", one.counts).format(n=one.counts),
        }
        for one in expected
    ]
    return Table(columns, rows, _("How many to make coffee for, by weekday"), sortable=False)


def _expected(one: Forecast) -> str:
    if not one.is_current:
        return _("not counted since {date}").format(date=format_date(one.latest))
    return _("too few to say") if one.expected is None else format_number(one.expected)


def _rule() -> str:
    return _(
        "The number is the middle one of the latest {latest} counts on the same weekday; beside it "
        "stand the fewest and the most that came. It takes at least {fewest} counts."
    ).format(latest=LATEST_COUNTS, fewest=FEWEST_COUNTS)


def head_count_facts(desk: Desk, site: Site) -> tuple[str, ...]:
    """Return how many counts there are and how many are expected, as a notebook may tell it."""
    with desk.store.read() as session:
        frame = head_count_records.head_counts_frame(session, site.id)
    threshold = desk.threshold()

    def told(people: int | None) -> str:
        return "too few to say" if people is None else small_groups.told(people, threshold)

    lines = []
    expected_ahead = forecasts(frame, OCCASIONS[0])
    # Beside their sum, one number that is hidden could be computed from those that are told.
    hides = any(
        people is not None and not small_groups.is_shown(people, threshold)
        for one in expected_ahead
        for people in (one.expected, one.low, one.high)
    )
    for occasion in OCCASIONS:
        held = frame[frame["occasion"] == occasion]
        lines.append(f"{occasion}: {len(held)} counts")
        if occasion != OCCASIONS[0] or not hides:
            lines[-1] += f", {told(int(held['people'].sum()))} people"
    for one in expected_ahead:
        expected = f"expect {told(one.expected)}, {told(one.low)} to {told(one.high)}"
        lines.append(f"café, weekday {one.weekday}: {expected}, from {one.counts} counts")
    return tuple(lines)
