"""What a place has written down about why it may keep what it keeps.

The law leaves it to whoever answers for the data (GDPR art. 6 and 9; a municipality and an
association do not build on the same), so nothing stands here before somebody has written it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from sqlalchemy.orm import Session

from peerbook.store import refuse_overtaken, set_setting
from peerbook.store.tables import Setting

GROUNDS_SETTING = "legal_grounds"


@dataclass(frozen=True)
class Grounds:
    """By what right each purpose is pursued, in the place's own words; empty until written.

    Parameters
    ----------
    taking_part, being_measured, being_quoted, cpr_link
        The legal ground of each purpose people are asked about.
    recipients
        Who else gets anything of it.
    contact
        Whom a person can write to about their data: the data protection officer, if there is one.
    """

    taking_part: str = ""
    being_measured: str = ""
    being_quoted: str = ""
    cpr_link: str = ""
    recipients: str = ""
    contact: str = ""


def grounds(session: Session) -> Grounds:
    """Return what is written, with empty fields where nothing is."""
    row = session.get(Setting, GROUNDS_SETTING)
    known = {} if row is None else row.value
    return Grounds(**{one.name: str(known.get(one.name, "")) for one in fields(Grounds)})


def save_grounds(session: Session, mine: Grounds, seen: Grounds) -> None:
    """Save what is written, unless it is no longer what the user saw.

    Raises
    ------
    Conflict
        When somebody else has changed it.
    """
    refuse_overtaken(asdict(seen), asdict(grounds(session)), asdict(mine))
    set_setting(session, GROUNDS_SETTING, asdict(mine))
