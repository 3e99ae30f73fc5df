"""What it costs: estimates of a place, each in the six steps of the Danish guide to costing."""

from __future__ import annotations

import dataclasses

from peerbook.costs import assessment_records
from peerbook.costs.assessment_records import Kept
from peerbook.costs.capacity_part import CapacityQuestion
from peerbook.costs.entries_part import Entries
from peerbook.costs.figures_part import Figures
from peerbook.costs.frame_part import Frame, frame_fields, framed
from peerbook.costs.lines_part import grants, savings
from peerbook.costs.names import step_name, years_told
from peerbook.costs.opened import Opened
from peerbook.costs.reality_part import PlanAndReality
from peerbook.costs.result_part import Results, results
from peerbook.costs.team_part import Team
from peerbook.course.without_names import WithoutNames, Written
from peerbook.desk import Desk, open_desk
from peerbook.sites.site_part import site_page
from peerbook.sites.tab import Tab
from peerbook.store.tables import Site
from peerbook.text import _, format_list, format_number
from peerbook.ui import (
    Button,
    Column,
    Disclosure,
    Form,
    Heading,
    Page,
    Part,
    Prose,
    RowAction,
    Section,
    Submission,
    Table,
    Tabs,
)


def open_page(site: str = "") -> Page:
    """Return the page for a site; the first by name when `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    return site_page(
        desk, site, lambda at: Assessments(desk, at).parts(), lambda at: _facts(desk, at)
    )


class Assessments(Tab):
    """The estimates of a place: the list, a form for another, and the one that is open."""

    def _listed(self) -> list[Kept]:
        with self._desk.store.read() as session:
            return assessment_records.assessments(session, self._site.id)

    def _overview_parts(self) -> list[Part]:
        listed = self._listed()
        text = _(
            "A cost estimate says what a programme costs to start and to run, in six steps. "
            "peerbook ships no prices: you write your own, and where they are from."
        )
        begin = Disclosure(_("Begin an estimate"), lambda: [self._begin_form()], opened=not listed)
        return [Prose(text), *([self._table(listed)] if listed else []), begin]

    def _table(self, listed: list[Kept]) -> Table:
        columns = [
            Column("title", _("What")),
            Column("models", _("Models")),
            Column("years", _("Years")),
            Column("made_on", _("Begun"), kind="date"),
            Column("missing", _("Figures missing"), kind="number"),
        ]
        rows = [
            {
                "number": one.number, "title": one.assessment.title,
                "models": format_list([model.title for model in one.assessment.chosen]),
                "years": years_told(one.assessment.counted), "made_on": one.made_on,
                "missing": sum(len(each.faults) for each in results(one.assessment)),
            }
            for one in listed
        ]  # fmt: skip
        return Table(
            columns, rows, _("Cost estimates, the newest first"), sortable=False,
            action=RowAction(_("Open"), lambda row: self._open(int(str(row["number"])))),
        )  # fmt: skip

    def _begin_form(self) -> Form:
        this_year, names = self._desk.today.year, WithoutNames(self._desk)

        def save(submission: Submission) -> None:
            made = framed(submission.values)
            names.ask([Written("title", made.title)])
            receipt = self._desk.save(
                submission,
                lambda session: assessment_records.begin(
                    session, self._site.id, made, self._desk.today
                ),
            )
            self._open(int(receipt.record))

        return Form(
            "cost_assessment", frame_fields(), on_submit=save, submit_label=_("Begin"),
            values={"first_year": this_year + 1, "years": 3, "price_year": this_year},
            drafts=self._desk.drafts(f"cost_assessment:{self._site.id}"),
        )  # fmt: skip

    # -- one of them -----------------------------------------------------------------------------

    def _open(self, number: int, told: str = "") -> str:
        self._place.open(lambda: self._steps(number), told)
        return ""

    def _steps(self, number: int) -> list[Part]:
        with self._desk.store.read() as session:
            kept = assessment_records.assessment(session, number)
        opened = Opened(self._desk, kept, self._site.name)
        heading = Section([Heading(opened.said.title)])
        opened.follow(lambda: heading.show([Heading(opened.said.title)]))
        steps = Tabs(
            [
                (step_name("intervention"), Frame(opened).parts),
                (step_name("teams"), Team(opened).parts),
                (step_name("resources"), Figures(opened).parts),
                (step_name("grants"), Entries(opened, grants(opened)).parts),
                (step_name("saved"), Entries(opened, savings(opened)).parts),
                (step_name("results"), Results(opened).parts),
                (_("Number of pairs"), CapacityQuestion(opened).parts),
                (_("Follow-up"), PlanAndReality(opened, self._site).parts),
            ],
            label=_("The six steps"),
        )
        return [
            heading,
            steps,
            Disclosure(_("Copy or delete"), lambda: self._copy_parts(opened)),
        ]

    def _copy_parts(self, opened: Opened) -> list[Part]:
        def copy() -> str:
            said = opened.said
            titles = {one.assessment.title for one in self._listed()}
            title = said.title
            while title in titles:
                title = _("{title} (copy)").format(title=title)
            made = dataclasses.replace(said, title=title)
            with self._desk.store.write(self._desk.actor) as session:
                saved = assessment_records.begin(session, self._site.id, made, self._desk.today)
            told = _("This is the copy. What you change here does not change the other.")
            self._open(int(saved.number), told)
            return told

        def remove() -> str:
            return self._press(
                lambda session: assessment_records.remove(session, opened.number, opened.said),
                _("It is removed."),
            )

        return [
            Button(_("Make a copy"), copy),
            Button(
                _("Delete the estimate"), remove, look="danger",
                confirm=_("Delete it with all figures in it?"),
            ),
        ]  # fmt: skip


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    with desk.store.read() as session:
        listed = assessment_records.assessments(session, site.id)
    told = [f"site: {site.name}", f"estimates: {len(listed)}"]
    for kept in listed:
        for one in results(kept.assessment):
            found = one.estimate
            price = "missing" if found is None else format_number(found.units.per_started)
            told.append(f"{one.model.id}: {len(one.faults)} missing, {price} kr. per contract")
    return tuple(told)
