"""Noting that somebody asked, in twenty seconds, and correcting it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pandas as pd

from peerbook.errors import Conflict
from peerbook.people.names import CHANNELS, channel_name
from peerbook.recruitment import enquiry_records, press_records, stakeholder_records
from peerbook.recruitment.enquiry_records import Asked, Person
from peerbook.recruitment.names import ROLES, wanted_role_name
from peerbook.rows import each
from peerbook.sites.tab import Tab
from peerbook.store import Receipt, identities
from peerbook.store.identities import Contacts
from peerbook.store.tables import Channel, WantedRole
from peerbook.text import _, format_date, ngettext
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    Column,
    DateField,
    Disclosure,
    Field,
    FlagField,
    Form,
    Group,
    Heading,
    Part,
    Prose,
    RowAction,
    Section,
    Submission,
    Table,
    TextField,
)
from peerbook.ui.answers import given, given_or_none

SHOWN, MOST = 10, 200
"""So many enquiries stand on the page, and so many more when they are asked for."""
LATEST_ITEMS = 12
NAME_LENGTH, NOTE_LENGTH, CONTACT_LENGTH = 120, 300, 254

_Choices = tuple[list[tuple[int, str]], list[tuple[int, str]]]


class Enquiries(Tab):
    """The form, and below it those who asked last."""

    def parts(self) -> list[Part]:
        """Return the form and the list."""
        self._offered = self._choices()
        self._asking = Section([self._form()])
        return [
            Heading(_("Somebody asked")),
            self._asking,
            Heading(_("The latest")),
            *super().parts(),
        ]

    def refresh(self) -> None:
        """Follow, and offer the articles and places there are now; what was typed is a draft."""
        super().refresh()
        if self._place.inside and (now := self._choices()) != self._offered:
            self._offered = now
            self._asking.show([self._form()])

    def _form(self) -> Form:
        def save(submission: Submission) -> Receipt:
            values = submission.values
            person = replace(
                _person(values),
                is_known=given(bool, values["is_known"]),
                shown=_contacts(submission.seen or {}),
            )
            try:
                return self._save(
                    submission,
                    lambda session: enquiry_records.log_enquiry(
                        session, self._site.id, _asked(values), person, self._desk.today
                    ),
                )
            except Conflict:
                # What the refused save had read is undone with it, but is shown now.
                with self._desk.store.read() as session:
                    enquiry_records.note_contacts_shown(session, self._site.id, person)
                raise

        return Form(
            "enquiry",
            [
                *self._fields(),
                Group(
                    _("Who was it?"),
                    [
                        TextField("name", _("Name"), max_length=NAME_LENGTH),
                        FlagField("is_known", _("It is somebody we know")),
                        *_contact_fields(),
                    ],
                    hint=_("Leave it empty if they did not say. It counts all the same."),
                ),
            ],
            values={"asked_on": self._desk.today, "role": "open"},
            on_submit=save,
            submit_label=_("Save the enquiry"),
            drafts=self._desk.drafts(f"enquiry:{self._site.id}"),
            clear_after_save=True,
        )

    def _fields(
        self, *, with_decided: bool = False, chosen_item: object = None, chosen_place: object = None
    ) -> list[Field[Any]]:
        options, places = self._choices(chosen_item, chosen_place)
        fields: list[Field[Any]] = [
            DateField("asked_on", _("When?"), required=True, latest=self._desk.today),
            ChoiceField(
                "heard_via", _("Where did they first hear of it?"), required=True,
                options=_channels(),
            ),
        ]  # fmt: skip
        if with_decided:
            fields.append(
                ChoiceField("decided_via", _("What made them come?"), options=_channels())
            )
        if options:
            fields.append(
                ChoiceField("press_item", _("Which article or broadcast?"), options=options)
            )
        if places:
            fields.append(ChoiceField("place", _("Who sent them?"), options=places))
        fields += [
            ChoiceField(
                "role", _("How do they want to take part?"), required=True, look="radio",
                options=[(role, wanted_role_name(role)) for role in ROLES],
            ),
            TextField("note", _("To remember"), max_length=NOTE_LENGTH),
        ]  # fmt: skip
        return fields

    def _choices(self, chosen_item: object = None, chosen_place: object = None) -> _Choices:
        """Return the articles and the places that can be chosen, those chosen before among them."""
        with self._desk.store.read() as session:
            items = press_records.press_items(session, self._site.id)
            options = [
                (item.id, press_records.item_name(item))
                for place, item in enumerate(items)
                if place < LATEST_ITEMS or item.id == chosen_item
            ]
            return options, stakeholder_records.names(session, self._site.id, chosen_place)

    # -- the list --------------------------------------------------------------------------------

    def _frame(self) -> pd.DataFrame:
        with self._desk.store.read() as session:
            return enquiry_records.enquiries_frame(session, self._site.id)

    def _overview_parts(self) -> list[Part]:
        frame = self._frame()
        latest, earlier = frame.head(SHOWN), frame.iloc[SHOWN : SHOWN + MOST]
        if frame.empty:
            return [Prose(_("Nobody is written down yet."))]
        caption = ngettext(
            "{n} enquiry, the latest first", "{n} enquiries, the latest first", len(frame)
        ).format(n=len(frame))
        shown: list[Part] = [self._table(latest, caption)]
        if not earlier.empty:
            shown.append(
                Disclosure(_("Earlier ones"), lambda: [self._table(earlier, _("Earlier ones"))])
            )
        return shown

    def _table(self, frame: pd.DataFrame, caption: str) -> Table:
        with self._desk.store.read() as session:
            names = identities.name_of(session, frame["code"].dropna())
        columns = [
            Column("asked_on", _("When"), kind="date"),
            Column("who", _("Who")),
            Column("role", _("Wants to take part")),
            Column("heard", _("Heard of it through")),
        ]
        rows = [
            {
                "id": row.enquiry_id,
                "asked_on": row.asked_on,
                "who": names.get(row.code, row.code) or _("did not say"),
                "role": wanted_role_name(row.role),
                "heard": channel_name(row.heard_via),
            }
            for row in each(frame)
        ]
        action = RowAction(_("Correct"), self._correct)
        return Table(columns, rows, caption, sortable=False, action=action)

    # -- corrections -----------------------------------------------------------------------------

    def _correct(self, row: Cells) -> str:
        number = int(str(row["id"]))

        def parts() -> list[Part]:
            frame = self._frame()
            found = each(frame[frame["enquiry_id"] == number])
            return next((self._enquiry_parts(one) for one in found), [])

        self._place.open(parts)
        return ""

    def _enquiry_parts(self, row: Any) -> list[Part]:
        number, version = int(row.enquiry_id), int(row.version)
        values = {
            "asked_on": row.asked_on,
            "heard_via": row.heard_via,
            "decided_via": row.decided_via,
            "press_item": None if row.press_item is None else int(row.press_item),
            "place": None if row.place is None else int(row.place),
            "role": row.role,
            "note": row.note,
        }

        def remove() -> str:
            return self._press(
                lambda session: enquiry_records.remove_enquiry(session, number, version),
                _("The enquiry is removed."),
            )

        parts: list[Part] = [
            Heading(_("Enquiry of {date}").format(date=format_date(row.asked_on, "long"))),
            self._correction(number, version, values),
        ]
        if row.code:
            parts += [
                Heading(_("Who asked"), level=3),
                *self._person_parts(number, version, str(row.code)),
            ]
        else:
            parts += [
                Heading(_("Now we know who it was"), level=3),
                self._naming(number, version),
            ]
        remove_it = Button(
            _("Remove this enquiry"), remove, confirm=_("Remove this enquiry altogether?"),
            look="danger",
        )  # fmt: skip
        return [*parts, remove_it]

    def _correction(self, number: int, version: int, values: Mapping[str, object]) -> Form:
        def save(submission: Submission) -> None:
            self._save_and_show(
                submission,
                lambda session: enquiry_records.correct_enquiry(
                    session, number, _asked(submission.values), self._desk.today, version
                ),
            )

        return Form(
            "enquiry_correction",
            self._fields(
                with_decided=True, chosen_item=values["press_item"], chosen_place=values["place"]
            ),
            values=values, on_submit=save, submit_label=_("Save the correction"),
        )  # fmt: skip

    def _person_parts(self, number: int, version: int, code: str) -> list[Part]:
        """Return the form with name and contacts, or where they are corrected instead."""
        with self._desk.store.read() as session:
            if enquiry_records.is_on_course(session, code):
                text = _(
                    "They are or were on a course. Correct name and contacts on the page "
                    "[Attendance and evaluation](course_record.ipynb)."
                )
                return [Prose(text)]
            contacts = identities.contacts_of(session, [code]).get(code, Contacts())
            shown = Person(identities.name_of(session, [code]).get(code, ""), contacts)

        def save(submission: Submission) -> None:
            seen = shown if submission.seen is None else _person(submission.seen)
            self._save_and_show(
                submission,
                lambda session: enquiry_records.correct_person(
                    session, number, _person(submission.values), seen, version
                ),
            )

        return [
            Form(
                "enquiry_person",
                [
                    TextField("name", _("Name"), required=True, max_length=NAME_LENGTH),
                    *_contact_fields(),
                ],
                values={"name": shown.name, "phone": contacts.phone, "email": contacts.email},
                on_submit=save,
                submit_label=_("Save name and contacts"),
            )
        ]

    def _naming(self, number: int, version: int) -> Form:
        def save(submission: Submission) -> None:
            person = Person(
                str(submission.values["name"]), is_known=given(bool, submission.values["is_known"])
            )
            self._save_and_show(
                submission,
                lambda session: enquiry_records.name_enquiry(session, number, person, version),
            )

        return Form(
            "enquiry_name",
            [
                TextField("name", _("Name"), required=True, max_length=NAME_LENGTH),
                FlagField("is_known", _("It is somebody we know")),
            ],
            on_submit=save,
            submit_label=_("Save the name"),
        )


def _channels() -> list[tuple[Channel, str]]:
    return [(channel, channel_name(channel)) for channel in CHANNELS]


def _contact_fields() -> list[TextField]:
    return [
        TextField("phone", _("Telephone"), max_length=40),
        TextField("email", _("E-mail"), max_length=CONTACT_LENGTH),
    ]


def _person(values: Mapping[str, object]) -> Person:
    return Person(str(values["name"]), _contacts(values))


def _contacts(values: Mapping[str, object]) -> Contacts:
    return Contacts(str(values.get("email", "")), str(values.get("phone", "")))


def _asked(values: Mapping[str, object]) -> Asked:
    return Asked(
        given(dt.date, values["asked_on"]),
        cast(WantedRole, values["role"]),
        cast(Channel, values["heard_via"]),
        cast("Channel | None", values.get("decided_via")),
        given_or_none(int, values.get("press_item")),
        str(values["note"]),
        given_or_none(int, values.get("place")),
    )
