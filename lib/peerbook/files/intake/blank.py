"""What a template looks like before it is filled: the file itself, and the data dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandera.pandas as pa

from peerbook.errors import InputFault
from peerbook.files.intake.columns import (
    AS_TEXT,
    allowed_text,
    answers_of,
    choices_of,
    kind_of,
    kind_text,
    labels_of,
    longest_of,
)
from peerbook.files.intake.template import Template, plain_heading, shown_heading
from peerbook.files.spreadsheet import Sheet, SheetColumn, workbook
from peerbook.text import _

_WIDTHS = {"code": 20, "text": 44, "choice": 24, "email": 32}
_LABEL_WIDTH = 16
_LONG_TEXT = 200


def blank_file(template: Template) -> bytes:
    """Return the template as an .xlsx file: a sheet to fill, and a guide to its columns.

    The same template gives the same bytes.
    """
    headings = template.headings()
    to_fill = Sheet(
        template.title,
        tuple(_sheet_column(heading, column) for heading, column in headings.items()),
        (),
        room=template.max_rows,
    )
    guide = Sheet(
        _("Guide"),
        (
            SheetColumn(_("Column"), 48),
            SheetColumn(_("What to write"), 64),
            SheetColumn(_("Answers to choose between"), 40),
        ),
        (
            (template.title, str(template.schema.description), template.mark),
            *(
                (plain_heading(heading), str(column.description), "\n".join(answers_of(column)))
                for heading, column in headings.items()
            ),
        ),
    )
    return workbook([to_fill, guide])


def _sheet_column(heading: str, column: pa.Column) -> SheetColumn:
    limit = longest_of(column)
    is_short = limit is not None and limit < _LONG_TEXT
    is_code = kind_of(column) == "code"
    labels = [f"{code} {label}" for code, label in labels_of(column).items() if is_code]
    return SheetColumn(
        heading,
        _LABEL_WIDTH if is_short else _WIDTHS.get(kind_of(column), _LABEL_WIDTH),
        choices_of(column),
        " · ".join(labels) or str(column.description),
        is_text=kind_of(column) in AS_TEXT,
    )


def write_templates(templates: Sequence[Template], folder: Path) -> list[Path]:
    """Write the blank files and their data dictionary into a folder, and return their paths.

    Raises
    ------
    InputFault
        When the folder cannot be written to.
    """
    files = {f"{template.file_name}.xlsx": blank_file(template) for template in templates}
    dictionary = _("data-dictionary")
    files[f"{dictionary}.md"] = data_dictionary(templates).encode()
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            path = folder / name
            path.write_bytes(data)
            paths.append(path)
    except OSError as error:
        message = _("The folder {folder} cannot be written to. Choose another one.")
        raise InputFault.at("folder", message.format(folder=folder)) from error
    return paths


def data_dictionary(templates: Sequence[Template]) -> str:
    """Return what every column of the templates means, as Markdown."""
    heading = _("Data dictionary")
    lines = [
        f"# {heading}",
        "",
        _("Made by `peerbook templates` from the same descriptions that check the files."),
    ]
    for template in templates:
        lines += [
            "",
            f"## {template.title}",
            "",
            str(template.schema.description),
            "",
            _("File: {file}. Name: `{name}`, version {version}.").format(
                file=f"`{template.file_name}.xlsx`", name=template.id, version=template.version
            ),
            "",
            _row(
                [_("Name"), _("Heading"), _("Kind"), _("May be empty"), _("What may stand there")]
            ),
            _row(["---"] * 5),
            *(_row(cells) for cells in _column_rows(template)),
        ]
    return "\n".join(lines) + "\n"


def _column_rows(template: Template) -> list[list[str]]:
    rows = [
        [f"`{name}`", shown_heading(column), *_facts(column)] for name, column in template.columns()
    ]
    if template.open_column is not None:
        column = template.open_column
        rows.append([_("(any number)"), shown_heading(column), *_facts(column)])
    return rows


def _facts(column: pa.Column) -> list[str]:
    may_be_empty = _("yes") if column.nullable else _("no")
    return [kind_text(column), may_be_empty, allowed_text(column)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
