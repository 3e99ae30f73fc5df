"""The three-way talk and the contract agreed on there, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace

from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.pathways.contract import PLANNED_MONTHS, Contract, first_overlap
from peerbook.pathways.noted import exit_talk_noted, noted_in_contract
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_records import (
    FURTHEST_AHEAD,
    ended_told,
    matched_told,
    of_two,
    others_of,
)
from peerbook.people.pairs import PAIR
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import MatchedPair
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


def save_sheet(
    session: Session, number: int, sheet: Sheet, today: dt.date, seen_version: int
) -> Saved:
    """Note what was agreed on in the three-way talk: the contract.

    Raises
    ------
    InputFault
        When the talk lies ahead or long before the match; when the contract begins before they
        were matched, more than a year ahead, after the pair ended, or after a pause, a check, an
        answer or a talk at its end; when a pause would lie after it; or when another contract of
        either runs at the same time.
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
    _refuse_overlap(session, one, Contract(sheet.starts_on, sheet.months))
    for name, value in asdict(sheet).items():
        setattr(row, name, value)
    session.flush()
    return Saved(PAIR, row.id, row.version)


def _refuse_overlap(session: Session, one: Pathway, contract: Contract) -> None:
    """Refuse a contract beside another of one of the two, unless that was said at matching."""
    others = [
        (other.contract.starts_on, other.ended_on)
        for other in others_of(session, one)
        if other.contract is not None and not other.beside and not one.beside
    ]
    found = first_overlap((contract.starts_on, one.ended_on), others)
    if found is not None:
        raise InputFault.at(
            "starts_on",
            _("One of them has a contract from {date}. Let that pair end first.").format(
                date=format_date(found[0])
            ),
        )
