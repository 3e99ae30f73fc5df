"""What was noted by mistake: a folded list over people, each line of which can be taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from peerbook.text import _
from peerbook.ui import Column, Disclosure, Part, RowAction, Table


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
    label: str,
    caption: str,
    count: int,
    known: Callable[[], Iterable[Noted]],
    take_back: Callable[[Noted], str],
) -> list[Part]:
    """Return a folded list of what can be taken back; nothing where there is nothing.

    Parameters
    ----------
    label, caption
        Of the fold, and of the list in it.
    count
        How much there is.
    known
        Returns it in the order shown, names too: these are read when somebody unfolds it.
    take_back
        Takes one back, shows the page anew, and returns what to say.
    """

    def table() -> list[Part]:
        noted = {one.seq: one for one in known()}
        columns = [
            Column("name", _("Name")),
            Column("what", _("What is noted")),
            Column("on", _("Day"), kind="date"),
        ]
        rows = [
            {"name": one.name, "what": one.what, "on": one.on, "seq": seq}
            for seq, one in noted.items()
        ]
        action = RowAction(
            _("Take back"), lambda row: take_back(noted[int(str(row["seq"]))]),
            confirm=_("Was it noted by mistake? That it was noted stays known."),
        )  # fmt: skip
        return [Table(columns, rows, caption, sortable=False, action=action)]

    return [Disclosure(label, table)] if count else []
