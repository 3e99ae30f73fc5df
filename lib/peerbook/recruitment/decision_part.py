"""What somebody decides after the first talk, and what they say yes and no to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Final, Literal, cast

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.months import months_after
from peerbook.people.consent_form import asking_words, consent_form, day_parts
from peerbook.people.participants import last_noted, refuse_deleted, refuse_overtaken
from peerbook.privacy.consent import Purpose, consents, save_answers, standings
from peerbook.recruitment import talk_records
from peerbook.recruitment.journey_records import Asker
from peerbook.recruitment.names import outcome_name, reason_name, wanted_role_name
from peerbook.recruitment.person_history import decision_told
from peerbook.recruitment.talk_records import OUTCOMES, REASONS, Decided
from peerbook.store import Saved, events_of, identities, in_effect
from peerbook.store.backup import remember_taken_back
from peerbook.text import _, format_date
from peerbook.ui import (
    Button,
    ChoiceField,
    DateField,
    Disclosure,
    Form,
    Heading,
    Part,
    Prose,
    Submission,
    literal,
    receipt_text,
)
from peerbook.ui.answers import given
from peerbook.ui.asking import asks_once

MONTHS_TO_WAIT: Final = 6
"""After so long whoever said yes to it is written to again: shared/features.md, C5."""


class Decisions:
    """What one person decides.

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

    def parts(self) -> list[Part]:
        """Return the form, and the one for consent."""
        decided = self._taking_back()
        form = self._decision_form()
        return [
            Heading(_("What have they decided?"), level=3),
            *decided,
            Disclosure(_("They have decided anew"), [form]) if decided else form,
            Disclosure(_("What they have said yes to"), self._consent_parts),
        ]

    def _taking_back(self) -> list[Part]:
        """Return what they decided last, with a way to take it back; nothing where that is none."""
        with self._desk.store.read() as session:
            known = talk_records.decisions(session, [self._one.code], until=self._desk.today)
            last = next(reversed(known.get(self._one.code, [])), None)
            if last is None:
                return []
            seq, told = last.seq, decision_told(last)

        def take_back() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                talk_records.take_back_decision(session, self._one.code, seq)
            said = _("It is taken back.")
            self._reopen(said)
            return said

        question = _(
            "Take this back? It is then as if they had not said it. If they join, they no longer "
            "do; a day to write to them again is forgotten. What was talked about stays."
        )
        line = _("{date}: {decided}").format(date=format_date(last.effective_on), decided=told)
        return [
            Prose(literal(line)),
            Button(_("Take back what they decided"), take_back, confirm=question),
        ]

    def _decision_form(self) -> Form:
        with self._desk.store.read() as session:
            seen = last_noted(session, self._one.code)
        ask = asks_once()

        def save(submission: Submission) -> None:
            values = submission.values
            on = given(dt.date, values["on"])
            outcome = cast(talk_records.Outcome, values["outcome"])
            may_write = values["may_write"] == "yes" and outcome != "joined"
            decided = Decided(
                outcome,
                on,
                cast("Literal['peer', 'mentor'] | None", values["joins_as"]),
                cast("talk_records.Reason | None", values["reason"]),
                months_after(on, MONTHS_TO_WAIT) if may_write else None,
            )

            def change(session: Session, meant: Collection[object]) -> Saved:
                refuse_overtaken(session, self._one.code, seen)
                return talk_records.save_decision(
                    session, self._one.code, decided, self._desk.today, is_meant=on in meant
                )

            def save_it(meant: Collection[object]) -> None:
                if outcome == "not_now" and not values["may_write"] and "may_write" not in meant:
                    text = _(
                        "Whether you may write to them again is not answered. Ask them. If you "
                        "cannot, save once more; then they are not on the list to write to."
                    )
                    raise InputFault.asking("may_write", text, "may_write")
                receipt = self._desk.save(submission, lambda session: change(session, meant))
                self._reopen(receipt_text(receipt))

            ask(save_it)

        begin: dict[str, object] = {"on": self._desk.today}
        if self._one.role in ("peer", "mentor"):
            begin["joins_as"] = self._one.role
        return Form(
            "decision",
            [
                ChoiceField(
                    "outcome", _("What did they say?"), required=True, look="radio",
                    options=[(outcome, outcome_name(outcome)) for outcome in OUTCOMES],
                ),
                ChoiceField(
                    "joins_as", _("If they join: as what?"),
                    options=[(role, wanted_role_name(role)) for role in ("peer", "mentor")],
                ),
                ChoiceField(
                    "reason", _("If not: why?"),
                    options=[(reason, reason_name(reason)) for reason in REASONS],
                ),
                ChoiceField(
                    "may_write", _("If not: may we write in six months?"), look="radio",
                    options=[("yes", _("Yes")), ("no", _("No"))],
                ),
                DateField("on", _("When?"), required=True, latest=self._desk.today),
            ],
            values=begin,
            on_submit=save,
            submit_label=_("Save what they decided"),
        )  # fmt: skip

    def _consent_parts(self) -> list[Part]:
        with self._desk.store.read() as session:
            said = consents(session, self._one.code, self._desk.today)
            is_on_course = any(
                event.kind == "enrolled"
                for event in in_effect(
                    events_of(session, "participant", self._one.code), dt.date.max
                )
            )
        if is_on_course:
            return [
                Prose(
                    _(
                        "They are or were on a course. Write their answers on the page "
                        "[Attendance and evaluation](course_record.ipynb), where a no takes them "
                        "off the course."
                    )
                )
            ]

        def save(
            submission: Submission,
            answers: dict[Purpose, bool],
            on: dt.date,
            meant: Collection[object],
        ) -> None:
            def change(session: Session) -> Saved:
                refuse_deleted(session, self._one.code)
                saved = save_answers(
                    session, self._one.code, answers, on, today=self._desk.today, meant=meant
                )
                if answers.get("cpr_link") is False:
                    identities.forget_cpr(session, self._one.code)
                session.flush()
                remember_taken_back(session, standings(session, [self._one.code]))
                return saved

            self._reopen(receipt_text(self._desk.save(submission, change)))

        return [
            Disclosure(_("The words they are asked with"), asking_words(self._desk)),
            consent_form(self._desk, said, save),
            *day_parts(self._desk, self._one.code, said, self._reopen),
        ]
