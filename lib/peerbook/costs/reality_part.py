"""The plan beside what the record counts, quarter by quarter, and figures filled in from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from peerbook.costs.actual_records import noted
from peerbook.costs.actuals import (
    Actuals,
    RegisteredHours,
    actuals,
    hours_that_leave,
    quarters,
)
from peerbook.costs.actuals_file import (
    actuals_file,
    quarter_told,
    remark,
    since_told,
    sums,
    what_began_within,
    what_is_no_account,
)
from peerbook.costs.assessment import place_of
from peerbook.costs.figure import Figure
from peerbook.costs.filling import filled
from peerbook.costs.measures import (
    MEASURES,
    Ended,
    Noted,
    Period,
    behind,
    covering,
    latest_year,
    measure_name,
    tells_of_few,
)
from peerbook.costs.model import Model
from peerbook.costs.names import kroner
from peerbook.costs.opened import Opened
from peerbook.files.media_types import WORKBOOK
from peerbook.pathways.retention_told import remember, told_earlier
from peerbook.store.tables import Site
from peerbook.text import _, format_date, format_number, format_share
from peerbook.ui import (
    Cells,
    ChoicesField,
    Column,
    Downloads,
    Filter,
    Form,
    Heading,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    Table,
    receipt_text,
)
from peerbook.ui.answers import given

_TOLD = frozenset(MEASURES)
"""What a file can tell; how contracts ended is none of it."""


class PlanAndReality:
    """What was planned and what was done, and a way to fill in what the record knows.

    Parameters
    ----------
    opened
        The assessment.
    site
        Whose record is read.
    registered
        Hours written down by activity, by the id of the model; a later step of peerbook takes them
        in.
    """

    def __init__(
        self,
        opened: Opened,
        site: Site,
        registered: Mapping[str, Sequence[RegisteredHours]] | None = None,
    ) -> None:
        self._opened = opened
        self._registered = registered or {}
        self._site = site
        self._place = Section([])
        self._fillings: dict[Model, Section] = {}

    def parts(self) -> list[Part]:
        """Return what the record can tell."""
        self._opened.follow(self._show, self._place)
        self._show()
        return [self._place]

    def _show(self, told: str = "") -> None:
        models = [one for one in self._opened.said.chosen if _is_followed(one)]
        parts: list[Part] = [Notice("ok", told)] if told else []
        if not models:
            text = _("The record counts nothing of these models. It can for the model of Vejle.")
            parts.append(Prose(text))
        for model in models:
            filling = self._fillings[model] = Section(self._filling_parts(model))
            parts += [
                Heading(model.title),
                *self._opened.example_notice((model,)),
                *self._plan_parts(model),
                filling,
            ]
        self._place.show(parts, told, take_there=bool(told))

    def _read(self, periods: Sequence[Period]) -> tuple[Noted, ...]:
        with self._opened.desk.store.read() as session:
            return noted(session, self._site.id, periods, self._opened.desk.today)

    # -- plan and reality ------------------------------------------------------------------------

    def _plan_parts(self, model: Model) -> list[Part]:
        said, today = self._opened.said, self._opened.desk.today
        if said.case_faults(model):
            return [Prose(_("The plan can be followed when all figures of the model are there."))]
        case = said.case(model)
        periods = quarters(case, today)
        if not periods:
            return [
                Prose(_("The first year has not begun, so there is nothing to hold it beside."))
            ]
        registered = self._registered.get(model.id, ())
        found = actuals(case, model.measured, self._read(periods), today, registered)
        place = Section(_quarter_parts(found[-1]))
        choice = Filter(
            _("Quarter"),
            [(number, quarter_told(one.period)) for number, one in enumerate(found)],
            lambda number: place.show(_quarter_parts(found[number])),
            value=len(found) - 1,
        )
        no_hours = _(
            "No hours are written down by activity yet. What the record counts tells instead what "
            "was spent."
        )
        told = [] if registered else [Prose(no_hours)]
        return [choice, place, *told, *self._file_parts(model)]

    def _file_parts(self, model: Model) -> list[Part]:
        text = _(
            "All quarters in one file that can be passed on: what would tell of fewer than {n} "
            "people is left empty. Earlier files count too."
        )
        return [
            Prose(text.format(n=self._opened.desk.threshold())),
            Downloads([(_("Plan and reality (.xlsx)"), lambda: self._file(model))]),
        ]

    def _file(self, model: Model) -> tuple[str, bytes, str]:
        """Return the file, after it is remembered what it tells."""
        said, desk, site_id = self._opened.said, self._opened.desk, self._site.id
        case, today, threshold = said.case(model), desk.today, desk.threshold()
        periods = quarters(case, today)
        with desk.store.read() as session:
            every = noted(session, site_id, periods, today)
            earlier = told_earlier(session, site_id)
        counted = [replace(one, ended=Ended()) for one in every]  # the file tells of no ends
        hidden = tells_of_few(counted, threshold, earlier)
        told = [
            group
            for one, few in zip(counted, hidden, strict=True)
            for group in behind(one, _TOLD - few)
        ]
        with desk.store.write(desk.actor) as session:
            remember(session, site_id, told, earlier, today)
        self._fillings[model].show(self._filling_parts(model))  # it is judged beside the file now
        leaves = [one.without(few) for one, few in zip(counted, hidden, strict=True)]
        registered = hours_that_leave(
            self._registered.get(model.id, ()), case, model.measured,
            dict(zip(periods, hidden, strict=True)),
        )  # fmt: skip
        found = actuals(case, model.measured, leaves, today, registered)
        origin = self._opened.origin(found)
        data = actuals_file(
            found, origin, price_year=said.price_year, threshold=threshold,
            examples=len(said.examples(model)),
        )  # fmt: skip
        called = _("plan-and-reality")
        return origin.file_name(f"{called}-{model.id}", "xlsx"), data, WORKBOOK

    # -- filling in ------------------------------------------------------------------------------

    def _filling_parts(self, model: Model) -> list[Part]:
        said, desk = self._opened.said, self._opened.desk
        period = latest_year(desk.today)
        with desk.store.read() as session:
            (counted,) = noted(session, self._site.id, [period], desk.today)
            earlier = told_earlier(session, self._site.id)
        figures = said.case(model).figures
        names = said.names(model)
        found = filled(
            figures, model.measured, counted, desk.threshold(), earlier, names=names
        )  # fmt: skip
        few = [names[key] for key in found.few]
        parts: list[Part] = [Heading(_("What the record says of the figures"), 3)]
        if few:
            text = _(
                "These are not told. They would be of few people, by themselves or beside what was "
                "told earlier: {what}"
            )
            parts.append(Prose(text.format(what="; ".join(few))))
        if found.lately:
            text = _("Not noted for twelve whole months yet: {what}")
            since = _("{what} (since {date})")
            lately = [
                since.format(what=names[key], date=format_date(day, "plain"))
                for key, day in found.lately.items()
            ]
            parts.append(Prose(text.format(what="; ".join(lately))))
        # That nothing was noted of something is seldom what is to be planned with.
        known = {key: one for key, one in found.figures.items() if one.value}
        if not known:
            nothing = Prose(_("Nothing was noted in the last twelve months."))
            return [*parts, *([] if found.lately else [nothing])]
        text = _("{what} Noted: {noted}. In the estimate: {now}.")
        options = [
            (key, text.format(what=names[key], noted=_shown(one), now=_shown(figures[key])))
            for key, one in known.items()
        ]
        label = _("From {first} to {last}: what will you use?").format(
            first=format_date(period.first), last=format_date(period.last)
        )

        def save(submission: Submission) -> None:
            used = {key: place_of(model, key) for key in given(tuple, submission.values["use"])}
            seen = {place: said.figures.get(place) for place in used.values()}
            mine = {place: replace(known[key], said_on=desk.today) for key, place in used.items()}
            told = [group for key in used for group in found.behind[key]]

            def tell(session: Session) -> None:
                remember(session, self._site.id, told, earlier, desk.today)

            self._show(receipt_text(self._opened.save(submission, "figures", seen, mine, tell)))

        form = Form(
            f"cost_filling_{model.id}",
            [ChoicesField("use", label, options=options, required=True)],
            on_submit=save, submit_label=_("Use what is noted in the estimate"),
        )  # fmt: skip
        return [*parts, form]


def _is_followed(model: Model) -> bool:
    """Return whether the record counts anything that a model pays for."""
    paid = [line for line in model.lines if line.kind == "cost"]
    return any(covering(model.measured, line) for line in paid)


def _quarter_parts(one: Actuals) -> list[Part]:
    parts: list[Part] = []
    if not one.is_over:
        text = _("The quarter is not over: {share} of its days have passed, and of the plan too.")
        parts.append(Notice("info", text.format(share=format_share(float(one.passed)))))
    lines = [each for each in one.lines if each.line.kind == "cost"]
    if all(each.actual_kr is None for each in lines):
        return [*parts, Prose(_("Nothing of this was noted, so nobody knows what it did cost."))]
    text = _(
        "For as much as was counted, {plan} was planned; with what was counted it comes to "
        "{actual}."
    )
    counted = text.format(
        plan=kroner(one.plan_kr(is_measured=True)), actual=kroner(one.actual_kr()),
    )  # fmt: skip
    told = f"{counted} {what_is_no_account()}"
    if one.begins_within:
        parts.append(Notice("info", what_began_within()))
    rows: list[Cells] = [
        {
            "what": each.line.what, "plan": each.plan_kr, "actual": each.actual_kr,
            "variance": each.variance_kr, "remark": since_told(each.since),
        }
        for each in lines
    ]  # fmt: skip
    rows += [{**each._asdict(), "remark": ""} for each in sums([one])]
    columns = [
        Column("what", _("Activity")), Column("plan", _("Plan (kr.)"), kind="number"),
        Column("actual", _("Counted (kr.)"), kind="number"),
        Column("variance", _("More than planned (kr.)"), kind="number"),
    ]  # fmt: skip
    quantities: list[Cells] = [
        {
            "what": measure_name(each.measure),
            "plan": each.plan,
            "counted": None if each.counted is None else each.counted.amount,
            "remark": remark(each),
        }
        for each in one.quantities
    ]
    of_them = [
        Column("what", _("What")),
        Column("plan", _("Plan"), kind="number", decimals=1),
        Column("counted", _("Counted"), kind="number", decimals=1),
    ]
    return [
        *parts,
        Prose(told),
        _table(columns, rows, _("Kroner, {quarter}").format(quarter=quarter_told(one.period))),
        _table(of_them, quantities, _("How much")),
    ]


def _table(columns: Sequence[Column], rows: Sequence[Cells], caption: str) -> Table:
    """Return a table, with a column for remarks where there is any."""
    is_remarked = any(row.get("remark") for row in rows)
    remarks = [Column("remark", _("Please note"))] if is_remarked else []
    return Table([*columns, *remarks], rows, caption, sortable=False)


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    if figure.unit == "share":
        return format_share(float(figure.value))
    exact = figure.value.normalize()
    return format_number(figure.value, min(2, max(0, -int(exact.as_tuple().exponent))))
