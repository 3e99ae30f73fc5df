"""What matching keeps of somebody, as their own file tells it; others are not named in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.data_protection.chapter import Chapter, Row
from peerbook.matching.names import gathering_name, veto_name
from peerbook.pathways import pathway_records
from peerbook.pathways.names import check_name, closing_name, offer_name, why_name
from peerbook.pathways.pathway import CLOSING_LIST, Pathway
from peerbook.people.names import end_name
from peerbook.people.pairs import PAIR
from peerbook.store import events_of, in_effect
from peerbook.store.tables import (
    ERASED_END,
    Gathering,
    GatheringGuest,
    MatchedPair,
    Meeting,
    Veto,
    Wish,
)
from peerbook.text import _, format_date, format_list, format_number, ngettext


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
        role = "peer" if row.peer_code == code else "mentor"
        one = pathway_records.pathway(session, row.id)
        told = (
            (_("From"), format_date(row.matched_on)),
            (_("To"), "" if one.ended_on is None else format_date(one.ended_on)),
            (_("How it ended"), _end_told(one)),
            (_("Your goal"), row.peer_goal if role == "peer" else row.mentor_goal),
            (_("How you keep in touch"), row.contact_rule),
            (_("How you cancel"), row.cancel_rule),
            *_contract(one, role),
            *_answers(session, one, role),
            *_talks(session, one),
        )
        rows += [(format_number(row.id), what, text) for what, text in told if text]
    headings = (_("Pair number"), _("What"), _("Content"))
    note = _("What was written about the exit talk is about both of you. Ask us.")
    return Chapter(_("Whom you are and were matched with"), headings, tuple(rows), note)


def _end_told(one: Pathway) -> str:
    """Return how a pair ended; that the other one was erased is nothing about them."""
    return "" if one.end in (None, ERASED_END) else end_name(one.end)


def _contract(one: Pathway, role: str) -> Iterator[tuple[str, str]]:
    """Yield the contract and its pauses; why somebody else needed one is theirs."""
    if one.contract is None:
        return
    months = ngettext("{n} month", "{n} months", one.contract.months).format(n=one.contract.months)
    since = format_date(one.contract.starts_on)
    yield _("Contract"), _("from {date}, for {months}").format(date=since, months=months)
    for pause in one.contract.pauses:
        until = "" if pause.until is None else format_date(pause.until)
        own = pause.why is not None and pause.who in (role, "both")
        why = f" ({why_name(pause.why)})" if own and pause.why is not None else ""
        yield _("Pause"), f"{format_date(pause.since)} – {until}{why}"
        if pause.told_on is not None and pause.who not in (role, "both"):
            offered = format_list([offer_name(offer) for offer in pause.offered])
            yield _("Told of the pause on"), f"{format_date(pause.told_on)} {offered}".strip()
    for which, on in one.checked.items():
        yield _("Asked how it goes"), f"{check_name(which)}: {format_date(on)}"


def _answers(session: Session, one: Pathway, role: str) -> Iterator[tuple[str, str]]:
    """Yield whether they wanted three months more; what the other said is theirs."""
    for event in in_effect(events_of(session, PAIR, one.number), dt.date.max):
        if event.kind == "extension_answered":
            answer = _("Yes") if event.details[role] else _("No")
            yield _("Three months more?"), f"{answer} ({format_date(event.effective_on)})"


def _talks(session: Session, one: Pathway) -> Iterator[tuple[str, str]]:
    """Yield the exit talk, and the days on which they met."""
    if one.closing is not None:
        state = {
            "agreed": _("agreed"), "held": _("held"), "cancelled": _("not held"),
        }[one.closing.state]  # fmt: skip
        done = [closing_name(point) for point in CLOSING_LIST if point in one.closing.ticked]
        yield _("Exit talk"), "; ".join([f"{format_date(one.closing.date)} ({state})", *done])
    wanted = select(Meeting).where(Meeting.pair_id == one.number).order_by(Meeting.date)
    for meeting in session.scalars(wanted):
        what = _("You met") if meeting.state == "held" else _("A meeting was called off")
        yield what, format_date(meeting.date)


def _vetoes(session: Session, code: str) -> Chapter:
    wanted = select(Veto).where(Veto.is_about([code])).order_by(Veto.said_on)
    rows = tuple((format_date(row.said_on), veto_name(row.kind)) for row in session.scalars(wanted))
    note = _("Who it is, and what staff wrote about it, is about somebody else too. Ask us.")
    return Chapter(_("Whom you are not to be matched with"), (_("Day"), _("Why")), rows, note)
