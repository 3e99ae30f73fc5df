"""Files taken in, whatever they hold: looked at first, saved whole, and taken back whole.

An `Intake` looks at what a file says beside what is stored, and says of every row what would become
of it; each such `Line` knows how to save itself. While saving it is looked at anew, so nothing is
saved that was not shown. Every row an import adds or changes is noted, with how it was. Taking it
back undoes just that, or, where something has been built upon it since, says what and does nothing;
what that takes beyond the noted rows is known by the `Kind` of file.

Every function takes a session of the store.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, Fault, InputFault
from peerbook.files.intake import Reading, Template
from peerbook.store import Saved
from peerbook.store.audit import plain, row_id
from peerbook.store.tables import Audit, Base, DataImport, Evaluation, Identity, ImportedRow
from peerbook.text import _, format_date, format_time, ngettext
from peerbook.text.formats import COPENHAGEN

FILE_NAME_LENGTH = 120
APART = (Identity.__tablename__,)
"""Tables only their own module touches; `Kind.undone` sees to them."""
_AT_ONCE = 500

Fate = Literal["added", "changed", "same"]
Answers = Mapping[str, str]
Rows = Sequence[ImportedRow]


@dataclass(frozen=True)
class Question:
    """What only the user knows: an answer is one of the options, by its key.

    Parameters
    ----------
    key
        What an answer is given under.
    text
        The question.
    options
        Key and label of each answer there is.
    """

    key: str
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Line:
    """What would become of one row of a file.

    Parameters
    ----------
    row
        Number of the row as the spreadsheet shows it.
    fate
        Whether it is new, changes what is stored, or is stored already.
    about, detail
        What it is about, and what of it is new.
    write
        Saves it; compared with no other.
    """

    row: int
    fate: Fate
    about: str
    detail: str = ""
    write: Callable[[Taken], None] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Look:
    """What a file would do.

    Parameters
    ----------
    reading
        What it says; rows that cannot be taken in are faults of it.
    lines
        What would become of every other row, but for those a question is open about.
    questions
        What must be answered first.
    notes
        What else the user should know.
    """

    reading: Reading
    lines: tuple[Line, ...]
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()

    def count(self, fate: Fate) -> int:
        """Return how many rows share a fate."""
        return sum(line.fate == fate for line in self.lines)


class Taken:
    """An import being saved; notes each row it adds or changes, so that it can be taken back."""

    def __init__(
        self, session: Session, kind: str, file_name: str, digest: str, site_id: int
    ) -> None:
        if (earlier := import_with_digest(session, digest)) is not None:
            raise InputFault([Fault(earlier_text(earlier))])
        self.session = session
        self.record = DataImport(
            file_name=short_name(file_name),
            file_digest=digest,
            kind=kind,
            actor=session.info["actor"],
            site_id=site_id,
        )
        session.add(self.record)
        session.flush()
        self._touched: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._added: list[Base] = []

    def add(self, row: Base) -> None:
        """Add a row."""
        self.session.add(row)
        self._added.append(row)

    def change(self, row: Base, **values: Any) -> None:
        """Change a row."""
        self.note(*_place_of(row), {name: plain(getattr(row, name)) for name in values})
        for name, value in values.items():
            setattr(row, name, value)

    def note(self, table: str, key: str, before: dict[str, Any] | None = None) -> None:
        """Note a row another module adds, or changes when it is told how it was."""
        self._touched.setdefault((table, key), before)

    def done(self) -> Saved:
        """Keep what was noted, and return what was saved."""
        self.session.flush()
        noted = {_place_of(row): None for row in self._added} | self._touched
        entries = _entries(self.session, list(noted))
        self.session.add_all(
            ImportedRow(
                import_id=self.record.id,
                table_name=table,
                row_id=key,
                before=before,
                entries=entries[table, key],
            )
            for (table, key), before in noted.items()
        )
        self.session.flush()
        return Saved("data_import", self.record.id, self.record.version)


def _place_of(row: Base) -> tuple[str, str]:
    key = inspect(row).mapper.primary_key_from_instance(row)
    return row.__tablename__, row_id(tuple(key))


def _entries(session: Session, places: Sequence[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Return how often each row has been written, by the audit."""
    found: Counter[tuple[str, str]] = Counter()
    for table in {table for table, _key in places}:
        keys = [key for of, key in places if of == table]
        for start in range(0, len(keys), _AT_ONCE):
            counted = (
                select(Audit.row_id, func.count())
                .where(Audit.table_name == table, Audit.row_id.in_(keys[start : start + _AT_ONCE]))
                .group_by(Audit.row_id)
            )
            found.update({(table, key): count for key, count in session.execute(counted)})
    return found


