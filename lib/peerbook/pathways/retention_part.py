"""How long pairs stay together and how contracts end, on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from peerbook.pathways import retention_records
from peerbook.pathways.retention import By, Retention, Split, retention, splits
from peerbook.pathways.retention_charts import (
    ends_chart,
    groups_chart,
    groups_table,
    risk_table,
    together_chart,
)
from peerbook.pathways.retention_files import VIEWS, Outgoing, View, file_makers, outgoing
from peerbook.pathways.retention_told import remember, told_earlier
from peerbook.people.names import channel_name, role_name
from peerbook.privacy.disclosure import People
from peerbook.sites.tab import Tab
from peerbook.text import _, format_list, ngettext
from peerbook.ui import Disclosure, Downloads, Filter, Heading, Part, Prose, Table

_SPLITS: tuple[By, ...] = ("course", "channel", "teachers", "role")
"""In the order in which they are judged."""


@dataclass(frozen=True)
class _Seen:
    """What there is to look at, and what groups are called, by what they are split by."""

    contracts: pd.DataFrame
    times: pd.DataFrame
    names: dict[By, dict[str | None, str]]
    told: tuple[People, ...]

    def is_judged_like(self, other: _Seen) -> bool:
        """Return whether files of both are made of the same, whatever was told earlier."""
        return (
            self.names == other.names
            and self.contracts.equals(other.contracts)
            and self.times.equals(other.times)
        )

    def frame(self, view: View) -> pd.DataFrame:
        return self.times if view == "role" else self.contracts


@dataclass(frozen=True)
class _Made:
    """A file that was made, and of what: in the other format it need not be judged anew."""

    view: View
    today: dt.date
    threshold: int
    seen: _Seen
    found: Outgoing

    def holds(self, view: View, today: dt.date, threshold: int, seen: _Seen) -> bool:
        """Return whether it would be the same now, beside what it told itself."""
        told = {*self.seen.told, *filter(None, self.found.told)}
        return (
            (self.view, self.today, self.threshold) == (view, today, threshold)
            and set(seen.told) == told
            and seen.is_judged_like(self.seen)
        )


class RetentionCurves(Tab):
    """The curves of a site, all together or split, with who was left and files to take along."""

    _view: View = None
    _made_last: _Made | None = None

    def parts(self) -> list[Part]:
        """Return the choice and what is chosen."""
        choice = Filter(_("What do you want to see?"), _views(), self._choose, value=self._view)
        return [choice, *super().parts()]

    def _choose(self, view: View) -> None:
        self._view = view
        self.refresh()

    def _overview_parts(self) -> list[Part]:
        seen, today, threshold = self._read(), self._desk.today, self._desk.threshold()
        if self._view is None:
            parts = whole_parts(retention(seen.contracts, today, threshold), threshold)
        else:
            frames = {by: seen.frame(by) for by in _SPLITS}
            groups = splits(frames, today, threshold)[self._view]
            parts = split_parts(groups, seen.names[self._view])
        if len(seen.contracts):
            parts += self._file_parts()
        return parts

    def _read(self) -> _Seen:
        today, site_id = self._desk.today, self._site.id
        with self._desk.store.read() as session:
            contracts = retention_records.contracts(session, site_id, today)
            times = retention_records.times(session, site_id, today)
            numbers = [int(one) for one in contracts["course"].dropna().unique()]
            titles = retention_records.course_titles(session, numbers)
            teachers = retention_records.course_teachers(session, numbers)
            told = told_earlier(session, site_id)
        contracts["teachers"] = contracts["course"].map(teachers, na_action="ignore").astype(object)
        unknown: dict[str | None, str] = {None: _("Not known")}
        return _Seen(
            contracts,
            times,
            {
                "course": unknown | {str(number): title for number, title in titles.items()},
                "channel": unknown | _called(contracts["channel"], channel_name),
                "teachers": unknown,
                "role": _called(times["role"], role_name),
            },
            told,
        )

    def _file_parts(self) -> list[Part]:
        if self._view not in VIEWS:
            return [Prose(_("There is no file of this, since it names staff."))]
        makers = file_makers(self._made, lambda: self._desk.today, synthetic=self._desk.synthetic)
        return [
            Heading(_("To take along")),
            Prose(
                _(
                    "The files can be passed on: what would tell of fewer than {n} is kept back. "
                    "Earlier files count too. So a number that has hardly changed since may wait."
                ).format(n=self._desk.threshold())
            ),
            Downloads(makers),
        ]

    def _made(self) -> Outgoing:
        """Return what a file tells, after it is remembered that it does."""
        seen, view, today = self._read(), self._view, self._desk.today
        threshold, last = self._desk.threshold(), self._made_last
        if last is not None and last.holds(view, today, threshold, seen):
            return last.found
        found = outgoing(
            {by: seen.frame(by) for by in VIEWS}, view, {} if view is None else seen.names[view],
            today, threshold=threshold, earlier=seen.told,
            title=_("Retention in {site}").format(site=self._site.name),
        )  # fmt: skip
        with self._desk.store.write(self._desk.actor) as session:
            remember(session, self._site.id, found.told, seen.told, today)
        self._made_last = _Made(view, today, threshold, seen, found)
        return found


def whole_parts(one: Retention, threshold: int) -> list[Part]:
    """Return all pairs together: the curve, how contracts ended, and who was left."""
    if not one.contracts:
        return [Prose(_("Nobody has been matched yet. The curve begins with the first pairs."))]
    if one.steps[0].is_grey:
        few = ngettext("{n} pair has begun.", "{n} pairs have begun.", one.contracts)
        text = _("{few} The curve is drawn once there are {least}.")
        if one.contracts >= threshold:
            text = _("{few} The curve is drawn once {least} peers and {least} mentors are in them.")
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


def split_parts(groups: Split, names: Mapping[str | None, str]) -> list[Part]:
    """Return the groups beside each other, as far as that tells nobody of few."""
    if not groups.groups and not groups.kept_back:
        return [Prose(_("Nobody has been matched yet. The curve begins with the first pairs."))]
    shown = [(names.get(key, key or ""), one) for key, one in groups.groups.items()]
    parts: list[Part] = []
    if shown:
        table = groups_table(shown, _("The groups side by side"))
        parts += [
            groups_chart(shown, _("The figures behind the lines")),
            Table(table.columns, table.rows, table.caption),
        ]
    else:
        few = _("No group is shown: each is small, or one figure less another would tell of few.")
        parts.append(Prose(few))
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
        "- Without a contract it is days since the two were matched.\n"
        "- Pairs that go on count for as long as they have come.\n"
        "- Stopped: one of the two did, or they lost contact.\n"
        "- The band says where the line would lie with many pairs, with 95 in 100 certainty.\n"
        "- Where the line is grey, fewer than {n} people are left. One alone can move it far.\n"
        "- No end is a failure. Who gets somebody else goes on in the programme."
    ).format(n=threshold)


def _called(keys: pd.Series[str], name: Callable[[str], str]) -> dict[str | None, str]:
    return {str(key): name(key) for key in keys.dropna().unique()}


def _views() -> list[tuple[View, str]]:
    return [
        (None, _("How long pairs stay together")),
        ("course", _("Pairs by the mentor's course")),
        ("teachers", _("Pairs by who taught the mentor's course")),
        ("channel", _("Pairs by what made the peer come")),
        ("role", _("Time in the programme, by role")),
    ]
