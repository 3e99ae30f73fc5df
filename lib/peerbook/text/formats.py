"""Dates, numbers and kroner as Danes write them, by Babel's CLDR data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from babel import dates, lists, localedata, numbers

from peerbook.text.words import Language, _, current_language

_STYLES = {
    "day": "d. MMM",
    "day_month": "d. MMMM",
    "short": "dd-MM-yyyy",
    "medium": "d. MMM yyyy",
    "plain": "d. MMMM yyyy",
    "weekday": "EEE d. MMM yyyy",
    "long": "EEEE d. MMMM yyyy",
}
_ENGLISH_STYLES = {
    "day": "d MMM",
    "day_month": "d MMMM",
    "short": "dd-MM-yyyy",
    "medium": "d MMM yyyy",
    "plain": "d MMMM yyyy",
    "weekday": "EEE d MMM yyyy",
    "long": "EEEE d MMMM yyyy",
}
_LOCALES: dict[Language, str] = {"da": "da_DK", "en": "en_GB"}
COPENHAGEN = dates.get_timezone("Europe/Copenhagen")


def load_formats() -> None:
    """Read how all languages write dates and numbers now rather than at the first date."""
    for locale in _LOCALES.values():
        localedata.load(locale)


def _locale() -> str:
    return _LOCALES[current_language()]


def format_date(day: dt.date, style: str = "medium") -> str:
    """Return the date in the user's language.

    Parameters
    ----------
    day
        The date.
    style
        `day` (4. mar.), `day_month` (4. marts), `short` (04-03-2026), `medium` (4. mar. 2026),
        `plain` (4. marts 2026), `weekday` (ons. 4. mar. 2026) or `long` (onsdag 4. marts 2026).
    """
    styles = _STYLES if current_language() == "da" else _ENGLISH_STYLES
    return dates.format_date(day, format=styles[style], locale=_locale())


def format_month(day: dt.date) -> str:
    """Return month and year (marts 2026) of a date."""
    return dates.format_date(day, format="LLLL yyyy", locale=_locale())


def format_weekday(weekday: int) -> str:
    """Return the weekday's name, Monday being 0."""
    return str(dates.get_day_names("wide", "stand-alone", _locale())[weekday])


def format_time(moment: dt.time | dt.datetime) -> str:
    """Return a time of day as Danes write it (14.02); aware datetimes are told in Danish time."""
    if isinstance(moment, dt.datetime):
        if moment.tzinfo is not None:
            moment = moment.astimezone(COPENHAGEN)
        moment = moment.time()
    return f"{moment:%H.%M}" if current_language() == "da" else f"{moment:%H:%M}"


def format_span(starts_at: dt.time, ends_at: dt.time) -> str:
    """Return from when to when on one day (10.00–15.30)."""
    return f"{format_time(starts_at)}–{format_time(ends_at)}"


def format_number(value: float | Decimal, decimals: int = 0) -> str:
    """Return a number with Danish separators (−1.234,5) and a fixed number of decimals."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _with_minus(numbers.format_decimal(value, format=pattern, locale=_locale()))


def format_change(value: float | Decimal, decimals: int = 0) -> str:
    """Return a difference with its sign (+1.234,5 or −1.234,5); what rounds to none has none."""
    text = format_number(value, decimals)
    return f"+{text}" if value > 0 and text != format_number(0, decimals) else text


def format_kroner(amount_kr: Decimal | int) -> str:
    """Return an amount in kroner (1.234,50 kr.; DKK 1,234.50), which no line breaks in two."""
    # CLDR parts a code of letters from its amount, and Babel does not.
    pattern = None if current_language() == "da" else "¤¤\N{NO-BREAK SPACE}#,##0.00"
    return _with_minus(numbers.format_currency(amount_kr, "DKK", format=pattern, locale=_locale()))


def format_share(share: float, decimals: int = 0) -> str:
    """Return a share from 0 to 1 as per cent (67 %), which no line breaks in two."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "\N{NO-BREAK SPACE}%"
    return _with_minus(numbers.format_percent(share, format=pattern, locale=_locale()))


def _with_minus(text: str) -> str:
    # CLDR has a hyphen, at which a line breaks and which some screen readers pass over;
    # and a sign on what is rounded to nothing.
    has_minus = text.startswith("-") and any(digit in text for digit in "123456789")
    return ("\N{MINUS SIGN}" if has_minus else "") + text.removeprefix("-")


def quoted(text: str) -> str:
    """Return a text in the quotation marks of the user's language."""
    return _("“{text}”").format(text=text)


def shortened(text: str, length: int) -> str:
    """Return the beginning of a text that is longer than there is room for."""
    return text if len(text) <= length else text[:length] + "…"


def format_list(items: Sequence[str]) -> str:
    """Return the items as one phrase: "a, b og c"."""
    return lists.format_list(list(items), locale=_locale())
