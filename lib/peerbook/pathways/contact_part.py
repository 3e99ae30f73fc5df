"""Which pairs to ask after, and the days on which a pair met."""

from __future__ import annotations

from collections.abc import Callable

from peerbook.desk import Desk
from peerbook.pathways import contact_records
from peerbook.pathways.contact import Contact, Touch
from peerbook.pathways.opened import cells_of
from peerbook.pathways.pathway_part import OnePathway
from peerbook.people.names import role_name
from peerbook.store import identities
from peerbook.store.tables import Site
from peerbook.text import _, format_number, ngettext
from peerbook.ui import (
    Cells,
    Column,
    Heading,
    Part,
    Prose,
    RowAction,
    Section,
    Status,
    Table,
)
from peerbook.ui.table import Tone

_TONES: dict[Touch, Tone] = {
    "too_long": "warn", "longer": "warn", "not_yet": "info", "fine": "ok", "ahead": "info",
    "paused": "neutral",
}  # fmt: skip


class Contacts:
    """How the pairs are in touch; the list gives place to the meetings of one.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called with this part after each save, so that the others follow.
    """

    def __init__(self, desk: Desk, site: Site, on_change: Callable[[object], None]) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Section([])
        self._lists = False

    def parts(self) -> list[Part]:
        """Return the list."""
        self._show_list()
        return [self._place]

    def refresh(self) -> None:
        """Show the list anew where it is open."""
        if self._lists:
            self._show_list()

    def _show_list(self, *, take_there: bool = False) -> None:
        self._lists = True
        with self._desk.store.read() as session:
            known = contact_records.contacts(session, self._site.id, self._desk.today)
            codes = {code for one, _c in known for code in (one.peer, one.mentor) if code}
            names = identities.name_of(session, sorted(codes))
        if not known:
            nobody = Prose(_("Nobody is matched now. Match two [here](matching.ipynb)."))
            self._place.show([Heading(_("Contact")), nobody], take_there=take_there)
            return
        columns = [
            Column("number", _("No."), kind="number"),
            Column("peer", role_name("peer")),
            Column("mentor", role_name("mentor")),
            Column("last_met", _("Met last"), kind="date"),
            Column("usual", _("Usually")),
            Column("called_off", _("Called off since"), kind="number"),
            Column("touch", _("In touch?"), kind="status"),
        ]
        rows = [{**cells_of(one, names), **_cells(found)} for one, found in known]

        def open_it(row: Cells) -> str:
            self._open(int(str(row["number"])))
            return ""

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
        self._place.show([Heading(_("Contact")), told, table], take_there=take_there)

    def _open(self, number: int, told: str = "") -> None:
        self._lists = False
        if told:
            self._on_change(self)
        shown = OnePathway(
            self._desk, number, lambda said: self._open(number, said), self._back
        ).parts(told, "meetings")
        self._place.show(shown, told, take_there=True)

    def _back(self) -> str:
        self._show_list(take_there=True)
        return _("The list is shown again.")


def _cells(found: Contact) -> dict[str, object]:
    return {
        "last_met": found.last_met,
        "usual": _usual(found.usual_days),
        "called_off": found.called_off,
        "touch": Status(touch_text(found), _TONES[found.touch]),
    }


def _usual(days: float | None) -> str:
    if days is None:
        return "–"
    return ngettext("every day", "every {n} days", round(days)).format(n=format_number(round(days)))


def touch_text(found: Contact) -> str:
    """Return how a pair is in touch, in few words."""
    return {
        "too_long": _("Not for {n} days"),
        "longer": _("Not for {n} days, longer than usual"),
        "not_yet": _("Not met yet"),
        "fine": _("In touch"),
        "ahead": _("Has not begun"),
        "paused": _("Pauses"),
    }[found.touch].format(n=format_number(found.since_days))
