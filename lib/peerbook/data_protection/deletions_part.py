"""The certificates of all deletions, each to be printed again."""

from __future__ import annotations

from peerbook.data_protection.certificate import certificate_file
from peerbook.desk import Desk
from peerbook.privacy.deletions import deletions, ground_name
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Cells, Column, Download, Part, Prose, RowAction, Section, Table


def deletions_parts(desk: Desk) -> list[Part]:
    """Return the list of deletions, and the place for the one that is asked for."""
    with desk.store.read() as session:
        rows = [
            {
                "number": one.id,
                "day": one.at.astimezone(COPENHAGEN).date(),
                "site": session.get_one(Site, one.site_id).name,
                "people": one.people,
                "why": ground_name(one.ground),
            }
            for one in deletions(session)
        ]
    place = Section([])

    def show(row: Cells) -> str:
        number = int(str(row["number"]))
        place.show([certificate_download(desk, number)], take_there=True)
        return ""

    table = Table(
        [
            Column("number", _("Number"), kind="number"),
            Column("day", _("Day"), kind="day"),
            Column("site", _("Site")),
            Column("people", _("People"), kind="number"),
            Column("why", _("Why")),
        ],
        rows,
        _("What was deleted"),
        action=RowAction(_("Certificate"), show),
        empty=_("Nobody has been deleted yet."),
    )
    return [
        Prose(
            _(
                "A certificate tells when somebody was deleted, by whom, what, and why. It names "
                "nobody who was deleted."
            )
        ),
        table,
        place,
    ]


def certificate_download(desk: Desk, number: int) -> Download:
    """Return the button for a certificate."""
    label = _("Certificate no. {number} (.pdf)").format(number=number)
    return Download(label, lambda: certificate_file(desk, number))
