"""What the two are asked on the way: how it goes, and whether they want three months more."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.pathways.contract import CHECKS, EXIT_TALK_WITHIN, Answer, Check, Contract
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_records import (
    contract_begins,
    ended_told,
    going_on,
    holding,
    no_contract_told,
    of_two,
    pathway,
    refuse_days,
    saved_pair,
    with_contract,
)
from peerbook.people.names import end_name
from peerbook.people.pairs import PAIR
from peerbook.store import Saved, append_event, supersede, take_back, withdraw_event
from peerbook.store.tables import Event
from peerbook.text import _, format_date


def save_extension(
    session: Session,
    number: int,
    on: dt.date,
    today: dt.date,
    *,
    peer: bool,
    mentor: bool,
    is_meant: bool = False,
) -> Saved:
    """Note whether the two want three months more; both have to. The last answer counts.

    It takes the place of answers noted of that day or later ones: it corrects them. It can be
    noted after the pair has ended, too, if it was said before.

    Parameters
    ----------
    is_meant
        Whether a day before the month in which it is decided, or one when the exit talk ought to
        have been held, was asked about and is right.

    Raises
    ------
    InputFault
        When the day lies ahead, before the contract or after the end, or there is no contract; when
        it is a no and the pair ended with the three months more; or when it is early to decide, or
        late, and that is not said to be right.
    """
    one = of_two(session, number)
    if one.contract is None:
        raise InputFault.at("on", no_contract_told())
    refuse_days(on, one.contract.starts_on, today, contract_begins())
    if one.ended_on is not None and on > one.ended_on:
        raise InputFault.at("on", ended_told(one.ended_on))
    _refuse_unfit(one, replace(one.contract, answers=(Answer(on, peer=peer, mentor=mentor),)))
    known = _answered(session, number)
    decided_from = one.contract.ended_pause(on).decided_from
    is_asked = is_meant or any(event.effective_on == on for event in known)
    if decided_from is not None and on < decided_from and not is_asked:
        raise InputFault.asking(
            "on",
            _("That is early: whether it goes on is decided from {date}. If they decided it on "
              "this day, save again.").format(date=format_date(decided_from)),
            on,
        )  # fmt: skip
    planned_end = replace(one.contract, answers=()).ended_pause(on).ends_on
    if planned_end is not None and on > planned_end + EXIT_TALK_WITHIN and not is_asked:
        raise InputFault.asking(
            "on",
            _("That is late: the contract was to end on {date}. If they said it on this day, save "
              "again.").format(date=format_date(planned_end)),
            on,
        )  # fmt: skip
    answer = append_event(session, PAIR, number, "extension_answered", on, peer=peer, mentor=mentor)
    supersede(session, [event for event in known if event.effective_on >= on], answer)
    return saved_pair(session, one)


def take_back_answer(session: Session, number: int) -> Saved:
    """Take back the last answer about three months more; what was answered before counts again.

    Raises
    ------
    InputFault
        When there is none, or what then counts again does not fit: it was said outside the contract
        or the pair ended with three months more of which it is no yes, or a pause would lie after
        the end of the contract.
    """
    one = of_two(session, number)
    known = _answered(session, number)
    if not known:
        raise InputFault.at("on", _("There is no answer any more. Reload the page."))
    take_back(session, known[-1])
    session.flush()
    left = pathway(session, number).contract
    if left is not None:
        _refuse_unfit(one, left)
    return saved_pair(session, one)


def _refuse_unfit(one: Pathway, contract: Contract) -> None:
    """Refuse a contract whose last answer does not fit what else is noted of the pair.

    Raises
    ------
    InputFault
        At `on`.
    """
    contract.refuse_stray_pause("on")
    said_on = contract.answered_on
    is_over = said_on is not None and one.ended_on is not None and one.ended_on < said_on
    if said_on is not None and (said_on < contract.starts_on or is_over):
        raise InputFault.at(
            "on",
            _("Then the answers of {date} would count, and that day is outside the contract. Write "
              "what they said after all instead.").format(date=format_date(said_on)),
        )  # fmt: skip
    if one.end == "extended_completed" and not contract.both_want_more:
        raise InputFault.at(
            "on",
            _("It ended with “{end}”, and for that both have to have said yes. Take the end back "
              "first.").format(end=end_name(one.end)),
        )  # fmt: skip


def _answered(session: Session, number: int) -> list[Event]:
    """Return the answers about three months more that hold, in their order."""
    return [event for event in holding(session, number) if event.kind == "extension_answered"]


def save_check(session: Session, number: int, which: Check, on: dt.date, today: dt.date) -> Saved:
    """Note that staff asked how it goes.

    Raises
    ------
    InputFault
        When it is noted already, the day lies ahead or before the contract, there is none, or the
        pair has ended.
    """
    if which not in CHECKS:
        raise ValueError(f"no such check: {which!r}")
    one, contract = with_contract(session, number, "on")
    if which in one.checked:
        raise InputFault.at(
            "which",
            _("That is noted already, on {date}.").format(date=format_date(one.checked[which])),
        )
    refuse_days(on, contract.starts_on, today, contract_begins())
    append_event(session, PAIR, number, "checked_in", on, which=which)
    return saved_pair(session, one)


def take_back_check(session: Session, number: int, which: Check) -> Saved:
    """Take back that staff asked how it goes.

    Raises
    ------
    InputFault
        When that is not noted, or the pair has ended.
    """
    one = going_on(session, number, "which")
    if which not in one.checked:
        raise InputFault.at("which", _("That is not noted any more. Reload the page."))
    for event in holding(session, number):
        if event.kind == "checked_in" and event.details["which"] == which:
            withdraw_event(session, event)
    return saved_pair(session, one)
