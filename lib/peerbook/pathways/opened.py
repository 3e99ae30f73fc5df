"""One pair that is opened on the page: what its parts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.pathways import pathway_records
from peerbook.pathways.pathway import Pathway
from peerbook.people.names import role_name
from peerbook.people.participants import refuse_deleted
from peerbook.store import DraftBox, Saved
from peerbook.text import _
from peerbook.ui import Disclosure, Part, Submission, receipt_text

Task = Literal[
    "contract", "pause", "told", "resume", "more", "check", "meetings", "exit", "end", "mistake"
]
"""What there can be to do about a pair."""


@dataclass(frozen=True)
class Opened:
    """One pair that is opened.

    Parameters
    ----------
    desk, one
        Where, and how it stands.
    names
        What the two are called, by code.
    reopen
        Shows it as it stands after a save, with a sentence about that, open at a task; at the next
        thing to do when that is None.
    """

    desk: Desk
    one: Pathway
    names: dict[str, str]
    reopen: Callable[[str, Task | None], None]

    @property
    def peer(self) -> str:
        """What the peer is called; the role where nobody knows any more."""
        return self._name(self.one.peer, "peer")

    @property
    def mentor(self) -> str:
        """What the mentor is called; the role where nobody knows any more."""
        return self._name(self.one.mentor, "mentor")

    def save(
        self,
        submission: Submission,
        change: Callable[[Session], Saved],
        stays: Task | None = None,
    ) -> None:
        """Save what a form holds, and show the pair as it stands then.

        Parameters
        ----------
        stays
            What stays open, because there is more to do there; the next thing to do when None.
        """
        self.reopen(receipt_text(self.desk.save(submission, change)), stays)

    def note(self, submission: Submission, change: Callable[[Session], Saved]) -> None:
        """Save what a form says has happened, unless anything else was noted meanwhile."""

        def checked(session: Session) -> Saved:
            pathway_records.refuse_overtaken(session, self.one)
            return change(session)

        self.save(submission, checked)

    def press(self, change: Callable[[Session], Saved], told: str) -> str:
        """Save what a button does, unless anything else was noted meanwhile; return what to say."""
        with self.desk.store.write(self.desk.actor) as session:
            pathway_records.refuse_overtaken(session, self.one)
            change(session)
        self.reopen(told, None)
        return told

    def drafts(self, form: str) -> DraftBox:
        """Return where a form is kept until it is saved; it is found when one of them is erased."""
        codes = self.one.codes
        return self.desk.drafts(
            ":".join([form, str(self.one.number), *codes]),
            check=lambda session: refuse_deleted(session, *codes),
        )

    def _name(self, code: str | None, role: str) -> str:
        return role_name(role) if code is None else self.names.get(code, code)


def by_mistake(buttons: Sequence[Part]) -> list[Part]:
    """Return, folded, the ways to take back what was noted by mistake; nothing where none is."""
    return [Disclosure(_("Noted by mistake?"), buttons)] if buttons else []


def cells_of(one: Pathway, names: dict[str, str]) -> dict[str, object]:
    """Return number and names of a pair as a table shows them."""

    def name(code: str | None) -> str:
        return "–" if code is None else names.get(code, code)

    pair = _("{peer} and {mentor}").format(peer=name(one.peer), mentor=name(one.mentor))
    return {"number": one.number, "pair": pair}
