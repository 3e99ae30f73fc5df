"""What a form asks for, and how an answer becomes a value.

A field knows its words, how the browser shows it, and how a raw answer is read. A raw answer is
whatever a browser sends, so every field takes any object and either returns a sound value or
raises `InputFault` at its own place.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Generic, Literal, TypeVar, cast

from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _, format_date, format_list, format_number, ngettext
from peerbook.text.direction import left_to_right

T = TypeVar("T")
Code = str | int

EARLIEST_DATE = dt.date(1900, 1, 1)
LATEST_DATE = dt.date(2199, 12, 31)
MEGABYTE = 1_000_000
NUMBER_LENGTH = 40
ROW_ID_LENGTH = 64

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_KRONER = re.compile(r"(kr\.?|dkk)?(?P<amount>.*?)([,.]-)?(kr\.?|kroner|dkk)?", re.IGNORECASE)
_WITH_ORE = re.compile(r"(?P<whole>[+-]?(\d{1,3}(\.\d{3})+|\d{1,18}))[,.](?P<ore>\d{1,2})")
_SPACES_IN_NUMBERS = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_MINUS = str.maketrans("−–", "--")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DANISH_DATE = re.compile(r"(\d{1,2})[-./ ]{1,2}(\d{1,2})[-./ ]{1,2}(\d{4})")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?")
_ROW_ID = re.compile(rf"[\w.:-]{{1,{ROW_ID_LENGTH}}}")


@dataclass(frozen=True)
class Field(Generic[T]):
    """One question of a form.

    Parameters
    ----------
    name
        Name of the value, in lower case letters, digits and underscores.
    label
        The question, in the user's language.
    hint
        One line of help under the label.
    required
        Whether it must be answered before the form can be saved.
    short
        What it is called where there is little room, as in a list with many columns; the label is
        still read aloud.
    counts
        Whether it is one of the questions that a form with one question at a time counts.
    """

    name: str
    label: str
    _: KW_ONLY
    hint: str = ""
    required: bool = False
    short: str = ""
    counts: bool = True

    kind: ClassVar[str]
    blank: ClassVar[object] = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"not a name for a field: {self.name!r}")

    def parse(self, raw: object) -> T:
        """Return the value of a raw answer.

        Raises
        ------
        InputFault
            At this field, when the answer cannot be used.
        """
        if _is_blank(raw):
            if self.required:
                raise self._fault(_("An answer is missing here."))
            return cast(T, self.blank)
        return self._read(raw)

    def raw(self, value: T) -> object:
        """Return a value as the browser shows it; `parse` gives the value back."""
        return "" if value is None else str(value)

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return {
            "kind": self.kind,
            "name": self.name,
            "label": self.label,
            "hint": self.hint,
            "required": self.required,
            "short": self.short,
            "counts": self.counts,
        }

    def _read(self, raw: object) -> T:
        raise NotImplementedError

    def _fault(self, message: str) -> InputFault:
        return InputFault.at(self.name, message)

    def _unreadable(self) -> InputFault:
        return self._fault(_("This answer cannot be read. Reload the page and answer again."))


AnyField = Field[Any]


def _is_blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not _shows(raw)) or raw in ([], {})


def _shows(text: str) -> bool:
    """Return whether anything can be seen of a text: no spaces, soft hyphens or joiners alone."""
    return any(sign.strip() and unicodedata.category(sign) != "Cf" for sign in text)


# --- text -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextField(Field[str]):
    """One line of text; blank is the empty text.

    Parameters
    ----------
    max_length
        Most characters there is room for.
    """

    _: KW_ONLY
    max_length: int = 200

    kind: ClassVar[str] = "text"
    blank: ClassVar[object] = ""
    line_breaks: ClassVar[bool] = False

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"max_length": self.max_length}

    def _read(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise self._unreadable()
        text = left_to_right(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > self.max_length:
            message = _(
                "The text is {length} characters long and there is room for {limit}. "
                "Shorten it, or split it up."
            )
            length, limit = format_number(len(text)), format_number(self.max_length)
            raise self._fault(message.format(length=length, limit=limit))
        if any(self._is_unusable(sign) for sign in text):
            raise self._fault(
                _("There are invisible control characters in the text. Type it again by hand.")
            )
        return text

    def _is_unusable(self, sign: str) -> bool:
        # Half surrogate pairs are no text: no file and no database can hold them.
        allowed = "\n\t" if self.line_breaks else ""
        return sign not in allowed and unicodedata.category(sign) in ("Cc", "Cs")


@dataclass(frozen=True)
class LongTextField(TextField):
    """Several lines of text.

    Parameters
    ----------
    max_length
        Most characters there is room for.
    rows
        Height, in lines, before the field grows with its text.
    """

    _: KW_ONLY
    max_length: int = 4000
    rows: int = 4

    kind: ClassVar[str] = "long_text"
    line_breaks: ClassVar[bool] = True

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"rows": self.rows}


# --- numbers, dates and times ---------------------------------------------------------------


@dataclass(frozen=True)
class NumberField(Field[Decimal | None]):
    """A number as Danes write it (1.234,5), with or without spaces between the thousands.

    Parameters
    ----------
    minimum, maximum
        Least and greatest value, both allowed.
    decimals
        Most decimals.
    unit
        What is counted, shown behind the number.
    is_money
        Whether a point can only stand between thousands, since nobody writes thousandths of a
        krone; else whoever writes 1.200 is asked which number that is.
    """

    _: KW_ONLY
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    decimals: int = 2
    unit: str = ""
    is_money: bool = False

    kind: ClassVar[str] = "number"

    def raw(self, value: Decimal | None) -> object:
        """Return a number with a decimal comma and nothing between the thousands."""
        return "" if value is None else format(Decimal(value), "f").replace(".", ",")

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"unit": self.unit}

    def _read(self, raw: object) -> Decimal:
        number = self._number(raw)
        if len(format(number, "f").partition(".")[2].rstrip("0")) > self.decimals:
            raise self._fault(
                ngettext(
                    "Write the number with at most {n} decimal.",
                    "Write the number with at most {n} decimals.",
                    self.decimals,
                ).format(n=self.decimals)
            )
        _check_bounds(self, number, self.minimum, self.maximum)
        return number

    def _number(self, raw: object) -> Decimal:
        text = _number_text(self, raw)
        if "," in text:
            whole, _comma, decimals = text.partition(",")
            if "." in whole and not _THOUSANDS.fullmatch(whole):
                raise self._not_a_number()
            text = f"{whole.replace('.', '')}.{decimals}"
        elif _THOUSANDS.fullmatch(text):
            if text.count(".") == 1 and isinstance(raw, str) and not self.is_money:
                meant = text.replace(".", ""), text.replace(".", ",")
                message = _("It is not clear which number this is. Write {one} or {other}.")
                raise self._fault(message.format(one=meant[0], other=meant[1]))
            text = text if isinstance(raw, int | float) else text.replace(".", "")
        if not _NUMBER.fullmatch(text):
            raise self._not_a_number()
        return Decimal(text)

    def _not_a_number(self) -> InputFault:
        return self._fault(_("This is not a number. Write it with digits, such as 7,5."))


@dataclass(frozen=True)
class IntegerField(Field[int | None]):
    """A whole number.

    Parameters
    ----------
    minimum, maximum
        Least and greatest value, both allowed.
    unit
        What is counted, shown behind the number.
    """

    _: KW_ONLY
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""

    kind: ClassVar[str] = "integer"

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"unit": self.unit}

    def _read(self, raw: object) -> int:
        text = _number_text(self, raw)
        if _THOUSANDS.fullmatch(text) and isinstance(raw, str):
            text = text.replace(".", "")
        text = re.sub(r"[,.]0+$", "", text)
        if not _INTEGER.fullmatch(text):
            raise self._fault(_("Write a whole number with digits, such as 12."))
        number = int(text)
        _check_bounds(self, number, self.minimum, self.maximum)
        return number


@dataclass(frozen=True)
class KronerField(IntegerField):
    """An amount in whole kroner, however Danes write it: 1200, 1.200 kr., 1.200,00 or 1 200,-."""

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"unit": _("kr.")}

    def _read(self, raw: object) -> int:
        around = _KRONER.fullmatch(_number_text(self, raw))
        text = around["amount"] if around else ""
        if match := _WITH_ORE.fullmatch(text):
            text = match["whole"]
            if match["ore"].strip("0"):
                low = int(text.replace(".", ""))
                message = _("Write whole kroner without øre, such as {low} or {high}.")
                raise self._fault(message.format(low=low, high=low + 1))
        if not (_INTEGER.fullmatch(text) or _THOUSANDS.fullmatch(text)):
            raise self._fault(_("Write the amount in whole kroner with digits, such as 1200."))
        return super()._read(text)


@dataclass(frozen=True)
class CodeField(IntegerField):
    """A whole number that is one of a few, as the steps of a scale typed by number.

    Parameters
    ----------
    codes
        The numbers there are.
    """

    _: KW_ONLY
    codes: Sequence[int]

    def _read(self, raw: object) -> int:
        try:
            number = super()._read(raw)
        except InputFault:
            raise _off_scale(self, self.codes) from None
        if number not in self.codes:
            raise _off_scale(self, self.codes)
        return number


def _off_scale(asked: Field[T], points: Iterable[Code]) -> InputFault:
    return asked._fault(
        _("The answer is not on the scale. Its steps are {points}.").format(
            points=format_list([str(point) for point in points])
        )
    )


def _number_text(asked: Field[T], raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise asked._unreadable()
    if isinstance(raw, int) and abs(raw) >= 10**NUMBER_LENGTH:
        raise asked._fault(_("This number is too large."))
    text = str(raw).translate(_SPACES_IN_NUMBERS).translate(_MINUS)
    if len(text) > NUMBER_LENGTH:
        raise asked._fault(_("This number is too large."))
    return text


def _check_bounds(
    asked: Field[T],
    number: Decimal | int,
    minimum: Decimal | int | None,
    maximum: Decimal | int | None,
) -> None:
    low = None if minimum is None else _plain_number(minimum)
    high = None if maximum is None else _plain_number(maximum)
    if (minimum is None or number >= minimum) and (maximum is None or number <= maximum):
        return
    if low is not None and high is not None:
        message = _("The number must be from {low} to {high}.")
    elif low is not None:
        message = _("The number must be at least {low}.")
    else:
        message = _("The number can be at most {high}.")
    raise asked._fault(message.format(low=low, high=high))


def _plain_number(number: Decimal | int) -> str:
    return format_number(number, len(format(Decimal(number), "f").partition(".")[2].rstrip("0")))


@dataclass(frozen=True)
class DateField(Field[dt.date | None]):
    """A date; the browser shows its own calendar, and 04-03-2026 is understood too.

    Parameters
    ----------
    earliest, latest
        First and last date, both allowed.
    """

    _: KW_ONLY
    earliest: dt.date | None = None
    latest: dt.date | None = None

    kind: ClassVar[str] = "date"

    def raw(self, value: dt.date | None) -> object:
        """Return the date as the browser's calendar wants it."""
        return "" if value is None else value.isoformat()

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"min": self.raw(self.earliest), "max": self.raw(self.latest)}

    def _read(self, raw: object) -> dt.date:
        if not isinstance(raw, str):
            raise self._unreadable()
        day = self._date(raw.strip())
        first, last = self.earliest or EARLIEST_DATE, self.latest or LATEST_DATE
        if first <= day <= last:
            return day
        if self.earliest and self.latest:
            message = _("The date must be from {first} to {last}.")
        elif day < first:
            message = _("The date can be {first} at the earliest.")
        else:
            message = _("The date can be {last} at the latest.")
        raise self._fault(message.format(first=format_date(first), last=format_date(last)))

    def _date(self, text: str) -> dt.date:
        if iso := _ISO_DATE.fullmatch(text):
            year, month, day = map(int, iso.groups())
        elif danish := _DANISH_DATE.fullmatch(text):
            day, month, year = map(int, danish.groups())
        else:
            raise self._fault(
                _("This is not a date. Write day, month and year, such as 04-03-2026.")
            )
        try:
            return dt.date(year, month, day)
        except ValueError:
            raise self._fault(
                _("There is no such date in the calendar. Check day, month and year.")
            ) from None


