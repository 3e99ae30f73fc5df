"""Fill an empty store with the synthetic Vejle."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.cafe import head_count_records
from peerbook.course import people_records, plan_records, records
from peerbook.course.attendance import attendance_records, sparring_records
from peerbook.course.curriculum import load_course
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet
from peerbook.course.evaluation_form import EvaluationForm, load_form
from peerbook.course.improvement import suggestion_records
from peerbook.course.schedule.calendar import school_holiday_weeks, suggested_closures
from peerbook.course.schedule.no_plan import NoPlan
from peerbook.course.schedule.plan import CoursePlan, PlanRequest, template_of
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.demo import people
from peerbook.demo.costing import Costing
from peerbook.demo.drop_in import invent_counts
from peerbook.demo.matching import Matching
from peerbook.demo.open_house import OpenHouse
from peerbook.demo.people import Invented, code_of, invent
from peerbook.demo.recruiting import Recruiting
from peerbook.demo.timing import Timing
from peerbook.desk import SYNTHETIC_SETTING
from peerbook.errors import PeerbookError
from peerbook.sites import site_records
from peerbook.store import Store, append_event, identities, set_setting
from peerbook.store.codes import ALPHABET, LINKING_SIGNS
from peerbook.store.tables import (
    AttendanceStatus,
    Course,
    CourseDate,
    DecisionStatus,
    Outcome,
    Participant,
    Site,
    Suggestion,
    Wave,
)
from peerbook.store.users import name_key
from peerbook.text import _

SEED = 2014
ACTOR = "the demonstration"
"""Who saved it all; nobody can log in under a name like that."""
THURSDAY = 3
STARTS_AT, ENDS_AT = dt.time(10), dt.time(15, 30)
"""Invented: the manual's hours are lost in the text we have."""
PLANNED_AHEAD = dt.timedelta(weeks=10)
"""Invented too."""

_WISHES: dict[str, tuple[Outcome, str, DecisionStatus]] = {
    "Flere pauser om eftermiddagen.": ("do", "Der er nu en pause mere efter frokost.", "told_back"),
    "Mere tid til øvelser to og to.": ("do", "Dag 3 og 4 har fået mere tid til øvelser.", "done"),
    "Vi vil gerne have dagens ark dagen før.": ("do", "Arket kommer nu dagen før.", "told_back"),
    "Frugt i stedet for kage en gang imellem.": ("do", "Der er frugt hver anden gang.", "done"),
    "Et roligt rum, man kan gå ind i.": ("no", "Huset har ikke et rum mere.", "told_back"),
    "Mere om, hvordan man slutter et forløb.": ("do", "Det er med på dag 6.", "done"),
    "Start lidt senere om morgenen.": ("later", "", "open"),
    "En fælles gåtur midt på dagen.": ("do", "Vi går en tur efter frokost.", "told_back"),
    "Mere om, hvad man gør, når ens peer ikke svarer.": ("do", "", "open"),
}
"""What mentors ask for, and what was decided; invented."""

_PRAISE = (
    "At der er god tid til at tale sammen.",
    "At underviserne også fortæller om sig selv.",
    "De korte øvelser.",
    "Gruppesparringen.",
    "Kaffen og den gode stemning.",
    "At alle bliver hørt.",
    "Rollespillene. De er sjove, når man først er i gang.",
)
"""What mentors want to keep; invented."""

MENTORS_UNDER_WAY = 9
"""How many are on the course under way, all of them former peers; invented."""

EVALUATIONS: dict[str, Wave] = {"mid_evaluation": "mid", "final_evaluation": "final"}

FOLLOW_UP_SHEETS = {"Hold 1": 6, "Hold 2": 4}
"""Follow-up sheets of each course: enough to be shown, too few, else none; invented."""


@dataclass(frozen=True)
class Filled:
    """What was put into the store."""

    participants: int
    courses: int
    evaluations: int

    @property
    def sentence(self) -> str:
        """Return what was put into the store, in the user's language."""
        return _(
            "The store now holds an invented Vejle: {participants} participants, {courses} courses "
            "and {evaluations} evaluation forms. All of it is made up."
        ).format(participants=self.participants, courses=self.courses, evaluations=self.evaluations)


