"""What the course pages read from and write to the store: sites, closures, people, attendance,
evaluations and what came of them. The plan itself is in `plan_records`.

Every function takes a session of the store; those that write belong inside `Store.submit` or
`Store.write`, so that the row, its event and its audit entry are one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from peerbook.course.curriculum import EvaluationForm
from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Saved, append_event, identities, merged, row_to_change
from peerbook.store.codes import new_code
from peerbook.store.tables import (
    Answer,
    Attendance,
    AttendanceStatus,
    CatchUp,
    Course,
    CourseDate,
    Decision,
    DecisionStatus,
    Enrolment,
    Evaluation,
    Outcome,
    Participant,
    Resource,
    ResourceKind,
    Site,
    Source,
    Suggestion,
    Wave,
)
from peerbook.store.tables import Closure as ClosureRow
from peerbook.text import _


def sites(session: Session) -> list[Site]:
    """Return the sites, by name."""
    return list(session.scalars(select(Site).order_by(Site.name)))


def site_named(session: Session, name: str) -> Site:
    """Return the site called `name`, or the only one there is when `name` is empty.

    Raises
    ------
    InputFault
        When there is no such site, or when the name is needed to tell several apart.
    """
    known = sites(session)
    if not name and len(known) == 1:
        return known[0]
    for site in known:
        if site.name == name:
            return site
    raise InputFault.at(
        "site",
        _("There is no site called “{name}”. Choose one of those that exist.").format(name=name)
        if name
        else _("Choose a site."),
    )


def save_site(session: Session, name: str, municipality: str) -> Saved:
    """Save a new site.

    Raises
    ------
    InputFault
        When a site with that name is there already.
    """
    if session.scalar(select(Site.id).where(Site.name == name)) is not None:
        raise InputFault.at("name", _("There is already a site with that name."))
    site = Site(name=name, municipality=municipality)
    session.add(site)
    session.flush()
    return Saved("site", site.id, site.version)


def resources(session: Session, site_id: int, kind: ResourceKind) -> list[Resource]:
    """Return the rooms or the teachers of a site, by label."""
    wanted = select(Resource).where(Resource.site_id == site_id, Resource.kind == kind)
    return list(session.scalars(wanted.order_by(Resource.label)))


def resource(session: Session, site_id: int, kind: ResourceKind, label: str) -> Resource:
    """Return the room or teacher with that label, noted down now if it is new."""
    found = session.scalar(
        select(Resource).where(
            Resource.site_id == site_id, Resource.kind == kind, Resource.label == label
        )
    )
    if found is None:
        found = Resource(site_id=site_id, kind=kind, label=label)
        session.add(found)
        session.flush()
    return found


def courses(session: Session, site_id: int) -> list[Course]:
    """Return the courses of a site, the latest first."""
    wanted = select(Course).where(Course.site_id == site_id)
    return list(session.scalars(wanted.order_by(Course.starts_on.desc(), Course.id.desc())))


def course_exists(session: Session, number: int) -> bool:
    """Return whether there is a course with that number."""
    return session.get(Course, number) is not None


def course_numbered(session: Session, site_id: int, number: int) -> Course | None:
    """Return a course of the site; number 0 means the latest, None that there is none yet.

    Raises
    ------
    InputFault
        When the site has no course with that number.
    """
    known = courses(session, site_id)
    if number == 0:
        return known[0] if known else None
    for course in known:
        if course.id == number:
            return course
    raise InputFault.at(
        "course", _("This site has no course number {number}.").format(number=number)
    )


def dates_between(
    session: Session, site_id: int, first: dt.date, last: dt.date
) -> list[tuple[CourseDate, str]]:
    """Return the dates of a site's courses from `first` to `last`, with the course's title."""
    wanted = (
        select(CourseDate, Course.title)
        .join(Course, Course.id == CourseDate.course_id)
        .where(
            Course.site_id == site_id,
            CourseDate.status != "cancelled",
            CourseDate.date.between(first, last),
        )
        .order_by(CourseDate.date, CourseDate.starts_at)
    )
    return [(date, title) for date, title in session.execute(wanted)]


def last_days(session: Session, site_id: int) -> dict[int, dt.date]:
    """Return the last date of each of a site's courses, by course number."""
    rows = session.execute(
        select(CourseDate.course_id, func.max(CourseDate.date))
        .join(Course, Course.id == CourseDate.course_id)
        .where(Course.site_id == site_id)
        .group_by(CourseDate.course_id)
    )
    return dict(rows.all())


