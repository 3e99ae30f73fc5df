"""Files in: a template described once, the blank file made from it, and filled ones read back.

`Template` holds the description, a pandera schema; `blank_file` and `data_dictionary` write it
out; `read_filled` reads a filled file and tells everything that is wrong with it.
"""

from peerbook.files.intake.blank import blank_file, data_dictionary, write_templates
from peerbook.files.intake.columns import (
    Notation,
    choice_column,
    code_column,
    date_column,
    decimal_column,
    email_column,
    label_column,
    labels_of,
    phone_column,
    text_column,
    whole_column,
    yes_no_column,
)
from peerbook.files.intake.reading import Reading, read_filled, recognised
from peerbook.files.intake.template import Template, shown_heading

__all__ = [
    "Notation",
    "Reading",
    "Template",
    "blank_file",
    "choice_column",
    "code_column",
    "data_dictionary",
    "date_column",
    "decimal_column",
    "email_column",
    "label_column",
    "labels_of",
    "phone_column",
    "read_filled",
    "recognised",
    "shown_heading",
    "text_column",
    "whole_column",
    "write_templates",
    "yes_no_column",
]
