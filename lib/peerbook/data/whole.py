"""The whole way out: everything in one ZIP of tables any program reads, and back in as it was.

With names it can be read back into an empty store, which is then equal. Without them it holds what
says nothing about who somebody is: codes, or what stands for them, and no free text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import JSON, Column, Enum, Table
from sqlalchemy.orm import Session

from peerbook import __version__
from peerbook.course.evaluation_form import available_forms, load_form
from peerbook.course.names import attendance_name, kind_name, occasion_name
from peerbook.errors import Fault, InputFault, Place
from peerbook.files.delimited import Cell, delimited, read_back
from peerbook.files.origin import Origin, fingerprint
from peerbook.files.pdf import pdf
from peerbook.store import Saved, whole
from peerbook.store.keys import Keys, keys_of
from peerbook.store.migrations import HEAD
from peerbook.store.pseudonyms import pseudonym
from peerbook.store.tables import Participant
from peerbook.text import _, format_number

MANIFEST = "manifest.json"
FORMAT = 1
FOLDER = "data/"
MOST_BYTES = 1_000_000_000
MOST_RATIO = 200
MOST_ENTRIES = 200

PURPOSE = "without_names"

Pseudonym = Callable[[str], str]


@dataclass(frozen=True)
class WayOut:
    """Everything, as files by name.

    Parameters
    ----------
    files
        The content of each file but the manifest, by its name in the ZIP.
    rows
        How many rows each table has, by name.
    with_names
        Whether people are named in it.
    """

    files: Mapping[str, bytes]
    rows: Mapping[str, int]
    with_names: bool

    @property
    def manifest(self) -> bytes:
        """What is in the ZIP, with a digest of every file."""
        told = {
            "format": FORMAT,
            "peerbook": __version__,
            "tables": HEAD,
            "with_names": self.with_names,
            "rows": dict(self.rows),
            "sha256": {
                name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()
            },
        }
        return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()

    def packed(self) -> bytes:
        """Return the ZIP; the same data give the same bytes."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in [*self.files.items(), (MANIFEST, self.manifest)]:
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, content)
        return target.getvalue()


def way_out(
    session: Session,
    *,
    with_names: bool,
    made_on: dt.date,
    synthetic: bool,
    purpose: str = PURPOSE,
) -> WayOut:
    """Return everything in the store.

    Parameters
    ----------
    with_names
        Whether names, contacts, what people typed, and who did what go along.
    made_on
        The day.
    synthetic
        Whether everything in the store is invented.
    purpose
        What it is for, where no names go along: pseudonyms of one purpose stand for the same people
        each time, and say nothing of those of another.
    """
    files: dict[str, bytes] = {}
    rows: dict[str, int] = {}
    stand_in = None if with_names else partial(_pseudonym, keys_of(session), purpose)
    for table in whole.tables(with_names=with_names):
        names = whole.columns(table, with_names=with_names)
        written = [
            _cells(
                table, names, row if stand_in is None else _standing_in(table, names, row, stand_in)
            )
            for row in whole.rows_of(session, table, names)
        ]
        if stand_in is not None:
            written.sort(key=repr)  # the order of the codes says nothing then
        files[f"{FOLDER}{table.name}.csv"] = delimited(names, written)
        rows[table.name] = len(written)
    files[_("codebook") + ".csv"] = _codebook(with_names=with_names)
    files[_("questions") + ".csv"] = _questions()
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    origin = Origin(fingerprint(digests), made_on, synthetic=synthetic)
    files[_("summary") + ".pdf"] = _summary(rows, origin, with_names=with_names)
    return WayOut(files, rows, with_names)


def file_name(made_on: dt.date, *, synthetic: bool, with_names: bool) -> str:
    """Return what the ZIP is called."""
    name = _("peerbook all data {date}") if with_names else _("peerbook data without names {date}")
    return Origin("", made_on, synthetic=synthetic).file_name(
        name.format(date=made_on.isoformat()), "zip"
    )


# -- out -----------------------------------------------------------------------------------------


def _pseudonym(keys: Keys, purpose: str, code: str) -> str:
    return pseudonym(keys, code, purpose)


def _cells(table: Table, names: Sequence[str], row: Sequence[Any]) -> list[Cell]:
    return [_cell(table.c[name], value) for name, value in zip(names, row, strict=True)]


def _cell(column: Column[Any], value: Any) -> Cell:
    if value is None or isinstance(value, float | Decimal):
        return value
    if isinstance(column.type, JSON):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return int(value) if isinstance(value, int) else str(value)


