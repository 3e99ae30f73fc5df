"""What somebody was typing, kept until it is saved or thrown away."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, func, select, update
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, Fault, InputFault
from peerbook.store.codes import is_code
from peerbook.store.keys import Keys, keys_of
from peerbook.store.sealing import sealed, unsealed
from peerbook.store.tables import Draft, Participant
from peerbook.text import _

MAX_BYTES = 2**20

Check = Callable[[Session], None]


class _Write(Protocol):
    def __call__(self, actor: str) -> AbstractContextManager[Session]: ...


class Drafts:
    """The drafts of all users: one for each owner and form, the last one typed.

    They are no part of the record: not audited, and gone once the form is saved. What is typed may
    be a name or how somebody is reached, and is sealed as those are.
    """

    def __init__(self, read: Callable[[], AbstractContextManager[Session]], write: _Write) -> None:
        self._read = read
        self._write = write

    def save(
        self, owner: str, form: str, values: Mapping[str, Any], check: Check | None = None
    ) -> dt.datetime:
        """Keep what was typed in place of the earlier draft, and return when.

        Parameters
        ----------
        owner, form
            Whose draft of which form.
        values
            By field, anything JSON can hold; at most 1 MB in all.
        check
            Raises when what the form is about is gone, and nothing may be kept of it.

        Raises
        ------
        InputFault
            When it is too much to keep; the earlier draft stays.
        Conflict
            When somebody the form is about was deleted while it was open.
        StoreUnavailable
            When it could not be kept.
        """
        content = json.dumps(dict(values), allow_nan=False)
        if len(content.encode()) > MAX_BYTES:
            raise InputFault(
                [Fault(_("This is too long to keep as a draft. Save it in smaller parts."))]
            )
        saved_at = dt.datetime.now(dt.UTC)
        with self._write(actor=owner) as session:
            if check is not None:
                check(session)
            _refuse_deleted(session, form, values)
            closed = sealed(keys_of(session), content, _about(owner, form))
            session.merge(Draft(owner=owner, form=form, values=closed, saved_at=saved_at))
        return saved_at

    def get(self, owner: str, form: str) -> tuple[dict[str, Any], dt.datetime] | None:
        """Return the draft and when it was kept, None when there is none."""
        with self._read() as session:
            draft = session.get(Draft, (owner, form))
            return None if draft is None else (typed_in(session, draft), draft.saved_at)

    def kept(self, owner: str, beginning: str = "") -> list[str]:
        """Return of which forms whose names begin so an owner has a draft, newest first."""
        wanted = (
            select(Draft.form)
            .where(Draft.owner == owner, Draft.form.startswith(beginning, autoescape=True))
            .order_by(Draft.saved_at.desc(), Draft.form)
        )
        with self._read() as session:
            return list(session.scalars(wanted))

    def discard(self, owner: str, form: str, kept_at: dt.datetime) -> None:
        """Throw away the draft that was kept at a moment; one that was kept since stays."""
        with self._read() as session:
            if _kept(session, owner, form, kept_at) is None:
                return
        with self._write(actor=owner) as session:
            draft = _kept(session, owner, form, kept_at)
            if draft is not None:
                session.delete(draft)

    def box(self, owner: str, form: str, check: Check | None = None) -> DraftBox:
        """Return the place for one owner's draft of one form; `check` as in `save`."""
        return DraftBox(self, owner, form, check)


def typed_in(session: Session, draft: Draft) -> dict[str, Any]:
    """Return what was typed, by field."""
    return _opened(keys_of(session), draft.owner, draft.form, draft.values)


def strings_in(value: Any) -> Iterator[str]:
    """Yield the texts in what JSON can hold, as they were typed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for pair in value.items() for one in pair for text in strings_in(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in strings_in(one))


def forget(session: Session, beginning: str) -> None:
    """Delete the drafts of all forms whose names begin so, whoever typed in them.

    In a session of `store.write`, and also by somebody who may not read what colleagues type.
    """
    session.flush()
    wanted = select(Draft).where(Draft.form.startswith(beginning, autoescape=True))
    with session.info["database"].as_machine(session.connection()):
        for draft in session.scalars(wanted):
            session.delete(draft)
        session.flush()


def _refuse_deleted(session: Session, form: str, values: Mapping[str, Any]) -> None:
    """Refuse a draft about somebody who is not there: erasing has found and taken the earlier one.

    Whom a form is about stands in its name, its rows and its choices, as a code beside colons; a
    code within a text somebody writes is only a word of it.
    """
    texts = (form, *strings_in(values))
    codes = {part for text in texts for part in text.split(":") if is_code(part)}
    there = select(func.count()).where(Participant.code.in_(codes))
    if codes and session.scalar(there) != len(codes):
        raise Conflict(
            _("Somebody this form is about was deleted while it was open. Reload the page.")
        )


def seal_again(connection: Connection, keys: Keys) -> None:
    """Seal all drafts with the key of now; they stay as old as they are."""
    table = Draft.__table__
    kept = (table.c.owner, table.c.form, table.c.draft_values)
    for owner, form, content in connection.execute(select(*kept)).all():
        typed = json.dumps(_opened(keys, owner, form, content))
        connection.execute(
            update(Draft)
            .where(Draft.owner == owner, Draft.form == form)
            .values(values=sealed(keys, typed, _about(owner, form)))
        )


def _opened(keys: Keys, owner: str, form: str, content: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(content, dict):  # as an earlier peerbook kept it
        return content
    opened: dict[str, Any] = json.loads(unsealed(keys, content, _about(owner, form)))
    return opened


def _about(owner: str, form: str) -> str:
    return f"{owner}/{form}/draft"


def _kept(session: Session, owner: str, form: str, at: dt.datetime) -> Draft | None:
    draft = session.get(Draft, (owner, form))
    return draft if draft is not None and draft.saved_at == at else None


class DraftBox:
    """The draft of one form by one owner; what a form on a page is given.

    The same form may be open on two pages. Each knows the draft it has kept or shown last, and
    throws away no other: what is typed on one page outlives what is saved on the other.
    """

    def __init__(self, drafts: Drafts, owner: str, form: str, check: Check | None = None) -> None:
        self._drafts = drafts
        self._owner = owner
        self._form = form
        self._check = check
        self._known: dt.datetime | None = None

    def save(self, values: Mapping[str, Any]) -> None:
        """Keep what was typed; see `Drafts.save`."""
        self._known = self._drafts.save(self._owner, self._form, values, self._check)

    def load(self) -> tuple[dict[str, Any], dt.datetime] | None:
        """Return the draft and when it was kept, None when there is none."""
        found = self._drafts.get(self._owner, self._form)
        self._known = found[1] if found is not None else None
        return found

    def discard(self) -> None:
        """Throw away the draft that was kept or loaded here last."""
        if self._known is not None:
            self._drafts.discard(self._owner, self._form, self._known)
