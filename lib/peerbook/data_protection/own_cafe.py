"""What the café and staff keep of somebody, as their own file tells it; others are not named."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.data_protection.chapter import Chapter
from peerbook.store.tables import CafeShift, MatchedPair, OutOfHoursContact, ShiftHost
from peerbook.text import _, format_date, format_number, format_span


def cafe_chapters(session: Session, code: str) -> tuple[Chapter, ...]:
    """Return the cafés they are host at, and when staff were reached from a pair of theirs."""
    return _shifts(session, code), _contacts(session, code)


def _shifts(session: Session, code: str) -> Chapter:
    wanted = (
        select(CafeShift)
        .join(ShiftHost, ShiftHost.shift_id == CafeShift.id)
        .where(ShiftHost.participant_code == code)
        .order_by(CafeShift.date, CafeShift.starts_at)
    )
    rows = tuple(
        (
            format_date(row.date),
            format_span(row.starts_at, row.ends_at),
            row.place,
            _("Called off") if row.is_cancelled else "",
        )
        for row in session.scalars(wanted)
    )
    headings = (_("Day"), _("Time"), _("Where"), _("Note"))
    return Chapter(_("Cafés you are host at"), headings, rows)


def _contacts(session: Session, code: str) -> Chapter:
    wanted = (
        select(OutOfHoursContact.date, MatchedPair.id)
        .join(MatchedPair, MatchedPair.id == OutOfHoursContact.pair_id)
        .where(MatchedPair.is_about([code]))
        .order_by(OutOfHoursContact.date, OutOfHoursContact.id)
    )
    rows = tuple(
        (format_date(day), format_number(number)) for day, number in session.execute(wanted)
    )
    note = _("Which of the two it was, and what about, is not written down.")
    title = _("When staff were reached outside working hours")
    return Chapter(title, (_("Day"), _("Pair number")), rows, note)
