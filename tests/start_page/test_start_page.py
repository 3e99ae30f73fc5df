"""The front page leads to each course, where work on it goes on."""

import datetime as dt
import json
from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from sqlalchemy import select

from builders import LEADER, a_desk, a_planned_course, a_site, open_store, suggestion
from peerbook import start_page
from peerbook.cafe import rota_records
from peerbook.course import records
from peerbook.course.attendance.attendance_part import attendance_parts
from peerbook.course.course_drafts import course_drafts, new_course_drafts
from peerbook.course.evaluation import evaluation_records
from peerbook.course.planning import plan_page
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.recruitment.enquiry_records import Asked, Person, log_enquiry
from peerbook.recruitment.stakeholder_records import Place, save_place
from peerbook.recruitment.talk_records import Agreed, agree_talk
from peerbook.recruitment.visiting import Cadence
from peerbook.sites import site_records
from peerbook.start_page.places import MOST_SITES_IN_LINES
from peerbook.start_page.waiting_part import cafe_parts
from peerbook.store import backup, sightings
from peerbook.store.tables import CommonEvent, Course, CourseDate, Enquiry
from peerbook.ui import Disclosure, Filter, Heading, Notice, Prose, Table


def folded_under(heading, parts):
    """Return the rows of what is folded under a heading of the page; None if nothing is."""
    titles = [one for one in parts if isinstance(one, Heading | Disclosure)]
    at = [one.text if isinstance(one, Heading) else None for one in titles].index(heading)
    fold = titles[at + 1] if at + 1 < len(titles) else None
    if not isinstance(fold, Disclosure):
        return None
    assert not fold.inside[0].inside, "made when it is opened"
    fold._open({"index": 0}, ())
    (table,) = (part for part in fold.everything() if isinstance(part, Table))
    return table.data["rows"]


@pytest.fixture
def front_page_on(monkeypatch, store):
    """Return a course, and what opens the front page on a day."""
    made = a_planned_course(store)

    def open_on(day):
        desk = a_desk(store)
        monkeypatch.setattr(Desk, "today", day)
        monkeypatch.setattr(start_page, "open_desk", lambda: desk)
        return [
            part.data["rows"] for part in start_page.open_page().everything()
            if isinstance(part, Table)
        ]  # fmt: skip

    with store.read() as session:
        course = records.courses(session, made.site_id)[0]
    return course, open_on


def test_what_was_not_saved_is_told_with_where_it_stands_until_it_is(tmp_path, monkeypatch):
    with open_store(tmp_path) as store:
        made = a_planned_course(store, mentors=("Anna Øvelse",))
        desk = a_desk(store)
        monkeypatch.setattr(start_page, "open_desk", lambda: desk)
        with store.read() as session:
            course = session.get_one(Course, made.course_id)
            days = session.query(CourseDate).filter_by(kind="teaching_day").all()
        second, fourth = (next(day for day in days if day.number == n) for n in (2, 4))
        monkeypatch.setattr(Desk, "today", fourth.date)

        def told():
            texts = [
                json.dumps(part.tree, ensure_ascii=False)
                for part in start_page.open_page().everything()
                if isinstance(part, Prose)
            ]
            return next((text for text in texts if "ipynb?" in text), "")

        def day_shown():
            parts = attendance_parts(desk, course)[0].everything()
            return next(part.value for part in parts if isinstance(part, Filter))

        assert told() == ""
        assert day_shown() != second.id
        drafts = course_drafts(desk, made.course_id, f"attendance:{second.id}")
        drafts.save({"people": []})
        course_drafts(desk, made.course_id, "evaluation:mid:one").save({"text": "Mest pauserne"})
        assert "course_record.ipynb" in told()
        assert "Fremmøde, Undervisningsdag 2" in told()
        assert "Midtvejsevaluering" in told()
        assert "pauserne" not in told()
        assert day_shown() == second.id
        monkeypatch.setattr(start_page, "open_desk", lambda: a_desk(store, "bo"))
        assert told() == "", "a colleague has their own"
        monkeypatch.setattr(start_page, "open_desk", lambda: desk)
        drafts.discard()
        assert "Undervisningsdag 2" not in told()


