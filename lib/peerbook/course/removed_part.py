"""What a page says of a course that somebody has removed since it was opened or linked to."""

from __future__ import annotations

from peerbook.course.page_addresses import address_of, shown_at
from peerbook.store.tables import Course, Site
from peerbook.text import _, format_date
from peerbook.ui import Notice, Part, Prose


def removed_parts(course: Course, page: str, site: Site) -> list[Part]:
    """Return that a course is gone, and the way on.

    Parameters
    ----------
    course
        The course that was removed.
    page, site
        Where the user is, as for `address_of`; a reload no longer asks for the course.
    """
    removed_on = format_date(course.removed_on, "long") if course.removed_on else ""
    text = _(
        "“{title}” is no longer here: it was removed on {date}. Nothing has gone wrong. Everything "
        "that was saved is kept in the history."
    ).format(title=course.title, date=removed_on)
    way_on = _("[Go on to the other courses]({address}).")
    return [
        shown_at(site.name, 0),
        Notice("info", text),
        Prose(way_on.format(address=address_of(page, site.name))),
    ]
