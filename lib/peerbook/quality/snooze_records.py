"""What was put off until a day, and why, as the store keeps it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.quality.rules import Finding
from peerbook.store import Saved, row_to_change
from peerbook.store.tables import Snooze
from peerbook.text import _

LONGEST = dt.timedelta(days=366)
"""Nothing is put off for longer than a year."""

Key = tuple[str, str]
"""Id of a rule and subject of a finding."""


def asleep(session: Session, today: dt.date) -> dict[Key, Snooze]:
    """Return what is put off to a day after today."""
    wanted = select(Snooze).where(Snooze.wakes_on > today)
    return {(row.rule, row.subject): row for row in session.scalars(wanted)}


def put_off(
    session: Session, rule: str, finding: Finding, wakes_on: dt.date, reason: str, *, today: dt.date
) -> Saved:
    """Put a finding off to a day. Nothing else wakes it, whatever changes about its subject.

    Parameters
    ----------
    rule
        Id of the rule that found it.
    wakes_on
        The day on which it is spoken of again.
    reason
        Why it may wait.

    Raises
    ------
    InputFault
        When there is no reason, or the day is not ahead or more than a year ahead.
    Conflict
        When somebody else has put it off meanwhile.
    """
    if not today < wakes_on <= today + LONGEST:
        raise InputFault.at("days", _("Choose a day ahead, within a year."))
    why = " ".join(reason.split())
    if not why:
        raise InputFault.at("reason", _("Write why it may wait."))
    row = session.scalar(
        select(Snooze).where(Snooze.rule == rule, Snooze.subject == finding.subject)
    )
    if row is not None and row.wakes_on > today:
        raise Conflict(_("Somebody else has put it off meanwhile. Reload the page."))
    if row is None:
        row = Snooze(rule=rule, subject=finding.subject, site_id=finding.site_id)
        session.add(row)
    row.since, row.wakes_on, row.reason = today, wakes_on, why
    row.actor = session.info["actor"]
    session.flush()
    return Saved("snooze", row.id, row.version)


def wake(session: Session, number: int, version: int) -> Saved:
    """Speak of a finding again that was put off; the audit keeps that it was.

    Parameters
    ----------
    number, version
        Of what was put off, as it was shown.

    Raises
    ------
    Conflict
        When somebody else has woken it since.
    """
    row = row_to_change(session, Snooze, number, version)
    session.delete(row)
    session.flush()
    return Saved("snooze", number, version)
