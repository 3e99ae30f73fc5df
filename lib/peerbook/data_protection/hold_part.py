"""That one person must be kept for a while, and why."""

from __future__ import annotations

import datetime as dt
from typing import cast

from peerbook.desk import Desk
from peerbook.privacy import retention
from peerbook.store import Receipt
from peerbook.store.tables import Hold
from peerbook.text import _, format_date
from peerbook.ui import Button, DateField, Form, Notice, Part, Prose, Section, Submission, TextField


def hold_parts(desk: Desk, code: str) -> list[Part]:
    """Return until when a person is kept, and the form that keeps them longer."""
    place = Section([])

    def redraw(told: str = "") -> None:
        with desk.store.read() as session:
            term = retention.term_of(session, code, desk.today)
            held = session.get(Hold, code)
        if held is not None and held.until > desk.today:
            now: Part = Notice(
                "info",
                _("Must be kept until {date}: {reason}").format(
                    date=format_date(held.until), reason=held.reason
                ),
            )
        elif term is None:
            now = Prose(_("It is not decided yet how long people are kept."))
        else:
            now = Prose(_("To be deleted on {date}.").format(date=format_date(term.due_on)))
        version = None if held is None else held.version
        undo = [] if held is None else [Button(_("They need not be kept longer"), lift)]
        saved = [Notice("ok", told)] if told else []
        place.show([*saved, now, *undo, form(version)], told)

    def lift() -> str:
        with desk.store.write(desk.actor) as session:
            retention.lift(session, code)
        told = _("The rule for everybody holds again.")
        redraw(told)
        return told

    def form(version: int | None) -> Form:
        def save(submission: Submission) -> Receipt:
            values = submission.values
            receipt = desk.save(
                submission,
                lambda session: retention.hold(
                    session, code, cast(dt.date, values["until"]), str(values["reason"]),
                    today=desk.today, seen=version,
                ),
            )  # fmt: skip
            redraw(_("Saved."))
            return receipt

        return Form(
            "hold",
            [
                DateField("until", _("Must be kept until"), required=True),
                TextField(
                    "reason", _("Because"), required=True, max_length=300,
                    hint=_("For instance a complaint that is not settled. No illness."),
                ),
            ],
            on_submit=save,
            submit_label=_("Keep them until then"),
        )  # fmt: skip

    redraw()
    return [place]
