"""Evaluation forms on paper: nothing is missing, they fit, and nobody's name is asked for."""

import re
import subprocess

import pytest

from peerbook.course.evaluation.evaluation_files import codes_bytes, form_bytes
from peerbook.course.evaluation_form import available_forms, load_form
from peerbook.files.paper import paper_name
from peerbook.store.codes import ALPHABET, new_linking_codes
from peerbook.text.readability import lix

LINKED = ("mid", "final", "follow_up")


def read(data):
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8")


def pages(data):
    return read(data).count("\f")


def flat(text):
    """Return the words without breaks, hyphens at line ends, or places."""
    return re.sub(r"\s+", "", text)


def words(text):
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("extent", ["full", "short"])
@pytest.mark.parametrize("name", available_forms())
def test_form_fits_its_pages_and_says_its_language(name, extent):
    data = form_bytes(load_form(name), extent, course="Hold 3")
    assert 1 <= pages(data) <= (2 if extent == "full" else 1)
    info = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=True)
    assert b"595.276 x 841.89 pts (A4)" in info.stdout
    assert b"Tagged:          yes" in info.stdout
    assert b"/Lang(da)" in data


@pytest.mark.parametrize("extent", ["full", "short"])
@pytest.mark.parametrize("name", available_forms())
def test_every_question_and_answer_stands_there_with_the_number_that_is_typed(name, extent):
    form = load_form(name)
    items = form.low_energy_items if extent == "short" else form.items
    text = read(form_bytes(form, extent))
    for number, item in enumerate(items, start=1):
        assert re.search(rf"(?m)^\s*{number}\.\s", text), number
        assert words(item.text) <= words(text), item.text
        for point in item.scale.points if item.scale else ():
            assert words(point.label) <= words(text), point.label
            assert re.search(rf"\b{point.code}\b", text)
    lead = form.low_energy_lead if extent == "short" else form.lead
    assert words(lead) <= words(text)
    others = {item.text for item in form.items} - {item.text for item in items}
    assert not any(flat(other) in flat(text) for other in others)


@pytest.mark.parametrize("name", available_forms())
def test_a_code_is_asked_for_where_sheets_are_linked_and_a_name_never(name):
    text = read(form_bytes(load_form(name), "short"))
    assert ("Egen kode" in text) == (name in LINKED)
    assert "Navn" not in text


def test_the_form_is_danish_whoever_prints_it(monkeypatch):
    monkeypatch.setenv("PEERBOOK_LANGUAGE", "en")
    text = read(form_bytes(load_form("mid"), "full"))
    assert "Egen kode" in text
    assert "Own code" not in text


@pytest.mark.parametrize("extent", ["full", "short"])
@pytest.mark.parametrize("name", available_forms())
def test_what_is_printed_is_easy_to_read(name, extent):
    form = load_form(name)
    items = form.low_energy_items if extent == "short" else form.items
    lead = form.low_energy_lead if extent == "short" else form.lead
    told = " ".join([lead, *(item.text for item in items)])
    assert lix(told).lix <= 40


def test_the_longest_title_of_a_course_leaves_the_pages_as_they_are():
    for extent, most in (("full", 2), ("short", 1)):
        assert pages(form_bytes(load_form("final"), extent, course="W" * 5000)) == most


@pytest.mark.parametrize(("extent", "most"), [("full", 2), ("short", 1)])
@pytest.mark.parametrize("name", available_forms())
def test_whom_to_call_stands_on_every_form_and_takes_no_page_of_its_own(name, extent, most):
    told = "Ring til Prøvebyhuset, hverdage kl. 9–15. " + "Vi er her, også på en tung dag. " * 4
    data = form_bytes(load_form(name), extent, course="Hold 3", whom_to_call=told[:160])
    assert flat("Ring til Prøvebyhuset, hverdage kl. 9–15.") in flat(read(data))
    assert pages(data) <= most


def test_every_code_stands_on_the_sheet_twice_and_they_differ():
    codes = new_linking_codes(14)
    text = read(codes_bytes(codes, course="Hold 3"))
    found = re.findall(rf"\b[{ALPHABET}]{{4}}\b", text)
    assert sorted(found) == sorted([*codes, *codes])
    assert len(set(codes)) == 14


@pytest.mark.parametrize("extent", ["full", "short"])
def test_paper_of_the_demonstration_says_that_it_is_invented(extent):
    assert "opdigtet" in read(form_bytes(load_form("mid"), extent, synthetic=True))
    assert "opdigtet" not in read(form_bytes(load_form("mid"), extent))


def test_codes_of_the_demonstration_say_that_they_are_invented():
    said = read(codes_bytes(["7K3M"], course="Hold 3", synthetic=True)).casefold()
    assert "opdigtet" in said or "invented" in said


def test_names_of_files_to_print_are_danish_and_say_what_is_invented():
    assert paper_name("Hvad har du brugt?", synthetic=False) == "hvad-har-du-brugt.pdf"
    assert paper_name("Slutevaluering", synthetic=True) == "slutevaluering-opdigtet.pdf"
