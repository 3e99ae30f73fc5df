"""Who was there: one day at a time, and what it adds up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from peerbook.course import people_records
from peerbook.course.attendance import attendance_records
from peerbook.course.attendance.attendance_charts import (
    attendance_chart,
    commitment_chart,
)
from peerbook.course.attendance.attendance_records import Entry
from peerbook.course.attendance.enrolment_part import Enrolments
from peerbook.course.attendance.sparring_part import sparring_parts
from peerbook.course.attendance.standing import Standing, by_date, standings
from peerbook.course.course_drafts import course_drafts, unfinished
from peerbook.course.names import STATUSES, attendance_name, date_name
from peerbook.course.people_records import Mentor
from peerbook.course.shared_rows import SharedRows
from peerbook.desk import Desk
from peerbook.rows import each
from peerbook.store import DraftBox, Receipt
from peerbook.store.tables import AttendanceStatus, Course
from peerbook.text import _, format_date, format_list, format_number
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Filter,
    Form,
    Heading,
    IntegerField,
    Notice,
    Part,
    Prose,
    Row,
    RowAction,
    RowsField,
    Section,
    Status,
    Submission,
    Table,
    TextField,
    literal,
    receipt_text,
)
from peerbook.ui.answers import given


def attendance_parts(desk: Desk, course: Course) -> list[Part]:
    """Return the roster of a day, what all days add up to, and the forms that go with it."""
    return [_Attendance(desk, course).section()]


class _Attendance:
    """A course's attendance on the page; what it adds up to is redrawn after each save."""

    def __init__(self, desk: Desk, course: Course) -> None:
        self._desk = desk
        self._course = course
        self._whole = Section([])
        self._told = Section([])  # what has just been done, until the next is
        self._summary = Section([])
        self._each, self._by_day = Section([]), Section([])  # folded, and open once opened
        self._folded = [
            Disclosure(_("How each mentor stands"), lambda: [self._each]),
            Disclosure(_("From date to date"), lambda: [self._by_day]),
        ]
        self._days: Filter[int] | None = None
        self._catch_up: Section | None = None
        self._enrolment = Enrolments(desk, course, self._redraw)
        self._read()

    def _read(self) -> None:
        with self._desk.store.read() as session:
            self._mentors = people_records.mentors(session, self._course.id)
            self._dates = attendance_records.dates_frame(session, self._course.id)
            self._attendance = attendance_records.attendance_frame(session, self._course.id)
            self._caught_up = attendance_records.catch_up_frame(session, self._course.id)
        self._required = attendance_records.required_days(self._desk.store, self._course.template)

    def section(self) -> Section:
        """Return the section with everything in it."""
        self._whole.show(self._parts())
        return self._whole

    def _redraw(self, announce: str = "") -> None:
        self._read()
        self._told.fill([Notice("ok", announce)] if announce else [])
        self._whole.show([self._told, *self._parts()], announce=announce)

    def _redraw_summary(self, announce: str) -> None:
        self._read()
        self._summary.show(self._summary_parts(), announce=announce)

    def _parts(self) -> list[Part]:
        if not self._mentors:
            return [Prose(self._nobody()), self._enrolment.enrol_form()]
        chosen = self._days.value if self._days is not None else None
        self._days = self._catch_up = None
        self._summary.show(self._summary_parts())
        return [
            *self._roster_parts(chosen),
            self._summary,
            Disclosure(_("Made up for a day"), self._open_catch_up),
            Disclosure(_("Who is on the course"), self._enrolment.parts),
            Disclosure(_("How many days does it take to complete?"), self._rule_parts),
        ]

    # -- the roster of one day -------------------------------------------------------------------

    def _roster_parts(self, chosen: int | None) -> list[Part]:
        planned = self._dates[~self._dates["cancelled"]]
        if planned.empty:
            return [Prose(_("The plan has no days on which anybody could come."))]
        dates = planned[planned["date"] <= self._desk.today]
        if dates.empty:
            text = _("The first day is {date}. From then on you can write down who came.")
            first = format_date(planned.iloc[0]["date"], "long")
            return [Heading(_("Who was there?")), Prose(text.format(date=first))]
        waiting = dates[~dates["held"]]
        by_need = (waiting if not waiting.empty else dates.iloc[::-1])["date_id"]
        begun = unfinished(self._desk, self._course.id)
        offered = [int(date_id) for date_id in dates["date_id"]]
        now = next(
            (date_id for date_id in offered if f"attendance:{date_id}" in begun),
            int(by_need.iloc[0]),
        )
        if chosen in offered:
            now = chosen
        place = Section(self._day_parts(now))
        self._days = Filter(
            _("Day"),
            [(int(row.date_id), _day_name(row)) for row in each(dates)],
            lambda date_id: place.show(self._day_parts(date_id)),
            value=now,
        )
        return [Heading(_("Who was there?")), self._days, place]

    def _show_recorded(self) -> None:
        """Show what a day that was recorded just now changes around its roster."""
        self._redraw_summary(_("The figures below are up to date."))
        if self._days is not None:
            names = {int(row.date_id): _day_name(row) for row in each(self._dates)}
            self._days.relabel([names[date_id] for date_id in self._days.values])
        self._show_catch_up()

    def _nobody(self) -> str:
        planned = self._dates.loc[~self._dates["cancelled"], "date"]
        if planned.empty or planned.max() >= self._desk.today:
            return _("Nobody is on the course yet. Write the names of those who begin.")
        text = _(
            "Nobody stands on the course, which ended on {date}. Who was there may have been "
            "deleted since."
        )
        return text.format(date=format_date(planned.max()))

    def _day_parts(self, date_id: int) -> list[Part]:
        back = Section([])
        return [
            self._roster(date_id, back),
            back,
            *sparring_parts(self._desk, self._course, date_id),
        ]

    def _take_back_parts(
        self, date_id: int, shown: Mapping[str, Entry], drafts: DraftBox
    ) -> list[Part]:
        """Return the way out when a day was recorded that should not have been."""
        if not shown:
            return []
        done = _("The day is not recorded any more.")

        def take_back() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                attendance_records.take_back_attendance(session, date_id, shown)
            drafts.discard()
            self._redraw(done)
            return done

        parts: list[Part] = [
            Prose(
                _(
                    "Take it back, and the day is as if nobody had written down who came. What was "
                    "made up for that day goes too."
                )
            ),
            Button(
                _("Take back what is saved for this day"),
                take_back,
                confirm=_("Take back what is saved for this day?"),
                look="danger",
            ),
        ]
        return [Disclosure(_("Saved for the wrong day?"), parts)]

    def _roster(self, date_id: int, back: Section) -> Form:
        recorded = self._attendance[self._attendance["date_id"] == date_id]
        people: SharedRows[Entry] = SharedRows(
            "people",
            {row.participant: (row.recorded, row.note) for row in each(recorded)},
            _row,
            _entry,
        )
        day = self._dates.loc[self._dates["date_id"] == date_id].iloc[0]
        mentors = [mentor for mentor in self._mentors if mentor.on(day["date"]) != "left"]
        values = [
            _row(mentor.code, people.shown.get(mentor.code, _known_before(mentor, day["date"])))
            for mentor in mentors
        ]

        def save(submission: Submission) -> Receipt:
            receipt = people.save(
                submission,
                lambda mine, seen: self._desk.save(
                    submission,
                    lambda session: attendance_records.save_attendance(
                        session, date_id, mine, seen, today=self._desk.today
                    ),
                ),
            )
            self._show_recorded()
            back.show(self._take_back_parts(date_id, people.shown, drafts))
            return receipt

        drafts = course_drafts(self._desk, self._course.id, f"attendance:{date_id}")
        back.show(self._take_back_parts(date_id, people.shown, drafts))

        name = date_name(day["kind"], int(day["number"]))
        return Form(
            "attendance",
            [
                RowsField(
                    "people",
                    f"{name}, {format_date(day['date'], 'long')}",
                    fields=[
                        ChoiceField(
                            "status", _("Status"), required=True,
                            options=[(status, attendance_name(status)) for status in STATUSES],
                        ),
                        TextField("note", _("Note"), max_length=200),
                    ],
                    row_label=_("Mentor"),
                    rows=[(mentor.code, mentor.name) for mentor in mentors],
                    fill=(_("All present"), "status", "present"),
                    hint=_("First mark those who were not there; the button takes the rest."),
                )
            ],
            values={"people": values},
            on_submit=save,
            on_attempt=lambda: self._told.fill([]),
            submit_label=_("Save attendance"),
            drafts=drafts,
        )  # fmt: skip

    # -- what it adds up to ----------------------------------------------------------------------

    def _standings(self, kind: str = "teaching_day") -> tuple[Standing, ...]:
        dates = list(each(self._dates))
        return standings(
            self._dates,
            self._attendance,
            self._caught_up,
            [mentor.code for mentor in self._mentors],
            today=self._desk.today,
            kind=kind,
            required=self._required if kind == "teaching_day" else None,
            gone={
                (mentor.code, row.date_id)
                for mentor in self._mentors
                for row in dates
                if mentor.on(row.date) == "left"
            },
        )

    def _summary_parts(self) -> list[Part]:
        held = by_date(self._dates, self._attendance)
        if held.empty:
            return [Prose(_("When the first day is saved, you see here what it adds up to."))]
        name_of = {mentor.code: mentor.name for mentor in self._mentors}
        left = {one.code for one in self._mentors if one.on(self._desk.today) == "left"}
        standing = self._standings()
        quiet = [
            name_of[one.participant]
            for one in standing
            if one.alert and one.participant not in left
        ]
        presence, commitment = attendance_chart(held), commitment_chart(held)
        self._each.fill([self._standing_table(standing, name_of, left)])
        self._by_day.fill([presence, commitment])
        parts: list[Part] = [Heading(_("What it adds up to"))]
        if quiet:
            text = _(
                "{names}: two teaching days in a row without a word. A call may be welcome."
            ).format(names=format_list(quiet))  # fmt: skip
            parts.append(Notice("info", text))
        late = [
            name_of[one.participant]
            for one in standing
            if one.participant not in left and one.must_make_up
        ]
        if late:
            text = _("{names}: can only make it by making up for days.")
            parts.append(Notice("info", text.format(names=format_list(late))))
        return [*parts, Prose(literal(f"{presence.finding} {commitment.finding}")), *self._folded]

    def _standing_table(
        self, standing: Sequence[Standing], name_of: Mapping[str, str], left: AbstractSet[str]
    ) -> Table:
        columns = [
            Column("name", _("Mentor")),
            Column("present", _("Teaching days attended")),
            Column("commitment", _("Kept the agreement"), kind="share"),
            Column("caught_up", _("Made up for"), kind="number"),
            Column("remaining", _("Still to come"), kind="number"),
        ]
        if any(one.unrecorded for one in standing):
            columns.append(Column("unrecorded", _("Not recorded yet"), kind="number"))
        if self._required is not None:
            columns.append(Column("reachable", _("Can still make it"), kind="status"))
        columns.append(Column("sparring", _("Group sparrings attended")))
        sparring = {one.participant: one for one in self._standings("sparring")}
        rows = [
            {
                "name": _("{name} (has left)").format(name=name_of[one.participant])
                if one.participant in left
                else name_of[one.participant],
                "present": _of_expected(one),
                "sparring": _of_expected(sparring[one.participant]),
                "commitment": one.commitment,
                "caught_up": one.caught_up,
                "remaining": one.remaining,
                "unrecorded": one.unrecorded,
                "reachable": Status(_("has left"), "neutral")
                if one.participant in left
                else _verdict(one),
            }
            for one in standing
        ]
        caption = _(
            "Whoever comes to a teaching day or sends an apology has kept the agreement. Pauses "
            "and days before enrolment never count."
        )
        return Table(columns, rows, caption)

    # -- the smaller forms -----------------------------------------------------------------------

    def _open_catch_up(self) -> list[Part]:
        self._catch_up = Section(self._catch_up_parts())
        return [self._catch_up]

    def _show_catch_up(self, told: str = "") -> None:
        """Offer the missed days as they are now, if they are on the page."""
        if self._catch_up is not None:
            notice = [Notice("ok", told)] if told else []
            self._catch_up.show([*notice, *self._catch_up_parts()], told, take_there=bool(told))

    def _catch_up_parts(self) -> list[Part]:
        name_of = {mentor.code: mentor.name for mentor in self._mentors}
        days = {row.date_id: row for row in each(self._dates)}
        missed_days = sorted(
            (days[date_id].date, date_id, name_of[code], code)
            for date_id, code in attendance_records.to_make_up(self._attendance, self._caught_up)
        )
        missed = [
            (
                f"{date_id}:{code}",
                f"{date_name(days[date_id].kind, int(days[date_id].number))}, "
                f"{format_date(date)} – {name}",
            )
            for date, date_id, name, code in missed_days
        ]
        if not missed:
            text = _("Nobody has missed a day that is not made up for.")
            return [Prose(text), *self._caught_up_parts()]
        drafts = course_drafts(self._desk, self._course.id, "catch_up")

        def save(submission: Submission) -> Receipt:
            date_id, code = str(submission.values["missed"]).split(":")
            done_on, how = submission.values["done_on"], str(submission.values["how"])
            receipt = self._desk.save(
                submission,
                lambda session: attendance_records.save_catch_up(
                    session,
                    int(date_id),
                    code,
                    given(dt.date, done_on),
                    how,
                    today=self._desk.today,
                ),
            )
            self._redraw_summary(_("The figures above are up to date."))
            # The form in its place would offer what is saved as a draft.
            drafts.discard()
            self._show_catch_up(receipt_text(receipt))
            return receipt

        return [
            Form(
                "catch_up",
                [
                    ChoiceField("missed", _("Which day, and who?"), options=missed, required=True),
                    DateField(
                        "done_on", _("Made up for on"), required=True, latest=self._desk.today
                    ),
                    TextField(
                        "how", _("How?"), required=True, max_length=200,
                        hint=_("For instance: read the handout and talked it through."),
                    ),
                ],
                on_submit=save,
                drafts=drafts,
            ),
            *self._caught_up_parts(),
        ]  # fmt: skip

    def _caught_up_parts(self) -> list[Part]:
        """Return what has been made up for so far, each with the way to take it back."""
        if self._caught_up.empty:
            return []
        name_of = {mentor.code: mentor.name for mentor in self._mentors}
        days = {row.date_id: row for row in each(self._dates)}

        def take_back(row: Cells) -> str:
            with self._desk.store.write(self._desk.actor) as session:
                attendance_records.take_back_catch_up(
                    session, cast(int, row["number"]), cast(int, row["version"])
                )
            self._redraw_summary(_("The figures above are up to date."))
            told = _("It is taken back. The day counts as missed again.")
            self._show_catch_up(told)
            return told

        columns = [
            Column("name", _("Mentor")),
            Column("day", _("Day")),
            Column("done_on", _("Made up for on"), kind="date"),
            Column("how", _("How?")),
        ]
        rows = [
            {
                "number": int(row.catch_up_id),
                "version": int(row.version),
                "name": name_of[row.participant],
                "day": f"{date_name(days[row.date_id].kind, int(days[row.date_id].number))}, "
                f"{format_date(days[row.date_id].date)}",
                "done_on": row.done_on,
                "how": row.how,
            }
            for row in each(self._caught_up)
        ]
        return [
            Table(
                columns,
                rows,
                _("Days that have been made up for"),
                sortable=False,
                action=RowAction(
                    _("Take it back"),
                    take_back,
                    confirm=_("Take back that the day was made up for?"),
                ),
            )
        ]

    def _rule_parts(self) -> list[Part]:
        shown = self._required

        def save(submission: Submission) -> str:
            nonlocal shown
            seen = shown if submission.seen is None else submission.seen["required"]
            mine = cast("int | None", submission.values["required"])
            with self._desk.store.write(self._desk.actor) as session:
                attendance_records.save_required_days(
                    session, self._course.template, mine, cast("int | None", seen)
                )
            shown = mine
            self._redraw_summary(_("The figures above are up to date."))
            return _("The rule is saved.")

        most = int((self._dates["kind"] == "teaching_day").sum())
        return [
            Prose(
                _(
                    "We know of no common rule. With yours we can show who can still make it; "
                    "without it we only count."
                )
            ),
            Form(
                "required_days",
                [
                    IntegerField(
                        "required", _("Teaching days needed"), minimum=1, maximum=most,
                        hint=_("Leave it empty to have no rule."),
                    )
                ],
                values={"required": self._required},
                on_submit=save,
            ),
        ]  # fmt: skip


