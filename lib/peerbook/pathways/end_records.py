"""How pairs end, and what was a mistake: an end taken back, and a match."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.pathways.contract import EXIT_TALK_WITHIN
from peerbook.pathways.noted import noted_in_contract
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_records import (
    days_met,
    going_on,
    holding,
    matched_told,
    of_two,
    others_of,
    pathway,
    saved_pair,
    who_is_in,
)
from peerbook.people.names import end_name, one_of_two
from peerbook.people.pairs import PAIR, are_vetoed
from peerbook.people.participants import roles_on
from peerbook.store import Saved, append_event, row_to_change, withdraw_event
from peerbook.store.tables import (
    ExitTalk,
    MatchedPair,
    Meeting,
    OutOfHoursContact,
    PairEnd,
)
from peerbook.text import _, format_date


def end_pair(
    session: Session,
    number: int,
    end: PairEnd,
    on: dt.date,
    today: dt.date,
    *,
    is_meant: bool = False,
) -> Saved:
    """Note that two are no longer matched, and how it ended; whose wish it was is not asked.

    Parameters
    ----------
    is_meant
        Whether a day long before the agreed end was asked about and is right.

    Raises
    ------
    InputFault
        When the day lies ahead, before they were matched or before something that is noted, or
        long before their exit talk; or it has ended already. When they completed three months more
        that were not agreed on, or only what was planned where more was agreed on; or completed
        long before the end, and that is not said to be right.
    """
    one = going_on(session, number, "on")
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    if on < one.matched_on:
        raise InputFault.at("on", matched_told(one))
    noted = list(noted_in_contract(one))
    words = _("They met on {date}.")
    noted += [(day, words.format(date=format_date(day))) for day in days_met(session, number)[-1:]]
    last = max(noted, default=(on, ""))
    if last[0] > on:
        raise InputFault.at("on", f"{last[1]} " + _("Choose that day or a later one."))
    if one.closing is not None and one.closing.state == "held":
        ended = replace(one, ended_on=on)
        if one.closing.date > on and ended.end_far_from(one.closing.date) is not None:
            raise InputFault.at(
                "on",
                _("The exit talk was held on {date}, long after that. Choose a day nearer to it.")
                .format(date=format_date(one.closing.date)),
            )  # fmt: skip
    _refuse_completed(one, end, on, is_meant=is_meant)
    append_event(session, PAIR, number, "ended", on, end=end)
    return saved_pair(session, one)


def _refuse_completed(one: Pathway, end: PairEnd, on: dt.date, *, is_meant: bool) -> None:
    """Refuse what was completed without being agreed on, and ask about what was long before."""
    if end not in ("completed", "extended_completed"):
        return
    contract = one.contract
    if end == "extended_completed" and (contract is None or not contract.both_want_more):
        raise InputFault.at(
            "end",
            _("It is not noted that both wanted three months more. Note that first, or choose "
              "another end."),
        )  # fmt: skip
    if end == "completed" and contract is not None and contract.both_want_more:
        raise InputFault.at(
            "end",
            _("It is noted that both wanted three months more. Choose “{extended}”. Or note first "
              "that they no longer want it, or choose another end.").format(
                extended=end_name("extended_completed")
            ),
        )  # fmt: skip
    if is_meant:
        return
    if contract is None:
        if on <= one.matched_on + EXIT_TALK_WITHIN:
            raise InputFault.asking(
                "on",
                _("They were matched on {date}, and have no contract. If they completed it all the "
                  "same, save again.").format(date=format_date(one.matched_on)),
                on,
            )  # fmt: skip
        return
    agreed = contract.ended_pause(on).ends_on
    if agreed is not None and on < agreed - EXIT_TALK_WITHIN:
        raise InputFault.asking(
            "on",
            _("That is long before the agreed end, {date}. If they completed it all the same, save "
              "again.").format(date=format_date(agreed)),
            on,
        )  # fmt: skip


def take_back_end(session: Session, number: int) -> Saved:
    """Take back an end that was noted by mistake.

    Raises
    ------
    InputFault
        When it has not ended, one of the two is matched with somebody else since or no longer
        takes part as they did, or the two are not to be matched.
    Conflict
        When one of the two was erased.
    """
    one = of_two(session, number)
    if one.ended_on is None:
        raise InputFault.at("on", _("It goes on already. Reload the page."))
    roles = roles_on(session, one.site_id, dt.date.max)
    for role, code in zip(("peer", "mentor"), one.codes, strict=True):
        if roles.get(code) != role:
            text = _("{who} no longer takes part as they did then. So it stays as it is.")
            raise InputFault.at("on", text.format(who=one_of_two(role)))
    if are_vetoed(session, *one.codes):
        raise InputFault.at("on", _("The two are not to be matched. See the list of who is not."))
    for other in others_of(session, one):
        lasts = other.ended_on is None or other.ended_on > one.ended_on
        if lasts and not _is_said_beside(one, other):
            raise InputFault.at(
                "on",
                _("{who} is matched with somebody else since {date}. So it stays as it is.").format(
                    who=who_is_in(session, one, other), date=format_date(other.matched_on)
                ),
            )  # fmt: skip
    for event in holding(session, number):
        if event.kind == "ended":
            withdraw_event(session, event)
    return saved_pair(session, one)


def _is_said_beside(one: Pathway, other: Pathway) -> bool:
    """Return whether the later of two pairs was made knowing that the earlier one went on."""
    earlier, later = sorted((one, other), key=lambda pair: (pair.matched_on, pair.number))
    went_on = earlier.ended_on is None or earlier.ended_on > later.matched_on
    return later.beside and went_on


def is_only_matched(session: Session, one: Pathway) -> bool:
    """Return whether nothing is noted of a pair but that it was matched."""
    row = session.get_one(MatchedPair, one.number)
    if row.talked_on is not None or one.contract is not None or one.closing is not None:
        return False
    pointing: tuple[ColumnElement[bool], ...] = (
        exists().where(Meeting.pair_id == one.number),
        exists().where(OutOfHoursContact.pair_id == one.number),
        exists().where(MatchedPair.follows_id == one.number),
        exists().where(ExitTalk.pair_id == one.number),
    )
    if session.scalar(select(or_(*pointing))):
        return False
    return all(event.kind == "matched" for event in holding(session, one.number))


def take_back_match(session: Session, number: int, seen_version: int) -> Saved:
    """Take back that two were matched, where that was noted by mistake and nothing since.

    Raises
    ------
    InputFault
        When anything else is noted of the pair.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, MatchedPair, number, seen_version)
    if not is_only_matched(session, pathway(session, number)):
        raise InputFault.at(
            "pair", _("Something is noted of the two already. Write how it ended instead.")
        )
    for event in holding(session, number):
        withdraw_event(session, event)
    saved = Saved(PAIR, number, row.version)
    session.delete(row)
    return saved