def _standing_in(
    table: Table, names: Sequence[str], row: Sequence[Any], stand_in: Pseudonym
) -> list[Any]:
    """Return a row with what stands for a participant in place of the code."""
    known = dict(zip(names, row, strict=True))
    codes = {
        column.name
        for column in table.columns
        if column is Participant.__table__.c.code
        or any(key.column is Participant.__table__.c.code for key in column.foreign_keys)
    }
    if known.get("subject_type") == "participant":
        codes.add("subject_id")
    return [
        stand_in(str(value)) if name in codes and value is not None else value
        for name, value in known.items()
    ]


def _codebook(*, with_names: bool) -> bytes:
    headings = [
        _("Table"), _("Column"), _("Kind"), _("May be empty"), _("Codes"), _("Points to"),
    ]  # fmt: skip
    rows = [
        [
            table.name,
            name,
            _kind(table.c[name]),
            _("yes") if table.c[name].nullable else _("no"),
            _codes(table, table.c[name]),
            ", ".join(key.target_fullname for key in table.c[name].foreign_keys),
        ]
        for table in whole.tables(with_names=with_names)
        for name in whole.columns(table, with_names=with_names)
    ]  # fmt: skip
    return delimited(headings, rows)


def _kind(column: Column[Any]) -> str:
    return {
        dict: _("structure (JSON)"),
        bool: _("1 for yes, 0 for no"),
        int: _("whole number"),
        float: _("number"),
        str: _("text"),
        dt.date: _("date, year first"),
        dt.time: _("time of day"),
        dt.datetime: _("moment, in UTC"),
    }[whole.kind_of(column)]


def _codes(table: Table, column: Column[Any]) -> str:
    """Return the codes of a column, with what each means where the page has a word for it."""
    if not isinstance(column.type, Enum):
        return ""
    words = {
        ("attendance", "status"): attendance_name,
        ("head_count", "occasion"): occasion_name,
        ("course_date", "kind"): kind_name,
    }.get((table.name, column.name))
    codes = [code for code in column.type.enums if code is not None]
    return "; ".join(f"{code} = {words(code)}" if words else code for code in codes)


