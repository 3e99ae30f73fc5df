"""How many pairs the staff's hours are enough for, and what takes the hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from peerbook.costs.assessment import hour_key
from peerbook.costs.capacity import Capacity, capacity
from peerbook.costs.figure import FULL_WEEK_HOURS, FULL_YEAR_HOURS
from peerbook.costs.model import Model
from peerbook.costs.opened import Opened
from peerbook.costs.staffing import staff_of
from peerbook.costs.team import Staff, working_hours
from peerbook.costs.team_part import MOST_HOURS_A_WEEK
from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui import (
    Column,
    Field,
    Filter,
    Form,
    Group,
    NumberField,
    Part,
    Prose,
    Section,
    Submission,
    Table,
    literal,
)
from peerbook.ui.answers import given_or_none

_HOURS, _EFFECTIVE = "hours_a_week", "effective_hours"

Sharing = Literal["together", "apart"]
"""Whether all staff do each other's work, or each kind its own."""


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
        self._of_model = Section([])
        self._asked = Section([])
        self._answer = Section([])
        self._about = ""
        self._sharing: Sharing | None = None
        self._kinds: list[Staff] = []

    def parts(self) -> list[Part]:
        """Return the form and a place for the answer."""
        self._opened.follow(self._ask, self._place)
        self._ask()
        return [
            Prose(_("How many pairs are so many staff hours a week enough for?")),
            self._place,
            self._answer,
        ]

    # -- what is asked -----------------------------------------------------------------------------

    def _ask(self) -> None:
        said = self._opened.said
        parts: list[Part] = []
        if len(said.chosen) > 1:
            options = [(one.id, one.title) for one in said.chosen]
            parts.append(Filter(_("Which model?"), options, self._turn, value=self._model.id))
        self._place.show([*parts, self._of_model])
        self._show_model()

    @property
    def _model(self) -> Model:
        chosen = self._opened.said.chosen
        return next((one for one in chosen if one.id == self._about), chosen[0])

    def _turn(self, model: str) -> None:
        self._about = model
        self._show_model()

    def _show_model(self) -> None:
        """Show who does the work of the model, where several kinds do, and the form."""
        kinds = self._kinds = self._found_kinds()
        parts: list[Part] = []
        if len(kinds) > 1:
            ways: list[tuple[Sharing, str]] = [
                ("together", _("All of them do all of it")),
                ("apart", _("Each kind does its own")),
            ]
            title = _("Who does the work?")
            parts.append(Filter(title, ways, self._share, value=self._way, look="radio"))
        self._of_model.show([*parts, self._asked])
        self._show_form()

    @property
    def _way(self) -> Sharing:
        """How the work is shared; each does its own where the team has several kinds of staff."""
        if len(self._kinds) == 1:
            return "together"
        on_team = [kind for kind in self._kinds if kind.members]
        return self._sharing or ("apart" if len(on_team) > 1 else "together")

    def _share(self, sharing: Sharing) -> None:
        self._sharing = sharing
        self._show_form()

    def _show_form(self) -> None:
        self._answer.show([])
        kinds = self._kinds if self._way == "apart" else [self._everybody()]
        self._asked.show([self._form(self._model, kinds)])

    def _found_kinds(self) -> list[Staff]:
        """Return the kinds of staff that work in every year; none is part of another."""
        said, model = self._opened.said, self._model
        case = said.case(model)
        yearly = tuple(line for line in case.lines if line.when == "yearly")
        kinds = staff_of(said, model, replace(case, lines=yearly))
        return [kind for kind in kinds if not any(kind.wages < other.wages for other in kinds)]

    def _everybody(self) -> Staff:
        wages = frozenset[str]().union(*(kind.wages for kind in self._kinds))
        staff = self._opened.said.staff.values()
        members = tuple(one for one in staff if wages & {one.wage, hour_key(one.title)})
        return Staff(_("All staff"), wages, members)

    def _form(self, model: Model, asked: Sequence[Staff]) -> Form:
        counted, is_one = self._opened.said.counted, len(asked) == 1
        fields: list[Field[Any] | Group] = []
        values: dict[str, object] = {}
        for number, staff in enumerate(asked):
            two = _fields(number, is_one=is_one)
            fields += two if is_one else [Group(staff.name, two)]
            effective = staff.effective_hours(counted)
            values[f"{_HOURS}_{number}"] = round(staff.hours_a_week(counted), 1) or None
            values[f"{_EFFECTIVE}_{number}"] = effective and round(effective)

        def answer(submission: Submission) -> str:
            hours = {staff: _hours(submission, number) for number, staff in enumerate(asked)}
            if all(one is None for one in hours.values()):
                text = _("Write the hours of at least one kind of staff.")
                raise InputFault.at(f"{_HOURS}_0", text)
            try:
                found = capacity(self._opened.said.case(model), hours)
            except InputFault as error:
                raise InputFault(_named(error, self._opened.said.names(model))) from error
            self._answer.show([*self._opened.example_notice((model,)), *_told(found)])
            return ""

        return Form(
            "cost_capacity", fields, values=values,
            on_submit=answer, submit_label=_("Work it out"), only_asks=True,
            on_attempt=lambda: self._answer.show([]),
        )  # fmt: skip


