"""Who may be one person: suggested, decided by hand, and taken back by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.data_protection.one_person import say_one_person
from peerbook.desk import Desk
from peerbook.privacy import same_person
from peerbook.privacy.same_person import Pair
from peerbook.store import identities
from peerbook.store.identities import Alike
from peerbook.store.tables import Course, Enrolment, Participant, SamePerson, Site
from peerbook.text import _, format_date, format_list, ngettext
from peerbook.ui import (
    Button,
    Cells,
    Column,
    Heading,
    Notice,
    Overview,
    Part,
    Prose,
    RowAction,
    Table,
    literal,
)
from peerbook.ui.asking import asks_once

MOST_SHOWN = 50


class SamePersonPart:
    """What is suggested and what was said; it gives place to two one decides about."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._place = Overview(self._overview_parts)

    def parts(self) -> list[Part]:
        """Return what it is about, and the place for the rest."""
        self._place.show_overview()
        return [
            Prose(
                _(
                    "Somebody who comes back, or was a peer and becomes a mentor, can stand here "
                    "twice. peerbook never joins two by itself."
                )
            ),
            self._place,
        ]

    def _overview_parts(self) -> list[Part]:
        with self._desk.store.read() as session:
            found = same_person.suggestions(session)
            said = same_person.joined(session)
            shown = found[:MOST_SHOWN]
            pairs = [one.pair for one in shown] + [(row.one_code, row.other_code) for row in said]
            names = _names(session, pairs)
        if not found:
            nobody = Notice("ok", _("Nobody looks like one person with two codes."))
            return [nobody, *self._said_parts(said, names)]
        columns = [
            Column("one", _("The one")),
            Column("other", _("The other")),
            Column("alike", _("What is the same")),
        ]
        rows = [
            {
                "one": names[one.pair[0]],
                "other": names[one.pair[1]],
                "alike": format_list([_alike(what) for what in one.alike]),
                "pair": one.pair,
            }
            for one in shown
        ]
        more = len(found) - len(shown)
        return [
            Table(
                columns, rows, _("Who may be one person"), sortable=False,
                action=RowAction(_("Decide …"), self._decide),
            ),
            *([Prose(_("And {n} more.").format(n=more))] if more else []),
            *self._said_parts(said, names),
        ]  # fmt: skip

    def _decide(self, row: Cells) -> str:
        pair = cast(Pair, row["pair"])
        self._place.open(lambda: self._deciding(pair))
        return ""

    def _deciding(self, pair: Pair) -> list[Part]:
        """Return what to know of two to say whether they are one; nothing once one was deleted."""
        with self._desk.store.read() as session:
            if any(session.get(Participant, code) is None for code in pair):
                return []
            about = [_about(session, code) for code in pair]
            names = _names(session, [pair])
        today = self._desk.today
        ask = asks_once()

        def one() -> str:
            ask(
                lambda meant: self._write(
                    lambda session: say_one_person(
                        session, pair, today, seen=None, is_meant=pair in meant
                    )
                )
            )
            return self._told(_("Written down: it is one person. Both codes stay as they are."))

        def two() -> str:
            self._write(lambda session: same_person.say(session, pair, is_same=False, today=today))
            return self._told(_("Written down: they are two people. It is not suggested again."))

        return [
            Heading(_("One person or two?")),
            *(
                Prose(f"**{literal(names[code])}** · {about_one}")
                for code, about_one in zip(pair, about, strict=True)
            ),
            Button(_("It is one person"), one, look="main"),
            Button(_("They are two people"), two),
        ]

    def _write(self, change: Callable[[Session], None]) -> None:
        with self._desk.store.write(self._desk.actor) as session:
            change(session)

    def _said_parts(self, said: list[SamePerson], names: dict[str, str]) -> list[Part]:
        if not said:
            return []
        columns = [
            Column("one", _("The one")),
            Column("other", _("The other")),
            Column("what", _("What was said")),
            Column("on", _("When"), kind="date"),
            Column("who", _("By whom")),
        ]
        rows = [
            {
                "one": names[row.one_code],
                "other": names[row.other_code],
                "what": _("one person") if row.is_same else _("two people"),
                "on": row.said_on,
                "who": self._desk.name_of(row.actor),
                "pair": (row.one_code, row.other_code),
                "is_same": row.is_same,
            }
            for row in said
        ]
        return [
            Heading(_("What was said")),
            Table(
                columns, rows, _("Who is one person, and who is not"), sortable=False,
                action=RowAction(_("Take back"), self._take_back),
            ),
        ]  # fmt: skip

    def _take_back(self, row: Cells) -> str:
        pair, seen = cast(Pair, row["pair"]), bool(row["is_same"])
        self._write(lambda session: same_person.take_back(session, pair, seen=seen))
        return self._told(_("It is taken back."))

    def _told(self, told: str) -> str:
        self._place.show_overview(told)
        return told


def others_notice(session: Session, code: str) -> list[Part]:
    """Return what to know of somebody who has other codes too; nothing for most people."""
    others = same_person.others_of(session, code)
    if not others:
        return []
    text = ngettext(
        "The same person has the code {codes} too. Fetch and delete what stands there as well: "
        "find it by the code.",
        "The same person has the codes {codes} too. Fetch and delete what stands there as well: "
        "find it by the codes.",
        len(others),
    )
    return [Notice("info", text.format(codes=format_list(others)))]


def _names(session: Session, pairs: Iterable[Pair]) -> dict[str, str]:
    """Return by code what somebody is called, with the code."""
    codes = sorted({code for pair in pairs for code in pair})
    known = identities.name_of(session, codes)
    return {code: f"{known[code]} ({code})" if code in known else code for code in codes}


def _about(session: Session, code: str) -> str:
    """Return in a line where somebody belongs, and which courses they are or were on."""
    site = session.scalar(select(Site.name).join(Participant).where(Participant.code == code))
    wanted = (
        select(Course.title, Enrolment.enrolled_on)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(Enrolment.participant_code == code)
        .order_by(Enrolment.enrolled_on)
    )
    courses = [
        _("{course} from {date}").format(course=title, date=format_date(day))
        for title, day in session.execute(wanted)
    ]
    return literal(": ".join(filter(None, [site or "", format_list(courses)])))


def _alike(what: Alike) -> str:
    return {
        "cpr": _("CPR number"),
        "name": _("name"),
        "email": _("e-mail address"),
        "phone": _("telephone number"),
    }[what]
