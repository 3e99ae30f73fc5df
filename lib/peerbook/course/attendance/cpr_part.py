"""CPR numbers of those on a course, where they are turned on: masked, and shown whole on request.

What is typed here is kept in no draft, and the receipt's digest leaves it out: a number of ten
digits is soon found behind either.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy.orm import Session

from peerbook.course import people_records
from peerbook.course.attendance.mentor_list import MentorList
from peerbook.course.people_records import Mentor
from peerbook.desk import Desk
from peerbook.privacy.consent import Consent, consents
from peerbook.privacy.cpr_number import Ground, KeptNumber, NewNumber, save_number
from peerbook.settings import cpr_purpose
from peerbook.store import Receipt, Saved, identities
from peerbook.store.cpr import shown_whole
from peerbook.store.identities import KeptCpr
from peerbook.store.tables import Course
from peerbook.text import _, format_date, format_list
from peerbook.ui import (
    Button,
    ChoiceField,
    Column,
    Form,
    Heading,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    Table,
    TextField,
    literal,
    receipt_text,
)


def has_cpr_numbers(desk: Desk) -> bool:
    """Return whether whoever sits there sees to CPR numbers: a leader, where they are turned on."""
    return desk.visitor.role == "leader" and bool(desk.store.setting(identities.CPR_SETTING, False))


class CprNumbers:
    """The numbers of a course; the list gives place to the form for one of them."""

    def __init__(self, desk: Desk, course: Course) -> None:
        self._desk = desk
        self._course = course
        self._list = MentorList(self._listed, self._about)

    def parts(self) -> list[Part]:
        """Return what the numbers are for, and the list."""
        self._list.show_overview()
        told = _("They are kept for this: {purpose}")
        purpose = literal(cpr_purpose(self._desk.store))
        # What they are kept for stays in sight while a number is written.
        return [Prose(told.format(purpose=purpose)), Section([self._list])]

    def follow(self) -> None:
        """Show what holds now, since somebody has said something else to linking."""
        self._list.show_again()

    def _listed(self) -> list[Part]:
        with self._desk.store.read() as session:
            mentors = people_records.mentors(session, self._course.id)
            kept = identities.kept_cpr_of(session, [mentor.code for mentor in mentors])
        columns = [
            Column("name", _("Mentor")),
            Column("cpr", _("CPR number")),
            Column("basis", _("What allows it")),
        ]
        rows = [
            {
                "code": mentor.code,
                "name": mentor.name,
                "cpr": kept[mentor.code].masked if mentor.code in kept else None,
                "basis": kept[mentor.code].basis if mentor.code in kept else None,
            }
            for mentor in mentors
        ]
        return [
            Table(
                columns, rows, _("CPR numbers on the course"), sortable=False,
                action=self._list.opens(_("See to the number"), mentors),
            )
        ]  # fmt: skip

    def _about(self, mentor: Mentor) -> list[Part]:
        with self._desk.store.read() as session:
            kept = identities.kept_cpr_of(session, [mentor.code]).get(mentor.code)
            said = consents(session, mentor.code, self._desk.today).get("cpr_link")
        return [
            Heading(_("CPR number of {name}").format(name=mentor.name), level=3),
            *(self._kept_parts(mentor, kept) if kept else []),
            self._form(mentor, kept, said),
        ]

    def _kept_parts(self, mentor: Mentor, kept: KeptCpr) -> list[Part]:
        shown = Section([Prose(_("The number is {number}.").format(number=kept.masked))])

        def reveal() -> str:
            with self._desk.store.read() as session:
                digits = identities.reveal_cpr(session, mentor.code)
            text = _("The number is {number}.").format(number=shown_whole(digits))
            shown.show([Prose(text)])
            return _("That you have seen it is written down.")

        def forget() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                identities.forget_cpr(session, mentor.code)
            told = _("The number of {name} is deleted.").format(name=mentor.name)
            self._list.show_overview(told)
            return told

        return [
            shown,
            Button(_("Show the whole number"), reveal),
            Button(
                _("Delete the number"),
                forget,
                confirm=_("Delete the number? It cannot be brought back here."),
                look="danger",
            ),
        ]

    def _form(self, mentor: Mentor, kept: KeptCpr | None, said: Consent | None) -> Form:
        def save(submission: Submission) -> Receipt:
            values = submission.values
            new = NewNumber(
                str(values["cpr"]), cast(Ground, values["ground"]), str(values["law"]),
                kept.mark if kept else "",
            )  # fmt: skip
            became: list[KeptNumber] = []

            def change(session: Session) -> Saved:
                became[:] = [save_number(session, mentor.code, new, today=self._desk.today)]
                return became[0].saved

            receipt = self._desk.store.submit(submission.key, self._desk.actor, change)
            hints = self._hints(became[0]) if became else []
            self._list.show_overview(receipt_text(receipt), hints)
            return receipt

        return Form(
            "cpr_number",
            [
                TextField(
                    "cpr", _("New CPR number") if kept else _("CPR number"), required=True,
                    max_length=60, hint=_("Ten digits. It is shown masked from now on."),
                ),
                ChoiceField(
                    "ground", _("What allows you to keep it?"), required=True, look="radio",
                    options=[
                        ("consent", _("They have said yes to linking by CPR number")),
                        ("law", _("A law")),
                    ],
                    hint=_asked(said),
                ),
                TextField(
                    "law", _("Which law?"), max_length=200,
                    hint=_("Only if it is a law. Name the part of it too."),
                ),
            ],
            values={"ground": "consent" if said and said.given else None},
            on_submit=save,
            submit_label=_("Save the number"),
        )  # fmt: skip

    def _hints(self, became: KeptNumber) -> list[Notice]:
        hints = [Notice("info", became.doubt)] if became.doubt else []
        if became.others:
            with self._desk.store.read() as session:
                names = identities.name_of(session, became.others)
            text = _("{names} has the same number here. Is it one person, or is one mistyped?")
            who = format_list([names.get(code, code) for code in became.others])
            hints.append(Notice("warn", text.format(names=who)))
        return hints


def _asked(said: Consent | None) -> str:
    if said is None:
        return _("They have not been asked yet about linking by CPR number.")
    text = _("They said yes on {date}.") if said.given else _("They said no on {date}.")
    return text.format(date=format_date(said.since))
