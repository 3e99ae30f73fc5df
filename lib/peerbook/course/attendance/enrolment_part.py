"""Who is on the course: new people, pauses, and those who leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import cast

from sqlalchemy.orm import Session

from peerbook.course import people_records
from peerbook.course.attendance.consent_part import Consents
from peerbook.course.attendance.consent_records import Stopped
from peerbook.course.attendance.cpr_part import CprNumbers, has_cpr_numbers
from peerbook.course.attendance.mentor_list import MentorList
from peerbook.course.course_drafts import course_drafts
from peerbook.course.people_records import Mentor, Turn
from peerbook.desk import Desk
from peerbook.store import Receipt, Saved, identities
from peerbook.store.identities import Contacts
from peerbook.store.tables import Course
from peerbook.text import _, format_date, ngettext
from peerbook.ui import (
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Form,
    Heading,
    LongTextField,
    Part,
    Prose,
    Status,
    Submission,
    Table,
    TextField,
    receipt_text,
)

MAIL_LENGTH = 254
"""The longest mail address there is (RFC 5321, 4.5.3.1.3, less the brackets)."""
TURNS: tuple[Turn, ...] = ("paused", "resumed", "left")


class Enrolments:
    """A course's places on the page; what hangs on them is redrawn after each change."""

    def __init__(self, desk: Desk, course: Course, on_change: Callable[[str], None]) -> None:
        self._desk = desk
        self._course = course
        self._on_change = on_change

    def parts(self) -> list[Part]:
        """Return who is on the course, and the forms with which that changes."""
        with self._desk.store.read() as session:
            mentors = people_records.mentors(session, self._course.id)
            untouched = people_records.without_record(session, self._course.id)
        numbers = CprNumbers(self._desk, self._course)

        def answered(stopped: Stopped, told: str) -> None:
            if stopped.left:
                self._on_change(told)
            else:
                numbers.follow()

        people = MentorList(lambda: [self._table(mentors, people)], self._name_and_contact)
        people.show_overview()
        parts: list[Part] = [
            people,
            Heading(_("Somebody new"), level=3),
            self.enrol_form(),
            Disclosure(_("A pause, or somebody leaves"), lambda: [self._turn_form(mentors)]),
            Disclosure(
                _("What people have said yes to"),
                lambda: Consents(self._desk, self._course, answered).parts(),
            ),
        ]
        if has_cpr_numbers(self._desk):
            parts.append(Disclosure(_("CPR numbers"), numbers.parts))
        if untouched:
            parts.append(
                Disclosure(_("Put on by mistake"), lambda: self._take_off_parts(untouched))
            )
        return parts

    def _name_and_contact(self, mentor: Mentor) -> list[Part]:
        return [
            Heading(_("Correct a name"), level=3),
            self._name_form(mentor.code, mentor.name),
            Heading(_("How they can be reached"), level=3),
            Prose(_("Write only what you use. An empty field deletes what was there.")),
            self._contact_form(mentor.code),
        ]

    def _table(self, mentors: list[Mentor], people: MentorList) -> Table:
        columns = [
            Column("name", _("Mentor")),
            Column("enrolled_on", _("On the course from"), kind="date"),
            Column("state", _("Today"), kind="status"),
        ]
        rows = [
            {
                "code": mentor.code,
                "name": mentor.name,
                "enrolled_on": mentor.enrolled_on,
                "state": _state(mentor.on(self._desk.today)),
            }
            for mentor in mentors
        ]
        return Table(
            columns,
            rows,
            _("Everybody who is or was on the course"),
            sortable=False,
            action=people.opens(_("Name and contact"), mentors),
        )

    def _name_form(self, code: str, shown: str) -> Form:
        def save(submission: Submission) -> Receipt:
            name = str(submission.values["name"])
            seen = shown if submission.seen is None else str(submission.seen["name"])
            receipt = self._desk.save(
                submission,
                lambda session: people_records.correct_name(
                    session, self._course.id, code, name, seen
                ),
            )
            told = _("The name is now {name}.").format(name=" ".join(name.split()))
            self._on_change(f"{told} {receipt_text(receipt)}")
            return receipt

        return Form(
            "name",
            [
                TextField(
                    "name", _("Name"), required=True, max_length=200,
                    hint=_("The name is corrected wherever it is shown. The old one is not kept."),
                )
            ],
            values={"name": shown},
            on_submit=save,
            submit_label=_("Save the name"),
            drafts=course_drafts(self._desk, self._course.id, f"name:{code}"),
        )  # fmt: skip

    def _contact_form(self, code: str) -> Form:
        with self._desk.store.read() as session:
            found = identities.contacts_of(session, [code])
        shown = found.get(code, Contacts())

        def save(submission: Submission) -> Receipt:
            seen = shown if submission.seen is None else _contacts(submission.seen)
            receipt = self._desk.save(
                submission,
                lambda session: people_records.correct_contacts(
                    session, self._course.id, code, _contacts(submission.values), seen
                ),
            )
            self._on_change(receipt_text(receipt))
            return receipt

        return Form(
            "contacts",
            [
                TextField("email", _("E-mail"), max_length=MAIL_LENGTH),
                TextField("phone", _("Telephone"), max_length=30),
            ],
            values=asdict(shown),
            on_submit=save,
            submit_label=_("Save how they are reached"),
        )  # fmt: skip

    def enrol_form(self) -> Form:
        """Return the form with which new people are put on the course."""

        def save(submission: Submission) -> Receipt:
            names = str(submission.values["names"]).splitlines()
            on = cast(dt.date, submission.values["enrolled_on"])
            receipt = self._desk.save(
                submission, lambda session: people_records.enrol(session, self._course, names, on)
            )
            count = sum(bool(name.strip()) for name in names)
            told = ngettext(
                "{n} person is put on the course.", "{n} people are put on the course.", count
            ).format(n=count)
            self._on_change(f"{told} {receipt_text(receipt)}")
            return receipt

        return Form(
            "enrol",
            [
                LongTextField(
                    "names", _("Names of those who begin"), required=True,
                    hint=_("One on each line. Names are kept apart from everything else."),
                ),
                DateField("enrolled_on", _("From which day?"), required=True),
            ],
            values={"enrolled_on": self._course.starts_on},
            on_submit=save,
            submit_label=_("Put on the course"),
            drafts=course_drafts(self._desk, self._course.id, "enrol"),
            clear_after_save=True,
        )  # fmt: skip

    def _turn_form(self, mentors: list[Mentor]) -> Form:
        def save(submission: Submission) -> Receipt:
            values = submission.values
            withdrawn: list[tuple[Turn, dt.date]] = []

            def change(session: Session) -> Saved:
                nonlocal withdrawn
                saved, withdrawn = people_records.save_turn(
                    session, self._course.id, str(values["mentor"]), cast(Turn, values["turn"]),
                    cast(dt.date, values["on"]),
                )  # fmt: skip
                return saved

            receipt = self._desk.save(submission, change)
            told = _("{name}: {what}, from {date}.").format(
                name=dict(_names(mentors))[str(values["mentor"])],
                what=_turn_name(cast(Turn, values["turn"])).lower(),
                date=format_date(cast(dt.date, values["on"])),
            )
            self._on_change(" ".join([told, receipt_text(receipt), *map(_withdrawn, withdrawn)]))
            return receipt

        return Form(
            "turn",
            [
                ChoiceField("mentor", _("Who?"), required=True, options=_names(mentors)),
                ChoiceField(
                    "turn", _("What happens?"), required=True, look="radio",
                    options=[(turn, _turn_name(turn)) for turn in TURNS],
                ),
                DateField(
                    "on", _("From which day?"), required=True,
                    hint=_("Days from then on are not expected of them. Earlier days stay."),
                ),
            ],
            values={"on": self._desk.today},
            on_submit=save,
            drafts=course_drafts(self._desk, self._course.id, "turn"),
            clear_after_save=True,
        )  # fmt: skip

    def _take_off_parts(self, untouched: list[Mentor]) -> list[Part]:
        def save(submission: Submission) -> Receipt:
            code = str(submission.values["mentor"])
            receipt = self._desk.save(
                submission,
                lambda session: people_records.take_off(session, self._course.id, code),
            )
            self._on_change(_("They are off the course again."))
            return receipt

        return [
            Prose(
                _(
                    "This is for mistakes only: the place and the name are deleted. It can be done "
                    "as long as nothing is recorded about them."
                )
            ),
            Form(
                "take_off",
                [ChoiceField("mentor", _("Who?"), required=True, options=_names(untouched))],
                on_submit=save,
                submit_label=_("Take off the course"),
            ),
        ]


def _names(mentors: list[Mentor]) -> list[tuple[str, str]]:
    return [(mentor.code, mentor.name) for mentor in mentors]


def _turn_name(turn: Turn) -> str:
    return {
        "paused": _("Takes a pause"),
        "resumed": _("Comes back"),
        "left": _("Leaves the course"),
    }[turn]


def _withdrawn(noted: tuple[Turn, dt.date]) -> str:
    turn, on = noted
    return _("What was noted for {date} no longer holds: {what}.").format(
        date=format_date(on), what=_turn_name(turn).lower()
    )


def _state(state: str) -> Status:
    return {
        "not_enrolled": Status(_("begins later"), "neutral"),
        "on": Status(_("is on the course"), "ok"),
        "paused": Status(_("is on a pause"), "info"),
        "left": Status(_("has left"), "neutral"),
    }[state]


def _contacts(values: Mapping[str, object]) -> Contacts:
    return Contacts(str(values["email"]), str(values["phone"]))
