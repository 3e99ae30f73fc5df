"""Texts as Word files, for what somebody else is to fill in and go on writing."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any, Protocol

import docx
from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from peerbook.text import current_language
from peerbook.text.markdown import markdown_tree

_TEXT_WIDTH = Cm(16.6)
_ACCENT = RGBColor(0x24, 0x59, 0x4A)
_LANGUAGES = {"da": "da-DK", "en": "en-GB"}
_LISTS = {"ul": "List Bullet", "ol": "List Number"}


class _Block(Protocol):
    """What holds paragraphs: the document, or a cell of a table in it."""

    def add_paragraph(self, text: str = "", style: str | None = None) -> Paragraph: ...


def word_file(title: str, markdown: str, *, foot: str, made_on: dt.date) -> bytes:
    """Return a text as a .docx file.

    Parameters
    ----------
    title
        What it is called, as its heading and in its properties.
    markdown
        The text. What stands between back quotes is for the reader to fill in, and is marked.
    foot
        A line under every page.
    made_on
        The day, for its properties.
    """
    document = docx.Document()
    _set_up(document, title, foot, made_on)
    document.add_heading(title, 1)
    for node in markdown_tree(markdown):
        _add(document, node)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _set_up(document: Document, title: str, foot: str, made_on: dt.date) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "peerbook", ""
    properties.created = properties.modified = dt.datetime.combine(made_on, dt.time())
    properties.language = _LANGUAGES[current_language()]
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Length((Cm(21) - _TEXT_WIDTH) // 2)
    page.top_margin = page.bottom_margin = Cm(2)
    page.footer.paragraphs[0].add_run(foot).font.size = Pt(8)
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), properties.language)
    normal.element.get_or_add_rPr().append(language)
    for level in (1, 2, 3):
        heading: Any = document.styles[f"Heading {level}"]
        heading.font.name, heading.font.color.rgb = "Calibri", _ACCENT
        fonts = heading.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)


def _add(document: Document, node: Any) -> None:
    if isinstance(node, str):
        document.add_paragraph(node)
        return
    tag, _attributes, children = node
    if tag in ("h2", "h3", "h4"):
        _write(document.add_heading(level=int(tag[1])), children)
    elif tag == "table":
        _add_table(document, children)
    else:
        _add_block(document, node)


def _add_block(block: _Block, node: Any, style: str | None = None) -> None:
    tag, _attributes, children = node
    if tag in _LISTS:
        for _item, _none, inside in children:
            _add_block(block, ["p", {}, inside], _LISTS[tag])
    elif tag == "blockquote":
        for inside in children:
            _add_block(block, inside, "Intense Quote")
    elif any(isinstance(child, list) and child[0] in ("p", *_LISTS) for child in children):
        for child in children:
            _add_block(block, ["p", {}, [child]] if isinstance(child, str) else child, style)
    else:
        _write(block.add_paragraph(style=style), children)


def _add_table(document: Document, parts: Sequence[Any]) -> None:
    rows = [row for _part, _none, inside in parts for row in inside]
    table = document.add_table(len(rows), len(rows[0][2]), "Table Grid")
    widths = _widths([[_text(cell) for cell in cells] for _tag, _none, cells in rows])
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width  # some programs go by the columns, Word by the cells
    for row, (_tag, _none, cells) in zip(table.rows, rows, strict=True):
        for cell, (tag, _nothing, children), width in zip(row.cells, cells, widths, strict=True):
            cell.width = width
            _fill(cell, children, is_heading=tag == "th")
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    document.add_paragraph()


def _widths(rows: Sequence[Sequence[str]]) -> list[Length]:
    """Return how wide each column is: wider the longer its longest text, though less and less."""
    shares = [max(len(text) for text in column) ** 0.4 for column in zip(*rows, strict=True)]
    return [Length(int(_TEXT_WIDTH * share / sum(shares))) for share in shares]


def _text(node: Any) -> str:
    return node if isinstance(node, str) else "".join(map(_text, node[2]))


def _fill(cell: _Cell, children: Sequence[Any], *, is_heading: bool) -> None:
    _write(cell.paragraphs[0], children, bold=is_heading)
    for paragraph in cell.paragraphs:
        paragraph.paragraph_format.space_before = Pt(2)
        paragraph.paragraph_format.space_after = Pt(3)


def _write(
    paragraph: Paragraph, children: Sequence[Any], *, bold: bool = False, italic: bool = False
) -> None:
    for child in children:
        if isinstance(child, str):
            run = paragraph.add_run(child)
            run.bold, run.italic = bold or None, italic or None
        elif child[0] == "br":
            paragraph.add_run().add_break()
        elif child[0] == "code":
            run = paragraph.add_run("".join(child[2]))
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        else:
            _write(
                paragraph,
                child[2],
                bold=bold or child[0] == "strong",
                italic=italic or child[0] == "em",
            )
