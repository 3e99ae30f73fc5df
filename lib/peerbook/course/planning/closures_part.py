"""Days on which nothing can be placed: holidays nobody can change, and closures the site sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from peerbook.course import plan_records, records
from peerbook.course.schedule.calendar import (
    EARLIEST,
    LATEST,
    Closure,
    Resource,
    eves_of,
    holidays_of,
    suggested_closures,
)
from peerbook.course.schedule.plan import CoursePlan
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.store import Receipt
from peerbook.store.tables import Closure as ClosureRow
from peerbook.store.tables import Site
from peerbook.text import _, format_date, format_list, format_weekday
from peerbook.ui import (
    Action,
    ChoiceField,
    ChoicesField,
    Column,
    DateField,
    Disclosure,
    Form,
    Part,
    Prose,
    RowAction,
    Submission,
    Table,
    TextField,
    receipt_text,
)
from peerbook.ui.answers import given, given_or_none

EVERYTHING = "site"


def kind_name(kind: str) -> str:
    """Return the name of a kind of closure in the user's language."""
    return {
        "school_holiday": _("School holiday"),
        "industriferie": _("Industrial holiday"),
        "custom_day_off": _("Day off by custom"),
        "absence": _("Absence"),
        "other": _("Other"),
    }[kind]


KINDS = ("school_holiday", "industriferie", "custom_day_off", "absence", "other")


class Redraw(Protocol):
    """Shows the closures anew, and above them what has been done."""

    def __call__(self, told: str, *actions: Action) -> None:
        """Say what has been done, with buttons for what may follow."""


def closures_parts(desk: Desk, site: Site, plan: CoursePlan, redraw: Redraw) -> list[Part]:
    """Return the site's closures, the public holidays of the plan's years, and ways to change them.

    Parameters
    ----------
    desk, site
        Whose closures.
    plan
        Tells which years matter, and which rooms and teachers there are.
    redraw
        Called with what happened when a closure was added or removed, and the way back.
    """
    years = sorted({date.date.year for date in plan.dates})
    coming = [year for year in years if year >= desk.today.year]
    with desk.store.read() as session:
        known = plan_records.closures_of(session, site.id)
        versions = {row.id: row.version for row in records.closure_rows(session, site.id)}
    held = {(closure.starts_on, closure.ends_on, closure.kind) for closure in known.values()}
    suggested = [
        closure
        for closure in suggested_closures(coming)
        if closure.ends_on >= desk.today
        and (closure.starts_on, closure.ends_on, closure.kind) not in held
    ]
    columns = [
        Column("what", _("Closure")),
        Column("starts_on", _("From"), kind="day"),
        Column("ends_on", _("To"), kind="day"),
        Column("kind", _("Kind")),
    ]

    def rows(*, is_past: bool) -> list[dict[str, object]]:
        return [
            {
                "id": number,
                "what": _called(closure),
                "starts_on": closure.starts_on,
                "ends_on": closure.ends_on,
                "kind": kind_name(closure.kind),
            }
            for number, closure in known.items()
            if (closure.ends_on < desk.today) == is_past
        ]

    def remove(row: Mapping[str, object]) -> str:
        number = int(str(row["id"]))
        with desk.store.write(desk.actor) as session:
            records.remove(session, ClosureRow, number, versions[number])
        told = _("Removed: {closure}.").format(closure=known[number].text)
        redraw(told, Action(_("Undo"), lambda: bring_back(known[number])))
        return told

    def bring_back(closure: Closure) -> str:
        with desk.store.write(desk.actor) as session:
            records.save_closures(session, [plan_records.closure_row(session, site.id, closure)])
        told = _("Kept free again: {closure}.").format(closure=closure.text)
        redraw(told)
        return told

    action = RowAction(
        _("Remove"), remove, confirm=_("Remove it? Then these days can be used for a course again.")
    )
    parts: list[Part] = [
        *_years_without(coming, known.values()),
        _own_closure(desk, site, plan, redraw),
    ]
    parts += _summer_holiday_question(plan, known.values())
    if suggested:
        parts.append(_suggestions(desk, site, suggested, redraw))
    parts.append(
        Table(
            columns,
            rows(is_past=False),
            _("Closures at {site}").format(site=site.name),
            action=action,
            empty=_(
                "No closures yet. Public holidays, Christmas Eve and New Year’s Eve are always "
                "kept free."
            ),
        )
    )
    if past := rows(is_past=True):
        caption = _("Earlier closures at {site}").format(site=site.name)
        table = Table(columns, past, caption, action=action)
        parts.append(Disclosure(_("Earlier closures"), [table]))
    lines = [
        f"- {format_date(day, 'long')}: {name}"
        for year in years
        for day, name in sorted((holidays_of(year) | eves_of(year)).items())
    ]
    heading = _("Public holidays and the two eves, always kept free")
    parts.append(Disclosure(heading, [Prose("\n".join(lines))]))
    return parts


def _years_without(years: Iterable[int], known: Iterable[Closure]) -> list[Part]:
    """Return which years of a plan nobody has chosen closures of the place for; often nothing."""
    chosen = {
        year
        for one in known
        if one.resource is None
        for year in range(one.starts_on.year, one.ends_on.year + 1)
    }
    missing = [str(year) for year in years if year not in chosen]
    if not missing:
        return []
    text = _("The plan reaches {years}, for which no closures have been chosen yet.")
    return [Prose(text.format(years=format_list(missing)))]


