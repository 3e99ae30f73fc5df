from __future__ import annotations

import datetime as dt
import subprocess
from dataclasses import replace

import pytest

from peerbook.course.planning.plan_files import pdf_bytes, presentations_pdf_bytes
from peerbook.course.planning.presentations import Wish, timetable
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.course.schedule.plan import CourseTemplate, PlanRequest
from peerbook.course.schedule.plan_solver import plan_course
from peerbook.files.origin import Origin
from peerbook.files.pdf import pdf
from peerbook.text import format_date

NASTY = (
    '#panic("x") $ x^2 $ \\ "quoted" \'single\' *bold* _thin_ `code` [box] @ref <label> '
    "// gone /* gone */ = Title\n- item ~ -- 😀 <script>alert(1)</script> "
    '#import "secret.typ" #read("/etc/passwd")'
)


def read(data, *options):
    """Return what poppler reads in a PDF, which is what copying from it gives."""
    done = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=data, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8")


def pages(data):
    # pdftotext ends every page with a form feed.
    return read(data).count("\f")


def flat(text):
    return "".join(text.split())


@pytest.fixture(scope="module")
def plan():
    request = PlanRequest(
        "spring", CourseTemplate(), 2, dt.time(10), first_month=(2026, 1), week_of_month=2,
        title="Forårsholdet", site="Foreningernes Hus", room="Store sal", teachers=("Anna", "Åse"),
    )  # fmt: skip
    return plan_course(request, DanishCalendar())


def test_who_no_longer_teaches_is_told_until_when_and_who_does_since_when(plan):
    days = plan.of_kind("teaching_day")
    changed = replace(
        plan,
        dates=tuple(
            replace(date, teachers=("Bo",), room="Caféen") if date.date >= days[3].date else date
            for date in plan.dates
        ),
        earlier_sites=((days[1].date, "Biblioteket"),),
    )
    text = " ".join(read(pdf_bytes(changed), "-layout").split())
    last = max(date.date for date in plan.dates if date.date < days[3].date)
    until, since = format_date(last), format_date(days[3].date)
    assert f"Anna og Åse til {until}; Bo fra {since}" in text
    assert f"Caféen, Foreningernes Hus fra {since}" in text
    assert "Store sal, Biblioteket til" in text


def test_a_moved_date_says_which_day_it_has_left(plan):
    day = plan.of_kind("teaching_day")[2]
    left = day.date
    moved = replace(
        day, date=left + dt.timedelta(days=1), status="moved", pin_reason="Salen er optaget"
    )
    changed = plan.with_date(moved)
    text = " ".join(read(pdf_bytes(changed, None, {day.item: left}), "-layout").split())
    told = format_date(left, "day_month")
    assert f"Flyttet fra {told}: Salen er optaget" in text
    assert "Flyttet: Salen er optaget" in " ".join(read(pdf_bytes(changed), "-layout").split())


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_six_month_course_stands_on_one_page(plan, monkeypatch, language):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", language)
    data = pdf_bytes(plan, Origin("1a2b-3c4d-5e6f", dt.date(2026, 1, 2), "1.0"))
    assert data.startswith(b"%PDF-")
    assert pages(data) == 1
    text = read(data, "-layout")
    assert "Forårsholdet" in text
    assert text.count("onsdag" if language == "da" else "Wednesday") == len(plan.dates) - 1
    assert "Store sal, Foreningernes Hus" in text


def test_the_page_is_tagged_and_says_its_language_and_title(plan, monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "da")
    data = pdf_bytes(plan)
    info = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=True)
    told = info.stdout.decode("utf-8")
    assert "Tagged:          yes" in told
    assert "Forårsholdet" in told
    assert "595.276 x 841.89 pts (A4)" in told
    assert b"/Lang(da)" in data


def test_what_users_write_is_shown_and_never_obeyed(plan):
    dates = tuple(replace(date, status="moved", pin_reason=NASTY[:140]) for date in plan.dates)
    data = pdf_bytes(replace(plan, title=NASTY[:200], dates=dates))
    text = flat(read(data))
    # The emoji has no sign in the font; everything else is there, to the letter.
    for part in NASTY[:200].split("😀"):
        assert flat(part) in text


def test_even_the_longest_texts_leave_one_page(plan):
    dates = tuple(
        replace(
            date, status="moved", pin_reason="W" * 500, teachers=("V" * 200,) * 10, room="M" * 200
        )
        for date in plan.dates
    )
    origin = Origin("W" * 100, dt.date(2026, 1, 2), "W" * 100, synthetic=True)
    data = pdf_bytes(replace(plan, title="W" * 5000, site="W" * 5000, dates=dates), origin)
    assert pages(data) == 1
    for number in range(1, 7):
        assert f"{number}" in read(data)


def test_a_long_word_is_copied_from_the_page_as_it_was_written(plan):
    word = "Rehabiliteringsafdelingernes"
    assert word in read(pdf_bytes(replace(plan, site=word)))


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_foot_says_where_the_page_comes_from_and_whether_it_is_invented(
    plan, monkeypatch, synthetic
):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    origin = Origin("1a2b-3c4d-5e6f", dt.date(2026, 1, 2), "1.0", synthetic=synthetic)
    text = read(pdf_bytes(plan, origin))
    assert origin.line in " ".join(text.split())
    assert ("invented" in text) == synthetic
    bare = read(pdf_bytes(plan))
    assert "peerbook" not in bare
    assert "invented" not in bare


@pytest.mark.parametrize("count", [1, 11, 40])
def test_the_times_of_all_presentations_stand_on_one_page(plan, monkeypatch, count):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    turns = timetable(plan, Wish(count, 8))
    data = presentations_pdf_bytes(plan, turns, Origin("1a2b-3c4d-5e6f", dt.date(2026, 1, 2)))
    assert pages(data) == 1
    text = read(data, "-layout")
    days = {turn.date for turn in turns}
    assert text.count("Wednesday") + text.count("Thursday") == len(days)
    for number in range(1, count + 1):
        assert f"Presentation {number}" in text
    assert "Forårsholdet" in text


def test_an_empty_plan_is_a_page_too(plan):
    assert pages(pdf_bytes(replace(plan, dates=()))) == 1


def test_control_characters_are_left_out(plan):
    text = read(pdf_bytes(replace(plan, title="Hold\x00 \x07\u202eet \ud800en")))
    assert "Hold et en" in text


def test_the_same_data_gives_the_same_file(plan):
    assert pdf_bytes(plan) == pdf_bytes(plan)


@pytest.mark.parametrize("name", ["nothing_here", "../course_plan", "course_plan.typ", ""])
def test_only_templates_that_exist_can_be_set(name):
    with pytest.raises(ValueError, match="no such template"):
        pdf(name, {})
