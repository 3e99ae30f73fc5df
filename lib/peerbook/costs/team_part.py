"""Step 2, teams: who works with it, what an hour of them costs, and the level of prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from peerbook.costs.assessment import EARLIEST, HIGHEST_LEVEL, LATEST, Level, hour_key
from peerbook.costs.entries_part import Entries, Sort, Values
from peerbook.costs.figure import FULL_WEEK_HOURS, FULL_YEAR_HOURS
from peerbook.costs.model import load_models
from peerbook.costs.names import status_name
from peerbook.costs.opened import Opened
from peerbook.costs.team import Employment, Member
from peerbook.errors import InputFault
from peerbook.text import _, format_kroner, format_number
from peerbook.ui import (
    ChoiceField,
    Column,
    DateField,
    Field,
    FlagField,
    Group,
    Heading,
    NumberField,
    Part,
    Prose,
    Section,
    TextField,
    YearField,
    literal,
)
from peerbook.ui.answers import given, given_or_none

VOLUNTEERS = "volunteer_wage"
"""What an hour would cost if it were paid; nobody on the team is paid it."""
MOST_HOURS_A_WEEK = 10_000
"""Of all staff there is: what comes to more has a slip in it."""
_NO_WAGE = "none"


def percent(share: Decimal) -> Decimal:
    """Return a share as it is typed, without zeros at its end."""
    whole = share * 100
    return whole.quantize(Decimal(1)) if whole == whole.to_integral() else whole.normalize()


class Team:
    """The team, what an hour of each kind costs, and the index of prices.

    Parameters
    ----------
    opened
        The assessment.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._members = Entries(opened, self._of_members())
        self._levels = Entries(opened, _of_levels(opened))
        self._hours = Section([])

    def parts(self) -> list[Part]:
        """Return all of it."""
        self._show_hours()
        self._opened.follow(self._show_hours)
        return [
            Prose(_("Who works with it, and what a year of each costs. Never write who they are.")),
            *self._members.parts(),
            self._hours,
            Heading(_("Price and wage index")),
            Prose(
                _(
                    "Only needed where prices are of another year than the one you chose. KL "
                    "publishes it once a year; peerbook ships none."
                )
            ),
            *self._levels.parts(),
        ]

    def _wages(self) -> list[tuple[str, str]]:
        """Return the prices of the models chosen, and those that somebody on the team has."""
        said = self._opened.said
        held = {one.wage for one in said.staff.values()}
        asked = {
            one.id: one.ask
            for model in load_models()
            for one in model.questions
            if (model in said.chosen or one.id in held)
            and one.unit == "kr_per_hour"
            and one.id in model.shared
            and one.id != VOLUNTEERS
        }
        return list(asked.items())

    def _show_hours(self) -> None:
        said = self._opened.said
        told = []
        own = {
            hour_key(one.title): _("What does an hour of {title} cost?").format(title=one.title)
            for one in said.staff.values()
            if not one.wage
        }
        for key, ask in (*self._wages(), *own.items()):
            if said.of_wage(key):
                try:
                    hour = said.hour(key)
                except InputFault as error:
                    told.append(f"- {literal(ask)} {error.faults[0].message}")
                else:
                    text = _("{ask} **{kr}** in prices of {year}")
                    kr, year = format_kroner(hour.known), hour.price_year
                    line = "- " + text.format(ask=literal(ask), kr=kr, year=year)
                    if hour.by_year:
                        each = [f"{at}: {format_kroner(price)}" for at, price in hour.by_year]
                        line += " " + _("(on average; {each})").format(each=", ".join(each))
                    told.append(line)
        self._hours.show([Prose("\n".join(told))] if told else [])

    def _of_members(self) -> Sort[Member]:
        desk = self._opened.desk

        def fields() -> list[Field[Any] | Group]:
            return [
                TextField(
                    "title", _("What are they?"), required=True, max_length=60,
                    hint=_("For instance coordinator. No names."),
                ),
                ChoiceField(
                    "wage", _("Which price is it?"), required=True,
                    options=[*self._wages(), (_NO_WAGE, _("None of these"))],
                    hint=_("With none of these, write their hours under “Add a cost” in step 3."),
                ),
                NumberField(
                    "hours_a_week", _("Hours a week with this"), required=True,
                    minimum=0, maximum=MOST_HOURS_A_WEEK, unit=_("hours"),
                    hint=_("All of them together, where there are several."),
                ),
                Group(
                    _("What a year costs"),
                    [
                        NumberField(
                            "yearly_pay_kr", _("Pay for a full year"), required=True,
                            minimum=0, maximum=10_000_000, unit=_("kr."), is_money=True,
                            hint=_("Of one person full time, before what comes on top."),
                        ),
                        NumberField(
                            "on_top_share", _("Pension, holiday pay and more on top"),
                            required=True, minimum=0, maximum=100, unit=_("per cent"),
                            hint=_("From 0 to 100 per cent of the pay."),
                        ),
                        NumberField(
                            "overhead_share", _("Rooms, management and administration"),
                            required=True, minimum=0, maximum=100, unit=_("per cent"),
                            hint=_("From 0 to 100 per cent. Write 0 if it is counted elsewhere."),
                        ),
                        NumberField(
                            "effective_hours", _("Hours left for the work in a full year"),
                            required=True, minimum=FULL_WEEK_HOURS, maximum=FULL_YEAR_HOURS,
                            unit=_("hours"),
                            hint=_(
                                "A full year is {hours} hours. Take off holidays, illness, breaks "
                                "and meetings. There is no official number."
                            ).format(hours=format_number(FULL_YEAR_HOURS)),
                        ),
                        YearField(
                            "price_year", _("In which year’s prices?"), required=True,
                            minimum=EARLIEST, maximum=LATEST,
                        ),
                        TextField(
                            "source", _("Where is it from?"), required=True, max_length=200,
                            hint=_("For instance the pay office, and when."),
                        ),
                        DateField(
                            "said_on", _("When was it looked up?"), required=True,
                            latest=desk.today,
                        ),
                        FlagField("is_example", _("It is only an example")),
                    ],
                ),
                Group(
                    _("When they are there"),
                    [
                        DateField("starts_on", _("First day")),
                        DateField("ends_on", _("Last day")),
                    ],
                    hint=_("Leave both open if they are there all the time."),
                ),
            ]  # fmt: skip

        return Sort(
            "teams", "staff", "cost_member",
            [
                Column("title", _("What")),
                Column("hours", _("Hours a week"), kind="number", decimals=1),
                Column("hour", _("An hour costs (kr.)"), kind="number", decimals=2),
                Column("price_year", _("Price year")),
                Column("from", _("From"), kind="date"),
                Column("until", _("Until"), kind="date"),
                Column("standing", _("Standing")),
            ],
            lambda one: {
                "title": one.title, "hours": one.hours_a_week,
                "hour": one.employment.hour().known, "price_year": str(one.employment.price_year),
                "from": one.starts_on, "until": one.ends_on,
                "standing": status_name("example" if one.is_example else "own"),
            },
            fields,
            _member_values,
            _member,
            lambda values: _member({**_SOUND_MEMBER, **values}).faults(),
            texts=("title", "source"),
            caption=_("The team"),
            empty=_(
                "Nobody is on the team yet. You can also write the price of an hour yourself, "
                "under resources."
            ),
            add=_("Add somebody"),
            is_awaited=True,
            begin=lambda: _looked_up(desk.today),
        )  # fmt: skip


