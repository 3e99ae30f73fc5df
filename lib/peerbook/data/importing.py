"""One file on its way in: what is known of it so far, and what it would do.

The page and the command share it; neither knows how a file is read or saved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from peerbook.course.data_imports import Intake, Look, Question, earlier_text, import_with_digest
from peerbook.data import kinds, sources
from peerbook.data.kinds import Place
from peerbook.errors import Fault, InputFault
from peerbook.files.apart import read_apart
from peerbook.files.intake import Notation, Reading, Template, read_filled
from peerbook.files.intake.matching import ANY_PROGRAM, Matching, matched
from peerbook.files.table import Table
from peerbook.store import Receipt, Store
from peerbook.text import _

POINT = "point"


@dataclass(frozen=True)
class Import:
    """A file on its way in.

    Parameters
    ----------
    store, actor
        The record, and who takes the file in.
    file_name, table
        The file.
    place
        Where rows belong that do not say so themselves.
    today
        A day after it cannot be recorded.
    threshold
        Fewest people of whom anything is told.
    template
        Id of the template it is taken for; None when that is not known.
    matching
        Which columns are which, for a file of another program.
    answers
        What the user has answered, by the key of the question.
    key
        Under which it is saved, once however often.
    """

    store: Store
    actor: str
    file_name: str
    table: Table = field(repr=False)
    place: Place
    today: dt.date
    threshold: int
    template: str | None = None
    matching: Matching | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: str(uuid4()))

    @classmethod
    def of(cls, store: Store, actor: str, file_name: str, data: bytes, **known: object) -> Import:
        """Return a file that was read, and what it was recognised as.

        Raises
        ------
        InputFault
            When it cannot be read at all, or nothing of it is saved.
        """
        table = read_apart(data)
        found = kinds.template_of(table)
        return cls(
            store, actor, file_name, table,
            template=None if found is None else found.id, **known,  # type: ignore[arg-type]
        )  # fmt: skip

    def answered(self, answers: Mapping[str, str]) -> Import:
        """Return it with more answers."""
        return replace(self, answers={**self.answers, **answers})

    def matched_by(self, matching: Matching) -> Import:
        """Return it as a file whose columns the user has matched."""
        return replace(self, matching=matching, template=matching.template)

    def look(self) -> Look:
        """Return what it would do.

        Raises
        ------
        InputFault
            When this very file is saved already, or it must be said first what it is or where it
            belongs.
        """
        with self.store.read() as session:
            earlier = import_with_digest(session, self.table.digest)
            if earlier is not None:
                raise InputFault([Fault(earlier_text(earlier))])
            reading = self._reading()
            if not reading.is_right_file:
                return Look(reading, ())
            look = self._intake().look(session, reading, self.answers)
        if reading.asks_point and POINT not in self.answers:
            return replace(look, questions=(point_question(), *look.questions))
        return look

    def save(self, seen: Look) -> Receipt:
        """Save what was shown, once however often it is asked to, and return the receipt."""
        content = [self.template, self.table.digest, sorted(self.answers.items())]
        return self.store.submit(
            self.key,
            self.actor,
            lambda session: self._intake().save(
                session, self._reading(), self.answers, seen, self.file_name
            ),
            content,
        )

    def _intake(self) -> Intake:
        return kinds.intake_of(self._template().id, self.place, self.today, self.threshold)

    def _template(self) -> Template:
        if self.template is None:
            raise InputFault(
                [
                    Fault(
                        _(
                            "The file fits none of our templates. Match its columns once on the "
                            "page “Data”, remember that under a name, and give the name here."
                        )
                    )
                ]
            )
        return kinds.importable()[self.template]

    def _reading(self) -> Reading:
        template = self._template()
        notation = Notation()
        table = self.table
        if self.matching is not None:
            source = sources.sources().get(self.matching.source, ANY_PROGRAM)
            table = matched(table, template, self.matching, source)
            notation = source.notation
        if (point := self.answers.get(POINT)) in ("thousands", "decimals"):
            notation = replace(notation, point=point)  # type: ignore[arg-type]
        others = [one for one in kinds.importable().values() if one.id != template.id]
        return read_filled(template, table, others, notation)


def point_question() -> Question:
    """Return the question what a point in a number stands before."""
    return Question(
        POINT,
        _("What does a point in a number mean in this file?"),
        (
            ("thousands", _("1.234 is one thousand two hundred and thirty-four")),
            ("decimals", _("1.234 is a little more than one")),
        ),
    )
