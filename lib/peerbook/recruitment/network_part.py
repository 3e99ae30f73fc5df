"""Places people come from: whom to visit, and when again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from peerbook.recruitment import stakeholder_records
from peerbook.recruitment.names import STAKEHOLDER_KINDS, stakeholder_kind_name
from peerbook.recruitment.network_map import network_chart
from peerbook.recruitment.stakeholder_records import Known, Place, Visited
from peerbook.recruitment.visiting import SOON_DAYS, Cadence
from peerbook.sites.tab import Tab, Thing
from peerbook.store import Receipt
from peerbook.store.tables import StakeholderKind
from peerbook.text import _, format_date, ngettext
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Field,
    Form,
    Group,
    Heading,
    IntegerField,
    Part,
    Prose,
    RowAction,
    ScaleField,
    Status,
    Submission,
    Table,
    TextField,
    literal,
)
from peerbook.ui.answers import given, whole


class Network(Tab):
    """The list of places, those to visit first; it gives place to one of them."""

    def parts(self) -> list[Part]:
        """Return the list, and the form for a new place."""
        return [*super().parts(), Disclosure(_("A new place"), lambda: [self._new_form()])]

    def _new_form(self) -> Form:
        def save(submission: Submission) -> Receipt:
            return self._save(
                submission,
                lambda session: stakeholder_records.save_place(
                    session, self._site.id, _place(submission.values), self._desk.today
                ),
            )

        return Form(
            "stakeholder", _fields(), values={"kind": "unit"}, on_submit=save,
            drafts=self._desk.drafts(f"stakeholder:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip

    def _overview_parts(self) -> list[Part]:
        today = self._desk.today
        with self._desk.store.read() as session:
            known = stakeholder_records.places(session, self._site.id)
        if not known:
            text = _(
                "No place is written down yet. Begin with the units whose staff know people who "
                "could take part."
            )
            return [Prose(text)]
        overdue = sum(one.due_on is not None and one.due_on <= today for one in known)
        summary = (
            ngettext(
                "{n} place is to be visited now.", "{n} places are to be visited now.", overdue
            )
            if overdue
            else _("No visit is due.")
        ).format(n=overdue)
        columns = [
            Column("name", _("Place")),
            Column("kind", _("What it is")),
            Column("came", _("Have come from there"), kind="number"),
            Column("last_on", _("Last visit"), kind="date"),
            Column("due", _("Next visit"), kind="status"),
        ]
        rows = [
            {
                "number": one.number,
                "name": one.place.name,
                "kind": stakeholder_kind_name(one.place.kind),
                "came": one.came,
                "last_on": one.last_on,
                "due": due_status(one.due_on, today),
            }
            for one in known
        ]

        def open_one(row: Cells) -> str:
            self._place.open(self._one(int(str(row["number"]))))
            return ""

        table = Table(
            columns, rows, _("Places, those to visit first"),
            action=RowAction(_("Open"), open_one),
        )  # fmt: skip
        drawn = Disclosure(_("The places as a map"), lambda: [network_chart(known, today)])
        return [Prose(summary), table, drawn]

    # -- one place -------------------------------------------------------------------------------

    def _one(self, number: int) -> Thing:
        """Return what makes the parts of a place; it makes none once that is off the list."""

        def parts() -> list[Part]:
            with self._desk.store.read() as session:
                known = stakeholder_records.places(session, self._site.id)
            return next((self._place_parts(one) for one in known if one.number == number), [])

        return parts

    def _place_parts(self, one: Known) -> list[Part]:
        place = one.place

        def close() -> str:
            return self._press(
                lambda session: stakeholder_records.close_place(
                    session, one.number, self._desk.today, one.version
                ),
                _("{name} is off the list. Its visits are kept.").format(name=place.name),
            )

        about = [stakeholder_kind_name(place.kind)]
        if place.contact:
            about.append(_("Contact: {who}").format(who=literal(place.contact)))
        return [
            Heading(place.name),
            Prose(" · ".join(about)),
            Prose(cadence_sentence(place.cadence, one.due_on)),
            Heading(_("A visit"), level=3),
            self._visit_form(one),
            *self._visits(one),
            Disclosure(_("Correct the place"), lambda: [self._correction(one)]),
            Button(_("Take it off the list"), close, confirm=_("Take this place off the list?")),
        ]

    def _visit_form(self, one: Known) -> Form:
        def save(submission: Submission) -> None:
            values = submission.values
            visited = Visited(
                given(dt.date, values["on"]), whole(values["people"]), whole(values["minutes"]),
                str(values["note"]),
            )  # fmt: skip
            self._save_and_show(
                submission,
                lambda session: stakeholder_records.save_visit(
                    session, one.number, visited, self._desk.today
                ),
                self._one(one.number),
            )

        return Form(
            "visit",
            [
                DateField("on", _("When?"), required=True, latest=self._desk.today),
                IntegerField("people", _("How many heard about it?"), minimum=0, maximum=999),
                IntegerField("minutes", _("How long?"), minimum=1, maximum=600, unit=_("minutes")),
                TextField("note", _("To remember"), max_length=300),
            ],
            values={"on": self._desk.today},
            on_submit=save,
            submit_label=_("Save the visit"),
        )

    def _visits(self, one: Known) -> list[Part]:
        with self._desk.store.read() as session:
            visits = stakeholder_records.visits(session, one.number)
        if not visits:
            return []
        columns = [
            Column("on", _("When"), kind="date"),
            Column("people", _("Heard about it"), kind="number"),
            Column("minutes", _("Minutes"), kind="number"),
            Column("note", _("To remember")),
        ]
        rows = [
            {
                "id": visit.id, "version": visit.version, "on": visit.date,
                "people": visit.people, "minutes": visit.minutes, "note": visit.note or None,
            }
            for visit in visits
        ]  # fmt: skip

        def remove(row: Cells) -> str:
            return self._press(
                lambda session: stakeholder_records.remove_visit(
                    session, int(str(row["id"])), int(str(row["version"]))
                ),
                _("The visit is removed."),
                self._one(one.number),
            )

        action = RowAction(_("Remove"), remove, confirm=_("Remove this visit?"))
        return [Table(columns, rows, _("Visits, the latest first"), sortable=False, action=action)]

    def _correction(self, one: Known) -> Form:
        place = one.place

        def save(submission: Submission) -> None:
            self._save_and_show(
                submission,
                lambda session: stakeholder_records.correct_place(
                    session, one.number, _place(submission.values), one.version
                ),
                self._one(one.number),
            )

        values: dict[str, object] = {
            "name": place.name, "kind": place.kind, "contact": place.contact,
            "influence": place.influence, "interest": place.interest,
            "every_months": place.cadence.every_months,
            "new_staff_a_year": place.cadence.new_staff_a_year,
            "new_before_visit": place.cadence.new_before_visit,
        }  # fmt: skip
        return Form(
            "stakeholder_correction", _fields(), values=values, on_submit=save,
            submit_label=_("Save the correction"),
        )  # fmt: skip


def due_status(due_on: dt.date | None, today: dt.date) -> Status | None:
    """Return when a place is to be visited, marked by how near that is."""
    if due_on is None:
        return None
    if due_on <= today:
        return Status(_("since {date}").format(date=format_date(due_on)), "warn")
    soon = due_on <= today + dt.timedelta(days=SOON_DAYS)
    return Status(format_date(due_on), "info" if soon else "neutral")


def cadence_sentence(cadence: Cadence, due_on: dt.date | None) -> str:
    """Return how often a place is visited, and when it is time again."""
    if cadence.months is None or due_on is None:
        return _("Nobody has said how often to come. Correct the place to decide it.")
    often = ngettext("Every month", "Every {n} months", cadence.months).format(n=cadence.months)
    if cadence.every_months is None:
        often = _("{often}, since {new} new staff begin there a year").format(
            often=often, new=cadence.new_staff_a_year
        )
    return _("{often}. Next time from {date}.").format(often=often, date=format_date(due_on))


def _fields() -> list[Field[Any] | Group]:
    strength = [(1, _("Little")), (2, _("Some")), (3, _("Much"))]
    return [
        TextField("name", _("What is the place called?"), required=True, max_length=120),
        ChoiceField(
            "kind", _("What is it?"), required=True,
            options=[(kind, stakeholder_kind_name(kind)) for kind in STAKEHOLDER_KINDS],
        ),
        TextField(
            "contact", _("Whom do you talk to there?"), max_length=200,
            hint=_("A name and how to reach them, if they agree."),
        ),
        ScaleField("influence", _("How many people can it send on?"), points=strength),
        ScaleField("interest", _("How much does it want to help?"), points=strength),
        Group(
            _("How often do you come?"),
            [
                IntegerField(
                    "every_months", _("Every so many months"), minimum=1, maximum=60,
                    unit=_("months"),
                ),
                IntegerField(
                    "new_staff_a_year", _("Or: how many new staff begin there a year?"),
                    minimum=1, maximum=999,
                ),
                IntegerField(
                    "new_before_visit", _("… and after how many of them do you come again?"),
                    minimum=1, maximum=999,
                ),
            ],
            hint=_("Where staff change often, fewer know of you. Leave it open to decide later."),
        ),
    ]  # fmt: skip


def _place(values: Mapping[str, object]) -> Place:
    return Place(
        str(values["name"]),
        cast(StakeholderKind, values["kind"]),
        str(values["contact"]),
        whole(values["influence"]),
        whole(values["interest"]),
        Cadence(
            whole(values["every_months"]),
            whole(values["new_staff_a_year"]),
            whole(values["new_before_visit"]),
        ),
    )
