"""One person's own file: all that is kept about them, in words they understand.

What it has to tell is GDPR art. 15(1)(a) to (h) and (3): eur-lex.europa.eu/eli/reg/2016/679.
When it was seen belongs to that; which employee saw it does so only where the person cannot use
their rights without, and with regard to the employee: CJEU, C-579/21 Pankki S, 22 June 2023.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from peerbook.course.names import attendance_name, date_name
from peerbook.data_protection.chapter import Chapter, Row
from peerbook.data_protection.grounds import grounds
from peerbook.data_protection.own_cafe import cafe_chapters
from peerbook.data_protection.own_matching import matching_chapters
from peerbook.data_protection.words import kind_of_data, role_namer, staff_namer
from peerbook.errors import InputFault
from peerbook.files import media_types
from peerbook.files.delimited import Cell, delimited
from peerbook.files.origin import Origin, fingerprint
from peerbook.files.paper import PAPER_LANGUAGE
from peerbook.pathways.staff_records import ASKED_ABOUT_SUPPORT, CARD_GIVEN, LEFT_SUPPORT
from peerbook.people.names import channel_name
from peerbook.privacy import erasure
from peerbook.privacy.consent import KINDS, PURPOSES, consent_texts, consents, purpose_name
from peerbook.privacy.retention import rule_of, term_of
from peerbook.privacy.taken_out import OWN_FILE
from peerbook.recruitment import enquiry_records, press_records, talk_records
from peerbook.recruitment.checklist import coffee_talk
from peerbook.recruitment.names import wanted_role_name
from peerbook.recruitment.person_history import decision_told, talk_told
from peerbook.recruitment.talk_records import OUTCOMES
from peerbook.store import events_of, identities, in_effect, sightings
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import (
    Attendance,
    Audit,
    CatchUp,
    CoffeeTalk,
    Course,
    CourseDate,
    Enrolment,
    Event,
    Participant,
    Presenter,
    PressItem,
    Site,
    Stakeholder,
)
from peerbook.text import _, format_date, format_list, format_number, format_time, written_in
from peerbook.text.formats import COPENHAGEN

Named = Callable[[str], str]


@dataclass(frozen=True)
class OwnFile:
    """All that is kept about one person.

    Parameters
    ----------
    code
        The person's.
    lead
        What the file is, and what the person can ask for, one paragraph each.
    chapters
        What is kept, one for each kind of data, also where there is nothing.
    """

    code: str
    lead: tuple[str, ...]
    chapters: tuple[Chapter, ...]


def own_file(session: Session, code: str, today: dt.date, *, names_staff: bool = False) -> OwnFile:
    """Return a person's own file, in the language of the papers people are handed.

    That the name, the contacts and the history were read for it is written down as of any reader.

    Parameters
    ----------
    code, today
        Whose, and the day it is made.
    names_staff
        Whether it names those who saw and wrote; else it tells their roles.

    Raises
    ------
    InputFault
        When there is no such person any more.
    """
    person = session.get(Participant, code)
    if person is None:
        raise InputFault.at("who", _("There is nobody with this code. Find the person again."))
    with written_in(PAPER_LANGUAGE):
        named = (staff_namer if names_staff else role_namer)(session)
        days = _days(session)
        chapters = (
            _who(session, person),
            _enquiries(session, code),
            _talks(session, code),
            *matching_chapters(session, code),
            *cafe_chapters(session, code),
            _courses(session, code),
            _attendance(session, code, days),
            _caught_up(session, code, days),
            _presentations(session, code),
            _consents(session, code, today, named),
            _history(session, code, named),
            _seen(session, code, named, names_staff=names_staff),
            _changes(session, code, named),
            _elsewhere(session, code),
        )
        return OwnFile(code, tuple(_lead(session, code, today)), chapters)


def as_pdf(file: OwnFile, today: dt.date, *, synthetic: bool) -> tuple[str, bytes, str]:
    """Return the file to print: its name, its bytes and its media type."""
    from peerbook.files.pdf import pdf  # Typst is needed for printing only

    with written_in(PAPER_LANGUAGE):
        origin = _origin(file, today, synthetic=synthetic)
        empty = [one.title.lower() for one in file.chapters if not one.rows]
        data = {
            "title": _("What we keep about you"),
            "lead": file.lead,
            "chapters": [
                {
                    "title": one.title, "note": one.note, "headings": one.headings,
                    "rows": one.rows,
                }
                for one in file.chapters
                if one.rows
            ],
            "nothing": _("We keep nothing about this: {what}.").format(what=format_list(empty))
            if empty
            else "",
            "page": _("Page"),
            "origin": origin.line,
            "notice": origin.notice,
        }  # fmt: skip
        return _named(file, origin, "pdf"), pdf("own_file", data), media_types.PDF


def as_csv(file: OwnFile, today: dt.date, *, synthetic: bool) -> tuple[str, bytes, str]:
    """Return the file for a machine to read, a line for each thing it tells; the same three."""
    with written_in(PAPER_LANGUAGE):
        headings = [_("Part"), _("Entry"), _("What"), _("Content")]
        origin = _origin(file, today, synthetic=synthetic)
        return _named(file, origin, "csv"), delimited(headings, _lines(file)), media_types.CSV


def _lines(file: OwnFile) -> Iterator[list[Cell]]:
    for chapter in file.chapters:
        for number, row in enumerate(chapter.rows, start=1):
            for heading, text in zip(chapter.headings, row, strict=True):
                yield [chapter.title, number, heading, text or None]


def _origin(file: OwnFile, today: dt.date, *, synthetic: bool) -> Origin:
    return Origin(fingerprint(file), today, synthetic=synthetic)


def _named(file: OwnFile, origin: Origin, ending: str) -> str:
    """Return what the file is called: by the code, for a file's name is seen by many."""
    return origin.file_name(_("own file {code}").format(code=file.code), ending)


