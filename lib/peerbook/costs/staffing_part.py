"""The hours that are priced beside those of the team, and what to do where they are too few."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from peerbook.costs.names import years_told
from peerbook.costs.staffing import Staffing
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui import Column, Heading, Notice, Part, Prose, Table, bullets, literal

_LEAST_TOLD = Decimal("0.1")
"""Hours a week that are told; fewer would stand as none."""


def staffing_parts(found: Sequence[Staffing]) -> list[Part]:
    """Return hours priced and hours of the team by kind of staff and year; nothing without any."""
    if not found:
        return []
    rows = [
        {
            "staff": one.staff.name, "years": years_told(one.years), "priced": one.priced,
            "there": one.there, "left": one.left,
        }
        for one in found
    ]  # fmt: skip
    columns = [
        Column("staff", _("Who")),
        Column("years", _("Years")),
        Column("priced", _("Hours priced"), kind="number"),
        Column("there", _("Hours of the team"), kind="number"),
        Column("left", _("Left over"), kind="number"),
    ]
    caption = _("Hours a year that are priced, and hours the team has for the work")
    return [
        Heading(_("Is the team enough?"), 3),
        *_short_told(found),
        Table(columns, rows, caption, sortable=False),
        *_rest_told(found),
    ]


def _short_told(found: Sequence[Staffing]) -> list[Part]:
    short = [one for one in found if one.is_short]
    if not short:
        return []
    text = _(
        "The team does not have all the hours that are priced. Give it more hours in step 2, or "
        "plan less in step 3:"
    )
    return [Notice("warn", text), Prose(bullets([_told(one) for one in short]))]


def _told(one: Staffing) -> str:
    hours = -round(one.left or 0)
    text = ngettext(
        "{staff}, {years}: {n} hour a year is missing",
        "{staff}, {years}: {n} hours a year are missing",
        hours,
    )
    told = text.format(
        staff=literal(one.staff.name), years=years_told(one.years), n=format_number(hours)
    )
    if (more := one.short_a_week) is None or more < _LEAST_TOLD:
        return told
    week = _("{told}, which is {hours} hours a week more on the team")
    return week.format(told=told, hours=format_number(more, 1))


def _rest_told(found: Sequence[Staffing]) -> list[Part]:
    """Return what is not compared, and that hours left over are not priced."""
    told = []
    if alone := dict.fromkeys(one.staff.name for one in found if one.there is None):
        text = _(
            "Nobody on the team has this price of an hour: {staff}. Does somebody on the team work "
            "these hours? Then add them in step 2 with the hours they have for it."
        )
        told.append(text.format(staff=format_list([literal(name) for name in alone])))
    if any(round(one.left or 0) > 0 for one in found):
        told.append(_("Hours left over are not in the price: no activity uses them."))
    return [Prose(" ".join(told))] if told else []


def short_models_told(titles: Sequence[str]) -> list[Part]:
    """Return in which of several models the team has too few hours."""
    if not titles:
        return []
    text = _("The team does not have all the hours that are priced in: {models}. See each of them.")
    return [Notice("warn", text.format(models=format_list(list(titles))))]
