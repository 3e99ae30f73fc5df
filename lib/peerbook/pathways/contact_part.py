"""Which pairs to ask after, and the days on which a pair met."""

from __future__ import annotations

from peerbook.pathways import contact_records
from peerbook.pathways.contact import Contact, Touch
from peerbook.pathways.opened import cells_of
from peerbook.pathways.pair_list import PairList, names_of, pair_columns
from peerbook.pathways.pathway import Pathway
from peerbook.text import _, format_number, ngettext
from peerbook.ui import (
    Cells,
    Column,
    Heading,
    Part,
    Prose,
    RowAction,
    Status,
    Table,
)
from peerbook.ui.table import Tone

_TONES: dict[Touch, Tone] = {
    "too_long": "warn", "longer": "warn", "not_yet": "info", "fine": "ok", "ahead": "info",
    "paused": "neutral",
}  # fmt: skip


class Contacts(PairList):
    """How the pairs are in touch; a pair is opened at the days on which it met."""

    opens_again = "meetings"

    def _overview_parts(self) -> list[Part]:
        with self._desk.store.read() as session:
            known = contact_records.contacts(session, self._site.id, self._desk.today)
            names = names_of(session, (one for one, _contact in known))
        if not known:
            nobody = Prose(_("Nobody is matched now. Match two [here](matching.ipynb)."))
            return [Heading(_("Contact")), nobody]
        columns = [
            *pair_columns(),
            Column("last_met", _("Met last"), kind="date"),
            Column("usual", _("Usually")),
            Column("called_off", _("Called off since"), kind="number"),
            Column("touch", _("In touch?"), kind="status"),
        ]
        rows = [{**cells_of(one, names), **_cells(one, found)} for one, found in known]

        def open_it(row: Cells) -> str:
            return self._open(int(str(row["number"])), "meetings")

        table = Table(
            columns, rows, _("Pairs that go on, those to ask after first"),
            action=RowAction(_("Meetings"), open_it),
        )  # fmt: skip
        told = Prose(
            _(
                "Ask after a pair that has not met for more than 21 days, or for more than twice "
                "as long as usual. Pauses do not count. What is noted is only that they met, never "
                "what they spoke of."
            )
        )
        return [Heading(_("Contact")), told, table]


def _cells(one: Pathway, found: Contact) -> dict[str, object]:
    return {
        "last_met": found.last_met,
        "usual": _usual(found.usual_days),
        "called_off": found.called_off,
        "touch": Status(touch_text(one, found), _TONES[found.touch]),
    }


def _usual(days: float | None) -> str:
    if days is None:
        return "–"
    return ngettext("every day", "every {n} days", round(days)).format(n=format_number(round(days)))


def touch_text(one: Pathway, found: Contact) -> str:
    """Return how a pair is in touch, in few words; before its contract it is that which waits."""
    told = _told(found)
    if one.contract is not None:
        return told
    return _("No three-way talk yet. {touch}").format(touch=told)


def _told(found: Contact) -> str:
    return {
        "too_long": _("No meeting noted in {n} days")
        if found.last_met is None
        else _("Not for {n} days"),
        "longer": _("Not for {n} days, longer than usual"),
        "not_yet": _("Not met yet"),
        "fine": _("In touch"),
        "ahead": _("Has not begun"),
        "paused": _("Pauses"),
    }[found.touch].format(n=format_number(found.since_days))
