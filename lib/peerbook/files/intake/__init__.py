"""Files in: a template described once, the blank file made from it, and filled ones read back.

`Template` holds the description, a pandera schema; `blank_file` and `data_dictionary` write it
out; `read_filled` reads a filled file and tells everything that is wrong with it.
"""

from peerbook.files.intake.blank import blank_file, data_dictionary, write_templates
from peerbook.files.intake.columns import (
    code_column,
    label_column,
    labels_of,
    text_column,
    yes_no_column,
)
from peerbook.files.intake.reading import Reading, read_filled
from peerbook.files.intake.table import Table
from peerbook.files.intake.template import Template, shown_heading

__all__ = [
    "Reading",
    "Table",
    "Template",
    "blank_file",
    "code_column",
    "data_dictionary",
    "label_column",
    "labels_of",
    "read_filled",
    "shown_heading",
    "text_column",
    "write_templates",
    "yes_no_column",
]
