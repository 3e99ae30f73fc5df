"""How long pairs stay together, and how contracts end: curves with competing ends.

Time is time at risk, in whole days since the contract began; in pauses the clock stands still. A
contract that goes on is censored at the days it has run: one that is paused, therefore, at the
start of its pause.

Nothing that happens after the day of analysis is known: contracts that begin later are not
counted, those that end later go on.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from peerbook.errors import Fault, InputFault, Place
from peerbook.privacy.disclosure import Cell, People, Table, Whose, disclose
from peerbook.rows import each, plain_rows
from peerbook.small_groups import is_shown
from peerbook.text import _

End = Literal[
    "completed", "extended_completed", "moved_on", "changed_mentor", "withdrew", "lost_contact"
]
ENDS: tuple[End, ...] = get_args(End)
"""How a contract can end; `moved_on` is to a job, an education or a home of one's own."""

POSITIVE_ENDS: frozenset[End] = frozenset({"completed", "extended_completed", "moved_on"})
DROP_OUT_ENDS: frozenset[End] = frozenset({"withdrew", "lost_contact"})
"""A changed mentor is neither: the participant goes on, in another contract."""

By = Literal["role", "course", "channel", "teachers"]

Unit = Literal["weeks", "months"]
DAYS_IN: Mapping[Unit, float] = {"weeks": 7, "months": 365.2425 / 12}
"""A month is a twelfth of the Gregorian calendar's mean year: 30.4 days."""

CONFIDENCE = 0.95
_WIDTH = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)

_PEOPLE = ("participant", "mentor")
"""Columns of those a contract is about."""

_HALF = 0.5
_AS_GOOD_AS_HALF = float(np.sqrt(np.finfo(float).eps))
"""What R's `print.survfit` takes for rounding."""