@dataclass(frozen=True)
class TimeField(Field[dt.time | None]):
    """A time of day, as 9.30, 09:30 or 9."""

    kind: ClassVar[str] = "time"

    def raw(self, value: dt.time | None) -> object:
        """Return the time as the browser wants it."""
        return "" if value is None else f"{value:%H:%M}"

    def _read(self, raw: object) -> dt.time:
        if not isinstance(raw, str):
            raise self._unreadable()
        if match := _TIME.fullmatch(raw.strip()):
            hour, minute = int(match[1]), int(match[2] or 0)
            if hour < 24 and minute < 60:
                return dt.time(hour, minute)
        raise self._fault(_("This is not a time of day. Write it such as 9.30."))


# --- choices --------------------------------------------------------------------------------


def _codes(options: Iterable[tuple[Code, str]]) -> dict[str, Code]:
    codes = [code for code, _label in options]
    by_text = {str(code): code for code in codes}
    if len(by_text) != len(codes) or "" in by_text:
        raise ValueError("the options of a choice need values that differ and are not empty")
    return by_text


def _code(raw: object) -> str | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        return None
    return raw if isinstance(raw, str) else (f"{raw:d}" if abs(raw) < 10**NUMBER_LENGTH else None)


def _option_specs(options: Iterable[tuple[Code, str]]) -> list[list[str]]:
    return [[str(code), label] for code, label in options]


