"""What the roles are called, and what each is for."""

from __future__ import annotations

from typing import get_args

from peerbook.store import Role
from peerbook.text import _

ROLES: tuple[Role, ...] = get_args(Role)


def role_name(role: Role) -> str:
    """Return what a role is called."""
    return {
        "leader": _("Leader"),
        "course_leader": _("Course leader"),
        "evaluator": _("Evaluator"),
        "analyst": _("Analyst"),
        "steering_group": _("Steering group"),
        "peer": _("Peer"),
    }[role]


def role_purpose(role: Role) -> str:
    """Return in a few words what a role can do."""
    return {
        "leader": _("everything, users too"),
        "course_leader": _("plan, record and count"),
        "evaluator": _("evaluations, without names"),
        "analyst": _("figures in JupyterLab"),
        "steering_group": _("the front page"),
        "peer": _("dates and help"),
    }[role]
