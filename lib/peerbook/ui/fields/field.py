"""One question of a form: its words, how the browser shows it, and how an answer is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast

from peerbook.errors import InputFault
from peerbook.text import _

T = TypeVar("T")
Code = str | int
_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
        if is_blank(raw):
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


def is_blank(raw: object) -> bool:
    """Return whether a raw answer says nothing."""
    return raw is None or (isinstance(raw, str) and not _shows(raw)) or raw in ([], {})


def _shows(text: str) -> bool:
    """Return whether anything can be seen of a text: no spaces, soft hyphens or joiners alone."""
    return any(sign.strip() and unicodedata.category(sign) != "Cf" for sign in text)
