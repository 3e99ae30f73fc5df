"""Questions answered by a number, an amount or a code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from typing import ClassVar

from peerbook.errors import InputFault
from peerbook.text import _, format_list, format_number, ngettext
from peerbook.ui.fields.field import Code, Field, T

NUMBER_LENGTH = 40
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_KRONER = re.compile(r"(kr\.?|dkk)?(?P<amount>.*?)([,.]-)?(kr\.?|kroner|dkk)?", re.IGNORECASE)
_WITH_ORE = re.compile(r"(?P<whole>[+-]?(\d{1,3}(\.\d{3})+|\d{1,18}))[,.](?P<ore>\d{1,2})")
_SPACES_IN_NUMBERS = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_MINUS = str.maketrans("−–", "--")


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
        krone; else whoever writes 1.200 is asked which number that is, unless 1,2 is below the
        least.
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
            if text.count(".") == 1 and isinstance(raw, str) and self._may_be_decimals(text):
                meant = text.replace(".", ""), text.replace(".", ",")
                message = _("It is not clear which number this is. Write {one} or {other}.")
                raise self._fault(message.format(one=meant[0], other=meant[1]))
            text = text if isinstance(raw, int | float) else text.replace(".", "")
        if not _NUMBER.fullmatch(text):
            raise self._not_a_number()
        return Decimal(text)

    def _may_be_decimals(self, text: str) -> bool:
        """Return whether one point before three digits can be meant as a decimal point."""
        if self.is_money:
            return False
        return self.minimum is None or Decimal(text) >= self.minimum

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
class YearField(IntegerField):
    """A calendar year from `minimum` to `maximum`, whose figures no separator parts."""

    _: KW_ONLY
    minimum: int
    maximum: int

    kind: ClassVar[str] = "number"  # as wide in a table; counts have less room there

    def _read(self, raw: object) -> int:
        try:
            return super()._read(raw)
        except InputFault:
            message = _("Write a year from {first} to {last}.")
            raise self._fault(message.format(first=self.minimum, last=self.maximum)) from None


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
            raise off_scale(self, self.codes) from None
        if number not in self.codes:
            raise off_scale(self, self.codes)
        return number


def off_scale(asked: Field[T], points: Iterable[Code]) -> InputFault:
    """Return what to say of an answer that is none of a scale's steps."""
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
    low = None if minimum is None else plain_number(minimum)
    high = None if maximum is None else plain_number(maximum)
    if (minimum is None or number >= minimum) and (maximum is None or number <= maximum):
        return
    if low is not None and high is not None:
        message = _("The number must be from {low} to {high}.")
    elif low is not None:
        message = _("The number must be at least {low}.")
    else:
        message = _("The number can be at most {high}.")
    raise asked._fault(message.format(low=low, high=high))


def plain_number(number: Decimal | int) -> str:
    """Return a number with as many decimals as it has."""
    return format_number(number, len(format(Decimal(number), "f").partition(".")[2].rstrip("0")))