# -- closures ------------------------------------------------------------------------------------


def closure_rows(session: Session, site_id: int) -> list[ClosureRow]:
    """Return the closures that hold for a site, by first day."""
    wanted = select(ClosureRow).where(
        (ClosureRow.site_id == site_id) | (ClosureRow.site_id.is_(None))
    )
    return list(session.scalars(wanted.order_by(ClosureRow.starts_on, ClosureRow.id)))


def save_closures(session: Session, rows: Sequence[ClosureRow]) -> Saved:
    """Save new closures; those that are there already, day for day, are left as they are."""
    last: ClosureRow | None = None
    for row in rows:
        same = session.scalar(
            select(ClosureRow).where(
                ClosureRow.site_id == row.site_id,
                ClosureRow.resource_id.is_(None)
                if row.resource_id is None
                else ClosureRow.resource_id == row.resource_id,
                ClosureRow.starts_on == row.starts_on,
                ClosureRow.ends_on == row.ends_on,
                ClosureRow.kind == row.kind,
            )
        )
        last = same or row
        if same is None:
            session.add(row)
            session.flush()
    if last is None:
        raise InputFault.at("closures", _("Choose at least one closure."))
    return Saved("closure", last.id, last.version)


def remove_closure(session: Session, closure_id: int) -> Saved:
    """Remove a closure.

    Raises
    ------
    InputFault
        When it is gone already.
    """
    row = session.get(ClosureRow, closure_id)
    if row is None:
        raise InputFault.at("closure", _("That closure has already been removed."))
    saved = Saved("closure", row.id, row.version)
    session.delete(row)
    return saved


# -- people on a course --------------------------------------------------------------------------


@dataclass(frozen=True)
class Mentor:
    """Somebody on a course: the code everything else knows, and the name staff see."""

    code: str
    name: str
    enrolled_on: dt.date


def mentors(session: Session, course_id: int) -> list[Mentor]:
    """Return who is on a course, by name in Danish order."""
    rows = session.execute(
        select(Enrolment.participant_code, Enrolment.enrolled_on).where(
            Enrolment.course_id == course_id
        )
    ).all()
    names = identities.name_of(session, [code for code, _day in rows])
    people = [Mentor(code, names.get(code, code), day) for code, day in rows]
    return sorted(people, key=lambda person: danish_order(person.name))


def danish_order(text: str) -> str:
    """Return a key that sorts æ, ø, å last, as Danish does."""
    return text.casefold().translate(str.maketrans("æøå", "{|}"))


def enrol(session: Session, course: Course, names: Iterable[str], on: dt.date) -> Saved:
    """Give new participants a code and a place on the course.

    Raises
    ------
    InputFault
        When no name is given, or somebody with that very name is on the course already.
    """
    present = {mentor.name.casefold() for mentor in mentors(session, course.id)}
    wanted = [name for name in (" ".join(raw.split()) for raw in names) if name]
    if not wanted:
        raise InputFault.at("names", _("Write at least one name."))
    doubles = [
        name
        for place, name in enumerate(wanted)
        if name.casefold() in present or name.casefold() in map(str.casefold, wanted[:place])
    ]
    if doubles:
        message = _("{name} is on the course already. Write the two names differently.")
        raise InputFault(
            [Fault(message.format(name=name), Place(field="names")) for name in doubles]
        )
    for name in wanted:
        person = Participant(code=new_code(), site_id=course.site_id, created_on=on)
        session.add(person)
        session.flush()
        identities.save_identity(session, person.code, name=name)
        place_on_course(session, course.id, person.code, on)
    return Saved("course", course.id, course.version)


def place_on_course(session: Session, course_id: int, code: str, on: dt.date) -> None:
    """Give a participant who has a code a place on a course, and note it as an event."""
    session.add(Enrolment(course_id=course_id, participant_code=code, enrolled_on=on))
    append_event(session, "participant", code, "enrolled", on, course=course_id)


