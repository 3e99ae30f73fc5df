"""What a place has decided for itself and every page can ask: whom people can call, how small a
group is shown, how long a login may rest. Only the last two have a default; what is not set is
asked for.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from peerbook import small_groups
from peerbook.errors import InputFault
from peerbook.store import Store, identities, refuse_overtaken, set_setting
from peerbook.store.tables import Setting
from peerbook.text import _

LARGEST_THRESHOLD = 30
"""Beyond this no course would ever show anything, so a larger number is a slip of the finger."""


CPR_PURPOSE_SETTING = "cpr_purpose"
IDLE_SETTING = "idle_minutes"
USUAL_IDLE_MINUTES = 30
"""NIST SP 800-63B (2017), section 4.2.3."""
SHORTEST_IDLE, LONGEST_IDLE = 5, 60
"""OWASP's session management cheat sheet has 5 minutes for what needs most care; NIST SP 800-63B-4
(2025), section 2.2.3, at most an hour."""


def idle_minutes(session: Session) -> int:
    """Return after how many minutes without use a user is logged out."""
    row = session.get(Setting, IDLE_SETTING)
    return USUAL_IDLE_MINUTES if row is None else int(row.value)


def save_idle_minutes(session: Session, minutes: int, seen: int) -> None:
    """Save after how many minutes without use a user is logged out.

    Raises
    ------
    InputFault
        When a login would end while somebody thinks, or stand open for others.
    Conflict
        When it is no longer what the user saw.
    """
    if not SHORTEST_IDLE <= minutes <= LONGEST_IDLE:
        raise InputFault.at(
            "idle_minutes",
            _("Choose from {low} to {high} minutes.").format(low=SHORTEST_IDLE, high=LONGEST_IDLE),
        )
    stored = idle_minutes(session)
    refuse_overtaken({"idle_minutes": seen}, {"idle_minutes": stored}, {"idle_minutes": minutes})
    set_setting(session, IDLE_SETTING, minutes)


def cpr_purpose(store: Store) -> str:
    """Return what CPR numbers are kept for here; empty when it is not said."""
    return str(store.setting(CPR_PURPOSE_SETTING, ""))


def save_cpr_choice(session: Session, *, are_kept: bool, purpose: str) -> None:
    """Save whether CPR numbers may be kept here, and what for.

    Raises
    ------
    InputFault
        When they may, and nobody says what for.
    """
    if are_kept and not purpose.strip():
        raise InputFault.at("purpose", _("Write what the numbers are for."))
    set_setting(session, identities.CPR_SETTING, are_kept)
    set_setting(session, CPR_PURPOSE_SETTING, purpose.strip())


def help_key(site_id: int) -> str:
    """Return the key of a site's help number."""
    return f"help_number:{site_id}"


def help_number(store: Store, site_id: int) -> str:
    """Return whom people at a site can call and when; empty when it is not set."""
    return str(store.setting(help_key(site_id), ""))


def whom_to_call(store: Store, site_id: int) -> str:
    """Return the help number as a sentence to stand beside a form; empty when it is not set."""
    number = help_number(store, site_id)
    return _("If it gets hard: {number}").format(number=number) if number else ""


def save_help_number(session: Session, site_id: int, mine: str, seen: str) -> None:
    """Save whom people at a site can call, unless it is no longer what the user saw.

    Raises
    ------
    Conflict
        When somebody else has changed it.
    """
    row = session.get(Setting, help_key(site_id))
    stored = "" if row is None else str(row.value)
    refuse_overtaken({"help_number": seen}, {"help_number": stored}, {"help_number": mine})
    set_setting(session, help_key(site_id), mine)


def raise_threshold(session: Session, threshold: int) -> None:
    """Save the fewest people behind a figure that is shown; it can only go up.

    People have answered under the number that held then, and it is a promise to them.

    Raises
    ------
    InputFault
        When it is lower than what holds now, or no course would ever show anything.
    """
    row = session.get(Setting, small_groups.SETTING)
    now = small_groups.threshold_of(None if row is None else row.value)
    if threshold < now:
        raise InputFault.at(
            "threshold", _("The number is {now} now. It can go up, not down.").format(now=now)
        )
    if threshold > LARGEST_THRESHOLD:
        raise InputFault.at(
            "threshold", _("The number can be at most {high}.").format(high=LARGEST_THRESHOLD)
        )
    set_setting(session, small_groups.SETTING, threshold)
