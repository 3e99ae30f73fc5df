"""Evaluations in: the paper, one sheet, three questions only, a pile, and what is saved of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from peerbook.course.course_drafts import course_drafts
from peerbook.course.evaluation import evaluation_records
from peerbook.course.evaluation.evaluation_paper_part import call_on, paper_parts
from peerbook.course.evaluation.evaluation_records import RESPONDENT, Sheet
from peerbook.course.evaluation.saved_sheets_part import SavedSheets
from peerbook.course.evaluation_form import Item, load_form, numbered
from peerbook.course.without_names import WithoutNames, Written
from peerbook.desk import Desk
from peerbook.errors import Fault, InputFault
from peerbook.store import DraftBox, Receipt
from peerbook.store.tables import Course, Extent, Source, Wave
from peerbook.text import _, format_list
from peerbook.ui import (
    Button,
    CodeField,
    Disclosure,
    Field,
    Filter,
    Form,
    LongTextField,
    Part,
    Prose,
    Row,
    RowsField,
    ScaleField,
    Section,
    Submission,
    Tabs,
    TextField,
    receipt_text,
)
from peerbook.ui.answers import given
from peerbook.ui.cells import at_cells

LARGEST_PILE = 40

Save = Callable[[Submission, list[Sheet], Source], Receipt]
"""Saves the sheets of a submission, and how they came in."""


class EvaluationEntry:
    """The ways to enter the sheets of one evaluation of a course."""

    def __init__(
        self, desk: Desk, course: Course, wave: Wave, save: Save, saved: SavedSheets
    ) -> None:
        self._desk = desk
        self._course = course
        self._wave = wave
        self._form = load_form(wave)
        self._save = save
        self._saved = saved
        self._names = WithoutNames(desk, course.id)
        self._just_saved: int | None = None
        self._piled: dict[int, Sheet] = {}

    def tabs(self, *more: tuple[str, Callable[[], list[Part]]]) -> Tabs:
        """Return the ways side by side, in the order in which they are needed; `more` by label."""
        return Tabs(
            [
                (_("On paper"), lambda: paper_parts(self._desk, self._course, self._form)),
                (_("One sheet"), lambda: [self._sheet_form("full")]),
                (_("Three questions only"), self._short_parts),
                (_("A pile of paper"), self._pile_parts),
                *more,
                (_("Saved sheets"), lambda: [self._saved.section()]),
            ],
            label=_("Ways to answer"),
        )

    def _short_parts(self) -> list[Part]:
        place = Section([self._sheet_form("short")])

        def empty() -> str:
            place.show([self._sheet_form("short")], take_there=True)
            number, self._just_saved = self._just_saved, None
            if number is None:
                return _("The screen is empty.")
            return _(
                "The screen is empty. The sheet that was saved last has number {n}, and can be "
                "deleted under “Saved sheets”."
            ).format(n=number)

        sheet = [place, Button(_("Empty the sheet without saving"), empty)]
        if call_on(self._desk, self._course):
            return sheet
        text = _(
            "No number is written yet that people can call when it gets hard. Write it under "
            "[help and settings](help.ipynb)."
        )
        return [Prose(text), *sheet]

    def _items(self, extent: Extent) -> tuple[Item, ...]:
        return self._form.low_energy_items if extent == "short" else self._form.items

    def _sheet_form(self, extent: Extent) -> Form:
        items = self._items(extent)
        is_short = extent == "short"

        def save(submission: Submission) -> str:
            sheet = _sheet(submission.values, items, extent)
            # Whoever may stop at any question may stop at the first.
            if is_short and not any(sheet.answers.values()):
                return _("Nothing is answered, and nothing is saved. That is quite all right.")
            self._names.ask(_free_texts(sheet))
            receipt = self._save(submission, [sheet], "typed")
            if not is_short:
                return _told(receipt, 1)
            self._just_saved = receipt.record
            return _told_gone(receipt)

        return Form(
            f"evaluation_{self._wave}_{extent}",
            [*(_field(item, place) for place, item in enumerate(items, 1)), _code_field()],
            on_submit=save,
            submit_label=_("Save this sheet"),
            # Whoever answers the short sheet may be followed by somebody else at the same screen.
            drafts=None if is_short else self._drafts(extent),
            step="one" if is_short else "all",
            help_text=_help_text(self._desk, self._course) if is_short else "",
            clear_after_save=True,
        )

    def _pile_parts(self) -> list[Part]:
        place = Section(self._pile_of("full"))
        choice: Filter[Extent] = Filter(
            _("Which sheet is in the pile?"),
            [("full", _("The whole form")), ("short", _("Three questions only"))],
            lambda extent: place.show(self._pile_of(extent)),
            look="radio",
        )
        return [choice, place]

    def _pile_of(self, extent: Extent) -> list[Part]:
        items = self._items(extent)
        questions = "\n".join(numbered(item, place) for place, item in enumerate(items, 1))
        return [
            Disclosure(_("The questions, by number"), [Prose(questions)]),
            self._pile_form(extent),
        ]

    def _pile_form(self, extent: Extent) -> Form:
        items = self._items(extent)

        def save(submission: Submission) -> str:
            rows = given(tuple, submission.values["sheets"])
            sheets = [_sheet(row.values, items, extent) for row in rows]
            try:
                self._names.ask(
                    text for row, sheet in enumerate(sheets, 1) for text in _free_texts(sheet, row)
                )
                receipt = self._save(submission, sheets, "pile")
            except InputFault as fault:
                raise at_cells(fault, "sheets", rows) from fault
            told = _told(receipt, len(sheets))
            return f"{told} {self._twice(receipt, sheets)}".strip() if extent == "full" else told

        def check(rows: tuple[Row, ...]) -> Sequence[Fault]:
            sheets = [_sheet(row.values, items, extent) for row in rows]
            with self._desk.store.read() as session:
                _codes, faults = evaluation_records.look_at(
                    session, self._course.id, self._form, sheets, self._wave
                )
            # A sheet of which something cannot be read is not one without an answer.
            faults = [
                fault
                for fault in faults
                if fault.place.row is None
                or len(rows[fault.place.row - 1].values) == len(fields)
                or fault.place.field in rows[fault.place.row - 1].values
            ]
            return at_cells(InputFault(faults), "sheets", rows).faults if faults else ()

        fields: list[Field[object]] = [
            *(_short_field(number, item) for number, item in enumerate(items, start=1)),
            _code_field(),
        ]
        return Form(
            f"evaluation_{self._wave}_pile_{extent}",
            [
                RowsField(
                    "sheets",
                    _("One row for each sheet of paper"),
                    fields=fields,
                    row_label=_("Sheet"),
                    max_rows=LARGEST_PILE,
                    check=check,
                    hint=_(
                        "Write the number that is ticked, and go on with Tab. Enter begins the "
                        "next sheet. Leave empty what is blank."
                    ),
                )
            ],
            on_submit=save,
            submit_label=_("Save the pile"),
            drafts=self._drafts(f"pile:{extent}"),
            clear_after_save=True,
        )

    def _twice(self, receipt: Receipt, sheets: Sequence[Sheet]) -> str:
        """Return which sheets of a pile may be one that was typed twice on this page.

        Whoever types a pile has the paper before her, so she is told what she has seen. Sheets that
        were saved in another way are not compared: one who wrote a guess would be told if it is
        right. Nor are three questions, which many answer alike.
        """
        first = receipt.record - len(sheets) + 1
        with self._desk.store.read() as session:
            frame = evaluation_records.sheets_frame(session, self._course.id, self._wave)
        typed = self._piled | dict(enumerate(sheets, start=first))
        there = set(frame["evaluation_id"])
        self._piled = {number: sheet for number, sheet in typed.items() if number in there}
        text = _(
            "The sheets {numbers} say just the same. If it is one sheet typed twice, delete one of "
            "them under “Saved sheets”."
        )
        return " ".join(
            text.format(numbers=format_list([str(number) for number in numbers]))
            for numbers in evaluation_records.alike(self._piled)
            if numbers[-1] >= first
        )

    def _drafts(self, way: str) -> DraftBox:
        return course_drafts(self._desk, self._course.id, f"evaluation:{self._wave}:{way}")


def _told(receipt: Receipt, count: int) -> str:
    """Return what is told of sheets that are saved: the receipt, and how the list calls them."""
    if count == 1:
        called = _("The sheet has number {n}.").format(n=receipt.record)
    else:
        called = _("The sheets have the numbers {first} to {last}.").format(
            first=receipt.record - count + 1, last=receipt.record
        )
    return f"{receipt_text(receipt)} {called}"


def _told_gone(receipt: Receipt) -> str:
    """Return what is told of a sheet somebody filled in on a screen that others use too."""
    gone = _(
        "The answers are no longer on the screen. The sheet lies under “Saved sheets” as number "
        "{n}."
    ).format(n=receipt.record)
    return f"{receipt_text(receipt)} {gone}"


def _help_text(desk: Desk, course: Course) -> str:
    """Return what is always in sight on the short sheet: take your time, and whom to call."""
    calm = _("Take the time you need. You may stop at any question.")
    return "\n".join(filter(None, [calm, call_on(desk, course)]))


def _points(item: Item) -> list[tuple[int, str]]:
    return [(point.code, point.label) for point in item.scale.points] if item.scale else []


def _field(item: Item, place: int) -> Field[object]:
    label = numbered(item, place)
    if item.kind == "text":
        return cast("Field[object]", LongTextField(item.id, label, max_length=4000))
    return cast(
        "Field[object]",
        ScaleField(item.id, label, points=_points(item), blank_label=_("No answer")),
    )


def _short_field(place: int, item: Item) -> Field[object]:
    name, short = _("Question {n}").format(n=place), f"{place}."
    if item.kind == "text":
        return cast("Field[object]", TextField(item.id, name, short=short, max_length=4000))
    codes = [code for code, _label in _points(item)]
    return cast(
        "Field[object]",
        CodeField(item.id, name, short=short, codes=codes),
    )


def _code_field() -> Field[object]:
    return cast(
        "Field[object]",
        TextField(
            RESPONDENT, _("Own code"), max_length=16, counts=False,
            hint=_("Letters and digits from a strip, such as 7K3M. Never a name or a birthday."),
        ),
    )  # fmt: skip


def _sheet(values: Mapping[str, object], items: tuple[Item, ...], extent: Extent) -> Sheet:
    answers = {item.id: values.get(item.id) for item in items}
    code = str(values.get(RESPONDENT) or "")
    return Sheet(cast("Mapping[str, int | str | None]", answers), code or None, extent)


def _free_texts(sheet: Sheet, row: int | None = None) -> Iterator[Written]:
    for name, answer in sheet.answers.items():
        if isinstance(answer, str):
            yield Written(name, answer, row)
