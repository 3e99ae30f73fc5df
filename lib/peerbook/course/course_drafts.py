"""What is still being typed on the pages of one course: kept until saved, and gone with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.desk import Desk
from peerbook.store import DraftBox, drafts

_OF_COURSE = re.compile(r"course:(\d+):(.*)", re.DOTALL)
_OF_NEW = re.compile(r"course_plan:(\d+)")


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


def _new_course_form(site_id: int) -> str:
    return f"course_plan:{site_id}"


def unfinished(desk: Desk, course_id: int) -> list[str]:
    """Return the forms of a course in which who sits here has typed and not saved, newest first."""
    beginning = course_form(course_id, "")
    return [form.removeprefix(beginning) for form in desk.store.drafts.kept(desk.actor, beginning)]


@dataclass(frozen=True)
class Unfinished:
    """What who sits here has typed and not saved, about all courses.

    Parameters
    ----------
    forms
        By the course's number, newest first.
    new_at
        Numbers of the sites at which a new course is being planned.
    """

    forms: Mapping[int, list[str]]
    new_at: frozenset[int]


def all_unfinished(desk: Desk) -> Unfinished:
    """Return what who sits here has typed and not saved, about all courses at once."""
    forms: defaultdict[int, list[str]] = defaultdict(list)
    new_at = set()
    for name in desk.store.drafts.kept(desk.actor):
        if found := _OF_COURSE.fullmatch(name):
            forms[int(found[1])].append(found[2])
        elif found := _OF_NEW.fullmatch(name):
            new_at.add(int(found[1]))
    return Unfinished(forms, frozenset(new_at))


def forget_drafts(session: Session, course_id: int) -> None:
    """Delete the drafts of all forms of a course, whoever typed in them."""
    drafts.forget(session, course_form(course_id, ""))
