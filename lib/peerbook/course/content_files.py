"""Reading what teachers write: YAML for structure, Markdown beside it for running text.

Both are plain Danish that a teacher can change in any text editor. Everything is checked when
it is read, and all faults are told together, each with file and place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from peerbook.errors import Fault, InputFault, Place
from peerbook.text import _

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]

STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
Stamps = tuple[tuple[str, int, int], ...]
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is faster


def stamps(folder: Path | str) -> Stamps:
    """Return path, time and size of every file in a folder; what was read stays true with them."""
    found: list[tuple[str, int, int]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += stamps(entry.path)
            else:
                stat = entry.stat()
                found.append((entry.path, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))


class Texts:
    """The Markdown files of one folder; knows which of them nobody asked for."""

    def __init__(self, folder: Path, faults: list[Fault]) -> None:
        self.folder = folder
        self._faults = faults
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return the text, or tell that the file is missing."""
        self._taken.add(name)
        path = self.folder / f"{name}.md"
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            self._faults.append(fault(path, "", _("is missing.")))
        except UnicodeDecodeError:
            self._faults.append(fault(path, "", _("is not saved as UTF-8 text.")))
        return "-"

    def report_unused(self) -> None:
        """Tell of texts that belong to nothing, which a wrong id leaves behind."""
        for path in sorted(self.folder.glob("*.md")):
            if path.stem not in self._taken:
                self._faults.append(fault(path, "", _("belongs to no part of the course.")))


def read_yaml(path: Path, faults: list[Fault]) -> dict[str, Any]:
    """Return the names and values a file holds; nothing, and a fault, when it cannot be read."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe one
    except FileNotFoundError:
        faults.append(fault(path, "", _("is missing.")))
    except UnicodeDecodeError:
        faults.append(fault(path, "", _("is not saved as UTF-8 text.")))
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else None
        faults.append(fault(path, "", _("cannot be read as YAML."), row))
    else:
        if isinstance(data, dict):
            return data
        faults.append(fault(path, "", _("must hold names with values.")))
    return {}


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the entries of a list that hold names with values; the shapes tell of the others."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


_Part = TypeVar("_Part")


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def parse(shape: type[_Part], data: object, file: Path, faults: list[Fault]) -> _Part | None:
    """Return the data in its shape; nothing, and a fault for each part that is wrong, if not.

    Parameters
    ----------
    shape
        A dataclass whose fields pydantic can check.
    data
        What was read from the file.
    file
        Where it was read, as faults tell it.
    faults
        Where faults are added.
    """
    try:
        adapter: TypeAdapter[_Part] = _adapter(shape)  # type: ignore[arg-type] # a type is hashable
        return adapter.validate_python(data)
    except ValidationError as error:
        faults.extend(
            fault(file, _place(detail["loc"]), _remedy(detail)) for detail in error.errors()
        )
        return None


def _place(location: Sequence[int | str]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).lstrip(".")


def _remedy(detail: ErrorDetails) -> str:
    """Return what is wrong with a value, in the user's language."""
    bounds = detail.get("ctx", {})
    remedies = {
        "missing": _("is missing."),
        "unexpected_keyword_argument": _("is not a name used here."),
        "string_too_short": _("is empty."),
        "too_short": _("is empty."),
        "string_pattern_mismatch": _("may only have small letters a–z, digits and underscores."),
        "int_type": _("must be a whole number."),
        "greater_than_equal": _("must be at least {ge}."),
        "less_than_equal": _("must be at most {le}."),
        "string_type": _("must be text."),
        "bool_type": _("must be true or false."),
        "bool_parsing": _("must be true or false."),
        "tuple_type": _("must be a list."),
        "dataclass_type": _("must hold names with values."),
        "time_type": _("must be a time of day in quotation marks, as “10:00”."),
        "time_parsing": _("must be a time of day in quotation marks, as “10:00”."),
        "enum": _("must be one of {expected}."),
        "literal_error": _("must be one of {expected}."),
    }
    remedy = remedies.get(detail["type"])
    if remedy is None:
        return _("cannot be used: {reason}").format(reason=detail["msg"])
    return remedy.format(**bounds)


def fault(file: Path, place: str, remedy: str, row: int | None = None) -> Fault:
    """Return what is to be told: the file, the place in it, and what is wrong or to be done."""
    name = f"{file.parent.name}/{file.name}"
    where = ", ".join(
        part
        for part in (name, place, _("line {row}").format(row=row) if row is not None else "")
        if part
    )
    return Fault(f"{where}: {remedy}", Place(field=place or None, sheet=name, row=row))


def used_twice(ids: Sequence[str], file: Path, place: str) -> Iterator[Fault]:
    """Tell of ids that stand more than once."""
    for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
        yield fault(file, place, _("has “{name}” more than once.").format(name=name))


def unheard_of(
    wanted: Iterable[str], known: Iterable[str], file: Path, place: str
) -> Iterator[Fault]:
    """Tell of names that lead nowhere, with those that would."""
    known = sorted(known)
    for name in dict.fromkeys(wanted):
        if name not in known:
            message = _("“{name}” is not known; known are {known}.")
            yield fault(file, place, message.format(name=name, known=", ".join(known)))


def unknown_name(name: str, known: Sequence[str]) -> InputFault:
    """Return the error for a course or form that is not there."""
    shown = re.sub(r"[^\w. -]", "?", name)[:60]
    message = _("There is nothing called “{name}”; there is {known}.")
    return InputFault([Fault(message.format(name=shown, known=", ".join(known)))])
