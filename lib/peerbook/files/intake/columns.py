"""The kinds of columns a template can have: each is one pandera column and the reading of a cell.

Everything that is said about a column stands in it once: what it is called (`title`), what goes
there (`description`), what may stand there (its checks), and in `metadata` its kind, the labels of
codes or words, the number of a question, or the headings an open column is offered with. A check's
`error` is the message for the user; `{value}` and `{length}` in it are put in when it is shown.

Whatever stands in a cell is text first. What a text means is decided by its column and, where it
could mean two things, by the file's `Notation`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

import pandas as pd
import pandera.pandas as pa

from peerbook.files.spreadsheet import Value
from peerbook.personal import holds_cpr, mail_address, phone_number, tells_who
from peerbook.text import _, format_list, format_number, quoted
from peerbook.text.direction import left_to_right

Kind = Literal["code", "text", "yes_no", "choice", "date", "whole", "decimal", "email", "phone"]
TYPES: dict[Kind, str] = {
    "code": "Int64",
    "text": "string",
    "yes_no": "boolean",
    "choice": "string",
    "date": "datetime64[s]",
    "whole": "Int64",
    "decimal": "Float64",
    "email": "string",
    "phone": "string",
}
AS_TEXT: frozenset[Kind] = frozenset({"text", "date", "email", "phone"})
"""Kinds a spreadsheet program must leave as they are typed, or it makes other days of them."""
SHOWN_LENGTH = 40
MAIL_LENGTH = 254

_WHOLE = re.compile(r"([+-]?\d{1,18})(?:[.,]0*)?")
_LABELLED = re.compile(r"(\d{1,4})\s*[-–—=:.)]*\s*(\D.*)", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_INVISIBLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
_DAY_FIRST = re.compile(r"(\d{1,2})\s*([-./])\s*(\d{1,2})\s*([-./ ])\s*(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_DAY_AND_NAME = re.compile(r"(?:den )?(\d{1,2})\.? ?([a-zæøå]{3,9})\.?,? (\d{4})")
_TIME_OF_DAY = re.compile(r"[ T]\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?( ?[AP]M)?$", re.IGNORECASE)
_EXCEL_DAY = re.compile(r"[2-6]\d{4}([.,]\d+)?")
_MONTHS = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
_OTHER_MONTHS = {"may": 5, "oct": 10}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_ODD_BREAK = re.compile("[\r\u2028\u2029\x0b\x0c]")
_BREAKS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n"})


class Unreadable(Exception):
    """A cell that is not of its column's kind; the text says what to write instead."""


class Ambiguous(Unreadable):
    """A number that means one thing or another, as long as nobody says what its point is."""


