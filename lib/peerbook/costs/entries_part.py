"""A list of entries of an assessment, each of which is added, corrected and taken away."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from peerbook.costs.assessment import Part as Held
from peerbook.costs.assessment_records import Entry
from peerbook.costs.names import Step, step_name
from peerbook.costs.opened import Opened
from peerbook.costs.shared_entries import SharedEntries
from peerbook.errors import Conflict, Fault, InputFault
from peerbook.store import gone
from peerbook.text import _
from peerbook.ui import (
    Button,
    Cells,
    Column,
    Disclosure,
    Field,
    Form,
    Group,
    Heading,
    Overview,
    Part,
    Prose,
    RowAction,
    Submission,
    Table,
    receipt_text,
)

One = TypeVar("One", bound=Entry)
Values = Mapping[str, object]


@dataclass(frozen=True)
class Sort(Generic[One]):
    """A sort of entries: how they are listed and asked for.

    Parameters
    ----------
    step
        Where they are asked for.
    held
        Which part of an assessment holds them.
    name
        Of the form.
    columns, cells
        Of the list, and what it shows of one.
    fields
        Of the form.
    values, entry
        An entry as the form has it, and back.
    faults
        What is wrong with the answers that could be read, each at its field.
    texts
        Names of the fields in which somebody could be named.
    caption, empty, add
        Words above the list, in its place where there are none, and to add one.
    lead
        What belongs here, above the list; nothing when empty.
    is_awaited
        Whether there is to be at least one: then the form stands open until there is.
    is_one
        Whether an entry of that part is of this sort.
    key, of_key
        What an entry is kept under, a random word when None; and the answers that tells. The list
        shows it where it has a column "key".
    begin
        What the form for another begins with.
    """

    step: Step
    held: Held
    name: str
    columns: Sequence[Column]
    cells: Callable[[One], Cells]
    fields: Callable[[], Sequence[Field[Any] | Group]]
    values: Callable[[One], Values]
    entry: Callable[[Values], One]
    faults: Callable[[Values], Iterable[Fault]]
    texts: tuple[str, ...]
    caption: str
    empty: str
    add: str
    is_one: Callable[[One], bool] = lambda _one: True
    key: Callable[[Values], str] | None = None
    of_key: Callable[[str], Values] = lambda _key: {}
    is_awaited: bool = False
    lead: str = ""
    begin: Callable[[], Values] = dict


class Entries(Generic[One]):
    """The list, and the form for another.

    Parameters
    ----------
    opened
        The assessment.
    sort
        What is listed.
    """

    def __init__(self, opened: Opened, sort: Sort[One]) -> None:
        self._opened = opened
        self._sort = sort
        self._place = Overview(self._overview_parts)

    def parts(self) -> list[Part]:
        """Return the list and the form."""
        self._opened.follow(self._place.refresh)
        self._place.show_overview()
        return [
            *([Prose(self._sort.lead)] if self._sort.lead else []),
            self._place,
            Disclosure(
                self._sort.add,
                lambda: [self._form()],
                opened=self._sort.is_awaited and not self._listed(),
            ),
        ]

    def _overview_parts(self) -> list[Part]:
        listed = self._listed()
        if not listed:
            return [Prose(self._sort.empty)]
        rows = [{**self._sort.cells(one), "key": key} for key, one in listed.items()]
        table = Table(
            list(self._sort.columns), rows, self._sort.caption, sortable=False,
            action=RowAction(_("Correct"), self._correct),
        )  # fmt: skip
        return [table]

    def _listed(self) -> dict[str, One]:
        held = getattr(self._opened.said, self._sort.held)
        return {key: one for key, one in held.items() if self._sort.is_one(one)}

    def _form(self) -> Form:
        def save(submission: Submission) -> str:
            key = self._key(submission.values)
            if key in getattr(self._opened.said, self._sort.held):
                raise self._listed_already(submission.values)
            mine = self._entry(submission.values)
            try:
                receipt = self._opened.save(submission, self._sort.held, {}, {key: mine})
            except Conflict as conflict:
                if not conflict.theirs:
                    raise
                self._opened.read()  # lest it is said to be in a list that does not show it
                raise self._listed_already(submission.values) from None
            return receipt_text(receipt)

        name = f"{self._sort.name}:{self._opened.number}"
        form = Form(
            self._sort.name, list(self._sort.fields()), on_submit=save, clear_after_save=True,
            values=self._sort.begin(), drafts=self._opened.desk.drafts(name), check=self._faults,
        )  # fmt: skip
        self._opened.watch(form, name, step_name(self._sort.step))
        return form

    def _values(self, key: str, one: One) -> Values:
        return {**self._sort.values(one), **self._sort.of_key(key)}

    def _key(self, values: Values) -> str:
        return secrets.token_hex(4) if self._sort.key is None else self._sort.key(values)

    def _listed_already(self, values: Values) -> InputFault:
        text = _("That stands in the list already. Correct it there.")
        return InputFault.at(next(iter(values)), text)

    def _faults(self, values: Values) -> list[Fault]:
        """Return what is wrong with the answers that could be read."""
        return [one for one in self._sort.faults(values) if one.place.field in values]

    def _entry(self, values: Values) -> One:
        self._opened.ask_about_names((name, str(values[name])) for name in self._sort.texts)
        return self._sort.entry(values)

    def _correct(self, row: Cells) -> str:
        key = str(row["key"])
        self._place.open(lambda: self._correction_parts(key, str(row[self._sort.columns[0].name])))
        return ""

    def _correction_parts(self, key: str, called: str) -> list[Part]:
        seen = self._listed().get(key)
        if seen is None:
            return [Prose(_("It is removed."))]

        shared = SharedEntries(self._opened, self._sort.held, {key: seen})

        def save(submission: Submission) -> None:
            def answers(theirs: Mapping[str, One | None]) -> Values:
                if key not in theirs:
                    raise self._listed_already(submission.values)
                if (stored := theirs[key]) is None:
                    raise gone({})
                return self._values(key, stored)

            shared.look(submission)
            mine = self._entry(submission.values)
            at = key if self._sort.key is None else self._sort.key(submission.values)
            moved = {} if at == key else {key: None}
            if moved and at in self._listed():
                raise self._listed_already(submission.values)
            receipt = shared.save(submission, {**moved, at: mine}, answers)
            self._place.show_overview(receipt_text(receipt))

        def remove() -> str:
            self._opened.take_away(self._sort.held, key, seen)
            told = _("It is removed.")
            self._place.show_overview(told)
            return told

        form = Form(
            f"{self._sort.name}_correction", list(self._sort.fields()),
            values=self._values(key, seen), on_submit=save, check=self._faults,
            submit_label=_("Save the correction"),
        )  # fmt: skip
        return [
            Heading(called, 3),
            form,
            Button(_("Remove it"), remove, look="danger", confirm=_("Remove it?")),
        ]
