"""What files of retention have told: remembered, so that no two of them tell of few together."""

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
"""Kind of the event of a site that a file of retention was made. By number of the contract, its
details say in which of the figures it is counted: bits of a hexadecimal number."""


def told_earlier(session: Session, site_id: int) -> tuple[People, ...]:
    """Return which contracts stood behind each figure of the files of a site, once each.

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
    """Remember what a file tells, in a session of `store.write`, before it is handed out.

    Parameters
    ----------
    site_id
        Of which site.
    told
        The contracts behind each figure of the file.
    seen
        What the file was judged beside: all that was told earlier.
    on
        The day it is made.

    Raises
    ------
    Conflict
        When another file was made meanwhile.
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
    return {number: f"{bits[number]:x}" for number in sorted(bits, key=int)}


def _groups(details: dict[str, str]) -> list[People]:
    bits = {number: int(word, 16) for number, word in details.items()}
    count = max((one.bit_length() for one in bits.values()), default=0)
    return [
        frozenset(number for number, one in bits.items() if one >> place & 1)
        for place in range(count)
    ]
