"""Where a course is found: the addresses of its pages, with no name of a person in them."""

from __future__ import annotations

from urllib.parse import urlencode

PLAN_PAGE = "course_plan.ipynb"
RECORD_PAGE = "course_record.ipynb"


def address_of(page: str, site: str, course_id: int) -> str:
    """Return the address of a course on a page.

    Parameters
    ----------
    page
        `PLAN_PAGE` or `RECORD_PAGE`.
    site, course_id
        Where the course belongs, and its number.
    """
    return f"{page}?{urlencode({'site': site, 'course': course_id})}"
