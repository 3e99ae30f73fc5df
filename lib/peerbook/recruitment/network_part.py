"""Places people come from: whom to visit, and when again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.recruitment import stakeholder_records
from peerbook.recruitment.names import STAKEHOLDER_KINDS, stakeholder_kind_name
from peerbook.recruitment.network_map import network_chart
from peerbook.recruitment.stakeholder_records import Known, Place, Visited
from peerbook.recruitment.visiting import SOON_DAYS, Cadence
from peerbook.store import Receipt, Saved
from peerbook.store.tables import Site, StakeholderKind
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
    Notice,
    Part,
    Prose,
    RowAction,
    ScaleField,
    Section,
    Status,
    Submission,
    Table,
    TextField,
    literal,
    receipt_text,
)
from peerbook.ui.answers import given, whole


class Network:
    """The list of places, those to visit first; it gives place to one of them.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called after each save: a visit can be why more people ask.
    """

    def __init__(self, desk: Desk, site: Site, on_change: Callable[[], None]) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Section([])
        self._shows_list = False

    def parts(self) -> list[Part]:
        """Return the list, and the form for a new place."""
        self._show_list()
        return [self._place, Disclosure(_("A new place"), lambda: [self._new_form()])]

    def refresh(self) -> None:
        """Count anew who came from where, while the list is shown."""
        if self._shows_list:
            self._show_list()

    def _new_form(self) -> Form:
        def save(submission: Submission) -> Receipt:
            receipt = self._desk.save(
                submission,
                lambda session: stakeholder_records.save_place(
                    session, self._site.id, _place(submission.values), self._desk.today
                ),
            )
            self._show_list()
            return receipt

        return Form(
            "stakeholder", _fields(), values={"kind": "unit"}, on_submit=save,
            drafts=self._desk.drafts(f"stakeholder:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip

    def _show_list(self, told: str = "") -> None:
        self._shows_list = True
        today = self._desk.today
        with self._desk.store.read() as session:
            known = stakeholder_records.places(session, self._site.id)
        notice: list[Part] = [Notice("ok", told)] if told else []
        if not known:
            text = _(
                "No place is written down yet. Begin with the units whose staff know people who "
                "could take part."
            )
            self._place.show([*notice, Prose(text)], told, take_there=bool(told))
            return
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
        by_number = {one.number: one for one in known}

        def open_one(row: Cells) -> str:
            self._show_one(by_number[int(str(row["number"]))])
            return ""

        table = Table(
            columns, rows, _("Places, those to visit first"),
            action=RowAction(_("Open"), open_one),
        )  # fmt: skip
        drawn = Disclosure(_("The places as a map"), lambda: [network_chart(known, today)])
        self._place.show([*notice, Prose(summary), table, drawn], told, take_there=bool(told))

    # -- one place -------------------------------------------------------------------------------

    def _show_one(self, one: Known, told: str = "") -> None:
        self._shows_list = False
        place = one.place

        def back() -> str:
            self._show_list()
            return _("The list is shown again.")

        def close() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                stakeholder_records.close_place(session, one.number, self._desk.today, one.version)
            told = _("{name} is off the list. Its visits are kept.").format(name=place.name)
            self._show_list(told)
            return told

        about = [stakeholder_kind_name(place.kind)]
        if place.contact:
            about.append(_("Contact: {who}").format(who=literal(place.contact)))
        notice: list[Part] = [Notice("ok", told)] if told else []
        self._place.show(
            [
                Button(_("Back to the list"), back),
                *notice,
                Heading(place.name),
                Prose(" · ".join(about)),
                Prose(cadence_sentence(place.cadence, one.due_on)),
                Heading(_("A visit"), level=3),
                self._visit_form(one),
                *self._visits(one),
                Disclosure(_("Correct the place"), lambda: [self._correction(one)]),
                Button(
                    _("Take it off the list"), close, confirm=_("Take this place off the list?")
                ),
            ],
            told,
            take_there=True,
        )

    def _reopen(self, number: int, told: str) -> None:
        with self._desk.store.read() as session:
            known = stakeholder_records.places(session, self._site.id)
        found = next((one for one in known if one.number == number), None)
        if found is None:
            self._show_list(told)
        else:
            self._show_one(found, told)
        self._on_change()

    def _save(
        self, submission: Submission, number: int, change: Callable[[Session], Saved]
    ) -> None:
        receipt = self._desk.save(submission, change)
        self._reopen(number, receipt_text(receipt))

    def _visit_form(self, one: Known) -> Form:
        def save(submission: Submission) -> None:
            values = submission.values
            visited = Visited(
                given(dt.date, values["on"]), whole(values["people"]), whole(values["minutes"]),
                str(values["note"]),
            )  # fmt: skip
            self._save(
                submission, one.number,
                lambda session: stakeholder_records.save_visit(
                    session, one.number, visited, self._desk.today
                ),
            )  # fmt: skip

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
            with self._desk.store.write(self._desk.actor) as session:
                stakeholder_records.remove_visit(
                    session, int(str(row["id"])), int(str(row["version"]))
                )
            told = _("The visit is removed.")
            self._reopen(one.number, told)
            return told

        action = RowAction(_("Remove"), remove, confirm=_("Remove this visit?"))
        return [Table(columns, rows, _("Visits, the latest first"), sortable=False, action=action)]

    def _correction(self, one: Known) -> Form:
        place = one.place

        def save(submission: Submission) -> None:
            self._save(
                submission, one.number,
                lambda session: stakeholder_records.correct_place(
                    session, one.number, _place(submission.values), one.version
                ),
            )  # fmt: skip

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