def _row(code: str, entry: tuple[AttendanceStatus | None, str | None]) -> Row:
    status, note = entry
    return Row(code, {"status": status, "note": note or ""})


def _entry(row: Row) -> Entry:
    return cast(AttendanceStatus, row.values["status"]), str(row.values["note"]) or None


def _known_before(mentor: Mentor, day: dt.date) -> tuple[AttendanceStatus | None, str | None]:
    """Return the status that is known before anybody looks who is there; None for most."""
    known: dict[str, AttendanceStatus] = {"not_enrolled": "not_enrolled", "paused": "paused"}
    return known.get(mentor.on(day)), None


def _of_expected(one: Standing) -> str:
    return _("{n} of {expected}").format(
        n=format_number(one.present), expected=format_number(one.expected)
    )


def _verdict(one: Standing) -> Status:
    if one.required is not None and one.done >= one.required:
        return Status(_("has made it"), "ok")
    if one.reachable:
        return Status(_("yes"), "info")
    if one.hangs_on_record:
        return Status(_("depends on days not recorded yet"), "neutral")
    return Status(_("only by making up for days"), "warn")


def _day_name(row: object) -> str:
    kind, number, date = (getattr(row, name) for name in ("kind", "number", "date"))
    mark = _("saved") if getattr(row, "held", False) else _("not saved yet")
    return f"{date_name(kind, int(number))}, {format_date(date)} ({mark})"
