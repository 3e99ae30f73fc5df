"""Contacts out of hours: noting one, how often each member of staff was reached, and by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from peerbook.pathways import staff_records
from peerbook.pathways.names import hidden_text
from peerbook.pathways.over_involvement import Contact, Load, by_pair, latest_months, loads
from peerbook.pathways.staff_records import STAFF_LENGTH, SavedContact
from peerbook.people.pairs import Pair, pairs
from peerbook.privacy import disclosure
from peerbook.sites.tab import Tab
from peerbook.store import Receipt, identities
from peerbook.text import _, format_list, format_month, format_number
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Field,
    Form,
    Heading,
    IntegerField,
    Notice,
    Part,
    Prose,
    RowAction,
    Submission,
    Table,
    TextField,
)
from peerbook.ui.answers import given, given_or_none, whole

SHOWN, MOST_NAMED = 20, 6


class OutOfHours(Tab):
    """The form, the months of each member of staff, and what was noted.

    How often each pair called is told only to those who may see who takes part, and only when they
    ask.
    """

    def parts(self) -> list[Part]:
        """Return the form, and below it how it stands."""

        def save(submission: Submission) -> Receipt:
            return self._save(
                submission,
                lambda session: staff_records.save_contact(
                    session, self._site.id, _contact(submission.values), self._desk.today
                ),
            )

        form = Form(
            "out_of_hours_contact", self._fields(), values={"date": self._desk.today},
            on_submit=save, submit_label=_("Save the contact"),
            drafts=self._desk.drafts(f"out_of_hours_contact:{self._site.id}"),
            clear_after_save=True,
        )  # fmt: skip
        return [
            Heading(_("Reached outside working hours")),
            Prose(
                _(
                    "You must be able to switch the telephone off (Vejle’s manual, p. 23). Note "
                    "only that you were reached, never what about."
                )
            ),
            form,
            *super().parts(),
            Disclosure(_("When is it too often?"), lambda: [self._limit_form()]),
        ]

    def _fields(self, chosen: int | None = None) -> list[Field[Any]]:
        known = self._pairs()
        names = self._names(known)
        with self._desk.store.read() as session:
            before = staff_records.staff_named(session, self._site.id)
        hint = _("What your colleagues call you. Write it the same each time.")
        if before:
            told = _("Used before: {labels}.").format(labels=format_list(before[:MOST_NAMED]))
            hint = f"{hint} {told}"
        return [
            TextField(
                "staff", _("Who was reached?"), required=True, max_length=STAFF_LENGTH, hint=hint
            ),
            DateField("date", _("When?"), required=True, latest=self._desk.today),
            ChoiceField(
                "pair", _("From which pair?"), hint=_("Only if you want to see it per pair."),
                options=[
                    (pair.number, _pair_name(pair, names)) for pair in known
                    if pair.ended_on is None or pair.number == chosen
                ],
            ),
        ]  # fmt: skip

    def _pairs(self) -> list[Pair]:
        with self._desk.store.read() as session:
            return pairs(session, self._site.id, self._desk.today)

    def _names(self, known: list[Pair]) -> dict[str, str]:
        if not self._desk.sees_names:
            return {}
        with self._desk.store.read() as session:
            return identities.name_of(session, sorted({c for pair in known for c in pair.codes}))

    # -- how it stands ---------------------------------------------------------------------------

    def _known(self) -> list[SavedContact]:
        with self._desk.store.read() as session:
            return staff_records.contacts(
                session, self._site.id, latest_months(self._desk.today)[0]
            )

    def _overview_parts(self) -> list[Part]:
        months, known = latest_months(self._desk.today), self._known()
        with self._desk.store.read() as session:
            limit = staff_records.limit_of(session, self._site.id)
        if not known:
            return [Prose(_("Nobody was reached outside working hours in the last half year."))]
        contacts = [one.contact for one in known]
        found = loads(contacts, months)
        parts: list[Part] = [
            *self._over(found, months, limit), Prose(_shown_told(self._desk.threshold())),
            self._table(found, months),
        ]  # fmt: skip
        if self._desk.sees_names:
            parts.append(
                Disclosure(
                    _("For the coordinator: how often from which pair?"),
                    lambda: self._by_pair(contacts),
                )
            )
        parts.append(
            Disclosure(_("For the coordinator: each contact"), lambda: [self._noted(known)])
        )
        return parts

    def _over(
        self, found: tuple[Load, ...], months: tuple[dt.date, ...], limit: int | None
    ) -> list[Part]:
        if limit is None:
            return [Prose(_("Nobody has said yet when it is too often. Do so below."))]
        over = [
            _("{staff} in {months}").format(
                staff=load.staff,
                months=format_list([format_month(months[place]) for place in places]),
            )
            for load in found
            if (places := load.over(limit))
        ]
        if not over:
            text = _("Nobody was reached more than {n} times in a month.")
            return [Notice("ok", text.format(n=limit))]
        text = _(
            "More than {n} times in a month: {who}. Talk about it, and see that those who call "
            "have the card with whom to call."
        )
        return [Notice("warn", text.format(n=limit, who="; ".join(over)))]

    def _table(self, found: tuple[Load, ...], months: tuple[dt.date, ...]) -> Table:
        told = _told(found, self._desk.threshold())
        columns = [Column("staff", _("Member of staff"))] + [
            Column(f"month_{place}", format_month(month)) for place, month in enumerate(months)
        ]
        rows = [
            {"staff": load.staff}
            | {f"month_{place}": told[load.staff, str(place)] for place in range(len(months))}
            for load in found
        ]
        return Table(columns, rows, _("Contacts outside working hours, by month"), sortable=False)

    def _by_pair(self, contacts: list[Contact]) -> list[Part]:
        found = by_pair(contacts, latest_months(self._desk.today)[0])
        if not found:
            return [Prose(_("No pair is noted at any contact."))]
        known = {pair.number: pair for pair in self._pairs()}
        names = self._names([known[number] for number, _count in found if number in known])
        rows = [
            {"pair": _pair_name(known[number], names), "contacts": count}
            for number, count in found
            if number in known
        ]
        columns = [
            Column("pair", _("Pair")),
            Column("contacts", _("How many times"), kind="number"),
        ]
        return [Table(columns, rows, _("Contacts in the last half year, by pair"), sortable=False)]

    # -- corrections -----------------------------------------------------------------------------

    def _noted(self, known: list[SavedContact]) -> Table:
        rows = [
            {"number": one.number, "date": one.contact.date, "staff": one.contact.staff}
            for one in known[:SHOWN]
        ]
        columns = [Column("date", _("When"), kind="date"), Column("staff", _("Member of staff"))]
        return Table(
            columns, rows, _("What was noted, the latest first"), sortable=False,
            action=RowAction(_("Correct"), self._correct),
        )  # fmt: skip

    def _correct(self, row: Cells) -> str:
        number = int(str(row["number"]))

        def parts() -> list[Part]:
            known = self._known()
            return next((self._correction_parts(one) for one in known if one.number == number), [])

        self._place.open(parts)
        return ""

    def _correction_parts(self, saved: SavedContact) -> list[Part]:
        def save(submission: Submission) -> None:
            self._save_and_show(
                submission,
                lambda session: staff_records.correct_contact(
                    session, saved.number, _contact(submission.values), self._desk.today,
                    saved.version,
                ),
            )  # fmt: skip

        def remove() -> str:
            return self._press(
                lambda session: staff_records.remove_contact(session, saved.number, saved.version),
                _("It is removed."),
            )

        contact = saved.contact
        values = {"staff": contact.staff, "date": contact.date, "pair": contact.pair}
        form = Form(
            "out_of_hours_correction", self._fields(contact.pair), values=values, on_submit=save,
            submit_label=_("Save the correction"),
        )  # fmt: skip
        remove_it = Button(_("Remove it"), remove, confirm=_("Remove it?"), look="danger")
        return [form, remove_it]

    # -- the limit -------------------------------------------------------------------------------

    def _limit_form(self) -> Form:
        with self._desk.store.read() as session:
            seen = staff_records.limit_of(session, self._site.id)

        def save(submission: Submission) -> None:
            nonlocal seen
            before = seen if submission.seen is None else whole(submission.seen["limit"])
            mine = whole(submission.values["limit"])
            with self._desk.store.write(self._desk.actor) as session:
                staff_records.save_limit(
                    session, self._site.id, mine, before, self._desk.threshold()
                )
            seen = mine
            self._place.refresh()

        return Form(
            "out_of_hours_limit",
            [
                IntegerField(
                    "limit", _("More than how many times a month is too often for one of you?"),
                    minimum=1, maximum=staff_records.LARGEST_LIMIT,
                    hint=_("No source gives a number, so you decide. Leave it open for none."),
                )
            ],
            values={"limit": seen},
            on_submit=save,
            submit_label=_("Save the limit"),
        )  # fmt: skip


def _told(found: Sequence[Load], threshold: int) -> dict[tuple[str, ...], str]:
    """Return what is told of each member of staff and month, by name and place of the month."""
    cells = tuple(
        disclosure.Cell((load.staff, str(place)), disclosure.nameless(f"{load.staff} {place}", n))
        for load in found
        for place, n in enumerate(load.contacts)
    )
    table = disclosure.Table("contacts", ("staff", "month"), cells)
    [shown] = disclosure.disclose([table], threshold)
    return {
        cell.at: hidden_text(cell, threshold) if cell.value is None else format_number(cell.value)
        for cell in shown.cells
    }


def _shown_told(threshold: int) -> str:
    return _(
        "You can show this table to your colleagues: numbers under {n} are not told in it. Below "
        "it the coordinator sees and corrects each contact."
    ).format(n=threshold)


def _contact(values: Mapping[str, object]) -> Contact:
    return Contact(
        str(values["staff"]), given(dt.date, values["date"]), given_or_none(int, values["pair"])
    )


def _pair_name(pair: Pair, names: Mapping[str, str]) -> str:
    one, other = (
        names.get(code or "", code or _("somebody who is deleted"))
        for code in (pair.peer, pair.mentor)
    )
    return _("{peer} and {mentor}").format(peer=one, mentor=other)