# -- attendance ----------------------------------------------------------------------------------

HELD_KINDS = ("teaching_day", "sparring")

Entry = tuple[AttendanceStatus, str | None]
"""What is recorded about one person on one day: a status and a note."""


def dates_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return the teaching days and sparrings of a course.

    Returns
    -------
    DataFrame
        Columns `date_id`, `kind`, `number`, `date`, `held` (whether attendance was recorded) and
        `cancelled`; one row a date, in order of date.
    """
    held = select(Attendance.course_date_id).distinct()
    rows = session.execute(
        select(
            CourseDate.id, CourseDate.kind, CourseDate.number, CourseDate.date, CourseDate.status,
            CourseDate.id.in_(held),
        )
        .where(CourseDate.course_id == course_id, CourseDate.kind.in_(HELD_KINDS))
        .order_by(CourseDate.date, CourseDate.starts_at)
    ).all()  # fmt: skip
    frame = pd.DataFrame(rows, columns=["date_id", "kind", "number", "date", "status", "held"])
    frame["held"] = frame["held"].astype(bool)
    frame["cancelled"] = frame.pop("status") == "cancelled"
    return frame


def attendance_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return what was recorded, one row per date and participant.

    Returns
    -------
    DataFrame
        Columns `date_id`, `participant`, `status`, `note`.
    """
    rows = session.execute(
        select(
            Attendance.course_date_id, Attendance.participant_code, Attendance.status,
            Attendance.note,
        )
        .join(CourseDate, CourseDate.id == Attendance.course_date_id)
        .where(CourseDate.course_id == course_id)
    ).all()  # fmt: skip
    return pd.DataFrame(rows, columns=["date_id", "participant", "status", "note"])


def save_attendance(
    session: Session,
    date_id: int,
    statuses: Mapping[str, Entry],
    seen: Mapping[str, Entry] | None = None,
) -> Saved:
    """Save who was there on one date; it then counts as held, with all that is part of the day.

    What somebody else has saved meanwhile about others is kept.

    Parameters
    ----------
    date_id
        The teaching day or sparring.
    statuses
        Status and note by participant code; everybody of the roster, or the missing ones stay as
        they are.
    seen
        What was recorded when the roster was shown.

    Raises
    ------
    InputFault
        When the date is gone or cancelled, or a participant is not on its course.
    Conflict
        When somebody else has recorded something else about the same person since; `theirs` holds
        it by participant code.
    """
    date = session.get(CourseDate, date_id)
    if date is None or date.status == "cancelled":
        raise InputFault.at("date", _("That day is no longer in the plan. Choose another one."))
    on_course = set(
        session.scalars(
            select(Enrolment.participant_code).where(Enrolment.course_id == date.course_id)
        )
    )
    strangers = sorted(set(statuses) - on_course)
    if strangers:
        raise InputFault.at(
            "people",
            _("{code} is not on this course. Reload the page to see who is.").format(
                code=strangers[0]
            ),
        )
    rows = {
        row.participant_code: row
        for row in session.scalars(select(Attendance).where(Attendance.course_date_id == date_id))
    }
    stored: dict[str, Entry] = {code: (row.status, row.note) for code, row in rows.items()}
    for code, (status, note) in merged(seen or {}, stored, statuses).items():
        row = rows.get(code)
        if row is None:
            session.add(
                Attendance(course_date_id=date_id, participant_code=code, status=status, note=note)
            )
        else:
            row.status, row.note = status, note
    same_day = select(CourseDate).where(
        CourseDate.course_id == date.course_id,
        CourseDate.date == date.date,
        CourseDate.status != "cancelled",
    )
    for held in session.scalars(same_day):
        held.status = "held"
    session.flush()
    return Saved("course_date", date.id, date.version)


