"""A day can be taught from what is shown and printed: nothing written for it is left out."""

import datetime as dt
import re
import subprocess

import pytest

from peerbook.course.curriculum import load_course
from peerbook.course.planning.content_part import sparring_guide_parts, teaching_day_parts
from peerbook.course.planning.teaching_files import day_bytes, handout_bytes, sparring_bytes
from peerbook.text.markdown import markdown_tree
from peerbook.ui import Prose

CONTENT = load_course("six_months")
TEN = dt.time(10)
TODAY = dt.date(2026, 3, 2)
DAYS = pytest.mark.parametrize("day", CONTENT.days, ids=lambda day: f"day_{day.number}")


def leaves(tree):
    for node in tree:
        if isinstance(node, str):
            yield node
        else:
            yield from leaves(node[2])


def words(markdown):
    """Return what a reader sees of a text, without breaks, hyphens at line ends, or places."""
    return squeezed("".join(leaves(markdown_tree(markdown))))


def squeezed(text):
    return re.sub(r"[\s\u2010-]+", "", text)


def shown(parts):
    """Return all words in texts, those behind a heading that opens included."""
    texts = [one.tree for part in parts for one in part.everything() if isinstance(one, Prose)]
    return squeezed("".join(word for tree in texts for word in leaves(tree)))


def printed(data):
    done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    text = done.stdout.decode("utf-8")
    # What stands at the foot of a page may stand in the middle of a sentence.
    text = re.sub(r"\npeerbook \d[^\n]*(\n+Side \d+/\d+)?", "\n", text)
    return squeezed(re.sub(r"\nSide \d+/\d+", "\n", text))


@DAYS
def test_a_day_shows_every_text_that_was_written_for_it(day):
    page = shown(teaching_day_parts(CONTENT, day, TEN, TODAY))
    for activity in day.activities:
        assert words(activity.text) in page
        assert all(squeezed(thing) in page for thing in activity.materials)
    for theme in day.themes:
        assert words(CONTENT.theme(theme).text) in page
    for text in (day.handout, day.facilitator_notes, day.before_next_time):
        assert words(text) in page


def test_the_guide_to_a_sparring_shows_every_part_and_every_theme():
    page = shown(sparring_guide_parts(CONTENT, dt.time(13), TODAY, 1))
    assert all(words(activity.text) in page for activity in CONTENT.sparring)
    assert all(words(theme.text) in page for theme in CONTENT.themes)


@DAYS
def test_a_day_on_paper_has_every_line_for_those_who_teach_it(day):
    paper = printed(day_bytes(CONTENT, day, TEN, TODAY))
    missing = [
        line
        for text in (day.facilitator_notes, *(activity.text for activity in day.activities))
        for node in markdown_tree(text)
        if node[0] == "p" and (line := squeezed("".join(leaves([node])))) not in paper
    ]
    assert not missing
    assert all(squeezed(thing) in paper for it in day.activities for thing in it.materials)


@DAYS
def test_the_handout_is_one_page_and_has_what_to_try_before_next_time(day):
    data = handout_bytes(CONTENT, day, TODAY)
    info = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=True)
    assert re.search(rb"Pages:\s+1\b", info.stdout)
    paper = printed(data)
    assert words(day.handout.splitlines()[0].lstrip("# ")) in paper
    assert words(day.before_next_time.splitlines()[-1].lstrip("-0123456789. ")) in paper


def test_a_sparring_on_paper_has_its_clock_and_only_the_themes_proposed():
    first, *others = CONTENT.themes
    paper = printed(sparring_bytes(CONTENT, [first.id], dt.time(13), TODAY))
    assert "13.00" in paper
    assert squeezed(first.title) in paper
    assert not any(words(theme.text)[:60] in paper for theme in others)
