"""A change of a saved plan is made once, however often it is sent, and never stands for another."""

import pytest

from builders import a_desk, a_planned_course
from peerbook.course.saved_plan import SavedPlan
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.plan import Item
from peerbook.course.schedule.plan_moves import cancel, move
from peerbook.errors import Conflict
from peerbook.store import events_of

DAY_2, DAY_3 = Item("teaching_day", 2), Item("teaching_day", 3)


@pytest.fixture
def shown():
    return []


@pytest.fixture
def saved(store, shown):
    made = a_planned_course(store)
    return SavedPlan(a_desk(store), made.course_id, shown.append)


def cancelled(saved):
    return {date.item for date in saved.read().plan.dates if not date.takes_place}


def history(saved):
    with saved.desk.store.read() as session:
        return [event.kind for event in events_of(session, "course", saved.course_id)]


def test_a_change_that_is_sent_twice_is_made_once(saved, shown):
    before = saved.read().plan
    to = before.date_of(DAY_2).date.replace(day=before.date_of(DAY_2).date.day + 1)
    after = move(before, DAY_2, to, calendar=DanishCalendar(), reason="Snow").plan
    first = saved.save("key", before, after, "Snow")
    told = history(saved)
    again = saved.save("key", before, after, "Snow")
    assert (again.replayed, again.number) == (True, first.number)
    assert history(saved) == told
    assert len(shown) == 2


def test_a_key_that_has_saved_one_change_gives_no_receipt_for_another(saved):
    before = saved.read().plan
    saved.save("key", before, cancel(before, DAY_2, "Snow").plan, "Snow")
    now = saved.read().plan
    for item, reason in ((DAY_3, "Snow"), (DAY_3, "Ice")):
        with pytest.raises(Conflict):
            saved.save("key", now, cancel(now, item, reason).plan, reason)
    assert cancelled(saved) == {DAY_2}


def test_the_receipt_above_the_course_says_what_it_is_for(saved, shown):
    before = saved.read().plan
    after = cancel(before, DAY_3, "Snow").plan
    saved.save("key", before, after, "Snow", done="Day 3 is cancelled.")
    assert shown[-1].startswith("Day 3 is cancelled. ")