_Counts = npt.NDArray[np.int64]
_Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A share of contracts, with its 95 % band.

    Parameters
    ----------
    share
        From 0 to 1.
    error
        Its standard error.
    low, high
        Ends of the band; None as long as the share is 0, of which the data tell no uncertainty.
    """

    share: float
    error: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Step:
    """One day of time at risk on which contracts ended or were censored.

    Parameters
    ----------
    day
        Days that contracts had run.
    at_risk
        Contracts that had run so long, just before what this day brought.
    ended
        How many ended on it, in the order of `ENDS`.
    censored
        How many were still going on and had run no longer; they were at risk on this day.
    together
        Share of pairs still together after this day.
    ends
        Share that had ended in each way after this day, in the order of `ENDS`.
    is_grey
        Whether those at risk were fewer people than the threshold, or of fewer mentors.
    """

    day: int
    at_risk: int
    ended: tuple[int, ...]
    censored: int
    together: Estimate
    ends: tuple[Estimate, ...]
    is_grey: bool

    def of(self, end: End) -> Estimate:
        """Return the share that had ended in one way."""
        return self.ends[ENDS.index(end)]


@dataclass(frozen=True)
class Median:
    """The day of time at risk on which half were no longer together.

    Parameters
    ----------
    day
        The day; the middle where the curve stays at a half for a while and then falls on.
    low, high
        Where the band around the share still together reaches a half; None where it does not.
    """

    day: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Retention:
    """How long the contracts of a group lasted.

    Parameters
    ----------
    contracts
        How many had begun.
    paused
        How many of those that go on were paused on the day of analysis.
    steps
        In the order of their days.
    median
        None where half of the contracts have not ended.
    """

    contracts: int
    paused: int
    steps: tuple[Step, ...]
    median: Median | None

    @property
    def censored(self) -> int:
        """How many go on, the paused among them."""
        return sum(step.censored for step in self.steps)

    def ended(self, end: End) -> int:
        """Return how many have ended in one way."""
        return sum(step.ended[ENDS.index(end)] for step in self.steps)

    def at(self, day: float) -> Step | None:
        """Return the first step that is not before a day: it tells who was at risk on that day."""
        return next((step for step in self.steps if step.day >= day), None)

    def together_at(self, day: float) -> Estimate:
        """Return the share still together after a day."""
        before = [step.together for step in self.steps if step.day <= day]
        return before[-1] if before else Estimate(1.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Split:
    """Contracts split into groups, as far as that tells nobody of few.

    Parameters
    ----------
    everybody
        All contracts together; None where they are split by role, of which somebody can have two.
    groups
        Those that may be shown beside all and beside each other; None is the name of what was not
        told.
    kept_back
        Names of the other groups.
    """

    everybody: Retention | None
    groups: Mapping[str | None, Retention]
    kept_back: tuple[str | None, ...]


def retention(contracts: pd.DataFrame, as_of: dt.date, threshold: int) -> Retention:
    """Return how long contracts last and how they end.

    Parameters
    ----------
    contracts
        One row a contract, seen from one participant in it (seen from both, it would count twice);
        the index is its number, by which a fault is told. `participant`: code, missing when they
        were erased; `mentor`, where it is known: code of the other, likewise; `started_on`;
        `ended_on` and `end`: one of `ENDS`, both missing while it goes on; `pauses`: list of
        (first day of the pause, day the clock went on, or None while it lasts); further columns to
        split by.
    as_of
        The day of analysis.
    threshold
        Fewest people at risk behind what is not grey.

    Raises
    ------
    InputFault
        With all that is wrong with dates, ends and pauses, each with row and column.
    ValueError
        When the threshold is lower than anybody may set it.

    Source: the share still together is the Kaplan–Meier estimate, the ways to end are the
    Aalen–Johansen estimates beside it: Aalen & Johansen (1978), An empirical transition matrix for
    non-homogeneous Markov chains based on censored observations, Scand J Statist 5:141–150. Their
    variances are of Greenwood's type: Andersen, Borgan, Gill & Keiding (1993), Statistical Models
    Based on Counting Processes, section IV.4.1; for contracts, which all begin together, they are
    those of R's `survival`. So are the band, on the scale of the logarithm, and the median, which
    is the one that its `survfit` prints; its `quantile` tells another where the curve ends at a
    half.
    """
    return _retention(time_at_risk(contracts, as_of), threshold)


def split(contracts: pd.DataFrame, by: By, as_of: dt.date, threshold: int) -> Split:
    """Return retention by role, course or channel, where disclosure control allows.

    Parameters
    ----------
    contracts, by, as_of, threshold
        As in `splits`: one frame, and what to split it by.

    Raises
    ------
    InputFault, ValueError
        As `retention`.
    """
    return splits({by: contracts}, as_of, threshold)[by]


def splits(frames: Mapping[By, pd.DataFrame], as_of: dt.date, threshold: int) -> Mapping[By, Split]:
    """Return retention split in several ways, all of them judged together.

    Whoever sees one split can see the others, and subtract. All together come first, then the
    splits in their order, in each the largest groups; a group is kept back when it is of few
    people, be it few who have a mentor or few mentors, or would tell of few beside what is shown
    already. Roles stand for themselves: all together would tell how many have both.

    Parameters
    ----------
    frames
        What to split, by the column to split it by; those of contracts first. A frame of people has
        `pair`: the number of the first contract of each.
    as_of, threshold
        As in `retention`.

    Raises
    ------
    InputFault, ValueError
        As `retention`.
    """
    known = {by: time_at_risk(frame, as_of) for by, frame in frames.items()}
    groups = {by: groups_of(times, by) for by, times in known.items()}
    wholes = [times for by, times in known.items() if by != "role"][:1]
    tables = [Table("everybody", (), (Cell((), counted_in(times)),)) for times in wholes]
    tables += [
        Table(by, (by,), tuple(
            Cell((name or "",), counted_in(group)) for name, group in those.items()
        ))
        for by, those in groups.items()
    ]  # fmt: skip
    told = disclose(tables, threshold, about=whose(known.values()))[len(wholes) :]
    found: dict[By, Split] = {}
    for (by, those), table in zip(groups.items(), told, strict=True):
        marks = dict(zip(those, (cell.mark for cell in table.cells), strict=True))
        found[by] = Split(
            None if by == "role" else _retention(known[by], threshold),
            {name: _retention(those[name], threshold) for name in those if marks[name] == "shown"},
            tuple(name for name in those if marks[name] != "shown"),
        )
    return found


def groups_of(times: pd.DataFrame, by: By) -> dict[str | None, pd.DataFrame]:
    """Return the groups of a frame by their keys, the largest first; None is not known."""
    found = {
        None if pd.isna(key) else str(key): group
        for key, group in times.groupby(by, dropna=False)
    }  # fmt: skip
    return {key: found[key] for key in sorted(found, key=lambda key: (-len(found[key]), key or ""))}


def counted_in(times: pd.DataFrame) -> People:
    """Return what is counted in a frame, as disclosure control knows it: contracts by number.

    Somebody's whole time goes by their first contract.
    """
    numbers = times.get("pair", times.index)
    return frozenset(map(str, numbers))


def whose(frames: Collection[pd.DataFrame]) -> tuple[Whose, ...]:
    """Return whose each contract is, in both ways to look at it; the erased are nobody.

    Where frames tell different people of a number, the first one counts.
    """
    ways: list[dict[str, str]] = []
    for way in _PEOPLE:
        people: dict[str, str] = {}
        for times in frames:
            if way in times:
                numbers = times.get("pair", times.index)
                for number, one in zip(numbers, times[way], strict=True):
                    if not pd.isna(one):
                        people.setdefault(str(number), one)
        if people or way == _PEOPLE[0]:
            ways.append(people)
    return tuple(ways)


def time_at_risk(contracts: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the contracts that had begun, with how long they had run.

    Parameters
    ----------
    contracts, as_of
        As in `retention`.

    Returns
    -------
    DataFrame
        The columns and index of `contracts`, with `days` at risk, `end` (missing while it goes on)
        as known on the day, and whether it is `paused` on it.

    Raises
    ------
    InputFault
        As `retention`.
    """
    faults = [fault for number, row in plain_rows(contracts) for fault in _faults(number, row)]
    if faults:
        raise InputFault(faults)
    had_begun = np.array([_day(day) <= as_of for day in contracts["started_on"]], dtype=bool)
    begun = contracts.loc[had_begun]
    runs = [_run(row, as_of) for row in each(begun)]
    return begun.assign(
        days=pd.array([days for days, _end, _paused in runs], dtype="int64"),
        end=pd.array([end for _days, end, _paused in runs], dtype=object),
        paused=pd.array([paused for _days, _end, paused in runs], dtype=bool),
    )


