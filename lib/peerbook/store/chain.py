"""The chain over the histories: what was once written down cannot be changed unseen.

Every transaction that adds to the audit, the events or the record of who saw a name ends with one
link. It carries a keyed hash (HMAC-SHA256) over the link before it and all that was added since.
Whoever changes, removes, adds or swaps a row breaks the link it belongs to; whoever takes links
away at the end, too, is found by an earlier head that was kept elsewhere.

Source: Schneier and Kelsey, Secure Audit Logs to Support Computer Forensics, ACM TISSEC 2 (1999),
section 3: each entry's keyed hash goes over the one before it.

Once, revision 0020 took out of events what has to be deletable, and closed the links over them
anew. Those keep the hash they had, inside the new one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select

from peerbook.errors import InputFault, StoreUnavailable
from peerbook.store.tables import Audit, AuditLink, Base, Event, NameSeen
from peerbook.text import _, format_number

HISTORIES: tuple[type[Audit] | type[Event] | type[NameSeen], ...] = (Audit, Event, NameSeen)
"""What the chain goes over, in this order."""

# Made once, since every save runs them.
_LAST = select(AuditLink.__table__).order_by(AuditLink.number.desc()).limit(1)
_ENDS = select(*(select(func.max(table.seq)).scalar_subquery() for table in HISTORIES))
_ADDED = {
    table: select(table.__table__)
    .where(table.seq > bindparam("start"), table.seq <= bindparam("end"))
    .order_by(table.seq)
    for table in HISTORIES
}

KeyOf = Callable[[str], bytes]


@dataclass(frozen=True)
class Head:
    """The last link: whoever knows it can tell later that nothing before it was touched.

    Parameters
    ----------
    number
        How many links there are; 0 when nothing has been written down yet.
    hash
        Of the last one, 64 hexadecimal digits; empty without any.
    """

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, written: str) -> Head:
        """Return the head somebody noted.

        Raises
        ------
        InputFault
            At `head`, when it is not written like one.
        """
        found = re.fullmatch(r"\s*(\d{1,12})\s*:\s*([0-9a-f]{64})\s*", written)
        if found is None:
            raise InputFault.at(
                "head",
                _(
                    "“{written}” is no end of a chain. It is a number, a colon and 64 digits and "
                    "letters, as “peerbook audit” shows it."
                ).format(written=written[:40]),
            )
        return cls(int(found[1]), found[2])


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found.

    Parameters
    ----------
    head
        The chain's end as it stands.
    broken
        Number of the first link that does not fit what it is over; None when all fit.
    loose
        Rows that no link is over.
    missing
        A head that was given and is not in the chain; None when there is none.
    """

    head: Head
    broken: int | None = None
    loose: int = 0
    missing: Head | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, taken away or slipped in."""
        return self.broken is None and not self.loose and self.missing is None

    @property
    def sentence(self) -> str:
        """What was found, and what to do, for whoever asked."""
        if self.is_whole:
            return _(
                "Nothing was changed behind peerbook's back in {count} saves. Note the end of the "
                "chain where nobody can change it, and check against it next time: {head}"
            ).format(count=format_number(self.head.number), head=self.head)
        if self.broken is not None:
            what = _("Save number {number} is not what it was when it was written.").format(
                number=format_number(self.broken)
            )
        elif self.missing is not None:
            what = _("Save number {number}, which you noted, is gone or another one.").format(
                number=format_number(self.missing.number)
            )
        else:
            what = _("Something was written past peerbook.")
        advice = _(
            "Somebody has changed the data by other means than peerbook, or the disk is damaged. "
            "Keep the file, tell whoever answers for the data, and compare with a backup."
        )
        return f"{what} {advice}"


def head_of(connection: Connection) -> Head:
    """Return the chain's end."""
    link = _last(connection)
    return Head(0, "") if link is None else Head(link.number, link.hash)


def length_of(connection: Connection) -> int:
    """Return how far the histories reach, counted by their rows."""
    return sum(_reached(_last(connection)))


