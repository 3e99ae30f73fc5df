"""When to ask what is used of the course: the third of Kirkpatrick's levels needs time to show.

Between which months it is asked stands in the course content (`follow_up_months`). After
Kirkpatrick & Kirkpatrick (2006): Evaluating Training Programs, 3rd ed., guidelines for level 3:
leave time for behaviour to change.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from peerbook.months import months_after

REMINDED_MONTHS = 12
"""Months after the last teaching day beyond which nobody is reminded any more: our own rule."""

State = Literal["early", "due", "late", "asked"]


@dataclass(frozen=True)
class FollowUp:
    """How it stands with a course's follow-up.

    Parameters
    ----------
    first, last
        The days between which it is asked, both included.
    state
        `early` before the first day, `due` between the two, `late` after, and `asked` from the
        first sheet on.
    is_reminded
        Whether to speak of it to somebody who has not asked.
    """

    first: dt.date
    last: dt.date
    state: State
    is_reminded: bool


def follow_up(
    last_teaching_day: dt.date, months: tuple[int, int], sheets: int, today: dt.date
) -> FollowUp:
    """Return how it stands with the follow-up of a course.

    Parameters
    ----------
    last_teaching_day
        The course's last one that is not cancelled.
    months
        Months after it between which level 3, behaviour, is asked.
    sheets
        Follow-up sheets saved so far.
    today
        The day in question.
    """
    first, last = (months_after(last_teaching_day, count) for count in months)
    state: State
    if sheets:
        state = "asked"
    elif today < first:
        state = "early"
    else:
        state = "due" if today <= last else "late"
    still = today <= months_after(last_teaching_day, REMINDED_MONTHS)
    return FollowUp(first, last, state, state in ("due", "late") and still)