def lines(one: Retention, unit: Unit) -> pd.DataFrame:
    """Return the curves as a chart draws them, in level pieces.

    Parameters
    ----------
    one
        Retention of a group.
    unit
        What time is counted in.

    Returns
    -------
    DataFrame
        `line` (`together` or one of `ENDS`), `begins` and `until` (time at risk, in the unit),
        `share`, `low`, `high` (0 to 1; NaN without a band), `at_risk` (contracts at risk all along
        the piece) and `is_grey`. After the last day there is nobody: the last piece of a line has
        no length, and shows where it ends.
    """
    return pd.DataFrame(
        _pieces(one.steps, DAYS_IN[unit]) if one.steps else [],
        columns=["line", "begins", "until", "share", "low", "high", "at_risk", "is_grey"],
    ).astype({"low": float, "high": float})


def _pieces(steps: Sequence[Step], unit_days: float) -> Iterator[tuple[object, ...]]:
    """Yield each line's level from one step to the next, with who was at risk at the second."""
    none = Estimate(0.0, 0.0, None, None)
    at_first = (Estimate(1.0, 0.0, 1.0, 1.0), *[none] * len(ENDS))
    levels = [at_first, *((step.together, *step.ends) for step in steps)]
    days = [0, *(step.day for step in steps), steps[-1].day]
    for place, line in enumerate(("together", *ENDS)):
        for (begins, until), level, step in zip(
            pairwise(days), levels, [*steps, steps[-1]], strict=True
        ):
            at = level[place]
            yield (line, begins / unit_days, until / unit_days, at.share, at.low, at.high,
                   step.at_risk, step.is_grey)  # fmt: skip


