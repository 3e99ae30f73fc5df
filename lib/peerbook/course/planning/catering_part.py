"""How many to expect on the next days of a course, and what to order for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from peerbook.course import people_records
from peerbook.course.planning.turnout import apologies, earlier_turnouts
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.day_plan import CateringCount, Occasion, Turnout, catering
from peerbook.text import _, format_date, ngettext
from peerbook.ui import (
    Column,
    Disclosure,
    Form,
    Heading,
    NumberField,
    Part,
    Prose,
    Section,
    Submission,
    Table,
)
from peerbook.ui.answers import whole


@dataclass(frozen=True)
class _Meal:
    """What is to be ordered for: a day of the course, how many are on it then, and who is not
    coming.
    """

    occasion: Occasion
    title: str
    enrolled: int
    apologies: int


def catering_parts(saved: SavedPlan) -> list[Part]:
    """Return how many to expect and what to order, for the next teaching day and sparring, the
    first to come first.
    """
    today = saved.desk.today
    with saved.desk.store.read() as session:
        meals = _meals(saved, session)
        earlier = earlier_turnouts(session, saved.course_id, today)
    if not any(meal.enrolled for meal in meals):
        return [Prose(_("Nobody is on the course yet, so there is nothing to order."))]
    place = Section(_count_parts(meals, earlier))

    def count(submission: Submission) -> str:
        asked = [
            replace(meal, apologies=whole(submission.values[meal.occasion]) or 0) for meal in meals
        ]
        place.show(_count_parts(asked, earlier))
        return _("Counted. It is not saved; the figures stand below.")

    form = Form(
        "catering",
        [
            NumberField(
                meal.occasion, meal.title, minimum=0, maximum=meal.enrolled, decimals=0,
            )
            for meal in meals
        ],
        values={meal.occasion: Decimal(meal.apologies) for meal in meals},
        on_submit=count,
        submit_label=_("Count without them"),
        only_asks=True,
    )  # fmt: skip
    return [Disclosure(_("How many have said that they cannot come?"), [form]), place]


def _meals(saved: SavedPlan, session: Session) -> list[_Meal]:
    plan, today = saved.read().plan, saved.desk.today
    mentors = people_records.mentors(session, saved.course_id)
    occasions: tuple[tuple[Occasion, str], ...] = (
        ("teaching_day", _("For a teaching day")),
        ("sparring", _("For a sparring")),
    )
    coming = [
        (date, occasion, title)
        for occasion, title in occasions
        for date in [plan.next_of_kind(occasion, today)]
    ]
    # What is not to come any more stands last.
    coming.sort(key=lambda one: one[0].date if one[0] else dt.date.max)
    meals = []
    for date, occasion, title in coming:
        day = date.date if date else today
        meals.append(
            _Meal(
                occasion,
                f"{date.name}, {format_date(day, 'long')}" if date else title,
                enrolled=sum(mentor.on(day) == "on" for mentor in mentors),
                apologies=apologies(session, saved.course_id, date.item) if date else 0,
            )
        )
    return meals


def _count_parts(meals: Sequence[_Meal], earlier: Sequence[Turnout]) -> list[Part]:
    columns = [
        Column("item", _("What")),
        Column("expected", _("Expected"), kind="number"),
        Column("order", _("To order"), kind="number"),
    ]
    parts: list[Part] = []
    for meal in meals:
        count = catering(meal.occasion, meal.enrolled, earlier, meal.apologies)
        rows = [
            {"item": portion_name(one.item), "expected": one.expected, "order": one.order}
            for one in count.portions
        ]
        parts += [
            Heading(meal.title),
            Prose(" ".join(filter(None, [_lead(count), _sorry(meal), count.source]))),
            Table(columns, rows, meal.title, sortable=False),
        ]
    return parts


def _lead(count: CateringCount) -> str:
    if count.low is None:
        return ngettext(
            "Expect {n} mentor and {staff} staff.", "Expect {n} mentors and {staff} staff.",
            count.expected,
        ).format(n=count.expected, staff=count.staff)  # fmt: skip
    return _("Expect {n} mentors, from {low} to {high}, and {staff} staff.").format(
        n=count.expected, low=count.low, high=count.high, staff=count.staff
    )


def _sorry(meal: _Meal) -> str:
    if not meal.apologies:
        return ""
    return ngettext(
        "{n} who has said no is left out.", "{n} who have said no are left out.", meal.apologies
    ).format(n=meal.apologies)


def portion_name(item: str) -> str:
    """Return the name of what is served in the user's language."""
    return {
        "coffee": _("Coffee"),
        "sandwich": _("Sandwiches"),
        "cake": _("Cake"),
        "fruit": _("Fruit"),
    }[item]