# -- what there is ---------------------------------------------------------------------------------


def _lead(session: Session, code: str, today: dt.date) -> Iterator[str]:
    written = grounds(session)
    yield _(
        "You have a right to see what we keep about you. This is all of it, from all places in "
        "peerbook. You may have it as a file for a computer too."
    )
    yield _(
        "You can ask us to correct what is wrong, to delete it, or to stop using it. We have no "
        "program that decides anything about you."
    )
    yield _("We have it from you, from the staff who met you, and from files they took in.")
    rule, term = rule_of(session), term_of(session, code, today)
    if rule is None or term is None:
        yield _("We have not decided yet how long we keep it. Ask us.")
    else:
        yield _("We keep it for {rule}, to {date}. Why: {reason}").format(
            rule=rule.sentence, date=format_date(term.due_on), reason=rule.reason
        )
    if term is not None and term.hold is not None:
        yield _("You are kept until {date} all the same, because: {reason}").format(
            date=format_date(term.hold.until), reason=term.hold.reason
        )
    if written.recipients:
        yield _("Who else gets something of it: {who}").format(who=written.recipients)
    if written.contact:
        yield _("Ask here: {contact}").format(contact=written.contact)
    yield _("You can complain to Datatilsynet, datatilsynet.dk.")


def _who(session: Session, person: Participant) -> Chapter:
    code = person.code
    contacts = identities.contacts_of(session, [code]).get(code, identities.Contacts())
    cpr = identities.kept_cpr_of(session, [code]).get(code)
    site = session.get_one(Site, person.site_id)
    rows = [
        (_("Name"), identities.name_of(session, [code]).get(code, "")),
        (_("E-mail"), contacts.email),
        (_("Phone"), contacts.phone),
        (_("CPR number"), cpr.masked if cpr else ""),
        (_("What allows the CPR number"), cpr.basis if cpr else ""),
        (_("Your code with us"), code),
        (_("Place"), site.name),
        (_("Written down since"), format_date(person.created_on)),
    ]
    return Chapter(
        _("Who you are"), (_("What"), _("Content")),
        tuple((what, text) for what, text in rows if text),
    )  # fmt: skip


def _enquiries(session: Session, code: str) -> Chapter:
    rows: list[Row] = []
    for one in enquiry_records.of_person(session, code):
        item = None if one.press_item_id is None else session.get(PressItem, one.press_item_id)
        by = one.stakeholder_id
        place = None if by is None else session.get(Stakeholder, by)
        rows += _told_on(
            one.asked_on,
            (_("How you want to take part"), wanted_role_name(one.wanted_role)),
            (_("Where you first heard of it"), channel_name(one.heard_via)),
            (_("What made you come"), channel_name(one.decided_via) if one.decided_via else ""),
            (_("Article or broadcast"), press_records.item_name(item) if item else ""),
            (_("Who sent you"), place.name if place else ""),
            (_("Note"), one.note),
        )
    return Chapter(_("When you asked us"), (_("Day"), _("What"), _("Content")), tuple(rows))


def _talks(session: Session, code: str) -> Chapter:
    rows: list[Row] = []
    for one in talk_records.talks(session, code):
        rows += _told_on(
            one.date,
            (_("What"), talk_told(one.state)),
            (_("Time"), format_time(one.starts_at) if one.starts_at else ""),
            (_("Place"), one.place),
            (_("How you want to take part"), wanted_role_name(one.role)),
            (_("Staff who took part"), format_number(one.staff)),
            (_("Minutes"), format_number(one.minutes) if one.minutes else ""),
            (_("What we talked about"), _spoken_about(one)),
            (_("What you want to reach"), one.goals),
            (_("What you wish of the other"), one.wishes),
        )
    title = _("Our talks over a cup of coffee")
    return Chapter(title, (_("Day"), _("What"), _("Content")), tuple(rows))