def at_risk_table(one: Retention, unit: Unit, every: int = 1) -> pd.DataFrame:
    """Return who was at risk at regular times, and what happened between them.

    Parameters
    ----------
    one
        Retention of a group.
    unit, every
        The times: 0, and each so many weeks or months, until nobody is left.

    Returns
    -------
    DataFrame
        `time` (in the unit), `at_risk` (contracts, just before that time), the `ENDS` and
        `censored` (contracts since the time before, up to and with this one) and `is_grey` (fewer
        people at risk than the threshold, but not nobody).
    """
    last = one.steps[-1].day if one.steps else 0
    count = math.ceil(last / (every * DAYS_IN[unit]))
    times = [place * every for place in range(count + 1)]
    rows = []
    since = -1.0
    for time in times:
        day = time * DAYS_IN[unit]
        at = one.at(day)
        between = [step for step in one.steps if since < step.day <= day]
        rows.append((
            time,
            at.at_risk if at else 0,
            *(sum(step.ended[place] for step in between) for place in range(len(ENDS))),
            sum(step.censored for step in between),
            at.is_grey if at else False,
        ))  # fmt: skip
        since = day
    return pd.DataFrame(rows, columns=["time", "at_risk", *ENDS, "censored", "is_grey"])


def _retention(times: pd.DataFrame, threshold: int) -> Retention:
    days = times["days"].to_numpy()
    marks, place = np.unique(days, return_inverse=True)
    kinds = times["end"].map({end: kind for kind, end in enumerate(ENDS)}).fillna(len(ENDS))
    counts = np.zeros((len(marks), len(ENDS) + 1), dtype=np.int64)
    np.add.at(counts, (place, kinds.to_numpy(dtype=np.int64)), 1)
    ended, censored = counts[:, :-1], counts[:, -1]
    at_risk = _so_long(days, marks)
    is_grey = [
        not is_shown(max(people, 1), threshold) for people in _people_at_risk(times, marks)
    ]  # fmt: skip
    curves = list(_estimates(at_risk, ended))
    steps = tuple(
        Step(
            day=int(marks[row]),
            at_risk=int(at_risk[row]),
            ended=tuple(ended[row].tolist()),
            censored=int(censored[row]),
            together=curves[row][0],
            ends=tuple(curves[row][1:]),
            is_grey=is_grey[row],
        )
        for row in range(len(marks))
    )
    return Retention(len(times), int(times["paused"].sum()), steps, _median(steps))


def _people_at_risk(times: pd.DataFrame, marks: _Counts) -> list[int]:
    """Return how many people had come so far, in the way to look at them in which that is fewest.

    That there are 0 means that all of them were erased.
    """
    counts = [
        _so_long(times.groupby(way)["days"].max().to_numpy(), marks)
        for way in _PEOPLE
        if way in times
    ]
    return [int(people) for people in np.min(counts, axis=0)]


def _so_long(days: _Counts, marks: _Counts) -> _Counts:
    """Return how many had run at least so many days."""
    return len(days) - np.searchsorted(np.sort(days), marks)


def _estimates(at_risk: _Counts, ended: _Counts) -> Iterator[list[Estimate]]:
    """Yield the share still together and of each end, day by day.

    A day moves each contract at risk on to one of the ends, or leaves it: `move` are the shares of
    those at risk, and their number is multinomial. Nothing is divided by who is left, so that it
    also holds on the day the last one ends.
    """
    states = 1 + ended.shape[1]
    share = np.eye(states)[0]
    covariance = np.zeros((states, states))
    for people, gone in zip(at_risk, ended, strict=True):
        move = np.eye(states)
        move[0] = np.array([people - gone.sum(), *gone]) / people
        spread = (np.diag(move[0]) - np.outer(move[0], move[0])) / people
        covariance = move.T @ covariance @ move + share[0] ** 2 * spread
        share = share @ move
        errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        yield [_banded(float(one), float(error)) for one, error in zip(share, errors, strict=True)]


