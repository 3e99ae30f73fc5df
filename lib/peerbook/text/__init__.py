"""The ground: words, dates, numbers and readability. Imports nothing else of ours."""

from peerbook.text.formats import (
    format_change,
    format_date,
    format_kroner,
    format_list,
    format_month,
    format_number,
    format_share,
    format_span,
    format_time,
    format_weekday,
    quoted,
    shortened,
)
from peerbook.text.words import (
    LANGUAGES,
    _,
    current_language,
    ngettext,
    use_language,
    written_in,
)

__all__ = [
    "LANGUAGES",
    "_",
    "current_language",
    "format_change",
    "format_date",
    "format_kroner",
    "format_list",
    "format_month",
    "format_number",
    "format_share",
    "format_span",
    "format_time",
    "format_weekday",
    "ngettext",
    "quoted",
    "shortened",
    "use_language",
    "written_in",
]