def close_link(connection: Connection, key_id: str, key_of: KeyOf) -> None:
    """Add the link over what was added to the histories since the last one, if anything was.

    Parameters
    ----------
    connection
        In the transaction that added it, and alone in writing.
    key_id
        Id of the store's key.
    key_of
        Returns the key of the audit by a key's id.
    """
    last = _last(connection)
    since = _reached(last)
    ends = connection.execute(_ENDS).one()
    through = [end or reached for end, reached in zip(ends, since, strict=True)]
    if through == since:
        return
    number = 1 if last is None else last.number + 1
    previous = "" if last is None else last.hash
    told = _hash(key_of(key_id), number, previous, _added(connection, since, through))
    connection.execute(
        insert(AuditLink).values(
            number=number,
            at=dt.datetime.now(dt.UTC),
            audit_through=through[0],
            event_through=through[1],
            seen_through=through[2],
            key_id=key_id,
            hash=told,
        )
    )


def verify(connection: Connection, key_of: KeyOf, known: Iterable[Head] = ()) -> Verdict:
    """Return whether the histories are what they were when their links were closed.

    Parameters
    ----------
    connection
        Any; nothing is written.
    key_of
        Returns the key of the audit by a key's id.
    known
        Heads noted earlier, elsewhere: each has to be in the chain still.
    """
    wanted = {head for head in known if head.number}
    numbers = {head.number for head in wanted}
    broken: int | None = None
    previous, through, number = "", [0, 0, 0], 0
    histories = [_Rows(connection, table) for table in HISTORIES]
    for link in _in_turn(connection, select(AuditLink).order_by(AuditLink.number)):
        number += 1
        through = _reached(link)
        rows = [
            row
            for history, last in zip(histories, through, strict=True)
            for row in history.until(last)
        ]
        try:
            key = key_of(link.key_id)
        except StoreUnavailable:  # no key of this store, so no link of peerbook's
            key = b""
        right = _hash(key, number, previous, rows, link.earlier_hash) if key else ""
        if broken is None and (link.number != number or not hmac.compare_digest(right, link.hash)):
            broken = number
        if link.number in numbers:
            # A head noted before revision 0020 took reasons out of events is one that was.
            wanted -= {Head(link.number, told) for told in (link.hash, link.earlier_hash) if told}
        previous = link.hash
    loose = sum(
        connection.scalar(select(func.count()).select_from(table).where(table.seq > reached)) or 0
        for table, reached in zip(HISTORIES, through, strict=True)
    )
    missing = min(wanted, key=lambda head: head.number, default=None)
    return Verdict(Head(number, previous), broken, loose, missing)


class _Rows:
    """The rows of a history from the first on, a link's at a time: each table is read only once."""

    def __init__(self, connection: Connection, table: type[Base]) -> None:
        columns = table.__table__
        self._table = table
        self._rows = _in_turn(connection, select(columns).order_by(columns.c.seq))
        self._next = next(self._rows, None)

    def until(self, last: int) -> Iterator[bytes]:
        """Yield what has not been yielded yet, up to the row with a number."""
        while self._next is not None and self._next.seq <= last:
            yield _told(self._table, self._next)
            self._next = next(self._rows, None)


def _in_turn(connection: Connection, wanted: Select[Any]) -> Iterator[Any]:
    """Return rows as they are asked for; there may be years of them."""
    return iter(connection.execute(wanted, execution_options={"yield_per": 1000}))


def _last(connection: Connection) -> Any:
    return connection.execute(_LAST).one_or_none()


def _reached(link: Any) -> list[int]:
    return (
        [0, 0, 0] if link is None else [link.audit_through, link.event_through, link.seen_through]
    )


def _added(connection: Connection, since: Sequence[int], through: Sequence[int]) -> Iterator[bytes]:
    """Return each row that was added, as text that is the same from every database."""
    for table, start, end in zip(HISTORIES, since, through, strict=True):
        if start < end:
            for row in connection.execute(_ADDED[table], {"start": start, "end": end}):
                yield _told(table, row)


def _told(table: type[Base], row: Any) -> bytes:
    values = {name: _plain(value) for name, value in row._mapping.items()}
    return json.dumps(
        [table.__tablename__, values], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, dt.date) else value


def _hash(
    key: bytes, number: int, previous: str, rows: Iterable[bytes], earlier: str | None = None
) -> str:
    head = f"{number}\n{previous}\n" + (f"{earlier}\n" if earlier else "")
    told = hmac.new(key, head.encode(), hashlib.sha256)
    for row in rows:
        told.update(len(row).to_bytes(8, "big"))
        told.update(row)
    return told.hexdigest()