def _summer_holiday_question(plan: CoursePlan, known: Iterable[Closure]) -> list[Part]:
    """Return the question when school is out in the summers of a plan; nothing where it is told."""
    first, last = plan.dates[0].date, plan.dates[-1].date
    told = {one.starts_on.year for one in known if one.kind == "school_holiday" and _in_july(one)}
    asked = [
        year
        for year in range(first.year, last.year + 1)
        if first <= dt.date(year, 7, 31) and last >= dt.date(year, 7, 1) and year not in told
    ]
    if not asked:
        return []
    text = _(
        "When is the school summer holiday of {years}? Your municipality sets the days, so they "
        "are no suggestion here. If they matter, add them as a school holiday."
    )
    return [Prose(text.format(years=format_list([str(year) for year in asked])))]


def _in_july(closure: Closure) -> bool:
    year = closure.starts_on.year
    return closure.starts_on <= dt.date(year, 7, 31) and closure.ends_on >= dt.date(year, 7, 1)


def _suggestions(desk: Desk, site: Site, suggested: Sequence[Closure], redraw: Redraw) -> Part:
    """Return the usual closures for the user to accept, by year; none is in force before."""
    by_year = {
        f"closures_{year}": (year, list(closures))
        for year, closures in groupby(suggested, key=lambda closure: closure.starts_on.year)
    }

    def save(submission: Submission) -> Receipt:
        accepted = []
        for name, (_year, closures) in by_year.items():
            chosen = given(tuple, submission.values[name])
            accepted += [closures[int(place)] for place in chosen]
        if not accepted:
            raise InputFault.at(next(iter(by_year)), _("Choose at least one closure."))
        receipt = desk.save(
            submission,
            lambda session: records.save_closures(
                session,
                [plan_records.closure_row(session, site.id, closure) for closure in accepted],
            ),
        )
        redraw(_saved_text(accepted, receipt))
        return receipt

    return Disclosure(
        _("Usual closures you may want"),
        [
            Prose(
                _(
                    "These days differ from place to place, so none of them counts before you "
                    "choose it. School holidays are set by your municipality."
                )
            ),
            Form(
                "closure_suggestions",
                [
                    ChoicesField(
                        name,
                        _("Keep these free in {year}").format(year=year),
                        options=[
                            (str(place), _offered(closure))
                            for place, closure in enumerate(closures)
                        ],
                    )
                    for name, (year, closures) in by_year.items()
                ],
                on_submit=save,
                submit_label=_("Keep the chosen ones free"),
            ),
        ],
    )


def _called(closure: Closure) -> str:
    """Return what a closure is called where its kind and days stand beside it."""
    names = [closure.resource.label] if closure.resource is not None else []
    name = ": ".join([*names, *([closure.label] if closure.label else [])])
    return name[:1].upper() + name[1:] or kind_name(closure.kind)


def _offered(closure: Closure) -> str:
    """Return a usual closure as it is offered under its year: what it is, and its days."""
    first, last = closure.starts_on, closure.ends_on
    what = closure.label[:1].upper() + closure.label[1:]
    if closure.kind == "industriferie":
        what = f"{kind_name(closure.kind)}, {closure.label}"
    if first == last:
        return f"{what}: {format_weekday(first.weekday())} {format_date(first, 'day_month')}"
    days = _("{first} to {last}").format(
        first=format_date(first, "day_month"),
        last=format_date(last, "day_month" if last.year == first.year else "plain"),
    )
    is_weeks = (last - first).days >= 6 and first.weekday() == 0 and last.weekday() == 6
    return f"{what}: {days} ({closure.period})" if is_weeks else f"{what}: {days}"


def _own_closure(desk: Desk, site: Site, plan: CoursePlan, redraw: Redraw) -> Part:
    needed = sorted({resource for date in plan.dates for resource in date.resources}, key=str)
    whom = [(EVERYTHING, _("the whole site"))]
    whom += [(f"{resource.kind}:{resource.label}", resource.label) for resource in needed]

    def save(submission: Submission) -> Receipt:
        values = submission.values
        starts_on = given(dt.date, values["starts_on"])
        closure = Closure(
            starts_on=starts_on,
            ends_on=given_or_none(dt.date, values["ends_on"]) or starts_on,
            kind=str(values["kind"]),  # type: ignore[arg-type] # one of the options offered
            label=str(values["label"]),
            resource=_resource(str(values["whom"])),
        )
        receipt = desk.save(
            submission,
            lambda session: records.save_closures(
                session, [plan_records.closure_row(session, site.id, closure)]
            ),
        )
        redraw(_saved_text([closure], receipt))
        return receipt

    form = Form(
        "closure",
        [
            ChoiceField("whom", _("Who or what is it about?"), options=whom, required=True),
            ChoiceField(
                "kind", _("Kind"), options=[(kind, kind_name(kind)) for kind in KINDS],
                required=True,
            ),
            DateField("starts_on", _("First day"), required=True, earliest=EARLIEST, latest=LATEST),
            DateField(
                "ends_on", _("Last day"), earliest=EARLIEST, latest=LATEST,
                hint=_("Leave it open for a single day."),
            ),
            TextField("label", _("What is it?"), max_length=80, required=True),
        ],
        values={"whom": EVERYTHING},
        on_submit=save,
        submit_label=_("Save the closure"),
        drafts=desk.drafts(f"closure:{site.id}"),
    )  # fmt: skip
    return Disclosure(_("Add a closure or an absence"), [form])


def _saved_text(closures: Sequence[Closure], receipt: Receipt) -> str:
    texts = "; ".join(closure.text for closure in closures)
    told = _("Added: {closures}.").format(closures=texts)
    return f"{told} {receipt_text(receipt)}"


def _resource(key: str) -> Resource | None:
    if key == EVERYTHING:
        return None
    kind, label = key.split(":", 1)
    return Resource(kind, label)  # type: ignore[arg-type] # one of the options offered
