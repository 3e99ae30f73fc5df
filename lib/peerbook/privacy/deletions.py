"""People deleted, each time with a certificate that tells what went and names nobody."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.privacy.erasure import erase_people
from peerbook.store import Store
from peerbook.store.backup import remember_erased
from peerbook.store.tables import Deletion, DeletionGround, Hold, Participant
from peerbook.text import _, format_date


def delete_people(
    store: Store,
    session: Session,
    codes: Collection[str],
    *,
    ground: DeletionGround,
    today: dt.date,
    rule: str = "",
) -> list[Deletion]:
    """Delete people, and return the certificates: one for each site they belonged to.

    In a session of `store.write`. It is remembered beside the store too, for backups; should the
    computer stop meanwhile, the next start sees whether they are gone.

    Parameters
    ----------
    store
        The store of the session.
    codes
        Whom; who is not there is deleted already.
    ground
        Why.
    today
        The day.
    rule
        What it is done under, in the place's own words.

    Raises
    ------
    InputFault
        At `code`, when somebody must be kept.
    """
    wanted = select(Participant).where(Participant.code.in_(codes)).order_by(Participant.code)
    people = list(session.scalars(wanted))
    for hold in holds(session, today):
        if hold.participant_code in codes:
            raise InputFault.at(
                "code",
                _("{code} must be kept until {date}. Lift that first.").format(
                    code=hold.participant_code, date=format_date(hold.until)
                ),
            )
    by_site: dict[int, list[Participant]] = {}
    for person in people:
        by_site.setdefault(person.site_id, []).append(person)
    made = []
    for site_id, belonging in sorted(by_site.items()):
        rows: Counter[str] = Counter(participant=len(belonging))
        gone = erase_people(session, [person.code for person in belonging], today)
        rows.update({one.table: one.rows for one in gone})
        made.append(
            Deletion(
                site_id=site_id,
                actor=session.info["actor"],
                ground=ground,
                rule=rule,
                people=len(belonging),
                rows=dict(sorted(rows.items())),
            )
        )
    session.add_all(made)
    session.flush()
    remember_erased(store, session, [person.code for person in people], today)
    return made


def deletions(session: Session) -> list[Deletion]:
    """Return the certificates, the latest first."""
    return list(session.scalars(select(Deletion).order_by(Deletion.id.desc())))


def ground_name(ground: DeletionGround) -> str:
    """Return why somebody was deleted, in the user's language.

    GDPR art. 17(1): eur-lex.europa.eu/eli/reg/2016/679.
    """
    return {
        "asked": _("The person asked for it"),
        "mistake": _("It was entered by mistake"),
        "not_needed": _("It is not needed any more"),
        "due": _("The date for deleting was reached"),
    }[ground]


# -- who must be kept ------------------------------------------------------------------------------


def holds(session: Session, today: dt.date) -> list[Hold]:
    """Return who must be kept on a day, the one to end first before the others."""
    wanted = select(Hold).where(Hold.until > today)
    return list(session.scalars(wanted.order_by(Hold.until, Hold.participant_code)))
