"""Erasing one person (art. 17): first every place that holds something of theirs, then nothing.

What stays is events and audit entries, which know a random code and never a name: they keep the
history whole, and with the identity gone they lead to nobody. That somebody asked, and through what
they had heard of it, stays too, and so does that two were matched, when they met, and that a café
had a host; but no longer who it was. A pair that goes on ends that day.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.personal import Names, same_name
from peerbook.store import append_event, events_of, identities, in_effect
from peerbook.store.drafts import strings_in, typed_in
from peerbook.store.tables import (
    ERASED_END,
    Answer,
    Attendance,
    Base,
    CafeShift,
    CatchUp,
    CoffeeTalk,
    CommonEvent,
    CostAssessment,
    CourseDate,
    DataImport,
    Decision,
    Draft,
    Enquiry,
    Enrolment,
    Evaluation,
    ExitTalk,
    Gathering,
    GatheringGuest,
    Hold,
    Identity,
    ImportedRow,
    MatchedPair,
    OutOfHoursContact,
    Participant,
    Presenter,
    PressItem,
    RecruitmentEffort,
    SamePerson,
    ShiftHost,
    Snooze,
    Stakeholder,
    Suggestion,
    Veto,
    Visit,
    Wish,
)
from peerbook.text.formats import COPENHAGEN

_OWN: tuple[type[Base], ...] = (
    Attendance, CatchUp, CoffeeTalk, GatheringGuest, Presenter, Enrolment, Hold, Identity,
)  # fmt: skip
"""Tables with rows of one person, in the order they can be deleted in."""

_KEYED_BY_CODE = ("participant", "identity", "enrolment", "attendance", "presenter")
"""Tables whose key, as the audit writes it, is or ends with a participant code."""


@dataclass(frozen=True)
class Held:
    """How many rows of a person a table holds."""

    table: str
    rows: int


@dataclass(frozen=True)
class Mention:
    """A course or a site at which a text names somebody, and in which table the text stands."""

    table: str
    course_id: int | None = None
    site_id: int | None = None


def held_about(session: Session, code: str) -> tuple[Held, ...]:
    """Return the tables that hold something of a person, and how much: what erasing would delete.

    Drafts are counted that name them, in whichever form and whoever was typing; so are reminders
    put off, and what is noted of their rows in files that were taken in.
    """
    found = Counter(row.__tablename__ for row in _rows(session, [code]))
    return tuple(Held(table, rows) for table, rows in found.items())


def erase_person(session: Session, code: str, today: dt.date | None = None) -> tuple[Held, ...]:
    """Delete all that is held about a person, and return what it was; see `erase_people`."""
    return erase_people(session, [code], today)


def erase_people(
    session: Session, codes: Collection[str], today: dt.date | None = None
) -> tuple[Held, ...]:
    """Delete all that is held about people, and return what it was.

    In a session of `store.write`. Who calls it remembers the codes with `store.backup`, so that no
    backup brings anybody back. Somebody who is not there is erased already. What can name anybody
    is read once, however many they are: nobody else can save meanwhile.

    Parameters
    ----------
    codes
        Whom.
    today
        The day on which pairs of theirs end that go on; in Denmark, when None.
    """
    on = today or dt.datetime.now(COPENHAGEN).date()
    rows, files = list(_rows(session, codes)), _files_named_after(session, codes)
    hosts = _hosts_named_as(session, codes)
    held = Counter(row.__tablename__ for row in rows)
    for row in rows:
        if isinstance(row, Enquiry):
            row.participant_code, row.note = None, ""
        elif isinstance(row, ShiftHost):
            row.participant_code = None
        elif isinstance(row, MatchedPair):
            _leave_pair(session, row, codes, on)
        elif isinstance(row, ExitTalk):
            row.place = row.goals_reached = row.next_step = ""
            if row.state == "agreed":
                row.state = "cancelled"
        else:
            session.delete(row)
    for file in files:
        file.file_name = ""
    for host in hosts:
        host.label = ""
    session.flush()
    for person in session.scalars(select(Participant).where(Participant.code.in_(codes))):
        session.delete(person)
    session.flush()
    return tuple(Held(table, count) for table, count in held.items())


def _leave_pair(
    session: Session, pair: MatchedPair, codes: Collection[str], today: dt.date
) -> None:
    """Take people out of a pair: what they agreed on goes with them, when they met stays.

    Why the other one needed a pause is theirs, and stays.
    """
    happened = in_effect(events_of(session, pair.__tablename__, pair.id), dt.date.max)
    if all(event.kind != "ended" for event in happened):
        on = max(today, pair.matched_on)
        append_event(session, pair.__tablename__, pair.id, "ended", on, end=ERASED_END)
    gone = {"both"}
    gone |= {"peer"} if pair.peer_code in codes else set()
    gone |= {"mentor"} if pair.mentor_code in codes else set()
    of_the_gone = {
        event.effective_on.isoformat()
        for event in happened
        if event.kind == "paused" and event.details.get("who", "both") in gone
    }
    pair.pause_reasons = {
        day: why for day, why in pair.pause_reasons.items() if day not in of_the_gone
    }
    if pair.peer_code in codes:
        pair.peer_code, pair.peer_goal = None, ""
    if pair.mentor_code in codes:
        pair.mentor_code, pair.mentor_goal = None, ""
    pair.contact_rule = pair.cancel_rule = ""


def mentions(session: Session, codes: Collection[str]) -> tuple[Mention, ...]:
    """Return where texts name one of some people, each once; their own are deleted with them.

    A text is somebody else's too, and two people can have one name: it is read and corrected by
    hand, never deleted with the person.
    """
    names = _names(session, codes)
    if not names:
        return ()

    def naming(texts: Iterable[Any]) -> Iterator[tuple[str, int]]:
        for table, wanted in texts:
            for text, place, *whose in session.execute(wanted):
                said = "\n".join(strings_in(text))
                if said and not set(whose) & set(codes) and names.any_in(said):
                    yield table, place

    on_courses = {Mention(table, course_id=place) for table, place in naming(_texts().items())}
    at_sites = {Mention(table, site_id=place) for table, place in naming(_texts_of_sites())}
    in_order = sorted(on_courses, key=lambda one: (one.course_id or 0, one.table))
    return (*in_order, *sorted(at_sites, key=lambda one: (one.site_id or 0, one.table)))


def _texts_of_sites() -> Iterator[tuple[str, Any]]:
    """Yield a table with what selects a free text of it, its site, and whose it is."""
    for note in (Enquiry.note, CoffeeTalk.goals, CoffeeTalk.wishes, CoffeeTalk.place):
        table = note.class_
        yield table.__tablename__, select(note, table.site_id, table.participant_code)
    yield (
        "visit",
        select(Visit.note, Stakeholder.site_id).join(
            Stakeholder, Stakeholder.id == Visit.stakeholder_id
        ),
    )
    for text in (
        Stakeholder.name, Stakeholder.contact, PressItem.outlet, PressItem.title,
        RecruitmentEffort.what, Gathering.place, CafeShift.place, CommonEvent.title,
        CommonEvent.suggestions, CostAssessment.title, CostAssessment.figures,
        CostAssessment.staff, CostAssessment.lines, CostAssessment.levels, OutOfHoursContact.staff,
    ):  # fmt: skip
        yield text.class_.__tablename__, select(text, text.class_.site_id)
    hosts = select(ShiftHost.label, CafeShift.site_id, ShiftHost.participant_code)
    yield "shift_host", hosts.join(CafeShift, CafeShift.id == ShiftHost.shift_id)
    of_both = (MatchedPair.peer_code, MatchedPair.mentor_code)
    for text, whose in (
        (MatchedPair.peer_goal, of_both[:1]), (MatchedPair.mentor_goal, of_both[1:]),
        (MatchedPair.contact_rule, of_both), (MatchedPair.cancel_rule, of_both),
    ):  # fmt: skip
        yield "matched_pair", select(text, MatchedPair.site_id, *whose)
    for text in (ExitTalk.goals_reached, ExitTalk.next_step, ExitTalk.place):
        yield (
            "exit_talk",
            select(text, MatchedPair.site_id, *of_both).join(
                MatchedPair, MatchedPair.id == ExitTalk.pair_id
            ),
        )
    yield (
        "veto",
        select(Veto.reason, Participant.site_id, Veto.one_code, Veto.other_code).join(
            Participant, Participant.code == Veto.one_code
        ),
    )


def _texts() -> dict[str, Any]:
    """Return what selects the free texts of a table with their courses, and whose they are."""
    on_answers = Evaluation.id == Answer.evaluation_id
    on_suggestions = Suggestion.id == Decision.suggestion_id
    whose: dict[str, Any] = {
        table.__tablename__: select(text, CourseDate.course_id, table.participant_code).join(
            CourseDate, CourseDate.id == table.course_date_id
        )
        for table, text in ((Attendance, Attendance.note), (CatchUp, CatchUp.how))
    }
    return whose | {
        "answer": select(Answer.text, Evaluation.course_id).join(Evaluation, on_answers),
        "course_date": select(CourseDate.note, CourseDate.course_id),
        "decision": select(Decision.what_we_did, Suggestion.course_id).join(
            Suggestion, on_suggestions
        ),
        "suggestion": select(Suggestion.text, Suggestion.course_id),
    }


def _names(session: Session, codes: Collection[str]) -> Names:
    return Names(identities.name_of(session, codes).values())


def _rows(session: Session, codes: Collection[str]) -> Iterator[Base]:
    """Yield every row that is about one of some people, in an order they can be deleted in."""
    for table in _OWN:
        column = table.__table__.c.participant_code
        yield from session.scalars(select(table).where(column.in_(codes)))
    yield from session.scalars(select(SamePerson).where(SamePerson.is_about(codes)))
    for about_two in (Wish, Veto, MatchedPair):
        yield from session.scalars(select(about_two).where(about_two.is_about(codes)))
    talks = select(ExitTalk).join(MatchedPair, MatchedPair.id == ExitTalk.pair_id)
    yield from session.scalars(talks.where(MatchedPair.is_about(codes)))
    for stays in (Enquiry, ShiftHost):
        yield from session.scalars(select(stays).where(stays.participant_code.in_(codes)))
    is_told_of = _teller(session, codes)
    yield from _imported(session, codes)
    for draft in session.scalars(select(Draft)):
        if is_told_of("\n".join([draft.form, *strings_in(typed_in(session, draft))])):
            yield draft
    for snooze in session.scalars(select(Snooze)):
        if is_told_of(snooze.reason) or any(code in snooze.subject for code in codes):
            yield snooze


def _teller(session: Session, codes: Collection[str]) -> Callable[[str], bool]:
    """Return what says whether a text holds the code or the name of one of some people."""
    names = _names(session, codes)
    return lambda text: any(code in text for code in codes) or names.any_in(text)


def _imported(session: Session, codes: Collection[str]) -> Iterator[ImportedRow]:
    """Yield what is noted of people's rows in files; of a file of years only the keys are read."""
    key = (ImportedRow.import_id, ImportedRow.table_name, ImportedRow.row_id)
    wanted = set(codes)
    numbers = session.scalars(select(CatchUp.id).where(CatchUp.participant_code.in_(codes)))
    caught_up = {str(number) for number in numbers}
    tables = (*_KEYED_BY_CODE, CatchUp.__tablename__)
    for found in session.execute(select(*key).where(ImportedRow.table_name.in_(tables))).all():
        _file, table, row_id = found
        by_number = table == CatchUp.__tablename__
        if row_id in caught_up if by_number else row_id.rpartition("/")[2] in wanted:
            yield session.get_one(ImportedRow, tuple(found))


def _files_named_after(session: Session, codes: Collection[str]) -> list[DataImport]:
    """Return the files that were taken in and have a person's name or code for their own."""
    is_told_of = _teller(session, codes)
    named = select(DataImport).where(DataImport.file_name != "")
    return [file for file in session.scalars(named) if is_told_of(file.file_name)]


def _hosts_named_as(session: Session, codes: Collection[str]) -> list[ShiftHost]:
    """Return the hosts who were written down by a person's whole name, before they were known."""
    names = {same_name(name) for name in identities.name_of(session, codes).values()}
    by_label = select(ShiftHost).where(ShiftHost.label != "")
    return [host for host in session.scalars(by_label) if same_name(host.label) in names]
