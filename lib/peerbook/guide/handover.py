"""The hand-over booklet: what whoever takes over has to know, on paper, since no page may open.

It tells where data and key lie, how everything is started, saved and brought back, and who leads.
Nobody who takes part stands in it, and neither the key nor its recovery code: for the code there
are boxes to be filled by hand.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from peerbook.files import media_types
from peerbook.files.origin import invented
from peerbook.files.paper import PAPER_LANGUAGE, paper_name
from peerbook.guide import records
from peerbook.guide.about import About, about
from peerbook.paths import DATA_FOLDER_VARIABLE, data_folder
from peerbook.store import Store, backup, users
from peerbook.store.backup import DUE_DAYS, KEPT_DAYS
from peerbook.store.keys import CODE_GROUPS, key_place
from peerbook.store.store import FILE_NAME
from peerbook.text import _, format_date, format_list, written_in
from peerbook.text.formats import COPENHAGEN

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chapter:
    """One heading of the booklet, and what stands under it.

    Parameters
    ----------
    title
        The heading.
    text
        What to know.
    facts
        Labels, each with what it is here; what is empty is written by hand.
    steps
        What to do, in order.
    commands
        What to write into a terminal.
    groups
        How many boxes there are for the groups of a code that is written by hand.
    """

    title: str
    text: str = ""
    facts: Facts = ()
    steps: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    groups: int = 0


def handover_paper(store: Store, today: dt.date, *, synthetic: bool) -> tuple[str, bytes, str]:
    """Return the booklet's file name, its bytes and its media type."""
    from peerbook.files.pdf import pdf  # Typst is needed for printing only

    with written_in(PAPER_LANGUAGE):
        data = {
            "title": _("Taking over peerbook"),
            "made": _("Printed on {date}. Print it again when something changes.").format(
                date=format_date(today, "plain")
            ),
            "notice": invented() if synthetic else "",
            "page": _("Page"),
            "chapters": [asdict(one) for one in chapters(store)],
        }
        name = paper_name(_("hand-over"), synthetic=synthetic)
        return name, pdf("handover", data), media_types.PDF


def chapters(store: Store) -> list[Chapter]:
    """Return all that stands in the booklet."""
    known = about(store)
    command, option = _command(), _option(store)
    return [
        Chapter(
            _("What it is"),
            _(
                "peerbook plans courses for peers, records who comes, and collects what they "
                "think. It runs on your own computer and sends nothing out. Names are kept apart "
                "from everything else."
            ),
        ),
        Chapter(_("Who leads"), facts=_people(store)),
        Chapter(
            _("Where everything lies"),
            _("Data and key belong together, but never lie together. Do not move either by hand."),
            facts=_places(store, known),
        ),
        Chapter(
            _("Start it"),
            _("Write this in a terminal. The browser opens, and you log in with your own name."),
            commands=(f"{command} serve{option}",),
        ),
        Chapter(
            _("Make a user, or help one in"),
            _(
                "A leader makes users on the page “Users and access”. Can nobody log in, then "
                "write this on the computer itself."
            ),
            commands=(f"{command} user add{option}", f"{command} user reset{option}"),
        ),
        Chapter(
            _("Back up, every week"),
            _(
                "Press “Make a backup” under help and settings, or write the first line. The "
                "second tries whether the newest backup can be brought back. A backup goes after "
                "{days} days."
            ).format(days=KEPT_DAYS),
            facts=_backups(store),
            commands=(f"{command} backup{option}", f"{command} backup --drill{option}"),
        ),
        _restoring(store, command, option),
        Chapter(
            _("The recovery code"),
            _(
                "It opens data and backups when the key is lost. It is never printed. Write it "
                "here by hand, from what the command shows, and keep this paper locked away, not "
                "beside the computer. The code belongs to the key {key}."
            ).format(key=store.keys.key_id),
            commands=(f"{command} key show{option}",),
            groups=CODE_GROUPS,
        ),
        Chapter(
            _("If the key is lost"),
            steps=(
                _("Look for the key in the place named above, and in copies of that computer."),
                _("If it is gone, write the command below, and type in the recovery code."),
                _(
                    "Without key and code nobody can open the data, not even those who made "
                    "peerbook. Then begin anew, and tell whoever answers for the data."
                ),
            ),
            commands=(f"{command} key restore{option}",),
        ),
        Chapter(_("Versions"), facts=_versions(known)),
    ]


def _people(store: Store) -> Facts:
    with store.read() as session:
        leaders = [
            f"{one.shown} ({one.name})"
            for one in users.accounts(session)
            if one.role == "leader" and one.is_active
        ]
    answers = records.organisation(store)
    return (
        (_("Leaders"), format_list(leaders)),
        (_("Municipality or association"), answers.name),
        (_("Phone"), answers.phone),
        (_("Whoever takes over"), ""),
        (_("Handed over on"), ""),
    )


def _places(store: Store, known: About) -> Facts:
    return (
        (_("The data"), _place(store)),
        (_("What goes with them"), known.folder),
        (_("The key"), key_place(store.keys.store_id).told),
        (_("Backups"), str(backup.folder_of(store))),
        (_("The program"), str(Path(sys.executable).parent)),
        (_("The computer, and where it stands"), ""),
    )


def _backups(store: Store) -> Facts:
    made, tried = (
        backup.last_made(store, setting) for setting in (backup.LAST_SETTING, backup.DRILL_SETTING)
    )
    return (
        (_("Last backup"), _day(made)),
        (_("Last tried"), _day(tried)),
        (_("How often"), _("every {days} days").format(days=DUE_DAYS)),
    )


def _restoring(store: Store, command: str, option: str) -> Chapter:
    steps = [
        _("Install peerbook on the new computer, and copy the backup to it."),
        _("Write the command below. If the key is not there, the recovery code is asked for."),
    ]
    if store.server:
        steps.append(
            _(
                "The database has to be empty: whoever looks after the server makes a new one, and "
                "you name that."
            )
        )
    else:
        steps.append(_("Data that are there already are set aside, never written over."))
    file = _("FILE")
    return Chapter(
        _("Bring a backup back"),
        steps=tuple(steps),
        commands=(f"{command} restore {file}{option}",),
    )


def _versions(known: About) -> Facts:
    return (
        ("peerbook", known.version),
        ("Python", known.python),
        (_("Database"), known.database),
        (_("Computer"), known.system),
    )


def _place(store: Store) -> str:
    """Return where the data lie, with no password in it."""
    return store.server or store.address


def in_terminal(store: Store, words: str) -> str:
    """Return a command as it is written in a terminal on this computer.

    Parameters
    ----------
    words
        What follows the program's name.
    """
    return f"{_command()} {words}{_option(store)}"


def _command() -> str:
    """Return how the command is written in a terminal on this computer."""
    if shutil.which("peerbook"):
        return "peerbook"
    return _quoted(str(Path(sys.executable).with_name("peerbook")))


def _option(store: Store) -> str:
    """Return what says where the data lie; nothing where peerbook looks by itself."""
    looks_there = not os.environ.get(DATA_FOLDER_VARIABLE)
    if looks_there and store.address == str(data_folder() / FILE_NAME):
        return ""
    return f" --store {_quoted(_place(store))}"


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word or "?" in word else word


def _day(moment: dt.datetime | None) -> str:
    return "" if moment is None else format_date(moment.astimezone(COPENHAGEN).date(), "plain")
