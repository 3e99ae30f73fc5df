"""When can they come? A filled poll in, the times in order out; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from peerbook.course.filled_file import (
    FILE,
    chosen_file,
    fault_table,
    filled_file_field,
    read_as,
    template_download,
    unusable_text,
    wrong_file_parts,
)
from peerbook.course.frames import poll_answers, poll_template, templates
from peerbook.course.planning.slot_poll import RankedSlot, rank_slots
from peerbook.files.apart import read_apart
from peerbook.files.intake import Reading, read_filled
from peerbook.text import _, format_list, ngettext
from peerbook.ui import (
    Cells,
    Column,
    Form,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    Submission,
    Table,
)


def slot_poll_parts(use: Callable[[Mapping[str, object]], None]) -> list[Part]:
    """Return the parts that show which weekday and time suits most.

    Parameters
    ----------
    use
        Is given `weekday`, and `day_starts_at` where the time was asked for, when the user wants a
        time in the plan.
    """
    found = Section([])

    def look(submission: Submission) -> str:
        found.show([])
        file = chosen_file(submission.values[FILE])
        reading = read_filled(poll_template(), read_apart(file.data), templates())
        found.show([Notice("info", read_as(file.name, reading)), *_found_parts(reading, use)])
        if not reading.is_right_file:
            return unusable_text()
        return _("The file has been read. Nothing of it is stored.")

    return [
        Prose(
            _(
                "Download the template and let each person have a row in it, under a number or "
                "another label of your choice: they are not named here, and nothing of the file is "
                "stored. In each column they write yes or no. You may change the times in the "
                "headings."
            )
        ),
        template_download(poll_template()),
        Form(
            "slot_poll",
            [filled_file_field()],
            on_submit=look,
            on_attempt=lambda: found.show([]),
            submit_label=_("Show which time suits most"),
            only_asks=True,
        ),
        found,
    ]


def _found_parts(reading: Reading, use: Callable[[Mapping[str, object]], None]) -> list[Part]:
    if not reading.is_right_file:
        return wrong_file_parts(reading)
    parts: list[Part] = []
    if reading.faults:
        count = len(reading.left_out)
        text = ngettext(
            "{n} row is left out until it is corrected.",
            "{n} rows are left out until they are corrected.",
            count,
        ).format(n=count)
        parts += [Notice("warn", text), fault_table(reading.faults)]
    if reading.rows.empty:
        return parts
    ranked = rank_slots(poll_answers(reading.rows))
    if any(slot.silent for slot in ranked):
        text = _(
            "Some have not answered for every time. They are counted neither as coming nor as lost."
        )
        parts.append(Notice("info", text))
    return [*parts, _table(ranked, use)]


def _table(ranked: tuple[RankedSlot, ...], use: Callable[[Mapping[str, object]], None]) -> Table:
    """Return the times in order, with a button at each that carries it into the plan."""
    columns = [
        Column("slot", _("Weekday and time")),
        Column("can", _("Can come"), kind="number"),
        Column("lost", _("Would be lost")),
        Column("silent", _("Has not answered")),
    ]
    rows = [
        {
            "slot": slot.slot,
            "can": len(slot.can),
            "lost": format_list(slot.lost) or _("nobody"),
            "silent": format_list(slot.silent) or None,
            "chosen": slot,
        }
        for slot in ranked
    ]

    def carry(row: Cells) -> str:
        chosen = row["chosen"]
        if not isinstance(chosen, RankedSlot):
            raise TypeError("the row holds no time")
        if chosen.weekday is None:
            return _("Its heading names no weekday, so choose one in the form below.")
        values: dict[str, object] = {"weekday": chosen.weekday}
        if chosen.starts_at is not None:
            values["day_starts_at"] = chosen.starts_at
        use(values)
        return _("It stands in the form below now.")

    return Table(
        columns, rows, _("The times, the best first"), action=RowAction(_("Use it"), carry)
    )
