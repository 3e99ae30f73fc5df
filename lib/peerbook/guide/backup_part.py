"""Backups on the page: when the last was made, making one, trying it, and the recovery code."""

from __future__ import annotations

import datetime as dt

from peerbook.desk import Desk
from peerbook.store import backup, set_setting
from peerbook.text import _, format_date
from peerbook.text.formats import COPENHAGEN
from peerbook.ui import Button, Heading, Notice, Part, Prose, Section, literal


def backup_parts(desk: Desk) -> list[Part]:
    """Return what a leader sees of the backups; nothing for anybody else."""
    if desk.visitor.role != "leader":
        return []
    state, code = Section([]), Section([])

    def redraw() -> None:
        state.show(_state(desk))

    def make() -> str:
        path = backup.make_backup(desk.store, dt.datetime.now(dt.UTC))
        redraw()
        return _("{name} is made, and opens. Copy it to another disk.").format(name=path.name)

    def drill() -> str:
        told = backup.drill(desk.store, dt.datetime.now(dt.UTC))
        redraw()
        return _("The backup opens, and all of its {rows} rows are there.").format(
            rows=told.number_of_rows
        )

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
                        "this computer be lost. In a terminal, “peerbook key show” shows it."
                    ),
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
    ]


def _state(desk: Desk) -> list[Part]:
    made = backup.last_made(desk.store, backup.LAST_SETTING)
    tried = backup.last_made(desk.store, backup.DRILL_SETTING)
    if made is None:
        return [Notice("warn", _("There is no backup yet."))]
    told = _("The last backup was made on {day}.").format(day=_day(made))
    if tried is not None:
        told += " " + _("It was last tried on {day}.").format(day=_day(tried))
    where = _("Backups lie in {folder}, and go after five weeks.").format(
        folder=literal(str(desk.store.folder / "backups"))
    )
    if not backup.is_due(desk.store, dt.datetime.now(dt.UTC)):
        return [Prose(told), Prose(where)]
    told += " " + _("It is time for a new one.")
    return [Notice("warn", told), Prose(where)]


def _day(moment: dt.datetime) -> str:
    return format_date(moment.astimezone(COPENHAGEN).date())
