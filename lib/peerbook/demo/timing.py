"""Where in time the synthetic Vejle lies: the project is over, and a new course is under way.

The totals of the manual hold for a project that has ended, so all of it is moved by whole years to
lie before the day the demonstration is made. Whole years keep the seasons; in whole weeks, every
day keeps its weekday. Courses are placed anew by the planner, around the holidays of their years.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from peerbook.demo.people import COURSE_MONTHS, PROJECT_ENDED_ON, PROJECT_STARTED_ON
from peerbook.errors import InputFault
from peerbook.text import _

MONTHS_UNDER_WAY = 3
"""The course under way began so many months ago, so that its mid-course evaluation is over."""

DAYS_A_YEAR = 365.2425
FIRST_YEAR, LAST_YEAR = 2020, 2090
"""Between the two, every date lies within what the calendar knows."""


@dataclass(frozen=True)
class Timing:
    """How the years of the project become those before a day.

    Parameters
    ----------
    today
        The day the demonstration is made.

    Raises
    ------
    InputFault
        At `today`, when that is so early or late that the calendar would end.
    """

    today: dt.date

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.today.year <= LAST_YEAR:
            message = _("Choose a day from {first} to {last}.")
            raise InputFault.at("today", message.format(first=FIRST_YEAR, last=LAST_YEAR))

    @property
    def month_under_way(self) -> tuple[int, int]:
        """Year and month in which the course under way began."""
        place = self.today.year * 12 + self.today.month - 1 - MONTHS_UNDER_WAY
        return place // 12, place % 12 + 1

    @property
    def course_months(self) -> tuple[tuple[int, int], ...]:
        """Year and month in which each of the project's courses began."""
        return tuple((year + self._years, month) for year, month in COURSE_MONTHS)

    @property
    def years_of_life(self) -> range:
        """The years from the project's first to the one after today."""
        return range(self.moved(PROJECT_STARTED_ON).year, self.today.year + 2)

    def moved(self, day: dt.date) -> dt.date:
        """Return when a day of the project is now."""
        return day + self._distance(self._years)

    def as_it_was(self, day: dt.date) -> dt.date:
        """Return which day of the project a day of now stands for."""
        return day - self._distance(self._years)

    @property
    def _years(self) -> int:
        """The most years that leave the project over before the course under way began."""
        began = dt.date(*self.month_under_way, 1)
        years = began.year - PROJECT_ENDED_ON.year
        return years if PROJECT_ENDED_ON + self._distance(years) < began else years - 1

    @staticmethod
    def _distance(years: int) -> dt.timedelta:
        return dt.timedelta(weeks=round(years * DAYS_A_YEAR / 7))
