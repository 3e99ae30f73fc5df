"""Questions answered by choosing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal

from peerbook.text import _
from peerbook.ui.fields.field import Code, Field
from peerbook.ui.fields.numbers import NUMBER_LENGTH, off_scale


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
            raise off_scale(self, codes)
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