def _banded(share: float, error: float) -> Estimate:
    share = min(share, 1.0)  # a sum of shares may be that little more
    if not share:
        return Estimate(0.0, 0.0, None, None)
    factor = math.exp(_WIDTH * error / share)
    return Estimate(share, error, share / factor, min(share * factor, 1.0))


def _median(steps: Sequence[Step]) -> Median | None:
    day = _reaches_half(steps, [step.together.share for step in steps])
    if day is None:
        return None
    return Median(
        day,
        _reaches_half(steps, [step.together.low for step in steps]),
        _reaches_half(steps, [step.together.high for step in steps]),
    )


def _reaches_half(steps: Sequence[Step], curve: Sequence[float | None]) -> float | None:
    """Return the day a curve comes down to a half.

    If it stays there for a while and falls on, that is the middle of the while; if it never falls
    on, its first day.
    """
    days = [step.day for step in steps]
    known = [(day, value) for day, value in zip(days, curve, strict=True) if value is not None]
    reached = [day for day, value in known if value <= _HALF + _AS_GOOD_AS_HALF]
    under = [day for day, value in known if value < _HALF - _AS_GOOD_AS_HALF]
    if not reached:
        return None
    return (reached[0] + under[0]) / 2 if under else float(reached[0])


def _day(value: Any) -> dt.date:
    """Return a date of a frame, which pandas may keep as a moment."""
    day: dt.date = value.date() if isinstance(value, dt.datetime) else value
    return day


def _run(row: Any, as_of: dt.date) -> tuple[int, End | None, bool]:
    """Return how many days a contract has run, how it ended, and whether it is paused."""
    has_ended = row.ended_on is not None and _day(row.ended_on) <= as_of
    last = _day(row.ended_on) if has_ended else as_of
    pauses = _in_order(row.pauses)
    stood_still = sum(
        (min(resumes or last, last) - begins).days for begins, resumes in pauses if begins <= last
    )
    is_paused = not has_ended and any(
        begins <= as_of and (resumes is None or resumes > as_of) for begins, resumes in pauses
    )
    days = (last - _day(row.started_on)).days - stood_still
    return days, row.end if has_ended else None, is_paused


def _faults(number: int, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield all that is wrong with a contract."""

    def at(column: str, message: str) -> Fault:
        return Fault(message, Place(row=number, column=column))

    if row["started_on"] is None:
        yield at("started_on", _("The contract has no day on which it begins. Fill it in."))
        return
    started_on = _day(row["started_on"])
    ended_on = None if row["ended_on"] is None else _day(row["ended_on"])
    if ended_on is not None and ended_on < started_on:
        yield at("ended_on", _("The contract ends before it begins. Correct one of the two days."))
        return
    if ended_on is not None and row["end"] not in ENDS:
        yield at("end", _("It is not told how the contract ended. Choose how."))
    if ended_on is None and row["end"] is not None:
        yield at("ended_on", _("The contract has ended, but not on which day. Fill it in."))
    pauses = _in_order(row["pauses"])
    for begins, resumes in pauses:
        if resumes is not None and resumes < begins:
            yield at("pauses", _("A pause ends before it begins. Correct one of the two days."))
        elif begins < started_on or (ended_on is not None and (resumes or begins) > ended_on):
            yield at("pauses", _("A pause lies outside the contract. Correct its days."))
    if any(resumes is None or later < resumes for (_b, resumes), (later, _r) in pairwise(pauses)):
        yield at("pauses", _("Two pauses overlap. Make them one, or correct their days."))


def _in_order(pauses: Sequence[tuple[Any, Any]] | None) -> list[tuple[dt.date, dt.date | None]]:
    """Return the pauses as they followed each other."""
    days = [(_day(begins), resumes and _day(resumes)) for begins, resumes in pauses or ()]
    return sorted(days, key=lambda pause: (pause[0], pause[1] or dt.date.max))
