"""What the measured pages show, computed from the store as our own pages do, without any widget.

The Dash and the Streamlit app draw these parts; ours are drawn by the product itself. Reading and
calculating cost all three the same. The pages of recruitment, matching, pathways and the café are
told by the product: their tables, charts, questions and words are taken from the parts it makes,
with as many rows of a long table as it shows at first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, cast

import pandas as pd
import plotly.graph_objects as go

from peerbook import start_page
from peerbook.cafe import cafe_page
from peerbook.cafe.faces_part import KnownFaces
from peerbook.costs import assessment_records
from peerbook.costs.opened import Opened
from peerbook.costs.result_part import Results
from peerbook.course import people_records, plan_records, record_page, records
from peerbook.course.attendance import attendance_records
from peerbook.course.attendance.standing import Standing, by_date, standings
from peerbook.course.names import attendance_name
from peerbook.course.planning.plan_part import dates_table
from peerbook.desk import Desk, open_desk
from peerbook.matching import matching_page
from peerbook.matching.pairs_part import Pairs
from peerbook.pathways import pathways_page
from peerbook.pathways.retention_part import RetentionCurves
from peerbook.recruitment import recruitment_page
from peerbook.recruitment.funnel_part import Funnel
from peerbook.sites import site_records
from peerbook.store.tables import Course, Site
from peerbook.text import format_date
from peerbook.ui import Chart, Page
from peerbook.ui import Part as MadePart

CHOICE = "Hold"
"""What the filter of a page with one is called."""
SHOWN_AT_FIRST = 200
"""Rows of a long table that the product shows before somebody asks for the rest."""


@dataclass(frozen=True)
class Heading:
    """A heading, or a paragraph when its level is 0."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Grid:
    """A table of texts."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Plot:
    """A chart: plotly's JSON, the sentence above it, and a text only this course's chart has."""

    figure: dict[str, object]
    finding: str
    mark: str


@dataclass(frozen=True)
class Roster:
    """A form with one row for each person: a status to choose and a note to write."""

    legend: str
    statuses: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Question:
    """A field of a form, or a choice of what is shown."""

    label: str
    kind: str
    options: Sequence[str] = ()


@dataclass(frozen=True)
class Tabs:
    """The labels of tabs; the first one's parts follow."""

    labels: Sequence[str]


@dataclass(frozen=True)
class Buttons:
    """Buttons side by side."""

    labels: Sequence[str]


@dataclass(frozen=True)
class Mark:
    """Texts that are there when a page is about what was chosen.

    Parameters
    ----------
    charts
        One for each chart, which holds it, drawn or among its data.
    says
        A text outside the charts; empty where they tell enough.
    """

    charts: Sequence[str]
    says: str


Part = Heading | Grid | Plot | Roster | Question | Tabs | Buttons


def courses() -> list[tuple[int, str]]:
    """Return the courses to choose among, number and title, the one shown first in front."""
    desk = open_desk()
    with desk.store.read() as session:
        site = site_records.sites(session)[0]
        return [(course.id, course.title) for course in records.courses(session, site.id)]


def start_parts(_course_id: int) -> list[Part]:
    """Return what the front page shows."""
    return list(_told(start_page.open_page().spec()))


def plan_parts(course_id: int) -> list[Part]:
    """Return what the planning page shows of a course, its first tab open."""
    desk = open_desk()
    with desk.store.read() as session:
        course = session.get_one(Course, course_id)
        site = site_records.sites(session)[0]
        plan = plan_records.load_plan(session, course, site.name)
    table = dates_table(plan, f"Datoerne på {plan.title}", desk.today)
    grid = _grid(table.data)
    return [
        Tabs(
            ("Datoer", "Flyt en dato", "Aflys en dato", "Lukkedage", "Dagsplan", "Dækning", "Mad")
        ),
        Buttons(("Kalenderfil (.ics)", "Én side til print (.pdf)", "Regneark (.xlsx)")),
        grid,
    ]


def record_parts(course_id: int) -> list[Part]:
    """Return what the record page shows of a course: a day's roster, and what is folded below."""
    told = list(_told(record_page.open_page(course=course_id).spec()))
    at = next(place for place, part in enumerate(told) if isinstance(part, Tabs))
    return told[at:]  # the course is chosen above the tabs, by a filter of each app's own


def charts_parts(course_id: int) -> list[Part]:
    """Return the three charts that one filter changes."""
    parts: list[Part] = []
    for figure, finding, title in three_charts(course_id):
        parts.append(Plot(_json(figure), finding, title))
    return parts


