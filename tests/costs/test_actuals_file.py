"""The plan beside what was counted leaves in a file that tells of no few people."""

import dataclasses
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from assessment_cases import TODAY, VEJLE, filled
from builders import LEADER, a_site, change, participant, read, save
from peerbook.costs import assessment_records
from peerbook.costs.actual_records import noted
from peerbook.costs.actuals import Quantity, RegisteredHours, actuals, quarters
from peerbook.costs.actuals_file import remark
from peerbook.costs.measures import Counted, measure_name, quarter
from peerbook.costs.opened import Opened
from peerbook.costs.reality_part import PlanAndReality
from peerbook.desk import Desk
from peerbook.pathways.retention_told import told_earlier
from peerbook.store import Visitor
from peerbook.store.tables import CoffeeTalk, CommonEvent, Site
from peerbook.ui import Downloads, Form, Prose, Submission

YEAR = 2025
"""One that is over."""


@pytest.fixture
def site(store):
    number, _name = a_site(store)
    hold_talks(store, number, 1, 6)
    hold_talks(store, number, 4, 2)
    with store.read() as session:
        return session.get(Site, number)


def hold_talks(store, site_id, month, count, year=YEAR, minutes=60):
    """Save coffee talks, mostly of an hour, each with somebody else."""
    codes = save(store, *(participant(site_id=site_id) for _number in range(count)))
    save(store, *(
        CoffeeTalk(
            site_id=site_id, participant_code=code, role="peer", date=dt.date(year, month, 10),
            state="held", minutes=minutes,
        )
        for code in codes
    ))  # fmt: skip


@pytest.fixture
def followed(store, site):
    made = dataclasses.replace(filled(), first_year=YEAR, years=1)
    number = change(store, assessment_records.begin, site.id, made, TODAY).number
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    return Opened(desk, read(store, assessment_records.assessment, number), "Opdigt")


def all_of(parts, kind):
    return [one for part in parts for one in part.everything() if isinstance(one, kind)]


def file_of(followed, site):
    return read_file(PlanAndReality(followed, site).parts())


def read_file(parts):
    (make,) = all_of(parts, Downloads)[0]._makers
    name, data, _media = make()
    book = openpyxl.load_workbook(io.BytesIO(data))
    return name, {sheet.title: list(sheet.iter_rows(values_only=True, min_row=2)) for sheet in book}


def talks(sheets):
    name = measure_name("talks")
    return {row[0]: row[3] for row in sheets["Hvor meget"] if row[1] == name}


def test_a_quarter_of_few_stands_empty_and_so_do_its_kroner(store, site, followed):
    name, sheets = file_of(followed, site)
    assert "vejle" in name
    assert talks(sheets) == {
        f"1. kvartal {YEAR}": 6, f"2. kvartal {YEAR}": None, f"3. kvartal {YEAR}": 0,
        f"4. kvartal {YEAR}": 0,
    }  # fmt: skip
    case = followed.said.case(VEJLE)
    periods = quarters(case, TODAY)
    plain = actuals(case, VEJLE.measured, read(store, noted, site.id, periods, TODAY), TODAY)
    counted = {row[0]: row[3] for row in sheets["Kroner"] if row[1] == "Kaffesamtaler"}
    (line,) = [one for one in plain[0].lines if one.line.id == "talks"]
    assert counted[f"1. kvartal {YEAR}"] == pytest.approx(float(line.actual_kr))
    assert counted[f"2. kvartal {YEAR}"] is None
    notes = " ".join(row[0] for row in sheets["Bemærk"])
    assert "færre end 5" in notes
    assert "eksempler" in notes


def by_quarter(sheets, sheet, what):
    return {row[0]: row[2:5] for row in sheets[sheet] if row[1] == what}


def test_what_was_counted_is_added_up_by_quarter_and_beside_the_whole_plan(site, followed):
    _name, sheets = file_of(followed, site)
    lines = [row[2:5] for row in sheets["Kroner"] if row[0] == f"1. kvartal {YEAR}"]
    counted = [row for row in lines if row[1] is not None]
    assert 0 < len(counted) < len(lines)
    told = by_quarter(sheets, "Kroner i alt", "I alt, det der er talt")
    for column in range(3):
        in_all = sum(row[column] for row in counted)
        assert told[f"1. kvartal {YEAR}"][column] == pytest.approx(in_all)
        each = [one[column] for called, one in told.items() if called != "Alle kvartaler"]
        assert told["Alle kvartaler"][column] == pytest.approx(sum(each))
    whole = by_quarter(sheets, "Kroner i alt", "I alt, også det der ikke er talt")
    assert whole[f"1. kvartal {YEAR}"] == (
        pytest.approx(sum(row[0] for row in lines)), None, None,
    )  # fmt: skip
    assert whole["Alle kvartaler"][0] == pytest.approx(sum(row[2] for row in sheets["Kroner"]))


