"""Where a course is found: the addresses of its pages, with no name of a person in them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from peerbook.store.tables import Site
from peerbook.text import format_list
from peerbook.ui import Address, literal

PLAN_PAGE = "course_plan.ipynb"
COSTS_PAGE = "costs.ipynb"
RECORD_PAGE = "course_record.ipynb"
HEAD_COUNT_PAGE = "head_count.ipynb"
HELP_PAGE = "help.ipynb"
MATCHING_PAGE = "matching.ipynb"
PRIVACY_PAGE = "privacy.ipynb"
RECRUITMENT_PAGE = "recruitment.ipynb"
START_PAGE = "start.ipynb"


def address_of(page: str, site: str, course_id: int = 0) -> str:
    """Return the address of a course, or a site, on a page.

    Parameters
    ----------
    page
        One of those named above.
    site, course_id
        Where the course belongs, and its number; 0 leaves it to the page.
    """
    about = {"site": site} | ({"course": course_id} if course_id else {})
    return f"{page}?{urlencode(about)}"


def record_links(courses: Iterable[tuple[Site, int, str]], *, names_sites: bool) -> str:
    """Return the ways to the record pages of courses, each once, in Markdown.

    Parameters
    ----------
    courses
        Where each is, its number, and what it is called.
    names_sites
        Whether it is told where each is.
    """
    return format_list(
        [
            f"[{literal(course_label(site, title, names_site=names_sites))}]"
            f"({address_of(RECORD_PAGE, site.name, number)})"
            for site, number, title in dict.fromkeys(courses)
        ]
    )


def course_label(site: Site, title: str, *, names_site: bool) -> str:
    """Return what a course is called where those of several sites may stand side by side."""
    return f"{site.name}: {title}" if names_site else title


def shown_at(site: str, course_id: int) -> Address:
    """Return what tells the address which course a page shows; number 0 means none.

    Parameters
    ----------
    site, course_id
        As in `address_of`.
    """
    return Address({"site": site, "course": str(course_id) if course_id else ""})
