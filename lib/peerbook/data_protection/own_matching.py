"""What matching keeps of somebody, as their own file tells it; others are not named in it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.data_protection.chapter import Chapter, Row
from peerbook.matching.names import gathering_name, veto_name
from peerbook.people.names import end_name
from peerbook.people.pairs import pairs
from peerbook.store.tables import Gathering, GatheringGuest, MatchedPair, Veto, Wish
from peerbook.text import _, format_date, format_number


def matching_chapters(session: Session, code: str) -> tuple[Chapter, ...]:
    """Return whom they met where, what they wished, and their pairs."""
    return (
        _gatherings(session, code),
        _wishes(session, code),
        _pairs(session, code),
        _vetoes(session, code),
    )


def _gatherings(session: Session, code: str) -> Chapter:
    wanted = (
        select(Gathering)
        .join(GatheringGuest, GatheringGuest.gathering_id == Gathering.id)
        .where(GatheringGuest.participant_code == code)
        .order_by(Gathering.date, Gathering.id)
    )
    rows = tuple(
        (format_date(row.date), gathering_name(row.kind), row.place)
        for row in session.scalars(wanted)
    )
    return Chapter(_("Where you have met others"), (_("Day"), _("What"), _("Where")), rows)


def _wishes(session: Session, code: str) -> Chapter:
    wanted = select(Wish).where(Wish.participant_code == code).order_by(Wish.made_on, Wish.id)
    rows = tuple(
        (
            format_date(row.made_on),
            _("After having met") if row.basis == "met" else _("On the form, before"),
            format_number(row.rank),
            "" if row.withdrawn_on is None else format_date(row.withdrawn_on),
        )
        for row in session.scalars(wanted)
    )
    headings = (_("Day"), _("When did they say it?"), _("Wish number"), _("Taken back on"))
    note = _("Whom you wished for is not in this file, and neither is who wished for you. Ask us.")
    return Chapter(_("Whom you would like to be matched with"), headings, rows, note)


def _pairs(session: Session, code: str) -> Chapter:
    rows: list[Row] = []
    mine = select(MatchedPair).where(MatchedPair.is_about([code])).order_by(MatchedPair.id)
    for row in session.scalars(mine):
        pair = next(one for one in pairs(session, row.site_id, dt.date.max) if one.number == row.id)
        goal = row.peer_goal if row.peer_code == code else row.mentor_goal
        told = (
            (_("From"), format_date(row.matched_on)),
            (_("To"), "" if pair.ended_on is None else format_date(pair.ended_on)),
            (_("How it ended"), "" if pair.end is None else end_name(pair.end)),
            (_("Your goal"), goal),
            (_("How you keep in touch"), row.contact_rule),
            (_("How you cancel"), row.cancel_rule),
        )
        rows += [(format_number(row.id), what, text) for what, text in told if text]
    headings = (_("Pair number"), _("What"), _("Content"))
    return Chapter(_("Whom you are and were matched with"), headings, tuple(rows))


def _vetoes(session: Session, code: str) -> Chapter:
    wanted = select(Veto).where(Veto.is_about([code])).order_by(Veto.said_on)
    rows = tuple((format_date(row.said_on), veto_name(row.kind)) for row in session.scalars(wanted))
    note = _("Who it is, and what staff wrote about it, is about somebody else too. Ask us.")
    return Chapter(_("Whom you are not to be matched with"), (_("Day"), _("Why")), rows, note)
