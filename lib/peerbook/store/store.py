"""The store: the only door to the record."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import bindparam, event, exists, func, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from peerbook.errors import Conflict, StoreUnavailable
from peerbook.paths import data_folder
from peerbook.store import chain, migrations, sightings
from peerbook.store.audit import AuditedSession, Change, plain
from peerbook.store.chain import Head, Verdict
from peerbook.store.drafts import Drafts
from peerbook.store.engine import Database, not_allowed, open_database
from peerbook.store.keys import Keys, MasterKey
from peerbook.store.merge import overtaken
from peerbook.store.sightings import Sighting
from peerbook.store.tables import Audit, AuditLink, Base, Draft, Event, Setting, Submission, User
from peerbook.store.visitor import Visitor
from peerbook.text import _
from peerbook.text.formats import COPENHAGEN

URL_VARIABLE = "PEERBOOK_STORE_URL"
FILE_NAME = "peerbook.sqlite"
MACHINE = "peerbook"
"""Who it is that reads where nobody visits: a command."""

# A submission that is older than its table's audit keeps the number that was told then.
_SUBMISSION = (
    select(Submission, func.coalesce(Audit.seq, Submission.number))
    .outerjoin(
        Audit,
        (Audit.table_name == Submission.__tablename__) & (Audit.row_id == Submission.key),
    )
    .where(Submission.key == bindparam("key"))
)

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Saved:
    """What a change made: the kind of record, its number, and its version."""

    kind: str
    number: int
    version: int

    @classmethod
    def event(cls, session: Session, event: Event) -> Saved:
        """Return that an event was added; it has a number once it is sent to the database."""
        session.flush()
        return cls("event", event.seq, 1)


@dataclass(frozen=True)
class Receipt:
    """Proof that something was saved, read back from the database after COMMIT.

    Parameters
    ----------
    number
        Its own number, that of the submission's entry in the audit; no two saves share it.
    kind, record, version
        What was saved: the kind of record, its number, and its version.
    saved_at
        When.
    replayed
        Whether it had been saved before under the same key, and was not saved again.
    """

    number: int
    kind: str
    record: int
    version: int
    saved_at: dt.datetime
    replayed: bool


class _ReadSession(Session):
    """A session that cannot change anything."""


@event.listens_for(_ReadSession, "before_flush")
def _refuse_changes(*_: object) -> None:
    raise TypeError("store.read() only reads; change rows in store.write()")


class Store:
    """The record and its door. Open one per process, with `Store.open`.

    Examples
    --------
    >>> from peerbook.store.tables import Site
    >>> store = Store.open(folder / "peerbook.sqlite")
    >>> with store.write(actor="leader") as session:
    ...     session.add(Site(name="Vejle", municipality="Vejle"))
    >>> with store.read() as session:
    ...     session.query(Site.name).all()
    [('Vejle',)]
    """

    def __init__(self, database: Database, visitor: Visitor | None = None) -> None:
        self._database = database
        self.visitor = visitor
        self._written_down: set[tuple[str, Sighting]] = set()
        self._written_down_on: dt.date | None = None
        self._writing = threading.local()
        self.drafts = Drafts(self.read, self.write)

    @classmethod
    def open(
        cls,
        url: str | os.PathLike[str] | None = None,
        *,
        create: bool = True,
        visitor: Visitor | None = None,
    ) -> Store:
        """Return the store at an address, made or brought up to date when needed.

        Before the tables of an existing store are changed, a checked copy is put into `backups`
        beside it. A file of an earlier peerbook that is not encrypted becomes so.

        Parameters
        ----------
        url
            Address of the database or path of a file. Without it the environment variable
            PEERBOOK_STORE_URL counts, and without that the user's data folder.
        create
            Make the store when it is not there.
        visitor
            Who will use it, and saves under no other name; None for the machine itself.

        Raises
        ------
        StoreUnavailable
            When it cannot be reached, is damaged, was written by a newer peerbook, or lies where
            data is not safe.
        """
        store = cls(open_database(address_of(url)), visitor)
        with store._explained():
            store._prepare(create)
        if visitor is not None:
            store._database = store._database.used_by(visitor)
        return store

    @classmethod
    def is_there(cls, url: str | os.PathLike[str] | None = None) -> bool:
        """Return whether there is a store at an address, of which `open` says whether it is sound.

        Raises
        ------
        StoreUnavailable
            When that cannot be told.
        """
        store = cls(open_database(address_of(url)))
        with store._explained():
            return store._database.exists()

    def _prepare(self, create: bool) -> None:
        database = self._database
        if not database.exists():
            if not create:
                raise StoreUnavailable(
                    _(
                        "There is no data at {place}. Check the address. To begin anew there, "
                        "start “peerbook serve --new” with the same address."
                    ).format(place=database.place)
                )
            database.create(migrations.upgrade)
        database.check()
        migrations.bring_up_to_date(database)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that reads one unchanging state of the record and waits for nobody.

        Raises
        ------
        StoreUnavailable
            When it cannot be read; or when it handed out names and that could not be written down.
        """
        session = _ReadSession(self._database.read, autoflush=False, info=self._info)
        with self._explained(), session:
            yield session
        self._write_down(sightings.noted(session))

    @contextmanager
    def write(self, actor: str, reason: str | None = None) -> Iterator[Session]:
        """Give a session for one transaction; it is committed when the block ends well.

        One at a time can write, so keep it short: never wait for a user inside.

        Parameters
        ----------
        actor
            Who makes the change; goes into the audit and the events.
        reason
            Why, where a rule asks for it.

        Raises
        ------
        Conflict
            When a row was changed by somebody else since it was read, or has just been entered by
            somebody else.
        StoreUnavailable
            When it could not be saved; nothing of it was.
        """
        if not actor or (self.visitor is not None and actor != self.visitor.name):
            raise ValueError("a change needs an actor, and a visitor saves under their own name")
        if getattr(self._writing, "now", False):
            raise RuntimeError("this thread is writing already; pass its session on")
        session = AuditedSession(
            self._database.write,
            expire_on_commit=False,
            info={"actor": actor, "reason": reason, **self._info},
        )
        self._writing.now = True
        try:
            with self._explained(), session, session.begin():
                session.connection()  # takes the write lock, so that what is read stays true
                yield session
                seen = self._unwritten(actor, sightings.noted(session))
                session.flush()
                connection = session.connection()
                sightings.write(connection, actor, seen)
                chain.close_link(connection, self._database.keys.key_id, self._audit_key)
        except StaleDataError as error:
            raise self._conflict(session.changes()) from error
        finally:
            self._writing.now = False
        self._written_down |= {(actor, one) for one in seen}

    @property
    def _info(self) -> dict[str, Any]:
        """What every session knows of its store."""
        by_codes = self.visitor is not None and self.visitor.by_codes
        return {"database": self._database, "visitor": self.visitor, "by_codes": by_codes}

    def _write_down(self, seen: set[Sighting]) -> None:
        """Write down what a session that only reads has handed out, before anybody sees it."""
        actor = self.visitor.name if self.visitor else MACHINE
        if seen := self._unwritten(actor, seen):
            if getattr(self._writing, "now", False):
                raise RuntimeError("names that are read while this thread writes: use its session")
            with self.write(actor) as session:
                sightings.note(session, seen)

    def _unwritten(self, actor: str, seen: set[Sighting]) -> set[Sighting]:
        """Return what was not written down yet today."""
        today = dt.datetime.now(COPENHAGEN).date()
        if today != self._written_down_on:
            self._written_down_on, self._written_down = today, set()
        done = self._written_down
        return {one for one in seen if (actor, one) not in done or one[0] == "cpr"}

    def submit(
        self,
        key: str,
        actor: str,
        change: Callable[[Session], Saved],
        content: object = None,
        reason: str | None = None,
    ) -> Receipt:
        """Make a change exactly once per key, and return its receipt.

        Parameters
        ----------
        key
            Made up by the page when the form was opened; sent again with every retry.
        actor
            Who makes the change.
        change
            Makes it on the session it is given.
        content
            What was sent in, as JSON could hold it; tells a retry from another use of the key.
        reason
            Why, for the audit.

        Raises
        ------
        Conflict
            When the key was used for something else, or as for `write`.
        StoreUnavailable
            When it could not be saved. Trying again with the same key is always safe.
        """
        if not 1 <= len(key) <= 64:
            raise ValueError("a key has 1 to 64 characters")
        digest = None if content is None else _digest(key, content)
        replayed = False
        try:
            with self.write(actor, reason) as session:
                earlier = session.get(Submission, key)
                if earlier is not None:
                    _require_same(earlier, digest)
                    replayed = True
                else:
                    saved = change(session)
                    session.flush()
                    session.add(
                        Submission(
                            key=key,
                            actor=actor,
                            kind=saved.kind,
                            number=saved.number,
                            record_version=saved.version,
                            saved_at=dt.datetime.now(dt.UTC),
                            content_digest=digest,
                        )
                    )
        except Conflict as conflict:
            # Where a database lets two write at once, the same key may have won meanwhile.
            winner = self._submission(key)
            if winner is None or not isinstance(conflict.__cause__, IntegrityError):
                raise
            _require_same(winner[0], digest)
            replayed = True
        found = self._submission(key)
        if found is None:
            raise StoreUnavailable(
                _("This could not be read back, so it may not be saved. Please save again.")
            )
        row, number = found
        return Receipt(number, row.kind, row.number, row.record_version, row.saved_at, replayed)

    @property
    def folder(self) -> Path:
        """The folder on this computer that goes with the data; a file store lies in it."""
        return self._database.folder

    def audit_head(self) -> Head:
        """Return the end of the chain over the histories, to be kept elsewhere."""
        with self.read() as session:
            return chain.head_of(session.connection())

    def history_length(self) -> int:
        """Return a number that grows with each save, and stays when all data move elsewhere."""
        with self.read() as session:
            return history_length(session)

    def verify_audit(self, known: Iterable[Head] = ()) -> Verdict:
        """Return whether the histories are as they were written; see `chain.verify`."""
        with self.read() as session:
            return chain.verify(session.connection(), self._audit_key, known)

    def _audit_key(self, key_id: str) -> bytes:
        return self._database.keys.derived("audit", key_id)

    def setting(self, key: str, default: Any = None) -> Any:
        """Return the value of a setting, `default` when it was never set."""
        with self.read() as session:
            row = session.get(Setting, key)
            return default if row is None else row.value

    def is_empty(self) -> bool:
        """Return whether nothing but settings, users and drafts has ever been entered."""
        with self.read() as session:
            return not any(
                session.scalar(select(exists().select_from(mapper.local_table)))
                for mapper in Base.registry.mappers
                if mapper.class_ not in (Setting, User, Draft, Audit, AuditLink)
            )

    @property
    def keys(self) -> Keys:
        """The keys of the store."""
        return self._database.keys

    @property
    def address(self) -> str:
        """Its address, the same from whatever folder it is asked for.

        It may hold a password: give it to a program, show it to nobody.
        """
        return self._database.address

    @property
    def server(self) -> str | None:
        """Where the data lie, as users are told, when that is no folder of this computer."""
        return self._database.server

    @property
    def product(self) -> str:
        """Name and version of the database's program."""
        with self._explained():
            return self._database.product()

    def at_site(self, site_id: int) -> Store:
        """Return the record as its visitor would see it who worked at one of their sites alone.

        Close it after use. Of a site they do not work at, nothing is there.
        """
        known = self.visitor or Visitor(MACHINE, "leader")
        sites = frozenset({site_id})
        visitor = replace(known, sites=sites if known.sites is None else sites & known.sites)
        return Store(self._database.used_by(visitor), visitor)

    def close(self) -> None:
        """Close the connections; the store opens new ones should it be used again."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            meaning = self._database.explain(error)
            if meaning is None:
                raise
            raise meaning from error

    def _submission(self, key: str) -> tuple[Submission, int] | None:
        """Return what was saved under a key, and the number of its receipt."""
        with self._explained(), Session(self._database.read) as session:
            return session.execute(_SUBMISSION, {"key": key}).one_or_none()

    def _conflict(self, changes: list[Change]) -> Conflict:
        """Return the conflict of the first row that somebody else has changed."""
        with self.read() as session:
            for change in changes:
                stored = session.get(type(change.row), change.key)
                if stored is None:
                    return gone(change.new)
                if getattr(stored, "version", None) != change.old.get("version"):
                    return changed_meanwhile(stored, change.new)
        return Conflict(overtaken())


def take_key(url: str | None, master: MasterKey) -> None:
    """Keep the key of the store at an address, which is not on this computer.

    Raises
    ------
    InputFault
        At `code`, when it is the key of something else.
    StoreUnavailable
        When there is no such store.
    """
    store = Store(open_database(address_of(url)))
    with store._explained():
        store._database.take_key(master)


def address_of(url: str | os.PathLike[str] | None = None) -> str:
    """Return the address `Store.open` goes to."""
    return str(url or os.environ.get(URL_VARIABLE) or data_folder() / FILE_NAME)


def row_to_change(
    session: Session,
    table: type[Row],
    key: object,
    version: int,
    mine: dict[str, object] | None = None,
) -> Row:
    """Return a row to be changed, provided it still is the version the user was looking at.

    Parameters
    ----------
    session
        A session of `store.write`.
    table
        Class of the row.
    key
        Its primary key; a tuple when that has several columns.
    version
        The version that was shown to the user.
    mine
        What the user wants to save, by column; shown beside the stored values in a conflict.

    Raises
    ------
    Conflict
        When somebody else has changed or deleted the row.
    """
    row = session.get(table, key)
    if row is None:
        raise gone(mine or {})
    if getattr(row, "version", version) != version:
        raise changed_meanwhile(row, mine or {})
    return row


def set_setting(session: Session, key: str, value: Any) -> None:
    """Set a setting, in a session of `store.write`; the value is anything JSON can hold."""
    row = session.get(Setting, key)
    if row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value = value


_COUNTED_FROM = "changes_counted_from"
_COUNTING_BEGAN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def begin_counting_again(session: Session, now: dt.datetime, counted: int = 0) -> None:
    """Count changes on from a number that none of them had: a backup that returns counts fewer.

    So calendars take what is told after a restore for newer than what was told before it. The clock
    alone does not do: it can go back, and a second can see several changes.

    Parameters
    ----------
    counted
        How far was counted already, as `Store.history_length` tells it.
    """
    seconds = int((now - _COUNTING_BEGAN).total_seconds())
    set_setting(session, _COUNTED_FROM, max(seconds, counted + 1, changes_counted_from(session)))


def history_length(session: Session) -> int:
    """Return how far changes are counted; see `Store.history_length`."""
    return changes_counted_from(session) + chain.length_of(session.connection())


def changes_counted_from(session: Session) -> int:
    """Return what is to be added to a number of changes, so that it never falls."""
    row = session.get(Setting, _COUNTED_FROM)
    return 0 if row is None else int(row.value)


def changed_meanwhile(stored: Base, mine: dict[str, Any]) -> Conflict:
    """Return the conflict between a stored row and the values a user wanted to save."""
    theirs = {name: getattr(stored, name) for name in mine if hasattr(stored, name)}
    return Conflict(overtaken(), theirs=theirs, mine=dict(mine))


def refuse_all_but_leaders(session: Session) -> None:
    """Refuse a session of somebody from whom the database hides what only leaders are told.

    For where nothing to be seen would be taken for that there is nothing.

    Raises
    ------
    NotAllowed
        When a visitor has another role; the machine itself sees everything.
    """
    visitor: Visitor | None = session.info.get("visitor")
    if visitor is not None and visitor.role != "leader":
        raise not_allowed()


def gone(mine: dict[str, Any]) -> Conflict:
    """Return the conflict with somebody who deleted the row."""
    return Conflict(
        _(
            "Somebody else has deleted this while you were writing. What you wrote is not lost: "
            "copy it, load the page again, and enter it anew if it is still needed."
        ),
        mine=dict(mine),
    )


def _require_same(earlier: Submission, digest: str | None) -> None:
    if earlier.content_digest != digest:
        raise Conflict(
            _(
                "This form was already saved with other content. Load the page again to see what "
                "is stored, then enter what is missing."
            )
        )


def _digest(key: str, content: object) -> str:
    """Return a digest of the content; the key in it keeps equal contents from being matched."""
    text = json.dumps([key, content], sort_keys=True, ensure_ascii=False, default=_plain_or_refuse)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain_or_refuse(value: object) -> object:
    written = plain(value)
    if written is value:
        raise TypeError(f"content cannot hold {type(value).__name__}")
    return written
