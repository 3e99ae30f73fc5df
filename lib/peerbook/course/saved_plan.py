"""A saved course as the parts of its page see it: read anew each time, changed all at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from peerbook.course import plan_records
from peerbook.course.course_drafts import course_drafts
from peerbook.course.curriculum import CourseContent, load_course
from peerbook.course.schedule.calendar import DanishCalendar, Reason
from peerbook.course.schedule.plan import CoursePlan, Item
from peerbook.desk import Desk
from peerbook.store import DraftBox, Receipt
from peerbook.store.tables import Course, Site
from peerbook.ui import receipt_text


@dataclass(frozen=True)
class PlanNow:
    """A course, its site, its plan as it stands, and what its dates must keep free of."""

    course: Course
    site: Site
    plan: CoursePlan
    calendar: DanishCalendar

    @property
    def content(self) -> CourseContent:
        """What is taught on the course."""
        return load_course(self.plan.template.name)


class SavedPlan:
    """One saved course.

    Parameters
    ----------
    desk, course_id
        Which course, and who sits there.
    redraw
        Shows the course anew, and above it the sentence it is given.
    """

    def __init__(self, desk: Desk, course_id: int, redraw: Callable[[str], None]) -> None:
        self.desk = desk
        self.course_id = course_id
        self.redraw = redraw

    def read(self) -> PlanNow:
        """Return the course as it stands."""
        with self.desk.store.read() as session:
            course = session.get_one(Course, self.course_id)
            site = session.get_one(Site, course.site_id)
            return PlanNow(
                course,
                site,
                plan_records.load_plan(session, course, site.name),
                plan_records.calendar_of(session, site.id),
            )

    def drafts(self, form: str) -> DraftBox:
        """Return where what is typed in one of the course's forms is kept until it is saved."""
        return course_drafts(self.desk, self.course_id, form)

    def others(self, site_id: int | None = None) -> tuple[CoursePlan, ...]:
        """Return the plans of other courses, which may share teachers or rooms with this one.

        Parameters
        ----------
        site_id
            Where it is to be; None for where it is.
        """
        with self.desk.store.read() as session:
            course = session.get_one(Course, self.course_id)
            since = min(course.starts_on, self.desk.today)
            return plan_records.other_plans(
                session, course.site_id if site_id is None else site_id, since, self.course_id
            )

    def moved_from(self, plan: CoursePlan) -> dict[Item, dt.date]:
        """Return the day each moved date of the plan has left, where that is known."""
        with self.desk.store.read() as session:
            return plan_records.moved_from(session, self.course_id, plan)

    def not_before(self, plan: CoursePlan) -> dt.date | None:
        """Return the first day that may be used: today, unless every date has passed.

        A cancelled date to come counts: brought back, it may not lie before today.
        """
        today = self.desk.today
        return today if plan.dates[-1].date >= today else None

    def save(
        self,
        key: str,
        before: CoursePlan,
        after: CoursePlan,
        reason: str,
        *,
        reasons: Mapping[Item, Reason] | None = None,
        done: str = "",
    ) -> Receipt:
        """Save a changed plan the user has seen exactly once, and show the course anew.

        Parameters
        ----------
        key
            The same for every attempt to save this change.
        before, after
            The plan as it was read, and as it is to be.
        reason, reasons
            Why, in all; and for single dates, where they have a reason of their own.
        done
            What the receipt is for: it still stands there while the next change is thought over.

        Raises
        ------
        Conflict
            When the plan is no longer as it was read, or the key has saved another change.
        """
        receipt = self.desk.store.submit(
            key,
            self.desk.actor,
            lambda session: plan_records.save_changes(
                session, self.course_id, before, after, reason,
                on=self.desk.today, reasons=reasons,
            ),
            content=[self.course_id, repr(before.dates), repr(after.dates), reason],
            reason=reason,
        )  # fmt: skip
        self.redraw(" ".join([*([done] if done else []), receipt_text(receipt)]))
        return receipt
