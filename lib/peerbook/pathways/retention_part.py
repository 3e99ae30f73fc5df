"""How long pairs stay together and how contracts end, on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from peerbook.desk import Desk
from peerbook.pathways import retention_records
from peerbook.pathways.retention import By, Retention, Split, retention, split
from peerbook.pathways.retention_charts import (
    ends_chart,
    groups_chart,
    groups_table,
    risk_table,
    together_chart,
)
from peerbook.pathways.retention_files import Outgoing, file_makers, outgoing
from peerbook.people.names import channel_name, role_name
from peerbook.store.tables import Site
from peerbook.text import _, format_list, ngettext
from peerbook.ui import Disclosure, Downloads, Filter, Heading, Part, Prose, Section, Table

View = Literal["pairs", "course", "channel", "role"]


@dataclass(frozen=True)
class _Seen:
    """What is looked at: who, split by what, and what the groups are called."""

    frame: pd.DataFrame
    by: By | None
    names: dict[str | None, str]


class RetentionCurves:
    """The curves of a site, all together or split, with who was left and files to take along.

    Parameters
    ----------
    desk, site
        Where.
    """

    def __init__(self, desk: Desk, site: Site) -> None:
        self._desk = desk
        self._site = site
        self._view: View = "pairs"
        self._place = Section([])

    def parts(self) -> list[Part]:
        """Return the choice and what is chosen."""
        self._show()
        choice = Filter(_("What do you want to see?"), _views(), self._choose, value=self._view)
        return [choice, self._place]

    def refresh(self) -> None:
        """Count anew, where the figures are open."""
        if self._place.inside:
            self._show()

    def _choose(self, view: View) -> None:
        self._view = view
        self._show()

    def _show(self) -> None:
        seen, today, threshold = self._read(), self._desk.today, self._desk.threshold()
        if seen.by is None:
            parts = whole_parts(retention(seen.frame, today, threshold), threshold)
        else:
            parts = split_parts(split(seen.frame, seen.by, today, threshold), seen.names)
        if len(seen.frame):
            parts += self._file_parts()
        self._place.show(parts)

    def _read(self) -> _Seen:
        today = self._desk.today
        with self._desk.store.read() as session:
            names: dict[str | None, str]
            if self._view == "role":
                times = retention_records.times(session, self._site.id, today)
                names = {role: role_name(role) for role in times["role"].unique()}
                return _Seen(times, "role", names)
            contracts = retention_records.contracts(session, self._site.id, today)
            if self._view == "pairs":
                return _Seen(contracts, None, {})
            names = {None: _("Not known")}
            if self._view == "channel":
                names |= {one: channel_name(one) for one in contracts["channel"].dropna().unique()}
                return _Seen(contracts, "channel", names)
            numbers = [int(one) for one in contracts["course"].dropna().unique()]
            titles = retention_records.course_titles(session, numbers)
            names |= {str(number): title for number, title in titles.items()}
            return _Seen(contracts, "course", names)

    def _file_parts(self) -> list[Part]:
        def read() -> Outgoing:
            seen = self._read()
            return outgoing(
                seen.frame, seen.by, seen.names, self._desk.today,
                threshold=self._desk.threshold(),
                title=_("Retention in {site}").format(site=self._site.name),
            )  # fmt: skip

        makers = file_makers(read, lambda: self._desk.today, synthetic=self._desk.synthetic)
        threshold = self._desk.threshold()
        return [
            Heading(_("To take along")),
            Prose(
                _("The files can be passed on: what would tell of fewer than {n} is kept back.")
                .format(n=threshold)
            ),
            Downloads(makers),
        ]  # fmt: skip


def whole_parts(one: Retention, threshold: int) -> list[Part]:
    """Return all pairs together: the curve, how contracts ended, and who was left."""
    if not one.contracts:
        return [Prose(_("Nobody has been matched yet. The curve begins with the first pairs."))]
    if one.steps[0].is_grey:
        few = ngettext("{n} pair has begun.", "{n} pairs have begun.", one.contracts)
        text = _("{few} The curve is drawn once there are {least}.")
        return [Prose(text.format(few=few.format(n=one.contracts), least=threshold))]
    table = risk_table(one)
    parts: list[Part] = [Heading(_("Still together")), together_chart(one)]
    if one.censored < one.contracts:
        parts += [Heading(_("How contracts ended")), ends_chart(one)]
    return [
        *parts,
        Heading(_("Who was left")),
        Table(table.columns, table.rows, table.caption, sortable=False),
        Disclosure(_("How it is counted"), [Prose(_how(threshold))]),
    ]


def split_parts(groups: Split, names: dict[str | None, str]) -> list[Part]:
    """Return the groups beside each other, as far as that tells nobody of few."""
    if not groups.groups and not groups.kept_back:
        return [Prose(_("Nobody has been matched yet. The curve begins with the first pairs."))]
    shown = {
        names.get(name, name or ""): one
        for name, one in groups.groups.items()
    }  # fmt: skip
    parts: list[Part] = []
    if shown:
        table = groups_table(shown, _("The groups side by side"))
        parts += [
            groups_chart(shown, _("The figures behind the lines")),
            Table(table.columns, table.rows, table.caption),
        ]
    else:
        parts.append(Prose(_("No group is large enough to be shown.")))
    if groups.kept_back:
        listed = format_list([names.get(name, name or "") for name in groups.kept_back])
        parts.append(
            Prose(
                _(
                    "Kept back, since the figures would tell of few people, by themselves or "
                    "beside the others: {groups}."
                ).format(groups=listed)
            )
        )
    return parts


def _how(threshold: int) -> str:
    return _(
        "- Time is days on which the contract ran. In a pause the clock stands still.\n"
        "- Pairs that go on count for as long as they have come.\n"
        "- The band says where the line would lie with many pairs, with 95 in 100 certainty.\n"
        "- Where the line is grey, fewer than {n} people are left. One alone can move it far.\n"
        "- No end is a failure. Who gets somebody else goes on in the programme."
    ).format(n=threshold)


def _views() -> list[tuple[View, str]]:
    return [
        ("pairs", _("How long pairs stay together")),
        ("course", _("Pairs by the mentor's course")),
        ("channel", _("Pairs by what made the peer come")),
        ("role", _("Time in the programme, by role")),
    ]
