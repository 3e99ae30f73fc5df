"""Evaluations: one sheet or a pile of paper in, and mid against final out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import pandas as pd
import plotly.graph_objects as go

from peerbook.course import records
from peerbook.course.comparison import (
    THRESHOLD,
    ItemComparison,
    WaveFigure,
    compare_waves,
    levels_measured,
)
from peerbook.course.curriculum import EvaluationForm, Item, load_form
from peerbook.course.records import Sheet
from peerbook.course.rows import each
from peerbook.desk import Desk
from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Receipt
from peerbook.store.tables import Course, Source, Wave
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui import (
    Chart,
    Column,
    Disclosure,
    Field,
    Filter,
    Form,
    Heading,
    IntegerField,
    LongTextField,
    Notice,
    Prose,
    RowsField,
    ScaleField,
    Section,
    Submission,
    Table,
    TableData,
    Tabs,
    TextField,
    Widget,
)

WAVES: tuple[Wave, ...] = ("mid", "final")
RESPONDENT = "respondent"
LARGEST_PILE = 40


def evaluation_parts(desk: Desk, course: Course) -> list[Widget]:
    """Return the forms to enter evaluations with, and what they say."""
    return [_Evaluations(desk, course).section()]


def wave_name(wave: str) -> str:
    """Return the name of an evaluation in the user's language."""
    return {"mid": _("Mid-course evaluation"), "final": _("Final evaluation")}[wave]


class _Evaluations:
    """A course's evaluations on the page; what they say is redrawn after each save."""

    def __init__(self, desk: Desk, course: Course) -> None:
        self._desk = desk
        self._course = course
        self._entry = Section([])
        self._result = Section([])

    def section(self) -> Section:
        """Return the section with entry and result in it."""
        self._enter("mid")
        self._show_result()
        choice = Filter(
            _("Which evaluation?"),
            [(wave, wave_name(wave)) for wave in WAVES],
            self._enter,
            value="mid",
        )
        return Section(
            [
                self._result,
                Heading(_("Enter answers")),
                choice,
                self._entry,
            ]
        )

    def _enter(self, wave: Wave) -> None:
        form = load_form(wave)
        self._entry.show(
            [
                Tabs(
                    [
                        (_("One sheet"), lambda: [self._sheet_form(form, wave, short=False)]),
                        (
                            _("Three questions only"),
                            lambda: [self._sheet_form(form, wave, short=True)],
                        ),
                        (_("A pile of paper"), lambda: self._pile_parts(form, wave)),
                    ]
                )
            ]
        )

    # -- entry -----------------------------------------------------------------------------------

    def _sheet_form(self, form: EvaluationForm, wave: Wave, *, short: bool) -> Form:
        items = form.low_energy_items if short else form.items
        size = "short" if short else "full"

        def save(submission: Submission) -> Receipt:
            sheet = _sheet(submission.values, items)
            return self._save(submission, form, wave, [sheet], "typed")

        return Form(
            f"evaluation_{wave}_{size}",
            [*(_field(item) for item in items), _code_field()],
            on_submit=save,
            submit_label=_("Save this sheet"),
            drafts=self._desk.drafts(f"evaluation:{self._course.id}:{wave}:{size}"),
            step="one" if short else "all",
            help_text=_("Take the time you need. You may stop at any question.") if short else "",
            clear_after_save=True,
        )

    def _pile_parts(self, form: EvaluationForm, wave: Wave) -> list[Widget]:
        questions = "\n".join(f"{place}. {item.text}" for place, item in enumerate(form.items, 1))
        return [
            Disclosure(_("The questions, by number"), [Prose(questions)]),
            self._pile_form(form, wave),
        ]

    def _pile_form(self, form: EvaluationForm, wave: Wave) -> Form:
        def save(submission: Submission) -> Receipt:
            rows = submission.values["sheets"]
            if not isinstance(rows, tuple):
                raise TypeError("the form gave no rows")
            sheets = [_sheet(row.values, form.items) for row in rows]
            _refuse_codes_off_the_scale(form, sheets)
            return self._save(submission, form, wave, sheets, "pile")

        fields: list[Field[object]] = [
            *(_short_field(place, item) for place, item in enumerate(form.items, start=1)),
            _code_field(),
        ]
        return Form(
            f"evaluation_{wave}_pile",
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
            drafts=self._desk.drafts(f"evaluation:{self._course.id}:{wave}:pile"),
            clear_after_save=True,
        )

    def _save(
        self,
        submission: Submission,
        form: EvaluationForm,
        wave: Wave,
        sheets: list[Sheet],
        source: Source,
    ) -> Receipt:
        receipt = self._desk.save(
            submission,
            lambda session: records.save_sheets(
                session, self._course.id, form, sheets,
                wave=wave, source=source, entered_on=self._desk.today,
            ),
        )  # fmt: skip
        self._show_result(_("The figures above are up to date."))
        return receipt

    # -- result ----------------------------------------------------------------------------------

    def _show_result(self, announce: str = "") -> None:
        with self._desk.store.read() as session:
            answers = records.answers_frame(session, self._course.id)
            sheets = records.sheets_count(session, self._course.id)
        self._result.show(_result_parts(answers, sheets), announce=announce)