def fill(store: Store, today: dt.date, seed: int = SEED) -> Filled:
    """Fill an empty store with the synthetic Vejle and return how much that was.

    The three courses of the project are over; a fourth is under way.

    Parameters
    ----------
    store
        A store that holds nothing yet.
    today
        The day it is made: what has happened lies before it, and the rest of the fourth course
        from it on.
    seed
        Seed of everything drawn; with the same day, it gives the same store but for calendar UIDs.

    Raises
    ------
    InputFault
        When the calendar does not reach around `today`.
    PeerbookError
        When the store holds anything: invented people never mix with real ones.
    """
    if not store.is_empty():
        raise PeerbookError(
            _("The store holds data already. Invented people are only put into an empty one.")
        )
    with store.write(ACTOR) as session:
        set_setting(session, SYNTHETIC_SETTING, True)
        set_setting(session, name_key(ACTOR), _("the demonstration"))
        return _Vejle(session, Timing(today), seed).fill()


class _Vejle:
    """One filling: the session, where in time it lies, and the one source of chance."""

    def __init__(self, session: Session, timing: Timing, seed: int) -> None:
        self._session = session
        self._timing = timing
        self._seed = seed
        self._draw = random.Random(seed)  # noqa: S311 - invented people, not keys
        # Streams of their own, so that what was invented before stays as it was.
        self._words = random.Random(f"{seed} words")  # noqa: S311
        self._later = random.Random(f"{seed} follow-up")  # noqa: S311
        self._now = random.Random(f"{seed} under way")  # noqa: S311
        self._evaluations = 0

    def fill(self) -> Filled:
        saved = site_records.save_site(self._session, "Vejle", "Vejle Kommune")
        site = self._session.get_one(Site, saved.number)
        self._add_closures(site)
        courses = [
            self._add_course(site, number, month)
            for number, month in enumerate(self._timing.course_months, start=1)
        ]
        starts = tuple(self._timing.as_it_was(course.starts_on) for course in courses)
        invented = invent(self._seed, starts)
        codes = self._add_people(site, invented, courses)
        for place, course in enumerate(courses):
            mentors = [
                code for code, one in zip(codes, invented, strict=True) if place in one.courses
            ]
            self._add_attendance(course, mentors, self._draw)
            self._add_evaluations(course, mentors, self._draw)
        self._decide(courses)
        self._add_head_counts(site)
        self._add_workshop(codes, invented)
        Recruiting(self._session, site.id, self._timing, self._seed).fill(codes, invented)
        for course in courses:
            self._add_raised_themes(course, self._draw)
        self._add_course_under_way(site, codes, invented)
        return Filled(len(invented), len(courses) + 1, self._evaluations)

    def _add_course_under_way(
        self, site: Site, codes: Sequence[str], invented: Sequence[Invented]
    ) -> None:
        """Add a fourth course of people who are there already, as far as it has come today.

        What was written at its mid-course evaluation waits for an answer.
        """
        course = self._add_course(site, 4, self._timing.month_under_way)
        peers = [code for code, one in zip(codes, invented, strict=True) if not one.courses]
        mentors = self._now.sample(peers, MENTORS_UNDER_WAY)
        for code in mentors:
            on = course.starts_on - dt.timedelta(days=14)
            people_records.place_on_course(self._session, course.id, code, on)
        # Evaluations first: what is written then does not depend on how many days have been held.
        self._add_evaluations(course, mentors, self._now)
        self._add_attendance(course, mentors, self._now)
        self._add_raised_themes(course, self._now)
        Matching(self._session, site.id, self._timing, self._seed).fill(mentors)
        OpenHouse(self._session, site.id, self._timing, self._seed).fill(mentors)
        Costing(self._session, site.id, self._timing.today).fill()

    def _dates(self, course: Course, *kinds: str) -> list[CourseDate]:
        """Return the dates of some kinds that lie before today, in their order."""
        rows = self._session.query(CourseDate).where(
            CourseDate.course_id == course.id,
            CourseDate.kind.in_(kinds),
            CourseDate.date < self._timing.today,
        )
        return sorted(rows, key=lambda row: row.date)

    def _add_closures(self, site: Site) -> None:
        years = self._timing.years_of_life
        # No place keeps more than one week of a holiday free.
        others = {
            week for year in years for weeks in school_holiday_weeks(year) for week in weeks[1:]
        }
        rows = [
            plan_records.closure_row(self._session, site.id, closure)
            for closure in suggested_closures(years)
            if closure not in others
        ]
        records.save_closures(self._session, rows)

    def _add_course(self, site: Site, number: int, first_month: tuple[int, int]) -> Course:
        content = load_course("six_months")
        request = PlanRequest(
            course_key=str(number),
            template=template_of(content),
            weekday=THURSDAY,
            day_starts_at=STARTS_AT,
            day_ends_at=ENDS_AT,
            first_month=first_month,
            sparring_starts_at=dt.time(13),
            title=f"Hold {number}",
            site=site.name,
            teachers=("Underviser A", "Underviser B"),
            room="Foreningernes Hus",
        )
        calendar = plan_records.calendar_of(self._session, site.id)
        others = plan_records.other_plans(self._session, site.id, request.begins_no_earlier)
        plan = _placed(plan_course(request, calendar, others))
        saved = plan_records.save_plan(
            self._session,
            site.id,
            plan,
            content.version,
            on=plan.starts_on - PLANNED_AHEAD,
        )
        return self._session.get_one(Course, saved.number)

    def _add_people(
        self, site: Site, invented: Sequence[Invented], courses: Sequence[Course]
    ) -> list[str]:
        numbers = self._draw.sample(range(len(ALPHABET) ** 6), len(invented))
        codes = [code_of(number) for number in numbers]
        for code, one in zip(codes, invented, strict=True):
            joined_on = self._timing.moved(one.joined_on)
            self._session.add(Participant(code=code, site_id=site.id, created_on=joined_on))
            identities.save_name(self._session, code, one.name)
            self._tell(code, "joined", one.joined_on, role=one.role)
            self._tell(code, "measured_before", one.joined_on)
            for place in one.courses:
                on = max(joined_on, courses[place].starts_on - dt.timedelta(days=14))
                people_records.place_on_course(self._session, courses[place].id, code, on)
            if one.both_measures:
                after = one.joined_on + dt.timedelta(days=self._draw.randint(190, 280))
                self._tell(code, "measured_after", min(after, people.PROJECT_ENDED_ON))
            if one.problem is not None:
                on = one.joined_on + dt.timedelta(days=self._draw.randint(60, 200))
                reason = one.problem
                self._tell(
                    code, "not_measured_after", min(on, people.PROJECT_ENDED_ON), reason=reason
                )
        return codes

    def _tell(self, code: str, kind: str, on: dt.date, **details: object) -> None:
        """Note what happened to a participant on a day of the project."""
        moved = self._timing.moved(on)
        append_event(self._session, "participant", code, kind, moved, **details)

    def _add_attendance(self, course: Course, mentors: Sequence[str], draw: random.Random) -> None:
        paused = draw.choice(mentors)
        pause = range(draw.randint(4, 6), draw.randint(8, 10))
        for place, date in enumerate(self._dates(course, *attendance_records.HELD_KINDS)):
            statuses: dict[str, tuple[AttendanceStatus, str | None]] = {}
            for code in mentors:
                status: AttendanceStatus
                if code == paused and place in pause:
                    status = "paused"
                else:
                    status = draw.choices(("present", "apology", "absent"), (82, 13, 5))[0]
                statuses[code] = (status, None)
            attendance_records.save_attendance(self._session, date.id, statuses, today=date.date)

    def _add_evaluations(self, course: Course, mentors: Sequence[str], draw: random.Random) -> None:
        linking = {code: _linking_code(draw.randrange(10_000)) for code in mentors}
        for day in self._dates(course, *EVALUATIONS):
            wave = EVALUATIONS[day.kind]
            form = load_form(wave)
            answering = draw.sample(list(mentors), len(mentors) - draw.randint(0, 2))
            sheets = [self._sheet(form, wave, linking[code], draw) for code in answering]
            evaluation_records.save_sheets(
                self._session, course.id, form, sheets,
                wave=wave, source="pile", entered_on=day.date,
            )  # fmt: skip
            self._evaluations += len(sheets)

        self._add_follow_up(course, list(linking.values()))

    def _add_follow_up(self, course: Course, linking: Sequence[str]) -> None:
        """Note what was answered some months later; later courses have not been asked."""
        answered = FOLLOW_UP_SHEETS.get(course.title, 0)
        if not answered:
            return
        last = records.last_teaching_days(self._session, records.among([course]))[course.id]
        form = load_form("follow_up")
        sheets = [
            self._sheet(form, "follow_up", code, self._later)
            for code in self._later.sample(list(linking), answered)
        ]
        evaluation_records.save_sheets(
            self._session, course.id, form, sheets,
            wave="follow_up", source="pile", entered_on=last + dt.timedelta(days=128),
        )  # fmt: skip
        self._evaluations += answered

    def _sheet(self, form: EvaluationForm, wave: Wave, linking: str, draw: random.Random) -> Sheet:
        """Return one filled sheet: mostly content, a little more so at the end, some blanks."""
        answers: dict[str, int | str | None] = {}
        lift = 1 if wave == "final" else 0
        for item in form.items:
            if item.kind == "text":
                wish = item.suggestion and wave != "follow_up" and draw.random() < 0.4
                answers[item.id] = draw.choice(list(_WISHES)) if wish else None
                if item.id == "keep" and self._words.random() < 0.75:
                    answers[item.id] = self._words.choice(_PRAISE)
            elif item.scale is not None and draw.random() > 0.04:
                codes = item.scale.codes_on_scale
                weights = [1, 2, 5, 9 + 2 * lift, 6 + 4 * lift]
                weights = weights[-len(codes) :] if len(codes) <= 5 else [1] * len(codes)
                answers[item.id] = draw.choices(codes, weights)[0]
        return Sheet(answers, linking)

    def _add_head_counts(self, site: Site) -> None:
        calendar = plan_records.calendar_of(self._session, site.id)
        moved = self._timing.moved
        counts = [
            replace(count, date=moved(count.date))
            for count in invent_counts(
                self._seed,
                lambda day: calendar.is_free(moved(day)),
                self._timing.as_it_was(self._timing.today),
            )
        ]
        head_count_records.save_head_counts(self._session, site.id, counts, self._timing.today)

    def _decide(self, courses: Sequence[Course]) -> None:
        for course in courses:
            asked = select(Suggestion).where(Suggestion.course_id == course.id)
            for row in self._session.scalars(asked.order_by(Suggestion.id)):
                outcome, what, status = _WISHES[row.text]
                decided_on = row.raised_on + dt.timedelta(days=self._draw.randint(7, 30))
                suggestion_records.save_decision(
                    self._session, row.id, outcome=outcome, what_we_did=what,
                    owner=self._draw.choice(("Underviser A", "Underviser B")), status=status,
                    due_on=decided_on + dt.timedelta(days=60), decided_on=decided_on,
                )  # fmt: skip

    def _add_raised_themes(self, course: Course, draw: random.Random) -> None:
        """Note what came up in sparring: the day's own themes, and often one more."""
        content = load_course(course.template)
        themes = [theme.id for theme in content.themes]
        for row in self._dates(course, "sparring"):
            more = draw.sample(themes, draw.randint(0, 1))
            raised = {*content.day(row.number).themes, *more}
            sparring_records.save_raised_themes(self._session, row.id, raised)

    def _add_workshop(self, codes: Sequence[str], invented: Sequence[Invented]) -> None:
        """Note who came to the workshop."""
        for code, one in zip(codes, invented, strict=True):
            if one.invited_to_workshop:
                kind = "came_to_workshop" if one.at_workshop else "invited_to_workshop"
                self._tell(code, kind, people.WORKSHOP_ON)


def _placed(answer: CoursePlan | NoPlan) -> CoursePlan:
    """Return the plan, or the one with the smallest change: some years do not allow everything."""
    if not isinstance(answer, NoPlan):
        return answer
    if answer.cheapest is None:
        raise PeerbookError(answer.text)
    return answer.cheapest.plans[0]


def _linking_code(number: int) -> str:
    """Return the code with a number, such as could stand on a strip."""
    code = ""
    for signs in reversed(LINKING_SIGNS):
        number, place = divmod(number, len(signs))
        code = signs[place] + code
    return code
