"""What was noted by mistake: a folded list over people, each line of which can be taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from peerbook.text import _
from peerbook.ui import Cells, Column, Disclosure, Part, RowAction, Table


@dataclass(frozen=True)
class Noted:
    """One thing that is noted of somebody.

    Parameters
    ----------
    code, name
        Of whom, and what they are called.
    what, on
        What is noted, and of which day.
    seq
        Number of the event.
    """

    code: str
    name: str
    what: str
    on: dt.date
    seq: int


def mistakes(
    label: str, caption: str, known: Iterable[Noted], take_back: Callable[[Noted], str]
) -> list[Part]:
    """Return a folded list of what can be taken back; nothing where there is nothing.

    Parameters
    ----------
    label, caption
        Of the fold, and of the list in it.
    known
        In the order shown.
    take_back
        Takes one back, shows the page anew, and returns what to say.
    """
    noted = {one.seq: one for one in known}
    if not noted:
        return []
    columns = [
        Column("name", _("Name")),
        Column("what", _("What is noted")),
        Column("on", _("Day"), kind="date"),
    ]
    rows = [
        {"name": one.name, "what": one.what, "on": one.on, "seq": seq} for seq, one in noted.items()
    ]

    def press(row: Cells) -> str:
        return take_back(noted[int(str(row["seq"]))])

    action = RowAction(
        _("Take back"), press, confirm=_("Was it noted by mistake? That it was noted stays known.")
    )
    return [
        Disclosure(label, lambda: [Table(columns, rows, caption, sortable=False, action=action)])
    ]