class Intake(ABC):
    """One kind of file at one place: what it would do there."""

    @property
    @abstractmethod
    def template(self) -> Template:
        """The template of such files."""

    @property
    def kind(self) -> str:
        """What imports of it are called in the store."""
        return self.template.id

    @abstractmethod
    def site_of(self, session: Session) -> int:
        """Return the number of the site: who works at others does not see what is taken in."""

    @abstractmethod
    def look(self, session: Session, reading: Reading, answers: Answers) -> Look:
        """Return what a file would do."""

    def save(
        self, session: Session, reading: Reading, answers: Answers, seen: Look, file_name: str
    ) -> Saved:
        """Save what was shown, and which file it came from.

        Raises
        ------
        InputFault
            When that very file is saved already, or a question is open.
        Conflict
            When something else would be saved now than was shown.
        """
        now = self.look(session, reading, answers)
        if now.questions:
            raise InputFault([Fault(_("Answer the questions first."))])
        if now.lines != seen.lines or now.reading.left_out != seen.reading.left_out:
            raise Conflict(
                _(
                    "Somebody else has changed what is stored since you looked, so nothing was "
                    "saved. Look at the file once more."
                )
            )
        taken = Taken(session, self.kind, file_name, reading.digest, self.site_of(session))
        for line in now.lines:
            if line.write is not None:
                line.write(taken)
        self.finish(taken)
        return taken.done()

    def finish(self, taken: Taken) -> None:  # noqa: B027 - most kinds have nothing to add
        """Do what follows from all rows together."""


class Kind:
    """What taking a kind of file back means, beyond the rows that were noted.

    Parameters
    ----------
    counted
        The table that has one row for each row of such a file.
    """

    def __init__(self, counted: str = "") -> None:
        self._counted = counted

    def size(self, session: Session, import_id: int) -> int:
        """Return how many rows of a file are stored."""
        counted = select(func.count()).where(
            ImportedRow.import_id == import_id, ImportedRow.table_name == self._counted
        )
        return session.scalar(counted) or 0

    def courses(self, session: Session, import_id: int) -> set[int]:
        """Return the numbers of the courses a file is about; none for a kind that is about none."""
        return set()

    def hindrances(self, session: Session, import_id: int, rows: Rows) -> list[str]:
        """Return what has been built upon a file that no table tells by itself."""
        return []

    def undone(self, session: Session, import_id: int, rows: Rows) -> None:
        """Do what is left once the rows are as they were."""


# -- what was taken in ---------------------------------------------------------------------------


def files_taken(session: Session) -> list[DataImport]:
    """Return every file that was taken in, the latest first."""
    return list(session.scalars(select(DataImport).order_by(DataImport.id.desc())))


def import_with_digest(session: Session, digest: str) -> DataImport | None:
    """Return the import of these bytes of which something is stored, None when there is none."""
    holds_something = DataImport.id.in_(select(ImportedRow.import_id)) | DataImport.id.in_(
        select(Evaluation.import_id).where(Evaluation.import_id.is_not(None))
    )
    wanted = select(DataImport).where(
        DataImport.file_digest == digest, DataImport.undone_at.is_(None), holds_something
    )
    return session.scalars(wanted.order_by(DataImport.id.desc())).first()


def earlier_text(earlier: DataImport) -> str:
    """Return that a file is saved already, and what to do."""
    return _(
        "This very file was saved on {date} at {time}. If it shall be saved anew, take that one "
        "back first."
    ).format(
        date=format_date(earlier.at.astimezone(COPENHAGEN).date(), "long"),
        time=format_time(earlier.at),
    )


def short_name(file_name: str) -> str:
    """Return a file's name with its middle left out where it is long; its ending stays."""
    if len(file_name) <= FILE_NAME_LENGTH:
        return file_name
    half = FILE_NAME_LENGTH // 2
    return f"{file_name[: half - 1]}…{file_name[-half:]}"