def _spoken_about(talk: CoffeeTalk) -> str:
    """Return the points that were ticked; one that is on the list no more is told by its name."""
    texts = {point.id: point.text for point in coffee_talk().points}
    return "; ".join(texts.get(point, point) for point in talk.ticked)


def _told_on(day: dt.date, *told: tuple[str, str]) -> list[Row]:
    """Return a line for each thing that is known of something that happened on a day."""
    return [(format_date(day), what, text) for what, text in told if text]


def _courses(session: Session, code: str) -> Chapter:
    wanted = (
        select(Course.title, Site.name, Enrolment.enrolled_on)
        .join(Course, Course.id == Enrolment.course_id)
        .join(Site, Site.id == Course.site_id)
        .where(Enrolment.participant_code == code)
        .order_by(Enrolment.enrolled_on, Course.id)
    )
    rows = tuple((title, site, format_date(on)) for title, site, on in session.execute(wanted))
    return Chapter(_("Your courses"), (_("Course"), _("Place"), _("From")), rows)


def _days(session: Session) -> dict[int, Row]:
    """Return day, course and name of every date, by number."""
    wanted = select(
        CourseDate.id, CourseDate.date, CourseDate.kind, CourseDate.number, Course.title
    ).join(Course, Course.id == CourseDate.course_id)
    return {
        number: (format_date(day), title, date_name(kind, count))
        for number, day, kind, count, title in session.execute(wanted)
    }


def _attendance(session: Session, code: str, days: dict[int, Row]) -> Chapter:
    wanted = (
        select(Attendance)
        .join(CourseDate, CourseDate.id == Attendance.course_date_id)
        .where(Attendance.participant_code == code)
        .order_by(CourseDate.date, CourseDate.id)
    )
    rows = tuple(
        (*days[row.course_date_id], attendance_name(row.status), row.note or "")
        for row in session.scalars(wanted)
    )
    headings = (_("Day"), _("Course"), _("What"), _("Were you there?"), _("Note"))
    return Chapter(_("Days you were there, and not"), headings, rows)


def _caught_up(session: Session, code: str, days: dict[int, Row]) -> Chapter:
    wanted = select(CatchUp).where(CatchUp.participant_code == code).order_by(CatchUp.done_on)
    rows = tuple(
        (*days[row.course_date_id], format_date(row.done_on), row.how)
        for row in session.scalars(wanted)
    )
    headings = (_("Day"), _("Course"), _("What"), _("Made up for on"), _("How"))
    return Chapter(_("Days you have made up for"), headings, rows)


def _presentations(session: Session, code: str) -> Chapter:
    wanted = (
        select(Course.title, Presenter.number)
        .join(Course, Course.id == Presenter.course_id)
        .where(Presenter.participant_code == code)
    )
    rows = tuple((title, format_number(number)) for title, number in session.execute(wanted))
    return Chapter(_("Your presentation"), (_("Course"), _("Number")), rows)


def _consents(session: Session, code: str, today: dt.date, named: Named) -> Chapter:
    answers = consents(session, code, today)
    written = grounds(session)
    rows = []
    for purpose in PURPOSES:
        answer = answers.get(purpose)
        told = _("not asked") if answer is None else _("yes") if answer.given else _("no")
        rows.append(
            (
                consent_texts().of(purpose).title,
                told,
                "" if answer is None else format_date(answer.since),
                "" if answer is None else named(answer.recorded_by),
                getattr(written, purpose) or _("not written down by us yet"),
            )
        )
    headings = (
        _("What we use it for"), _("Your answer"), _("Since"), _("Written down by"),
        _("Legal ground"),
    )  # fmt: skip
    return Chapter(_("What we use it for, and what you have said"), headings, tuple(rows))


def _history(session: Session, code: str, named: Named) -> Chapter:
    events = events_of(session, "participant", code)
    holding = {event.seq for event in in_effect(events, dt.date.max)}
    titles = {
        str(number): title for number, title in session.execute(select(Course.id, Course.title))
    }
    rows = tuple(
        (
            format_date(event.effective_on),
            _happened(event, titles, is_taken_back=event.seq not in holding),
            named(event.actor),
            _moment(event.recorded_at),
        )
        for event in events
        if event.kind != WITHDRAWN
    )
    headings = (_("From"), _("What"), _("Written down by"), _("Written down on"))
    return Chapter(_("What has happened"), headings, rows)


