"""The first page: what happens next, what waits for an answer, and where to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from peerbook.course import people_records, records
from peerbook.course.improvement import suggestion_records
from peerbook.course.unfinished_part import unfinished_parts
from peerbook.desk import Desk, open_desk
from peerbook.privacy.disclosure import told_counts
from peerbook.sites import site_records
from peerbook.small_groups import told
from peerbook.start_page.answers_part import follow_ups_parts, suggestions_parts
from peerbook.start_page.courses_part import (
    PLANNING,
    RECORDING,
    courses_parts,
    days_parts,
    recent_courses,
)
from peerbook.start_page.waiting_part import cafe_parts, new_people_parts, pairs_parts
from peerbook.store import Receipt, Role, backup
from peerbook.store.tables import Site
from peerbook.text import _, format_date
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Form, Heading, Notice, Page, Part, Prose, Section, Submission, TextField

LOOK_AHEAD = dt.timedelta(weeks=6)


def open_page(site: str = "") -> Page:
    """Return the first page, which shows all sites at once.

    Its facts are about one: the first by name when `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    with desk.store.read() as session:
        known = site_records.sites(session)
        chosen = site_records.site_named(session, site)
    if chosen is None and desk.visitor.role not in PLANNING:
        return Page([Prose(_("There is nothing here yet."))], synthetic=desk.synthetic)
    if chosen is None:
        return Page([_first_site(desk)], synthetic=desk.synthetic)
    return Page(
        _parts(desk, known),
        synthetic=desk.synthetic,
        facts=lambda: _facts(desk, chosen),
    )


def _first_site(desk: Desk) -> Section:
    """Return what a coordinator sees before anything is there: one question."""
    place = Section([])

    def save(submission: Submission) -> Receipt:
        name = str(submission.values["name"])
        municipality = str(submission.values["municipality"])
        receipt = desk.save(
            submission, lambda session: site_records.save_site(session, name, municipality)
        )
        place.show(
            [Prose(_first_steps(desk.visitor.role)), *_before_names(desk)],
            announce=_("{name} is ready.").format(name=name),
        )
        return receipt

    form = Form(
        "site",
        [
            TextField(
                "name", _("What is the place called?"), required=True, max_length=80,
                hint=_("The town or the house, as you say it in daily life."),
            ),
            TextField("municipality", _("Municipality"), required=True, max_length=80),
        ],
        on_submit=save,
        submit_label=_("Begin"),
        drafts=desk.drafts("site"),
    )  # fmt: skip
    place.show(
        [
            Heading(_("Welcome")),
            Prose(
                _(
                    "There is nothing here yet. Tell us where you are. Then you can write down who "
                    "asks, and plan a course."
                )
            ),
            form,
        ]
    )
    return place


def _before_names(desk: Desk) -> list[Part]:
    """Return what a leader sees to before anybody is written in."""
    if desk.visitor.role != "leader":
        return []
    return [
        Prose(
            _(
                "Before you write names in: give yourself a login under [Users and "
                "access](access.ipynb), and write the recovery code down under “Settings” in "
                "[Help and settings](help.ipynb)."
            )
        )
    ]


def _first_steps(role: Role) -> str:
    text = _(
        "Next: [plan your first course](course_plan.ipynb). When the course "
        "has begun, [attendance and evaluations](course_record.ipynb) are kept here too."
    )
    if role != "leader":
        return text
    asked = _("Has somebody asked to join already? [Write the enquiry down](recruitment.ipynb).")
    return f"{text}\n\n{asked}"


def _parts(desk: Desk, sites: Sequence[Site]) -> list[Part]:
    """Return what happens and what waits at all sites, each named where there are several."""
    role, today = desk.visitor.role, desk.today
    at_work = sites if role in RECORDING else ()
    site_of = {site.id: site for site in sites}
    ahead = today + LOOK_AHEAD
    threshold = desk.threshold()
    with desk.store.read() as session:
        begun = unfinished_parts(desk, session, at_work) if at_work else []
        days = days_parts(session, sites, today, ahead, role)
        recent, has_older = recent_courses(session, today)
        courses = [(site_of[one.site_id], one) for one in recent if one.site_id in site_of]
        last_day = records.last_days(session, records.among(one for _site, one in courses))
        waiting: list[Part] = []
        if role == "leader":
            waiting += new_people_parts(session, sites, today)
            waiting += pairs_parts(session, sites, today)
        if role in PLANNING:
            waiting += cafe_parts(session, sites, today, ahead)
        if at_work:
            waiting += suggestions_parts(session, courses, sites, today, threshold)
            waiting += follow_ups_parts(session, courses, sites, today)
    if not days and courses:
        days = [Prose(_("No course days in the next six weeks."))]
    elif not days and role in PLANNING:
        days = [Prose(_first_steps(desk.visitor.role))]
    return [
        *begun, *_backup_parts(desk), Heading(_("The next six weeks")), *days, *waiting,
        *courses_parts(courses, last_day, sites, today, role, has_older=has_older),
    ]  # fmt: skip


def _backup_parts(desk: Desk) -> list[Part]:
    """Return the reminder that a backup is due, for who makes them; the invented need none."""
    now = dt.datetime.now(dt.UTC)
    if desk.visitor.role != "leader" or desk.synthetic or not backup.is_due(desk.store, now):
        return []
    made = backup.last_made(desk.store, backup.LAST_SETTING)
    if made is None:
        state = _("There is no backup yet.")
    else:
        day = format_date(made.astimezone(COPENHAGEN).date())
        state = _("The last backup was made on {day}.").format(day=day)
    where = _("Make one [under help and settings](help.ipynb), “Settings”.")
    return [Notice("warn", state), Prose(where)]


def _facts(desk: Desk, site: Site) -> tuple[str, ...]:
    threshold = desk.threshold()
    with desk.store.read() as session:
        known = records.courses(session, site.id)
        people = {
            str(course.id): people_records.codes(session, course.id) for course in reversed(known)
        }
        waiting = suggestion_records.undecided_count(session, site.id, threshold)
    counted = told_counts(people, threshold)
    return (
        f"site: {site.name}",
        f"courses: {len(known)}",
        f"mentors on each course: {', '.join(counted.values())}",
        f"suggestions without a decision: {told(waiting, threshold)}",
    )
