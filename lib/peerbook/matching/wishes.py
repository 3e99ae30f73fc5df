"""Who wishes for whom: which wishes hold on a day, and what there is between two people.

People were matched because they themselves felt that they got on, and those they wished for after
meeting were often not at all what they had asked for before (seeds/vejle-manual.txt, p. 12). So a
wish has a day and a basis, the form or having met, and neither ever overwrites the other.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from peerbook.errors import Fault, InputFault, Place
from peerbook.matching.occasions import Meetings, Occasion
from peerbook.matching.pool import Couple, Pool, Role
from peerbook.text import _

Basis = Literal["form", "met"]
"""Whether somebody was wished for on the form, before meeting, or after meeting."""

MOST_NAMES = 3
"""How many somebody can wish for at a time (features.md, D2)."""

MOST_POINTS = 2 * MOST_NAMES
"""What a wish for the first after meeting counts."""

_FIRST: Mapping[Basis, int] = {"met": MOST_POINTS, "form": MOST_NAMES}


@dataclass(frozen=True)
class Wish:
    """One person's wish for another.

    Parameters
    ----------
    wisher, wished
        Their codes.
    made_on
        The day. All that somebody wished on one day and basis belongs together.
    basis
        Whether it stood on the form or followed a meeting.
    rank
        1 for the one wished for most, to 3.
    withdrawn_on
        From which day it no longer holds.
    """

    wisher: str
    wished: str
    made_on: dt.date
    basis: Basis
    rank: int
    withdrawn_on: dt.date | None = None

    @property
    def points(self) -> int:
        """From 6 for the first after meeting to 1 for the third on the form."""
        return _FIRST[self.basis] + 1 - self.rank


def check(wishes: Iterable[Wish], roles: Mapping[str, Role], today: dt.date) -> None:
    """Refuse wishes that nobody can have.

    Parameters
    ----------
    wishes
        As they were entered.
    roles
        What everybody was, by code, when the wishes were made.
    today
        The day it is.

    Raises
    ------
    InputFault
        At `wish_1` to `wish_3`, by rank, at `made_on`, `withdrawn_on`, or at `wishes`: a wish for
        oneself, for somebody of the same role, for a stranger, twice for the same, more than three
        at a time, an impossible rank or day.
    """
    faults: list[Fault] = []
    for _key, sheet in sorted(_sheets(wishes).items()):
        faults += _faults_of_sheet(sheet)
        for wish in sheet:
            faults += _faults_of_wish(wish, roles, today)
    if faults:
        raise InputFault(list(dict.fromkeys(faults)))


def _faults_of_sheet(sheet: Sequence[Wish]) -> list[Fault]:
    faults = []
    if len(sheet) > MOST_NAMES:
        message = _("Write no more than three names. Take the others away.")
        faults.append(Fault(message, Place(field="wishes")))
    elif max(Counter(wish.rank for wish in sheet).values()) > 1:
        message = _("Two wishes have the same number. Give each its own.")
        faults.append(Fault(message, Place(field="wishes")))
    named = Counter(wish.wished for wish in sheet)
    faults += [
        _at_wish(wish, _("The same person stands twice. Take one away."))
        for wish in sheet
        if named[wish.wished] > 1
    ]
    return faults


def _faults_of_wish(wish: Wish, roles: Mapping[str, Role], today: dt.date) -> Iterable[Fault]:
    if not 1 <= wish.rank <= MOST_NAMES:
        message = _("A wish is number 1, 2 or 3. Choose one of them.")
        yield Fault(message, Place(field="wishes"))
    if wish.wisher == wish.wished:
        yield _at_wish(wish, _("Nobody can wish for themselves. Choose somebody else."))
    elif wish.wisher not in roles or wish.wished not in roles:
        message = _("This person is neither peer nor mentor here. Choose somebody who takes part.")
        yield _at_wish(wish, message)
    elif roles[wish.wisher] == roles[wish.wished]:
        message = _("A peer wishes for a mentor, and a mentor for a peer. Choose somebody else.")
        yield _at_wish(wish, message)
    if wish.made_on > today:
        message = _("That day lies ahead. Write the day the wish was made.")
        yield Fault(message, Place(field="made_on"))
    if wish.withdrawn_on is not None and not wish.made_on <= wish.withdrawn_on <= today:
        message = _("A wish is withdrawn after it was made, and not after today. Write that day.")
        yield Fault(message, Place(field="withdrawn_on"))


def named(
    wishes: Iterable[Wish], wisher: str, basis: Basis, made_on: dt.date
) -> dict[str, str | None]:
    """Return whom somebody named on one basis and day, by `wish_1` to `wish_3`, none taken back."""
    sheet = _sheets(one for one in wishes if one.wisher == wisher).get((wisher, basis, made_on), ())
    holding = {one.rank: one.wished for one in sheet if one.withdrawn_on is None}
    return {f"wish_{rank}": holding.get(rank) for rank in range(1, MOST_NAMES + 1)}


def _at_wish(wish: Wish, message: str) -> Fault:
    return Fault(message, Place(field=f"wish_{wish.rank}"))


def of_people(wishes: Iterable[Wish], also: Mapping[str, str]) -> tuple[Wish, ...]:
    """Return wishes by the codes people stand under, whichever of theirs was written down.

    Parameters
    ----------
    also
        Under which code somebody stands, by each of their other codes.
    """
    if not also:
        return tuple(wishes)
    return tuple(
        replace(
            wish,
            wisher=also.get(wish.wisher, wish.wisher),
            wished=also.get(wish.wished, wish.wished),
        )
        for wish in wishes
    )


def standing(wishes: Iterable[Wish], day: dt.date, meetings: Meetings) -> tuple[Wish, ...]:
    """Return the wishes that hold on a day, each person's most wished first, by code.

    Of each person the latest on each basis hold, without those withdrawn; what somebody wished
    earlier does not come back when the latest is withdrawn. A wish on the form holds behind those
    after meeting, until the two have met and the person has said whom they wish for since.

    Parameters
    ----------
    wishes
        All there ever were.
    day
        The day to look at; later wishes and withdrawals have not happened yet.
    meetings
        Who has met whom.
    """
    latest = _latest(wishes, day)
    held: dict[tuple[str, str], Wish] = {}
    # After meeting comes later in the alphabet than on the form, and so replaces it.
    for (wisher, basis), sheet in latest.items():
        met = latest.get((wisher, "met"), ())
        for wish in sheet:
            is_withdrawn = wish.withdrawn_on is not None and wish.withdrawn_on <= day
            if not is_withdrawn and not (basis == "form" and _is_overtaken(wish, met, meetings)):
                held[wish.wisher, wish.wished] = wish
    return tuple(sorted(held.values(), key=lambda wish: (wish.wisher, -wish.points)))


def _is_overtaken(wish: Wish, met: Sequence[Wish], meetings: Meetings) -> bool:
    """Return whether a wish on the form was answered by those of the same person after meeting."""
    if not met or met[0].made_on < wish.made_on:
        return False
    if any(other.wished == wish.wished for other in met):
        return True
    between = meetings.between(wish.wisher, wish.wished)
    return any(occasion.held_on <= met[0].made_on for occasion in between)


def _sheets(wishes: Iterable[Wish]) -> dict[tuple[str, Basis, dt.date], tuple[Wish, ...]]:
    """Return what belongs together: all that somebody wished on one basis and day, by rank."""
    sheets: defaultdict[tuple[str, Basis, dt.date], list[Wish]] = defaultdict(list)
    for wish in wishes:
        sheets[wish.wisher, wish.basis, wish.made_on].append(wish)
    return {
        key: tuple(sorted(sheet, key=lambda wish: (wish.rank, wish.wished)))
        for key, sheet in sheets.items()
    }


def _latest(wishes: Iterable[Wish], day: dt.date) -> dict[tuple[str, Basis], tuple[Wish, ...]]:
    """Return each person's latest wishes on each basis up to a day, withdrawn ones too."""
    sheets = _sheets(wish for wish in wishes if wish.made_on <= day)
    return {(who, basis): sheet for (who, basis, _on), sheet in sorted(sheets.items())}


