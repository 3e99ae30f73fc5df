"""What people on a course have said yes to: one short form for each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from peerbook.course import people_records
from peerbook.course.attendance.consent_records import Stopped, save_consents
from peerbook.course.attendance.mentor_list import MentorList
from peerbook.course.people_records import Mentor
from peerbook.desk import Desk
from peerbook.people.consent_form import asking_words, consent_form, day_parts
from peerbook.privacy.consent import (
    PURPOSES,
    Consent,
    Purpose,
    allowed_by,
    consents,
    purpose_name,
)
from peerbook.store import Receipt, Saved
from peerbook.store.tables import Course
from peerbook.text import _, format_date, format_list
from peerbook.ui import (
    Column,
    Disclosure,
    Heading,
    Part,
    Prose,
    Section,
    Submission,
    Table,
    literal,
    receipt_text,
)


class Consents:
    """Who has said yes to what; the list gives place to the form for one of them.

    Parameters
    ----------
    answered
        Called with what a no has stopped and what was told, when answers were saved.
    """

    def __init__(
        self,
        desk: Desk,
        course: Course,
        answered: Callable[[Stopped, str], None] = lambda stopped, told: None,
    ) -> None:
        self._desk = desk
        self._course = course
        self._tell = answered
        self._list = MentorList(self._listed, self._asking)

    def parts(self) -> list[Part]:
        """Return the words people are asked, and the list."""
        self._list.show_overview()
        words = asking_words(self._desk)
        free = _(
            "Each question is asked by itself. Whoever says no to being measured, to being quoted "
            "or to the CPR number takes part all the same."
        )
        return [
            Prose(free),
            Disclosure(_("The words they are asked with"), words),
            Section([self._list]),  # the words stay in sight while somebody is asked
        ]

    def _listed(self) -> list[Part]:
        with self._desk.store.read() as session:
            mentors = people_records.mentors(session, self._course.id)
            said = {
                mentor.code: consents(session, mentor.code, self._desk.today) for mentor in mentors
            }
            codes = [mentor.code for mentor in mentors]
            may_be_quoted = allowed_by(session, "being_quoted", codes, self._desk.today)
        columns = [
            Column("name", _("Mentor")),
            Column("yes", _("Has said yes to")),
            Column("no", _("Has said no to")),
        ]
        rows = [
            {
                "code": mentor.code,
                "name": mentor.name,
                "yes": _named(said[mentor.code], given=True),
                "no": _named(said[mentor.code], given=False),
            }
            for mentor in mentors
        ]
        table = Table(
            columns, rows, _("What people have said yes to"), sortable=False,
            action=self._list.opens(_("Write their answers"), mentors),
        )  # fmt: skip
        quoted = [mentor.name for mentor in mentors if mentor.code in may_be_quoted]
        list_of_them = format_list([literal(name) for name in quoted]) if quoted else _("nobody")
        now = Prose(_("May be quoted today: {names}.").format(names=list_of_them))
        return [table, now]

    def _asking(self, mentor: Mentor) -> list[Part]:
        with self._desk.store.read() as session:
            said = consents(session, mentor.code, self._desk.today)

        def save(
            submission: Submission,
            answers: dict[Purpose, bool],
            on: dt.date,
            meant: Collection[object],
        ) -> Receipt:
            stopped = Stopped()

            def change(session: Session) -> Saved:
                nonlocal stopped
                saved, stopped = save_consents(
                    session, mentor.code, answers, on,
                    today=self._desk.today, meant=meant,
                )  # fmt: skip
                return saved

            receipt = self._desk.save(submission, change)
            told = " ".join([receipt_text(receipt), *_told(stopped)])
            self._list.show_overview(told)
            self._tell(stopped, told)
            return receipt

        form = consent_form(self._desk, said, save)
        what_stops = "\n".join(
            f"- {line}"
            for line in (
                _("Taking part: they are no longer on the course from that day."),
                _(
                    "Being measured: do not ask them any more. Evaluations have no name, so "
                    "peerbook does not know which are theirs. If they bring the code from their "
                    "strip, delete the sheets with it under “Saved sheets”."
                ),
                _("Being quoted: they go off the list of those who may be quoted."),
                _("CPR number: it is deleted at once."),
            )
        )
        return [
            Heading(_("What {name} says").format(name=mentor.name), level=3),
            form,
            *day_parts(self._desk, mentor.code, said, self._list.show_overview),
            Disclosure(_("What happens when somebody says no?"), [Prose(what_stops)]),
        ]


def _told(stopped: Stopped) -> list[str]:
    """Return what a no has stopped, in sentences."""
    told = [
        _("They are no longer on {course} from {date}.").format(course=title, date=format_date(day))
        for title, day in stopped.left
    ]
    return [*told, _("The CPR number is deleted.")] if stopped.cpr_deleted else told


def _named(said: dict[Purpose, Consent], *, given: bool) -> str | None:
    names = [purpose_name(one) for one in PURPOSES if one in said and said[one].given is given]
    return format_list(names) if names else None
