"""How long the parts of a teaching day last on one course, other than the material says."""

from __future__ import annotations

from collections.abc import Callable

from peerbook.course.curriculum import Activity, Day
from peerbook.course.planning.day_plan_records import own_minutes, save_minutes
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.day_plan import LONGEST_ACTIVITY_MIN
from peerbook.store import Receipt
from peerbook.text import _, format_number
from peerbook.ui import Form, Group, NumberField, Part, Prose, Submission, receipt_text
from peerbook.ui.answers import whole


def day_lengths_parts(saved: SavedPlan, day: Day, on_saved: Callable[[str], object]) -> list[Part]:
    """Return the form with the length of every part of a day.

    Parameters
    ----------
    saved, day
        The course, and a day as its content has it.
    on_saved
        Shows the day anew, with the sentence it is given.
    """
    with saved.desk.store.read() as session:
        own = own_minutes(session, saved.course_id, day)
    shown = {activity.id: own.get(activity.id) for activity in day.activities}

    def save(submission: Submission) -> Receipt:
        mine = {name: whole(submission.values[name]) for name in shown}
        seen = shown | {name: whole(value) for name, value in (submission.seen or {}).items()}
        receipt = saved.desk.save(
            submission,
            lambda session: save_minutes(
                session, saved.course_id, day, mine, seen, on=saved.desk.today
            ),
        )
        on_saved(receipt_text(receipt))
        return receipt

    return [
        Prose(
            _(
                "Write only what is to last otherwise on this course. What you leave open lasts as "
                "long as the material says."
            )
        ),
        Form(
            f"day_lengths_{day.number}",
            [Group(_("Minutes"), [_length(activity) for activity in day.activities])],
            values=own,
            on_submit=save,
            submit_label=_("Save the lengths"),
            drafts=saved.drafts(f"day_lengths:{day.number}"),
        ),
    ]


def _length(activity: Activity) -> NumberField:
    return NumberField(
        activity.id, activity.title,
        hint=_("In the material: {n} min.").format(n=format_number(activity.minutes)),
        minimum=1, maximum=LONGEST_ACTIVITY_MIN, decimals=0,
    )  # fmt: skip
