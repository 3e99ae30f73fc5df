"""All pairs of a site and how each stands; one of them can be opened."""

from __future__ import annotations

from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.pathways import pathway_records
from peerbook.pathways.names import standing_status
from peerbook.pathways.opened import cells_of
from peerbook.pathways.pair_list import PairList, names_of, pair_columns
from peerbook.pathways.pathway import Pathway
from peerbook.people.names import end_name
from peerbook.sites.tab import OnChange
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import (
    Cells,
    Column,
    Disclosure,
    Heading,
    Part,
    Prose,
    RowAction,
    Table,
)


class Pathways(PairList):
    """The list of all pairs.

    Parameters
    ----------
    desk, site, on_change
        As for `Tab`.
    opened
        Number of the pair to begin with; 0 for the list.
    """

    def __init__(self, desk: Desk, site: Site, on_change: OnChange, opened: int = 0) -> None:
        super().__init__(desk, site, on_change)
        self._first = opened

    def parts(self) -> list[Part]:
        """Return the list, or the pair to begin with."""
        if self._first and self._is_here(self._first):
            self._open(self._first)
            return [self._place]
        return super().parts()

    def _is_here(self, number: int) -> bool:
        with self._desk.store.read() as session:
            try:
                return pathway_records.pathway(session, number).site_id == self._site.id
            except InputFault:
                return False

    def _overview_parts(self) -> list[Part]:
        with self._desk.store.read() as session:
            known = pathway_records.pathways(session, self._site.id, self._desk.today)
            going = [one for one in known if one.ended_on is None]
            names = names_of(session, going)
        ended = [one for one in known if one.ended_on is not None]
        parts: list[Part] = [Heading(_("Pairs"))]
        if going:
            parts.append(self._going_table(going, names))
        else:
            parts.append(Prose(_("Nobody is matched now. Match two [here](matching.ipynb).")))
        if ended:
            parts.append(Disclosure(_("Pairs that have ended"), lambda: [self._ended_table(ended)]))
        return parts

    def _going_table(self, going: list[Pathway], names: dict[str, str]) -> Table:
        columns = [
            *pair_columns(),
            Column("standing", _("How it stands"), kind="status"),
            Column("ends_on", _("Ends"), kind="date"),
        ]
        rows = [
            {
                **cells_of(one, names),
                "standing": standing_status(one, self._desk.today),
                "ends_on": None if one.contract is None else one.contract.ends_on,
            }
            for one in going
        ]
        return Table(columns, rows, _("Pairs that go on"), action=self._action())

    def _ended_table(self, ended: list[Pathway]) -> Table:
        with self._desk.store.read() as session:
            names = names_of(session, ended)
        columns = [
            *pair_columns(),
            Column("since", _("From"), kind="date"),
            Column("until", _("To"), kind="date"),
            Column("end", _("How it ended")),
        ]
        rows = [
            {
                **cells_of(one, names),
                "since": one.begins_on, "until": one.ended_on, "end": end_name(one.end or ""),
            }
            for one in ended
        ]  # fmt: skip
        return Table(columns, rows, _("Pairs that have ended"), action=self._action())

    def _action(self) -> RowAction:
        def open_it(row: Cells) -> str:
            return self._open(int(str(row["number"])))

        return RowAction(_("Open"), open_it)
