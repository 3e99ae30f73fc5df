"""The first page: what happens next, what waits for an answer, and where to go."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from peerbook.cafe import rota_records
from peerbook.course import people_records, records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.follow_up import FollowUp
from peerbook.course.improvement import suggestion_records
from peerbook.course.improvement.improvement_part import open_notices
from peerbook.course.improvement.open_suggestions_part import where_to_answer
from peerbook.course.names import date_name, hours_of
from peerbook.course.page_addresses import (
    HEAD_COUNT_PAGE,
    PLAN_PAGE,
    RECORD_PAGE,
    RECRUITMENT_PAGE,
    address_of,
    record_links,
)
from peerbook.course.schedule.plan import Item, order_in_time
from peerbook.course.unfinished_part import unfinished_parts
from peerbook.desk import Desk, open_desk
from peerbook.pathways.due_records import dues
from peerbook.people.pairs import PATHWAYS_PAGE
from peerbook.privacy.disclosure import told_counts
from peerbook.recruitment.waiting_records import waiting
from peerbook.rows import each
from peerbook.sites import site_records
from peerbook.small_groups import told
from peerbook.store import Receipt, Role, backup
from peerbook.store.tables import Course, Site
from peerbook.text import _, format_date, format_list, format_number, ngettext
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import (
    Column,
    Disclosure,
    Form,
    Heading,
    Link,
    Notice,
    Page,
    Part,
    Prose,
    Section,
    Status,
    Submission,
    Table,
    TextField,
    literal,
)

LOOK_AHEAD = dt.timedelta(weeks=6)
LOOK_BACK = dt.timedelta(days=366)
MOST_COURSES = 30
"""With more courses than that, those that were over a year ago are left to their own pages."""
MOST_SITES_IN_LINES = 5
"""With more sites than that, what waits at them is counted, and folded under the count."""
_ToAsk = tuple[Site, Course, FollowUp]
_PLANNING: tuple[Role, ...] = ("leader", "course_leader")
_RECORDING: tuple[Role, ...] = (*_PLANNING, "evaluator")
"""Roles that open the pages work goes on at; others see when it happens, without links."""


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
    if chosen is None and desk.visitor.role not in _PLANNING:
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
            [Prose(_first_steps()), *_before_names(desk)],
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
                _("There is nothing here yet. Tell us where you are, and you can plan a course.")
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


def _first_steps() -> str:
    return _(
        "Next: [plan your first course](course_plan.ipynb). When the course "
        "has begun, [attendance and evaluations](course_record.ipynb) are kept here too."
    )


def _parts(desk: Desk, sites: Sequence[Site]) -> list[Part]:
    """Return what happens and what waits at all sites, each named where there are several."""
    role = desk.visitor.role
    at_work = sites if role in _RECORDING else ()
    site_of = {site.id: site for site in sites}
    with desk.store.read() as session:
        begun = unfinished_parts(desk, session, at_work) if at_work else []
        coming = _coming(session, site_of, desk.today, role)
        threshold = desk.threshold()
        recent, has_older = _recent_courses(session, desk.today)
        courses = [(site_of[one.site_id], one) for one in recent if one.site_id in site_of]
        of = records.among(course for _site, course in courses)
        last_day = records.last_days(session, of)
        waiting, to_ask = [], []
        if at_work:
            asked = suggestion_records.open_suggestions(session, of, threshold)
            at = {course.id: site for site, course in courses}
            waiting = [(at[row.course_id], row) for row in each(asked)]
            to_ask = list(_follow_ups(session, courses, desk.today))
        free = _cafes(session, sites, desk.today) if role in _PLANNING else []
        asking: list[Part] = []
        if role == "leader":
            asking = [
                *_asking(session, sites, desk.today), *_pairs_waiting(session, sites, desk.today),
            ]  # fmt: skip
    where = [Column("site", _("Site"))] if len(sites) > 1 else []
    parts: list[Part] = [*begun, *_backup_parts(desk), Heading(_("The next six weeks"))]
    if coming:
        columns = [
            Column("date", _("Date"), kind="day"),
            Column("time", _("Time")),
            *where,
            Column("what", _("What")),
            Column("course", _("Course")),
        ]
        names = format_list([site.name for site in sites])
        parts.append(Table(columns, coming, _("What happens in {site}").format(site=names)))
    elif courses:
        parts.append(Prose(_("No course days in the next six weeks.")))
    elif role in _PLANNING:
        parts.append(Prose(_first_steps()))
    parts += [*asking, *free]
    if waiting:
        parts += [
            Heading(_("Waiting for an answer")),
            *open_notices([row for _site, row in waiting], desk.today),
            _where_to_answer(waiting, len(sites)),
        ]
    if to_ask:
        parts += [Heading(_("Time to ask what they use")), *_to_ask_parts(to_ask, len(sites))]
    if courses:
        columns = [
            Column("title", _("Course")),
            *where,
            Column("starts_on", _("First day"), kind="day"),
            Column("state", _("State"), kind="status"),
        ]
        rows = [
            {
                "title": _linked(course.title, _address(site, course, desk.today, role)),
                "site": site.name,
                "starts_on": course.starts_on,
                "state": _state(course.starts_on, last_day.get(course.id), desk.today),
            }
            for site, course in courses
        ]
        caption = _("The latest courses") if has_older else _("All courses, the latest first")
        parts += [Heading(_("Courses")), Table(columns, rows, caption)]
    return parts


def _recent_courses(session: Session, today: dt.date) -> tuple[list[Course], bool]:
    """Return the courses this page is about, the latest first, and whether there are older ones."""
    latest = records.latest_courses(session, MOST_COURSES + 1)
    if len(latest) <= MOST_COURSES:
        return latest, False
    not_long_over = records.courses_since(session, today - LOOK_BACK)
    by_number = {course.id: course for course in [*latest[:MOST_COURSES], *not_long_over]}
    return sorted(
        by_number.values(), key=lambda course: (course.starts_on, course.id), reverse=True
    ), True


def _asking(session: Session, sites: Sequence[Site], today: dt.date) -> list[Part]:
    """Return what waits in recruitment, a line each with the way there; nothing if nothing does."""
    found = waiting(session, today)
    total = {name: sum(counts.values()) for name, counts in asdict(found).items()}
    told = {
        "without_talk": ngettext(
            "{n} person asked and waits for a talk", "{n} people asked and wait for a talk",
            total["without_talk"],
        ),
        "talks_near": ngettext(
            "{n} talk in the next seven days", "{n} talks in the next seven days",
            total["talks_near"],
        ),
        "talks_past": ngettext(
            "{n} talk has had its day, and nothing is noted of it",
            "{n} talks have had their day, and nothing is noted of them", total["talks_past"],
        ),
        "may_write": ngettext(
            "{n} person may be written to again", "{n} people may be written to again",
            total["may_write"],
        ),
        "visits_due": ngettext(
            "{n} place is to be visited", "{n} places are to be visited", total["visits_due"]
        ),
    }  # fmt: skip
    lines = [
        f"- {words.format(n=total[name])}: "
        f"{_links(getattr(found, name), sites, RECRUITMENT_PAGE, _('Recruitment'))}."
        for name, words in told.items()
        if total[name]
    ]
    return [Heading(_("New people")), Prose("\n".join(lines))] if lines else []


def _pairs_waiting(session: Session, sites: Sequence[Site], today: dt.date) -> list[Part]:
    """Return what waits about pairs, a line each with the way there; nothing if nothing does."""
    waiting = dues(session, None, today)
    alone = Counter(one.pathway.site_id for one in waiting if one.kind == "tell_partner")
    others = [one for one in waiting if one.kind != "tell_partner"]
    when: dict[str, Counter[int]] = {
        name: Counter(one.pathway.site_id for one in others if one.when(today) == name)
        for name in ("overdue", "this_week")
    }
    told = (
        (
            alone,
            ngettext(
                "{n} waits while the other pauses, and has not been told",
                "{n} wait while the other pauses, and have not been told", alone.total(),
            ),
        ),
        (
            when["overdue"],
            ngettext(
                "{n} thing about pairs is overdue", "{n} things about pairs are overdue",
                when["overdue"].total(),
            ),
        ),
        (
            when["this_week"],
            ngettext(
                "{n} thing about pairs is to be done this week",
                "{n} things about pairs are to be done this week", when["this_week"].total(),
            ),
        ),
    )  # fmt: skip
    lines = [
        f"- {words.format(n=counts.total())}: "
        f"{_links(counts, sites, PATHWAYS_PAGE, _('Pathways'))}."
        for counts, words in told
        if counts
    ]
    return [Heading(_("Pairs")), Prose("\n".join(lines))] if lines else []


def _cafes(session: Session, sites: Sequence[Site], today: dt.date) -> list[Part]:
    """Return how many cafés have no host yet, with the way there; nothing if all have."""
    counts = Counter(rota_records.without_host(session, today, today + LOOK_AHEAD))
    if not counts:
        return []
    words = ngettext(
        "{n} café in the next six weeks has no host",
        "{n} cafés in the next six weeks have no host",
        counts.total(),
    ).format(n=counts.total())
    links = _links(counts, sites, HEAD_COUNT_PAGE, _("Café"))
    return [Heading(_("The café")), Prose(f"- {words}: {links}.")]


def _links(counts: Collection[int], sites: Sequence[Site], page: str, name: str) -> str:
    """Return the ways on a page to the sites that are counted, in Markdown."""
    return format_list(
        [
            f"[{literal(site.name) if len(sites) > 1 else name}]({address_of(page, site.name)})"
            for site in sites
            if site.id in counts
        ]
    )


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


def _address(site: Site, course: Course, today: dt.date, role: Role) -> str:
    """Return where work on a course goes on, at its plan until it has begun; empty for no work."""
    if role not in _RECORDING:
        return ""
    page = PLAN_PAGE if course.starts_on > today and role in _PLANNING else RECORD_PAGE
    return address_of(page, site.name, course.id)


def _linked(words: str, address: str) -> Link | str:
    return Link(words, address) if address else words


def _state(starts_on: dt.date, ends_on: dt.date | None, today: dt.date) -> Status:
    if ends_on is None:
        return Status(_("is cancelled"), "neutral")
    if starts_on > today:
        return Status(_("starts {date}").format(date=format_date(starts_on)), "info")
    if ends_on < today:
        return Status(_("has ended"), "neutral")
    return Status(_("is under way"), "ok")


def _coming(
    session: Session, site_of: Mapping[int, Site], today: dt.date, role: Role
) -> list[dict[str, object]]:
    everywhere = records.at_site(None)
    dates = [
        (site_of[course.site_id], date, course.title)
        for date, course in records.dates_between(session, everywhere, today, today + LOOK_AHEAD)
        if course.site_id in site_of
    ]
    dates.sort(
        key=lambda one: order_in_time(
            one[1].date, one[1].starts_at, Item(one[1].kind, one[1].number)
        )
    )
    return [
        {
            "date": date.date,
            "time": hours_of(date.starts_at, date.ends_at),
            "site": site.name,
            "what": date_name(date.kind, date.number),
            "course": _linked(
                title,
                address_of(PLAN_PAGE, site.name, date.course_id) if role in _PLANNING else "",
            ),
        }
        for site, date, title in dates
    ]


def _follow_ups(
    session: Session, courses: Sequence[tuple[Site, Course]], today: dt.date
) -> Iterator[_ToAsk]:
    """Yield those of some courses whose follow-up waits to be asked, in their order, and that."""
    of = records.among(course for _site, course in courses)
    standings = evaluation_records.follow_ups(session, of, today)
    for site, course in courses:
        standing = standings.get(course.id)
        if standing is not None and standing.is_reminded:
            yield site, course, standing


def _where_to_answer(waiting: Sequence[tuple[Site, Any]], sites: int) -> Part:
    """Return the ways to where suggestions are answered, folded of many places."""
    if sites <= MOST_SITES_IN_LINES:
        return where_to_answer(waiting, names_sites=sites > 1)
    columns = [
        Column("course", _("Course")),
        Column("site", _("Site")),
        Column("waiting", _("Suggestions that wait"), kind="number"),
    ]

    def table() -> list[Part]:
        counts = Counter((site, int(row.course_id), str(row.title)) for site, row in waiting)
        rows = [
            {
                "course": Link(title, address_of(RECORD_PAGE, site.name, number)),
                "site": site.name,
                "waiting": count,
            }
            for (site, number, title), count in counts.most_common()
        ]
        return [Table(columns, rows, _("Answer on the course's own page"))]

    return Disclosure(_("See the courses"), table)


def _to_ask_parts(to_ask: Sequence[_ToAsk], sites: int) -> list[Part]:
    """Return which courses' follow-ups wait: a line each, or of many places one line for all."""
    if sites > MOST_SITES_IN_LINES:
        return _folded_to_ask(to_ask)
    texts = {
        "due": _("{course}: the time for the follow-up is until {last}."),
        "late": _("{course}: the follow-up has not been asked. The time for it was until {last}."),
    }
    links = record_links(
        [(site, course.id, course.title) for site, course, _standing in to_ask],
        names_sites=sites > 1,
    )
    return [
        *(
            Notice(
                "info",
                texts[standing.state].format(course=course.title, last=format_date(standing.last)),
            )
            for _site, course, standing in to_ask
        ),
        Prose(
            _("Print and enter the follow-up under attendance and evaluation: {links}.").format(
                links=links
            )
        ),
    ]


