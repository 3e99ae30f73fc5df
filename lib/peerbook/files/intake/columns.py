"""The kinds of columns a template can have: each is one pandera column and the reading of a cell.

Everything that is said about a column stands in it once: what it is called (`title`), what goes
there (`description`), what may stand there (its checks), and in `metadata` its kind, the labels of
codes, the number of a question, or the headings an open column is offered with. A check's `error`
is the message for the user; `{value}` and `{length}` in it are put in when it is shown.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, cast

import pandera.pandas as pa

from peerbook.files.spreadsheet import Value
from peerbook.text import _, format_list, format_number

Kind = Literal["code", "text", "yes_no"]
TYPES: dict[Kind, str] = {"code": "Int64", "text": "string", "yes_no": "boolean"}
SHOWN_LENGTH = 40

_WHOLE = re.compile(r"([+-]?\d{1,18})(?:[.,]0*)?")
_LABELLED = re.compile(r"(\d{1,4})\s*[-–—=:.)]*\s*(\D.*)", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_CPR_IN_TEXT = re.compile(r"(?<!\d)\d{6}[- ]\d{4}(?!\d)")
_CPR = re.compile(r"\d{5,6}[- ]?\d{4}")
_DATE = re.compile(r"\d{1,4}[-/. ]+\d{1,2}[-/. ]+\d{1,4}")
_SIX_DIGITS = re.compile(r"(\d{2})(\d{2})\d{2}")
_BREAKS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n"})


class Unreadable(Exception):
    """A cell that is not of its column's kind; the text says what to write instead."""


# -- kinds ---------------------------------------------------------------------------------------


def code_column(
    title: str, labels: Mapping[int, str], *, description: str = "", number: int | None = None
) -> pa.Column:
    """Return a column of codes, each with its label; a cell may be empty.

    Parameters
    ----------
    title
        Heading of the column.
    labels
        What each code that may be written means.
    description
        What to write in it, for the guide; that of all such columns when empty.
    number
        Of the question on the form; None when it is not numbered there.
    """
    message = _("{code} is not on the scale. Use one of {codes}.").format(
        code="{value}", codes=format_list([str(code) for code in labels])
    )
    return pa.Column(
        TYPES["code"],
        pa.Check.isin(list(labels), error=message),
        nullable=True,
        title=title,
        description=description or _("Write one of the numbers, or leave the cell empty."),
        metadata={"kind": "code", "labels": dict(labels), "number": number},
    )


def text_column(
    title: str, max_length: int, *, description: str = "", number: int | None = None
) -> pa.Column:
    """Return a column of free text; a cell may be empty.

    Parameters
    ----------
    title, description, number
        As for `code_column`.
    max_length
        Most characters in a cell.
    """
    return pa.Column(
        TYPES["text"],
        [
            _longest(max_length),
            pa.Check(
                lambda texts: ~texts.map(_has_invisible),
                error=_(
                    "There are invisible control characters in the text. Type it again by hand."
                ),
            ),
            pa.Check(
                lambda texts: ~texts.map(lambda text: bool(_CPR_IN_TEXT.search(text))),
                error=_("There seems to be a CPR number in the text. Delete it from the file."),
            ),
        ],
        nullable=True,
        title=title,
        description=description or _("Write freely, without names, or leave the cell empty."),
        metadata={"kind": "text", "number": number},
    )


def label_column(
    title: str, max_length: int, *, description: str, required: bool = False
) -> pa.Column:
    """Return a column of short codes that tell the rows apart: each once, never who it is.

    Parameters
    ----------
    required
        Whether every row needs one.
    """
    return pa.Column(
        TYPES["text"],
        [
            _longest(max_length),
            pa.Check(
                lambda labels: ~labels.map(_tells_who),
                error=_(
                    "This looks like a birthday or a CPR number. Use a code that says nothing "
                    "about who it is."
                ),
            ),
            pa.Check(
                lambda labels: ~labels.str.casefold().duplicated(keep=False),
                error=_(
                    "“{value}” stands in more than one row. Delete the row that is there twice, "
                    "or give one of them another code."
                ),
            ),
        ],
        nullable=not required,
        title=title,
        description=description,
        metadata={"kind": "text", "number": None},
    )


def yes_no_column(pattern: str, title: str, offered: Sequence[str], description: str) -> pa.Column:
    """Return an open column: any number of columns whose heading fits, with yes or no in them.

    Parameters
    ----------
    pattern
        What a heading must look like, as a regular expression.
    offered
        The headings a blank template comes with.
    """
    return pa.Column(
        TYPES["yes_no"],
        nullable=True,
        regex=True,
        name=pattern,
        title=title,
        description=description,
        metadata={"kind": "yes_no", "offered": tuple(offered), "number": None},
    )


