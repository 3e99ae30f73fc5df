"""What people took back after a backup was made is taken back again when it is brought back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.course.attendance.consent_records import save_consents
from peerbook.course.evaluation.evaluation_records import delete_taken_back
from peerbook.privacy.consent import PURPOSES, about_answer, consents, standings
from peerbook.store import Store
from peerbook.store.tables import Participant
from peerbook.store.taken_back import TakenBack


def heed(session: Session, taken_back: TakenBack) -> None:
    """Say each no again that a copy does not know of, which stops what it stopped; delete sheets.

    In a session of `store.write`. Whoever has answered since they said no is left as they are.

    Parameters
    ----------
    taken_back
        What is noted beside the store the copy was brought back to.
    """
    for code in session.scalars(select(Participant.code).order_by(Participant.code)).all():
        for purpose in PURPOSES:
            noted = taken_back.of(about_answer(code, purpose))
            if noted is None or noted.since is None:
                continue
            known = consents(session, code, dt.date.max).get(purpose)
            if known is not None and (not known.given or known.recorded_at > noted.written_at):
                continue
            day = noted.since if known is None else max(noted.since, known.since)
            save_consents(session, code, {purpose: False}, day, today=day)
    delete_taken_back(session, taken_back)


def note_every_no(store: Store) -> None:
    """Note beside a store each no it knows: those of an earlier peerbook, or from before a stop."""
    with store.read() as session:
        known = standings(session)
    TakenBack(store.keys, store.folder).note(known)
