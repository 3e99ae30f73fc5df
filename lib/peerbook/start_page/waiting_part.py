"""What waits to be done about people, by whoever leads the programme."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from peerbook.cafe import event_records, rota_records
from peerbook.course.page_addresses import HEAD_COUNT_PAGE, RECRUITMENT_PAGE
from peerbook.pathways.due_records import dues
from peerbook.people.pairs import PATHWAYS_PAGE
from peerbook.recruitment.waiting_records import waiting
from peerbook.start_page.places import Waiting, waiting_parts
from peerbook.store.tables import Site
from peerbook.text import _, ngettext
from peerbook.ui import Part


def new_people_parts(session: Session, sites: Sequence[Site], today: dt.date) -> list[Part]:
    """Return what waits in recruitment; nothing if nothing does."""
    found = waiting(session, today)
    kinds = [
        Waiting(
            ngettext(
                "{n} person asked and waits for a talk", "{n} people asked and wait for a talk",
                sum(found.without_talk.values()),
            ),
            _("Wait for a talk"), found.without_talk,
        ),
        Waiting(
            ngettext(
                "{n} talk in the next seven days", "{n} talks in the next seven days",
                sum(found.talks_near.values()),
            ),
            _("Talks, seven days"), found.talks_near,
        ),
        Waiting(
            ngettext(
                "{n} talk has had its day, and nothing is noted of it",
                "{n} talks have had their day, and nothing is noted of them",
                sum(found.talks_past.values()),
            ),
            _("Talks, not noted"), found.talks_past,
        ),
        Waiting(
            ngettext(
                "{n} person may be written to again", "{n} people may be written to again",
                sum(found.may_write.values()),
            ),
            _("To write to"), found.may_write,
        ),
        Waiting(
            ngettext(
                "{n} place is to be visited", "{n} places are to be visited",
                sum(found.visits_due.values()),
            ),
            _("To visit"), found.visits_due,
        ),
    ]  # fmt: skip
    return waiting_parts(_("New people"), kinds, sites, RECRUITMENT_PAGE, _("Recruitment"))


def pairs_parts(session: Session, sites: Sequence[Site], today: dt.date) -> list[Part]:
    """Return what waits about pairs; nothing if nothing does."""
    due = dues(session, None, today)
    alone = Counter(one.pathway.site_id for one in due if one.kind == "tell_partner")
    others = [one for one in due if one.kind != "tell_partner"]
    overdue, this_week = (
        Counter(one.pathway.site_id for one in others if one.when(today) == when)
        for when in ("overdue", "this_week")
    )
    kinds = [
        Waiting(
            ngettext(
                "{n} waits while the other pauses, and has not been told",
                "{n} wait while the other pauses, and have not been told", alone.total(),
            ),
            _("Not told of a pause"), alone,
        ),
        Waiting(
            ngettext(
                "{n} thing about pairs is overdue", "{n} things about pairs are overdue",
                overdue.total(),
            ),
            _("Overdue"), overdue,
        ),
        Waiting(
            ngettext(
                "{n} thing about pairs is to be done this week",
                "{n} things about pairs are to be done this week", this_week.total(),
            ),
            _("This week"), this_week,
        ),
    ]  # fmt: skip
    return waiting_parts(_("Pairs"), kinds, sites, PATHWAYS_PAGE, _("Pathways"))


def cafe_parts(session: Session, sites: Sequence[Site], since: dt.date, to: dt.date) -> list[Part]:
    """Return how many cafés have no host yet, and where a common event is overdue.

    Parameters
    ----------
    session
        To read them.
    sites
        All places, in which order.
    since, to
        From today until when hosts are looked for, both included.
    """
    counts = Counter(rota_records.without_host(session, since, to))
    overdue = Counter(event_records.overdue_at(session, since))
    kinds = [
        Waiting(
            ngettext(
                "{n} café in the next six weeks has no host",
                "{n} cafés in the next six weeks have no host",
                counts.total(),
            ),
            _("Without a host"), counts,
        ),
        Waiting(
            ngettext(
                "{n} common event is overdue", "{n} common events are overdue", overdue.total()
            ),
            _("Event overdue"), overdue,
        ),
    ]  # fmt: skip
    return waiting_parts(_("The café"), kinds, sites, HEAD_COUNT_PAGE, _("Café"))
