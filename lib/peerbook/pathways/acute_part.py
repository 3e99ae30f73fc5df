"""Whom people can call in an acute crisis, the card with it, and who has got the card."""

from __future__ import annotations

from typing import cast

from peerbook.pathways import staff_records
from peerbook.pathways.acute_card import acute_card
from peerbook.people.mistakes_part import Noted, mistakes
from peerbook.people.participants import danish_order
from peerbook.sites.tab import Tab
from peerbook.store import identities
from peerbook.text import _, ngettext
from peerbook.ui import (
    Column,
    Disclosure,
    Download,
    Form,
    Heading,
    LongTextField,
    Notice,
    Part,
    Prose,
    RowAction,
    Status,
    Submission,
    Table,
)
from peerbook.ui.table import Cells

CARD_LENGTH = 300
"""Letters there is room for on a card."""


class AcuteHelp(Tab):
    """The form for whom to call, the card to print, and who has got it."""

    def parts(self) -> list[Part]:
        """Return the form, and below it the card and who has got it."""
        return [
            Heading(_("A card for when it becomes acute")),
            Prose(
                _(
                    "All who take part must know where to turn when you are off work (Vejle’s "
                    "manual, p. 23)."
                )
            ),
            self._form(),
            *super().parts(),
        ]

    def _form(self) -> Form:
        with self._desk.store.read() as session:
            seen = staff_records.acute_help(session, self._site.id)

        def save(submission: Submission) -> None:
            nonlocal seen
            before = seen if submission.seen is None else str(submission.seen["acute_help"])
            mine = str(submission.values["acute_help"]).strip()
            with self._desk.store.write(self._desk.actor) as session:
                staff_records.save_acute_help(session, self._site.id, mine, before)
            seen = mine
            self._place.refresh()
            self._on_change(self)

        return Form(
            "acute_help",
            [
                LongTextField(
                    "acute_help", _("Whom can people call, and where can they go?"),
                    max_length=CARD_LENGTH,
                    hint=_(
                        "Write the names and numbers that hold where you are, one on each line. "
                        "We know none of them."
                    ),
                )
            ],
            values={"acute_help": seen},
            on_submit=save,
            submit_label=_("Save what stands on the card"),
            drafts=self._desk.drafts(f"acute_help:{self._site.id}"),
        )  # fmt: skip

    def _overview_parts(self) -> list[Part]:
        with self._desk.store.read() as session:
            text = staff_records.acute_help(session, self._site.id)
            cards = staff_records.cards(session, self._site.id, self._desk.today)
        if not text:
            return [Prose(_("When it is written, you can print the card here."))]
        missing = sum(day is None for day in cards.values())
        told = ngettext(
            "{n} who takes part has no card yet.", "{n} who take part have no card yet.", missing
        ).format(n=missing)
        given = CardsGiven(self._desk, self._site, lambda _changed: self._on_change(self))
        return [
            Download(
                _("The card to print (.pdf)"),
                lambda: acute_card(text, self._site.name, synthetic=self._desk.synthetic),
            ),
            Notice("info", told) if missing else Prose(_("All who take part have the card.")),
            Disclosure(_("Who has got the card?"), given.parts),
        ]


class CardsGiven(Tab):
    """Who has got the card, and who has not."""

    def _overview_parts(self) -> list[Part]:
        with self._desk.store.read() as session:
            cards = staff_records.cards(session, self._site.id, self._desk.today)
            given = staff_records.cards_given(session, self._site.id, self._desk.today)
            names = identities.name_of(session, sorted(cards)) if self._desk.sees_names else {}
        rows = [
            {
                "code": code,
                "name": names.get(code, code),
                "state": card_status(has_card=day is not None),
                "since": day,
            }
            for code, day in cards.items()
        ]
        rows.sort(
            key=lambda row: (row["since"] is not None, danish_order(str(row["name"])), row["code"])
        )
        columns = [
            Column("name", _("Name")),
            Column("state", _("Card"), kind="status"),
            Column("since", _("Got it on"), kind="date"),
        ]
        action = RowAction(_give_label, self._give)
        table = Table(columns, rows, _("Who has the card"), sortable=False, action=action)
        known = [
            Noted(code, names.get(code, code), _("Has the card"), event.effective_on, event.seq)
            for code, event in given.items()
            if code in cards
        ]
        known.sort(key=lambda one: (-one.on.toordinal(), danish_order(one.name), one.code))
        wrong = mistakes(
            _("Noted by mistake?"), _("Who has got the card, the latest first"),
            len(known), lambda: known, self._take_back,
        )  # fmt: skip
        return [table, *wrong]

    def _take_back(self, noted: Noted) -> str:
        return self._press(
            lambda session: staff_records.take_back_card(session, noted.code, noted.seq),
            _("It is taken back."),
        )

    def _give(self, row: Cells) -> str:
        today = self._desk.today
        return self._press(
            lambda session: staff_records.give_card(
                session, self._site.id, str(row["code"]), today, today
            ),
            _("{name} has the card.").format(name=cast(str, row["name"])),
        )


def card_status(*, has_card: bool) -> Status:
    """Return whether somebody has the card, as a cell shows it."""
    return Status(_("Has the card"), "ok") if has_card else Status(_("Not yet"), "warn")


def _give_label(row: Cells) -> str:
    return _("Has got it today") if row["since"] is None else _("Has got a new one today")