def _folded_to_ask(to_ask: Sequence[_ToAsk]) -> list[Part]:
    """Return how many follow-ups wait, and folded under it which, what has most time last."""
    late = sum(standing.state == "late" for _site, _course, standing in to_ask)
    due = len(to_ask) - late
    told = []
    if late:
        text = ngettext(
            "The follow-up of {n} course has not been asked, and the time for it has passed.",
            "The follow-up of {n} courses has not been asked, and the time for it has passed.",
            late,
        )
        told.append(text.format(n=format_number(late)))
    if due:
        text = ngettext(
            "{n} course is to be asked now.", "{n} courses are to be asked now.", due
        )  # fmt: skip
        told.append(text.format(n=format_number(due)))
    columns = [
        Column("course", _("Course")),
        Column("site", _("Site")),
        Column("last", _("Until"), kind="date"),
        Column("state", _("State"), kind="status"),
    ]

    def table() -> list[Part]:
        rows = [
            {
                "course": Link(course.title, address_of(RECORD_PAGE, site.name, course.id)),
                "site": site.name,
                "last": standing.last,
                "state": Status(_("Overdue"), "warn")
                if standing.state == "late"
                else Status(_("To be asked now"), "info"),
            }
            for site, course, standing in sorted(to_ask, key=lambda one: one[2].last)
        ]
        return [Table(columns, rows, _("Print and enter the follow-up on the course's own page"))]

    return [Notice("info", " ".join(told)), Disclosure(_("See the courses"), table)]


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
