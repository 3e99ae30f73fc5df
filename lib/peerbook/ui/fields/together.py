"""Several questions at once: under one heading, and all of a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peerbook.errors import Fault, InputFault
from peerbook.ui.fields.field import AnyField, Field


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
    check_names_differ(found)
    return found


Check = Callable[[Mapping[str, object]], Sequence[Fault]]
"""Told the values that could be read, returns what else is wrong with them."""


def parse_all(
    fields: Iterable[AnyField], raw: Mapping[str, object], check: Check | None = None
) -> dict[str, object]:
    """Return all values by name.

    Parameters
    ----------
    check
        Looks at the answers together; what it finds is told with what cannot be read.

    Raises
    ------
    InputFault
        With every fault found, in the order of the fields.
    """
    fields = tuple(fields)
    values: dict[str, object] = {}
    faults: list[Fault] = []
    for asked in fields:
        try:
            values[asked.name] = asked.parse(raw.get(asked.name))
        except InputFault as error:
            faults += error.faults
    if check is not None:
        faults += check(values)
    if faults:
        raise InputFault(in_order(faults, [asked.name for asked in fields]))
    return values


def in_order(faults: Iterable[Fault], places: Iterable[str]) -> list[Fault]:
    """Return faults in the order of some places, each of which stands at one or inside it."""
    found = {place: number for number, place in enumerate(places)}

    def order(fault: Fault) -> int:
        place = fault.place.field or ""
        while place and place not in found:
            place = place.rpartition(".")[0]
        return found.get(place, len(found))

    return sorted(faults, key=order)


def _flattened(parts: Iterable[AnyField | Group]) -> Iterator[AnyField]:
    for part in parts:
        if isinstance(part, Group):
            yield from _flattened(part.fields)
        else:
            yield part


def check_names_differ(fields: Iterable[AnyField]) -> None:
    """Refuse two fields of one name.

    Raises
    ------
    ValueError
        When there are.
    """
    names = [asked.name for asked in fields]
    if len(set(names)) != len(names):
        raise ValueError(f"two fields have the same name: {names}")