def _fields(number: int, *, is_one: bool) -> list[Field[Any]]:
    return [
        NumberField(
            f"{_HOURS}_{number}",
            _("Staff hours a week, all together") if is_one else _("Hours a week"),
            required=is_one, minimum=0, maximum=MOST_HOURS_A_WEEK, unit=_("hours"),
            hint="" if is_one else _("Leave it open where there are as many as it takes."),
        ),
        NumberField(
            f"{_EFFECTIVE}_{number}", _("Hours left for the work in a full year"),
            required=is_one, minimum=FULL_WEEK_HOURS, maximum=FULL_YEAR_HOURS, unit=_("hours"),
            hint=_(
                "A full year is {hours} hours, before holidays, illness, breaks and meetings."
            ).format(hours=format_number(FULL_YEAR_HOURS)) if not number else "",
        ),
    ]  # fmt: skip


def _hours(submission: Submission, number: int) -> Decimal | None:
    """Return the hours for the work in a year; None where they were left open."""
    week, effective = (
        given_or_none(Decimal, submission.values[f"{name}_{number}"])
        for name in (_HOURS, _EFFECTIVE)
    )
    if week is None:
        return None
    try:
        return working_hours(week, effective)
    except InputFault as error:
        raise InputFault(
            [
                Fault(fault.message, Place(field=f"{fault.place.field}_{number}"))
                for fault in error.faults
            ]
        ) from error


def _named(error: InputFault, names: dict[str, str]) -> list[Fault]:
    """Return what is missing as faults of the form, which has no field for the figures."""
    return [
        Fault(
            _("Under resources: {what} {told}").format(what=names[key], told=fault.message),
            Place(field=f"{_HOURS}_0"),
        )
        if (key := fault.place.field or "") in names
        else fault
        for fault in error.faults
    ]


# -- the answer ------------------------------------------------------------------------------------


def _told(found: Capacity) -> list[Part]:
    told = [_enough(found)]
    if (most := found.bottleneck) is not None:
        if found.narrowest is not None and len(found.needs) > 1:
            text = _("The limit is set by the hours of: {staff}.")
            told.append(text.format(staff=literal(found.narrowest.staff.name)))
        bottleneck = _("Most of the hours go to: {what}.")
        told.append(bottleneck.format(what=literal(most.line.what or most.line.id)))
    full, several = found.contracts or 0, len(found.needs) > 1
    rows = [
        {
            "what": use.line.what or use.line.id, "staff": need.staff.name,
            "hours": use.at(full), "each": use.each,
        }
        for need in found.needs
        for use in sorted(need.uses, key=lambda use: -use.at(full))
    ]  # fmt: skip
    columns = [
        Column("what", _("Activity")),
        *([Column("staff", _("Who"))] if several else []),
        Column("hours", _("Hours a year"), kind="number"),
        Column("each", _("Of this for each contract"), kind="number", decimals=1),
    ]
    kinds = [
        {"staff": need.staff.name, "hours": need.at(full), "there": need.hours}
        for need in found.needs
    ]
    of_kinds = [
        Column("staff", _("Who")),
        Column("hours", _("Hours a year"), kind="number"),
        Column("there", _("There are"), kind="number"),
    ]
    return [
        Prose(" ".join(told)),
        Table(columns, rows, _("What takes the hours"), sortable=False),
        Table(of_kinds, kinds, _("The hours there are"), sortable=False),
    ]


def _enough(found: Capacity) -> str:
    narrowest = found.narrowest
    if narrowest is not None and narrowest.short:
        text = _(
            "It is not enough: what has to be done however many pairs there are takes {hours} "
            "hours more a year than there are."
        )
        return text.format(hours=format_number(narrowest.short))
    if not found.grows:
        return _(
            "This model has no activity that takes more hours with each contract, so it cannot "
            "tell how many pairs there are hours for. Have you one, such as a talk with each? "
            "Write it as a cost of your own in step 3, in hours for each contract that begins."
        )
    if found.contracts is None or found.pairs is None:
        growing = [
            need.staff.name for need in found.needs if any(use.each for use in need.uses)
        ]  # fmt: skip
        text = _(
            "The hours you wrote do not decide how many pairs there can be. Write those of these, "
            "too: {staff}."
        )
        return text.format(staff=format_list([literal(name) for name in growing]))
    contracts = ngettext(
        "It is enough for **{n} contract** that begins in a year",
        "It is enough for **{n} contracts** that begin in a year",
        found.contracts,
    ).format(n=format_number(found.contracts))
    pairs = _("{pathways}, about {pairs} pairs at a time.")
    return pairs.format(pathways=contracts, pairs=format_number(found.pairs, 1))