# Answers that stand in for those that cannot be read, while the others are looked at.
_SOUND_MEMBER: Values = {
    "title": "…", "wage": _NO_WAGE, "hours_a_week": Decimal(1), "yearly_pay_kr": Decimal(1),
    "on_top_share": Decimal(0), "overhead_share": Decimal(0), "effective_hours": Decimal(1),
    "price_year": EARLIEST, "source": "…", "said_on": dt.date.min, "starts_on": None,
    "ends_on": None, "is_example": False,
}  # fmt: skip
_SOUND_LEVEL: Values = {
    "level": Decimal(1), "source": "…", "said_on": dt.date.min, "is_example": False,
}  # fmt: skip


def _looked_up(today: dt.date) -> Values:
    return {"said_on": today}


def _member_values(one: Member) -> Values:
    paid = one.employment
    return {
        "title": one.title, "wage": one.wage or _NO_WAGE, "hours_a_week": one.hours_a_week,
        "yearly_pay_kr": paid.yearly_pay_kr, "on_top_share": percent(paid.on_top_share),
        "overhead_share": percent(paid.overhead_share), "effective_hours": paid.effective_hours,
        "price_year": paid.price_year, "source": paid.source, "said_on": paid.said_on,
        "starts_on": one.starts_on, "ends_on": one.ends_on, "is_example": one.is_example,
    }  # fmt: skip


def _member(values: Values) -> Member:
    def number(name: str) -> Decimal:
        return given(Decimal, values[name])

    paid = Employment(
        number("yearly_pay_kr"), number("on_top_share") / 100, number("overhead_share") / 100,
        number("effective_hours"), given(int, values["price_year"]), str(values["source"]),
        given(dt.date, values["said_on"]),
    )  # fmt: skip
    wage = str(values["wage"])
    return Member(
        " ".join(str(values["title"]).split()), "" if wage == _NO_WAGE else wage,
        number("hours_a_week"), paid,
        given_or_none(dt.date, values["starts_on"]), given_or_none(dt.date, values["ends_on"]),
        bool(values["is_example"]),
    )  # fmt: skip


def _level(values: Values) -> Level:
    return Level(
        given(Decimal, values["level"]), str(values["source"]), given(dt.date, values["said_on"]),
        bool(values["is_example"]),
    )  # fmt: skip


def _of_levels(opened: Opened) -> Sort[Level]:
    def fields() -> list[Field[Any] | Group]:
        return [
            YearField("year", _("Year"), required=True, minimum=EARLIEST, maximum=LATEST),
            NumberField(
                "level", _("Level of prices and wages"), required=True, decimals=4,
                minimum=0, maximum=HIGHEST_LEVEL,
                hint=_("On any scale, as long as it is the same for all years."),
            ),
            TextField("source", _("Where is it from?"), required=True, max_length=200),
            DateField(
                "said_on", _("When was it looked up?"), required=True, latest=opened.desk.today
            ),
            FlagField("is_example", _("It is only an example")),
        ]  # fmt: skip

    return Sort(
        "teams", "levels", "price_level",
        [
            Column("key", _("Year")),
            Column("level", _("Level"), kind="number", decimals=2),
            Column("source", _("Where from")),
            Column("said_on", _("Looked up"), kind="date"),
            Column("standing", _("Standing")),
        ],
        lambda one: {
            "level": one.level, "source": one.source, "said_on": one.said_on,
            "standing": status_name("example" if one.is_example else "own"),
        },
        fields,
        lambda one: {
            "level": one.level, "source": one.source, "said_on": one.said_on,
            "is_example": one.is_example,
        },
        _level,
        lambda values: _level({**_SOUND_LEVEL, **values}).faults(),
        texts=("source",),
        caption=_("Level of prices and wages"),
        empty=_("No year is noted yet."),
        add=_("Add a year"),
        key=lambda values: str(values["year"]),
        of_key=lambda year: {"year": int(year)},
        begin=lambda: _looked_up(opened.desk.today),
    )  # fmt: skip
