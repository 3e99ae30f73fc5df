"""You said – we did: every suggestion gets an answer, somebody who sees to it, and a date."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from peerbook.course import records
from peerbook.course.course_drafts import course_drafts
from peerbook.course.improvement import suggestion_records
from peerbook.course.without_names import WithoutNames, Written
from peerbook.desk import Desk
from peerbook.rows import each
from peerbook.store import Receipt
from peerbook.store.tables import Course, DecisionStatus, Outcome
from peerbook.text import _, format_number, ngettext, shortened
from peerbook.ui import (
    Button,
    Cells,
    ChoiceField,
    ChoicesField,
    Column,
    DateField,
    Disclosure,
    Form,
    Heading,
    LongTextField,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    Status,
    Submission,
    Table,
    TextField,
    literal,
    receipt_text,
)

TEXT_LENGTH = 160
ANSWER = ("outcome", "what_we_did", "owner", "due_on", "status")
"""What an answer to a suggestion consists of, as form and table name it."""


class Board:
    """The suggestions of a course; redrawn after each decision.

    Parameters
    ----------
    on_answer
        Called when a suggestion got an answer, or its answer was taken back.
    """

    def __init__(self, desk: Desk, course: Course, on_answer: Callable[[], None]) -> None:
        self._desk = desk
        self._course = course
        self._on_answer = on_answer
        self._names = WithoutNames(desk, course.id)
        self._board = Section([])
        self._shows_list = False

    def section(self) -> Section:
        """Return the board, which gives place to an answer while it is written, and the form."""
        self._redraw()
        adding = Disclosure(_("Add a suggestion"), lambda: [self._suggestion_form()])
        return Section([self._board, adding])

    def follow_sheets(self) -> None:
        """Show the suggestions as they are now that sheets were saved or went.

        An answer that is being written is left alone.
        """
        if self._shows_list:
            self._redraw()

    def _redraw(self, announce: str = "", told: str = "") -> None:
        """Show the board, and first what was done, if the reader has just done something on it."""
        threshold = self._desk.threshold()
        with self._desk.store.read() as session:
            said = suggestion_records.suggestions_frame(session, self._course.id, threshold)
            decided = suggestion_records.decisions_frame(session, self._course.id)
            site_id = records.site_of(session, self._course.id)
            waiting = suggestion_records.open_suggestions(
                session, records.at_site(site_id), threshold
            )
        self._open = [row for row in each(waiting) if row.course_id == self._course.id]
        self._decided = {row.suggestion_id: row for row in each(decided)}
        # What was promised stays, also when its text can no longer be shown.
        shown = [
            row for row in each(said) if row.text is not None or row.suggestion_id in self._decided
        ]
        self._said = sorted(shown, key=lambda row: row.suggestion_id in self._decided)
        self._held_back = len(said) - len(self._said)
        notice = [Notice("ok", told)] if told else []
        self._shows_list = True
        self._board.show([*notice, *self._parts()], announce or told, take_there=bool(told))

    def _waiting(self) -> list[Any]:
        return [row for row in self._said if row.suggestion_id not in self._decided]

    def _parts(self) -> list[Part]:
        parts: list[Part] = open_notices(self._open, self._desk.today)
        if self._held_back:
            text = ngettext(
                "{n} suggestion from the sheets is saved, but not shown yet: fewer than {fewest} "
                "people have written one at the same evaluation, and nobody should be picked out.",
                "{n} suggestions from the sheets are saved, but not shown yet: fewer than {fewest} "
                "people have written one at the same evaluation, and nobody should be picked out.",
                self._held_back,
            ).format(n=self._held_back, fewest=self._desk.threshold())
            way_out = _(
                "Do you know what they wish for, because you have asked the group or typed in the "
                "paper? Then write it in your own words under “Add a suggestion”. It gets an "
                "answer all the same."
            )
            parts.append(Notice("info", f"{text} {way_out}"))
        columns = [
            Column("said", _("You said")),
            Column("did", _("We did")),
            Column("status", _("Status"), kind="status"),
            Column("owner", _("Who sees to it")),
            Column("due_on", _("By when"), kind="date"),
        ]
        parts.append(
            Table(
                columns,
                [self._row(row.suggestion_id, said_text(row)) for row in self._said],
                _("You said – we did: {course}").format(course=self._course.title),
                action=RowAction(self._answer_label, self._answer),
                empty=_("Suggestions from the evaluation forms come here by themselves."),
            )
        )
        return parts

    def _row(self, number: int, text: str) -> dict[str, object]:
        row: dict[str, object] = {"id": number, "said": text}
        decision = self._decided.get(number)
        if decision is None:
            return row | {"status": Status(_("Waits for an answer"), "warn")}
        status = status_of(decision.status)
        if decision.outcome == "no":
            is_told = decision.status == "told_back"
            text = _("Not possible, told back") if is_told else outcome_name("no")
            status = Status(text, "ok" if is_told else "neutral")
        elif (
            decision.status == "open"
            and decision.due_on is not None
            and decision.due_on < self._desk.today
        ):
            status = Status(_("Overdue"), "danger")
        return row | {
            "did": decision.what_we_did or outcome_name(decision.outcome),
            "status": status,
            "owner": decision.owner or None,
            "due_on": decision.due_on,
        }

    def _answer_label(self, row: Cells) -> str:
        return _("Correct the answer") if row["id"] in self._decided else _("Answer")

    def _answer(self, row: Cells) -> str:
        """Show the form with which a suggestion is answered, in the place of the board."""
        parts = [
            Heading(_("Answer a suggestion"), level=3),
            Prose(_("You said: {text}").format(text=literal(str(row["said"])))),
            self._decision_form(int(str(row["id"]))),
            Button(_("Back to the list"), self._back),
            *self._take_back_parts(int(str(row["id"]))),
        ]
        self._shows_list = False
        self._board.show(parts, take_there=True)
        return ""

    def _back(self) -> str:
        self._redraw(_("The list is shown again."))
        return ""

    def _decision_form(self, suggestion: int) -> Form:
        decision = self._decided.get(suggestion)
        answered: dict[str, object] = {}
        if decision is not None:
            answered = {name: getattr(decision, name) for name in ANSWER}
        shown = None if decision is None else (int(decision.decision_id), int(decision.version))
        others = {} if decision is not None else self._others(suggestion)
        also = self._also_field(suggestion, others) if others else None
        if also is not None:
            answered["also"] = self._alike(suggestion, others)

        def save(submission: Submission) -> Receipt:
            values = submission.values
            self._names.ask([Written("what_we_did", str(values["what_we_did"]))])
            theirs = submission.seen
            seen = shown if theirs is None else (theirs["id"], theirs["version"])
            receipt = self._desk.save(
                submission,
                lambda session: suggestion_records.save_decision(
                    session,
                    suggestion,
                    outcome=cast(Outcome, values["outcome"]),
                    what_we_did=str(values["what_we_did"]),
                    owner=str(values["owner"]),
                    due_on=cast("dt.date | None", values["due_on"]),
                    status=cast(DecisionStatus, values["status"] or "open"),
                    decided_on=self._desk.today,
                    seen=cast("tuple[int, int] | None", seen),
                    also=[others[name] for name in cast("tuple[str, ...]", values.get("also", ()))],
                ),
            )
            self._redraw(told=receipt_text(receipt))
            self._on_answer()
            return receipt

        return Form(
            "decision",
            [
                *([also] if also is not None else []),
                ChoiceField(
                    "outcome", _("What do we do?"), required=True, look="radio",
                    options=[(one, outcome_name(one)) for one in ("do", "later", "no")],
                ),
                LongTextField(
                    "what_we_did", _("What did we do, or why not?"), max_length=1000,
                    hint=_(
                        "In words that can be told back to those who asked. If it is not possible, "
                        "the reason is all it takes."
                    ),
                ),
                TextField(
                    "owner", _("Who sees to it?"), max_length=80,
                    hint=_("Needed when you do it, or do it later."),
                ),
                DateField("due_on", _("By when?")),
                ChoiceField(
                    "status", _("How far are we?"),
                    options=[(one, status_of(one).text) for one in ("open", "done", "told_back")],
                    hint=_("Leave it empty if it is not possible: the reason is the answer."),
                ),
            ],
            values=answered,
            on_submit=save,
            submit_label=_("Save the answer"),
            drafts=course_drafts(self._desk, self._course.id, f"decision:{suggestion}"),
        )  # fmt: skip

    def _take_back_parts(self, suggestion: int) -> list[Part]:
        """Return the way out when a suggestion was answered that should not have been."""
        decision = self._decided.get(suggestion)
        if decision is None:
            return []

        def take_back() -> str:
            with self._desk.store.write(self._desk.actor) as session:
                suggestion_records.take_back_decision(
                    session, int(decision.decision_id), int(decision.version), on=self._desk.today
                )
            course_drafts(self._desk, self._course.id, f"decision:{suggestion}").discard()
            told = _("The answer is taken back.")
            self._redraw(told=told)
            self._on_answer()
            return told

        return [
            Disclosure(
                _("Answered by mistake?"),
                [
                    Prose(
                        _(
                            "Take the answer back, and the suggestion is as if nobody had answered "
                            "it. That it was answered stays in the history."
                        )
                    ),
                    Button(
                        _("Take the answer back"),
                        take_back,
                        confirm=_("Take the answer back?"),
                        look="danger",
                    ),
                ],
            )
        ]

    def _others(self, suggestion: int) -> dict[str, int]:
        """Return the other suggestions that wait, by names that the browser may know.

        Suggestions are numbered in the order of the sheets, so a name is made of the text alone.
        """
        names: dict[str, int] = {}
        same: Counter[str] = Counter()
        for row in self._waiting():
            if row.suggestion_id != suggestion:
                digest = hashlib.sha256(row.text.encode()).hexdigest()[:16]
                names[f"{digest}-{same[digest]}"] = int(row.suggestion_id)
                same[digest] += 1
        return names

    def _also_field(self, suggestion: int, others: Mapping[str, int]) -> ChoicesField:
        """Return the choice of other suggestions that wait and can get the same answer."""
        texts = {row.suggestion_id: row.text for row in self._waiting()}
        return ChoicesField(
            "also", _("Give these the same answer"),
            options=[
                (name, shortened(texts[number], TEXT_LENGTH)) for name, number in others.items()
            ],
            hint=_("Those with the same words are chosen already.")
            if self._alike(suggestion, others)
            else "",
        )  # fmt: skip

    def _alike(self, suggestion: int, others: Mapping[str, int]) -> tuple[str, ...]:
        words = {row.suggestion_id: words_of(row.text) for row in self._waiting()}
        return tuple(name for name, number in others.items() if words[number] == words[suggestion])

    def _suggestion_form(self) -> Form:
        def save(submission: Submission) -> Receipt:
            text = str(submission.values["text"])
            self._names.ask([Written("text", text)])
            receipt = self._desk.save(
                submission,
                lambda session: suggestion_records.save_suggestion(
                    session, self._course.id, text, self._desk.today
                ),
            )
            self._redraw(_("The board is up to date."))
            return receipt

        return Form(
            "suggestion",
            [
                LongTextField(
                    "text", _("What was said?"), required=True, max_length=1000,
                    hint=_("In your own words, and without names."),
                )
            ],
            on_submit=save,
            submit_label=_("Save the suggestion"),
            drafts=course_drafts(self._desk, self._course.id, "suggestion"),
            clear_after_save=True,
        )  # fmt: skip


def said_text(row: Any) -> str:
    """Return what was asked for, or that it is not shown: only the answer to it is."""
    if row.text is None:
        return _("Not shown any more: too few have written a suggestion at that evaluation.")
    return str(row.text)


def words_of(text: str) -> str:
    """Return a text so that two that say the same in the same words are equal."""
    return " ".join(text.casefold().split())


def open_notices(rows: Sequence[Any], today: dt.date) -> list[Part]:
    """Return how many suggestions are open, by what they wait for; nothing when none is.

    Parameters
    ----------
    rows
        Rows of `suggestion_records.open_suggestions`.
    today
        The day in question.
    """
    undecided = sum(row.outcome is None for row in rows)
    promised, overdue = len(rows) - undecided, sum(is_overdue(row, today) for row in rows)
    told = []
    if undecided:
        text = ngettext(
            "{n} suggestion from participants has no decision yet.",
            "{n} suggestions from participants have no decision yet.",
            undecided,
        )
        told.append(text.format(n=format_number(undecided)))
    if promised:
        text = ngettext(
            "{n} suggestion is decided, but not done yet.",
            "{n} suggestions are decided, but not done yet.",
            promised,
        )
        told.append(text.format(n=format_number(promised)))
    if overdue:
        text = ngettext(
            "The date of {n} of them has passed.", "The dates of {n} of them have passed.", overdue
        )
        told.append(text.format(n=format_number(overdue)))
    return [Notice("warn" if overdue else "info", " ".join(told))] if told else []


def is_overdue(row: Any, today: dt.date) -> bool:
    """Return whether an open suggestion should have been done by now."""
    return row.outcome is not None and row.due_on is not None and row.due_on < today


def outcome_name(outcome: str) -> str:
    """Return the name of what was decided in the user's language."""
    return {"do": _("We do it"), "later": _("Later"), "no": _("Not possible")}[outcome]


def status_of(status: str) -> Status:
    """Return how far a decision is, with its symbol, in the user's language."""
    return {
        "open": Status(_("On its way"), "info"),
        "done": Status(_("Done"), "ok"),
        "told_back": Status(_("Done and told back"), "ok"),
    }[status]
