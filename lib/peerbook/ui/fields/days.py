"""Questions answered by a day or a time of day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from peerbook.text import _, format_date
from peerbook.ui.fields.field import Field

EARLIEST_DATE = dt.date(1900, 1, 1)
LATEST_DATE = dt.date(2199, 12, 31)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DANISH_DATE = re.compile(r"(\d{1,2})[-./ ]{1,2}(\d{1,2})[-./ ]{1,2}(\d{4})")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?")


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
