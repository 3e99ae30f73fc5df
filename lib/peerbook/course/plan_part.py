"""A saved course: its dates, what follows when one is moved, and the files to hand out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import uuid4

from peerbook.course import people_records, plan_records
from peerbook.course.calendar import DanishCalendar
from peerbook.course.closures_part import closures_parts
from peerbook.course.content_part import catering_parts, coverage_parts, day_plan_parts
from peerbook.course.curriculum import load_course
from peerbook.course.plan import CoursePlan, Item, PlannedDate
from peerbook.course.plan_files import calendar_bytes, pdf_bytes, workbook_bytes
from peerbook.course.plan_moves import PlanChange, cancel, move, replan, unpin
from peerbook.course.turnout import earlier_turnouts
from peerbook.desk import Desk
from peerbook.store import Receipt
from peerbook.store.tables import Course, Site
from peerbook.text import _, format_date, format_time
from peerbook.ui import (
    Action,
    Button,
    ChoiceField,
    Column,
    Columns,
    DateField,
    Disclosure,
    Download,
    Form,
    Heading,
    Notice,
    Prose,
    Section,
    Status,
    Submission,
    Table,
    Tabs,
    TextField,
    Widget,
    receipt_text,
)

CALENDAR_TYPE = "text/calendar"
PDF_TYPE = "application/pdf"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def status_of(date: PlannedDate) -> Status:
    """Return a date's status with its symbol, in the user's language."""
    return {
        "planned": Status(_("Planned"), "neutral"),
        "moved": Status(_("Moved"), "info"),
        "cancelled": Status(_("Cancelled"), "danger"),
        "held": Status(_("Held"), "ok"),
    }[date.status]


def dates_table(plan: CoursePlan, caption: str) -> Table:
    """Return a plan's dates as a table."""
    columns = [
        Column("what", _("What")),
        Column("date", _("Date"), kind="date"),
        Column("time", _("Time")),
        Column("status", _("Status"), kind="status"),
        Column("remark", _("Good to know")),
    ]
    rows = [
        {
            "what": date.name,
            "date": date.date,
            "time": _span(date),
            "status": status_of(date),
            "remark": plan.remark(date.item),
        }
        for date in plan.dates
    ]
    return Table(columns, rows, caption)


def _span(date: PlannedDate) -> str:
    if date.starts_at is None or date.ends_at is None:
        return _("with the teaching day")
    return f"{format_time(date.starts_at)}–{format_time(date.ends_at)}"


def avoided_parts(plan: CoursePlan) -> list[Widget]:
    """Return which better dates were not used and why; nothing when none were."""
    lines = [
        f"- **{date.name}**: {avoided.text}" for date in plan.dates for avoided in date.avoided
    ]
    if not lines:
        return []
    return [Disclosure(_("Dates we went around, and why"), [Prose("\n".join(lines))])]


def plan_parts(desk: Desk, site: Site, course_id: int) -> list[Widget]:
    """Return everything there is to see and do about a saved course."""
    return [_SavedPlan(desk, site, course_id).section()]


