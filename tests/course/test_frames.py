from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from filled_files import filled, read_filled
from peerbook.course.evaluation.waves import WAVES
from peerbook.course.evaluation_form import Scale, load_form
from peerbook.course.frames import (
    IMPORTED_FORMS,
    evaluation_template,
    poll_answers,
    poll_template,
    templates,
)
from peerbook.course.planning.slot_poll import rank_slots
from peerbook.files.intake import blank_file
from peerbook.text.words import LANGUAGE_VARIABLE

FORMS = [load_form(name) for name in IMPORTED_FORMS]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_the_template_asks_every_item_of_the_form_under_its_number_and_id(form):
    template = evaluation_template(form)
    assert [name for name, _column in template.columns()] == [
        "respondent", *(item.id for item in form.items),
    ]  # fmt: skip
    page = openpyxl.load_workbook(io.BytesIO(blank_file(template))).worksheets[0]
    headings = [cell.value for cell in page[1]][1:]
    assert headings == [
        f"{place}. {item.text}\n[{item.id}]" for place, item in enumerate(form.items, start=1)
    ]
    assert page.title == form.title.rstrip("?")  # no sheet of Excel may have one in its name


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_every_code_of_every_scale_is_taken_as_number_and_as_label(form):
    template = evaluation_template(form)
    for item in form.items:
        if item.scale is None:
            continue
        points = item.scale.points
        rows = [{item.id: point.code} for point in points]
        rows += [{item.id: point.label} for point in points]
        reading = read_filled(template, filled(template, *rows))
        assert reading.faults == (), item.id
        assert list(reading.rows[item.id]) == [point.code for point in points] * 2


def test_a_changed_form_changes_its_template():
    form = load_form("mid")
    first, *rest = form.items
    fewer = Scale(first.scale.id, first.scale.points[:2])
    changed = replace(form, items=(replace(first, text="Another question?", scale=fewer), *rest))
    template = evaluation_template(changed)
    assert "1. Another question?\n[content_relevant]" in template.headings()
    (fault,) = read_filled(template, filled(template, {"content_relevant": 3})).faults
    assert fault.place.column == "1. Another question?"


def test_every_evaluation_of_a_course_can_come_from_a_file():
    assert IMPORTED_FORMS == WAVES


def test_templates_have_names_of_their_own():
    made = templates()
    assert len({one.id for one in made}) == len({one.file_name for one in made}) == len(made)
    assert all(one.file_name.isascii() for one in made)


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_poll_is_ranked_with_who_is_lost_and_blank_times_left_out(language, monkeypatch):
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    poll = poll_template()
    first, second, *_rest = list(poll.headings())[1:]
    yes, no = ("ja", "nej") if language == "da" else ("yes", "no")
    reading = read_filled(
        poll,
        filled(
            poll,
            {"participant": "1", first: yes, second: no},
            {"participant": "2", first: no, second: yes},
            {"participant": "3", second: yes},
        ),
    )
    assert reading.faults == ()
    ranked = rank_slots(poll_answers(reading.rows))
    assert [(slot.slot, slot.can, slot.lost, slot.silent) for slot in ranked] == [
        (second, ("2", "3"), ("1",), ()), (first, ("1",), ("2",), ("3",)),
    ]  # fmt: skip
    assert [slot.weekday for slot in ranked] == [0, 0]


def test_poll_answers_of_nobody_are_no_rows():
    rows = pd.DataFrame({"participant": ["1"], "Mandag": pd.array([None], dtype="boolean")})
    assert poll_answers(rows).empty
