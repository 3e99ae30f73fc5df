"""Pauses as the store keeps them: they begin and end, and the one left behind is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.pathways.contract import Offer, Pause
from peerbook.pathways.names import offer_name
from peerbook.pathways.pathway_records import (
    days_met,
    going_on,
    holding,
    pathway,
    refuse_days,
    saved_pair,
    with_contract,
)
from peerbook.people.pairs import PAIR
from peerbook.store import Saved, append_event, withdraw_event
from peerbook.store.tables import MatchedPair
from peerbook.text import _, format_date


def save_pause(
    session: Session, number: int, pause: Pause, today: dt.date, *, is_meant: bool = False
) -> Saved:
    """Note that the clock stands still, and when they went on if it is over.

    Parameters
    ----------
    is_meant
        Whether days on which they met were asked about and are right.

    Raises
    ------
    InputFault
        As `Contract.with_pause` says, or when there is no contract, or the pair has ended; or when
        they met on a day of it, and that is not said to be right.
    """
    one, contract = with_contract(session, number, "since")
    contract.with_pause(pause, today)
    met = [day for day in days_met(session, number) if pause.holds_on(day)]
    if met and not is_meant:
        raise InputFault.asking(
            "since",
            _("They met on {date}, in that pause. If both are right, save again.").format(
                date=format_date(met[0])
            ),
            (pause.since, pause.until),
        )
    append_event(session, PAIR, number, "paused", pause.since, who=pause.who)
    if pause.why is not None:
        row = session.get_one(MatchedPair, number)
        row.pause_reasons = {**row.pause_reasons, pause.since.isoformat(): pause.why}
        session.flush()
    if pause.until is not None:
        append_event(session, PAIR, number, "resumed", pause.until)
    return saved_pair(session, one)


def save_resumed(session: Session, number: int, on: dt.date, today: dt.date) -> Saved:
    """Note that they go on again, from a day on.

    Raises
    ------
    InputFault
        As `Contract.resumed` says, or when the pair has ended.
    """
    one, contract = with_contract(session, number, "on")
    contract.resumed(on, today)
    append_event(session, PAIR, number, "resumed", on)
    return saved_pair(session, one)


def take_back_pause(session: Session, number: int, since: dt.date) -> Saved:
    """Take back a pause that was noted by mistake, and all that was noted of it.

    Raises
    ------
    InputFault
        When there is no such pause any more, or the pair has ended.
    """
    one = going_on(session, number, "since")
    taken = False
    for event in holding(session, number):
        if event.kind == "paused":
            taken = event.effective_on == since
        is_told = event.kind == "partner_told" and event.details["since"] == since.isoformat()
        if is_told or (taken and event.kind in ("paused", "resumed")):
            withdraw_event(session, event)
    if one.contract is None or all(pause.since != since for pause in one.contract.pauses):
        raise InputFault.at("since", _("There is no pause any more. Reload the page."))
    row = session.get_one(MatchedPair, number)
    row.pause_reasons = {
        day: why for day, why in row.pause_reasons.items() if day != since.isoformat()
    }
    session.flush()
    left = pathway(session, number).contract
    if left is not None:
        left.refuse_stray_pause("since")
    return saved_pair(session, one)


def take_back_resumed(session: Session, number: int) -> Saved:
    """Take back that they went on after the last pause: it goes on.

    Raises
    ------
    InputFault
        When there is no pause that is over, they have met since, or the pair has ended.
    """
    one, contract = with_contract(session, number, "on")
    until = contract.pauses[-1].until if contract.pauses else None
    if until is None:
        raise InputFault.at("on", _("There is no pause any more. Reload the page."))
    since = [day for day in days_met(session, number) if day >= until]
    if since:
        raise InputFault.at(
            "on",
            _("They have met since, on {date}. So it stays as it is.").format(
                date=format_date(since[0])
            ),
        )
    last = [event for event in holding(session, number) if event.kind == "resumed"][-1]
    withdraw_event(session, last)
    return saved_pair(session, one)


def take_back_told(session: Session, number: int, since: dt.date) -> Saved:
    """Take back that the one left behind was told of the pause that began on a day.

    Raises
    ------
    InputFault
        When that is not noted, or the pair has ended.
    """
    one = going_on(session, number, "on")
    told = [
        event
        for event in holding(session, number)
        if event.kind == "partner_told" and event.details["since"] == since.isoformat()
    ]
    if not told:
        raise InputFault.at("on", _("That is not noted any more. Reload the page."))
    for event in told:
        withdraw_event(session, event)
    return saved_pair(session, one)


def save_partner_told(
    session: Session, number: int, offered: Iterable[Offer], on: dt.date, today: dt.date
) -> Saved:
    """Note that the one left behind by a pause knows of it, and what they were offered meanwhile.

    Raises
    ------
    InputFault
        When no pause goes on, nothing is said of what was offered, or the day lies ahead or before
        the pause.
    """
    one, contract = with_contract(session, number, "on")
    pause = contract.pause_on(today)
    if pause is None:
        raise InputFault.at("on", _("There is no pause any more. Reload the page."))
    refuse_days(on, pause.since, today, _("Their pause began on {date}."))
    said = list(offered)
    if not said:
        raise InputFault.at("offered", _("Choose what you offered, or “{nothing}”.").format(
            nothing=offer_name("nothing")
        ))  # fmt: skip
    if "nothing" in said and len(said) > 1:
        raise InputFault.at(
            "offered",
            _("You chose “{nothing}” and something else. Choose one of them.").format(
                nothing=offer_name("nothing")
            ),
        )
    append_event(session, PAIR, number, "partner_told", on, offered=said, since=pause.since)
    return saved_pair(session, one)
