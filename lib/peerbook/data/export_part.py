"""Everything out, for whoever leaves or hands over; and back in, into an empty store."""

from __future__ import annotations

from peerbook.course.filled_file import FILE, chosen_file
from peerbook.data import whole
from peerbook.desk import Desk
from peerbook.files import media_types
from peerbook.privacy.taken_out import note_taken_out
from peerbook.text import _
from peerbook.ui import Download, FileField, Form, Heading, Part, Prose, Submission

LARGEST_ZIP = 100_000_000


def export_parts(desk: Desk) -> list[Part]:
    """Return the buttons that take everything out; with names for a leader only."""
    parts: list[Part] = [
        Prose(
            _(
                "Everything in one ZIP file: one table a file that Excel opens, what the columns "
                "mean, and a summary to print."
            )
        ),
        Heading(_("Without names")),
        Prose(_("For analysis. No names, no contacts, and nothing anybody wrote in free text.")),
        _download(desk, _("Take the data out without names"), with_names=False),
    ]
    if desk.visitor.role == "leader":
        parts += [
            Heading(_("All of it, with names")),
            Prose(
                _(
                    "For moving to another computer. It can be read back into an empty peerbook "
                    "with “peerbook import”, the file’s name and “--whole” in a terminal there. "
                    "Logins do not come along. The file is not encrypted: keep it where nobody "
                    "else can read it."
                )
            ),
            _download(desk, _("Take everything out with names"), with_names=True),
        ]
    return parts


def _download(desk: Desk, label: str, *, with_names: bool) -> Download:
    def make() -> tuple[str, bytes, str]:
        with desk.store.read() as session:
            made = whole.way_out(
                session, with_names=with_names, made_on=desk.today, synthetic=desk.synthetic
            )
        if with_names:
            with desk.store.write(desk.actor) as session:
                note_taken_out(session, desk.today)
        name = whole.file_name(desk.today, synthetic=desk.synthetic, with_names=with_names)
        return name, made.packed(), media_types.ZIP

    return Download(label, make)


def return_parts(desk: Desk) -> list[Part]:
    """Return the form that puts everything back into a store with nothing in it."""

    def put_back(submission: Submission) -> str:
        file = chosen_file(submission.values[FILE])
        with desk.store.write(desk.actor) as session:
            whole.fill_from(session, file.data)
        return _("All data are here. Reload the page.")

    return [
        Heading(_("Do you have all data from another peerbook?")),
        Form(
            "data_return",
            [
                FileField(
                    FILE,
                    _("The ZIP file"),
                    required=True,
                    max_bytes=LARGEST_ZIP,
                    extensions=(".zip",),
                )
            ],
            on_submit=put_back,
            submit_label=_("Put everything back"),
        ),
    ]
