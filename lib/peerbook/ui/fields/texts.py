"""Questions answered by a text."""

from __future__ import annotations

import unicodedata
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from peerbook.text import _, format_number
from peerbook.text.direction import left_to_right
from peerbook.ui.fields.field import Field


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
