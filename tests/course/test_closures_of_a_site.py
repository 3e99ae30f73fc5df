"""Each closure on the page is the one it says, and removing it removes no other."""

import datetime as dt
import uuid

import pytest

from builders import LEADER, a_desk, a_planned_course
from peerbook.course import plan_records, records
from peerbook.course.planning.closures_part import closures_parts
from peerbook.course.schedule.calendar import Closure
from peerbook.store.tables import Course, Site
from peerbook.ui import Disclosure, Form, Prose, Table

MONDAY = dt.date(2027, 2, 15)
WEEK = Closure(MONDAY, MONDAY + dt.timedelta(days=6), "school_holiday", "Vinterferie")
DAY = Closure(MONDAY, MONDAY, "other", "Huset er lukket")
SAME_DAY = Closure(MONDAY, MONDAY, "custom_day_off", "Møde i huset")


@pytest.fixture
def made(store):
    return a_planned_course(store)


def close(store, made, *closures):
    with store.write(LEADER) as session:
        for one in closures:
            row = plan_records.closure_row(session, made.site_id, one)
            records.save_closures(session, [row])


def labels(store, made):
    with store.read() as session:
        return {one.label for one in plan_records.closures_of(session, made.site_id).values()}


def parts_of(store, made, redraw=lambda _told, *_actions: None):
    with store.read() as session:
        site = session.get_one(Site, made.site_id)
        plan = plan_records.load_plan(session, session.get_one(Course, made.course_id))
    desk = a_desk(store)
    return closures_parts(desk, site, plan, redraw)


def table_of(store, made, redraw=lambda _told, *_actions: None):
    (table,) = (part for part in parts_of(store, made, redraw) if isinstance(part, Table))
    return table


def test_the_closure_that_is_removed_is_the_one_that_was_pointed_at(store, made):
    close(store, made, WEEK, DAY)
    table = table_of(store, made)
    assert {(row["what"], row["ends_on"]) for row in table._content.rows} == {
        (WEEK.label, WEEK.ends_on), (DAY.label, DAY.ends_on),
    }  # fmt: skip
    pointed_at = [row["what"] for row in table._content.rows].index(DAY.label)
    table._run({"index": pointed_at, "edition": table.edition}, ())
    assert labels(store, made) == {WEEK.label}


def test_what_is_removed_is_asked_about_first_and_named_after(store, made):
    close(store, made, DAY)
    told = []
    table = table_of(store, made, lambda *said: told.append(said))
    assert table._action.confirm
    table._run({"index": 0, "edition": table.edition}, ())
    assert told[0][0] == f"Fjernet: {DAY.text}."


def test_what_was_removed_can_be_brought_back_at_once(store, made):
    close(store, made, DAY)
    told = []
    table = table_of(store, made, lambda *said: told.append(said))
    table._run({"index": 0, "edition": table.edition}, ())
    (undo,) = told[0][1:]
    assert labels(store, made) == set()
    undo.run()
    undo.run()
    assert labels(store, made) == {DAY.label}
    assert len(table_of(store, made)._content.rows) == 1
    assert told[-1] == (f"Holdes fri igen: {DAY.text}.",)


def test_a_closure_that_is_saved_is_named(store, made):
    told = []
    adding = next(
        part for part in parts_of(store, made, told.append) if isinstance(part, Disclosure)
    )
    adding._open({"index": 0}, ())
    form = next(part for part in adding.everything() if isinstance(part, Form))
    values = {
        "whom": "site", "kind": DAY.kind, "starts_on": MONDAY.isoformat(), "label": DAY.label,
    }  # fmt: skip
    form._submit({"key": str(uuid.uuid4()), "values": values}, ())
    assert told[0].startswith(f"Tilføjet: {DAY.text}. Gemt kl.")


def test_usual_closures_are_offered_by_year_with_their_days_and_none_that_has_passed(store, made):
    (usual,) = (
        part
        for part in parts_of(store, made)
        if isinstance(part, Disclosure) and part.label.startswith("Almindelige")
    )
    usual._open({"index": 0}, ())
    (form,) = (part for part in usual.everything() if isinstance(part, Form))
    offered = {
        field["label"]: [label for _code, label in field["options"]] for field in form.fields
    }
    winter = "Vinterferie i de fleste kommuner: 15. februar til 21. februar (uge 7)"
    assert winter in offered["Hold disse fri i 2027"]
    today = a_desk(store).today
    assert all(int(label[-4:]) >= today.year for label in offered)


def test_years_without_closures_are_told_in_one_line_until_one_is_chosen(store, made):
    def told():
        texts = [str(part.tree) for part in parts_of(store, made) if isinstance(part, Prose)]
        return [text for text in texts if "Planen når ind i" in text]

    (line,) = told()
    assert "2027" in line
    close(store, made, DAY)
    assert not any("2027" in line for line in told())


def test_two_closures_of_the_same_day_are_both_kept_and_the_same_one_only_once(store, made):
    close(store, made, DAY, SAME_DAY, DAY)
    assert labels(store, made) == {DAY.label, SAME_DAY.label}
    assert len(table_of(store, made)._content.rows) == 2


def test_adding_stands_before_the_list_and_past_ones_are_folded_away(store, made):
    gone = Closure(dt.date(2020, 10, 12), dt.date(2020, 10, 18), "school_holiday", "Efterår 2020")
    close(store, made, gone, DAY)
    parts = parts_of(store, made)
    labels = [part.label if isinstance(part, Disclosure) else "table" for part in parts]
    assert labels.index("Tilføj en lukkedag eller et fravær") < labels.index("table")
    assert [row["what"] for row in table_of(store, made)._content.rows] == [DAY.label]
    assert labels.index("Tidligere lukkedage") > labels.index("table")


def test_the_school_summer_holiday_is_asked_for_until_it_is_told(store, made):
    def asked():
        texts = [str(part.tree) for part in parts_of(store, made) if isinstance(part, Prose)]
        return [text for text in texts if "skolernes sommerferie" in text]

    (question,) = asked()
    assert "2027" in question
    close(
        store, made, Closure(dt.date(2027, 6, 26), dt.date(2027, 8, 8), "school_holiday", "Sommer")
    )
    assert asked() == []
