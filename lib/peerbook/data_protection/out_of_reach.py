"""What deleting people does not reach, and somebody has to see to by hand."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from peerbook.course.page_addresses import (
    COSTS_PAGE,
    HEAD_COUNT_PAGE,
    MATCHING_PAGE,
    RECORD_PAGE,
    RECRUITMENT_PAGE,
    address_of,
)
from peerbook.desk import Desk
from peerbook.people.pairs import PATHWAYS_PAGE
from peerbook.privacy.erasure import mentions
from peerbook.privacy.taken_out import OWN_FILE, taken_out_with
from peerbook.store.tables import Course, Event, Site
from peerbook.text import _, format_date, format_list, ngettext
from peerbook.ui import Notice, Part, Prose, bullets, literal


def out_of_reach_parts(desk: Desk, codes: Collection[str]) -> list[Part]:
    """Return what names some people and stays when they are deleted: texts, and files that left."""
    with desk.store.read() as session:
        named = _places(session, codes)
        files = [_file(desk, one) for one in taken_out_with(session, codes)]
    parts: list[Part] = []
    if named:
        text = ngettext(
            "Texts in these places name somebody who is called so. It may be another, so read "
            "and correct them by hand before you delete.",
            "Texts in these places name somebody who is called like one of them. It may be "
            "another, so read and correct them by hand before you delete.",
            len(codes),
        )
        links = format_list([f"[{literal(name)}]({address})" for name, address in named])
        parts += [Notice("warn", text), Prose(links)]
    if files:
        told = ngettext(
            "Files with this person in them have left peerbook. Delete them where they lie.",
            "Files with these people in them have left peerbook. Delete them where they lie.",
            len(codes),
        )
        parts += [Notice("warn", told), Prose(bullets(files))]
    return parts


def _places(session: Session, codes: Collection[str]) -> list[tuple[str, str]]:
    """Return the pages on which texts name one of them, each with its address."""
    found = {}
    for one in mentions(session, codes):
        if one.course_id is not None:
            course = session.get_one(Course, one.course_id)
            site = session.get_one(Site, course.site_id)
            address = address_of(RECORD_PAGE, site.name, course.id)
            found[address] = f"{site.name}: {course.title}"
        else:
            site = session.get_one(Site, one.site_id)
            page, name = _page_of(one.table)
            found[address_of(page, site.name)] = f"{site.name}: {name}"
    return [(name, address) for address, name in found.items()]


def _page_of(table: str) -> tuple[str, str]:
    """Return the page on which the texts of a table are corrected, and what it is called."""
    if table in ("matched_pair", "exit_talk", "out_of_hours_contact"):
        return PATHWAYS_PAGE, _("Pathways")
    if table in ("veto", "gathering"):
        return MATCHING_PAGE, _("Matching")
    if table in ("cafe_shift", "common_event", "shift_host"):
        return HEAD_COUNT_PAGE, _("Café and common events")
    if table == "cost_assessment":
        return COSTS_PAGE, _("What it costs")
    return RECRUITMENT_PAGE, _("Recruitment")


def _file(desk: Desk, event: Event) -> str:
    text = (
        _("All about {code}, made on {date} by {who}")
        if event.kind == OWN_FILE
        else _("All data with names, taken out on {date} by {who}")
    )
    day = format_date(event.effective_on)
    return text.format(code=event.subject_id, date=day, who=desk.name_of(event.actor))
