"""The front page leads to each course, where work on it goes on."""

import datetime as dt

import pytest

from builders import LEADER, a_planned_course, open_store
from peerbook.course import records, start_page
from peerbook.desk import Desk
from peerbook.ui import Table


@pytest.fixture
def front_page_on(monkeypatch, tmp_path):
    """Return a course, and what opens the front page on a day."""
    with open_store(tmp_path) as store:
        made = a_planned_course(store)

        def open_on(day):
            desk = Desk(store, actor=LEADER, synthetic=False)
            monkeypatch.setattr(Desk, "today", day)
            monkeypatch.setattr(start_page, "open_desk", lambda: desk)
            return [
                part.data["rows"] for part in start_page.open_page().everything()
                if isinstance(part, Table)
            ]  # fmt: skip

        with store.read() as session:
            course = records.courses(session, made.site_id)[0]
        yield course, open_on


def test_a_course_to_come_leads_to_its_plan_and_one_that_has_begun_to_its_record(front_page_on):
    course, open_on = front_page_on
    (before,) = open_on(course.starts_on - dt.timedelta(weeks=10))
    dates, since = open_on(course.starts_on)
    for rows, page in ((before, "course_plan"), (since, "course_record")):
        ((title, _first, _state),) = rows
        assert title["text"] == course.title
        assert title["href"].startswith(f"{page}.ipynb?")
        assert title["href"].endswith(f"course={course.id}")
    assert {row[2]["href"].partition("?")[0] for row in dates} == {"course_plan.ipynb"}
