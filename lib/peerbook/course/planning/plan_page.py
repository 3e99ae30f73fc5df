"""Plan a course: ask what is known, show a proposal, save it, and move a day when need be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from peerbook.course import plan_records, records
from peerbook.course.course_drafts import all_unfinished, new_course_drafts
from peerbook.course.curriculum import available_courses, load_course
from peerbook.course.improvement.open_suggestions_part import open_suggestions_parts
from peerbook.course.page_addresses import PLAN_PAGE, shown_at
from peerbook.course.planning.plan_part import (
    avoided_parts,
    dates_table,
    plan_parts,
    who_and_where_parts,
)
from peerbook.course.removed_part import removed_parts
from peerbook.course.schedule.calendar import (
    EARLIEST,
    LATEST,
    Closure,
    DanishCalendar,
    christmas_week,
    is_christmas,
    is_summer,
    is_working_day,
    school_holiday_weeks,
    summer_shutdown,
)
from peerbook.course.schedule.no_plan import NoPlan
from peerbook.course.schedule.plan import (
    LAST_WEEK,
    CoursePlan,
    PlannedDate,
    PlanRequest,
    first_of_month,
    names_in,
    template_of,
)
from peerbook.course.schedule.plan_changes import changes
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.course.schedule.plan_wishes import days_between
from peerbook.desk import Desk, open_desk
from peerbook.sites import site_records
from peerbook.sites.site_part import follow_names, site_parts
from peerbook.store.tables import Course, Site
from peerbook.text import _, format_date, format_list, format_month, format_weekday, ngettext
from peerbook.ui import (
    Action,
    Button,
    ChoiceField,
    DateField,
    Disclosure,
    Filter,
    Form,
    Group,
    Heading,
    Notice,
    Page,
    Part,
    Prose,
    Section,
    Submission,
    TextField,
    TimeField,
    literal,
)
from peerbook.ui.answers import given, given_or_none

NEW = 0
MONTHS_BACK, MONTHS_AHEAD = 12, 24
"""A course that is under way can be entered too."""
MONTHS_TO_PREPARE = 2
"""Finding mentors takes time, so a new course is thought to begin in the month after next."""
FORM = "course_plan"


def warm_up() -> None:
    """Read the courses, before kernels are forked from this process."""
    for name in available_courses():
        load_course(name)


def open_page(site: str = "", course: int = 0) -> Page:
    """Return the page for a course of a site; number 0 means the latest one.

    A new course that was begun comes before the latest one. The first site by name is meant when
    `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site or course.
    """
    desk = open_desk()
    with desk.store.read() as session:
        known = site_records.sites(session)
        at = site_records.site_named(session, site)
        if at is None:
            text = _("Begin on the [front page](start.ipynb): tell us where you are.")
            return Page([Prose(text)], synthetic=desk.synthetic)
        removed = records.removed_course(session, course)
        chosen = None if removed else records.course_numbered(session, at.id, course)

    def of_site(which: Site) -> list[Part]:
        if removed and which.id == at.id:
            return removed_parts(removed, PLAN_PAGE, which)
        with desk.store.read() as session:
            number = course if which.id == at.id else 0
            shown = records.course_numbered(session, which.id, number)
        if number == 0 and which.id in all_unfinished(desk).new_at:
            shown = None
        return [_CourseChoice(desk, which, renamed).section(shown)]

    def renamed() -> None:
        with desk.store.read() as session:
            follow_names(parts, site_records.sites(session))

    parts = site_parts(known, at, of_site)
    return Page(
        parts,
        synthetic=desk.synthetic,
        facts=lambda: () if removed else _facts(desk, at, chosen),
    )


class _CourseChoice:
    """The choice between the courses there are and a new one; redrawn when a course is saved."""

    def __init__(self, desk: Desk, site: Site, renamed: Callable[[], None]) -> None:
        self._desk = desk
        self._site = site
        self._drafts = new_course_drafts(desk, site.id)
        self._renamed = renamed
        self._whole = Section([])

    def section(self, chosen: Course | None) -> Section:
        """Return the section, showing a course, or the form for a new one."""
        self._show(chosen.id if chosen is not None else NEW)
        return self._whole

    def _show(self, number: int, told: Sequence[Part] = (), announce: str = "") -> None:
        with self._desk.store.read() as session:
            before, self._site = self._site.name, session.get_one(Site, self._site.id)
            known = records.courses(session, self._site.id)
        if self._site.name != before:
            self._renamed()
        place = Section(self._parts(number, told))
        parts: list[Part] = [place]

        if known:
            options = [(course.id, course.title) for course in known]
            choice = Filter(
                _("Course"),
                [*options, (NEW, _("Plan a new course"))],
                lambda chosen: place.show(self._parts(chosen)),
                value=number,
            )
            parts.insert(0, choice)
        self._whole.show(parts, announce=announce, take_there=bool(told))

    def _parts(self, number: int, told: Sequence[Part] = ()) -> list[Part]:
        shown = shown_at(self._site.name, number)
        if number != NEW:
            return [shown, *plan_parts(self._desk, number, self._show, told)]
        proposal = Section([])
        form = self._form(proposal)
        return [
            shown,
            *told,
            Heading(self._new_course_heading()),
            Prose(
                _(
                    "Fill in what you know. You get a proposal with all the dates first; nothing "
                    "is saved until you say so."
                )
            ),
            *open_suggestions_parts(self._desk, self._site),
            Disclosure(_("When can they come?"), lambda: _poll_parts(form)),
            form,
            proposal,
        ]

    def _new_course_heading(self) -> str:
        """Return what stands over the form, with the place where there are several."""
        with self._desk.store.read() as session:
            is_one_of_several = len(site_records.sites(session)) > 1
        if not is_one_of_several:
            return _("A new course")
        return _("A new course at {site}").format(site=self._site.name)

    def _form(self, proposal: Section) -> Form:
        desk = self._desk
        months = _months_around(desk.today)
        courses = [(name, load_course(name).title) for name in available_courses()]
        return Form(
            FORM,
            [
                TextField(
                    "title", _("Name of the course"), required=True, max_length=80,
                    hint=_("For instance: Course 4, spring"),
                ),
                ChoiceField(
                    "template", _("Which course?"), options=courses, required=True,
                ),
                Group(
                    _("When"),
                    [
                        ChoiceField(
                            "first_month", _("Month of the first teaching day"),
                            options=[(_code(day), format_month(day)) for day in months],
                            hint=_(
                                "Leave it open for {month}. Is the course under way? Choose the "
                                "month it began."
                            ).format(month=format_month(_suggested_month(desk.today))),
                        ),
                        DateField(
                            "final_assignment_on",
                            _("Or: first day of presenting final assignments"),
                            earliest=EARLIEST, latest=LATEST,
                            hint=_("Then the course is planned backwards from that day."),
                        ),
                        ChoiceField(
                            "weekday", _("Weekday"), required=True,
                            options=[(day, format_weekday(day)) for day in range(7)],
                        ),
                        ChoiceField(
                            "week_of_month", _("Which week of the month?"),
                            options=[
                                (1, _("the first")), (2, _("the second")), (3, _("the third")),
                                (4, _("the fourth")), (LAST_WEEK, _("the last")),
                            ],
                            hint=_("Leave it open to get the week with the fewest obstacles."),
                        ),
                        TimeField("day_starts_at", _("Teaching starts at"), required=True),
                        TimeField(
                            "day_ends_at", _("Teaching ends at"),
                            hint=_("Leave it open to follow the day plan."),
                        ),
                        TimeField(
                            "sparring_starts_at", _("Sparring starts at"),
                            hint=_("Leave it open for the same time as teaching."),
                        ),
                    ],
                ),
                Group(
                    _("Who and where"),
                    [
                        TextField(
                            "teachers", _("Teachers"),
                            hint=_("Separate several with a comma. We keep an eye on clashes."),
                        ),
                        TextField("room", _("Room")),
                        TextField(
                            "convener", _("Who calls the erfa groups together?"),
                            hint=_("Leave it open if the teachers do."),
                        ),
                    ],
                ),
            ],
            values={"template": courses[0][0]} if len(courses) == 1 else {},
            on_submit=lambda submission: self._propose(submission, proposal),
            submit_label=_("Show a proposal"),
            drafts=self._drafts,
            only_asks=True,
            on_attempt=lambda: proposal.show([]),
        )  # fmt: skip

    def _propose(self, submission: Submission, proposal: Section) -> str:
        request = _request(submission, self._site, self._desk.today)
        parts, said = self._answer(request, proposal)
        proposal.show(parts)
        return said

    def _answer(
        self, request: PlanRequest, proposal: Section, kept: _KeptFree | None = None
    ) -> tuple[list[Part], str]:
        """Return a proposal, or why there is none, and a sentence about it."""
        with self._desk.store.read() as session:
            calendar = plan_records.calendar_of(session, self._site.id)
            others = plan_records.other_plans(session, self._site.id, request.begins_no_earlier)
        answer = plan_course(request, calendar, others)
        plan, said = None, _("There is no plan that keeps to everything. See below what clashes.")
        parts: list[Part] = []
        if not isinstance(answer, NoPlan):
            plan, said = answer, _("Here is a proposal. It is not saved yet.")
        else:
            parts.append(Notice("warn", answer.why))
            if answer.cheapest is not None:
                plan = answer.cheapest.plans[0]
                parts.append(Heading(_("The smallest change that makes a plan")))
                change = answer.cheapest.text
                parts.append(Prose(literal(f"{change[0].upper()}{change[1:]}.")))
        if kept is not None:
            parts.insert(0, Notice("ok", kept.told(plan)))
        if plan is not None:
            parts += self._proposal(plan, request, calendar, proposal)
        return parts, said

    def _proposal(
        self, plan: CoursePlan, request: PlanRequest, calendar: DanishCalendar, proposal: Section
    ) -> list[Part]:
        key = str(uuid4())
        desk, site = self._desk, self._site
        version = load_course(request.template.name).version

        def save() -> str:
            receipt = desk.store.submit(
                key,
                desk.actor,
                lambda session: plan_records.save_plan(
                    session, site.id, plan, version, on=desk.today
                ),
                content=[site.id, repr(plan), repr(request), version],
            )
            self._drafts.discard()
            done = _("{title} is saved as course number {n}.").format(
                title=plan.title, n=receipt.record
            )
            self._show(receipt.record, [Notice("ok", done)], announce=done)
            return done

        return [
            Heading(_("Proposal")),
            *_passed_parts(plan, request, desk.today),
            *self._away_parts(plan, request, calendar, proposal),
            dates_table(plan, _("Proposed dates, not saved yet"), desk.today, is_saved=False),
            *who_and_where_parts(plan),
            *avoided_parts(plan),
            Button(_("Save the plan"), save, look="main"),
        ]

    def _away_parts(
        self, plan: CoursePlan, request: PlanRequest, calendar: DanishCalendar, proposal: Section
    ) -> list[Part]:
        """Return which dates to come lie when many are away, and the offer to keep days free."""
        coming = [
            date
            for date in plan.dates
            # What lies on a closure all the same says so itself.
            if date.date >= self._desk.today and calendar.is_free(date.date)
        ]
        return [
            self._season_part(season, plan, request, calendar, proposal)
            for season in _seasons(coming, calendar)
            if season.hit
        ]

    def _season_part(
        self,
        season: _Season,
        plan: CoursePlan,
        request: PlanRequest,
        calendar: DanishCalendar,
        proposal: Section,
    ) -> Part:
        offered = [
            one for one in season.closures if any(one.covers(date.date) for date in season.hit)
        ]
        period = format_list([_period(one) for one in offered])

        def keep_free() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                rows = [plan_records.closure_row(session, self._site.id, one) for one in offered]
                records.save_closures(session, rows)
            kept = _KeptFree(self._site.name, period, plan)
            parts, said = self._answer(request, proposal, kept)
            proposal.show(parts, announce=said, take_there=True)
            return said

        is_answered = all(_is_kept_free(calendar, one) for one in season.closures)
        lines = [
            season.lead_when_kept_free if is_answered else season.lead,
            *(f"{date.name}, {format_date(date.date, 'long')}" for date in season.hit),
        ]
        offer = Action(
            _("Keep {period} free, and make a new proposal").format(period=period), keep_free
        )
        return Notice(
            "info" if is_answered else "warn", "\n".join(lines), [offer] if offered else []
        )


_CHRISTMAS_ENDS = dt.timedelta(days=2)
"""What lies so long after New Year is no longer Christmas."""


def _is_kept_free(calendar: DanishCalendar, closure: Closure) -> bool:
    """Return whether none of the closure's working days can be used."""
    return not any(
        is_working_day(day) and calendar.is_free(day)
        for day in days_between(closure.starts_on, closure.ends_on)
    )


def _period(closure: Closure) -> str:
    """Return the days of a closure in words, with their year."""
    year = str(closure.starts_on.year)
    return closure.period if year in closure.period else f"{closure.period} {year}"


@dataclass(frozen=True)
class _Season:
    """A time of the year when many people are away.

    Parameters
    ----------
    hit
        The dates that lie in it.
    closures
        The days that most places close.
    lead, lead_when_kept_free
        What is said of the dates; and when the place keeps those days free already.
    """

    hit: Sequence[PlannedDate]
    closures: Sequence[Closure]
    lead: str
    lead_when_kept_free: str


def _seasons(coming: Sequence[PlannedDate], calendar: DanishCalendar) -> Iterator[_Season]:
    """Yield the times when many are away, with the dates to come that lie in each."""
    summer = [date for date in coming if is_summer(date.date)]
    yield _Season(
        summer,
        [summer_shutdown(year) for year in sorted({date.date.year for date in summer})],
        _("Some dates lie in summer, when many people are away:"),
        _("Some dates lie in July, outside the weeks you keep free:"),
    )
    christmas = [date for date in coming if is_christmas(date.date)]
    # The first days of January belong to the Christmas before.
    years = sorted({(date.date - _CHRISTMAS_ENDS).year for date in christmas})
    yield _Season(
        christmas,
        [christmas_week(year) for year in years],
        _("Some dates lie around Christmas, when many people are away:"),
        _("Some dates lie around Christmas, outside the days you keep free:"),
    )
    for year in sorted({date.date.year for date in coming}):
        for weeks in school_holiday_weeks(year):
            # Whoever keeps one week of the winter free has said which of them it is.
            if any(_is_kept_free(calendar, week) for week in weeks):
                continue
            for week in weeks:
                lead = _("Some dates lie in a week when schools may be closed ({holiday}):")
                lead = lead.format(holiday=week.label)
                yield _Season(
                    [date for date in coming if week.covers(date.date)], [week], lead, lead
                )


@dataclass(frozen=True)
class _KeptFree:
    """Days that a place has begun to keep free, and the proposal as it was before."""

    site: str
    period: str
    before: CoursePlan

    def told(self, plan: CoursePlan | None) -> str:
        """Return what is kept free now, and which dates it has moved in the proposal."""
        kept = _("{site} keeps {period} free now.").format(site=self.site, period=self.period)
        moved = [change.text for change in changes(self.before, plan)] if plan is not None else []
        return "\n".join([kept, *moved])


def _passed_parts(plan: CoursePlan, request: PlanRequest, today: dt.date) -> list[Part]:
    """Return what dates before today mean; nothing when all are to come."""
    passed = sum(date.date < today for date in plan.dates)
    if not passed:
        return []
    late = ngettext(
        "If the course has not begun, it is too late for this: {n} of the dates has passed.",
        "If the course has not begun, it is too late for this: {n} of the dates have passed.",
        passed,
    ).format(n=passed)
    way_out = (
        _("Choose a later month.")
        if request.final_assignment_on is None
        else _("Choose a later day for the final assignments.")
    )
    under_way = _(
        "If it is under way, save the plan: what lies before today then counts as held. If you met "
        "on other days, correct them under “Move or cancel” afterwards."
    )
    return [Notice("warn", f"{late} {way_out}\n{under_way}")]


def _poll_parts(form: Form) -> list[Part]:
    # What reads files is heavy to import, and most visits do not come here.
    from peerbook.course.planning.slot_poll_part import slot_poll_parts

    return slot_poll_parts(form.fill_in)


def _request(submission: Submission, site: Site, today: dt.date) -> PlanRequest:
    values = submission.values
    month, last = values["first_month"], values["final_assignment_on"]
    if month is None and last is None:
        month = _code(_suggested_month(today))
    return PlanRequest(
        course_key="new",
        template=template_of(load_course(str(values["template"]))),
        weekday=given(int, values["weekday"]),
        day_starts_at=given(dt.time, values["day_starts_at"]),
        day_ends_at=given_or_none(dt.time, values["day_ends_at"]),
        first_month=_month(str(month)) if month is not None else None,
        final_assignment_on=given_or_none(dt.date, last),
        week_of_month=given_or_none(int, values["week_of_month"]),
        sparring_starts_at=given_or_none(dt.time, values["sparring_starts_at"]),
        title=str(values["title"]),
        site=site.name,
        teachers=names_in(str(values["teachers"])),
        room=str(values["room"]),
        convener=str(values["convener"]),
    )


def _month(text: str) -> tuple[int, int]:
    year, month = text.split("-")
    return int(year), int(month)


def _months_around(today: dt.date) -> list[dt.date]:
    return [
        first_of_month(today.year, today.month + ahead)
        for ahead in range(-MONTHS_BACK, MONTHS_AHEAD)
    ]


def _suggested_month(today: dt.date) -> dt.date:
    return first_of_month(today.year, today.month + MONTHS_TO_PREPARE)


def _code(month: dt.date) -> str:
    return f"{month:%Y-%m}"


def _facts(desk: Desk, site: Site, course: Course | None) -> tuple[str, ...]:
    if course is None:
        return (f"site: {site.name}", "courses: 0")
    with desk.store.read() as session:
        plan = plan_records.load_plan(session, course)
        known = len(records.courses(session, site.id))
        free = plan_records.calendar_of(session, site.id)
    days = plan.of_kind("teaching_day")
    gaps = [
        (sparring.date - day.date).days
        for day, sparring in zip(days, plan.of_kind("sparring"), strict=True)
    ]
    blocked = sum(not free.is_free(date.date) for date in plan.dates)
    return (
        f"courses: {known}",
        f"teaching days: {[day.date.isoformat() for day in days]}",
        f"days from teaching to sparring: {gaps}",
        f"dates in the plan: {len(plan.dates)}, of which on a holiday or closure: {blocked}",
    )
