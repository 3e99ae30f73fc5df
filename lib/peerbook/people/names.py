"""What several jobs call the same thing: channels, the two roles, and how a pair ends."""

from __future__ import annotations

import datetime as dt
from typing import get_args

from peerbook.store.tables import ERASED_END, Channel, PairEnd
from peerbook.text import _, format_date

CHANNELS: tuple[Channel, ...] = get_args(Channel)
"""Ways in which people heard of the programme: seeds/vejle-manual.txt, p. 7-10 and 18."""
PAIR_ENDS: tuple[PairEnd, ...] = get_args(PairEnd)


def channel_name(channel: str) -> str:
    """Return the name of a channel in the user's language."""
    return {
        "contact_person": _("Contact person or other staff"),
        "notice": _("Notice on a board"),
        "article": _("Newspaper or magazine"),
        "broadcast": _("TV or radio"),
        "ambassador": _("Somebody who takes part"),
        "info_meeting": _("Information meeting"),
        "leaflet": _("Leaflet or website"),
        "network": _("Association or partner"),
        "other": _("Something else"),
        "unknown": _("Not known"),
    }[channel]


def role_name(role: str) -> str:
    """Return the name of a role in the user's language."""
    return {"peer": _("Peer"), "mentor": _("Mentor in a pair")}[role]


def one_of_two(role: str) -> str:
    """Return how one of a pair is spoken of at the beginning of a sentence."""
    return {"peer": _("The peer"), "mentor": _("The mentor")}[role]


def end_name(end: str) -> str:
    """Return how a pair ended, in the user's language; most ends are no failure."""
    return {
        "completed": _("Completed as agreed"),
        "extended_completed": _("Completed, with three months more"),
        "moved_on": _("On to a job, education or a home of one's own"),
        "changed_mentor": _("Got somebody else"),
        "withdrew": _("Stopped"),
        "lost_contact": _("Lost contact"),
        ERASED_END: _("One of the two was deleted"),
    }[end]


def before_line(number: int, two: tuple[str, str], days: tuple[dt.date, dt.date], end: str) -> str:
    """Return what is told of a pair there was before.

    Parameters
    ----------
    number
        Of the pair.
    two
        What peer and mentor are called.
    days
        From and until when they were matched.
    end
        How it ended.
    """
    peer, mentor = two
    return _("Before: pair {number}, {peer} and {mentor}, {since} to {until}: {end}.").format(
        number=number, peer=peer, mentor=mentor,
        since=format_date(days[0]), until=format_date(days[1]), end=end_name(end).lower(),
    )  # fmt: skip
