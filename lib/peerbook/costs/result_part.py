"""Step 6, results: what it costs, for whom, for each of what came of it, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, get_args

from peerbook.costs.assessment import HOUR_OF, OWN, Assessment
from peerbook.costs.by_payer import (
    amount_names,
    grants_told,
    share_name,
    shares,
    too_large_grants,
)
from peerbook.costs.case import Case, Category, Estimate, Kind, estimate
from peerbook.costs.comparison import differences
from peerbook.costs.draws import DRAWS, drawn_per_started, reaches
from peerbook.costs.estimate_file import estimate_file, som_file
from peerbook.costs.model import Model
from peerbook.costs.names import (
    Step,
    all_models_ask,
    category_name,
    kind_name,
    kroner,
    net_below_zero,
    payers_told,
    step_name,
    years_told,
)
from peerbook.costs.opened import Opened
from peerbook.costs.outcomes import (
    Option,
    Outcome,
    PerImproved,
    Withheld,
    acceptability,
    per_improved,
)
from peerbook.costs.result_charts import (
    CURVE_STEPS,
    Range,
    acceptability_chart,
    range_chart,
    range_of,
    tornado_chart,
)
from peerbook.costs.staffing import Staffing, staffing
from peerbook.costs.staffing_part import short_models_told, staffing_parts
from peerbook.errors import Fault
from peerbook.files.media_types import CSV, WORKBOOK
from peerbook.text import _, format_change, format_date, format_list, format_number, ngettext
from peerbook.ui import (
    Cells,
    Column,
    Downloads,
    Filter,
    Heading,
    Notice,
    Part,
    Prose,
    Section,
    Table,
    bullets,
)

Worth = Literal["zero", "replacement", "net"]
"""How volunteers' time is counted: not at all, as what it would cost to pay for it, or as that less
what is spent on them."""
_STEPS: dict[Kind, Step] = {"grant": "grants", "gift": "grants", "saving": "saved"}


@dataclass(frozen=True)
class Result:
    """What a model comes to, or what is missing.

    Parameters
    ----------
    said
        The assessment.
    model
        One of its models.
    """

    said: Assessment
    model: Model

    @cached_property
    def _worked(self) -> tuple[Case, Sequence[Fault]]:
        return self.said.case_and_faults(self.model)

    @property
    def case(self) -> Case:
        """The model with the figures of the place."""
        return self._worked[0]

    @property
    def faults(self) -> Sequence[Fault]:
        """What is missing or wrong, each at a key."""
        return self._worked[1]

    @cached_property
    def estimate(self) -> Estimate | None:
        """What it comes to; None while anything is missing."""
        return None if self.faults else estimate(self.case)

    @cached_property
    def staffing(self) -> tuple[Staffing, ...]:
        """The hours priced and those of the team; none while anything is missing."""
        return () if self.faults else staffing(self.said, self.model, self.case)

    @cached_property
    def names(self) -> dict[str, str]:
        """What is asked for by each key."""
        return self.said.names(self.model)


def results(said: Assessment) -> list[Result]:
    """Return the result of each model chosen."""
    return [Result(said, model) for model in said.chosen]


class Results:
    """The result of one model at a time, and all of them side by side.

    Parameters
    ----------
    opened
        The assessment.
    outcomes
        What came of each model, by its id; a later step of peerbook measures it.
    """

    def __init__(self, opened: Opened, outcomes: Mapping[str, Outcome] | None = None) -> None:
        self._opened = opened
        self._outcomes = outcomes or {}
        self._place = Section([])
        self._unsaved = Section([])
        self._about = ""
        self._worth: Worth = "zero"

    def parts(self) -> list[Part]:
        """Return all of it."""
        self._opened.follow(self._show, self._place)
        self._opened.follow_drafts(self._tell_unsaved)
        self._show()
        self._tell_unsaved()
        return [self._unsaved, self._place]

    def _tell_unsaved(self) -> None:
        told = _("Something is typed and not saved, and so not counted here: {steps}.")
        steps = format_list(self._opened.unsaved)
        self._unsaved.show([Notice("warn", told.format(steps=steps))] if steps else [])

    def _show(self) -> None:
        found = results(self._opened.said)
        worked = [one for one in found if one.estimate is not None]
        parts: list[Part] = [*self._warnings()]
        are_several = len(found) > 1
        if are_several:
            parts += [*_side_by_side(worked), *_why(worked), *_still_missing(found)]
            short = [one for one in worked if any(each.is_short for each in one.staffing)]
            parts += short_models_told([one.model.title for one in short])
        parts += _range_parts(worked)
        if are_several:
            parts += [*self._acceptability_parts(worked), self._choice(found)]
        about = next((one for one in found if one.model.id == self._about), found[0])
        self._one = Section(self._parts_of(about))
        self._place.show([*parts, self._one])

    def _choice(self, found: Sequence[Result]) -> Filter[str]:
        def turn(model: str) -> None:
            self._about = model
            self._one.show(self._parts_of(next(one for one in found if one.model.id == model)))

        options = [(one.model.id, one.model.title) for one in found]
        known = self._about in {one.model.id for one in found}
        return Filter(
            _("One model at a time"), options, turn, value=self._about if known else options[0][0]
        )

    # -- before anything else ----------------------------------------------------------------------

    def _warnings(self) -> list[Part]:
        said = self._opened.said
        parts = self._opened.example_notice(said.chosen)
        if old := said.old(self._opened.desk.today):
            told = [
                _("{what} ({date})").format(what=one.what, date=format_date(one.said_on))
                for one in old
            ]
            text = _("Looked up more than twelve months ago; look them up again:")
            parts += [Notice("warn", text), Prose(bullets(told))]
        return parts

    # -- one model ---------------------------------------------------------------------------------

    def _parts_of(self, one: Result) -> list[Part]:
        heading = Heading(one.model.title)
        if one.estimate is None:
            return [heading, *_missing_parts(one)]
        return [
            heading,
            Prose(_headline(one.estimate)),
            *_published(one.model),
            _by_year(one.estimate),
            _units_table(one.estimate),
            Prose(self._improved_told(one)),
            *_by_payer(one.estimate),
            *_assumed_told(one.estimate),
            *staffing_parts(one.staffing),
            *self._volunteer_parts(one.estimate),
            *_tornado_parts(one),
            *_pay_told(one.said),
            Downloads(
                [
                    (_("Take it along as a spreadsheet"), lambda: self._file(one)),
                    (_("The figures for SØM (CSV)"), lambda: self._som_file(one)),
                ]
            ),
        ]  # fmt: skip

    def _option(self, one: Result) -> Option:
        return Option(one.case, self._outcomes.get(one.model.id), one.model.id)

    def _improved_told(self, one: Result) -> str:
        threshold = self._opened.desk.threshold()
        found = per_improved(self._option(one), threshold=threshold)
        if isinstance(found, Withheld):
            told = found.text(threshold)
        else:
            text = _(
                "{kr} for each, since {improved} of {measured} improved; it may be anything from "
                "{low} to {high}."
            )
            low, high = found.by_draws
            told = text.format(
                kr=kroner(found.kr), low=kroner(low), high=kroner(high),
                improved=format_number(found.outcome.improved),
                measured=format_number(found.outcome.measured),
            )  # fmt: skip
        return _("**Each person who got reliably better.** {told}").format(told=told)

    def _acceptability_parts(self, worked: Sequence[Result]) -> list[Part]:
        """Return how likely each model gives the most for the money, where outcomes allow it."""
        if len(worked) < 2:
            return []
        threshold = self._opened.desk.threshold()
        options = [self._option(one) for one in worked]
        heading = Heading(_("What gives the most for the money?"))
        each = [per_improved(option, threshold=threshold) for option in options]
        priced = [one.kr for one in each if isinstance(one, PerImproved)]
        most = 2 * max(priced, default=Decimal(0))
        steps = [most * step / CURVE_STEPS for step in range(CURVE_STEPS + 1)]
        found = acceptability(options, steps, threshold=threshold)
        if isinstance(found, Withheld):
            return [heading, Prose(found.text(threshold))]
        if not priced:
            told = [one.text(threshold) for one in each if isinstance(one, Withheld)]
            return [heading, Prose(" ".join(told))]
        return [heading, acceptability_chart(found)]

    def _file(self, one: Result) -> tuple[str, bytes, str]:
        origin = self._opened.origin(one.estimate)
        name = origin.file_name(_("costs {model}").format(model=one.model.id), "xlsx")
        return name, estimate_file(one.said, one.model, origin), WORKBOOK

    def _som_file(self, one: Result) -> tuple[str, bytes, str]:
        called = _("costs {model} for SØM").format(model=one.model.id)
        name = self._opened.origin(one.estimate).file_name(called, "csv")
        return name, som_file(one.said, one.model), CSV

    def _volunteer_parts(self, found: Estimate) -> list[Part]:
        if not (found.total("volunteer") or found.total("gift")):
            return []
        place = Section([])

        def turn(worth: Worth) -> None:
            self._worth = worth
            place.show([Prose(volunteers_told(found, worth))])

        turn(self._worth)
        options: list[tuple[Worth, str]] = [
            ("zero", _("Not counted")),
            ("replacement", _("What it would cost to pay for it")),
            ("net", _("That, less what is spent on volunteers")),
        ]
        return [
            Heading(_("Volunteers’ time and gifts"), 3),
            Filter(
                _("What volunteers’ time is worth"), options, turn, value=self._worth, look="radio"
            ),
            place,
        ]


# -- parts -----------------------------------------------------------------------------------------


def _missing_parts(one: Result) -> list[Part]:
    missing = ngettext(
        "{n} figure is missing or wrong before this can be worked out.",
        "{n} figures are missing or wrong before this can be worked out.",
        len(one.faults),
    )
    rows = [
        {"what": one.names.get(key, ""), "where": _asked_at(one, key), "told": fault.message}
        for fault in one.faults
        for key in [fault.place.field or ""]
    ]
    columns = [
        Column("what", _("Figure")), Column("where", _("Where it is asked")),
        Column("told", _("What to do")),
    ]  # fmt: skip
    return [
        Notice("info", missing.format(n=format_number(len(one.faults)))),
        Table(columns, rows, _("What is missing"), sortable=False),
    ]


def _asked_at(one: Result, key: str) -> str:
    """Return the step that asks for a figure, and for which model."""
    kinds = {line.id: line.kind for line in one.case.lines}
    if key.startswith(f"{OWN}_"):
        return step_name(_STEPS.get(kinds[key], "resources"))
    if key.startswith(f"{HOUR_OF}_") or one.said.of_wage(key):
        return step_name("teams")
    of = all_models_ask() if key in one.model.shared else one.model.title
    return f"{step_name('resources')}: {of}"


def _pay_told(said: Assessment) -> list[Part]:
    """Return that the spreadsheet tells what an hour of each on the team costs, where any is."""
    if not said.staff:
        return []
    text = _(
        "The spreadsheet tells what an hour of each on the team costs, and not what they are paid."
    )
    return [Prose(text)]


def _headline(found: Estimate) -> str:
    case, units = found.case, found.units
    text = _(
        "In {years} it costs **{kr}** in prices of {price_year}: {each} for each contract that "
        "begins."
    )
    return text.format(
        years=years_told(case.counted), kr=kroner(found.total()), price_year=case.price_year,
        each=kroner(units.per_started),
    )  # fmt: skip


def _published(model: Model) -> list[Part]:
    """Return what was published of a model's cost, to hold beside the estimate."""
    if not model.published:
        return []
    return [Prose(_("Published of this model: {text}").format(text=model.published))]


