"""The desk a page works at: the store, who sits there, and which day it is."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from sqlalchemy.orm import Session

from peerbook import small_groups
from peerbook.seat import seated
from peerbook.store import DraftBox, Receipt, Role, Saved, Store, Visitor, users
from peerbook.store.rights import may_read
from peerbook.store.tables import Identity
from peerbook.text import _
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Submission

ACTOR_VARIABLE = "PEERBOOK_ACTOR"
BY_CODES_VARIABLE = "PEERBOOK_BY_CODES"
"""Set, when whoever works on this machine is to know people by their codes only."""
SYNTHETIC_SETTING = "synthetic"


def owner() -> Visitor:
    """Return who works on this machine without logging in: whoever it belongs to leads here.

    In JupyterLab and in a run, people are known by their codes only.
    """
    name = os.environ.get(ACTOR_VARIABLE) or getpass.getuser()
    return Visitor(name, "leader", by_codes=bool(os.environ.get(BY_CODES_VARIABLE)))


@dataclass(frozen=True)
class Desk:
    """What every page needs to begin.

    Parameters
    ----------
    store
        The record.
    visitor
        Who sits there.
    synthetic
        Whether everything in the store is invented; every page then says so.
    """

    store: Store
    visitor: Visitor
    synthetic: bool

    @property
    def actor(self) -> str:
        """Who saves; goes into audit and events."""
        return self.visitor.name

    @property
    def sees_names(self) -> bool:
        """Whether whoever sits there may read who participants are."""
        return may_read(self.visitor, Identity)

    def works_at(self, site_id: int) -> bool:
        """Return whether a site is one of theirs; whoever saves can see rows of others too."""
        return self.visitor.sites is None or site_id in self.visitor.sites

    @property
    def today(self) -> dt.date:
        """The day in Denmark; asked anew each time, since a page may stay open over midnight."""
        return dt.datetime.now(COPENHAGEN).date()

    def save(self, submission: Submission, change: Callable[[Session], Saved]) -> Receipt:
        """Make a form's change exactly once, however often it is sent, and return the receipt."""
        content = [submission.form, repr(sorted(submission.values.items()))]
        receipt = self.store.submit(submission.key, self.actor, change, content=content)
        submission.is_saved()
        return receipt

    def threshold(self) -> int:
        """Return the fewest people about whom anything is shown."""
        return small_groups.threshold_of(self.store.setting(small_groups.SETTING))

    def name_of(self, actor: str) -> str:
        """Return what somebody who saves is called here; never the name of a computer account."""
        with self.store.read() as session:
            known = users.known_as(session, actor)
        return known or (_("you") if actor == self.actor else _("a colleague"))

    def drafts(self, form: str, check: Callable[[Session], None] | None = None) -> DraftBox:
        """Return where what is typed in a form is kept until it is saved.

        Nothing is kept when `check` raises, since what the form is about is gone.
        """
        return self.store.drafts.box(self.actor, form, check)


@lru_cache
def open_desk() -> Desk:
    """Return this process's desk, opened at first use; the store has to be there.

    Raises
    ------
    StoreUnavailable
        When it is not, or cannot be used: only the command begins one.
    RuntimeError
        In a page's kernel, before it is known who visits.
    """
    told = seated()
    visitor = owner() if told is None else Visitor(told[0], cast(Role, told[1]), told[2])
    store = Store.open(create=False, visitor=visitor)
    return Desk(
        store=store,
        visitor=visitor,
        synthetic=bool(store.setting(SYNTHETIC_SETTING, False)),
    )
