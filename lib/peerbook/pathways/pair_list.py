"""A list of pairs on the page, which gives place to the pair that is opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import ClassVar

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.pathways.opened import Task
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_part import OnePathway
from peerbook.store import identities
from peerbook.store.tables import Site
from peerbook.text import _
from peerbook.ui import Notice, Part, Section


class PairList(ABC):
    """A list of pairs; one of them can stand in its place.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called with this part after each save, so that the others follow.
    """

    opens_again: ClassVar[Task | None] = None
    """What a pair is opened at after a save; the next thing to do when None."""

    def __init__(self, desk: Desk, site: Site, on_change: Callable[[object], None]) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Section([])
        self._lists = False

    def parts(self) -> list[Part]:
        """Return the list."""
        self._show_list()
        return [self._place]

    def refresh(self) -> None:
        """Show the list anew where it is open."""
        if self._lists:
            self._show_list()

    @abstractmethod
    def _list_parts(self) -> list[Part]:
        """Return the list as it is now."""

    def _open(self, number: int, task: Task | None = None, told: str = "") -> None:
        """Show one pair, with what it was opened for and what was just saved."""
        self._lists = False
        if told:
            self._on_change(self)

        def reopen(said: str, stays: Task | None) -> None:
            self._open(number, stays or self.opens_again, said)

        one = OnePathway(self._desk, number, reopen, self._leave)
        self._place.show(one.parts(told, task), told, take_there=True)

    def _leave(self, told: str = "") -> str:
        """Show the list again, with what was just saved."""
        if told:
            self._on_change(self)
        self._show_list(told, take_there=True)
        return told or _("The list is shown again.")

    def _show_list(self, told: str = "", *, take_there: bool = False) -> None:
        self._lists = True
        notice: list[Part] = [Notice("ok", told)] if told else []
        self._place.show([*notice, *self._list_parts()], told, take_there=take_there)


def names_of(session: Session, known: Iterable[Pathway]) -> dict[str, str]:
    """Return what those of some pairs are called, by code; it is written down as a sighting."""
    return identities.name_of(session, sorted({code for one in known for code in one.codes}))