def three_charts(course_id: int) -> list[tuple[go.Figure, str, str]]:
    """Return figure, finding and course title of three charts of a course."""
    known = _Known(open_desk(), course_id)
    title = dict(courses())[course_id]
    return [
        (figure.update_layout(xaxis_title=title), finding, title)
        for figure, finding in (
            _bars_of_days(known.held), _lines_of_days(known.held), _bars_of_people(known)
        )
    ]  # fmt: skip


def hours_of_a_day() -> list[tuple[int, str]]:
    """Return the amounts of the input that is changed, each with its label."""
    return [(hours, f"{hours} timer") for hours in (14, 15, 16, 17)]


def estimate_shown(hours: int) -> list[MadePart]:
    """Return what a cost estimate comes to, with so many hours to a day of teaching."""
    desk = open_desk()
    with desk.store.read() as session:
        site = site_records.sites(session)[0]
        kept, *_ = assessment_records.assessments(session, site.id)
    said = kept.assessment
    figures = {
        key: replace(one, value=Decimal(hours)) if key.endswith("teaching_hours") else one
        for key, one in said.figures.items()
    }
    kept = replace(kept, assessment=replace(said, models=("vejle",), figures=figures))
    return Results(Opened(desk, kept, site.name)).parts()


def estimate_parts(hours: int) -> list[Part]:
    """Return the same without widgets; a chart is marked by the first number it draws."""
    told = [one for part in estimate_shown(hours) for one in _told(part.spec())]
    return [replace(one, mark=_first_number(one)) if isinstance(one, Plot) else one for one in told]


def _first_number(plot: Plot) -> str:
    (first, *_others) = cast(list[dict[str, list[float]]], plot.figure["data"])
    return str(int(first["x"][0]))


def _no_change(_changed: object) -> None:
    """Stand in for what other tabs do after a save: nothing is saved here."""


@dataclass(frozen=True)
class Tabbed:
    """A page about a site, and which tab is turned to after it was opened."""

    open_page: Callable[[], Page]
    tab: Callable[[Desk, Site], Sequence[MadePart]]
    place: int

    def opened(self, _course_id: int = 0) -> list[Part]:
        """Return what the page shows when it opens."""
        return list(_told(self.open_page().spec()))

    @property
    def label(self) -> str:
        """What the other tab is called."""
        (tabs,) = (part for part in self.opened() if isinstance(part, Tabs))
        return tabs.labels[self.place]

    def turned(self) -> list[Part]:
        """Return what the other tab holds; the first one is not made for it."""
        desk = open_desk()
        with desk.store.read() as session:
            site = site_records.sites(session)[0]
        return [told for part in self.tab(desk, site) for told in _told(part.spec())]


TABBED = {
    "recruitment": Tabbed(
        recruitment_page.open_page, lambda desk, site: Funnel(desk, site).parts(), 2
    ),
    "matching": Tabbed(
        matching_page.open_page, lambda desk, site: Pairs(desk, site, _no_change).parts(), 3
    ),
    "pathways": Tabbed(
        pathways_page.open_page, lambda desk, site: RetentionCurves(desk, site).parts(),
        3,
    ),
    "head_count": Tabbed(
        cafe_page.open_page, lambda desk, site: KnownFaces(desk, site).parts(), 2
    ),
}  # fmt: skip


PARTS: dict[str, Callable[[int], list[Part]]] = {
    "start": start_parts,
    "course_plan": plan_parts,
    "course_record": record_parts,
    "three_charts": charts_parts,
    "estimate": estimate_parts,
    **{name: page.opened for name, page in TABBED.items()},
}
IN_A_COUNTRY = ("start", *TABBED)
"""The pages that are measured there."""

FILTERS: dict[str, Callable[[], list[tuple[int, str]]]] = {
    "course_plan": courses,
    "course_record": courses,
    "three_charts": courses,
    "estimate": hours_of_a_day,
}
"""What is chosen among on pages with a filter."""


@cache
def marks(page: str) -> dict[str, Mark]:
    """Return, by the label of a choice, how a page shows that it is about that and no other."""
    if page not in FILTERS:
        return {"": _mark(PARTS[page](0))}
    return {label: _mark(PARTS[page](value)) for value, label in FILTERS[page]()}


def _mark(parts: Sequence[Part]) -> Mark:
    said = [part.legend for part in parts if isinstance(part, Roster)]
    return Mark([part.mark for part in parts if isinstance(part, Plot)], "".join(said))