def _result_parts(answers: pd.DataFrame, sheets: Mapping[str, int]) -> list[Widget]:
    if not sheets:
        return [Prose(_("No sheets yet. Enter the first one below."))]
    mid, final = load_form("mid"), load_form("final")
    counted = format_list(
        [
            ngettext("{n} sheet at {wave}", "{n} sheets at {wave}", count).format(
                n=count, wave=wave_name(wave).lower()
            )
            for wave in WAVES
            if (count := sheets.get(wave, 0))
        ]
    )
    parts: list[Widget] = [
        Heading(_("What they say")),
        Prose(_("So far: {counted}.").format(counted=counted)),
    ]
    compared = compare_waves(answers, mid, final)
    shown = [one for one in compared if one.mid.mean is not None or one.final.mean is not None]
    if not shown:
        text = _(
            "Answers are shown when at least {n} have answered, so that nobody can be picked out."
        ).format(n=THRESHOLD)  # fmt: skip
        return [*parts, Notice("info", text)]
    parts += [_comparison_chart(shown, compared), *_basis_notes(compared)]
    parts += _level_parts(answers, mid, final)
    parts += [_voices(answers, sheets)]
    return parts


def _comparison_chart(shown: list[ItemComparison], compared: tuple[ItemComparison, ...]) -> Chart:
    labels = [one.item.text for one in shown][::-1]
    figure = go.Figure(
        [
            go.Scatter(
                name=name, y=labels,
                x=[getattr(one, wave).mean for one in reversed(shown)],
                mode="markers", marker_symbol=symbol, marker_size=11,
            )
            for wave, name, symbol in (
                ("mid", wave_name("mid"), "circle-open"),
                ("final", wave_name("final"), "diamond"),
            )
        ]
    )  # fmt: skip
    figure.update_layout(
        xaxis_range=[0.8, 5.2], xaxis_title=_("Mean, from 1 to 5"), yaxis_automargin=True
    )
    caption = _("Mid-course against final evaluation, 95 per cent confidence interval in brackets")
    table = TableData(_columns(), [_row(one) for one in compared], caption)
    finding = _finding(shown)
    alt = _("Two points for each question: the mean at mid-course and at the end.")
    height = 120 + 34 * len(shown)
    return Chart(figure, finding=finding, alt=f"{alt} {finding}", table=table, height_px=height)


def _finding(shown: list[ItemComparison]) -> str:
    based = [one for one in shown if one.low is not None and one.high is not None]
    if not based:
        return _("There are too few answers at one of the evaluations to compare them.")
    up = sum(one.low is not None and one.low > 0 for one in based)
    down = sum(one.high is not None and one.high < 0 for one in based)
    if up == down == 0:
        return _(
            "We cannot tell whether the answers to any of the {n} questions have changed."
        ).format(n=len(based))  # fmt: skip
    return _(
        "Of {n} questions, answers to {up} point clearly up and to {down} clearly down; for the "
        "rest we cannot tell."
    ).format(n=len(based), up=up, down=down)


def _columns() -> list[Column]:
    return [
        Column("item", _("Question")),
        Column("mid", _("Mid-course")),
        Column("final", _("Final")),
        Column("difference", _("Difference")),
        Column("basis", _("Compared")),
    ]


def _row(one: ItemComparison) -> dict[str, object]:
    if one.difference is None or one.low is None or one.high is None:
        difference = _("too few")
    else:
        difference = _("{mean} (from {low} to {high})").format(
            mean=_signed(one.difference), low=_signed(one.low), high=_signed(one.high)
        )
    basis = {
        "pairs": _("the same {n} people").format(n=one.n),
        "groups": _("the two groups"),
        "none": _("no"),
    }[one.basis]
    return {
        "item": one.item.text,
        "mid": _shown(one.mid),
        "final": _shown(one.final),
        "difference": difference,
        "basis": basis,
    }


def _shown(figure: WaveFigure) -> str:
    if figure.answered is None:
        return _("under {n} answers").format(n=THRESHOLD)
    if figure.mean is None:
        return _("no answers")
    return _("{mean} ({n} answers, {blank} blank)").format(
        mean=format_number(figure.mean, 1), n=figure.answered, blank=figure.blank
    )


def _signed(value: float) -> str:
    text = format_number(abs(value), 1)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{text}"


def _basis_notes(compared: tuple[ItemComparison, ...]) -> list[Widget]:
    if not any(one.basis == "groups" for one in compared):
        return []
    return [
        Prose(
            _(
                "Where only the two groups are compared, the difference may also come from who was "
                "missing on the day. Write the same code on both sheets to compare the same people."
            )
        )
    ]


def _level_parts(answers: pd.DataFrame, mid: EvaluationForm, final: EvaluationForm) -> list[Widget]:
    measured = levels_measured(mid, answers, "mid") | levels_measured(final, answers, "final")
    names = {
        1: _("how they liked it"),
        2: _("what they learnt"),
        3: _("what they do differently"),
        4: _("what it changes for them"),
    }
    if measured == {1}:
        return [Notice("info", _("So far you only ask how they liked it, not what came of it."))]
    if not measured:
        return []
    text = _("The answers tell {levels}.").format(
        levels=format_list([names[level] for level in sorted(measured)])
    )
    return [Prose(text)]


def _voices(answers: pd.DataFrame, sheets: Mapping[str, int]) -> Widget:
    parts: list[Widget] = []
    for wave in WAVES:
        said = answers[(answers["wave"] == wave) & answers["text"].notna()]
        if sheets.get(wave, 0) < THRESHOLD or said.empty:
            continue
        form = load_form(wave)
        rows = [
            {"question": form.item(row.item).text, "text": row.text}
            for row in each(said.sort_values(["item", "text"]))
        ]
        columns = [Column("question", _("Question")), Column("text", _("Answer"))]
        parts.append(Table(columns, rows, wave_name(wave)))
    if not parts:
        text = _("Comments are shown when at least {n} have answered.").format(n=THRESHOLD)
        parts = [Prose(text)]
    return Disclosure(_("In their own words"), parts)


# -- fields ----------------------------------------------------------------------------------------


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
