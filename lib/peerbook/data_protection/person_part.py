"""One person: found by name or code, with their own file."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.data_protection.deletions_part import certificate_download
from peerbook.data_protection.erasure_part import erasure_parts
from peerbook.data_protection.grounds import Grounds, grounds
from peerbook.data_protection.hold_part import hold_parts
from peerbook.data_protection.own_file import OwnFile, as_csv, as_pdf, own_file
from peerbook.data_protection.same_person_part import others_notice
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.privacy.taken_out import note_own_file
from peerbook.store import Receipt, identities
from peerbook.store.codes import read_code
from peerbook.store.tables import Participant, Site
from peerbook.text import _, ngettext
from peerbook.ui import (
    Cells,
    Column,
    Disclosure,
    Downloads,
    Filter,
    Form,
    Heading,
    MakeFile,
    Notice,
    Overview,
    Part,
    Prose,
    RowAction,
    Submission,
    Table,
    TextField,
)

MOST_FOUND = 20
SHORTEST = 2


class PersonPart:
    """A search, and in one place those who were found or one of them; nothing typed is kept.

    Parameters
    ----------
    deleted
        Called when somebody was deleted.
    """

    def __init__(self, desk: Desk, deleted: Callable[[], None] = lambda: None) -> None:
        self._desk = desk
        self._told_deleted = deleted
        self._found: list[dict[str, str]] = []
        self._told = ""
        self._place = Overview(self._found_parts)

    def parts(self) -> list[Part]:
        """Return the search and the place for what it finds."""
        form = Form(
            "find_person",
            [
                TextField(
                    "who", _("Name or code"), required=True, max_length=80,
                    hint=_("A part of the name is enough. What you look for is not kept."),
                )
            ],
            on_submit=self._find,
            submit_label=_("Find the person"),
            only_asks=True,
        )  # fmt: skip
        return [form, self._place]

    def _find(self, submission: Submission) -> str:
        written = str(submission.values["who"])
        if len(written.strip()) < SHORTEST:
            raise InputFault.at("who", _("Write at least two letters of the name."))
        with self._desk.store.read() as session:
            rows = _found(session, written)
        self._told = ""
        told = ngettext("{n} person found.", "{n} people found.", len(rows)).format(n=len(rows))
        if not rows:
            self._told = told = _("Nobody is called that, and nobody has that code.")
        elif len(rows) > MOST_FOUND:
            told = _("There are more than {n}. Write more of the name.").format(n=MOST_FOUND)
            self._told, rows = told, []
        self._found = rows
        self._place.show_overview()
        return told

    def _found_parts(self) -> list[Part]:
        """Return those who were found, or why there is nobody to choose."""
        if not self._found:
            return [Notice("info", self._told)] if self._told else []
        columns = [
            Column("name", _("Name")), Column("code", _("Code")), Column("site", _("Site")),
        ]  # fmt: skip

        def open_one(row: Cells) -> str:
            code, name = str(row["code"]), str(row["name"])
            self._place.open(lambda: self._about(code, name))
            return ""

        return [
            Table(
                columns, self._found, _("Who was found"), sortable=False,
                action=RowAction(_("Open"), open_one),
            )
        ]  # fmt: skip

    def _about(self, code: str, name: str) -> list[Part]:
        """Return what can be done about somebody; nothing once they were deleted."""
        with self._desk.store.read() as session:
            if session.get(Participant, code) is None:
                return []
            others = others_notice(session, code)
            written = grounds(session)
        # Asked anew for each person, so that nobody is named because somebody was before.
        staff = Filter(
            _("How does it tell of staff who saw or wrote something?"),
            [(False, _("By their role, and when")), (True, _("By name, and when"))],
            lambda _names_staff: None,
            look="radio",
        )
        return [
            Heading(name),
            Prose(_("Everything else in peerbook knows them as **{code}**.").format(code=code)),
            *others,
            Heading(_("Their own file"), level=3),
            Prose(
                _(
                    "All that peerbook keeps about them, to hand over when they ask. Look at it "
                    "first, and give it to nobody else. That you made it is written down."
                )
            ),
            *_unwritten(written),
            staff,
            Prose(
                _(
                    "People may know that their name was seen, and when. They may know by whom "
                    "only if they need it to use their rights, and it is fair to whoever is named."
                )
            ),
            Downloads(
                [
                    (_("To read and print (.pdf)"), self._file(code, as_pdf, staff)),
                    (_("For a computer (.csv)"), self._file(code, as_csv, staff)),
                ]
            ),
            Disclosure(_("How long are they kept?"), lambda: hold_parts(self._desk, code)),
            Disclosure(
                _("Delete this person"),
                lambda: erasure_parts(
                    self._desk, code, lambda receipt: self._deleted(receipt, code)
                ),
            ),
        ]

    def _deleted(self, receipt: Receipt, code: str) -> None:
        told = _("{code} is deleted. Keep the certificate.").format(code=code)
        self._found = [row for row in self._found if row["code"] != code]
        self._place.show_overview(told, [certificate_download(self._desk, receipt.record)])
        self._told_deleted()

    def _file(
        self, code: str, written: Callable[..., tuple[str, bytes, str]], staff: Filter[bool]
    ) -> MakeFile:
        def make() -> tuple[str, bytes, str]:
            return own_file_made(self._desk, code, written, names_staff=staff.value)

        return make


def _unwritten(written: Grounds) -> list[Part]:
    """Return what a person's file would lack of what Article 15 (1) says they must be told."""
    if written.taking_part and written.recipients and written.contact:
        return []
    return [
        Notice(
            "warn",
            _(
                "Not all is written under “What you build on”. Write by what right you keep this, "
                "who else gets it, and whom to ask, before you hand the file over."
            ),
        )
    ]


def own_file_made(
    desk: Desk,
    code: str,
    written: Callable[..., tuple[str, bytes, str]],
    *,
    names_staff: bool = False,
) -> tuple[str, bytes, str]:
    """Return a person's own file as `written` has it, once it is written down that it was made."""
    today = desk.today
    with desk.store.write(desk.actor) as session:
        file: OwnFile = own_file(session, code, today, names_staff=names_staff)
        note_own_file(session, code, today)
    return written(file, today, synthetic=desk.synthetic)


def _found(session: Session, written: str) -> list[dict[str, str]]:
    """Return name, code and site of those who fit what was written, by code when it is one."""
    try:
        codes = {read_code(written): ""}
    except InputFault:
        codes = {}
    names = identities.named(session, written) | identities.name_of(session, codes)
    known = select(Participant.code, Site.name).join(Site, Site.id == Participant.site_id)
    rows = session.execute(known.where(Participant.code.in_([*names, *codes]))).all()
    found = [
        {"code": code, "name": names.get(code, _("without a name")), "site": site}
        for code, site in rows
    ]
    return sorted(found, key=lambda one: (one["name"].casefold(), one["code"]))
