"""An assessment of costs that is open on the page, and what its steps know together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy.orm import Session

from peerbook.costs import assessment_records
from peerbook.costs.assessment import Assessment
from peerbook.costs.assessment import Part as Held
from peerbook.costs.assessment_records import Entry, Kept
from peerbook.costs.model import Model
from peerbook.costs.names import examples_told
from peerbook.course.without_names import WithoutNames, Written
from peerbook.desk import Desk
from peerbook.files.origin import Origin, fingerprint
from peerbook.store import Receipt, Saved
from peerbook.text import _
from peerbook.ui import Form, Notice, Part, Section, Submission
from peerbook.ui.part import explanation


class Opened:
    """What was said so far, saving more of it, and telling the other steps.

    Parameters
    ----------
    desk
        Where.
    kept
        The assessment.
    place
        Name of the site it is of.
    """

    def __init__(self, desk: Desk, kept: Kept, place: str) -> None:
        self.desk = desk
        self._kept = kept
        self._place = place
        self._followers: list[tuple[Callable[[], None], Section | None]] = []
        self._drafts: dict[str, str] = {}
        self._draft_followers: list[Callable[[], None]] = []
        self._names = WithoutNames(desk)

    @property
    def number(self) -> int:
        """The number of the assessment."""
        return self._kept.number

    @property
    def said(self) -> Assessment:
        """What was said, as it was last read."""
        return self._kept.assessment

    def origin(self, data: object) -> Origin:
        """Return where a file of it comes from.

        Parameters
        ----------
        data
            What the file is made from.
        """
        return Origin(
            fingerprint(str(data)), self.desk.today, synthetic=self.desk.synthetic,
            title=self.said.title, place=self._place,
        )  # fmt: skip

    def follow(self, refresh: Callable[[], None], place: Section | None = None) -> None:
        """Let a step be shown anew after each save.

        Parameters
        ----------
        place
            What the step is shown in; it says so there if it cannot be shown.
        """
        self._followers.append((refresh, place))

    @property
    def unsaved(self) -> tuple[str, ...]:
        """The steps in which something is typed that is not saved, each once."""
        return tuple(dict.fromkeys(self._drafts.values()))

    def follow_drafts(self, refresh: Callable[[], None]) -> None:
        """Let a step be shown anew when something is typed in another, or saved there."""
        self._draft_followers.append(refresh)

    def watch(self, form: Form, name: str, step: str) -> None:
        """Know from now on whether something is typed in a form that is not saved.

        Parameters
        ----------
        name
            Of the form: one that is shown anew has the same.
        step
            Where it stands, as its tab is called.
        """

        def note(_change: object = None) -> None:
            before = self.unsaved
            self._drafts.pop(name, None)
            if form.has_draft:
                self._drafts[name] = step
            if self.unsaved != before:
                for refresh in self._draft_followers:
                    refresh()

        form.observe(note, "offer")
        note()

    def example_notice(self, models: Iterable[Model]) -> list[Part]:
        """Return that figures of some models are examples, where any is."""
        found = {
            self.said.names(model)[key] for model in models for key in self.said.examples(model)
        }
        told = examples_told(len(found))
        return [Notice("warn", told)] if told else []

    def ask_about_names(self, texts: Iterable[tuple[str, str]]) -> None:
        """Ask once about texts that seem to name somebody, each with its field.

        Raises
        ------
        InputFault
            As `WithoutNames.ask` does.
        """
        self._names.ask(Written(field, text) for field, text in texts)

    def save_frame(self, submission: Submission, seen: Assessment, mine: Assessment) -> Receipt:
        """Save title, models and years, as they were shown and as they are wanted."""
        receipt = self.desk.save(
            submission,
            lambda session: assessment_records.save_frame(session, self.number, seen, mine),
        )
        self.read()
        return receipt

    def save(
        self,
        submission: Submission,
        part: Held,
        seen: Mapping[str, Entry | None],
        mine: Mapping[str, Entry | None],
        along: Callable[[Session], None] = lambda _session: None,
    ) -> Receipt:
        """Save entries, see `assessment_records.save_entries`, and what goes along with them."""

        def save(session: Session) -> Saved:
            along(session)
            return assessment_records.save_entries(session, self.number, part, seen, mine)

        receipt = self.desk.save(submission, save)
        self.read()
        return receipt

    def take_away(self, part: Held, key: str, seen: Entry) -> None:
        """Remove one entry."""
        with self.desk.store.write(self.desk.actor) as session:
            assessment_records.save_entries(session, self.number, part, {key: seen}, {key: None})
        self.read()

    def read(self) -> None:
        """Read the assessment again, and show it anew in all steps."""
        with self.desk.store.read() as session:
            self._kept = assessment_records.assessment(session, self.number)
        for refresh, place in self._followers:
            try:
                refresh()
            except Exception as error:  # it is saved: no step may make that look refused
                told = _("It is saved, but cannot be shown here. {why}")
                notice = Notice("warn", told.format(why=explanation(error, "a step of costs")))
                if place is not None:
                    place.show([notice])
