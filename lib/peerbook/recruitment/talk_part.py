"""The first talk with somebody: agreed, moved, held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.people.names import CHANNELS, channel_name
from peerbook.people.participants import refuse_deleted
from peerbook.recruitment import enquiry_records, talk_records
from peerbook.recruitment.checklist import coffee_talk
from peerbook.recruitment.journey_records import Asker
from peerbook.recruitment.names import ROLES, wanted_role_name
from peerbook.recruitment.talk_records import PLANNED_MINUTES, Agreed, Held
from peerbook.store import Saved
from peerbook.store.tables import Channel, CoffeeTalk, WantedRole
from peerbook.text import _, format_date, format_time
from peerbook.ui import (
    Button,
    ChoiceField,
    ChoicesField,
    DateField,
    Disclosure,
    Field,
    Form,
    Heading,
    IntegerField,
    LongTextField,
    Part,
    Prose,
    Submission,
    TextField,
    TimeField,
    literal,
    receipt_text,
)
from peerbook.ui.answers import given, given_or_none, whole


class Talks:
    """The talks with one person.

    Parameters
    ----------
    desk, one
        Where, and who.
    reopen
        Shows the person as they stand after a save, with a sentence about it.
    """

    def __init__(self, desk: Desk, one: Asker, reopen: Callable[[str], None]) -> None:
        self._desk = desk
        self._one = one
        self._reopen = reopen

    def parts(self, talks: Sequence[CoffeeTalk]) -> list[Part]:
        """Return what there is to do, given the talks with them, the latest first."""
        agreed = next((talk for talk in talks if talk.state == "agreed"), None)
        latest = next((talk for talk in talks if talk.state == "held"), None)
        if agreed is not None:
            return [
                Heading(_("The talk"), level=3),
                Prose(_talk_line(agreed)),
                Disclosure(_("It was held"), lambda: [self._held_form(agreed)]),
                Disclosure(_("Move or cancel it"), lambda: self._moving(agreed)),
            ]
        if latest is None:
            return [
                Heading(_("Agree on a talk over a cup of coffee"), level=3),
                self._agree_form(),
                Disclosure(_("A talk was held already"), lambda: [self._held_form(None)]),
            ]
        return [
            Disclosure(_("The first talk"), lambda: [self._held_form(latest)]),
            Disclosure(_("Agree on another talk"), lambda: [self._agree_form()]),
        ]

    def _save(self, submission: Submission, change: Callable[[Session], Saved]) -> None:
        receipt = self._desk.save(submission, change)
        self._reopen(receipt_text(receipt))

    def _agree_form(self) -> Form:
        def save(submission: Submission) -> None:
            agreed = _agreed(submission)
            self._save(submission, lambda session: talk_records.agree_talk(
                    session, self._one.code, agreed, self._desk.today
                ),
            )  # fmt: skip

        return Form(
            "coffee_talk", _agreed_fields(), values={"role": self._one.role, "staff": 1},
            on_submit=save, submit_label=_("Save the talk"),
        )  # fmt: skip

    def _moving(self, talk: CoffeeTalk) -> list[Part]:
        def move(submission: Submission) -> None:
            agreed = _agreed(submission)
            self._save(submission, lambda session: talk_records.move_talk(
                    session, talk.id, agreed, self._desk.today, talk.version
                ),
            )  # fmt: skip

        def cancel() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                talk_records.cancel_talk(session, talk.id, talk.version)
            told = _("The talk is cancelled.")
            self._reopen(told)
            return told

        return [
            Form(
                "move_talk", _agreed_fields(),
                values={
                    "role": talk.role, "date": talk.date, "starts_at": talk.starts_at,
                    "place": talk.place, "staff": talk.staff,
                },
                on_submit=move, submit_label=_("Move the talk"),
            ),
            Button(_("Cancel the talk"), cancel, confirm=_("Cancel this talk?")),
        ]  # fmt: skip

    def _held_form(self, talk: CoffeeTalk | None) -> Form:
        checklist = coffee_talk()
        role = self._one.role if talk is None else talk.role
        points = checklist.of(role)
        with self._desk.store.read() as session:
            decided = enquiry_records.deciding_channel(session, self._one.code)

        def save(submission: Submission) -> None:
            values = submission.values
            held = Held(
                cast(WantedRole, values["role"]),
                given(dt.date, values["date"]),
                str(values["place"]),
                whole(values["staff"]) or 1,
                whole(values["minutes"]) or PLANNED_MINUTES,
                checklist.version,
                tuple(str(point) for point in given(tuple, values["ticked"])),
                str(values["goals"]),
                str(values["wishes"]),
            )
            channel = cast("Channel | None", values["decided_via"])

            def change(session: Session) -> Saved:
                enquiry_records.note_deciding_channel(session, self._one.code, channel)
                return talk_records.save_held_talk(
                    session, self._one.code, held, self._desk.today,
                    number=None if talk is None else talk.id,
                    seen_version=0 if talk is None else talk.version,
                )  # fmt: skip

            self._save(submission, change)

        values: dict[str, object] = {
            "role": role, "staff": 1, "minutes": PLANNED_MINUTES, "date": self._desk.today,
            "decided_via": decided,
        }  # fmt: skip
        if talk is not None:
            known = {point.id for point in points}
            values |= {
                "date": min(talk.date, self._desk.today), "place": talk.place, "staff": talk.staff,
                "minutes": talk.minutes or PLANNED_MINUTES,
                "ticked": tuple(point for point in talk.ticked if point in known),
                "goals": talk.goals, "wishes": talk.wishes,
            }  # fmt: skip
        return Form(
            "held_talk",
            [
                DateField("date", _("When was it?"), required=True, latest=self._desk.today),
                TextField("place", _("Where?"), max_length=120),
                IntegerField("staff", _("How many staff?"), required=True, minimum=1, maximum=9),
                IntegerField(
                    "minutes", _("How long?"), required=True, minimum=1, maximum=600,
                    unit=_("minutes"),
                ),
                ChoiceField(
                    "decided_via", _("What made them come?"),
                    options=[(channel, channel_name(channel)) for channel in CHANNELS],
                    hint=_("Ask them. It tells which way of reaching people works."),
                ),
                _role_field(),
                ChoicesField(
                    "ticked", _("What did you talk about?"),
                    options=[(point.id, point.text) for point in points],
                ),
                LongTextField("goals", _("What do they want to reach?"), max_length=2000),
                LongTextField(
                    "wishes", _("What do they wish of the one they are matched with?"),
                    max_length=2000,
                    hint=_(
                        "Wishes often change once people have met. They are kept to compare with."
                    ),
                ),
            ],
            values=values,
            on_submit=save,
            submit_label=_("Save the talk"),
            drafts=self._desk.drafts(
                f"held_talk:{self._one.code}",
                check=lambda session: refuse_deleted(session, self._one.code),
            ),
        )  # fmt: skip


def _role_field() -> ChoiceField:
    return ChoiceField(
        "role", _("How do they want to take part?"), required=True, look="radio",
        options=[(role, wanted_role_name(role)) for role in ROLES],
    )  # fmt: skip


def _agreed_fields() -> list[Field[Any]]:
    return [
        DateField("date", _("When?"), required=True),
        TimeField("starts_at", _("At what time?")),
        TextField(
            "place", _("Where?"), max_length=120,
            hint=_("Best away from the psychiatry: a café or the volunteer centre."),
        ),
        IntegerField("staff", _("How many staff?"), required=True, minimum=1, maximum=9),
        _role_field(),
    ]  # fmt: skip


def _agreed(submission: Submission) -> Agreed:
    values = submission.values
    return Agreed(
        cast(WantedRole, values["role"]),
        given(dt.date, values["date"]),
        given_or_none(dt.time, values["starts_at"]),
        str(values["place"]),
        whole(values["staff"]) or 1,
    )


def _talk_line(talk: CoffeeTalk) -> str:
    when = format_date(talk.date, "long")
    if talk.starts_at is not None:
        when = _("{date} at {time}").format(date=when, time=format_time(talk.starts_at))
    return f"{when}, {literal(talk.place)}" if talk.place else when