@dataclass(frozen=True)
class ChoiceField(Field[Code | None]):
    """One of several options.

    Parameters
    ----------
    options
        Value and label of each; values are texts or whole numbers.
    look
        `select` folds the options into a list, `radio` shows them all.
    """

    _: KW_ONLY
    options: Sequence[tuple[Code, str]]
    look: Literal["select", "radio"] = "select"

    kind: ClassVar[str] = "choice"

    def __post_init__(self) -> None:
        super().__post_init__()
        _codes(self.options)

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"options": _option_specs(self.options), "look": self.look}

    def _read(self, raw: object) -> Code:
        code = _code(raw)
        codes = _codes(self.options)
        if code is None or code not in codes:
            raise self._fault(_("Choose one of the options in the list."))
        return codes[code]


@dataclass(frozen=True)
class ChoicesField(Field[tuple[Code, ...]]):
    """Any number of several options, in the order of the options.

    Parameters
    ----------
    options
        Value and label of each; values are texts or whole numbers.
    """

    _: KW_ONLY
    options: Sequence[tuple[Code, str]]

    kind: ClassVar[str] = "choices"
    blank: ClassVar[object] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _codes(self.options)

    def raw(self, value: tuple[Code, ...]) -> object:
        """Return the chosen values as texts."""
        return [str(code) for code in value or ()]

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {"options": _option_specs(self.options)}

    def _read(self, raw: object) -> tuple[Code, ...]:
        if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
            raise self._unreadable()
        codes = _codes(self.options)
        chosen = {_code(entry) for entry in raw}
        if not chosen <= set(codes):
            raise self._fault(_("Choose among the options shown."))
        return tuple(code for text, code in codes.items() if text in chosen)


