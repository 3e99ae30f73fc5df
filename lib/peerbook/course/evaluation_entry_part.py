"""Evaluations in: one sheet, three questions only, or a pile of paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from peerbook.course.curriculum import EvaluationForm, Item
from peerbook.course.evaluation_records import Sheet
from peerbook.desk import Desk
from peerbook.errors import Fault, InputFault, Place
from peerbook.settings import help_number
from peerbook.store import DraftBox, Receipt
from peerbook.store.tables import Course, Source, Wave
from peerbook.text import _, format_list
from peerbook.ui import (
    Disclosure,
    Field,
    Form,
    IntegerField,
    LongTextField,
    Prose,
    RowsField,
    ScaleField,
    Submission,
    Tabs,
    TextField,
    Widget,
)

RESPONDENT = "respondent"
LARGEST_PILE = 40

Save = Callable[[Submission, list[Sheet], Source], Receipt]
"""Saves the sheets of a submission, and how they came in."""


class EvaluationEntry:
    """The ways to enter the sheets of one evaluation of a course."""

    def __init__(
        self, desk: Desk, course: Course, form: EvaluationForm, wave: Wave, save: Save
    ) -> None:
        self._desk = desk
        self._course = course
        self._form = form
        self._wave = wave
        self._save = save

    def tabs(self, *more: tuple[str, Callable[[], list[Widget]]]) -> Tabs:
        """Return the ways side by side, and further ones behind them, by label."""
        return Tabs(
            [
                (_("One sheet"), lambda: [self._sheet_form(short=False)]),
                (_("Three questions only"), lambda: [self._sheet_form(short=True)]),
                (_("A pile of paper"), self._pile_parts),
                *more,
            ]
        )

    def _sheet_form(self, *, short: bool) -> Form:
        items = self._form.low_energy_items if short else self._form.items
        size = "short" if short else "full"

        def save(submission: Submission) -> Receipt:
            return self._save(submission, [_sheet(submission.values, items)], "typed")

        return Form(
            f"evaluation_{self._wave}_{size}",
            [*(_field(item) for item in items), _code_field()],
            on_submit=save,
            submit_label=_("Save this sheet"),
            drafts=self._drafts(size),
            step="one" if short else "all",
            help_text=_help_text(self._desk, self._course) if short else "",
            clear_after_save=True,
        )

    def _pile_parts(self) -> list[Widget]:
        questions = "\n".join(
            f"{place}. {item.text}" for place, item in enumerate(self._form.items, 1)
        )
        return [
            Disclosure(_("The questions, by number"), [Prose(questions)]),
            self._pile_form(),
        ]

    def _pile_form(self) -> Form:
        items = self._form.items

        def save(submission: Submission) -> Receipt:
            rows = submission.values["sheets"]
            if not isinstance(rows, tuple):
                raise TypeError("the form gave no rows")
            sheets = [_sheet(row.values, items) for row in rows]
            _refuse_codes_off_the_scale(self._form, sheets)
            return self._save(submission, sheets, "pile")

        fields: list[Field[object]] = [
            *(_short_field(place, item) for place, item in enumerate(items, start=1)),
            _code_field(),
        ]
        return Form(
            f"evaluation_{self._wave}_pile",
            [
                RowsField(
                    "sheets",
                    _("One row for each sheet of paper"),
                    fields=fields,
                    row_label=_("Sheet"),
                    max_rows=LARGEST_PILE,
                    hint=_(
                        "Write the number that is ticked, and go on with Tab. Leave empty what is "
                        "blank."
                    ),
                )
            ],
            on_submit=save,
            submit_label=_("Save the pile"),
            drafts=self._drafts("pile"),
            clear_after_save=True,
        )

    def _drafts(self, way: str) -> DraftBox:
        return self._desk.drafts(f"evaluation:{self._course.id}:{self._wave}:{way}")


def _help_text(desk: Desk, course: Course) -> str:
    """Return what is always in sight on the short sheet: take your time, and whom to call."""
    calm = _("Take the time you need. You may stop at any question.")
    return "\n".join(filter(None, [calm, help_number(desk.store, course.site_id)]))


def _points(item: Item) -> list[tuple[int, str]]:
    return [(point.code, point.label) for point in item.scale.points] if item.scale else []


def _field(item: Item) -> Field[object]:
    if item.kind == "text":
        return cast("Field[object]", LongTextField(item.id, item.text, max_length=4000))
    return cast(
        "Field[object]",
        ScaleField(item.id, item.text, points=_points(item), blank_label=_("No answer")),
    )


def _short_field(place: int, item: Item) -> Field[object]:
    if item.kind == "text":
        return cast("Field[object]", TextField(item.id, f"{place}.", max_length=4000))
    codes = [code for code, _label in _points(item)]
    return cast(
        "Field[object]",
        IntegerField(item.id, f"{place}.", minimum=min(codes), maximum=max(codes)),
    )


def _refuse_codes_off_the_scale(form: EvaluationForm, sheets: Sequence[Sheet]) -> None:
    """Refuse numbers between the points of a scale, each at its own cell."""
    faults = []
    for place, sheet in enumerate(sheets):
        for item in form.items:
            code = sheet.answers.get(item.id)
            if item.scale is None or code is None or code in item.scale.codes:
                continue
            message = _("{code} is not on the scale. Use one of {codes}.").format(
                code=code, codes=format_list([str(one) for one in item.scale.codes])
            )
            faults.append(Fault(message, Place(field=f"sheets.{place}.{item.id}")))
    if faults:
        raise InputFault(faults)


def _code_field() -> Field[object]:
    return cast(
        "Field[object]",
        TextField(
            RESPONDENT, _("Own code"), max_length=16,
            hint=_("The same on both sheets, if they agreed to it. Never a name or a birthday."),
        ),
    )  # fmt: skip


def _sheet(values: Mapping[str, object], items: tuple[Item, ...]) -> Sheet:
    answers = {item.id: values.get(item.id) for item in items}
    code = str(values.get(RESPONDENT) or "").strip().upper()
    return Sheet(cast("Mapping[str, int | str | None]", answers), code or None)
