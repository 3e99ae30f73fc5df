"""A text becomes a Word file that anybody can go on writing."""

import datetime as dt
import io

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn

from peerbook.files.word import word_file
from peerbook.text import written_in

DAY = dt.date(2026, 11, 26)
TEXT = """
Først et **vigtigt** ord og et `ord, der mangler`.

## Hvem

1. Den ene
2. Den *anden*

> Sagt af en, der ved det.

| Hvad | Svar |
| --- | --- |
| Hus | `Skriv` |
| Et meget langt spørgsmål, som fylder mere end de andre | Ja |
"""


@pytest.fixture
def file():
    with written_in("da"):
        content = word_file("Æbler & <pærer>", TEXT, foot="Lavet i dag", made_on=DAY)
    return docx.Document(io.BytesIO(content))


def test_headings_lists_and_quotes_are_words_own(file):
    kinds = {paragraph.text: paragraph.style.name for paragraph in file.paragraphs}
    assert kinds["Æbler & <pærer>"] == "Heading 1"
    assert kinds["Hvem"] == "Heading 2"
    assert kinds["Den anden"] == "List Number"
    assert kinds["Sagt af en, der ved det."] == "Intense Quote"


def test_what_is_to_be_filled_in_is_marked_and_nothing_else(file):
    cells = [cell for row in file.tables[0].rows for cell in row.cells]
    paragraphs = [*file.paragraphs, *(p for cell in cells for p in cell.paragraphs)]
    marked = [
        run.text
        for paragraph in paragraphs
        for run in paragraph.runs
        if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]
    assert marked == ["ord, der mangler", "Skriv"]


def test_stress_is_kept(file):
    runs = {run.text: run for paragraph in file.paragraphs for run in paragraph.runs}
    assert runs["vigtigt"].bold
    assert runs["anden"].italic


def test_a_table_repeats_its_heading_and_gives_room_to_what_is_long(file):
    table = file.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows][1] == ["Hus", "Skriv"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    wide, narrow = (cell.width for cell in table.rows[0].cells)
    assert wide > 2 * narrow


def test_it_says_its_language_day_and_foot(file):
    assert file.core_properties.language == "da-DK"
    assert file.core_properties.created.date() == DAY
    assert file.sections[0].footer.paragraphs[0].text == "Lavet i dag"
