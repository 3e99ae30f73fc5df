"""Help and settings: the handbook, what a place decides for itself, accessibility, and about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from peerbook.desk import Desk, open_desk
from peerbook.guide import records
from peerbook.guide.about import about
from peerbook.guide.accessibility import statement
from peerbook.guide.accessibility_part import Statement, review_warning
from peerbook.guide.handbook import handbook
from peerbook.guide.settings_part import settings_parts
from peerbook.guide.texts import HandedOut, handed_out
from peerbook.settings import help_number, whom_to_call
from peerbook.sites import site_records
from peerbook.store.tables import Site
from peerbook.text import _, current_language, format_number, ngettext
from peerbook.text.readability import LIX_LIMIT, ease_name
from peerbook.ui import (
    Column,
    Disclosure,
    Filter,
    Heading,
    Notice,
    Page,
    Part,
    Prose,
    Section,
    Status,
    Table,
    Tabs,
    danish_text,
    literal,
)

HARDEST = 10
DECIDING = ("leader", "course_leader")
"""Roles that decide what a place can decide for itself."""


def open_page(site: str = "") -> Page:
    """Return the page, with the help number of a site; the first by name when `site` is empty.

    Raises
    ------
    InputFault
        When there is no such site.
    """
    desk = open_desk()
    with desk.store.read() as session:
        known = site_records.sites(session)
        chosen = site_records.site_named(session, site)
    return Page(
        _HelpPage(desk, known, chosen).parts(),
        synthetic=desk.synthetic,
        facts=lambda: _facts(desk, chosen),
    )


class _HelpPage:
    """The page; what it says at its top follows what is saved further down."""

    def __init__(self, desk: Desk, sites: list[Site], chosen: Site | None) -> None:
        self._desk = desk
        self._sites = sites
        self._chosen = chosen
        self._top = Section([])
        self._decides = desk.visitor.role in DECIDING
        self._statement = Statement(desk, self._redraw_top)

    def parts(self) -> list[Part]:
        """Return what the page is made of."""
        self._redraw_top()
        settings = [(_("Settings"), self._settings)] if self._decides else []
        return [
            self._top,
            Tabs(
                [
                    (_("Handbook"), _chapters),
                    *settings,
                    (_("Accessibility"), self._accessibility),
                    (_("About peerbook"), lambda: _about_parts(self._desk)),
                ]
            ),
        ]

    def _accessibility(self) -> list[Part]:
        if self._decides:
            return self._statement.parts()
        store = self._desk.store
        return danish_text(statement(records.organisation(store), records.reviewed_on(store)))

    def _redraw_top(self) -> None:
        warning = review_warning(self._desk) if self._decides else []
        self._top.show([*self._call(), *warning])
        self._statement.follow()

    def _call(self) -> list[Part]:
        if self._chosen is None:
            return []
        call = whom_to_call(self._desk.store, self._chosen.id)
        if call:
            return [Notice("info", call)]
        if not self._decides:
            return []
        text = _("You have not written yet whom people can call. Do it under Settings.")
        return [Notice("warn", text)]

    def _settings(self) -> list[Part]:
        if self._chosen is None:
            return [Prose(_("Begin on the [front page](start.ipynb): tell us where you are."))]
        return settings_parts(self._desk, self._sites, self._chosen, self._redraw_top)


def _chapters() -> list[Part]:
    note = [] if current_language() == "da" else [Prose(_("The handbook is written in Danish."))]
    chapters = [
        Disclosure(chapter.title, partial(danish_text, chapter.text)) for chapter in handbook()
    ]
    return [*note, *chapters]


def _reading_parts() -> list[Part]:
    texts = sorted(handed_out(), key=lambda text: text.read.lix, reverse=True)
    hard = sum(text.read.lix > LIX_LIMIT for text in texts)
    if hard:
        verdict = Notice(
            "warn",
            ngettext(
                "{n} text is above LIX {limit}. Shorten its sentences.",
                "{n} texts are above LIX {limit}. Shorten their sentences.",
                hard,
            ).format(n=hard, limit=LIX_LIMIT),
        )
    else:
        verdict = Notice(
            "ok",
            _("All {n} texts are at LIX {limit} or below.").format(
                n=format_number(len(texts)), limit=LIX_LIMIT
            ),
        )
    lead = _(
        "LIX is the number of words in a sentence, plus how many in a hundred words are long. The "
        "lower, the easier. It says nothing of whether a text is good."
    )
    shown = Section([_reading_table(texts[:HARDEST])])
    places = sorted({text.place for text in texts})
    choice = Filter(
        _("Which texts?"),
        [("", _("The {n} hardest").format(n=HARDEST)), *((place, place) for place in places)],
        lambda place: shown.show(
            [_reading_table([text for text in texts if text.place == place] or texts[:HARDEST])]
        ),
    )
    return [Prose(lead), verdict, choice, shown]


def _reading_table(texts: Sequence[HandedOut]) -> Table:
    columns = [
        Column("title", _("Text")),
        Column("lix", _("LIX"), kind="number"),
        Column("ease", _("How easy"), kind="status"),
        Column("place", _("Belongs to")),
        Column("words", _("Words"), kind="number"),
    ]
    rows = [
        {
            "title": text.title,
            "lix": text.read.lix,
            "ease": Status(
                ease_name(text.read.ease), "warn" if text.read.lix > LIX_LIMIT else "ok"
            ),
            "place": text.place,
            "words": text.read.words,
        }
        for text in texts
    ]
    return Table(columns, rows, _("How easy the texts are to read, the hardest first"))


def _about_parts(desk: Desk) -> list[Part]:
    known = about(desk.store)
    facts = [
        _("peerbook {version} on Python {python}, {database} and {system}."),
        _("Your data lie in the database {server}.")
        if known.server
        else _("Your data lie in the folder {folder}."),
        *([] if known.changes is None else [_("{changes} changes have been saved so far.")]),
        _("The pages call no other computer. What you write goes to the database alone.")
        if known.server
        else _("The pages call no other computer. What you write stays on this one."),
        _("peerbook is free to use, change and pass on, under the MIT licence."),
    ]
    values = {
        "version": known.version, "python": known.python, "database": known.database,
        "system": known.system, "folder": literal(known.folder),
        "server": literal(known.server or ""), "changes": format_number(known.changes or 0),
    }  # fmt: skip
    columns = [Column("name", _("Part")), Column("version", _("Version"))]
    rows = [{"name": name, "version": version} for name, version in known.parts]
    return [
        Heading(_("This app")),
        Prose("\n".join(f"- {fact.format(**values)}" for fact in facts)),
        Disclosure(
            _("What it is built of"),
            [Table(columns, rows, _("Packages and their versions"), sortable=False)],
        ),
        Disclosure(_("How easy the texts are to read"), _reading_parts),
    ]


def _facts(desk: Desk, site: Site | None) -> tuple[str, ...]:
    texts = handed_out()
    number = help_number(desk.store, site.id) if site is not None else ""
    return (
        f"chapters: {len(handbook())}",
        f"texts above LIX {LIX_LIMIT}: {sum(text.read.lix > LIX_LIMIT for text in texts)}",
        f"help number set: {bool(number)}",
        f"threshold: {desk.threshold()}",
    )
