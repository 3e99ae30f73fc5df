"""Who came: honest shares, who has gone quiet, and who can still make it.

The five statuses are `present`, `apology` (sent an apology), `absent` (without word), `paused` and
`not_enrolled`. The last two are never in a denominator: nobody is expected on those days.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pandas as pd

from peerbook.rows import each

EXPECTED = ("present", "apology", "absent")
KEPT = ("present", "apology")
IN_A_ROW = 2
"""Absences without word, one after the other, before somebody is asked to call."""


@dataclass(frozen=True)
class Standing:
    """How one mentor stands, of one kind of date.

    Parameters
    ----------
    participant
        The participant's code.
    expected, present, apology, absent
        Held dates on which they were expected, and how those went.
    caught_up
        Missed dates they have made up for since; apart from `present`.
    remaining, unrecorded
        Dates still to come; and dates gone by of which nobody has written down who came.
    quiet_for
        Absences without word up to now, one after the other; pauses neither count nor break.
    required
        Dates needed to complete, None when the site has set no rule.
    """

    participant: str
    expected: int
    present: int
    apology: int
    absent: int
    caught_up: int
    remaining: int
    unrecorded: int
    quiet_for: int
    required: int | None

    @property
    def attendance(self) -> float | None:
        """Present among expected, from 0 to 1; None when never expected."""
        return self.present / self.expected if self.expected else None

    @property
    def commitment(self) -> float | None:
        """Present or sent an apology among expected, from 0 to 1; None when never expected."""
        return (self.present + self.apology) / self.expected if self.expected else None

    @property
    def alert(self) -> bool:
        """Whether two dates in a row went by without a word."""
        return self.quiet_for >= IN_A_ROW

    @property
    def done(self) -> int:
        """Dates attended or made up for."""
        return self.present + self.caught_up

    @property
    def reachable(self) -> bool | None:
        """Whether the days to come are enough to reach the required number; None without a rule."""
        return None if self.required is None else self.done + self.remaining >= self.required

    @property
    def hangs_on_record(self) -> bool:
        """Whether only days that are not written down yet can tell if it is reached."""
        return (
            self.required is not None
            and self.done + self.remaining < self.required
            and self.done + self.remaining + self.unrecorded >= self.required
        )

    @property
    def must_make_up(self) -> bool:
        """Whether it is reached by making up for days only; not without a rule."""
        return self.reachable is False and not self.hangs_on_record


def standings(
    dates: pd.DataFrame,
    attendance: pd.DataFrame,
    catch_up: pd.DataFrame,
    participants: list[str],
    *,
    today: dt.date,
    kind: str = "teaching_day",
    required: int | None = None,
    gone: AbstractSet[tuple[str, int]] = frozenset(),
) -> tuple[Standing, ...]:
    """Return how each participant stands.

    Parameters
    ----------
    dates
        Columns `date_id`, `kind`, `number`, `date`, `held`, `cancelled`.
    attendance
        Columns `date_id`, `participant`, `status`.
    catch_up
        Columns `date_id`, `participant`, of days that were missed.
    participants
        Codes, in the order wanted.
    today
        From this day on, dates of which nothing is recorded are still to come.
    kind
        The kind of date that is counted.
    required
        How many of them it takes to complete; None when there is no rule.
    gone
        Participant and date, where they have left the course by then: nothing is to come or to be
        recorded there.
    """
    counted = dates[(dates["kind"] == kind) & ~dates["cancelled"]].sort_values(["date", "number"])
    held = counted.loc[counted["held"], "date_id"].tolist()
    is_ahead = counted["date"] >= today
    ahead = counted.loc[~counted["held"] & is_ahead, "date_id"].tolist()
    unrecorded = counted.loc[~counted["held"] & ~is_ahead, "date_id"].tolist()
    status_of = {(row.participant, row.date_id): row.status for row in each(attendance)}
    made_up = {(row.participant, row.date_id) for row in each(catch_up)}
    return tuple(
        _standing(
            code, [status_of.get((code, date)) for date in held], required,
            remaining=sum((code, date) not in gone for date in ahead),
            unrecorded=sum((code, date) not in gone for date in unrecorded),
            caught_up=sum((code, date) in made_up for date in held),
        )
        for code in participants
    )  # fmt: skip


def _standing(
    code: str,
    statuses: list[str | None],
    required: int | None,
    *,
    remaining: int,
    unrecorded: int,
    caught_up: int,
) -> Standing:
    quiet_for = 0
    for status in statuses:
        if status == "absent":
            quiet_for += 1
        elif status in KEPT:
            quiet_for = 0
    return Standing(
        participant=code,
        expected=sum(status in EXPECTED for status in statuses),
        present=statuses.count("present"),
        apology=statuses.count("apology"),
        absent=statuses.count("absent"),
        caught_up=caught_up,
        remaining=remaining,
        unrecorded=unrecorded,
        quiet_for=quiet_for,
        required=required,
    )


def by_date(dates: pd.DataFrame, attendance: pd.DataFrame) -> pd.DataFrame:
    """Return how each held date went.

    Returns
    -------
    DataFrame
        Columns `date_id`, `kind`, `number`, `date`, `present`, `apology`, `absent`, `expected` and
        `commitment` (0–1, missing when nobody was expected); one row a held date, by date.
    """
    held = dates[dates["held"] & ~dates["cancelled"]].sort_values(["date", "number"])
    frame = held[["date_id", "kind", "number", "date"]].reset_index(drop=True)
    counted = Counter(zip(attendance["date_id"], attendance["status"], strict=True))
    for status in EXPECTED:
        frame[status] = [counted[date_id, status] for date_id in frame["date_id"]]
    frame["expected"] = frame[list(EXPECTED)].sum(axis=1)
    kept = frame["present"] + frame["apology"]
    frame["commitment"] = (kept / frame["expected"]).where(frame["expected"] > 0)
    return frame
