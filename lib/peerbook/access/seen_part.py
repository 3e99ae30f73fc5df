"""Who has seen names, and whether what was written down is still as it was written."""

from __future__ import annotations

import datetime as dt

from peerbook.desk import Desk
from peerbook.store import backup, sightings
from peerbook.store.store import MACHINE
from peerbook.text import _
from peerbook.ui import Button, Column, Heading, Notice, Part, Prose, Section, Table

DAYS = 30


def seen_parts(desk: Desk) -> list[Part]:
    """Return the record of who has seen names lately, and the check of all that is recorded."""
    since = desk.today - dt.timedelta(days=DAYS)
    with desk.store.read() as session:
        days = sightings.seen_since(session, since)
    verdict = Section([])

    def check() -> str:
        ends = backup.known_ends(desk.store)
        found = desk.store.verify_audit(ends.heads)
        told = [Notice("ok" if found.is_whole else "danger", found.sentence)]
        if ends.sentence:
            told.append(Notice("danger" if ends.forged else "warn", ends.sentence))
        verdict.show(told, announce=" ".join(one.text for one in told))
        return ""

    return [
        Heading(_("Who has seen names")),
        Prose(
            _(
                "When somebody is shown names, contacts or a CPR number, it is written down, for "
                "each person at least once a day. Here are the last {days} days."
            ).format(days=DAYS)
        ),
        _table(desk, days) if days else Prose(_("Nobody has been shown a name.")),
        Heading(_("Is everything as it was written?")),
        Prose(
            _(
                "All that is saved is kept in a chain. If somebody changes it by other means than "
                "peerbook, the chain breaks. Where it ends is noted with each backup, so that it "
                "cannot be cut short either."
            )
        ),
        Button(_("Check it now"), check),
        verdict,
    ]


def _table(desk: Desk, days: list[sightings.DayOfSightings]) -> Table:
    actors = {one.actor for one in days}
    shown = {actor: desk.name_of(actor) for actor in actors} | {
        MACHINE: _("a command on this computer")
    }
    columns = [
        Column("day", _("Day"), kind="day"),
        Column("who", _("Who")),
        Column("what", _("What")),
        Column("people", _("Of how many"), kind="number"),
    ]
    rows = [
        {
            "day": one.day,
            "who": shown[one.actor],
            "what": _what(one.what),
            "people": one.people,
        }
        for one in days
    ]
    return Table(columns, rows, _("Names shown in the last {days} days").format(days=DAYS))


def _what(what: str) -> str:
    return {"name": _("Names"), "contact": _("Contacts"), "cpr": _("CPR numbers")}[what]
