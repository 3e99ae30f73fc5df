"""The exit talk as the store keeps it: agreed, moved, held or called off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.pathways.contract import EXIT_TALK_LATE_MONTHS, EXIT_TALK_WITHIN
from peerbook.pathways.names import held_name
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_records import FURTHEST_AHEAD, of_two
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import ExitTalk
from peerbook.text import _, format_date


@dataclass(frozen=True)
class AgreedExit:
    """An exit talk that is agreed."""

    date: dt.date
    starts_at: dt.time | None = None
    place: str = ""


@dataclass(frozen=True)
class HeldExit:
    """What is noted of an exit talk that was held.

    Parameters
    ----------
    date, place
        When and where.
    ticked
        Points of the closing list that are done.
    goals_reached, next_step
        What became of their goals, and what they want to do now.
    """

    date: dt.date
    place: str = ""
    ticked: tuple[str, ...] = ()
    goals_reached: str = ""
    next_step: str = ""


def exit_talk(session: Session, number: int) -> ExitTalk | None:
    """Return the exit talk of a pair, None when none was ever agreed."""
    return session.scalar(select(ExitTalk).where(ExitTalk.pair_id == number))


def agree_exit_talk(
    session: Session,
    number: int,
    agreed: AgreedExit,
    today: dt.date,
    seen_version: int,
    *,
    is_meant: bool = False,
) -> Saved:
    """Note that the exit talk is agreed, or moved.

    Parameters
    ----------
    seen_version
        Of the talk as it was shown; 0 when there was none.
    is_meant
        Whether a day far from the end was asked about and is right.

    Raises
    ------
    InputFault
        When the day is past, more than a year ahead, before the start, or far from the end and not
        said to be right; or the talk was held.
    Conflict
        When somebody else has changed it since.
    """
    one = of_two(session, number)
    row = _talk_to_come(session, number, seen_version)
    if agreed.date < today:
        is_agreed = row.state == "agreed"
        raise InputFault.at(
            "date",
            _("That day is past. Choose a day to come. Was the talk held? Then open “{held}”.")
            .format(held=held_name(is_agreed=is_agreed)),
        )  # fmt: skip
    if agreed.date > today + FURTHEST_AHEAD:
        raise InputFault.at("date", _("Choose a day from today to a year ahead."))
    _refuse_exit_day(one, agreed.date, is_meant=is_meant)
    row.state = "agreed"
    row.date, row.starts_at, row.place = agreed.date, agreed.starts_at, agreed.place
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def cancel_exit_talk(session: Session, number: int, today: dt.date, seen_version: int) -> Saved:
    """Note that no exit talk is held; no reason is asked, and one can be agreed later.

    Parameters
    ----------
    seen_version
        Of the talk as it was shown; 0 when there was none.

    Raises
    ------
    InputFault
        When the talk was held.
    Conflict
        When somebody else has changed it since.
    """
    of_two(session, number)
    row = _talk_to_come(session, number, seen_version)
    row.state = "cancelled"
    row.date = row.date or today
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def save_held_exit_talk(
    session: Session,
    number: int,
    held: HeldExit,
    today: dt.date,
    seen_version: int,
    *,
    is_meant: bool = False,
) -> Saved:
    """Note the exit talk that was held, whether it was agreed here or not.

    Parameters
    ----------
    seen_version
        Of the talk as it was shown; 0 when there was none.
    is_meant
        As in `agree_exit_talk`.

    Raises
    ------
    InputFault
        When the day lies ahead, before the start, or far from the end and not said to be right.
    Conflict
        When somebody else has changed it since.
    """
    if held.date > today:
        raise InputFault.at("date", _("That day lies ahead. Write it down when the talk is over."))
    one = of_two(session, number)
    _refuse_exit_day(one, held.date, is_meant=is_meant)
    row = _talk_row(session, number, seen_version)
    row.state, row.date, row.place = "held", held.date, held.place
    row.ticked = list(held.ticked)
    row.goals_reached, row.next_step = held.goals_reached, held.next_step
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def take_back_held(session: Session, number: int, seen_version: int) -> Saved:
    """Take back that the exit talk was held, and delete what was written of it.

    It is agreed for its day then, as it was or might have been: it can be moved or called off.

    Raises
    ------
    InputFault
        When it was not held.
    Conflict
        When somebody else has changed it since.
    """
    of_two(session, number)
    row = _talk_row(session, number, seen_version)
    if row.state != "held":
        raise InputFault.at("date", _("The talk was not held. Reload the page."))
    row.state, row.ticked, row.goals_reached, row.next_step = "agreed", [], "", ""
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def _talk_to_come(session: Session, number: int, seen_version: int) -> ExitTalk:
    """Return the exit talk of a pair, which was not held yet; a new one when there is none."""
    row = _talk_row(session, number, seen_version)
    if row.state == "held":
        raise InputFault.at("date", _("The talk was held. Reload the page."))
    return row


def _talk_row(session: Session, number: int, seen_version: int) -> ExitTalk:
    """Return the talk to change as it was shown, a new one where none was."""
    row = exit_talk(session, number)
    if row is not None:
        return row_to_change(session, ExitTalk, row.id, seen_version)
    row = ExitTalk(pair_id=number)
    session.add(row)
    return row


def _refuse_exit_day(one: Pathway, date: dt.date, *, is_meant: bool) -> None:
    """Refuse an exit talk before the start; ask about one long before or after the end.

    A day that is noted of it already was asked about then."""
    if date < one.begins_on:
        raise InputFault.at(
            "date",
            _("They began on {date}. The exit talk comes after it.").format(
                date=format_date(one.begins_on)
            ),
        )

    talk = one.closing
    is_known = talk is not None and talk.state != "cancelled" and talk.date == date
    end = one.end_far_from(date)
    if end is None or is_meant or is_known:
        return
    told = (
        _("That is more than {n} days before the end, {date}. If the day is right, save again.")
        if date < end
        else _("That is more than {n} months after the end, {date}. If the day is right, save "
               "again.")
    )  # fmt: skip
    n = EXIT_TALK_WITHIN.days if date < end else EXIT_TALK_LATE_MONTHS
    raise InputFault.asking("date", told.format(n=n, date=format_date(end)), date)