def _questions() -> bytes:
    """Return what was asked, and what the codes of the answers mean."""
    headings = [
        _("Form"), _("Version"), _("Item"), _("Question"), _("Code"), _("Label"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for name in available_forms():
        form = load_form(name)
        for item in form.items:
            points = [(None, None)] if item.scale is None else [
                (point.code, point.label) for point in item.scale.points
            ]  # fmt: skip
            rows += [
                [form.id, form.version, item.id, item.text, code, label] for code, label in points
            ]
    return delimited(headings, rows)


def _summary(rows: Mapping[str, int], origin: Origin, *, with_names: bool) -> bytes:
    lead = (
        [
            _(
                "Everything in this peerbook: people with names and contacts, courses, attendance, "
                "evaluations, and who has changed what. Who may log in is left out."
            ),
            _("It can be read back into an empty peerbook, which is then equal to this one."),
            _("Keep the file where nobody else can read it, and delete it when it is not needed."),
        ]
        if with_names
        else [
            _(
                "What is in this peerbook, without names, contacts, free text, and without who has "
                "changed what. It still is data about persons: treat it with care."
            )
        ]
    )
    return pdf(
        "whole",
        {
            "title": _("All data from peerbook"),
            "lead": [
                *lead,
                _(
                    "One file a table, in the folder data: semicolons between the cells, comma "
                    "before decimals. What the columns mean is in the codebook."
                ),
            ],
            "headings": [_("File"), _("What is in it"), _("Rows")],
            "rows": [
                [f"{name}.csv", _content(name), format_number(count)]
                for name, count in rows.items()
            ],
            "origin": origin.line,
            "notice": origin.notice,
        },
    )


def _content(table: str) -> str:
    """Return what a table holds, in the user's words; its name when nobody has written any."""
    return {
        "answer": _("answers to evaluations"),
        "attendance": _("who came"),
        "audit": _("every change, and who made it"),
        "cafe_shift": _("when the café is open"),
        "catch_up": _("days made up for"),
        "closure": _("days closed"),
        "coffee_talk": _("first talks over a cup of coffee"),
        "common_event": _("common events"),
        "cost_assessment": _("what was said about costs"),
        "course": _("courses"),
        "course_date": _("dates of courses"),
        "data_import": _("files taken in"),
        "deletion": _("certificates of deletion"),
        "hold": _("who must be kept for a while"),
        "decision": _("what was decided about suggestions"),
        "draft": _("what was typed and not saved"),
        "enrolment": _("who is on which course"),
        "enquiry": _("who asked, and through what they heard of it"),
        "evaluation": _("evaluation sheets"),
        "event": _("what happened, and when"),
        "exit_talk": _("talks at the end of a pair"),
        "gathering": _("trips, cafés and walks"),
        "gathering_guest": _("who came to them"),
        "head_count": _("how many came to café and meetings"),
        "identity": _("names and contacts"),
        "same_person": _("who is one person, or is not"),
        "imported_row": _("which rows a file brought"),
        "matched_pair": _("peers and mentors who are matched"),
        "meeting": _("days on which pairs met"),
        "name_seen": _("who saw whose name"),
        "out_of_hours_contact": _("contacts outside working hours"),
        "participant": _("participants, by code"),
        "presenter": _("who presents together"),
        "press_item": _("articles and broadcasts"),
        "raised_theme": _("themes from group sparring"),
        "recruitment_effort": _("what was spent on reaching people"),
        "resource": _("rooms and teachers"),
        "setting": _("settings"),
        "shift_host": _("who is host at the café"),
        "site": _("places"),
        "snooze": _("what was put off"),
        "stakeholder": _("places you work with"),
        "submission": _("receipts"),
        "suggestion": _("suggestions"),
        "veto": _("who is not to be matched"),
        "visit": _("visits to places you work with"),
        "wish": _("who wishes for whom"),
    }.get(table, table)


# -- back in -------------------------------------------------------------------------------------


def fill_from(session: Session, packed: bytes) -> Saved:
    """Put everything back, in a session of `store.write` on an empty store.

    Raises
    ------
    InputFault
        When it is no such ZIP, was changed since, is without names, was made by another peerbook,
        or the store holds anything already.
    """
    files, manifest = _unpacked(packed)
    if not manifest.get("with_names"):
        raise _fault(_("This file is without names, so it cannot be read back."))
    if manifest.get("tables") != HEAD:
        message = _("The file was made by peerbook {version}. Read it back with that one.")
        raise _fault(message.format(version=str(manifest.get("peerbook"))[:20]))
    contents = {
        table.name: _rows(table, f"{FOLDER}{table.name}.csv", files)
        for table in whole.tables(with_names=True)
    }
    whole.fill(session, contents)
    return Saved("whole", 0, 1)


def _unpacked(packed: bytes) -> tuple[dict[str, bytes], Mapping[str, Any]]:
    """Return the files of a ZIP and its manifest, once every digest is right."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            ratio = unpacked / max(1, sum(entry.compress_size for entry in entries))
            if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or ratio > MOST_RATIO:
                raise _fault(_("The file unpacks to far more than data do, so it was not opened."))
            files = {entry.filename: archive.read(entry) for entry in entries}
        manifest = json.loads(files.pop(MANIFEST))
        digests = dict(manifest["sha256"])
    except (KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile, RuntimeError,
            NotImplementedError, EOFError) as error:  # fmt: skip
        raise _fault(_("This is no file with all data from peerbook.")) from error
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    for name in sorted(found.keys() | digests.keys()):
        if found.get(name) != digests.get(name):
            message = _("“{file}” is not as it was when all data were taken out.")
            raise _fault(message.format(file=str(name)[:80]))
    return files, manifest


def _rows(table: Table, name: str, files: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table's file as values."""
    if name not in files:
        raise _fault(_("“{file}” is missing.").format(file=name))
    try:
        lines = read_back(files[name])
    except ValueError as error:
        raise _fault(_("“{file}” cannot be read.").format(file=name)) from error
    headings, *rows = lines or [[]]
    if headings != whole.columns(table, with_names=True):
        raise _fault(_("“{file}” has other columns than it should.").format(file=name))
    for number, row in enumerate(rows, start=2):
        values: dict[str, Any] = {}
        for heading, text in zip(headings, row, strict=False):
            column = table.c[str(heading)]
            try:
                values[column.name] = None if text is None else _value(column, text)
            except ValueError as error:
                message = _("“{text}” cannot be read here.").format(text=str(text)[:40])
                place = Place(sheet=name, row=number, column=column.name)
                raise InputFault([Fault(message, place)]) from error
        yield values


def _value(column: Column[Any], text: str) -> Any:
    kind = whole.kind_of(column)
    if kind is dict:
        return json.loads(text)
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    if kind in (dt.date, dt.time):
        return kind.fromisoformat(text)
    if kind is bool:
        return bool(int(text))
    if kind is float:
        return float(text.replace(",", "."))
    return int(text) if kind is int else text


def _fault(message: str) -> InputFault:
    return InputFault.at("file", message)
