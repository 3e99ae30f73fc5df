"""A list of pairs on the page, which gives place to the pair that is opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy.orm import Session

from peerbook.pathways.opened import Task
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_part import OnePathway
from peerbook.sites.tab import Tab, Thing
from peerbook.store import identities
from peerbook.text import _
from peerbook.ui import Column, Part


class PairList(Tab):
    """A list of pairs; one of them can stand in its place."""

    opens_again: ClassVar[Task | None] = None
    """What a pair is opened at after a save; the next thing to do when None."""

    def _open(self, number: int, task: Task | None = None) -> str:
        """Show one pair, with what it was opened for."""
        self._place.open(self._one(number, task))
        return ""

    def _one(self, number: int, task: Task | None) -> Thing:
        def reopen(said: str, stays: Task | None) -> None:
            self._changed(said, self._one(number, stays or self.opens_again))

        def leave(said: str) -> str:
            self._changed(said)
            return said

        def parts() -> list[Part]:
            return OnePathway(self._desk, number, reopen, leave).parts(task)

        return parts


def pair_columns() -> list[Column]:
    """Return the columns that tell which pair: the two first, for a narrow screen heads with it."""
    return [Column("pair", _("Pair")), Column("number", _("No."), kind="number")]


def names_of(session: Session, known: Iterable[Pathway]) -> dict[str, str]:
    """Return what those of some pairs are called, by code; it is written down as a sighting."""
    return identities.name_of(session, sorted({code for one in known for code in one.codes}))