@dataclass(frozen=True)
class Bond:
    """A peer and a mentor of whom at least one wishes for the other, and why one may think so.

    Parameters
    ----------
    peer, mentor
        Their codes.
    peer_wish, mentor_wish
        What each wishes of the other; None for whoever has not named the other.
    met
        Where the two have met, the earliest first.
    """

    peer: str
    mentor: str
    peer_wish: Wish | None
    mentor_wish: Wish | None
    met: tuple[Occasion, ...]

    @property
    def couple(self) -> Couple:
        """The two."""
        return Couple(self.peer, self.mentor)

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """The one wish or the two, the peer's first."""
        return tuple(wish for wish in (self.peer_wish, self.mentor_wish) if wish is not None)

    @property
    def is_mutual(self) -> bool:
        """Whether both wish for each other; otherwise there is something to talk about."""
        return len(self.wishes) == 2

    @property
    def is_mutual_after_meeting(self) -> bool:
        """Whether both wish for each other, having met."""
        return self.is_mutual and all(wish.basis == "met" for wish in self.wishes)

    @property
    def points(self) -> int:
        """The points of their wishes together, 1 to 12."""
        return sum(wish.points for wish in self.wishes)

    @property
    def older(self) -> Wish | None:
        """The wish that was made first; None for one wish, or two of the same day."""
        first, *others = sorted(self.wishes, key=lambda wish: wish.made_on)
        return first if others and first.made_on < others[0].made_on else None