@dataclass(frozen=True)
class ScaleField(Field[int | None]):
    """An answer on a scale, shown as large buttons side by side.

    Parameters
    ----------
    points
        Code and label of each point, lowest first; a label may be empty.
    blank_label
        Label of a last button that means no answer; no such button when empty.
    """

    _: KW_ONLY
    points: Sequence[tuple[int, str]]
    blank_label: str = ""

    kind: ClassVar[str] = "scale"

    def __post_init__(self) -> None:
        super().__post_init__()
        _codes(self.points)

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {
            "options": _option_specs(self.points),
            "blank_label": self.blank_label,
        }

    def _read(self, raw: object) -> int:
        code = _code(raw)
        codes = _codes(self.points)
        if code is None or code not in codes:
            raise _off_scale(self, codes)
        return int(codes[code])


@dataclass(frozen=True)
class FlagField(Field[bool]):
    """A box to tick; when required, it must be ticked."""

    kind: ClassVar[str] = "flag"
    blank: ClassVar[object] = False

    def raw(self, value: bool) -> object:
        """Return whether the box is ticked."""
        return bool(value)

    def _read(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise self._unreadable()
        if self.required and not raw:
            raise self._fault(_("Tick the box to go on."))
        return raw


# --- rows -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of a `RowsField`.

    Parameters
    ----------
    id
        The id the row was shown with; None for a row that was added on the page. In a growing
        list it comes from the browser: check that it belongs where it is used.
    values
        Value by field name.
    place
        Where the page shows it, for a fault at `<name>.<place>.<column>`; empty before it is shown.
    """

    id: str | None
    values: dict[str, object] = field(default_factory=dict)
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class RowsField(Field[tuple[Row, ...]]):
    """The same few questions about several people or things, as a table.

    Parameters
    ----------
    fields
        The columns.
    row_label
        What a row is about ("Person"); heads the first column, and names the rows of a list that
        grows ("Person 2").
    rows
        Id and label of each row of a fixed list; None for a list that the user makes longer.
    max_rows
        Most rows of a list that can grow.
    fill
        Label of a button, name of a column, and the raw answer the button gives in all rows that
        have none there yet; no button when None.
    check
        Told the rows, returns what else is wrong with them, at their places. A value that cannot
        be read is missing from its row; its fault is told together with these.
    """

    _: KW_ONLY
    fields: Sequence[Field[Any]]
    row_label: str
    rows: Sequence[tuple[str, str]] | None = None
    max_rows: int = 200
    fill: tuple[str, str, str] | None = None
    check: Callable[[tuple[Row, ...]], Sequence[Fault]] | None = None

    kind: ClassVar[str] = "rows"
    blank: ClassVar[object] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(isinstance(column, RowsField | FileField) for column in self.fields):
            raise ValueError("rows cannot hold rows or files")
        _check_names_differ(self.fields)
        if self.rows is not None and len({row_id for row_id, _label in self.rows}) != len(
            self.rows
        ):
            raise ValueError("the rows of a list need ids that differ")

    def parse(self, raw: object) -> tuple[Row, ...]:
        """Return the rows; of a fixed list all of them, in its order.

        Raises
        ------
        InputFault
            With every fault found, each at `<name>.<row id or number from 0>.<column>`.
        """
        entries = [] if _is_blank(raw) else self._entries(raw)
        rows = self._growing(entries) if self.rows is None else self._fixed(entries)
        if self.required and not rows:
            raise self._fault(_("Add at least one row."))
        return rows

    def raw(self, value: tuple[Row, ...]) -> object:
        """Return the rows as the browser shows them."""
        return [
            {
                "id": row.id,
                "values": {
                    column.name: column.raw(row.values[column.name])
                    for column in self.fields
                    if column.name in row.values
                },
            }
            for row in value or ()
        ]

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field."""
        return super().spec() | {
            "fields": [column.spec() for column in self.fields],
            "row_label": self.row_label,
            "rows": None if self.rows is None else [[i, label] for i, label in self.rows],
            "max_rows": self.max_rows,
            "fill": None if self.fill is None else list(self.fill),
        }

    def _entries(self, raw: object) -> list[tuple[str | None, Mapping[str, object]]]:
        if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
            raise self._unreadable()
        entries = []
        for entry in raw:
            if not isinstance(entry, Mapping) or not isinstance(entry.get("values"), Mapping):
                raise self._unreadable()
            row_id = entry.get("id")
            if row_id is not None and not (isinstance(row_id, str) and _ROW_ID.fullmatch(row_id)):
                raise self._unreadable()
            entries.append((row_id, entry["values"]))
        ids = [row_id for row_id, _values in entries if row_id is not None]
        if len(set(ids)) != len(ids):
            raise self._unreadable()
        return entries

    def _fixed(self, entries: list[tuple[str | None, Mapping[str, object]]]) -> tuple[Row, ...]:
        given = dict(entries)
        known = [row_id for row_id, _label in self.rows or ()]
        if not set(given) <= set(known):
            raise self._fault(
                _("The list has changed meanwhile. Reload the page; your draft is kept.")
            )
        return self._parsed([(row_id, row_id, given.get(row_id, {})) for row_id in known])

    def _growing(self, entries: list[tuple[str | None, Mapping[str, object]]]) -> tuple[Row, ...]:
        if len(entries) > self.max_rows:
            message = _("There is room for {limit} rows. Save some of them first.")
            raise self._fault(message.format(limit=format_number(self.max_rows)))
        return self._parsed(
            [
                (str(index), row_id, values)
                for index, (row_id, values) in enumerate(entries)
                if any(not _is_blank(value) and value is not False for value in values.values())
            ]
        )

    def _parsed(self, rows: list[tuple[str, str | None, Mapping[str, object]]]) -> tuple[Row, ...]:
        parsed, faults = [], []
        for place, row_id, answers in rows:
            values: dict[str, object] = {}
            for column in self.fields:
                try:
                    values[column.name] = column.parse(answers.get(column.name))
                except InputFault as error:
                    where = Place(field=f"{self.name}.{place}.{column.name}")
                    faults += [Fault(fault.message, where) for fault in error.faults]
            parsed.append(Row(row_id, values, place))
        if self.check is not None and parsed:
            faults += self.check(tuple(parsed))
        if faults:
            raise InputFault(faults)
        return tuple(parsed)


# --- files ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class UploadedFile:
    """A file from the user.

    Parameters
    ----------
    name
        Its name, without folders.
    data
        Its bytes.
    """

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class FileField(Field[UploadedFile | None]):
    """A file; its size is checked in the browser before it is sent, and again here.

    Parameters
    ----------
    max_bytes
        Largest size.
    extensions
        Endings of the names that are taken, with their dot.
    """

    _: KW_ONLY
    max_bytes: int = 10 * MEGABYTE
    extensions: Sequence[str] = (".xlsx", ".csv")

    kind: ClassVar[str] = "file"

    def raw(self, value: UploadedFile | None) -> object:
        """Return nothing: a browser lets nobody fill in a file for the user."""
        return None

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the field, and what it says of a large file."""
        return super().spec() | {
            "max_bytes": self.max_bytes,
            "extensions": list(self.extensions),
            "too_large": self._too_large(),
        }

    def _read(self, raw: object) -> UploadedFile:
        if isinstance(raw, UploadedFile):
            return self._checked(raw.name, raw.data)
        if isinstance(raw, Mapping):
            return self._checked(raw.get("name"), raw.get("data"))
        raise self._unreadable()

    def _checked(self, name: object, data: object) -> UploadedFile:
        if not isinstance(name, str) or not isinstance(data, bytes | bytearray | memoryview):
            raise self._unreadable()
        if memoryview(data).nbytes > self.max_bytes:
            raise self._fault(self._too_large())
        if not name.casefold().endswith(tuple(end.casefold() for end in self.extensions)):
            message = _("This kind of file cannot be read here. Those that can end in {endings}.")
            raise self._fault(message.format(endings=format_list(list(self.extensions))))
        if not memoryview(data).nbytes:
            raise self._fault(_("The file is empty. Choose another, or save it once more."))
        return UploadedFile(_file_name(name), bytes(data))

    def _too_large(self) -> str:
        message = _("The file is larger than {limit} MB. Split it up, or choose another.")
        return message.format(limit=_plain_number(Decimal(self.max_bytes) / MEGABYTE))


def _file_name(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1]
    return "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cs"))[-200:]


# --- several at once ------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Fields that belong together, under a common heading.

    Parameters
    ----------
    label
        The heading.
    fields
        The fields; their names stay as they are.
    hint
        One line of help under the heading.
    """

    label: str
    fields: Sequence[Field[Any]]
    hint: str = ""

    def spec(self) -> dict[str, object]:
        """Return what the browser needs to show the group."""
        return {
            "kind": "group",
            "label": self.label,
            "hint": self.hint,
            "fields": [asked.spec() for asked in self.fields],
        }


def all_fields(parts: Iterable[AnyField | Group]) -> tuple[AnyField, ...]:
    """Return the fields of a form, those in groups included.

    Raises
    ------
    ValueError
        When two fields have the same name.
    """
    found = tuple(_flattened(parts))
    _check_names_differ(found)
    return found


def parse_all(fields: Iterable[AnyField], raw: Mapping[str, object]) -> dict[str, object]:
    """Return all values by name.

    Raises
    ------
    InputFault
        With every fault found.
    """
    values: dict[str, object] = {}
    faults: list[Fault] = []
    for asked in fields:
        try:
            values[asked.name] = asked.parse(raw.get(asked.name))
        except InputFault as error:
            faults += error.faults
    if faults:
        raise InputFault(faults)
    return values


def _flattened(parts: Iterable[AnyField | Group]) -> Iterator[AnyField]:
    for part in parts:
        if isinstance(part, Group):
            yield from _flattened(part.fields)
        else:
            yield part


def _check_names_differ(fields: Iterable[AnyField]) -> None:
    names = [asked.name for asked in fields]
    if len(set(names)) != len(names):
        raise ValueError(f"two fields have the same name: {names}")
