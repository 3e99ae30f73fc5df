"""What the record counts of what a programme does, beside which a plan is held.

A measure is what is counted in a period. The file of a model says which of its figures, multiplied,
plan that measure for a year: so many contracts, so many talks for each, so many hours a talk.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, get_args

from peerbook.costs.case import DIVISORS, Line
from peerbook.costs.figure import HOURS, PRICES, Unit
from peerbook.months import months_after
from peerbook.privacy.disclosure import Cell, People, Table, Whose, disclose
from peerbook.small_groups import SMALLEST
from peerbook.text import _

Measure = Literal[
    "contracts", "talks", "talk_hours", "courses", "teaching_days", "sparrings", "cafes", "events",
    "event_kr", "outreach_hours",
]  # fmt: skip
MEASURES: tuple[Measure, ...] = get_args(Measure)
Measured = Mapping[Measure, tuple[str, ...]]
"""Keys of the figures whose product plans each measure for a year, as a model says."""

UNITS: Mapping[Measure, Unit] = {"talk_hours": "hours", "outreach_hours": "hours", "event_kr": "kr"}
"""What a measure is counted in, where it is not simply how many."""
OF_PEOPLE: frozenset[Measure] = frozenset({"contracts", "talks", "talk_hours"})
"""Those of which a count may tell of few people."""
_YEAR = 12


def measure_name(measure: Measure) -> str:
    """Return what is counted."""
    return {
        "contracts": _("Contracts that began"),
        "talks": _("Coffee talks held"),
        "talk_hours": _("Hours in coffee talks, all staff together"),
        "courses": _("Courses that began"),
        "teaching_days": _("Teaching days held"),
        "sparrings": _("Group sparrings held"),
        "cafes": _("Cafés held"),
        "events": _("Common events held"),
        "event_kr": _("Kroner for common events"),
        "outreach_hours": _("Hours noted for visits and for reaching people"),
    }[measure]


@dataclass(frozen=True, order=True)
class Period:
    """Whole months.

    Parameters
    ----------
    first, last
        First day of a month, and last day of the same month or a later one.
    """

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        after = self.last + dt.timedelta(days=1)
        if self.first.day != 1 or after.day != 1 or after <= self.first:
            raise ValueError("a period is of whole months")

    @property
    def months(self) -> int:
        """How many there are."""
        years = self.last.year - self.first.year
        return 12 * years + self.last.month - self.first.month + 1

    @property
    def of_a_year(self) -> Decimal:
        """How large a part of a year it is."""
        return Decimal(self.months) / _YEAR

    @property
    def year(self) -> int:
        """The calendar year most of it lies in; the later of two that have as much of it."""
        within = Counter(months_after(self.first, after).year for after in range(self.months))
        return max(within, key=lambda year: (within[year], year))

    def knows_all(self, since: dt.date | None) -> bool:
        """Return whether what was first noted on a day was noted all the way through."""
        return since is None or since <= self.first

    def passed(self, today: dt.date, since: dt.date | None = None) -> Decimal:
        """Return how large a part of its days has passed, today included, from 0 to 1.

        Parameters
        ----------
        since
            Only the days from this one on count; None for all.
        """
        first = self.first if since is None else max(self.first, since)
        over = (min(self.last, today) - first).days + 1
        return max(Decimal(0), Decimal(over) / ((self.last - self.first).days + 1))


def months_from(first: dt.date, months: int) -> Period:
    """Return so many months from the first day of one on."""
    return Period(first, months_after(first, months) - dt.timedelta(days=1))


def quarter(year: int, number: int) -> Period:
    """Return a quarter, 1 to 4.

    >>> quarter(2026, 4)
    Period(first=datetime.date(2026, 10, 1), last=datetime.date(2026, 12, 31))
    """
    return months_from(dt.date(year, 3 * number - 2, 1), 3)


def latest_year(today: dt.date) -> Period:
    """Return the twelve whole months that were over last.

    >>> latest_year(dt.date(2026, 11, 30))
    Period(first=datetime.date(2025, 11, 1), last=datetime.date(2026, 10, 31))
    """
    return months_from(months_after(today.replace(day=1), -_YEAR), _YEAR)


@dataclass(frozen=True)
class Counted:
    """What the record holds of a measure in a period.

    Parameters
    ----------
    amount
        How many, how many hours or how many kroner.
    of
        How many notes it was added up from.
    unknown
        How many more there were of which the amount is not known, as an event without its cost.
    keys
        Of the contracts or talks it was counted from, where they are about people.
    largest_part
        Of hours with people: the part that is one person's, from 0 to 1.
    finished
        Of what goes on for months, as the days of a course: how much there was in those that were
        over in the period, and how many these were. What is under way tells not yet how much there
        is in each.
    since
        Day of the first note there is of it; None where it was noted before the period.
    """

    amount: Decimal
    of: int = 0
    unknown: int = 0
    keys: People = frozenset()
    largest_part: float = 0.0
    finished: tuple[Decimal, int] | None = None
    since: dt.date | None = None


@dataclass(frozen=True)
class Ended:
    """The contracts that ended in a period, and that it is known of how.

    Parameters
    ----------
    keys, completed
        All of them, and those that came to the end that was agreed.
    months
        How long they ran together, without their pauses.
    longest_part
        The part of `months` that is one person's, from 0 to 1.
    """

    keys: People = frozenset()
    completed: People = frozenset()
    months: Decimal = Decimal(0)
    longest_part: float = 0.0


@dataclass(frozen=True)
class Noted:
    """What the record holds of a period.

    Parameters
    ----------
    period
        Which.
    counted
        By measure. One that is missing was never noted before the period was over; that is not
        none.
    ended
        The contracts that ended.
    whose
        Whose each contract and talk is, also those of other periods: the peer's or, in the second
        way to look, the mentor's.
    hidden
        Measures that were noted and may not leave.
    """

    period: Period
    counted: Mapping[Measure, Counted] = field(default_factory=dict)
    ended: Ended = Ended()
    whose: tuple[Whose, Whose] = field(default=({}, {}))
    hidden: frozenset[str] = frozenset()

    def begun_on(self, measure: Measure) -> dt.date | None:
        """Return the day within the period on which noting began; None where all was noted."""
        counted = self.counted.get(measure)
        since = None if counted is None else counted.since
        return None if self.period.knows_all(since) else since

    def without(self, hidden: Collection[str]) -> Noted:
        """Return it without what may not leave."""
        left = {key: one for key, one in self.counted.items() if key not in hidden}
        return replace(self, counted=left, hidden=frozenset(hidden))


def planned_by(measured: Measured, factors: Sequence[str]) -> Measure | None:
    """Return the measure that is planned by just these figures."""
    same = (one for one, keys in measured.items() if sorted(keys) == sorted(factors))
    return next(same, None)


def covering(measured: Measured, line: Line) -> list[Measure]:
    """Return the measures that stand for figures of a line, the one with the most first."""
    fits = [one for one, keys in measured.items() if set(keys) <= set(line.factors)]
    return sorted(fits, key=lambda one: -len(measured[one]))


def measured_faults(
    measured: Measured, lines: Iterable[Line], units: Mapping[str, Unit]
) -> Iterator[tuple[Measure, str]]:
    """Tell what is wrong with what a model says can be measured, each with its measure.

    Parameters
    ----------
    measured, lines
        As the model has them.
    units
        Of each of its figures.
    """
    lines = tuple(lines)
    for measure, keys in measured.items():
        made = [_measured_in(units[key]) for key in keys]
        wanted = [UNITS[measure]] if measure in UNITS else []
        if len(set(keys)) < len(keys) or [unit for unit in made if unit != "count"] != wanted:
            yield measure, _("these figures do not make what is counted.")
        elif planned_by(measured, keys) != measure:
            yield measure, _("another measure has the same figures.")
        elif not set(keys) <= DIVISORS and not any(
            set(keys) <= set(line.factors) for line in lines
        ):
            yield measure, _("no line has all of these figures.")
    for line in lines:
        most = covering(measured, line)[:2]
        if len(most) == 2 and len(measured[most[0]]) == len(measured[most[1]]):
            text = _("the line {line} could be measured by this as well as by {other}.")
            yield most[0], text.format(line=line.id, other=most[1])


def _measured_in(unit: Unit) -> Unit:
    """Return in which unit of a measure a figure is counted."""
    if unit in HOURS:
        return "hours"
    return unit if unit in PRICES else "count"


def tells_of_few(
    noted: Sequence[Noted], threshold: int = SMALLEST, earlier: Iterable[People] = ()
) -> tuple[frozenset[str], ...]:
    """Return what must not leave in a file, for each period: it would tell of few people.

    All periods are judged together, as somebody sees them who gets the file: what is left of a sum
    when the others are taken off is not told either.

    Parameters
    ----------
    noted
        All periods that stand in the file.
    threshold
        Fewest people behind a figure.
    earlier
        Who stood behind what was told before, as `behind` says.

    Returns
    -------
    tuple of frozenset
        Measures, and `completed` and `months` of the contracts that ended.
    """
    tables = [Table(one.period.first.isoformat(), ("what",), tuple(_cells(one))) for one in noted]
    peers, mentors = ({}, {}) if not noted else (_merged(noted, way) for way in (0, 1))
    told = disclose(tables, threshold, earlier, (peers, mentors))
    return tuple(
        frozenset(cell.at[0] for cell in table.cells if cell.mark != "shown") for table in told
    )


def behind(noted: Noted, told: Collection[str]) -> tuple[People, ...]:
    """Return who stands behind what is told of a period, to be judged beside what leaves later.

    Parameters
    ----------
    noted
        The period.
    told
        What of it is told, named as `tells_of_few` does.
    """
    groups = (
        group
        for cell in _cells(noted)
        if cell.at[0] in told
        for group in (cell.people, cell.out_of)
        if group
    )
    return tuple(dict.fromkeys(groups))


def _merged(noted: Iterable[Noted], way: int) -> dict[str, str]:
    return {key: code for one in noted for key, code in one.whose[way].items()}


def _cells(noted: Noted) -> Iterator[Cell]:
    for measure in ("contracts", "talks"):
        if measure in noted.counted:
            yield Cell((measure,), noted.counted[measure].keys)
    if "talk_hours" in noted.counted and noted.counted["talk_hours"].keys:
        hours = noted.counted["talk_hours"]
        yield Cell(
            ("talk_hours",), hours.keys, float(hours.amount), largest_part=hours.largest_part
        )
    if noted.ended.keys:
        ended = noted.ended
        yield Cell(("completed",), ended.completed, out_of=ended.keys)
        yield Cell(("months",), ended.keys, float(ended.months), largest_part=ended.longest_part)
