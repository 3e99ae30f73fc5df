"""What is still being typed on the pages of one course: kept until saved, and gone with it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.desk import Desk
from peerbook.store import DraftBox, drafts


def course_form(course_id: int, form: str) -> str:
    """Return what the draft of a course's form is called."""
    return f"course:{course_id}:{form}"


def course_drafts(desk: Desk, course_id: int, form: str) -> DraftBox:
    """Return where what is typed in a course's form is kept; refused once the course is removed."""
    return desk.drafts(
        course_form(course_id, form),
        check=lambda session: records.refuse_removed(session, course_id),
    )


def new_course_drafts(desk: Desk, site_id: int) -> DraftBox:
    """Return where what is typed of a course that is not planned yet is kept."""
    return desk.drafts(_new_course_form(site_id))


def is_new_course_begun(desk: Desk, site_id: int) -> bool:
    """Return whether who sits here has typed of a new course at a site, and not saved it."""
    form = _new_course_form(site_id)
    return form in desk.store.drafts.kept(desk.actor, form)


def _new_course_form(site_id: int) -> str:
    return f"course_plan:{site_id}"


def unfinished(desk: Desk, course_id: int) -> list[str]:
    """Return the forms of a course in which who sits here has typed and not saved, newest first."""
    beginning = course_form(course_id, "")
    return [form.removeprefix(beginning) for form in desk.store.drafts.kept(desk.actor, beginning)]


def forget_drafts(session: Session, course_id: int) -> None:
    """Delete the drafts of all forms of a course, whoever typed in them."""
    drafts.forget(session, course_form(course_id, ""))
