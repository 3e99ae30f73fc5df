"""From the first enquiry on: how many came how far, through which channel, and what it cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from peerbook.months import months_after
from peerbook.people.names import channel_name
from peerbook.recruitment import effort_records
from peerbook.recruitment.effort_part import Efforts
from peerbook.recruitment.funnel import (
    STAGES,
    By,
    Row,
    Share,
    Spent,
    Stage,
    contracts_started,
    funnel,
    spent_per_contract,
)
from peerbook.recruitment.journey_records import contracts_frame, journeys_frame, turns
from peerbook.recruitment.role_chain import peers_who_became_mentors
from peerbook.sites.tab import Tab
from peerbook.text import _, format_date, format_number, format_share, ngettext
from peerbook.ui import Column, Disclosure, Filter, Heading, Part, Prose, Table

YEAR = 12


class Funnel(Tab):
    """The funnel of a site for a period, by channel, with what was spent."""

    _by: By = "heard_via"
    _months: int | None = None

    def parts(self) -> list[Part]:
        """Return the choices, the figures, and where spending is noted."""
        by: Filter[By] = Filter(
            _("How they found us"),
            [
                ("heard_via", _("through which they first heard")),
                ("decided_via", _("that made them come")),
            ],
            self._choose_channel,
            value=self._by,
            look="radio",
        )
        period = Filter(
            _("When did they ask?"),
            [
                (0, _("at any time")),
                (YEAR, _("in the last year")),
                (YEAR // 2, _("in the last half year")),
            ],
            self._choose_period,
            value=self._months or 0,
            look="radio",
        )
        efforts = Efforts(self._desk, self._site, lambda _changed: self.refresh())
        return [
            by,
            period,
            *super().parts(),
            Disclosure(_("Time and money spent on reaching people"), efforts.parts),
        ]

    def _choose_channel(self, by: By) -> None:
        self._by = by
        self.refresh()

    def _choose_period(self, months: int) -> None:
        self._months = months or None
        self.refresh()

    def _overview_parts(self) -> list[Part]:
        first = None
        if self._months is not None:
            first = months_after(self._desk.today, -self._months)
        with self._desk.store.read() as session:
            journeys = journeys_frame(session, self._site.id)
            efforts = effort_records.spent_frame(session, self._site.id, journeys, self._by)
            contracts = contracts_frame(session, self._site.id, self._desk.today)
            became = peers_who_became_mentors(turns(session, self._site.id))
        rows = funnel(journeys, self._by, first=first)
        started = contracts_started(journeys, contracts, self._by, first=first)
        spent = spent_per_contract(_since(efforts, first), started)
        return [*funnel_parts(rows, spent, first), *role_chain_parts(became)]


def funnel_parts(rows: Sequence[Row], spent: Sequence[Spent], first: dt.date | None) -> list[Part]:
    """Return the figures: all together in words, then each channel, then what it cost."""
    whole, channels = rows[0], rows[1:]
    asked = whole.reached[0]
    if asked == 0:
        return [Prose(_("Nobody asked in that time."))]
    # What nobody has reached yet at all has not been recorded yet, rather than failed.
    stages = [
        stage
        for number, stage in enumerate(STAGES)
        if number <= STAGES.index("joined") or any(whole.reached[number:])
    ]
    columns = [Column("channel", _("How they found us"))]
    columns += [Column(stage, stage_name(stage), kind="number") for stage in stages]
    columns.append(Column("share", _("Joined, of those who asked")))
    cells = [
        {
            "channel": channel_name(row.channel or ""),
            "share": share_text(row.share("joined")),
            **dict(zip(STAGES, row.reached, strict=True)),
        }
        for row in channels
    ]
    told = ngettext(
        "**{n}** person has asked. {joined} joined.",
        "**{n}** people have asked. {joined} joined.",
        asked,
    ).format(n=format_number(asked), joined=share_text(whole.share("joined")))
    if first is not None:
        told = _("Since {date}: {told}").format(date=format_date(first), told=told)
    return [
        Prose(told),
        Table(columns, cells, _("How far people came, by how they found us")),
        Prose(
            _(
                "In brackets stands where the share would lie with many people, with 95 in 100 "
                "certainty (Wilson's interval). Where two brackets overlap much, nobody can tell "
                "which channel works better. Whoever asked lately may still be thinking about it."
            )
        ),
        *_interval_parts(channels, stages),
        *_cost_parts(spent),
    ]


def role_chain_parts(became: Share) -> list[Part]:
    """Return how many peers became mentors, at any time; nothing where nobody was a peer."""
    if became.of == 0:
        return []
    told = _("Of those who began as a peer, {share} became a mentor later.").format(
        share=share_text(became)
    )
    more = _(
        "It is counted over all years. Whoever is a peer now can still become one, so the share "
        "may grow."
    )
    return [Heading(_("From peer to mentor")), Prose(f"{told} {more}")]


def _interval_parts(channels: Sequence[Row], stages: Sequence[Stage]) -> list[Part]:
    """Return the share that came to each stage, with its interval, for whoever looks closer."""
    columns = [
        Column("channel", _("How they found us")),
        *(Column(stage, stage_name(stage)) for stage in stages[1:]),
    ]
    cells = [
        {
            "channel": channel_name(row.channel or ""),
            **{stage: share_text(row.share(stage)) for stage in stages[1:]},
        }
        for row in channels
    ]
    table = Table(columns, cells, _("Of those who asked, how many came so far"))
    return [Disclosure(_("How certain is each step?"), [table])]


def _cost_parts(spent: Sequence[Spent]) -> list[Part]:
    if not spent:
        return []
    columns = [
        Column("channel", _("How they found us")),
        Column("minutes", _("Staff time")),
        Column("cost", _("Kroner"), kind="number"),
    ]
    if any(one.contracts for one in spent):
        columns += [
            Column("contracts", _("Contracts started"), kind="number"),
            Column("each", _("For each contract")),
        ]
    cells = [
        {
            "channel": channel_name(one.channel),
            "minutes": _hours(one.minutes),
            "cost": one.cost_kr,
            "contracts": one.contracts,
            "each": _("no contract yet")
            if one.minutes_each is None or one.kr_each is None
            else _("{time} and {money}").format(
                time=_hours(round(one.minutes_each)),
                money=_("{n} kr.").format(n=format_number(round(one.kr_each))),
            ),
        }
        for one in sorted(
            spent, key=lambda one: (-one.minutes, -one.cost_kr, channel_name(one.channel))
        )
    ]
    return [
        Heading(_("What it took")),
        Table(columns, cells, _("Staff time and money, by how they found us")),
        Prose(
            _(
                "The time is what you noted of reaching people, of visits and of coffee talks. "
                "With each channel stand the contracts that began with somebody who came "
                "through it."
            )
        ),
    ]


def stage_name(stage: str) -> str:
    """Return the name of a stage as the heading of its numbers, in the user's language."""
    return {
        "asked": _("Asked"),
        "talked": _("Talked"),
        "joined": _("Joined"),
        "matched": _("Matched"),
        "completed": _("Completed"),
    }[stage]


def share_text(share: Share) -> str:
    r"""Return a share with what it is of and its interval.

    >>> from peerbook.recruitment.funnel import wilson
    >>> share_text(wilson(3, 10))
    '3 af 10 (11\u2060–\u206060\xa0%)'
    """
    count = _("{n} of {total}").format(n=format_number(share.people), total=format_number(share.of))
    if share.low is None or share.high is None:
        return count
    # Held together by word joiners: a narrow column would break it at the dash.
    return f"{count} ({format_number(share.low * 100)}\u2060–\u2060{format_share(share.high)})"


def _hours(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    if not hours:
        return _("{n} min").format(n=left)
    if not left:
        return _("{n} h").format(n=hours)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=left)


def _since(efforts: pd.DataFrame, first: dt.date | None) -> pd.DataFrame:
    return efforts if first is None or efforts.empty else efforts[efforts["date"] >= first]
