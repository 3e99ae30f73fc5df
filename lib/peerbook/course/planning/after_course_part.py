"""After the course: when the final assignments are presented, and who calls the erfa groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import cast

from peerbook.course import people_records
from peerbook.course.people_records import Mentor
from peerbook.course.planning import presentation_records
from peerbook.course.planning.download_part import origin_of
from peerbook.course.planning.plan_files import presentations_pdf_bytes, turn_name
from peerbook.course.planning.presentations import (
    LONGEST_PRESENTATION_MIN,
    MOST_PRESENTATIONS,
    Turn,
    Wish,
    timetable,
)
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.plan import CoursePlan
from peerbook.course.shared_rows import SharedRows
from peerbook.errors import InputFault
from peerbook.files import media_types
from peerbook.store import Receipt
from peerbook.text import _, format_date, format_list, format_span, format_time
from peerbook.ui import (
    ChoiceField,
    Column,
    Disclosure,
    Download,
    Form,
    Heading,
    IntegerField,
    Notice,
    Part,
    Prose,
    Row,
    RowsField,
    Section,
    Submission,
    Table,
    danish_text,
)


def after_course_parts(saved: SavedPlan) -> list[Part]:
    """Return the presentations of final assignments with their times, and the erfa groups."""
    now = saved.read()
    parts: list[Part] = [Heading(_("Final assignments"))]
    if any(date.takes_place for date in now.plan.of_kind("final_assignment")):
        parts += _Presentations(saved).parts()
    else:
        parts.append(Prose(_("The plan has no day for final assignments.")))
    guide = now.content.final_assignment
    return [
        *parts,
        Disclosure(_("For the mentors: the final assignment"), danish_text(guide)),
        Heading(_("Erfa groups")),
        *_erfa_parts(now.plan),
        Disclosure(_("How an erfa group can go"), danish_text(now.content.erfa_groups)),
    ]


def _erfa_parts(plan: CoursePlan) -> list[Part]:
    groups = [date for date in plan.of_kind("erfa_group") if date.takes_place]
    if not groups:
        return [Prose(_("The plan has no erfa groups."))]
    columns = [
        Column("what", _("What")),
        Column("date", _("Date"), kind="day"),
        Column("time", _("Time")),
        Column("convener", _("Who calls it together?")),
        Column("room", _("Room")),
    ]
    rows = [
        {
            "what": date.name,
            "date": date.date,
            "time": format_span(*date.times) if date.times else None,
            "convener": format_list(date.teachers) or None,
            "room": date.room or None,
        }
        for date in groups
    ]
    return [Table(columns, rows, _("Erfa groups after the course"), sortable=False)]


class _Presentations:
    """The presentations on the page; their times are made anew when the wish changes."""

    def __init__(self, saved: SavedPlan) -> None:
        self._saved = saved
        self._times = Section([])
        self._table = Section([])

    def parts(self) -> list[Part]:
        """Return the question how many and how long, and below it the times."""
        mentors, _chosen = self._who()
        now = self._saved.read()
        still_there = len(_still_on(mentors, now.plan, self._saved.desk.today))
        wish = presentation_records.presentations_of(now.course)
        self._show_times()

        def save(submission: Submission) -> Receipt:
            nonlocal wish
            asked = _wish(submission.values)
            seen = wish if submission.seen is None else _wish(submission.seen)
            timetable(self._saved.read().plan, asked)
            receipt = self._saved.desk.save(
                submission,
                lambda session: presentation_records.save_presentations(
                    session, self._saved.course_id, asked, seen
                ),
            )
            wish = asked
            self._show_times(announce=_("The times are below."))
            return receipt

        form = Form(
            "presentations",
            [
                IntegerField(
                    "count", _("How many present?"), required=True,
                    minimum=1, maximum=MOST_PRESENTATIONS,
                    hint=_("Two who work together count as one."),
                ),
                IntegerField(
                    "minutes", _("How long does each have?"), required=True,
                    minimum=1, maximum=LONGEST_PRESENTATION_MIN, unit=_("minutes"),
                    hint=_("The text for the mentors speaks of {n} minutes.").format(
                        n=now.content.rules.final_assignment_min
                    ),
                ),
            ],
            values={"count": wish.count, "minutes": wish.minutes}
            if wish
            else ({"count": still_there} if still_there else None),
            on_submit=save,
            submit_label=_("Make a list of times"),
            drafts=self._saved.drafts("presentations"),
        )  # fmt: skip
        return [form, self._times]

    def _show_times(self, announce: str = "") -> None:
        self._times.show(self._time_parts(), announce=announce)

    def _time_parts(self) -> list[Part]:
        now = self._saved.read()
        wish = presentation_records.presentations_of(now.course)
        if wish is None:
            return []
        try:
            turns = timetable(now.plan, wish)
        except InputFault as fault:  # the plan was changed since the times were saved
            return [Notice("warn", str(fault))]
        mentors, chosen = self._who()
        self._show_table(turns)

        def page() -> tuple[str, bytes, str]:
            origin = origin_of(self._saved, now)
            name = origin.file_name(now.plan.title + " " + _("Presentations"), "pdf")
            return name, presentations_pdf_bytes(now.plan, turns, origin), media_types.PDF

        parts = [self._table, Download(_("Times to print, without names (.pdf)"), page)]
        there = _still_on(mentors, now.plan, self._saved.desk.today)
        if there:
            who = self._who_form(turns, there, chosen)
            parts.append(Disclosure(_("Who presents when?"), [who]))
        return parts

    def _show_table(self, turns: Sequence[Turn], announce: str = "") -> None:
        mentors, chosen = self._who()
        self._table.show([_times_table(turns, mentors, chosen)], announce=announce)

    def _who(self) -> tuple[list[Mentor], dict[str, int]]:
        """Return everybody who is or was on the course, and which presentation they have."""
        with self._saved.desk.store.read() as session:
            return (
                people_records.mentors(session, self._saved.course_id),
                presentation_records.presenters(session, self._saved.course_id),
            )

    def _who_form(
        self, turns: Sequence[Turn], mentors: Sequence[Mentor], chosen: Mapping[str, int]
    ) -> Form:
        options = [
            (
                turn.number,
                f"{turn.number}: {format_date(turn.date, 'day')} {format_time(turn.starts_at)}",
            )
            for turn in turns
            if turn.what == "presentation"
        ]
        numbers = {number for number, _label in options}
        people: SharedRows[int | None] = SharedRows(
            "people",
            chosen,
            lambda code, turn: Row(code, {"turn": turn}),
            lambda row: cast("int | None", row.values["turn"]),
        )

        def save(submission: Submission) -> Receipt:
            receipt = people.save(
                submission,
                lambda mine, seen: self._saved.desk.save(
                    submission,
                    lambda session: presentation_records.save_presenters(
                        session, self._saved.course_id, mine, seen
                    ),
                ),
            )
            self._show_table(turns, _("The list of times is up to date."))
            return receipt

        return Form(
            "presenters",
            [
                RowsField(
                    "people", _("Who presents when?"),
                    hint=_("Names are shown here only, never in a file."),
                    fields=[ChoiceField("turn", _("When"), options=options)],
                    row_label=_("Mentor"),
                    rows=[(mentor.code, mentor.name) for mentor in mentors],
                )
            ],
            values={
                "people": [
                    Row(mentor.code, {"turn": chosen[mentor.code]})
                    for mentor in mentors
                    if chosen.get(mentor.code) in numbers
                ]
            },
            on_submit=save,
            submit_label=_("Save who presents when"),
            drafts=self._saved.drafts("presenters"),
        )  # fmt: skip


def _still_on(mentors: Sequence[Mentor], plan: CoursePlan, today: dt.date) -> list[Mentor]:
    """Return those who have not left by the next final assignments; by the last if all are over."""
    coming = plan.next_of_kind("final_assignment", today)
    days = [date.date for date in plan.of_kind("final_assignment") if date.takes_place]
    day = coming.date if coming is not None else max(days, default=today)
    return [mentor for mentor in mentors if mentor.on(day) != "left"]


def _wish(values: Mapping[str, object]) -> Wish:
    return Wish(cast(int, values["count"]), cast(int, values["minutes"]))


def _times_table(
    turns: Sequence[Turn], mentors: Sequence[Mentor], chosen: Mapping[str, int]
) -> Table:  # fmt: skip
    names = {
        turn.number: who
        for turn in turns
        if (
            who := [
                mentor.name
                for mentor in mentors
                if chosen.get(mentor.code) == turn.number and mentor.on(turn.date) != "left"
            ]
        )
    }
    columns = [
        Column("what", _("What")),
        Column("date", _("Date"), kind="day"),
        Column("time", _("Time")),
    ]
    if names:
        columns.append(Column("who", _("Who")))
    rows = [
        {
            "what": turn_name(turn),
            "date": turn.date,
            "time": format_span(turn.starts_at, turn.ends_at),
            "who": format_list(names[turn.number]) if turn.number in names else None,
        }
        for turn in turns
    ]
    return Table(columns, rows, _("Times for the final assignments"), sortable=False)
