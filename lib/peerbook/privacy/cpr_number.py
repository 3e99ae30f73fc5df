"""CPR numbers of participants: kept only where something allows it, and never against a no.

What allows it is the participant's own consent, whose day and words are written down with the
number, or a law that is named (databeskyttelsesloven § 11).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.orm import Session

from peerbook.errors import Conflict, Fault, InputFault
from peerbook.privacy.consent import Consent, consents
from peerbook.store import Saved, identities
from peerbook.store.cpr import read_cpr
from peerbook.text import _, format_date, written_in

Ground = Literal["consent", "law"]


@dataclass(frozen=True)
class NewNumber:
    """A CPR number as somebody fills it in.

    Parameters
    ----------
    written
        As typed.
    ground, law
        What allows it, and which law where it is one.
    seen
        The number that was kept when the form was opened, by `KeptCpr.mark`; empty for none.
    """

    written: str = field(repr=False)
    ground: Ground
    law: str = ""
    seen: str = field(default="", repr=False)


@dataclass(frozen=True)
class KeptNumber:
    """What became of it.

    Parameters
    ----------
    saved
        For the receipt.
    doubt
        Why it is worth a second look; empty when it is not.
    others
        Codes of others who have the same number.
    """

    saved: Saved
    doubt: str
    others: tuple[str, ...]


def save_number(session: Session, code: str, new: NewNumber, *, today: dt.date) -> KeptNumber:
    """Keep a participant's CPR number, in place of an earlier one.

    Raises
    ------
    InputFault
        When it cannot be a number, nothing allows it, or they have said no.
    Conflict
        When somebody else has changed it since the form was opened.
    """
    said = consents(session, code, today).get("cpr_link")
    if said is not None and not said.given:
        raise InputFault.at(
            "cpr", _("They have said no to linking by CPR number, so none is kept.")
        )
    faults: list[Fault] = []
    try:
        cpr = read_cpr(new.written, today)
    except InputFault as fault:
        faults += fault.faults
    try:
        basis = _basis(new, said)
    except InputFault as fault:
        faults += fault.faults
    if faults:
        raise InputFault(faults)
    kept = identities.kept_cpr_of(session, [code]).get(code)
    if (kept.mark if kept else "") != new.seen:
        raise Conflict(_("Somebody else has changed this number. Go back, and open it again."))
    others = identities.save_cpr(session, code, cpr, basis)
    return KeptNumber(Saved("cpr", 0, 1), cpr.doubt, tuple(others))


def _basis(new: NewNumber, said: Consent | None) -> str:
    """Return what allows a number, as it is written down with it."""
    if new.ground == "law":
        law = new.law.strip()
        if not law:
            raise InputFault.at("law", _("Write which law, and which part of it."))
        return law
    if said is None:
        raise InputFault.at(
            "ground",
            _("Write down that they said yes first, under “What people have said yes to”."),
        )
    with written_in("da"):  # one language, whoever writes: it is read years later
        return _("Consent of {date}, words of {version}").format(
            date=format_date(said.since), version=said.text_version
        )
