"""What is said of a file on its way in, on the page and by the command alike."""

from __future__ import annotations

from peerbook.course.data_imports import Fate, Look
from peerbook.text import _, format_list, ngettext


def fate_name(fate: Fate) -> str:
    """Return what would become of a row."""
    return {"added": _("new"), "changed": _("changed"), "same": _("stored already")}[fate]


def counts_text(look: Look) -> str:
    """Return in one sentence what a file would do."""
    added, changed, same = (look.count(fate) for fate in ("added", "changed", "same"))
    left_out = len(look.reading.left_out)
    counts = (
        (added, ngettext("{n} new row", "{n} new rows", added)),
        (changed, ngettext("{n} changed row", "{n} changed rows", changed)),
        (same, ngettext("{n} row is stored already", "{n} rows are stored already", same)),
        (
            left_out,
            ngettext("{n} row cannot be taken in", "{n} rows cannot be taken in", left_out),
        ),
    )
    told = [text.format(n=count) for count, text in counts if count]
    return _("{counts}.").format(counts=format_list(told)) if told else _("There is nothing in it.")


def save_label(look: Look) -> str:
    """Return what saving would do, for a button."""
    count = look.count("added") + look.count("changed")
    label = ngettext("Save {n} row", "Save {n} rows", count).format(n=count)
    left_out = len(look.reading.left_out)
    if not left_out:
        return label
    return ngettext(
        "{save}, and leave out {n} row", "{save}, and leave out {n} rows", left_out
    ).format(save=label, n=left_out)


def can_be_saved(look: Look) -> bool:
    """Return whether there is anything to save, and nothing left to ask."""
    return not look.questions and look.count("added") + look.count("changed") > 0