def catch_up_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return the catch-up log: columns `date_id`, `participant`, `done_on`, `how`."""
    rows = session.execute(
        select(CatchUp.course_date_id, CatchUp.participant_code, CatchUp.done_on, CatchUp.how)
        .join(CourseDate, CourseDate.id == CatchUp.course_date_id)
        .where(CourseDate.course_id == course_id)
    ).all()
    return pd.DataFrame(rows, columns=["date_id", "participant", "done_on", "how"])


def save_catch_up(session: Session, date_id: int, code: str, done_on: dt.date, how: str) -> Saved:
    """Save that somebody has made up for a day they missed.

    Raises
    ------
    InputFault
        When they were there on that day, or have made up for it already.
    """
    row = session.get(Attendance, (date_id, code))
    if row is None or row.status not in ("apology", "absent", "paused", "not_enrolled"):
        raise InputFault.at(
            "missed", _("That day was not missed, so there is nothing to catch up.")
        )
    date = session.get_one(CourseDate, date_id)
    if done_on < date.date:
        raise InputFault.at("done_on", _("The catch-up is before the day itself."))
    known = session.scalar(
        select(CatchUp.id).where(
            CatchUp.course_date_id == date_id, CatchUp.participant_code == code
        )
    )
    if known is not None:
        raise InputFault.at("missed", _("That day has already been caught up."))
    caught_up = CatchUp(course_date_id=date_id, participant_code=code, done_on=done_on, how=how)
    session.add(caught_up)
    session.flush()
    return Saved("catch_up", caught_up.id, caught_up.version)


# -- evaluations ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """One answered evaluation form.

    Parameters
    ----------
    answers
        Code or text by item id; None where the item was left blank.
    respondent
        Random code that links mid and final, or None when anonymous.
    """

    answers: Mapping[str, int | str | None]
    respondent: str | None = None


def save_sheets(
    session: Session,
    course_id: int,
    form: EvaluationForm,
    sheets: Sequence[Sheet],
    *,
    wave: Wave,
    source: Source,
    entered_on: dt.date,
    import_id: int | None = None,
) -> Saved:
    """Save answered forms, and every suggestion in them as a "you said" waiting for an answer.

    Raises
    ------
    InputFault
        When there is nothing to save, or a linking code was used already in the same wave.
    """
    if not sheets:
        raise InputFault.at("rows", _("There is no answer to save yet."))
    used = set(
        session.scalars(
            select(Evaluation.respondent_code).where(
                Evaluation.course_id == course_id,
                Evaluation.wave == wave,
                Evaluation.respondent_code.is_not(None),
            )
        )
    )
    suggestion_items = {item.id for item in form.items if item.suggestion}
    saved: Evaluation | None = None
    scales = {item.id: item.scale.codes for item in form.items if item.scale is not None}
    for sheet in sheets:
        for item_id, value in sheet.answers.items():
            if isinstance(value, int) and value not in scales.get(item_id, ()):
                raise InputFault.at(
                    item_id, _("{code} is not on the scale of that question.").format(code=value)
                )
        if all(value in (None, "") for value in sheet.answers.values()):
            raise InputFault.at("rows", _("A sheet without a single answer is not saved."))
        if sheet.respondent is not None and sheet.respondent in used:
            raise InputFault.at(
                "respondent",
                _("The code {code} has been used in this evaluation already.").format(
                    code=sheet.respondent
                ),
            )
        saved = Evaluation(
            course_id=course_id, form_id=form.id, form_version=form.version, wave=wave,
            respondent_code=sheet.respondent, entered_on=entered_on, source=source,
            import_id=import_id,
        )  # fmt: skip
        session.add(saved)
        session.flush()
        if sheet.respondent is not None:
            used.add(sheet.respondent)
        for item_id, value in sheet.answers.items():
            if value is None or value == "":
                continue
            text = value if isinstance(value, str) else None
            code = value if isinstance(value, int) else None
            session.add(Answer(evaluation_id=saved.id, item_id=item_id, code=code, text=text))
            if item_id in suggestion_items and text is not None:
                session.add(
                    Suggestion(
                        course_id=course_id, evaluation_id=saved.id, text=text,
                        raised_on=entered_on,
                    )
                )  # fmt: skip
    if saved is None:
        raise AssertionError("sheets were there a moment ago")
    session.flush()
    return Saved("evaluation", saved.id, saved.version)


def answers_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return every answer of a course's evaluations.

    Returns
    -------
    DataFrame
        Columns `evaluation_id`, `wave`, `respondent`, `item`, `code` (missing for text), `text`.
    """
    rows = session.execute(
        select(
            Evaluation.id, Evaluation.wave, Evaluation.respondent_code, Answer.item_id,
            Answer.code, Answer.text,
        )
        .join(Answer, Answer.evaluation_id == Evaluation.id)
        .where(Evaluation.course_id == course_id)
        .order_by(Evaluation.id)
    ).all()  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["evaluation_id", "wave", "respondent", "item", "code", "text"]
    )
    frame["code"] = frame["code"].astype("Int64")
    return frame


