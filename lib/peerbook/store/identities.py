"""Who participants are. Nothing else reads or writes the table behind these functions."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.store.tables import Identity


def name_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names by participant code; a code without a name is left out."""
    wanted = select(Identity).where(Identity.participant_code.in_(list(codes)))
    return {row.participant_code: row.name for row in session.scalars(wanted)}


def save_name(session: Session, code: str, name: str) -> None:
    """Keep a participant's name in place of an earlier one; contacts stay.

    The audit says that it changed, and not what it is.
    """
    row = session.get(Identity, code)
    if row is None:
        session.add(Identity(participant_code=code, name=name))
    else:
        row.name = name


def forget_identity(session: Session, code: str) -> None:
    """Delete a participant's name and contacts; the code and all that hangs on it stay."""
    row = session.get(Identity, code)
    if row is not None:
        session.delete(row)