def _longest(max_length: int) -> pa.Check:
    message = _(
        "The text is {length} characters long and there is room for {limit}. "
        "Shorten it, or split it up."
    ).format(length="{length}", limit=format_number(max_length))
    return pa.Check.str_length(max_value=max_length, error=message)


def _has_invisible(text: str) -> bool:
    return any(sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cs") for sign in text)


def _tells_who(label: str) -> bool:
    six = _SIX_DIGITS.fullmatch(label)
    if six is not None:
        return 1 <= int(six[1]) <= 31 and 1 <= int(six[2]) <= 12
    return bool(_CPR.fullmatch(label) or _DATE.fullmatch(label))


# -- what a column says of itself ----------------------------------------------------------------


def kind_of(column: pa.Column) -> Kind:
    """Return the kind of a column."""
    return cast(Kind, column.metadata["kind"])


def labels_of(column: pa.Column) -> dict[int, str]:
    """Return the codes of a column with their labels, none when it has no codes."""
    return dict((column.metadata or {}).get("labels", {}))


def longest_of(column: pa.Column) -> int | None:
    """Return how many characters a text may have, None when there is no limit."""
    for check in column.checks:
        limit = (check.statistics or {}).get("max_value")
        if limit is not None:
            return int(limit)
    return None


def answers_of(column: pa.Column) -> tuple[str, ...]:
    """Return what may be chosen in a cell, each with its label; empty for free text."""
    if labels := labels_of(column):
        return tuple(f"{code} = {label}" for code, label in labels.items())
    return (yes(), no()) if kind_of(column) == "yes_no" else ()


def choices_of(column: pa.Column) -> tuple[str, ...]:
    """Return the words or codes a spreadsheet program may offer in a cell."""
    if kind_of(column) == "yes_no":
        return (yes(), no())
    return tuple(str(code) for code in labels_of(column))


def yes() -> str:
    """Return the word for yes as it stands in a cell."""
    return _("yes")


def no() -> str:
    """Return the word for no as it stands in a cell."""
    return _("no")


# -- reading a cell ------------------------------------------------------------------------------


def as_text(value: Value) -> str:
    """Return what stands in a cell as text, empty for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("TRUE") if value else _("FALSE")
    if isinstance(value, dt.date | dt.time):
        return _moment(value)
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    return text.strip()


def _moment(value: dt.date | dt.time) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%d-%m-%Y %H:%M}"
    return f"{value:%d-%m-%Y}" if isinstance(value, dt.date) else f"{value:%H:%M}"


def shown(text: str) -> str:
    """Return a user's text short enough to stand in a message."""
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def squeezed(text: str) -> str:
    """Return a text as it is compared: one kind of blank, one at a time, no capitals."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()


def read_cell(column: pa.Column, value: Value) -> object:
    """Return a cell's value, None when it is empty.

    Raises
    ------
    Unreadable
        When it is not of the column's kind.
    """
    text = as_text(value)
    if not text:
        return None
    kind = kind_of(column)
    if kind == "text":
        return text
    return _yes_or_no(text, value) if kind == "yes_no" else _code(column, text)


def _code(column: pa.Column, text: str) -> int:
    if number := _WHOLE.fullmatch(text):
        return int(number[1])
    labels = labels_of(column)
    by_label = {squeezed(label): code for code, label in labels.items()}
    if (code := by_label.get(squeezed(text))) is not None:
        return code
    labelled = _LABELLED.fullmatch(text)
    if labelled is not None and by_label.get(squeezed(labelled[2])) == int(labelled[1]):
        return int(labelled[1])
    raise Unreadable(
        _("“{text}” is not an answer here. Write one of the numbers {codes}.").format(
            text=shown(text), codes=format_list([str(code) for code in labels])
        )
    )


def _yes_or_no(text: str, value: Value) -> bool:
    if isinstance(value, bool):
        return value
    word = squeezed(text).rstrip(".!")
    if word in {"ja", "j", "yes", "y", squeezed(yes())}:
        return True
    if word in {"nej", "n", "no", squeezed(no())}:
        return False
    raise Unreadable(
        _("“{text}” is not an answer here. Write {yes} or {no}.").format(
            text=shown(text), yes=yes(), no=no()
        )
    )