# -- taking back ---------------------------------------------------------------------------------


def in_the_way(session: Session, kind: Kind, import_id: int) -> list[str]:
    """Return what has been built upon an import since, so that it cannot be taken back."""
    rows = rows_of(session, import_id)
    return [
        *_changed_since(session, rows),
        *_refers_to(session, rows),
        *kind.hindrances(session, import_id, rows),
    ]


def undo(session: Session, kind: Kind, import_id: int, at: dt.datetime) -> Saved:
    """Take an import back: what it added goes, and what it changed is as it was.

    The name of the file is forgotten too; what it was can be seen from the digest.

    Raises
    ------
    InputFault
        When it has been taken back already, or something has been built upon it since; with every
        reason, and nothing is undone.
    """
    record = session.get(DataImport, import_id)
    if record is None or record.undone_at is not None:
        raise InputFault([Fault(_("That file has already been taken back."))])
    if reasons := in_the_way(session, kind, import_id):
        raise InputFault([Fault(reason) for reason in reasons])
    rows, brought = rows_of(session, import_id), kind.size(session, import_id)
    for row in rows:
        if row.table_name in APART:
            continue
        table = _tables()[row.table_name]
        stored = session.get(table, _key(table, row.row_id))
        if stored is None:
            continue
        if row.before is None:
            session.delete(stored)
        else:
            for name, value in row.before.items():
                setattr(stored, name, _read(table, name, value))
    session.flush()
    kind.undone(session, import_id, rows)
    for row in rows:
        session.delete(row)
    record.undone_at, record.undone_rows, record.file_name = at, brought, ""
    session.flush()
    return Saved("data_import", record.id, record.version)


def rows_of(session: Session, import_id: int) -> Rows:
    """Return what is noted of the rows of an import."""
    return session.scalars(select(ImportedRow).where(ImportedRow.import_id == import_id)).all()


def _changed_since(session: Session, rows: Rows) -> list[str]:
    """Tell of rows that have been corrected since they were taken in."""
    now = _entries(session, [(row.table_name, row.row_id) for row in rows])
    count = sum(now[row.table_name, row.row_id] != row.entries for row in rows)
    if not count:
        return []
    return [
        ngettext(
            "{n} of its rows has been changed since. It would lose that.",
            "{n} of its rows have been changed since. They would lose that.",
            count,
        ).format(n=count)
    ]


def _refers_to(session: Session, rows: Rows) -> list[str]:
    """Tell of what hangs on rows the import added and did not come with it."""
    mine = {(row.table_name, row.row_id) for row in rows}
    added: dict[str, list[str]] = {}
    for row in rows:
        if row.before is None:
            added.setdefault(row.table_name, []).append(row.row_id)
    count = sum(
        place not in mine
        for name, keys in added.items()
        for place in _references(session, name, keys)
    )
    if not count:
        return []
    return [
        ngettext(
            "{n} thing has been recorded about people it brought. Take that back first.",
            "{n} things have been recorded about people it brought. Take them back first.",
            count,
        ).format(n=count)
    ]


def _references(session: Session, name: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the rows of all tables that refer to rows of one."""
    for table in _tables().values():
        mapper = inspect(table)
        for column in mapper.local_table.columns:
            if table is ImportedRow or not any(
                key.column.table.name == name for key in column.foreign_keys
            ):
                continue
            kind = column.type.python_type
            for start in range(0, len(keys), _AT_ONCE):
                some = [kind(key) for key in keys[start : start + _AT_ONCE]]
                for found in session.execute(select(*mapper.primary_key).where(column.in_(some))):
                    yield table.__tablename__, row_id(tuple(found))


def _tables() -> dict[str, type[Base]]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def _key(table: type[Base], written: str) -> tuple[Any, ...]:
    """Return a primary key as the database takes it, from the audit's writing."""
    columns = inspect(table).primary_key
    return tuple(
        column.type.python_type(part)
        for column, part in zip(columns, written.split("/"), strict=True)
    )


def _read(table: type[Base], name: str, value: Any) -> Any:
    """Return a column's value from the audit's writing."""
    kind = inspect(table).mapper.columns[name].type.python_type
    is_moment = value is not None and issubclass(kind, dt.date | dt.time)
    return kind.fromisoformat(value) if is_moment else value
