"""Who participants are. Nothing else reads or writes the table behind these functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.store.tables import Identity


@dataclass(frozen=True)
class Person:
    """A participant's name and contacts; kept out of `repr`, and so out of logs."""

    code: str
    name: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


def name_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names by participant code; a code without a name is left out."""
    wanted = select(Identity).where(Identity.participant_code.in_(list(codes)))
    return {row.participant_code: row.name for row in session.scalars(wanted)}


def person_of(session: Session, code: str) -> Person | None:
    """Return name and contacts of a participant, None when none are kept."""
    row = session.get(Identity, code)
    if row is None:
        return None
    return Person(row.participant_code, row.name, row.email, row.phone)


def save_identity(
    session: Session,
    code: str,
    name: str,
    email: str | None = None,
    phone: str | None = None,
) -> None:
    """Keep a participant's name and contacts in place of earlier ones.

    The audit says that they changed, and not what they are.
    """
    row = session.get(Identity, code)
    if row is None:
        session.add(Identity(participant_code=code, name=name, email=email, phone=phone))
    else:
        row.name, row.email, row.phone = name, email, phone


def correct_name(session: Session, code: str, name: str) -> None:
    """Keep another name of a participant in place of the earlier one; contacts stay."""
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