@dataclass(frozen=True)
class Notation:
    """How a file writes what can be written in more than one way.

    Parameters
    ----------
    point
        What a point in a number stands before: three more digits, or the decimals. None when
        nobody has said so.
    dates
        Which comes first where a date could be read both ways, such as 03/04/2026; None refuses it.
    """

    point: Literal["thousands", "decimals"] | None = None
    dates: Literal["day", "month"] | None = None


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
    title: str,
    max_length: int,
    *,
    description: str = "",
    number: int | None = None,
    required: bool = False,
) -> pa.Column:
    """Return a column of free text.

    Parameters
    ----------
    title, description, number
        As for `code_column`.
    max_length
        Most characters in a cell.
    required
        Whether every row needs one.
    """
    return pa.Column(
        TYPES["text"],
        [
            _longest(max_length),
            pa.Check(
                _without(_INVISIBLE.search),
                error=_(
                    "There are invisible control characters in the text. Type it again by hand."
                ),
            ),
            pa.Check(
                _without(holds_cpr),
                error=_("There seems to be a CPR number in the text. Delete it from the file."),
            ),
        ],
        nullable=not required,
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
                lambda labels: ~labels.map(tells_who),
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


def choice_column(
    title: str, labels: Mapping[str, str], *, description: str, required: bool = False
) -> pa.Column:
    """Return a column in which one of a few words stands; its frame holds the key of the word.

    Parameters
    ----------
    labels
        The words, by key; a key may be written too.
    """
    return _column("choice", title, description, required, [], labels=dict(labels))


def date_column(title: str, *, description: str, required: bool = False) -> pa.Column:
    """Return a column of days."""
    return _column("date", title, description, required, [])


def whole_column(
    title: str, lowest: int, highest: int, *, description: str, required: bool = False
) -> pa.Column:
    """Return a column of whole numbers between two that may still be written."""
    return _column("whole", title, description, required, [_between(lowest, highest)])


def decimal_column(
    title: str, lowest: float, highest: float, *, description: str, required: bool = False
) -> pa.Column:
    """Return a column of numbers with decimals between two that may still be written."""
    return _column("decimal", title, description, required, [_between(lowest, highest)])


def email_column(title: str, *, description: str) -> pa.Column:
    """Return a column of e-mail addresses; a cell may be empty."""
    return _column("email", title, description, False, [_longest(MAIL_LENGTH)])


def phone_column(title: str, *, description: str) -> pa.Column:
    """Return a column of telephone numbers; a cell may be empty."""
    return _column("phone", title, description, False, [])


def _column(
    kind: Kind,
    title: str,
    description: str,
    required: bool,
    checks: list[pa.Check],
    **metadata: object,
) -> pa.Column:
    return pa.Column(
        TYPES[kind],
        checks,
        nullable=not required,
        title=title,
        description=description,
        metadata={"kind": kind, "number": None, **metadata},
    )


def _between(lowest: float, highest: float) -> pa.Check:
    message = _("{value} cannot be right. Write a number between {lowest} and {highest}.").format(
        value="{value}", lowest=format_number(lowest), highest=format_number(highest)
    )
    return pa.Check.in_range(lowest, highest, error=message)


def _longest(max_length: int) -> pa.Check:
    message = _(
        "The text is {length} characters long and there is room for {limit}. "
        "Shorten it, or split it up."
    ).format(length="{length}", limit=format_number(max_length))
    return pa.Check.str_length(max_value=max_length, error=message)


def _without(holds: Callable[[str], object]) -> Callable[[pd.Series[str]], pd.Series[bool]]:
    """Return a check that no text holds something; the same text is looked at once."""
    return lambda texts: ~texts.isin([one for one in texts.unique() if holds(one)])


# -- what a column says of itself ----------------------------------------------------------------


def kind_of(column: pa.Column) -> Kind:
    """Return the kind of a column."""
    return cast(Kind, column.metadata["kind"])


def labels_of(column: pa.Column) -> dict[Any, str]:
    """Return the codes of a column with their labels, none when it has no codes."""
    return dict((column.metadata or {}).get("labels", {}))


def limits_of(column: pa.Column) -> tuple[float | None, float | None]:
    """Return the lowest and highest number a cell may hold, or characters a text may have."""
    for check in column.checks:
        known = check.statistics or {}
        if (highest := known.get("max_value")) is not None:
            return known.get("min_value"), highest
    return None, None


def longest_of(column: pa.Column) -> int | None:
    """Return how many characters a text may have, None when there is no limit."""
    if TYPES[kind_of(column)] != "string":
        return None
    highest = limits_of(column)[1]
    return None if highest is None else int(highest)


def answers_of(column: pa.Column) -> tuple[str, ...]:
    """Return what may be chosen in a cell, each with its label; empty for free text."""
    if kind_of(column) == "code":
        return tuple(f"{code} = {label}" for code, label in labels_of(column).items())
    return choices_of(column)


def choices_of(column: pa.Column) -> tuple[str, ...]:
    """Return the words or codes a spreadsheet program may offer in a cell."""
    kind = kind_of(column)
    if kind == "yes_no":
        return (yes(), no())
    labels = labels_of(column)
    return tuple(labels.values()) if kind == "choice" else tuple(map(str, labels))


def allowed_text(column: pa.Column) -> str:
    """Return what may stand in a cell, in one phrase."""
    lowest, highest = limits_of(column)
    known = {
        "date": _("a day, such as 31-12-2026"),
        "email": _("one e-mail address"),
        "phone": _("one telephone number"),
    }
    if kind_of(column) in ("whole", "decimal"):
        return _("a number from {lowest} to {highest}").format(
            lowest=format_number(lowest or 0), highest=format_number(highest or 0)
        )
    return (
        "; ".join(answers_of(column))
        or known.get(kind_of(column))
        or _("text of at most {n} characters").format(n=format_number(highest or 0))
    )


def kind_text(column: pa.Column) -> str:
    """Return what a column holds, in a word or two."""
    return {
        "code": _("whole number"),
        "text": _("text"),
        "yes_no": _("yes or no"),
        "choice": _("one of several words"),
        "date": _("date"),
        "whole": _("whole number"),
        "decimal": _("number"),
        "email": _("e-mail address"),
        "phone": _("telephone number"),
    }[kind_of(column)]


def yes() -> str:
    """Return the word for yes as it stands in a cell."""
    return _("yes")


def no() -> str:
    """Return the word for no as it stands in a cell."""
    return _("no")


# -- reading a cell ------------------------------------------------------------------------------


def as_text(value: Value) -> str:
    """Return what stands in a cell as text, empty for an empty cell."""
    if isinstance(value, str):
        text = left_to_right(value)
        return _one_kind_of_break(text) if _ODD_BREAK.search(text) else text.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("TRUE") if value else _("FALSE")
    if isinstance(value, dt.date | dt.time):
        return _moment(value)
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    return str(value)


def _one_kind_of_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS).strip()


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


def read_cell(column: pa.Column, value: Value, notation: Notation | None = None) -> object:
    """Return a cell's value, None when it is empty.

    Raises
    ------
    Unreadable
        When it is not of the column's kind; `Ambiguous` when it depends on a notation nobody has
        told.
    """
    text = as_text(value)
    if not text:
        return None
    kind = kind_of(column)
    if kind == "text":
        return text
    if kind in ("whole", "decimal"):
        return _number(text, value, notation or Notation(), whole=kind == "whole")
    if kind == "date":
        return _day(text, value, notation or Notation())
    if kind == "yes_no":
        return _yes_or_no(text, value)
    return _READERS[kind](column, text)


