"""Since last time: what has changed in a plan since it was told, ready to be told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from peerbook.course import plan_records, told_plans
from peerbook.course.planning.details_told import changed_details
from peerbook.course.planning.download_part import calendar_download
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.plan import CoursePlan
from peerbook.course.schedule.plan_changes import changes, told_sentences
from peerbook.store import last_event
from peerbook.store.tables import Course
from peerbook.text import _, format_date
from peerbook.ui import Button, Disclosure, Excerpt, Notice, Part, Prose, Section, bullets


def since_told_parts(saved: SavedPlan) -> list[Part]:
    """Return what has changed since the plan was last told, and a way to say that it is told."""
    place = Section([])
    place.show(_parts(saved, place))
    return [place]


def _parts(saved: SavedPlan, place: Section) -> list[Part]:
    with saved.desk.store.read() as session:
        course = session.get_one(Course, saved.course_id)
        plan = plan_records.load_plan(session, course)
        told = told_plans.plan_as_told(session, course)
        before = told_plans.told_before(session, saved.course_id)
        known = last_event(session)
        details = (
            changed_details(
                session, saved.course_id, plan, after_seq=told.up_to, today=saved.desk.today
            )
            if told is not None
            else ()
        )
    if told is None:
        sentences: tuple[str, ...] = ()
        lead = _("Nothing tells how this plan was at first. Changes count from the next time.")
    else:
        dates = told_sentences(changes(told.plan, plan, told.reasons), plan)
        sentences = (*dates, *details)
        lead = (
            _("The plan was last told on {date}.").format(date=format_date(told.on, "long"))
            if told.on is not None
            else _("The plan has not been told yet. Changes count from when it was saved.")
        )
    parts: list[Part] = [Prose(lead)]
    if sentences:
        parts += [
            Excerpt(_("This has changed, ready for a mail"), _mail(plan, sentences)),
            calendar_download(saved),
        ]
    elif told is not None:
        parts.append(Notice("ok", _("Nothing has changed since.")))
    if sentences or told is None or told.on is None:
        parts.append(_mark_button(saved, place, plan, sentences, known))
    if before:
        lines = "\n\n".join(
            f"**{format_date(on, 'long')}**\n\n" + bullets(said or (_("The whole plan."),))
            for on, said in before
        )
        parts.append(Disclosure(_("What was told earlier"), [Prose(lines)]))
    return parts


def _mail(plan: CoursePlan, sentences: Sequence[str]) -> str:
    """Return what has changed as a mail, which mentions the calendar file."""
    changed = (
        _("There are changes on {title}:").format(title=plan.title)
        if plan.title
        else _("There are changes on the course:")
    )
    calendar = _(
        "The new calendar file is attached. Open it, and the dates in your calendar are put right."
    )
    return "\n\n".join(
        [
            _("Dear all"),
            changed,
            "\n".join(f"- {sentence}" for sentence in sentences),
            calendar,
            _("Can you not come? Please tell us, and we will find a way."),
            _("Kind regards"),
        ]
    )


def _mark_button(
    saved: SavedPlan, place: Section, plan: CoursePlan, sentences: Sequence[str], known: int
) -> Button:
    key = str(uuid4())

    def mark() -> str:
        desk = saved.desk
        desk.store.submit(
            key,
            desk.actor,
            lambda session: told_plans.mark_told(
                session, saved.course_id, plan, sentences, desk.today, up_to=known
            ),
            content=[saved.course_id, repr(plan.dates), list(sentences)],
        )
        done = _("Noted: the plan was told today.")
        place.show([Notice("ok", done), *_parts(saved, place)], announce=done)
        return done

    return Button(_("Mark as told today"), mark, look="main")
