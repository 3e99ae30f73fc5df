"""A tab of a page about a site: an overview, and in its place one thing of it that is opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from peerbook.desk import Desk
from peerbook.sites.site_part import site_page
from peerbook.store import Receipt, Saved
from peerbook.store.tables import Site
from peerbook.ui import Overview, Page, Part, Submission, Tabs, receipt_text

Thing = Callable[[], list[Part]]
"""Returns the parts of what is opened, none when it is gone."""

OnChange = Callable[[object], None]
"""Is told which tab has saved something."""


class Follower(Protocol):
    """What shows how all stands, and can do so anew."""

    def parts(self) -> list[Part]:
        """Return what is shown."""
        ...

    def refresh(self) -> None:
        """Follow what was saved elsewhere."""
        ...


MakesTab = Callable[[Desk, Site, OnChange], Follower]


def follow(followers: Iterable[Follower], changed: object) -> None:
    """Let all follow but the one that has changed something."""
    for one in followers:
        if one is not changed:
            one.refresh()


class Tab(ABC):
    """One tab; whoever makes another says in `_overview_parts` what stands in it.

    Parameters
    ----------
    desk, site
        Where.
    on_change
        Called with this tab after each save, so that the others follow.
    """

    def __init__(self, desk: Desk, site: Site, on_change: OnChange = lambda _changed: None) -> None:
        self._desk = desk
        self._site = site
        self._on_change = on_change
        self._place = Overview(self._overview_parts)

    @abstractmethod
    def _overview_parts(self) -> list[Part]:
        """Return the overview as all stands now."""

    def parts(self) -> list[Part]:
        """Return what stands in the tab."""
        self._place.show_overview()
        return [self._place]

    def refresh(self) -> None:
        """Follow what was saved elsewhere, in what is opened too."""
        self._place.show_again()

    # -- saving ----------------------------------------------------------------------------------

    def _save(self, submission: Submission, change: Callable[[Session], Saved]) -> Receipt:
        """Save what a form beside the overview holds, and return the receipt it shows."""
        receipt = self._desk.save(submission, change)
        self._place.refresh()
        self._on_change(self)
        return receipt

    def _save_and_show(
        self, submission: Submission, change: Callable[[Session], Saved], thing: Thing | None = None
    ) -> None:
        """Save what a form holds, and show what it was about; the overview when that is None."""
        self._changed(receipt_text(self._desk.save(submission, change)), thing)

    def _press(
        self, change: Callable[[Session], object], told: str, thing: Thing | None = None
    ) -> str:
        """Save what a button does, show what it was about, and return what is said of it."""
        with self._desk.store.write(self._desk.actor) as session:
            change(session)
        self._changed(told, thing)
        return told

    def _changed(self, told: str, thing: Thing | None = None) -> None:
        """Show something, or the overview, as it stands after a save; the others follow."""
        if thing is None:
            self._place.show_overview(told)
        else:
            self._place.open(thing, told)
        self._on_change(self)


def tabbed_page(
    desk: Desk,
    site: str,
    tabs: Sequence[tuple[str, MakesTab]],
    facts: Callable[[Desk, Site], Sequence[str]],
    *,
    first: int = 0,
) -> Page:
    """Return a page of tabs about a site; what is saved in one shows in all that are open.

    Parameters
    ----------
    site
        Name of the site to begin with; the first by name when empty.
    tabs
        What each is called, and what makes it.
    facts
        Returns what the check cell tells.
    first
        Position of the tab to begin with.

    Raises
    ------
    InputFault
        When there is no such site.
    """

    def parts(at: Site) -> list[Part]:
        made: list[Follower] = []
        made += [make(desk, at, lambda changed: follow(made, changed)) for _name, make in tabs]
        named = zip(tabs, made, strict=True)
        return [Tabs([(name, one.parts) for (name, _make), one in named], first=first)]

    return site_page(desk, site, parts, lambda at: facts(desk, at))
