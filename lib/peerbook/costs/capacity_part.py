"""How many pairs the team's hours are enough for, and what takes the hours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from peerbook.costs.capacity import Capacity, capacity
from peerbook.costs.figure import FULL_YEAR_HOURS
from peerbook.costs.opened import Opened
from peerbook.costs.team_part import MOST_HOURS_A_WEEK, effective_hours, staff_hours
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_number, ngettext
from peerbook.ui import (
    ChoiceField,
    Column,
    Field,
    Form,
    NumberField,
    Part,
    Prose,
    Section,
    Submission,
    Table,
)
from peerbook.ui.answers import given


class CapacityQuestion:
    """The question, and its answer.

    Parameters
    ----------
    opened
        The assessment.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._place = Section([])
        self._answer = Section([])

    def parts(self) -> list[Part]:
        """Return the form and a place for the answer."""
        self._opened.follow(self._ask, self._place)
        self._ask()
        return [
            Prose(_("How many pairs are so many staff hours a week enough for?")),
            self._place,
            self._answer,
        ]

    def _ask(self) -> None:
        self._answer.show([])
        chosen = self._opened.said.chosen
        fields: list[Field[Any]] = [
            NumberField(
                "hours_a_week", _("Staff hours a week, all together"), required=True,
                minimum=0, maximum=MOST_HOURS_A_WEEK, unit=_("hours"),
                hint=_("Those of leaders, teachers and paid peers too: they are counted as one."),
            ),
            NumberField(
                "effective_hours", _("Hours left for the work in a full year"), required=True,
                minimum=1, maximum=FULL_YEAR_HOURS, unit=_("hours"),
                hint=_(
                    "A full year is {hours} hours, before holidays, illness, breaks and meetings."
                ).format(hours=format_number(FULL_YEAR_HOURS)),
            ),
        ]  # fmt: skip
        if len(chosen) > 1:
            options = [(one.id, one.title) for one in chosen]
            fields.append(ChoiceField("model", _("Which model?"), options=options, required=True))
        hours = round(staff_hours(self._opened), 1)
        effective = effective_hours(self._opened)
        values = {
            "hours_a_week": hours or None,
            "effective_hours": effective and round(effective),
            "model": chosen[0].id,
        }

        def answer(submission: Submission) -> str:
            wanted = submission.values.get("model", chosen[0].id)
            model = next(one for one in chosen if one.id == wanted)
            try:
                found = capacity(
                    self._opened.said.case(model),
                    given(Decimal, submission.values["hours_a_week"]),
                    given(Decimal, submission.values["effective_hours"]),
                )
            except InputFault as error:
                raise InputFault(self._named(error, self._opened.said.names(model))) from error
            self._answer.show([*self._opened.example_notice((model,)), *_told(found)])
            return ""

        self._place.show([
            Form(
                "cost_capacity", fields, values=values,
                on_submit=answer, submit_label=_("Work it out"), only_asks=True,
                on_attempt=lambda: self._answer.show([]),
            )
        ])  # fmt: skip

    @staticmethod
    def _named(error: InputFault, names: dict[str, str]) -> list[Fault]:
        """Return what is missing as faults of the form, which has no field for the figures."""
        return [
            Fault(
                _("Under resources: {what} {told}").format(what=names[key], told=fault.message),
                Place(field="hours_a_week"),
            )
            if (key := fault.place.field or "") in names
            else fault
            for fault in error.faults
        ]


def _told(found: Capacity) -> list[Part]:
    if found.short:
        text = _(
            "It is not enough: what has to be done however many pairs there are takes {hours} "
            "hours more a year than there are."
        )
        told = text.format(hours=format_number(found.short))
    elif found.contracts is None or found.pairs is None:
        told = _(
            "This model has no activity that takes more hours with each contract, so it cannot "
            "tell how many pairs there are hours for."
        )
    else:
        pathways = ngettext(
            "It is enough for **{n} contract** that begins in a year",
            "It is enough for **{n} contracts** that begin in a year",
            found.contracts,
        ).format(n=format_number(found.contracts))
        pairs = _("{pathways}, about {pairs} pairs at a time.")
        told = pairs.format(pathways=pathways, pairs=format_number(found.pairs, 1))
    full = found.contracts or 0
    if (most := found.bottleneck) is not None:
        bottleneck = _("Most of the hours go to: {what}.").format(what=most.line.what)
        told = f"{told} {bottleneck}"
    rows = [
        {"what": use.line.what or use.line.id, "hours": use.at(full), "each": use.each}
        for use in sorted(found.uses, key=lambda use: -use.at(full))
    ]
    rows.append({"what": _("There are"), "hours": found.hours, "each": None})
    columns = [
        Column("what", _("Activity")),
        Column("hours", _("Hours a year"), kind="number"),
        Column("each", _("Of this for each contract"), kind="number", decimals=1),
    ]
    return [Prose(told), Table(columns, rows, _("What takes the hours"), sortable=False)]