class _SavedPlan:
    """A saved course on the page; redrawn after each change."""

    def __init__(self, desk: Desk, site: Site, course_id: int) -> None:
        self._desk = desk
        self._site = site
        self._course_id = course_id
        self._whole = Section([])

    def section(self) -> Section:
        """Return the section with the course in it."""
        self._whole.show(self._parts())
        return self._whole

    def _redraw(self, told: str) -> None:
        """Show the course anew, and above it what was done."""
        self._whole.show([Notice("ok", told), *self._parts()], announce=told)

    def _load(self) -> tuple[Course, CoursePlan, DanishCalendar, tuple[CoursePlan, ...]]:
        with self._desk.store.read() as session:
            course = session.get_one(Course, self._course_id)
            return (
                course,
                plan_records.load_plan(session, course, self._site.name),
                plan_records.calendar_of(session, self._site.id),
                plan_records.other_plans(session, self._site.id, self._course_id),
            )

    def _parts(self) -> list[Widget]:
        course, plan, calendar, _others = self._load()
        with self._desk.store.read() as session:
            enrolled = len(people_records.mentors(session, course.id))
            earlier = earlier_turnouts(session, course.id)
        content = load_course(plan.template.name)
        starts_at = plan_records.day_starts_at(course)
        return [
            *self._blocked(plan, calendar),
            Tabs(
                [
                    (
                        _("Dates"),
                        [
                            self._downloads(),
                            dates_table(plan, _("The dates of {title}").format(title=plan.title)),
                            *avoided_parts(plan),
                        ],
                    ),
                    (_("Move a date"), lambda: self._move_parts(plan)),
                    (_("Cancel a date"), lambda: self._cancel_parts(plan)),
                    (
                        _("Holidays and closures"),
                        lambda: closures_parts(self._desk, self._site, plan, self._redraw),
                    ),
                    (_("Day plan"), lambda: day_plan_parts(content, starts_at)),
                    (_("What is covered"), lambda: coverage_parts(content)),
                    (_("Catering"), lambda: catering_parts(enrolled, earlier, content)),
                ]
            ),
        ]

    def _blocked(self, plan: CoursePlan, calendar: DanishCalendar) -> list[Widget]:
        """Return a warning when dates lie on a holiday or closure nobody has accepted."""
        hit = [
            (date, calendar.explain(date.date, date.resources))
            for date in plan.dates
            if date.status in ("planned", "moved")
            and not date.pinned
            and not calendar.is_free(date.date, date.resources)
        ]
        if not hit:
            return []
        lines = "\n".join(
            f"{date.name}, {format_date(date.date)}: {reason}" for date, reason in hit
        )
        text = _("Some dates can no longer be used:") + "\n" + lines
        return [Notice("warn", text, [Action(_("Find new dates"), self._replan)])]

    def _replan(self) -> str:
        _course, plan, calendar, others = self._load()
        change = replan(plan, calendar=calendar, others=others, not_before=self._not_before(plan))
        self._save(str(uuid4()), plan, change.plan, _("A holiday or closure came in the way."))
        return _told(change)

    def _not_before(self, plan: CoursePlan) -> dt.date | None:
        """Return the first day that may be used: today, unless the course is over."""
        today = self._desk.today
        return today if plan.dates[-1].date >= today else None

    def _save(self, key: str, before: CoursePlan, after: CoursePlan, reason: str) -> Receipt:
        receipt = self._desk.store.submit(
            key,
            self._desk.actor,
            lambda session: plan_records.save_changes(
                session, self._course_id, before, after, reason, on=self._desk.today
            ),
            reason=reason,
        )
        self._redraw(receipt_text(receipt))
        return receipt

    # -- moving and cancelling -------------------------------------------------------------------

    def _movable(self, plan: CoursePlan) -> list[tuple[str, str]]:
        return [
            (_key(date.item), f"{date.name} – {format_date(date.date)}")
            for date in plan.dates
            if date.takes_place and date.status != "held" and date.starts_at is not None
        ]

    def _move_parts(self, plan: CoursePlan) -> list[Widget]:
        movable = self._movable(plan)
        if not movable:
            return [Prose(_("Every date has been held or cancelled, so there is none to move."))]
        outcome = Section([])
        form = Form(
            "course_move",
            [
                ChoiceField("item", _("Which date?"), options=movable, required=True),
                DateField("date", _("New date"), required=True),
                TextField(
                    "reason", _("Why?"), max_length=200, required=True,
                    hint=_("Shown in the plan and the calendar file, so write no names."),
                ),
            ],
            on_submit=lambda submission: self._show_move(submission, outcome),
            submit_label=_("See what follows"),
            drafts=self._desk.drafts(f"course_move:{self._course_id}"),
        )  # fmt: skip
        return [form, outcome, *self._pinned_parts(plan)]

    def _show_move(self, submission: Submission, outcome: Section) -> str:
        _course, plan, calendar, others = self._load()
        values = submission.values
        item = _item(str(values["item"]))
        to = values["date"]
        if not isinstance(to, dt.date):
            raise TypeError("the form gave no date")
        reason = str(values["reason"])
        change = move(
            plan, item, to, calendar=calendar, others=others, reason=reason,
            not_before=self._not_before(plan),
        )  # fmt: skip
        key = str(uuid4())

        def save() -> str:
            self._desk.drafts(f"course_move:{self._course_id}").discard()
            self._save(key, plan, change.plan, reason)
            return _("The move is saved.")

        outcome.show(
            [
                Heading(_("What follows"), level=3),
                Prose(_told(change)),
                Button(_("Save the move"), save, look="main"),
            ]
        )
        return _("Not saved yet. See what follows, then save the move.")

    def _pinned_parts(self, plan: CoursePlan) -> list[Widget]:
        pinned = [date for date in plan.dates if date.pinned and date.status != "held"]
        if not pinned:
            return []

        def release(date: PlannedDate) -> Callable[[], str]:
            def run() -> str:
                _course, before, _calendar, _others = self._load()
                after = unpin(before, date.item)
                self._save(str(uuid4()), before, after, _("No longer fixed by hand."))
                return _("{name} follows the plan again.").format(name=date.name)

            return run

        return [
            Heading(_("Fixed by hand"), level=3),
            Prose(_("These dates stay where they are when others move.")),
            *(
                Button(
                    _("Let {name} on {date} follow the plan again").format(
                        name=date.name, date=format_date(date.date)
                    ),
                    release(date),
                )
                for date in pinned
            ),
        ]

    def _cancel_parts(self, plan: CoursePlan) -> list[Widget]:
        movable = self._movable(plan)
        if not movable:
            return [Prose(_("Every date has been held or cancelled already."))]

        def save(submission: Submission) -> Receipt:
            _course, before, _calendar, _others = self._load()
            reason = str(submission.values["reason"])
            change = cancel(before, _item(str(submission.values["item"])), reason)
            return self._save(submission.key, before, change.plan, reason)

        return [
            Prose(
                _(
                    "A cancelled date stays in the plan, crossed out. The new calendar file tells "
                    "people's calendars."
                )
            ),
            Form(
                "course_cancel",
                [
                    ChoiceField("item", _("Which date?"), options=movable, required=True),
                    TextField("reason", _("Why?"), max_length=200, required=True),
                ],
                on_submit=save,
                submit_label=_("Cancel this date"),
                drafts=self._desk.drafts(f"course_cancel:{self._course_id}"),
            ),
        ]

    # -- files -----------------------------------------------------------------------------------

    def _downloads(self) -> Widget:
        return Columns(
            [
                Download(_("Calendar file (.ics)"), self._calendar),
                Download(_("One page to print (.pdf)"), self._pdf),
                Download(_("Spreadsheet (.xlsx)"), self._workbook),
            ]
        )

    def _calendar(self) -> tuple[str, bytes, str]:
        _course, plan, _calendar, _others = self._load()
        with self._desk.store.read() as session:
            ids = plan_records.calendar_ids(session, self._course_id)
        stamp = dt.datetime.now(dt.UTC)
        return f"{_file_name(plan)}.ics", calendar_bytes(plan, ids, stamp), CALENDAR_TYPE

    def _pdf(self) -> tuple[str, bytes, str]:
        _course, plan, _calendar, _others = self._load()
        return (
            f"{_file_name(plan)}.pdf",
            pdf_bytes(plan, made_on=self._desk.today, notice=self._notice()),
            PDF_TYPE,
        )

    def _notice(self) -> str:
        if not self._desk.synthetic:
            return ""
        return _("Demonstration: everything on this page is invented.")

    def _workbook(self) -> tuple[str, bytes, str]:
        _course, plan, _calendar, _others = self._load()
        return f"{_file_name(plan)}.xlsx", workbook_bytes(plan), WORKBOOK_TYPE


def _told(change: PlanChange) -> str:
    return "\n".join(f"- {consequence.text}" for consequence in change.consequences)


def _key(item: Item) -> str:
    return f"{item.kind}:{item.number}"


def _item(key: str) -> Item:
    kind, number = key.split(":")
    return Item(kind, int(number))  # type: ignore[arg-type] # one of the options the form offered


def _file_name(plan: CoursePlan) -> str:
    """Return a file name of letters and digits, from the course's title."""
    letters = "".join(letter if letter.isalnum() else "-" for letter in plan.title.lower())
    return "-".join(part for part in letters.split("-") if part) or "hold"