def test_a_new_course_that_was_begun_is_told_and_is_what_its_page_opens_with(tmp_path, monkeypatch):
    with open_store(tmp_path) as store:
        made = a_planned_course(store)
        desk = a_desk(store)
        for page in (start_page, plan_page):
            monkeypatch.setattr(page, "open_desk", lambda: desk)

        def told():
            return [
                json.dumps(part.tree, ensure_ascii=False)
                for part in start_page.open_page().everything()
                if isinstance(part, Prose) and "course_plan.ipynb?" in json.dumps(part.tree)
            ]

        def course_shown():
            everything = plan_page.open_page(site=made.site).everything()
            return next(part.value for part in everything if isinstance(part, Filter))

        assert told() == []
        assert course_shown() == made.course_id
        drafts = new_course_drafts(desk, made.site_id)
        drafts.save({"title": "Hold 7"})
        (text,) = told()
        assert "Et nyt hold" in text
        assert "Hold 7" not in text
        assert course_shown() == plan_page.NEW
        drafts.discard()
        assert told() == []


def test_all_places_are_shown_at_once_each_with_its_name(tmp_path, monkeypatch):
    with open_store(tmp_path) as store:
        _empty, empty_name = a_site(store, name="Aalborg")
        first, second = (a_planned_course(store, first_month=(2027, n)) for n in (3, 2))
        with store.write(LEADER) as session:
            for made in (first, second):
                session.add(suggestion(course_id=made.course_id))
        desk = a_desk(store)
        monkeypatch.setattr(start_page, "open_desk", lambda: desk)
        with store.read() as session:
            starts = [session.get_one(Course, made.course_id).starts_on for made in (first, second)]
        monkeypatch.setattr(Desk, "today", min(starts))
        drafts = course_drafts(desk, second.course_id, "closures")
        drafts.save({})
        shown = [*start_page.open_page().everything()]
        dates, courses = (part.data["rows"] for part in shown if isinstance(part, Table))
        assert {row[2] for row in dates} == {first.site, second.site}
        assert {row[1] for row in dates} <= {"10.00–15.30", "13.00–15.00", "på undervisningsdagen"}
        assert [row[0][1] for row in dates] == sorted(row[0][1] for row in dates)
        assert [row[1] for row in courses] == [first.site, second.site]
        texts = [
            json.dumps(part.tree, ensure_ascii=False) for part in shown if isinstance(part, Prose)
        ]
        begun = next(text for text in texts if "course_plan.ipynb?" in text)
        assert f"{second.site}: Spring 2027" in begun
        waiting = next(text for text in texts if "course_record.ipynb?" in text)
        for made in (first, second):
            assert f"{made.site}: Spring 2027" in waiting
            assert f"course={made.course_id}" in waiting
        assert start_page.open_page(site=empty_name).facts[:2] == (
            f"site: {empty_name}",
            "courses: 0",
        )
        with pytest.raises(InputFault):
            start_page.open_page(site="Atlantis")


def test_a_course_to_come_leads_to_its_plan_and_one_that_has_begun_to_its_record(front_page_on):
    course, open_on = front_page_on
    (before,) = open_on(course.starts_on - dt.timedelta(weeks=10))
    dates, since = open_on(course.starts_on)
    for rows, page in ((before, "course_plan"), (since, "course_record")):
        ((title, _first, _state),) = rows
        assert title["text"] == course.title
        assert title["href"].startswith(f"{page}.ipynb?")
        assert title["href"].endswith(f"course={course.id}")
    assert {row[3]["href"].partition("?")[0] for row in dates} == {"course_plan.ipynb"}


def test_a_course_that_does_not_go_on_has_ended_and_one_that_never_was_is_cancelled(
    front_page_on, store
):
    course, open_on = front_page_on
    today = course.starts_on + dt.timedelta(weeks=9)

    def cancel_from(day):
        with store.write(LEADER) as session:
            for date in session.query(CourseDate).filter(CourseDate.date >= day):
                date.status = "cancelled"

    def state():
        ((_title, _first, told),) = open_on(today)[-1]
        return told["text"]

    assert state() == "er i gang"
    cancel_from(today)
    assert state() == "er slut"
    cancel_from(course.starts_on)
    assert state() == "er aflyst"


def test_a_leader_is_reminded_of_a_backup_that_is_due_and_nobody_else_is(store, monkeypatch):
    a_planned_course(store)

    def reminded(desk):
        monkeypatch.setattr(start_page, "open_desk", lambda: desk)
        parts = start_page.open_page().everything()
        return [one.text for one in parts if isinstance(one, Notice) and "kopi" in one.text]

    now = dt.datetime.now(dt.UTC)
    assert reminded(a_desk(store)) == ["Der er ingen sikkerhedskopi endnu."]
    backup.make_backup(store, now - dt.timedelta(days=6))
    assert reminded(a_desk(store)) == []
    backup.make_backup(store, now - dt.timedelta(days=7))
    assert len(reminded(a_desk(store))) == 1
    assert reminded(a_desk(store, "bo", "course_leader")) == []
    assert reminded(replace(a_desk(store), synthetic=True)) == []


