"""Mentors who have left support at home: that they did, and whether anybody asked how it goes."""

from __future__ import annotations

import datetime as dt

from peerbook.pathways import staff_records
from peerbook.pathways.acute_part import card_status
from peerbook.pathways.staff_records import LeftSupport
from peerbook.people.mistakes_part import Noted, mistakes
from peerbook.people.participants import danish_order, roles_on
from peerbook.sites.tab import Tab
from peerbook.store import identities
from peerbook.text import _
from peerbook.ui import (
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Form,
    Heading,
    Part,
    Prose,
    RowAction,
    Status,
    Submission,
    Table,
)
from peerbook.ui.answers import given


class Support(Tab):
    """Who does without support now, and the form that notes it."""

    def parts(self) -> list[Part]:
        """Return the form and the list."""
        return [
            Heading(_("Mentors who do without support at home")),
            Prose(
                _(
                    "It is a large step to do without support by § 85, and staff easily become a "
                    "stand-in (Vejle’s manual, p. 23). Ask how it goes."
                )
            ),
            Disclosure(_("Note that a mentor has left support"), lambda: [self._form()]),
            *super().parts(),
        ]

    def _overview_parts(self) -> list[Part]:
        today = self._desk.today
        with self._desk.store.read() as session:
            left = staff_records.left_support(session, self._site.id, today)
            cards = staff_records.cards(session, self._site.id, today)
            codes = [one.code for one in left]
            names = identities.name_of(session, codes) if self._desk.sees_names else {}
        if not left:
            return [Prose(_("No mentor is noted here."))]
        columns = [
            Column("name", _("Name")),
            Column("since", _("Without support since"), kind="date"),
            Column("asked", _("Has anybody asked?"), kind="status"),
            Column("asked_on", _("Asked on"), kind="date"),
            Column("card", _("Card"), kind="status"),
        ]
        rows = [
            {
                "code": one.code,
                "name": names.get(one.code, one.code),
                "since": one.since,
                "asked": Status(_("Yes"), "ok")
                if one.asked_on
                else Status(_("Not yet. Ask how it goes"), "info"),
                "asked_on": one.asked_on,
                "card": card_status(has_card=cards.get(one.code) is not None),
            }
            for one in left
        ]
        table = Table(
            columns, rows, _("Without support at home, the latest first"), sortable=False,
            action=RowAction(_("We have talked about it"), self._asked),
        )  # fmt: skip
        return [table, *self._mistakes(left, names)]

    def _mistakes(self, left: list[LeftSupport], names: dict[str, str]) -> list[Part]:
        known = []
        for one in left:
            name = names.get(one.code, one.code)
            left_it = _("Does without support")
            known.append(Noted(one.code, name, left_it, one.since, one.seq))
            if one.asked_on is not None:
                asked = _("You have talked about it")
                known.append(Noted(one.code, name, asked, one.asked_on, one.asked_seq))

        def take_back(noted: Noted) -> str:
            is_asked = any(one.asked_seq == noted.seq for one in left)
            taking = (
                staff_records.take_back_asked if is_asked else staff_records.take_back_left_support
            )
            return self._press(
                lambda session: taking(session, noted.code, noted.seq), _("It is taken back.")
            )

        return mistakes(
            _("Noted by mistake?"), _("What is noted about support at home"),
            len(known), lambda: known, take_back,
        )  # fmt: skip

    def _asked(self, row: Cells) -> str:
        today = self._desk.today
        return self._press(
            lambda session: staff_records.save_asked(
                session, self._site.id, str(row["code"]), today, today
            ),
            _("It is noted that you talked."),
        )

    def _form(self) -> Form:
        with self._desk.store.read() as session:
            roles = roles_on(session, self._site.id, self._desk.today)
            mentors = sorted(code for code, role in roles.items() if role == "mentor")
            known = identities.name_of(session, mentors) if self._desk.sees_names else {}
        names = dict(zip(mentors, mentors, strict=True)) | known
        options = sorted(names.items(), key=lambda one: (danish_order(one[1]), one[0]))

        def save(submission: Submission) -> None:
            values = submission.values
            self._save_and_show(
                submission,
                lambda session: staff_records.save_left_support(
                    session, self._site.id, str(values["code"]), given(dt.date, values["on"]),
                    self._desk.today,
                ),
            )  # fmt: skip

        return Form(
            "left_support",
            [
                ChoiceField("code", _("Who?"), required=True, options=options),
                DateField("on", _("From which day?"), required=True, latest=self._desk.today),
            ],
            values={"on": self._desk.today},
            on_submit=save,
            submit_label=_("Save that the support ended"),
        )