def _happened(event: Event, titles: dict[str, str], *, is_taken_back: bool) -> str:
    if event.kind in KINDS:
        yes = event.kind == "said_yes"
        what = (
            (_("yes to: {purpose}") if yes else _("no to: {purpose}")).format(
                purpose=purpose_name(event.details["purpose"])
            )
            + " "
            + _("(words of {version})").format(version=event.details["text_version"])
        )
    elif event.kind in OUTCOMES:
        what = decision_told(event)
    else:
        what = {
            "enrolled": _("on the course"),
            "paused": _("a pause"),
            "resumed": _("back after a pause"),
            "left": _("left the course"),
            "stopped": _("no longer takes part"),
            CARD_GIVEN: _("got the card with whom to call"),
            LEFT_SUPPORT: _("does without support at home"),
            ASKED_ABOUT_SUPPORT: _("we talked about how it goes without support"),
            "waits_to_be_matched": _("would rather wait with being matched"),
            "ready_to_be_matched": _("is ready to be matched"),
            "measured_before": _("measured before"),
            "measured_after": _("measured after"),
            "not_measured_after": _("not measured after"),
            "invited_to_workshop": _("invited to a workshop"),
            "came_to_workshop": _("came to a workshop"),
            OWN_FILE: _("this file was made"),
        }.get(event.kind, event.kind)
        more = [str(value) for name, value in event.details.items() if name != "course"]
        what = f"{what} ({format_list(more)})" if more else what
    course = titles.get(str(event.details.get("course")), "")
    told = f"{what}: {course}" if course else what
    return _("{what} (taken back)").format(what=told) if is_taken_back else told


def _seen(session: Session, code: str, named: Named, *, names_staff: bool) -> Chapter:
    seen = sightings.seen_of(session, code)
    days = Counter(
        (one.at.astimezone(COPENHAGEN).date(), named(one.actor), one.what) for one in seen
    )
    rows = tuple(
        (format_date(day), who, _looked_at(what), format_number(count))
        for (day, who, what), count in sorted(days.items(), reverse=True)
    )
    headings = (_("Day"), _("Who"), _("What"), _("Times written down"))
    note = _(
        "It is written down when somebody is shown your name, your contacts or your CPR number."
    )
    if not names_staff:
        more = _("Staff are told by their role. Ask us if you need to know who it was.")
        note = f"{note} {more}"
    return Chapter(_("Who has seen your name"), headings, rows, note)


def _looked_at(what: str) -> str:
    return {"name": _("Name"), "contact": _("Contacts"), "cpr": _("CPR number")}[what]


def _changes(session: Session, code: str, named: Named) -> Chapter:
    changed = sorted(_entries_about(session, code), key=lambda one: one.seq)
    words = {"insert": _("added"), "update": _("changed"), "delete": _("deleted")}
    rows = tuple(
        (_moment(one.at), named(one.actor), kind_of_data(one.table_name), words[one.action])
        for one in changed
    )
    headings = (_("When"), _("Who"), _("What"), _("What happened to it"))
    note = _("Who has written what about you. Names and notes do not stand in this list.")
    return Chapter(_("Who has written it down"), headings, rows, note)


def _entries_about(session: Session, code: str) -> Iterable[Audit]:
    keyed = ("identity", "participant", "enrolment", "attendance", "presenter")
    own = or_(Audit.row_id == code, Audit.row_id.endswith(f"/{code}"))
    yield from session.scalars(select(Audit).where(Audit.table_name.in_(keyed), own))
    for table in ("catch_up", "coffee_talk", "enquiry", "shift_host"):
        # An entry tells only what it changed, so that a row is found by any entry with the code.
        entries = list(session.scalars(select(Audit).where(Audit.table_name == table)))
        theirs = {
            one.row_id
            for one in entries
            if code in ((one.new or {}).get("participant_code"),
                        (one.old or {}).get("participant_code"))
        }  # fmt: skip
        yield from (one for one in entries if one.row_id in theirs)


def _elsewhere(session: Session, code: str) -> Chapter:
    held = {one.table: one.rows for one in erasure.held_about(session, code)}
    rows = tuple(
        (kind_of_data(table), format_number(held[table]))
        for table in ("draft", "imported_row", "same_person", "snooze")
        if table in held
    )
    note = _(
        "Staff may have begun to write something with your name in it. It is deleted with the rest."
    )
    return Chapter(_("Where else you are found"), (_("What"), _("How many")), rows, note)


def _moment(at: dt.datetime) -> str:
    return f"{format_date(at.astimezone(COPENHAGEN).date())} {format_time(at)}"
