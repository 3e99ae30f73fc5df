"""What is typed freely is written without names: whoever writes one is asked once, and decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from peerbook.course import people_records
from peerbook.desk import Desk
from peerbook.errors import Fault, InputFault, Place
from peerbook.personal import Names, kinds_in
from peerbook.text import _


class Written(NamedTuple):
    """A free text, the field it was typed in, and the row when there are several, from 1."""

    field: str
    text: str
    row: int | None = None


class WithoutNames:
    """Asks about names of a course's participants, phone numbers and mail addresses in free text.

    A name may be right there, as that of a place; so the same text is taken when it is sent again.
    A CPR number never is. Of a text that belongs to no course nobody's name is known: to read them
    all would be written down as having seen them all.
    """

    def __init__(self, desk: Desk, course_id: int | None = None) -> None:
        self._desk = desk
        self._course_id = course_id
        self._asked: set[Written] = set()

    def ask(self, written: Iterable[Written]) -> None:
        """Ask about texts that say who somebody is and have not been asked about yet.

        Raises
        ------
        InputFault
            With what to do, at each text's field.
        """
        texts = [one for one in written if one.text]
        if not texts:
            return
        names = Names(self._names(), alone=True)
        faults = [
            Fault(message, Place(field=one.field, row=one.row))
            for one in texts
            if (message := self._question(one, names))
        ]
        if faults:
            raise InputFault(faults)

    def _names(self) -> list[str]:
        """Return the participants' names, where they may be read."""
        if self._course_id is None or not self._desk.sees_names:
            return []
        with self._desk.store.read() as session:
            people = people_records.mentors(session, self._course_id)
        return [person.name for person in people]

    def _question(self, written: Written, names: Names) -> str | None:
        kinds = kinds_in(written.text, names)
        if "cpr" in kinds:
            return _("There is a CPR number here. Take it out; it is never kept in a text.")
        if written in self._asked or not kinds:
            return None
        self._asked.add(written)
        if "name" in kinds:
            return _("There is a name here. Write it without the name? Or save again to keep it.")
        return _(
            "This looks like a phone number, a mail address or a code. Take it out? Or save again "
            "to keep it."
        )
