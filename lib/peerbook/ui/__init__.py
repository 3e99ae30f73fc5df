"""The parts of a page: forms, tables, charts, words and buttons, built once for every page.

A page of them is one anywidget, so the same notebook works in Voilà, in JupyterLab and without a
browser.
"""

from peerbook.text.markdown import literal
from peerbook.ui.chart import Chart
from peerbook.ui.fields import (
    ChoiceField,
    ChoicesField,
    CodeField,
    DateField,
    Field,
    FileField,
    FlagField,
    Group,
    IntegerField,
    LongTextField,
    NumberField,
    Row,
    RowsField,
    ScaleField,
    TextField,
    TimeField,
    UploadedFile,
)
from peerbook.ui.form import DraftBox, Form, ReceiptLike, Submission, receipt_text
from peerbook.ui.page import (
    Action,
    Button,
    Columns,
    Disclosure,
    Download,
    Downloads,
    Filter,
    Heading,
    MakeFile,
    Notice,
    Page,
    Prose,
    Section,
    Tabs,
)
from peerbook.ui.part import Part
from peerbook.ui.reading import danish_text, how_easy
from peerbook.ui.table import Cells, Column, Link, RowAction, Status, Table, TableData, Tone

__all__ = [
    "Action",
    "Button",
    "Cells",
    "Chart",
    "ChoiceField",
    "ChoicesField",
    "CodeField",
    "Column",
    "Columns",
    "DateField",
    "Disclosure",
    "Download",
    "Downloads",
    "DraftBox",
    "Field",
    "FileField",
    "Filter",
    "FlagField",
    "Form",
    "Group",
    "Heading",
    "IntegerField",
    "Link",
    "LongTextField",
    "MakeFile",
    "Notice",
    "NumberField",
    "Page",
    "Part",
    "Prose",
    "ReceiptLike",
    "Row",
    "RowAction",
    "RowsField",
    "ScaleField",
    "Section",
    "Status",
    "Submission",
    "Table",
    "TableData",
    "Tabs",
    "TextField",
    "TimeField",
    "Tone",
    "UploadedFile",
    "danish_text",
    "how_easy",
    "literal",
    "receipt_text",
]  # fmt: skip