def test_what_waits_in_recruitment_is_a_line_each_for_leaders_alone(store, monkeypatch):
    site_id, name = a_site(store)
    other_id, other_name = a_site(store)
    today = a_desk(store).today

    def day(count):
        return today + dt.timedelta(days=count)

    def asks(session, who, *, at=site_id):
        saved = log_enquiry(session, at, Asked(day(-20), "peer", "notice"), Person(who), today)
        return session.get_one(Enquiry, saved.number).participant_code

    def told(desk):
        monkeypatch.setattr(start_page, "open_desk", lambda: desk)
        lines = [
            json.dumps(part.tree, ensure_ascii=False)
            for part in start_page.open_page().everything()
            if isinstance(part, Prose)
        ]
        return "".join(line for line in lines if "recruitment.ipynb?" in line)

    assert told(a_desk(store)) == ""
    with store.write(LEADER) as session:
        asks(session, "Ada Opdigt")
        asks(session, "Bo Opdigt", at=other_id)
        agree_talk(session, asks(session, "Cy Opdigt"), Agreed("peer", day(6)), today)
        agree_talk(session, asks(session, "Di Opdigt"), Agreed("peer", day(7)), today)
        agree_talk(session, asks(session, "Ea Opdigt"), Agreed("peer", day(-1)), day(-9))
        save_place(session, site_id, Place("Afdeling Nord", "unit", cadence=Cadence(3)), today)
        save_place(session, site_id, Place("Ugeavisen", "media"), today)
        codes = list(session.scalars(select(Enquiry.participant_code)))

    def times_seen():
        with store.read() as session:
            return [len(sightings.seen_of(session, code)) for code in codes]

    before, lines = times_seen(), told(a_desk(store))
    assert times_seen() == before
    for line in (
        "2 har spurgt og venter på en samtale", "1 samtale de næste syv dage",
        "1 samtale har haft sin dag", "1 sted skal besøges",
    ):  # fmt: skip
        assert line in lines, line
    assert lines.count(quote_plus(name)) == 4
    assert lines.count(quote_plus(other_name)) == 1
    assert "Opdigt" not in lines
    assert told(a_desk(store, "bo", "course_leader")) == ""


def test_cafes_nobody_is_host_at_are_told_to_those_who_ask_hosts(tmp_path):
    with open_store(tmp_path) as store:
        site_id, name = a_site(store)
        today = dt.date(2026, 3, 10)
        opening = rota_records.Opening(today, dt.time(10), dt.time(12), "Lido")
        with store.write(LEADER) as session:
            first, _closed = rota_records.plan_shifts(session, site_id, opening, 8)

        def told():
            with store.read() as session:
                parts = cafe_parts(
                    session, site_records.sites(session), today, today + start_page.LOOK_AHEAD
                )
            return [
                json.dumps(one.tree, ensure_ascii=False) for one in parts if isinstance(one, Prose)
            ]

        (line,) = told()
        assert "7 caféer" in line  # from today on, the last day of six weeks included
        assert quote_plus(name) in line
        with store.write(LEADER) as session:
            hosts = rota_records.Hosts((), ("Frivillig A",))
            rota_records.save_shift(session, first.number, opening, hosts, 1)
        assert "6 caféer" in told()[0]
        with store.write(LEADER) as session:
            session.add(CommonEvent(site_id=site_id, date=dt.date(2025, 9, 1), title="Udflugt"))
        assert "1 fællesarrangement er over tiden" in told()[0]


def test_follow_ups_are_a_line_each_and_of_many_places_one_line_with_where_they_are(
    store, monkeypatch
):
    over, under_way = (a_planned_course(store, first_month=(2027, n)) for n in (1, 3))
    for _place in range(MOST_SITES_IN_LINES - 2):
        a_site(store)
    monkeypatch.setattr(start_page, "open_desk", lambda: a_desk(store))

    def standing(made, today):
        with store.read() as session:
            of = records.among([session.get_one(Course, made.course_id)])
            return evaluation_records.follow_ups(session, of, today)[made.course_id]

    def shown():
        parts = [*start_page.open_page().everything()]
        told = [one.text for one in parts if isinstance(one, Notice) and "pfølgning" in one.text]
        return told, folded_under("Tid til at spørge, hvad de bruger", parts)

    asked = standing(over, dt.date(2027, 1, 1))
    monkeypatch.setattr(Desk, "today", asked.first)
    told, folded = shown()
    assert len(told) == 1
    assert "Der er tid til opfølgningen" in told[0]
    assert folded is None
    monkeypatch.setattr(Desk, "today", asked.last + dt.timedelta(days=1))
    told, folded = shown()
    assert [("mangler" in one, "Der er tid" in one) for one in told] == [
        (False, True), (True, False),
    ]  # fmt: skip
    assert folded is None

    a_site(store)
    told, rows = shown()
    assert told == [
        "1 hold mangler opfølgningen, og tiden til den er gået. 1 hold skal spørges nu."
    ]
    assert [row[1] for row in rows] == [over.site, under_way.site]
    assert [row[3]["text"] for row in rows] == ["Fristen er gået", "Skal spørges nu"]
    for made, row in zip((over, under_way), rows, strict=True):
        assert row[0]["href"].startswith("course_record.ipynb?")
        assert row[0]["href"].endswith(f"course={made.course_id}")


