"""Backups on the page: when the last was made, making one, trying it, and the recovery code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from peerbook.desk import Desk
from peerbook.guide.handover import in_terminal
from peerbook.privacy.erasure import erase_person
from peerbook.store import backup, set_setting
from peerbook.text import _, format_date
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import (
    Button,
    Form,
    Heading,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    TextField,
    literal,
)


def backup_parts(desk: Desk) -> list[Part]:
    """Return what a leader sees of the backups; nothing for anybody else."""
    if desk.visitor.role != "leader":
        return []
    state, code = Section([]), Section([])

    def redraw() -> None:
        state.show([*_state(desk), *_missing_folder(desk, make_beside)])

    def make(folder: Path | None = None) -> str:
        try:
            path = backup.make_backup(desk.store, dt.datetime.now(dt.UTC), folder)
        finally:
            redraw()  # the folder may be gone, or there again
        if path.parent == backup.beside_data(desk.store):
            return _("{name} is made, and opens. Copy it to another disk.").format(name=path.name)
        return _("{name} is made, and opens.").format(name=path.name)

    def make_beside() -> str:
        return make(backup.beside_data(desk.store))

    def drill() -> str:
        told = backup.drill(desk.store, dt.datetime.now(dt.UTC), erase=erase_person)
        redraw()
        return told.sentence

    def written() -> str:
        with desk.store.write(desk.actor) as session:
            set_setting(session, backup.CODE_SETTING, desk.store.keys.key_id)
        code.show([])
        return _("Good. Keep the paper locked away, not beside the computer.")

    redraw()
    if desk.store.setting(backup.CODE_SETTING) != desk.store.keys.key_id:
        code.show(
            [
                Notice(
                    "warn",
                    _(
                        "Write the recovery code down. Without it nobody can open a backup, should "
                        "this computer be lost. In a terminal, “{command}” shows it."
                    ).format(command=in_terminal(desk.store, "key show")),
                ),
                Button(_("The code is written down"), written),
            ]
        )
    return [
        Heading(_("Backup")),
        state,
        Button(_("Make a backup"), make, look="main"),
        Button(_("Try the backup"), drill),
        code,
        _folder_form(desk, redraw),
    ]


def _missing_folder(desk: Desk, make_beside: Callable[[], str]) -> list[Part]:
    """Return what to do while the folder that was chosen is not there."""
    folder = backup.folder_of(desk.store)
    if folder == backup.beside_data(desk.store) or folder.is_dir():
        return []
    text = _("{folder} is not there now. Connect the stick or the disk, and load the page again.")
    return [
        Notice("warn", text.format(folder=folder)),
        Button(_("Make a backup beside the data meanwhile"), make_beside),
    ]


def _folder_form(desk: Desk, redraw: Callable[[], None]) -> Form:
    def save(submission: Submission) -> None:
        with desk.store.write(desk.actor) as session:
            backup.choose_folder(session, str(submission.values["folder"]))
        redraw()

    return Form(
        "backup_folder",
        [
            TextField(
                "folder", _("Folder for the backups"), max_length=400,
                hint=_(
                    "A folder on a stick or another disk of the computer where peerbook runs, for "
                    "instance E:\\backups. Leave it empty for a folder beside the data."
                ),
            )
        ],
        values={"folder": desk.store.setting(backup.FOLDER_SETTING, "")},
        on_submit=save,
        submit_label=_("Save the folder"),
    )  # fmt: skip


def _state(desk: Desk) -> list[Part]:
    made = backup.last_made(desk.store, backup.LAST_SETTING)
    tried = backup.last_made(desk.store, backup.DRILL_SETTING)
    if made is None:
        return [Notice("warn", _("There is no backup yet."))]
    told = _("The last backup was made on {day}.").format(day=_day(made))
    if tried is not None:
        told += " " + _("It was last tried on {day}.").format(day=_day(tried))
    where = _("Backups lie in {folder}, and go after five weeks.").format(
        folder=literal(str(backup.folder_of(desk.store)))
    )
    if not backup.is_due(desk.store, dt.datetime.now(dt.UTC)):
        return [Prose(told), Prose(where)]
    told += " " + _("It is time for a new one.")
    return [Notice("warn", told), Prose(where)]


def _day(moment: dt.datetime) -> str:
    return format_date(moment.astimezone(COPENHAGEN).date())
