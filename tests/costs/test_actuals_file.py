"""The plan beside what was counted leaves in a file that tells of no few people."""

import dataclasses
import datetime as dt
import io

import openpyxl
import pytest

from assessment_cases import TODAY, VEJLE, filled
from builders import LEADER, a_site, change, participant, read, save
from peerbook.costs import assessment_records
from peerbook.costs.actual_records import noted
from peerbook.costs.actuals import actuals, quarters
from peerbook.costs.measures import measure_name
from peerbook.costs.opened import Opened
from peerbook.costs.reality_part import PlanAndReality
from peerbook.desk import Desk
from peerbook.pathways.retention_told import told_earlier
from peerbook.store import Visitor
from peerbook.store.tables import CoffeeTalk, Site
from peerbook.ui import Downloads, Form, Submission

YEAR = 2025
"""One that is over."""


@pytest.fixture
def site(store):
    number, _name = a_site(store)
    hold_talks(store, number, 1, 6)
    hold_talks(store, number, 4, 2)
    with store.read() as session:
        return session.get(Site, number)


def hold_talks(store, site_id, month, count, year=YEAR):
    """Save coffee talks of an hour, each with somebody else."""
    codes = save(store, *(participant(site_id=site_id) for _number in range(count)))
    save(store, *(
        CoffeeTalk(
            site_id=site_id, participant_code=code, role="peer", date=dt.date(year, month, 10),
            state="held", minutes=60,
        )
        for code in codes
    ))  # fmt: skip


@pytest.fixture
def followed(store, site):
    made = dataclasses.replace(filled(), first_year=YEAR, years=1)
    number = change(store, assessment_records.begin, site.id, made, TODAY).number
    desk = Desk(store, Visitor(LEADER, "leader"), synthetic=False)
    return Opened(desk, read(store, assessment_records.assessment, number))


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


def test_figures_are_used_after_a_file_was_made_on_the_same_page(store, site, followed):
    hold_talks(store, site.id, 3, 6, year=TODAY.year)
    parts = PlanAndReality(followed, site).parts()
    read_file(parts)
    (form,) = all_of(parts, Form)
    form._on_submit(Submission("x", {"use": ("talk_hours",)}))
    assert followed.said.figure(VEJLE, "talk_hours").value == 1
