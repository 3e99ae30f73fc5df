"""Staff: contacts out of hours, the card with whom to call, and mentors without support."""

from __future__ import annotations

from peerbook import small_groups
from peerbook.desk import Desk
from peerbook.pathways import staff_records
from peerbook.pathways.acute_part import AcuteHelp
from peerbook.pathways.out_of_hours_part import OutOfHours
from peerbook.pathways.support_part import Support
from peerbook.sites.tab import OnChange, follow
from peerbook.store.tables import Site
from peerbook.ui import Part


class Staff:
    """What keeps staff from becoming more than staff.

    Parameters
    ----------
    desk, site, on_change
        As for `Tab`.
    """

    def __init__(self, desk: Desk, site: Site, on_change: OnChange = lambda _changed: None) -> None:
        def changed_in(one: object) -> None:
            follow(self._inside, one)
            on_change(self)

        self._inside = [make(desk, site, changed_in) for make in (OutOfHours, AcuteHelp, Support)]

    def parts(self) -> list[Part]:
        """Return the three of them, one below the other."""
        return [part for one in self._inside for part in one.parts()]

    def refresh(self) -> None:
        """Read anew what is open."""
        for one in self._inside:
            one.refresh()


def staff_facts(desk: Desk, site: Site) -> tuple[str, ...]:
    """Return how many contacts out of hours are noted, as far as that is shown."""
    with desk.store.read() as session:
        known = staff_records.contacts(session, site.id)
    told = small_groups.told(len(known), desk.threshold())
    return (f"contacts out of hours: {told}",)