class _Known:
    """What the store knows about who came on a course."""

    def __init__(self, desk: Desk, course_id: int) -> None:
        with desk.store.read() as session:
            course = session.get_one(Course, course_id)
            self.mentors = people_records.mentors(session, course_id)
            self.dates = attendance_records.dates_frame(session, course_id)
            self.attendance = attendance_records.attendance_frame(session, course_id)
            self.caught_up = attendance_records.catch_up_frame(session, course_id)
        self.today = desk.today
        self.required = attendance_records.required_days(desk.store, course.template)
        self.name_of = {mentor.code: mentor.name for mentor in self.mentors}
        self.held = by_date(self.dates, self.attendance)

    def standings(self) -> tuple[Standing, ...]:
        codes = [mentor.code for mentor in self.mentors]
        return standings(
            self.dates, self.attendance, self.caught_up, codes,
            today=self.today, required=self.required,
        )  # fmt: skip


def _bars_of_days(held: pd.DataFrame) -> tuple[go.Figure, str]:
    days = [format_date(day, "day") for day in held["date"]]
    bars = [
        go.Bar(name=attendance_name(status), x=days, y=held[status].tolist())
        for status in ("present", "apology", "absent")
    ]
    return go.Figure(bars, {"barmode": "stack"}), "Så mange kom hver dag."


def _lines_of_days(held: pd.DataFrame) -> tuple[go.Figure, str]:
    days = [format_date(day, "day") for day in held["date"]]
    lines = [
        go.Scatter(name=name, x=days, y=values.tolist(), mode="lines+markers")
        for name, values in (
            ("Holdt aftalen", held["commitment"]), ("Kom", held["present"] / held["expected"])
        )
    ]  # fmt: skip
    return go.Figure(lines, {"yaxis": {"tickformat": ".0%"}}), "Så stor en del kom hver dag."


def _bars_of_people(known: _Known) -> tuple[go.Figure, str]:
    stand = known.standings()
    names = [known.name_of[one.participant] for one in stand]
    bar = go.Bar(name="Kom", x=names, y=[one.present for one in stand])
    return go.Figure([bar]), "Så mange dage kom hver mentor."


def _told(spec: Mapping[str, Any]) -> Iterator[Part]:
    """Yield what a part of the product's shows, without how."""
    state = spec["state"]
    match spec["part"]:
        case "heading":
            yield Heading(state["text"])
        case "notice" if state["text"]:
            yield Heading(state["text"], 0)
        case "prose":
            yield Heading(_words(["p", {}, state["tree"]]), 0)
        case "table":
            yield _grid(state["data"])
        case "chart":
            yield Plot(dict(state["figure"]), state["finding"], "")
        case "filter":
            yield Question(state["label"], "choice", state["options"])
        case "form" if state["name"] == "attendance":
            yield _roster(state)
        case "form":
            yield from _questions(state["fields"])
        case "button":
            yield Buttons([action["label"] for action in state["actions"]])
        case "disclosure":
            yield Buttons([state["label"]])
            if not state["opened"]:
                return
        case "tabs":
            yield Tabs(state["labels"])
    for inside in spec["inside"]:
        yield from _told(inside)


def _roster(form: Mapping[str, Any]) -> Roster:
    (asked,) = form["fields"]
    status, _note = asked["fields"]
    begun = {row["id"]: row["values"] for row in form["begin"][asked["name"]]}
    people = [
        (code, name, begun[code]["status"], begun[code]["note"]) for code, name in asked["rows"]
    ]
    return Roster(asked["label"], status["options"], people)


def _questions(fields: Sequence[Mapping[str, Any]]) -> Iterator[Question]:
    for field in fields:
        if "fields" in field:
            for _row in field.get("rows") or [None]:
                yield from _questions(field["fields"])
        else:
            options = [label for _code, label in field.get("options", ())]
            yield Question(field["label"], field["kind"], options)


def _words(tree: Any) -> str:
    return tree if isinstance(tree, str) else "".join(_words(one) for one in tree[2])


def _grid(data: Mapping[str, Any]) -> Grid:
    heads = [column["label"] for column in data["columns"]]
    rows = [[_text(cell) for cell in row] for row in data["rows"]]
    if "labels" in data:  # a button in each row, which costs the others no more than a word
        heads.append("")
        rows = [[*row, label] for row, label in zip(rows, data["labels"], strict=True)]
    return Grid(data["caption"], heads, rows[:SHOWN_AT_FIRST])


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, dict):
        return str(cell["text"])
    return str(cell[0]) if isinstance(cell, list) else str(cell)


def _plot(chart: Chart, mark: str) -> Plot:
    return Plot(dict(chart.figure), chart.finding, mark)


def _json(figure: go.Figure) -> dict[str, object]:
    packed = figure.to_plotly_json()
    packed["layout"].pop("template", None)
    return packed
