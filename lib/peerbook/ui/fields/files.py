"""Questions answered by a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from typing import ClassVar

from peerbook.text import _, format_list
from peerbook.ui.fields.field import Field
from peerbook.ui.fields.numbers import plain_number

MEGABYTE = 1_000_000


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
        return message.format(limit=plain_number(Decimal(self.max_bytes) / MEGABYTE))


def _file_name(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1]
    return "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cs"))[-200:]
