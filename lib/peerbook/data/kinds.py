"""Every kind of file that can be taken in, and where each belongs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from peerbook.cafe.head_count_intake import HeadCountIntake
from peerbook.course import records
from peerbook.course.attendance.attendance_intake import AttendanceIntake, AttendanceKind
from peerbook.course.data_imports import Intake, Kind
from peerbook.course.evaluation.import_records import EvaluationIntake, EvaluationKind
from peerbook.course.evaluation_form import load_form
from peerbook.course.frames import (
    IMPORTED_FORMS,
    attendance_template,
    evaluation_template,
    head_counts_template,
    participants_template,
    poll_template,
    templates,
)
from peerbook.course.people_intake import PeopleIntake, PeopleKind
from peerbook.errors import InputFault
from peerbook.files.intake import Template, recognised
from peerbook.files.table import Table
from peerbook.sites import site_records
from peerbook.store.tables import Attendance, Enrolment, HeadCount, Wave
from peerbook.text import _

PARTICIPANTS, ATTENDANCE, HEAD_COUNTS = "participants", "attendance", "head_counts"
WAVES: dict[str, Wave] = {"mid": "mid", "final": "final", "follow_up": "follow_up"}


@dataclass(frozen=True)
class Place:
    """Where rows of a file belong that do not say so themselves.

    Parameters
    ----------
    site_id
        Number of the site.
    course_id
        Number of the course; None when no course was chosen.
    """

    site_id: int
    course_id: int | None = None


def importable() -> dict[str, Template]:
    """Return the templates whose files are saved, by id."""
    saved = [
        participants_template(),
        attendance_template(),
        head_counts_template(),
        *(evaluation_template(load_form(name)) for name in IMPORTED_FORMS),
    ]
    return {template.id: template for template in saved}


def template_of(table: Table) -> Template | None:
    """Return the template a file was made from, None when it is of another program.

    Raises
    ------
    InputFault
        When it is a poll, of which nothing is saved.
    """
    found = recognised(table, templates())
    if found is not None and found.id == poll_template().id:
        raise InputFault.at(
            "file",
            _("Of this file nothing is saved. Choose it on the page for planning a course."),
        )
    return found


def intake_of(template: str, place: Place, today: dt.date, threshold: int) -> Intake:
    """Return what takes in files of a template at a place.

    Raises
    ------
    InputFault
        At `course`, when it needs a course and none was chosen.
    """
    if template == PARTICIPANTS:
        return PeopleIntake(place.site_id, place.course_id)
    if template == HEAD_COUNTS:
        return HeadCountIntake(place.site_id, today)
    if place.course_id is None:
        raise InputFault.at("course", _("Choose the course the file is about."))
    if template == ATTENDANCE:
        return AttendanceIntake(place.course_id, today)
    form = load_form(template.removeprefix("evaluation_"))
    return EvaluationIntake(place.course_id, form, WAVES[form.id], today, threshold)


def kind_named(name: str) -> Kind:
    """Return how imports of a kind are taken back."""
    kinds = {
        PARTICIPANTS: PeopleKind(Enrolment.__tablename__),
        ATTENDANCE: AttendanceKind(Attendance.__tablename__),
        HEAD_COUNTS: Kind(HeadCount.__tablename__),
    }
    return kinds.get(name) or EvaluationKind()


def kind_title(name: str) -> str:
    """Return what an import of a kind holds, in the user's language."""
    template = importable().get(name)
    return _("Evaluation") if template is None else template.title


def place_named(session: Session, site: str, course: int) -> Place:
    """Return the place a command means: the only site when none is named, no course for 0.

    Raises
    ------
    InputFault
        When there is no such site or course, or several sites and none is named.
    """
    known = site_records.sites(session)
    if not site and len(known) > 1:
        raise InputFault.at("site", _("Say which place with --site."))
    at = site_records.site_named(session, site)
    if at is None:
        raise InputFault.at("site", _("There is no place yet. Begin on the front page."))
    if not course:
        return Place(at.id)
    chosen = records.course_numbered(session, at.id, course)
    return Place(at.id, None if chosen is None else chosen.id)