def _by_year(found: Estimate) -> Table:
    case = found.case
    years = case.counted

    def row(what: str, *kinds: Kind, **like: str) -> Cells:
        by_year = {str(year): found.total(*kinds, year=year, **like) for year in years}
        return {"what": what, **by_year, "all": found.total(*kinds, **like)}

    rows = [row(category_name(one), category=one) for one in get_args(Category)]
    rows += [
        row(_("What is paid")),
        row(_("Of this, to begin"), when="start"),
        row(_("Of this, recurring costs"), when="yearly"),
    ]
    apart: Sequence[Kind] = ("grant", "saving")
    rows += [row(kind_name(one), one) for one in apart if found.total(one)]
    if len(rows) > len(get_args(Category)) + 3:
        net = {
            str(year): found.total(year=year) - found.total("grant", "saving", year=year)
            for year in years
        }
        rows.append({"what": _("Paid, less grants and what is saved"), **net, "all": found.net})
    columns = [
        Column("what", _("What")),
        *(Column(str(year), str(year), kind="number") for year in years),
        Column("all", _("In all"), kind="number"),
    ]
    caption = _("Kroner by category and year, in prices of {year}")
    return Table(columns, rows, caption.format(year=case.price_year), sortable=False)


def _units_table(found: Estimate) -> Table:
    units = found.units
    rows = [
        {"what": _("Each contract that began"), "kr": units.per_started},
        {"what": _("Each contract that was completed"), "kr": units.per_completed},
        {"what": _("Each month a pair is together"), "kr": units.per_pair_month},
    ]
    columns = [Column("what", _("For each")), Column("kr", _("Kroner"), kind="number")]
    caption = _("What is paid for each, in prices of {year}")
    return Table(columns, rows, caption.format(year=found.case.price_year), sortable=False)