def sheets_count(session: Session, course_id: int) -> dict[str, int]:
    """Return how many forms are saved, by wave."""
    rows = session.execute(
        select(Evaluation.wave, func.count())
        .where(Evaluation.course_id == course_id)
        .group_by(Evaluation.wave)
    ).all()
    return dict(rows)


# -- you said, we did ----------------------------------------------------------------------------


def suggestions_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return what participants asked for: `suggestion_id`, `text`, `raised_on`, `course_id`."""
    rows = session.execute(
        select(Suggestion.id, Suggestion.text, Suggestion.raised_on, Suggestion.course_id)
        .where(Suggestion.course_id == course_id)
        .order_by(Suggestion.id)
    ).all()
    return pd.DataFrame(rows, columns=["suggestion_id", "text", "raised_on", "course_id"])


def decisions_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return what was decided: at most one row for each suggestion, with the row's `version`."""
    rows = session.execute(
        select(
            Decision.id, Decision.suggestion_id, Decision.outcome, Decision.what_we_did,
            Decision.owner, Decision.due_on, Decision.status, Decision.decided_on,
            Decision.version,
        )
        .join(Suggestion, Suggestion.id == Decision.suggestion_id)
        .where(Suggestion.course_id == course_id)
        .order_by(Decision.id)
    ).all()  # fmt: skip
    columns = [
        "decision_id", "suggestion_id", "outcome", "what_we_did", "owner", "due_on", "status",
        "decided_on", "version",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def undecided_count(session: Session, site_id: int) -> int:
    """Return how many suggestions at a site nobody has decided on yet."""
    decided = select(Decision.suggestion_id)
    wanted = (
        select(func.count())
        .select_from(Suggestion)
        .join(Course, Course.id == Suggestion.course_id)
        .where(Course.site_id == site_id, Suggestion.id.not_in(decided))
    )
    return session.scalar(wanted) or 0


def save_suggestion(session: Session, course_id: int, text: str, raised_on: dt.date) -> Saved:
    """Save something a participant asked for outside a form."""
    row = Suggestion(course_id=course_id, text=text, raised_on=raised_on)
    session.add(row)
    session.flush()
    return Saved("suggestion", row.id, row.version)


def save_decision(
    session: Session,
    suggestion_id: int,
    *,
    outcome: Outcome,
    what_we_did: str,
    owner: str,
    due_on: dt.date | None,
    status: DecisionStatus,
    decided_on: dt.date,
    seen_version: int = 0,
) -> Saved:
    """Save what was decided about a suggestion, anew or changed.

    Parameters
    ----------
    seen_version
        Version of the decision that was shown; 0 when there was none yet.

    Raises
    ------
    InputFault
        When the suggestion is gone, or it is called done without a word of what was done.
    Conflict
        When somebody else has answered it since; `theirs` holds their answer and its `version`.
    """
    if session.get(Suggestion, suggestion_id) is None:
        raise InputFault.at("suggestion", _("That suggestion is no longer there."))
    if status in ("done", "told_back") and not what_we_did:
        raise InputFault.at("what_we_did", _("Write what you did, so it can be told back."))
    answer: dict[str, object] = {
        "outcome": outcome, "what_we_did": what_we_did, "owner": owner, "due_on": due_on,
        "status": status,
    }  # fmt: skip
    number = session.scalar(select(Decision.id).where(Decision.suggestion_id == suggestion_id))
    if number is None:
        row = Decision(suggestion_id=suggestion_id, decided_on=decided_on, **answer)
        session.add(row)
    else:
        mine = answer | {"version": seen_version}
        row = row_to_change(session, Decision, number, seen_version, mine)
        for name, value in answer.items():
            setattr(row, name, value)
    session.flush()
    return Saved("decision", row.id, row.version)
