"""The certificate of a deletion, as a page to keep: when, by whom, what, under which rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from peerbook.data_protection.words import kind_of_data, staff_namer
from peerbook.desk import Desk
from peerbook.files import media_types
from peerbook.files.origin import Origin, fingerprint
from peerbook.files.paper import PAPER_LANGUAGE
from peerbook.privacy.deletions import ground_name
from peerbook.store import set_setting, users
from peerbook.store.backup import KEPT_DAYS
from peerbook.store.tables import Deletion, Site
from peerbook.text import _, format_date, format_number, format_time, written_in
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import TextField


@dataclass(frozen=True)
class Certificate:
    """What a certificate says; it names nobody who was deleted.

    Parameters
    ----------
    number
        Its own, that no other has.
    facts
        Label and text of what is told first.
    rows
        What went, in words, and how much of it.
    """

    number: int
    facts: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]


def certificate(session: Session, number: int) -> Certificate:
    """Return what the certificate with a number says, in the language of papers."""
    made = session.get_one(Deletion, number)
    with written_in(PAPER_LANGUAGE):
        at = made.at.astimezone(COPENHAGEN)
        facts = [
            (_("Deleted on"), f"{format_date(at.date(), 'plain')} {format_time(at)}"),
            (_("By"), staff_namer(session)(made.actor)),
            (_("Site"), session.get_one(Site, made.site_id).name),
            (_("Number of people"), format_number(made.people)),
            (_("Why"), ground_name(made.ground)),
            (_("By which rule"), made.rule),
        ]
        rows = [(kind_of_data(table), format_number(count)) for table, count in made.rows.items()]
        return Certificate(made.id, tuple(one for one in facts if one[1]), tuple(rows))


def certificate_file(desk: Desk, number: int) -> tuple[str, bytes, str]:
    """Return a certificate as PDF: the file's name, its bytes and its media type."""
    from peerbook.files.pdf import pdf  # Typst is needed for printing only

    with desk.store.read() as session:
        made = certificate(session, number)
    with written_in(PAPER_LANGUAGE):
        origin = Origin(fingerprint(made), desk.today, synthetic=desk.synthetic)
        data = {
            "title": _("Certificate of deletion no. {number}").format(number=number),
            "facts": [{"label": label, "text": text} for label, text in made.facts],
            "went": _("What was deleted"),
            "rows": made.rows,
            "lines": [what_stays(), backups_told()],
            "origin": origin.line,
            "notice": origin.notice,
        }
        name = origin.file_name(_("deletion {number}").format(number=number), "pdf")
        return name, pdf("certificate", data), media_types.PDF


def name_fields(desk: Desk) -> list[TextField]:
    """Return the question for a name, where a certificate could not tell by whom it is."""
    with desk.store.read() as session:
        if users.known_as(session, desk.actor):
            return []
    hint = _(
        "It stands on the certificate and beside what you save. It can be changed under “Settings”."
    )
    return [TextField("known_as", _("Your name at work"), required=True, max_length=60, hint=hint)]


def keep_name(desk: Desk, session: Session, values: Mapping[str, object]) -> None:
    """Keep the answer, if it was asked for."""
    if "known_as" in values:
        set_setting(session, users.name_key(desk.actor), str(values["known_as"]))


def what_stays() -> str:
    """Return what is left when somebody was deleted, and why it leads to nobody."""
    return _(
        "The history of what was saved stays. It knows a random code that leads to nobody now. "
        "Evaluations were handed in without a name, and counts have none: they stay too."
    )


def backups_told() -> str:
    """Return what becomes of backups that still hold somebody who was deleted."""
    return _(
        "Backups go after {days} days. If one is brought back before, peerbook deletes the same "
        "people again at once."
    ).format(days=KEPT_DAYS)