def _by_payer(found: Estimate) -> list[Part]:
    """Return what falls on each, what they are left with, and which grants are too large."""
    parts = amount_names()
    told = shares(found)
    always = "paid", "net"
    rows = [
        {
            "who": share_name(one.payer),
            **{name: getattr(one, name) or (0 if name in always else None) for name in parts},
        }
        for one in told
    ]
    columns = [
        Column("who", _("Who")),
        *(
            Column(name, label, kind="number")
            for name, label in parts.items()
            if name in always or any(getattr(one, name) for one in told)
        ),
    ]
    table = Table(columns, rows, _("Who pays and gives, in kroner"), sortable=False)
    return [
        table,
        *([Prose(grants_told())] if found.total("grant") else []),
        *([Prose(_for_whom_told())] if any(one.payer is None for one in told) else []),
        *(Notice("info", one) for one in too_large_grants(found)),
    ]


def _for_whom_told() -> str:
    return _("Some grants do not say whose costs they are for. Correct them in step 4.")


def _assumed_told(found: Estimate) -> list[Part]:
    """Return that who pays some of it is assumed, where it is."""
    return [Prose(payers_told())] if any(one.assumes_payer for one in found.case.lines) else []


def volunteers_told(found: Estimate, worth: Worth) -> str:
    """Return what volunteers' time and gifts are worth, in words."""
    kr = {
        "zero": Decimal(0),
        "replacement": found.total("volunteer"),
        "net": found.volunteers_net,
    }[worth]
    with_it = (found.total() + kr) / found.begun
    hours, years = format_number(found.volunteer_hours()), years_told(found.case.counted)
    told = [
        _("Volunteers give {hours} hours in {years}.").format(hours=hours, years=years),
        _("Their time counts as {kr}.").format(kr=kroner(kr)),
        _("With it, each contract that begins comes to {kr}.").format(kr=kroner(with_it)),
    ]
    if kr < 0:
        told.append(net_below_zero())
    if gifts := found.total("gift"):
        told.append(_("Gifts are worth {kr}, and are not paid.").format(kr=kroner(gifts)))
    return " ".join(told)


