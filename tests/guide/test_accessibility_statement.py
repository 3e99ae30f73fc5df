"""The accessibility statement: the parts the law asks for, nothing invented, yearly."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from peerbook.guide.accessibility import (
    Organisation,
    advice,
    is_overdue,
    missing,
    next_review,
    statement,
    statement_page,
)
from peerbook.text.readability import LIX_LIMIT, lix, word_advice

ORGANISATION = Organisation("Prøveby Kommune", "12 34 56 78", "peer@proeveby.example")
REVIEWED_ON = dt.date(2026, 11, 24)


def headings(markdown: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)


def test_statement_has_the_parts_of_the_model_in_its_order() -> None:
    # (EU) 2018/1523, annex: commitment, compliance status, non-accessible content, preparation,
    # feedback and contact, enforcement procedure.
    assert headings(statement(ORGANISATION, REVIEWED_ON)) == [
        "Tilgængelighedserklæring",
        "Hvor godt lever peerbook op til kravene?",
        "Hvad mangler?",
        "Hvordan er det prøvet?",
        "Skriv eller ring til os",
        "Hvis du ikke får svar",
        "Hvornår er erklæringen fra?",
    ]


def test_statement_tells_what_nobody_has_tried() -> None:
    text = statement(ORGANISATION, REVIEWED_ON)
    assert "Ingen har endnu prøvet siderne med en skærmlæser" in text
    assert "Ingen med handicap har endnu været med" in text
    assert "delvist" in text
    assert "WCAG 2.1, niveau AA" in text


def test_statement_names_who_answers_and_when() -> None:
    shown = MarkdownIt().render(statement(ORGANISATION, REVIEWED_ON))
    for words in ("Prøveby Kommune", "12 34 56 78", "peer@proeveby.example"):
        assert words in shown
    assert "den 24. november 2026" in shown
    assert "senest den 24. november 2027" in shown


def test_what_is_missing_is_asked_for_and_never_made_up() -> None:
    empty = statement(Organisation(), None)
    assert "[… organisationens navn …]" in MarkdownIt().render(empty)
    assert not re.search(r"\d{2} ?\d{2} ?\d{2} ?\d{2}", empty)
    assert len(missing(Organisation(), None)) == 4
    assert len(missing(Organisation("Prøveby Kommune"), None)) == 3
    assert missing(ORGANISATION, REVIEWED_ON) == ()


@pytest.mark.parametrize("text", [statement(ORGANISATION, REVIEWED_ON), advice()])
def test_statement_and_advice_are_easy_to_read(text: str) -> None:
    read = lix(text)
    assert read.lix <= LIX_LIMIT
    assert read.long_sentences == ()
    assert word_advice(text) == ()


def test_advice_says_where_it_comes_from_and_whom_to_ask() -> None:
    text = advice()
    assert "Vi er ikke jurister. Spørg jeres kommune" in text
    for source in ("Lov nr. 692 af 8. juni 2018", "Bekendtgørelse nr. 904", "digst.dk"):
        assert source in text


@given(name=st.text(min_size=1, max_size=60).filter(lambda text: text.strip().isprintable()))
def test_a_name_is_shown_as_it_is_written(name: str) -> None:
    name = name.strip()
    page = statement_page(Organisation(name, "1", "2"), REVIEWED_ON).decode()
    ours = "html|head|meta|title|style|body|main|h1|h2|p|ul|li|a|strong"
    assert not [tag for tag in re.findall(r"</?([^ >!]+)", page) if not re.fullmatch(ours, tag)]


def test_nothing_in_a_name_acts_on_the_page() -> None:
    name = '<script>alert(1)</script> [x](javascript:alert(1)) *stjerner* "anførsel" & co.'
    page = statement_page(Organisation(name, "1", "2"), REVIEWED_ON).decode()
    assert "<script" not in page
    assert "javascript:alert" in page
    assert 'href="javascript' not in page
    assert "<em>" not in page
    assert "*stjerner* &quot;anførsel&quot; &amp; co." in page


@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_it_is_due_a_year_later_and_overdue_the_day_after(day: dt.date) -> None:
    due = next_review(day)
    assert due.year == day.year + 1
    assert 365 <= (due - day).days <= 366
    assert not is_overdue(day, due)
    assert is_overdue(day, due + dt.timedelta(days=1))
