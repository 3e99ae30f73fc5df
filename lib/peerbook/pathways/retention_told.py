"""What files of retention and plans of costs have told, and estimates filled in from the record.

It is remembered, so that no two of them tell of few together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from peerbook.errors import Conflict
from peerbook.privacy.disclosure import People
from peerbook.store import append_event, events_of
from peerbook.store.store import refuse_all_but_leaders
from peerbook.text import _

RETENTION_TOLD = "retention_told"
"""Kind of the event of a site that a file of retention, or of a plan beside what was counted, was
made, or that an estimate was filled in from the record. By number of the contract, or the key of a
talk, its details say in which of the figures it is counted: bits of a hexadecimal number."""


def told_earlier(session: Session, site_id: int) -> tuple[People, ...]:
    """Return which contracts and talks stood behind each figure that was told, once each.

    Raises
    ------
    NotAllowed
        When it is no leader who asks: others see no such event, as if nothing had been told.
    """
    refuse_all_but_leaders(session)
    found: list[People] = []
    for event in events_of(session, "site", site_id):
        if event.kind == RETENTION_TOLD:
            found += _groups(event.details)
    return tuple(dict.fromkeys(found))


def remember(
    session: Session, site_id: int, told: Iterable[People], seen: tuple[People, ...], on: dt.date
) -> None:
    """Remember what is told, in a session of `store.write`, before it is handed out.

    Parameters
    ----------
    site_id
        Of which site.
    told
        The contracts, or talks, behind each figure.
    seen
        What it was judged beside: all that was told earlier.
    on
        The day it is told.

    Raises
    ------
    Conflict
        When something else was told meanwhile.
    """
    if told_earlier(session, site_id) != seen:
        raise Conflict(_("Somebody else has just made a file of this. Make yours again."))
    new = [group for group in dict.fromkeys(told) if group and group not in set(seen)]
    if new:
        append_event(session, "site", site_id, RETENTION_TOLD, on, **_details(new))


def _details(groups: list[People]) -> dict[str, str]:
    bits: dict[str, int] = {}
    for place, group in enumerate(groups):
        for number in group:
            bits[number] = bits.get(number, 0) | 1 << place
    return {number: f"{bits[number]:x}" for number in sorted(bits)}


def _groups(details: dict[str, str]) -> list[People]:
    bits = {number: int(word, 16) for number, word in details.items()}
    count = max((one.bit_length() for one in bits.values()), default=0)
    return [
        frozenset(number for number, one in bits.items() if one >> place & 1)
        for place in range(count)
    ]
