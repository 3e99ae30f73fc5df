"""The three-way talk and the contract agreed on there, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault, Place, Question
from peerbook.pathways.contract import EXTENSION_MONTHS, PLANNED_MONTHS, first_overlap
from peerbook.pathways.noted import exit_talk_noted, noted_in_contract
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_records import (
    FURTHEST_AHEAD,
    ended_told,
    matched_told,
    of_two,
    others_of,
    who_is_in,
)
from peerbook.people.pairs import PAIR
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import CoffeeTalk, MatchedPair
from peerbook.text import _, format_date


@dataclass(frozen=True)
class Sheet:
    """What was agreed on in the three-way talk.

    Parameters
    ----------
    talked_on
        When.
    starts_on, months
        From when and for how long.
    peer_goal, mentor_goal
        What each of them wants.
    contact_rule, cancel_rule
        How they keep in touch between meetings, and how they cancel.
    """

    talked_on: dt.date
    starts_on: dt.date
    months: int = PLANNED_MONTHS
    peer_goal: str = ""
    mentor_goal: str = ""
    contact_rule: str = ""
    cancel_rule: str = ""


def sheet_row(session: Session, number: int) -> MatchedPair:
    """Return the pair with the sheet of its three-way talk."""
    return session.get_one(MatchedPair, number)


@dataclass(frozen=True)
class ToldGoal:
    """What somebody said over the first cup of coffee that they want to reach, and when."""

    on: dt.date
    goals: str


def goals_told(session: Session, one: Pathway) -> dict[str, ToldGoal]:
    """Return what the two of a pair last said in a coffee talk that they want, by code."""
    wanted = (
        select(CoffeeTalk.participant_code, CoffeeTalk.date, CoffeeTalk.goals)
        .where(CoffeeTalk.participant_code.in_(one.codes), CoffeeTalk.state == "held")
        .order_by(CoffeeTalk.date, CoffeeTalk.id)
    )
    return {code: ToldGoal(on, goals) for code, on, goals in session.execute(wanted) if goals}


def save_sheet(
    session: Session,
    number: int,
    sheet: Sheet,
    today: dt.date,
    seen_version: int,
    *,
    meant: Collection[object] = (),
) -> Saved:
    """Note what was agreed on in the three-way talk: the contract.

    Parameters
    ----------
    meant
        What was asked about and is right.

    Raises
    ------
    InputFault
        When the talk lies ahead, long before the match or after the pair ended; when the contract
        begins before they were matched, more than a year ahead, after the pair ended, or after a
        pause, a check, an answer or a talk at its end; when a pause would lie after it; or when
        another contract of either runs at the same time, and the day is not as it was. When it is
        new, not said to be right, and
        the talk lies before the match, the contract is for longer than any with three months more,
        or it runs beside another, as was said at matching.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, MatchedPair, number, seen_version, asdict(sheet))
    one = of_two(session, number)
    if sheet.talked_on > today:
        raise InputFault.at("talked_on", _("That day lies ahead. Choose today or an earlier day."))
    if sheet.talked_on < one.matched_on - FURTHEST_AHEAD:
        raise InputFault.at(
            "talked_on", _("That is more than a year before they were matched. Check the year.")
        )
    if one.ended_on is not None and sheet.talked_on > one.ended_on:
        raise InputFault.at("talked_on", ended_told(one.ended_on))
    if sheet.starts_on < one.matched_on:
        raise InputFault.at("starts_on", matched_told(one))
    if one.ended_on is not None and sheet.starts_on > one.ended_on:
        raise InputFault.at("starts_on", ended_told(one.ended_on))
    if sheet.starts_on > today + FURTHEST_AHEAD:
        raise InputFault.at("starts_on", _("That is more than a year ahead. Check the year."))
    first = min([*noted_in_contract(one), *exit_talk_noted(one)], default=(sheet.starts_on, ""))
    if first[0] < sheet.starts_on:
        advice = _("Let the contract begin that day or earlier.")
        raise InputFault.at("starts_on", f"{first[1]} {advice}")
    if one.contract is not None:
        changed = replace(one.contract, starts_on=sheet.starts_on, months=sheet.months)
        changed.refuse_stray_pause("months")
    _refuse_overlap(session, one, sheet)
    asked = [
        question
        for question in _odd(session, one, sheet, row.talked_on)
        if question.about not in meant
    ]
    if asked:
        raise InputFault(asked)
    for name, value in asdict(sheet).items():
        setattr(row, name, value)
    session.flush()
    return Saved(PAIR, row.id, row.version)


def _odd(
    session: Session, one: Pathway, sheet: Sheet, talked_on: dt.date | None
) -> Iterator[Question]:
    """Yield what of a sheet is odd and may be right; what is saved already was asked about then."""

    def question(field: str, text: str, *about: object) -> Question:
        return Question(text, Place(field=field), (field, *about))

    if sheet.talked_on < one.matched_on and sheet.talked_on != talked_on:
        words = _("They were matched on {date}, after that. If the day is right, save again.")
        yield question("talked_on", words.format(date=format_date(one.matched_on)), sheet.talked_on)
    known = one.contract
    longest = PLANNED_MONTHS + EXTENSION_MONTHS
    if sheet.months > longest and (known is None or known.months != sheet.months):
        words = _("A contract is for {planned} months, and {more} more if both want it. If "
                  "{months} is right, save again.")  # fmt: skip
        told = words.format(planned=PLANNED_MONTHS, more=EXTENSION_MONTHS, months=sheet.months)
        yield question("months", told, sheet.months)
    beside = _overlap(session, one, sheet, beside=True)
    if beside is not None and (known is None or known.starts_on != sheet.starts_on):
        who, since = beside
        words = _("{who} has a contract from {date} at the same time. If both are right, save "
                  "again.")  # fmt: skip
        told = words.format(who=who, date=format_date(since))
        yield question("starts_on", told, sheet.starts_on, since)


def _refuse_overlap(session: Session, one: Pathway, sheet: Sheet) -> None:
    """Refuse a contract beside another of one of the two, unless that was said at matching."""
    if one.contract is not None and one.contract.starts_on == sheet.starts_on:
        return
    found = _overlap(session, one, sheet, beside=False)
    if found is not None:
        who, since = found
        raise InputFault.at(
            "starts_on",
            _("{who} has a contract from {date}. Let that pair end first, or begin after it ended.")
            .format(who=who, date=format_date(since)),
        )  # fmt: skip


def _overlap(
    session: Session, one: Pathway, sheet: Sheet, *, beside: bool
) -> tuple[str, dt.date] | None:
    """Return who of the two has another contract at the same time, and from when; None when none.

    Parameters
    ----------
    beside
        Whether to look at those of which it was said at matching that both go on, or the others.
    """
    others = {
        (other.contract.starts_on, other.ended_on): other
        for other in others_of(session, one)
        if other.contract is not None and (other.beside or one.beside) == beside
    }
    found = first_overlap((sheet.starts_on, one.ended_on), [*others])
    return None if found is None else (who_is_in(session, one, others[found]), found[0])
