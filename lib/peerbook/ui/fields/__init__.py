"""What a form asks for, and how an answer becomes a value.

A field knows its words, how the browser shows it, and how a raw answer is read. A raw answer is
whatever a browser sends, so every field takes any object and either returns a sound value or
raises `InputFault` at its own place.
"""

from peerbook.ui.fields.choices import ChoiceField, ChoicesField, FlagField, ScaleField
from peerbook.ui.fields.days import DateField, TimeField
from peerbook.ui.fields.field import AnyField, Code, Field
from peerbook.ui.fields.files import FileField, UploadedFile
from peerbook.ui.fields.numbers import CodeField, IntegerField, KronerField, NumberField, YearField
from peerbook.ui.fields.rows import Row, RowsField
from peerbook.ui.fields.texts import LongTextField, TextField
from peerbook.ui.fields.together import Check, Group, all_fields, parse_all

__all__ = [
    "AnyField",
    "Check",
    "ChoiceField",
    "ChoicesField",
    "Code",
    "CodeField",
    "DateField",
    "Field",
    "FileField",
    "FlagField",
    "Group",
    "IntegerField",
    "KronerField",
    "LongTextField",
    "NumberField",
    "Row",
    "RowsField",
    "ScaleField",
    "TextField",
    "TimeField",
    "UploadedFile",
    "YearField",
    "all_fields",
    "parse_all",
]
