"""What recruitment is called on the page: roles, kinds, and how it went."""

from __future__ import annotations

from typing import get_args

from peerbook.store.tables import PressKind, StakeholderKind, WantedRole
from peerbook.text import _

ROLES: tuple[WantedRole, ...] = get_args(WantedRole)
PRESS_KINDS: tuple[PressKind, ...] = get_args(PressKind)
STAKEHOLDER_KINDS: tuple[StakeholderKind, ...] = get_args(StakeholderKind)


def wanted_role_name(role: str) -> str:
    """Return in which role somebody wants to take part, in the user's language."""
    return {
        "peer": _("As a peer"),
        "mentor": _("As a mentor"),
        "open": _("Not settled yet"),
    }[role]


def press_kind_name(kind: str) -> str:
    """Return the name of a kind of press in the user's language."""
    return {"article": _("Article"), "broadcast": _("TV or radio")}[kind]


def stakeholder_kind_name(kind: str) -> str:
    """Return the name of a kind of stakeholder in the user's language."""
    return {
        "unit": _("Unit of social psychiatry"),
        "hospital": _("Hospital psychiatry"),
        "job_centre": _("Job centre"),
        "volunteer_centre": _("Volunteer centre"),
        "association": _("Association"),
        "education": _("School or education"),
        "health": _("Doctor or health centre"),
        "media": _("Newspaper, TV or radio"),
        "business": _("Café or other business"),
        "other": _("Something else"),
    }[kind]


def standing_name(standing: str) -> str:
    """Return how it stands with somebody, in the user's language; nobody is ever turned away."""
    return {
        "asked": _("Waits for a talk"),
        "talk_agreed": _("A talk is agreed"),
        "talked": _("Thinks about it"),
        "joined": _("Takes part"),
        "not_now": _("Not now"),
        "deselected": _("Decided not to"),
        "stopped": _("No longer takes part"),
    }[standing]


def outcome_name(outcome: str) -> str:
    """Return what somebody decided, in the user's language."""
    return {
        "joined": _("Wants to take part"),
        "not_now": _("Not now"),
        "deselected": _("Does not want to"),
    }[outcome]


def reason_name(reason: str) -> str:
    """Return why somebody does not take part, or not now, in the user's language."""
    return {
        "work": _("Work or job training"),
        "education": _("School or education"),
        "family": _("Family"),
        "not_ready": _("Does not feel far enough along"),
        "health": _("Is ill or has much to bear now"),
        "other": _("Something else"),
        "not_told": _("They did not say"),
    }[reason]
