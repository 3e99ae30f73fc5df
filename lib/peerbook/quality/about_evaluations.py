"""Rules about answered evaluation forms, and what was asked for in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from peerbook.course import records
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_records import Sheet, wrong_answers
from peerbook.course.evaluation.waves import wave_name
from peerbook.course.evaluation_form import available_forms, load_form
from peerbook.course.improvement import suggestion_records
from peerbook.course.improvement.improvement_part import is_overdue
from peerbook.quality.rules import (
    Finding,
    Look,
    about_course,
    about_date,
    on_courses,
    on_dates,
    rule,
)
from peerbook.rows import each
from peerbook.store.tables import (
    Answer,
    Course,
    CourseDate,
    DataImport,
    Decision,
    Deletion,
    Enrolment,
    Evaluation,
    Site,
    Suggestion,
)
from peerbook.text import _, format_date, ngettext
from peerbook.text.formats import COPENHAGEN

SHEETS_WITHIN = 14
"""Days after an evaluation in which its sheets should be typed."""

DECIDED_WITHIN = 30
TOLD_WITHIN = 30
"""Days in which a suggestion should be decided, and what was done be told."""

EVALUATIONS = {"mid_evaluation": "mid", "final_evaluation": "final"}
"""The dates on which a form is answered."""


def _sheets(*columns: Any) -> Select[Any]:
    """Select saved sheets, each with its evaluation and course."""
    return on_courses(
        Evaluation.id.label("sheet_id"), Evaluation.wave, Evaluation.entered_on, *columns
    ).join(Evaluation, Evaluation.course_id == Course.id)


def _about_sheet(row: Any, sentence: str, part: str = "") -> Finding:
    key = f"{row.sheet_id}/{part}" if part else str(row.sheet_id)
    place = f"{_called(row.wave)}, {format_date(row.entered_on)}"
    return about_course(row, sentence, subject=f"evaluation:{key}", place=place)


def _about_wave(row: Any, sentence: str, part: str = "") -> Finding:
    key = "/".join(filter(None, [str(row.course_id), row.wave, part]))
    return about_course(row, sentence, subject=f"sheets:{key}", place=_called(row.wave))


def _called(wave: str) -> str:
    return _("An event") if wave == "event" else wave_name(wave)


# -- which sheets there are ----------------------------------------------------------------------


@rule(
    "warning", "evaluator",
    lambda: _("Evaluations without sheets"),
    lambda: _("Type the sheets. If the evaluation was not held, cancel it on the plan."),
)  # fmt: skip
def _no_sheets(look: Look) -> Iterator[Finding]:
    held = on_dates().where(
        CourseDate.status != "cancelled",
        or_(*(
            and_(
                CourseDate.kind == kind,
                ~exists().where(Evaluation.course_id == Course.id, Evaluation.wave == wave),
            )
            for kind, wave in EVALUATIONS.items()
        )),
        CourseDate.date.between(look.earliest, look.days_ago(SHEETS_WITHIN)),
        exists().where(Enrolment.course_id == Course.id),
    )  # fmt: skip
    for row in look.session.execute(held):
        yield about_date(row, _("No sheet is typed yet."))


@rule(
    "note", "evaluator",
    lambda: _("Follow-ups that have not been asked"),
    lambda: _("Print the follow-up and hand it out, or type the answers."),
)  # fmt: skip
def _follow_up_due(look: Look) -> Iterator[Finding]:
    standings = evaluation_records.follow_ups(look.session, records.at_site(None), look.today)
    for row in look.session.execute(on_courses()):
        standing = standings.get(row.course_id)
        if standing is not None and standing.is_reminded:
            text = _("The time for the follow-up is until {last}.")
            if standing.state == "late":
                text = _("The follow-up has not been asked. The time for it was until {last}.")
            yield about_course(row, text.format(last=format_date(standing.last)))


@rule(
    "error", "evaluator",
    lambda: _("More sheets than people"),
    lambda: _("Look for sheets that are there twice, and delete them under the saved sheets."),
)  # fmt: skip
def _too_many_sheets(look: Look) -> Iterator[Finding]:
    people = (
        select(Enrolment.course_id, func.count().label("people"))
        .group_by(Enrolment.course_id)
        .subquery()
    )
    sheets = (
        select(Evaluation.course_id, Evaluation.wave, func.count().label("sheets"))
        .where(Evaluation.wave != "event")
        .group_by(Evaluation.course_id, Evaluation.wave)
        .subquery()
    )
    number = func.coalesce(people.c.people, 0)
    more = (
        on_courses(sheets.c.wave, sheets.c.sheets, number.label("people"), Course.starts_on)
        .join(sheets, sheets.c.course_id == Course.id)
        .outerjoin(people, people.c.course_id == Course.id)
        .where(sheets.c.sheets > number)
    )
    for row in look.session.execute(more):
        people = row.people + _deleted_since(look.session, row.site_id, row.starts_on)
        if row.sheets > people:
            text = _("There are {sheets} sheets, but no more than {people} were on the course.")
            yield _about_wave(row, text.format(sheets=row.sheets, people=people))


def _deleted_since(session: Session, site_id: int, day: dt.date) -> int:
    """Return how many places on courses went with people who were deleted; their sheets stay."""
    rows = session.scalars(
        select(Deletion.rows).where(
            Deletion.site_id == site_id,
            Deletion.at >= dt.datetime.combine(day, dt.time(), COPENHAGEN),
        )
    )
    return sum(gone.get(Enrolment.__tablename__, 0) for gone in rows)


@rule(
    "warning", "evaluator",
    lambda: _("Final evaluations without a mid-course one"),
    lambda: _("Type the sheets of the mid-course evaluation. Without them nothing is compared."),
)  # fmt: skip
def _final_without_mid(look: Look) -> Iterator[Finding]:
    final = exists().where(
        Evaluation.course_id == Course.id,
        Evaluation.wave == "final",
        Evaluation.entered_on >= look.earliest,
    )
    mid = aliased(Evaluation)
    none = ~exists().where(mid.course_id == Course.id, mid.wave == "mid")
    for row in look.session.execute(on_courses().where(final, none)):
        text = _("There are sheets of the final evaluation, but none of the mid-course one.")
        yield about_course(row, text)


@rule(
    "warning", "evaluator",
    lambda: _("Sheets saved before the evaluation was held"),
    lambda: _("They may belong to another evaluation. Delete them, and type them there."),
)  # fmt: skip
def _sheets_too_early(look: Look) -> Iterator[Finding]:
    planned = (
        select(
            CourseDate.course_id, CourseDate.kind, func.min(CourseDate.date).label("held_on")
        )
        .where(CourseDate.status != "cancelled")
        .group_by(CourseDate.course_id, CourseDate.kind)
        .subquery()
    )  # fmt: skip
    early = (
        on_courses(Evaluation.wave, planned.c.held_on, func.count().label("sheets"))
        .join(Evaluation, Evaluation.course_id == Course.id)
        .join(planned, planned.c.course_id == Course.id)
        .where(
            or_(*(
                and_(planned.c.kind == kind, Evaluation.wave == wave)
                for kind, wave in EVALUATIONS.items()
            )),
            Evaluation.entered_on < planned.c.held_on,
        )
        .group_by(
            Course.site_id, Site.name, Course.id, Course.title, Evaluation.wave, planned.c.held_on,
            Course.starts_on,
        )
    )  # fmt: skip
    for row in look.session.execute(early):
        text = ngettext(
            "{n} sheet was saved before {date}, when the evaluation is planned.",
            "{n} sheets were saved before {date}, when the evaluation is planned.",
            row.sheets,
        )
        told = text.format(n=row.sheets, date=format_date(row.held_on))
        yield _about_wave(row, told, "early")


@rule(
    "note", "evaluator",
    lambda: _("Codes that only the final evaluation has"),
    lambda: _("Look at the paper: the code may be written or typed wrongly."),
)  # fmt: skip
def _unlinked_code(look: Look) -> Iterator[Finding]:
    mid, any_mid = aliased(Evaluation), aliased(Evaluation)
    alone = _sheets(Evaluation.respondent_code.label("code")).where(
        Evaluation.wave == "final",
        Evaluation.respondent_code.is_not(None),
        Evaluation.entered_on >= look.earliest,
        exists().where(
            any_mid.course_id == Course.id,
            any_mid.wave == "mid",
            any_mid.respondent_code.is_not(None),
        ),
        ~exists().where(
            mid.course_id == Course.id,
            mid.wave == "mid",
            mid.respondent_code == Evaluation.respondent_code,
        ),
    )
    for row in look.session.execute(alone):
        text = _("No sheet of the mid-course evaluation has the code {code}.")
        yield _about_sheet(row, text.format(code=row.code))


@rule(
    "error", "evaluator",
    lambda: _("A code twice in one evaluation"),
    lambda: _("Look at the papers, and delete the sheet that is there twice."),
)  # fmt: skip
def _code_twice(look: Look) -> Iterator[Finding]:
    twice = (
        select(Evaluation.course_id, Evaluation.wave, Evaluation.respondent_code.label("code"))
        .where(Evaluation.respondent_code.is_not(None))
        .group_by(Evaluation.course_id, Evaluation.wave, Evaluation.respondent_code)
        .having(func.count() > 1)
        .subquery()
    )
    found = on_courses(twice.c.wave, twice.c.code).join(twice, twice.c.course_id == Course.id)
    for row in look.session.execute(found):
        text = _("Several sheets have the code {code}.").format(code=row.code)
        yield _about_wave(row, text, row.code)


# -- what stands on them -------------------------------------------------------------------------


@rule(
    "error", "evaluator",
    lambda: _("Answers that cannot be"),
    lambda: _("Delete the sheet, and type it again from the paper."),
)  # fmt: skip
def _wrong_answer(look: Look) -> Iterator[Finding]:
    forms = {form.id: form for form in map(load_form, available_forms())}
    in_words = Answer.text.is_not(None).label("in_words")
    given = (
        select(Evaluation.form_id, Evaluation.form_version, Answer.item_id, Answer.code, in_words)
        .join(Answer, Answer.evaluation_id == Evaluation.id)
        .distinct()
    )
    wrong: dict[tuple[str, str, int | None, bool], str] = {}
    for row in look.session.execute(given):
        form = forms.get(row.form_id)
        # Of another version of a form nobody knows here what it asked.
        if form is None or form.version != row.form_version:
            continue
        value = "…" if row.code is None and row.in_words else row.code
        for _item, message in wrong_answers(form, Sheet({row.item_id: value})):
            if value is not None:
                wrong[row.form_id, row.item_id, row.code, bool(row.in_words)] = message
    such = or_(false(), *(_is_answer(*key) for key in wrong))
    if not wrong:
        return
    sheets = _sheets(Evaluation.form_id, Answer.item_id, Answer.code, in_words).join(
        Answer, Answer.evaluation_id == Evaluation.id
    )
    for row in look.session.execute(sheets.where(such)):
        message = wrong[row.form_id, row.item_id, row.code, bool(row.in_words)]
        yield _about_sheet(row, message, row.item_id)


def _is_answer(form: str, item: str, code: int | None, in_words: bool) -> ColumnElement[bool]:
    return and_(
        Evaluation.form_id == form,
        Answer.item_id == item,
        Answer.code.is_(None) if code is None else Answer.code == code,
        Answer.text.is_not(None) if in_words else Answer.text.is_(None),
    )


@rule(
    "error", "evaluator",
    lambda: _("Sheets without an answer"),
    lambda: _("Delete the sheet. It counts as one who answered."),
)  # fmt: skip
def _empty_sheet(look: Look) -> Iterator[Finding]:
    answered = exists().where(
        Answer.evaluation_id == Evaluation.id,
        or_(Answer.code.is_not(None), func.trim(Answer.text) != ""),
    )
    for row in look.session.execute(_sheets().where(~answered)):
        yield _about_sheet(row, _("The sheet has no answer."))


@rule(
    "error", "evaluator",
    lambda: _("Sheets of another form than their evaluation’s"),
    lambda: _("Delete the sheet, and type it where it belongs."),
)  # fmt: skip
def _wrong_form(look: Look) -> Iterator[Finding]:
    for row in look.session.execute(_sheets().where(Evaluation.form_id != Evaluation.wave)):
        yield _about_sheet(row, _("The sheet has the questions of another evaluation."))


@rule(
    "error", "evaluator",
    lambda: _("Sheets from a file that was taken back"),
    lambda: _("Delete the sheets under the saved sheets."),
)  # fmt: skip
def _undone_import(look: Look) -> Iterator[Finding]:
    left = (
        on_courses(Evaluation.wave, DataImport.id.label("file"), func.count().label("sheets"))
        .join(Evaluation, Evaluation.course_id == Course.id)
        .join(DataImport, DataImport.id == Evaluation.import_id)
        .where(DataImport.undone_at.is_not(None))
        .group_by(
            Course.site_id, Site.name, Course.id, Course.title, Evaluation.wave, DataImport.id,
            Course.starts_on,
        )
    )  # fmt: skip
    for row in look.session.execute(left):
        text = ngettext(
            "{n} sheet is left of a file that was taken back.",
            "{n} sheets are left of a file that was taken back.",
            row.sheets,
        )
        yield _about_wave(row, text.format(n=row.sheets), str(row.file))


# -- you said, we did ----------------------------------------------------------------------------


def _waiting(look: Look) -> list[Any]:
    frame = suggestion_records.open_suggestions(look.session, records.at_site(None), look.threshold)
    return list(each(frame))


def _by_course(look: Look, waiting: list[Any]) -> Iterator[tuple[Any, int]]:
    """Yield each course on which suggestions wait, and how many: not which, nor on which sheet."""
    counts: dict[int, int] = {}
    for row in waiting:
        counts[row.course_id] = counts.get(row.course_id, 0) + 1
    if counts:
        for row in look.session.execute(on_courses().where(Course.id.in_(counts))):
            yield row, counts[row.course_id]


@rule(
    "warning", "course_leader",
    lambda: _("Suggestions without a decision"),
    lambda: _("Decide under “You said – we did”: we do it, later, or not possible."),
)  # fmt: skip
def _undecided(look: Look) -> Iterator[Finding]:
    late = look.days_ago(DECIDED_WITHIN)
    waiting = [
        row for row in look.once(_waiting) if row.outcome is None and row.raised_on <= late
    ]  # fmt: skip
    for row, count in _by_course(look, waiting):
        text = ngettext(
            "{n} suggestion has waited for a decision for more than {days} days.",
            "{n} suggestions have waited for a decision for more than {days} days.",
            count,
        )
        told = text.format(n=count, days=DECIDED_WITHIN)
        yield about_course(row, told, subject=f"suggestions:{row.course_id}")


@rule(
    "warning", "course_leader",
    lambda: _("Promises that are overdue"),
    lambda: _("Write under “You said – we did” what was done, or give it another day."),
)  # fmt: skip
def _overdue(look: Look) -> Iterator[Finding]:
    late = [row for row in look.once(_waiting) if is_overdue(row, look.today)]
    for row, count in _by_course(look, late):
        text = ngettext(
            "The day of {n} promise has passed.", "The day of {n} promises has passed.", count
        )
        yield about_course(row, text.format(n=count), subject=f"promises:{row.course_id}")


@rule(
    "note", "course_leader",
    lambda: _("Done, but never told back"),
    lambda: _("Tell those who asked what came of it, and mark it as told back."),
)  # fmt: skip
def _not_told_back(look: Look) -> Iterator[Finding]:
    done = (
        on_courses(func.count().label("done"))
        .join(Suggestion, Suggestion.course_id == Course.id)
        .join(Decision, Decision.suggestion_id == Suggestion.id)
        .where(Decision.status == "done", Decision.decided_on <= look.days_ago(TOLD_WITHIN))
        .group_by(Course.site_id, Site.name, Course.id, Course.title, Course.starts_on)
    )
    for row in look.session.execute(done):
        text = ngettext(
            "{n} suggestion is done, and nobody has told those who asked.",
            "{n} suggestions are done, and nobody has told those who asked.",
            row.done,
        )
        yield about_course(row, text.format(n=row.done), subject=f"told_back:{row.course_id}")


@rule(
    "error", "course_leader",
    lambda: _("Suggestions with two answers"),
    lambda: _("Take one of the two answers back under “You said – we did”."),
)  # fmt: skip
def _answered_twice(look: Look) -> Iterator[Finding]:
    twice = (
        select(Decision.suggestion_id)
        .group_by(Decision.suggestion_id)
        .having(func.count() > 1)
        .subquery()
    )
    found = (
        on_courses(Suggestion.id.label("suggestion_id"))
        .join(Suggestion, Suggestion.course_id == Course.id)
        .join(twice, twice.c.suggestion_id == Suggestion.id)
    )
    for row in look.session.execute(found):
        subject = f"suggestion:{row.suggestion_id}"
        yield about_course(row, _("A suggestion has two answers."), subject=subject)


RULES = (
    _wrong_answer, _empty_sheet, _code_twice, _too_many_sheets, _wrong_form, _undone_import,
    _answered_twice, _no_sheets, _final_without_mid, _sheets_too_early, _undecided, _overdue,
    _follow_up_due, _unlinked_code, _not_told_back,
)  # fmt: skip