def bonds(pool: Pool, wishes: Iterable[Wish], day: dt.date, meetings: Meetings) -> tuple[Bond, ...]:
    """Return all who are tied by a wish that holds on a day, by code, without those never to be.

    Whoever was named by somebody, but is no longer in the pool or has changed role, is left out.
    """
    found: defaultdict[Couple, dict[Role, Wish]] = defaultdict(dict)
    for wish in standing(of_people(wishes, pool.also), day, meetings):
        couple = pool.couple(wish.wisher, wish.wished)
        if couple is not None and couple not in pool.vetoed:
            found[couple]["peer" if wish.wisher == couple.peer else "mentor"] = wish
    return tuple(
        Bond(*couple, both.get("peer"), both.get("mentor"), meetings.between(*couple))
        for couple, both in sorted(found.items(), key=lambda item: item[0])
    )


@dataclass(frozen=True)
class Comparison:
    """What one person wished for on the form beside what they wish for after meeting.

    Parameters
    ----------
    code
        Whose wishes they are.
    form, met
        Codes of those wished for, the most wished first.
    """

    code: str
    form: tuple[str, ...]
    met: tuple[str, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """Those wished for both times."""
        return tuple(code for code in self.met if code in self.form)

    @property
    def gone(self) -> tuple[str, ...]:
        """Those wished for on the form only."""
        return tuple(code for code in self.form if code not in self.met)

    @property
    def new(self) -> tuple[str, ...]:
        """Those wished for after meeting only."""
        return tuple(code for code in self.met if code not in self.form)


def compared(wishes: Iterable[Wish], day: dt.date) -> tuple[Comparison, ...]:
    """Return the latest wishes on the form beside those after meeting, of all who have both.

    Withdrawn ones stand here too: that somebody thought better of a wish is part of how it went.
    """
    latest = _latest(wishes, day)
    return tuple(
        Comparison(
            code,
            tuple(wish.wished for wish in latest[code, "form"]),
            tuple(wish.wished for wish in latest[code, "met"]),
        )
        for code, basis in latest
        if basis == "form" and (code, "met") in latest
    )