def test_what_waits_for_an_answer_at_many_places_is_folded_by_course(store, monkeypatch):
    busy, calm = (a_planned_course(store) for _course in range(2))
    with store.write(LEADER) as session:
        for made in (calm, busy, busy):
            session.add(suggestion(course_id=made.course_id))
    monkeypatch.setattr(start_page, "open_desk", lambda: a_desk(store))

    def shown():
        parts = [*start_page.open_page().everything()]
        lines = [
            json.dumps(one.tree, ensure_ascii=False) for one in parts if isinstance(one, Prose)
        ]
        links = [line for line in lines if f"course={busy.course_id}" in line]
        return links, folded_under("Venter på svar", parts)

    links, rows = shown()
    assert (len(links), rows) == (1, None)
    for _place in range(MOST_SITES_IN_LINES - 1):
        a_site(store)
    links, rows = shown()
    assert links == []
    assert [(row[1], row[2][0]) for row in rows] == [(busy.site, "2"), (calm.site, "1")]
    assert rows[0][0]["href"].endswith(f"course={busy.course_id}")


def test_of_many_places_people_days_and_courses_are_counted_and_the_places_folded(
    store, monkeypatch
):
    made = a_planned_course(store)
    (first_id, first), (second_id, second) = a_site(store), a_site(store)
    for _place in range(MOST_SITES_IN_LINES - 3):
        a_site(store)
    with store.read() as session:
        day = session.get_one(Course, made.course_id).starts_on
        dates = session.scalars(select(CourseDate.date)).all()
    near, ahead = (sum(0 <= (one - day).days <= most for one in dates) for most in (6, 42))
    monkeypatch.setattr(Desk, "today", day)
    monkeypatch.setattr(start_page, "open_desk", lambda: a_desk(store))

    def asks(session, site_id, who):
        asked = Asked(day - dt.timedelta(days=9), "peer", "notice")
        return log_enquiry(session, site_id, asked, Person(who), day)

    with store.write(LEADER) as session:
        for site_id, who in ((first_id, "Ada"), (first_id, "Bo"), (second_id, "Cy")):
            asks(session, site_id, f"{who} Opdigt")
        place = Place("Afdeling Nord", "unit", cadence=Cadence(3))
        save_place(session, second_id, place, day)
        opening = rota_records.Opening(day, dt.time(10), dt.time(12), "Lido")
        rota_records.plan_shifts(session, first_id, opening, 2)

    def shown():
        parts = [*start_page.open_page().everything()]
        told = [json.dumps(one.tree, ensure_ascii=False) for one in parts if isinstance(one, Prose)]
        return parts, "".join(told)

    parts, told = shown()
    assert folded_under("Nye mennesker", parts) is None
    assert told.count(quote_plus(first)) == 2, "a way to recruitment and one to the café"
    a_site(store)
    parts, told = shown()
    assert "ipynb?" not in told
    for line in (
        "3 har spurgt og venter på en samtale.", "1 sted skal besøges.",
        "2 caféer de næste seks uger mangler en vært.", "1 er i gang.",
        f"{ahead} kursusdage på 1 sted, heraf {near} de næste syv dage.",
    ):  # fmt: skip
        assert line in told, line
    people = folded_under("Nye mennesker", parts)
    assert {(row[0]["text"], row[1][0], row[2][0]) for row in people} == {
        (first, "2", "0"), (second, "1", "1"),
    }  # fmt: skip
    assert {row[0]["href"] for row in people} == {
        f"recruitment.ipynb?site={quote_plus(name)}" for name in (first, second)
    }
    ((cafe, without_host),) = folded_under("Caféen", parts)
    assert (cafe["href"].partition("?")[0], without_host[0]) == ("head_count.ipynb", "2")
    days = folded_under("De næste seks uger", parts)
    assert (len(days), {row[2] for row in days}) == (ahead, {made.site})
    ((title, _site, _first, state),) = folded_under("Hold", parts)
    assert title["href"].endswith(f"course={made.course_id}")
    assert state["text"] == "er i gang"