def _side_by_side(worked: Sequence[Result]) -> list[Part]:
    rows = [
        {
            "model": one.model.title, "kr": found.total(), "net": found.net,
            "started": found.units.per_started, "completed": found.units.per_completed,
            "month": found.units.per_pair_month,
        }
        for one in worked
        if (found := one.estimate)
    ]  # fmt: skip
    if not rows:
        return [Prose(_("None of the models can be worked out yet."))]
    columns = [
        Column("model", _("Model")),
        Column("kr", _("In all"), kind="number"),
        Column("net", _("Less grants and savings"), kind="number"),
        Column("started", _("Each that began"), kind="number"),
        Column("completed", _("Each completed"), kind="number"),
        Column("month", _("Each month together"), kind="number"),
    ]
    caption = _("The models side by side, in kroner of {year}")
    year = worked[0].said.price_year
    return [Heading(_("Side by side")), Table(columns, rows, caption.format(year=year))]


def _still_missing(found: Sequence[Result]) -> list[Part]:
    """Return which models cannot be worked out yet, and how much each of them lacks."""
    told = [
        ngettext(
            "{model}: {n} figure is missing", "{model}: {n} figures are missing", lacks
        ).format(model=one.model.title, n=format_number(lacks))
        for one in found
        if (lacks := len(one.faults))
    ]
    return [Prose(bullets(told))] if told else []


def _why(worked: Sequence[Result]) -> list[Part]:
    """Return what makes each model dearer or cheaper than the cheapest."""
    priced = [(one, found) for one in worked if (found := one.estimate)]
    if len(priced) < 2:
        return []
    priced.sort(key=lambda pair: pair[1].units.per_started)
    (least, cheapest), others = priced[0], priced[1:]
    told = []
    for one, found in others:
        more = found.units.per_started - cheapest.units.per_started
        lines = [
            _("{what} ({kr})").format(what=each.what, kr=format_change(each.kr))
            for each in differences(found, cheapest)
        ]
        text = _("{one} costs {kr} more for each contract than {other}. Most of it: {lines}.")
        told.append(
            text.format(
                one=one.model.title, kr=kroner(more), other=least.model.title,
                lines=format_list(lines),
            )
        )  # fmt: skip
    return [Prose(bullets(told))]


def _range_parts(worked: Sequence[Result]) -> list[Part]:
    priced = [(one, found) for one in worked if (found := one.estimate)]
    if not priced:
        return []
    drawn = drawn_per_started([one.case for one, _found in priced])
    ranges: list[Range] = [
        range_of(one.model.title, found.units.per_started, of_one)
        for (one, found), of_one in zip(priced, drawn, strict=True)
    ]
    varying = [one for one in ranges if one.varies]
    heading = Heading(_("How sure is it?"))
    if not varying:
        text = _(
            "No figure has a least and a most. Write them under resources to see how far the "
            "cost may lie from this."
        )
        return [heading, Prose(text)]
    text = _(
        "Each figure with a least and a most is drawn at random between them, and the cost is "
        "worked out from that. One such time is a draw; this is from {n}."
    )
    return [heading, Prose(text.format(n=format_number(DRAWS))), range_chart(varying)]


def _tornado_parts(one: Result) -> list[Part]:
    found = one.estimate
    moving = [reach for reach in reaches(one.case) if reach.width]
    if found is None or not moving:
        return []
    return [
        Heading(_("What decides it"), 3),
        tornado_chart(moving, one.names, found.units.per_started),
    ]