def _code(column: pa.Column, text: str) -> int:
    if number := _WHOLE.fullmatch(text):
        return int(number[1])
    labels = labels_of(column)
    by_label: dict[str, int] = {squeezed(label): code for code, label in labels.items()}
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


def _choice(column: pa.Column, text: str) -> str:
    labels = labels_of(column)
    word = squeezed(text)
    for key, label in labels.items():
        if word in (squeezed(label), squeezed(str(key))):
            return str(key)
    raise Unreadable(
        _("“{text}” is not an answer here. Write one of {words}.").format(
            text=shown(text), words=format_list([quoted(label) for label in labels.values()])
        )
    )


def _mail(_column: pa.Column, text: str) -> str:
    if (address := mail_address(text)) is not None:
        return address
    raise Unreadable(
        _("“{text}” is no e-mail address. One looks like navn@eksempel.dk.").format(
            text=shown(text)
        )
    )


def _phone(_column: pa.Column, text: str) -> str:
    if (number := phone_number(text)) is not None:
        return number
    raise Unreadable(
        _(
            "“{text}” is no telephone number. Write eight digits, or + and the number of the "
            "country first."
        ).format(text=shown(text))
    )


_READERS: dict[Kind, Callable[[pa.Column, str], object]] = {
    "code": _code,
    "choice": _choice,
    "email": _mail,
    "phone": _phone,
}


# -- numbers and days ----------------------------------------------------------------------------


def _number(text: str, value: Value, notation: Notation, *, whole: bool) -> int | float:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = float(value)
    else:
        number = float(_plain_number(text, notation))
    if not whole:
        return number
    if number.is_integer() and abs(number) < 2**53:
        return int(number)
    raise Unreadable(
        _("“{text}” is not a whole number. Write it without decimals.").format(text=shown(text))
    )


def _plain_number(text: str, notation: Notation) -> str:
    """Return a number as Python writes it, whoever wrote it."""
    bare = re.sub(r"(?<=\d)[\s'](?=\d{3})", "", text).replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(bare):
        raise Unreadable(
            _("“{text}” is not a number. Write only digits, such as 1234,5.").format(
                text=shown(text)
            )
        )
    thousands, comma = _separators(bare, text, notation)
    whole, _sign, decimals = bare.partition(comma)
    groups = whole.lstrip("+-").split(thousands)
    is_grouped = len(groups) > 1
    if (is_grouped and (not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:]))) or (
        not decimals.isdigit() and decimals
    ):
        raise Unreadable(
            _("“{text}” is not a number as Danes write it. Write it as 1234,5.").format(
                text=shown(text)
            )
        )
    return f"{whole.replace(thousands, '')}.{decimals or 0}"


def _separators(bare: str, text: str, notation: Notation) -> tuple[str, str]:
    """Return what stands between thousands in a number, and what before its decimals."""
    if "." in bare and "," in bare:  # whichever comes last stands before the decimals
        return (".", ",") if bare.rindex(",") > bare.rindex(".") else (",", ".")
    if notation.point is not None:
        return (".", ",") if notation.point == "thousands" else (",", ".")
    if "." not in bare or bare.count(".") > 1:
        return ".", ","
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", bare):
        raise Ambiguous(
            _("“{text}” can be read in two ways. Say above what the point means.").format(
                text=shown(text)
            )
        )
    return ",", "."


def _day(text: str, value: Value, notation: Notation) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    bare = _TIME_OF_DAY.sub("", text).strip()
    day = _day_in(bare, notation)
    if day is None:
        if _EXCEL_DAY.fullmatch(text):
            message = _(
                "“{text}” is a date as Excel counts days. Show the column as dates in Excel, and "
                "save again."
            )
        else:
            message = _("“{text}” is no date. Write it as 31-12-2026.")
        raise Unreadable(message.format(text=shown(text)))
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise Unreadable(_("“{text}”: check the year.").format(text=shown(text)))
    return day


def _day_in(text: str, notation: Notation) -> dt.date | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return _made_day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_AND_NAME.fullmatch(text.lower()):
        name = found[2][:3]
        month = _MONTHS.index(name) + 1 if name in _MONTHS else _OTHER_MONTHS.get(name, 0)
        return _made_day(int(found[3]), month, int(found[1]))
    found = _DAY_FIRST.fullmatch(text)
    if found is None:
        return None
    if len(found[5]) == 2:
        raise Unreadable(
            _("“{text}”: write the year with four digits, such as 31-12-2026.").format(
                text=shown(text)
            )
        )
    day, month, year = int(found[1]), int(found[3]), int(found[5])
    # Danes write 3/4-2026 or 03.04.2026; 03/04/2026 is what English-speaking programs write.
    could_be_english = found[2] == found[4] == "/" and max(day, month) <= 12 and day != month
    if could_be_english and notation.dates is None:
        raise Unreadable(
            _(
                "“{text}” can be read in two ways. Write the day first and with dashes, such as "
                "31-12-2026."
            ).format(text=shown(text))
        )
    if notation.dates == "month" and found[2] == "/":
        day, month = month, day
    return _made_day(year, month, day)


def _made_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