def test_a_file_tells_of_what_noting_began_within_a_quarter(store, site, followed):
    save(store, CommonEvent(site_id=site.id, date=dt.date(YEAR, 5, 12), title="Opdigt"))
    _name, sheets = file_of(followed, site)
    name = measure_name("events")
    events = {row[0]: row[2:] for row in sheets["Hvor meget"] if row[1] == name}
    plan, counted, remark = events[f"2. kvartal {YEAR}"]
    whole = events[f"3. kvartal {YEAR}"][0]
    assert (plan, counted) == (pytest.approx(whole * 50 / 91), 1)
    assert remark == f"Noteret siden 12. maj {YEAR}"
    kroner = {
        row[1]: (row[2], row[6]) for row in sheets["Kroner"] if row[0] == f"2. kvartal {YEAR}"
    }
    whole_kr = by_quarter(sheets, "Kroner", "Fællesarrangementer, timer")[f"3. kvartal {YEAR}"][0]
    assert kroner["Fællesarrangementer, timer"] == (
        pytest.approx(whole_kr * 50 / 91, abs=0.01), remark,
    )  # fmt: skip
    assert events[f"3. kvartal {YEAR}"][2] is None
    assert any("midt i kvartalet" in row[0] for row in sheets["Bemærk"])


def test_a_remark_says_since_when_and_of_how_many_the_amount_is_not_known():
    since, unknown = dt.date(YEAR, 5, 12), Counted(Decimal(0), unknown=1)
    assert remark(Quantity("events", Decimal(1), Counted(Decimal(1)))) == ""
    assert remark(Quantity("event_kr", Decimal(1), unknown, since)) == (
        f"Noteret siden 12. maj {YEAR}; 1 uden pris"
    )
    assert remark(Quantity("talk_hours", Decimal(1), unknown)) == "1 uden timer"
    assert remark(Quantity("talk_hours", Decimal(1))) == ""


def test_what_may_not_leave_does_not_tell_when_it_began(store, site, followed):
    """The plan of a line stands whole, from which the first day could be worked out."""
    hold_talks(store, site.id, 1, 1, year=YEAR - 1)
    made = dataclasses.replace(followed.said, title="To år", first_year=YEAR - 1, years=2)
    number = change(store, assessment_records.begin, site.id, made, TODAY).number
    kept = read(store, assessment_records.assessment, number)
    opened = Opened(followed.desk, kept, "Opdigt")
    _name, sheets = file_of(opened, site)
    first = {row[1]: row[2:] for row in sheets["Hvor meget"] if row[0] == f"1. kvartal {YEAR - 1}"}
    later = {row[1]: row[2:] for row in sheets["Hvor meget"] if row[0] == f"1. kvartal {YEAR}"}
    name = measure_name("talks")
    assert first[name] == (later[name][0], None, None)


def test_hours_written_down_tell_what_was_spent_and_hide_with_those_they_were_spent_on(
    store, site, followed
):
    hours = [RegisteredHours(quarter(YEAR, one), "talks", Decimal(3)) for one in (1, 2)]
    part = PlanAndReality(followed, site, {VEJLE.id: hours})
    parts = part.parts()
    _name, sheets = read_file(parts)
    counted = {row[0]: row[3] for row in sheets["Kroner"] if row[1] == "Kaffesamtaler"}
    wage = followed.said.case(VEJLE).figures["coordinator_wage"].known
    assert counted[f"1. kvartal {YEAR}"] == 3 * wage
    assert counted[f"2. kvartal {YEAR}"] is None
    none_yet = "ikke skrevet timer på aktiviteterne"
    assert not any(none_yet in str(one.tree) for one in all_of(parts, Prose))
    without = PlanAndReality(followed, site).parts()
    assert any(none_yet in str(one.tree) for one in all_of(without, Prose))


def test_what_a_file_told_is_remembered_and_the_next_tells_no_small_difference(
    store, site, followed
):
    _name, first = file_of(followed, site)
    assert read(store, told_earlier, site.id)
    _name, again = file_of(followed, site)
    assert talks(again) == talks(first)
    hold_talks(store, site.id, 2, 1)
    _name, later = file_of(followed, site)
    assert talks(later)[f"1. kvartal {YEAR}"] is None  # seven less six
    hold_talks(store, site.id, 3, 5)
    _name, many = file_of(followed, site)
    assert talks(many)[f"1. kvartal {YEAR}"] == 12


def test_kroner_do_not_tell_how_many_talks_lack_their_hours_where_that_may_not_leave(
    store, site, followed
):
    """What they cost is worked out from the talks that lack them, which are few."""
    file_of(followed, site)
    hold_talks(store, site.id, 2, 1, minutes=None)
    _name, sheets = file_of(followed, site)
    assert talks(sheets)[f"1. kvartal {YEAR}"] is None  # seven less six
    hours = by_quarter(sheets, "Hvor meget", measure_name("talk_hours"))
    assert hours[f"1. kvartal {YEAR}"][1] == 6
    kroner = by_quarter(sheets, "Kroner", "Kaffesamtaler")
    assert kroner[f"1. kvartal {YEAR}"][1] is None


def test_figures_are_used_after_a_file_was_made_on_the_same_page(store, site, followed):
    hold_talks(store, site.id, 3, 6, year=TODAY.year)
    parts = PlanAndReality(followed, site).parts()
    read_file(parts)
    (form,) = all_of(parts, Form)
    form._on_submit(Submission("x", {"use": ("talk_hours",)}))
    assert followed.said.figure(VEJLE, "talk_hours").value == 1
