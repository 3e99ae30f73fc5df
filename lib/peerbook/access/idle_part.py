"""How long a login may rest before it ends."""

from __future__ import annotations

from typing import cast

from peerbook.desk import Desk
from peerbook.settings import LONGEST_IDLE, SHORTEST_IDLE, idle_minutes, save_idle_minutes
from peerbook.text import _
from peerbook.ui import Form, Heading, IntegerField, Part, Prose, Submission


def idle_parts(desk: Desk) -> list[Part]:
    """Return the form for after how many minutes without use a login ends."""
    with desk.store.read() as session:
        seen = idle_minutes(session)

    def save(submission: Submission) -> None:
        nonlocal seen
        before = seen if submission.seen is None else cast(int, submission.seen["idle_minutes"])
        mine = cast(int, submission.values["idle_minutes"])
        with desk.store.write(desk.actor) as session:
            save_idle_minutes(session, mine, before)
        seen = mine

    return [
        Heading(_("How long may a login rest?")),
        Prose(
            _(
                "When nobody has used a login for so long, it ends by itself, and what was being "
                "typed is kept as a draft. Where others pass by the screen, choose fewer minutes. "
                "Each login ends after twelve hours in any case."
            )
        ),
        Form(
            "idle_minutes",
            [
                IntegerField(
                    "idle_minutes", _("Minutes without use"), required=True,
                    minimum=SHORTEST_IDLE, maximum=LONGEST_IDLE,
                    hint=_("It holds for all users, from now on."),
                )
            ],
            values={"idle_minutes": seen},
            on_submit=save,
            submit_label=_("Save the minutes"),
        ),
    ]  # fmt: skip
