"""Common events: what they were, what they cost, and what people thought of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from peerbook.cafe import event_records
from peerbook.cafe.call_part import call_parts
from peerbook.cafe.event_answers import EVENT, Answers, counted_items, figures, suggested
from peerbook.cafe.event_records import EVERY_MONTHS, Event, SavedEvent
from peerbook.course.evaluation.comparison import ItemFigure
from peerbook.course.evaluation.evaluation_paper_part import event_paper_parts
from peerbook.course.evaluation.evaluation_result_part import answer_told, spread_told
from peerbook.course.evaluation_form import EvaluationForm, Item, load_form
from peerbook.course.frames import MOST_PEOPLE
from peerbook.course.without_names import WithoutNames, Written
from peerbook.desk import Desk
from peerbook.sites.tab import Tab
from peerbook.store.tables import Site
from peerbook.text import _, format_date, format_number, ngettext
from peerbook.ui import (
    Button,
    Cells,
    Column,
    DateField,
    Disclosure,
    Field,
    Form,
    Group,
    Heading,
    IntegerField,
    KronerField,
    LongTextField,
    Notice,
    Part,
    Prose,
    Row,
    RowAction,
    RowsField,
    Submission,
    Table,
    TextField,
)
from peerbook.ui.answers import given, whole

MOST_KR = 1_000_000
"""A million kroner for a trip or a lunch has a digit too many."""


class CommonEvents(Tab):
    """The form, the events there were, and what was thought of each."""

    def parts(self) -> list[Part]:
        """Return the events, the form for another, and the sheet to print."""
        return [
            *super().parts(),
            Disclosure(_("Note a common event"), lambda: [self._entry_form()]),
            Disclosure(
                _("A form to print: how was it today?"),
                lambda: event_paper_parts(self._desk, self._site),
            ),
        ]

    @cached_property
    def _form(self) -> EvaluationForm:
        return load_form(EVENT)

    def _events(self) -> list[SavedEvent]:
        with self._desk.store.read() as session:
            return event_records.common_events(session, self._site.id)

    def _overview_parts(self) -> list[Part]:
        events = self._events()
        parts: list[Part] = [
            Heading(_("Common events")), *self._due_parts(events),
            *call_parts(self._desk, self._site),
        ]  # fmt: skip
        return [*parts, self._table(events)] if events else parts

    def _due_parts(self, events: list[SavedEvent]) -> list[Part]:
        if not events:
            return [Prose(_("No common event is noted yet."))]
        due_on = event_records.due_on(events[0].event.date, self._desk.today)
        if due_on is None:
            return []
        is_late = due_on < self._desk.today
        text = (
            _("All are invited every {n} months (Vejle’s manual, p. 18). The next was due {date}.")
            if is_late
            else _("All are invited every {n} months (Vejle’s manual, p. 18): next by {date}.")
        )
        told = text.format(n=EVERY_MONTHS, date=format_date(due_on))
        return [Notice("warn", told) if is_late else Prose(told)]

    def _table(self, events: list[SavedEvent]) -> Table:
        columns = [
            Column("date", _("When"), kind="date"),
            Column("title", _("What")),
            Column("people", _("Came"), kind="number"),
            Column("cost_kr", _("Cost in kroner"), kind="number"),
            Column("each_kr", _("For each who came"), kind="number"),
            Column("sheets", _("Answered"), kind="number"),
        ]
        rows = [
            {
                "number": saved.number,
                "date": saved.event.date,
                "title": saved.event.title,
                "people": saved.event.people,
                "cost_kr": saved.event.cost_kr,
                "each_kr": _each_kr(saved.event),
                "sheets": saved.event.answers.sheets or None,
            }
            for saved in events
        ]
        action = RowAction(_("Open"), self._open)
        caption = _("Common events, the latest first")
        return Table(columns, rows, caption, sortable=False, action=action)

    # -- in --------------------------------------------------------------------------------------

    def _entry_form(self) -> Form:
        names = WithoutNames(self._desk)

        def save(submission: Submission) -> None:
            event = self._event(submission.values, names)
            self._save_and_show(
                submission,
                lambda session: event_records.save_event(
                    session, self._site.id, event, self._desk.today
                ),
            )

        return Form(
            "common_event", self._fields(), values={"date": self._desk.today}, on_submit=save,
            submit_label=_("Save the event"),
            drafts=self._desk.drafts(f"common_event:{self._site.id}"), clear_after_save=True,
        )  # fmt: skip

    def _fields(self) -> list[Field[Any] | Group]:
        return [
            DateField("date", _("When?"), required=True),
            TextField(
                "title", _("What was it?"), required=True, max_length=80,
                hint=_("For instance a summer trip."),
            ),
            IntegerField("people", _("How many came?"), minimum=0, maximum=MOST_PEOPLE),
            KronerField(
                "cost_kr", _("What did it cost?"), minimum=0, maximum=MOST_KR,
                hint=_("Leave it open if you do not know yet. Write 0 if it was free."),
            ),
            Group(
                _("What they thought of it"),
                [
                    IntegerField(
                        "sheets", _("How many filled in the sheet?"), minimum=0,
                        maximum=MOST_PEOPLE,
                    ),
                    *(self._counts_field(item) for item in counted_items(self._form)),
                    LongTextField(
                        "suggestions", self._suggestion.text, max_length=2000,
                        hint=_("One line for each sheet on which something was written. No names."),
                    ),
                ],
                hint=_("Count the crosses of the three questions. Nobody’s sheet is kept."),
            ),
        ]  # fmt: skip

    @property
    def _suggestion(self) -> Item:
        return next(item for item in self._form.low_energy_items if item.scale is None)

    @staticmethod
    def _counts_field(item: Item) -> RowsField:
        points = item.scale.points if item.scale is not None else ()
        return RowsField(
            item.id, item.text, row_label=_("Answer"),
            rows=[(str(point.code), point.label) for point in points],
            fields=[IntegerField("people", _("How many?"), minimum=0, maximum=MOST_PEOPLE)],
        )  # fmt: skip

    def _event(self, values: Mapping[str, object], names: WithoutNames) -> Event:
        title, suggestions = str(values["title"]), str(values["suggestions"])
        names.ask([Written("title", title), Written("suggestions", suggestions)])
        counts = {
            item.id: {
                int(str(row.id)): people
                for row in given(tuple, values[item.id])
                if (people := whole(row.values["people"]))
            }
            for item in counted_items(self._form)
        }
        lines = (" ".join(line.split()) for line in suggestions.splitlines())
        answers = Answers(
            whole(values["sheets"]) or 0,
            {item: given_counts for item, given_counts in counts.items() if given_counts},
            tuple(line for line in lines if line),
        )
        return Event(
            given(dt.date, values["date"]), " ".join(title.split()),
            whole(values["people"]), whole(values["cost_kr"]), answers,
        )  # fmt: skip

    # -- one of them -----------------------------------------------------------------------------

    def _open(self, row: Cells) -> str:
        number = int(str(row["number"]))

        def parts() -> list[Part]:
            return next(
                (self._event_parts(one) for one in self._events() if one.number == number), []
            )

        self._place.open(parts)
        return ""

    def _event_parts(self, saved: SavedEvent) -> list[Part]:
        event = saved.event
        heading = _("{title}, {date}").format(
            title=event.title, date=format_date(event.date, "long")
        )
        return [
            Heading(heading),
            *self._result_parts(event),
            Disclosure(_("Correct it"), lambda: self._correction_parts(saved)),
        ]

    def _result_parts(self, event: Event) -> list[Part]:
        answers, threshold = event.answers, self._desk.threshold()
        if not answers.sheets:
            return [Prose(_("Nobody’s answers are counted yet."))]
        told = [
            {
                "question": one.item.text,
                "result": _result(one, threshold),
                "answered": one.figure.answered,
            }
            for one in figures(answers, self._form, threshold)
        ]
        columns = [
            Column("question", _("Question")),
            Column("result", _("What they answered")),
            Column("answered", _("How many answered"), kind="number"),
        ]
        sheets = ngettext("{n} sheet", "{n} sheets", answers.sheets)
        caption = _("What they thought of it: {sheets}").format(
            sheets=sheets.format(n=format_number(answers.sheets))
        )
        parts: list[Part] = [Table(columns, told, caption, sortable=False)]
        said = suggested(answers, self._form, threshold)
        if not said:
            text = _("What was written to a question is shown when at least {n} have written.")
            return [*parts, Prose(text.format(n=threshold))]
        return [
            *parts,
            *(
                Table(
                    [Column("text", _("Answer"))], [{"text": text} for text in one.texts],
                    one.item.text, sortable=False,
                )
                for one in said
            ),
        ]  # fmt: skip

    def _correction_parts(self, saved: SavedEvent) -> list[Part]:
        names = WithoutNames(self._desk)

        def save(submission: Submission) -> None:
            event = self._event(submission.values, names)
            self._save_and_show(
                submission,
                lambda session: event_records.correct_event(
                    session, saved.number, event, self._desk.today, saved.version
                ),
            )

        def remove() -> str:
            return self._press(
                lambda session: event_records.remove_event(session, saved.number, saved.version),
                _("It is removed."),
            )

        form = Form(
            "common_event_correction", self._fields(), values=self._values(saved.event),
            on_submit=save, submit_label=_("Save the correction"),
        )  # fmt: skip
        remove_it = Button(
            _("Remove the event"), remove, look="danger",
            confirm=_("Remove it with what was answered? How many came stays."),
        )  # fmt: skip
        return [form, remove_it]

    def _values(self, event: Event) -> dict[str, object]:
        counts = {
            item.id: tuple(
                Row(str(code), {"people": event.answers.counts.get(item.id, {}).get(code)})
                for code in (item.scale.codes if item.scale is not None else ())
            )
            for item in counted_items(self._form)
        }
        return {
            "date": event.date,
            "title": event.title,
            "people": event.people,
            "cost_kr": event.cost_kr,
            "sheets": event.answers.sheets or None,
            "suggestions": "\n".join(event.answers.suggestions),
            **counts,
        }


def _each_kr(event: Event) -> int | None:
    if event.cost_kr is None or not event.people:
        return None
    return round(event.cost_kr / event.people)


def _result(one: ItemFigure, threshold: int) -> str:
    if not one.figure.answered:
        return answer_told(one.item, one.figure, threshold)
    if one.figure.mean is None:
        return spread_told(one.item, one.figure, threshold)
    mean = format_number(one.figure.mean, 1)
    return _("{mean} on average, on a scale from 1 to 5").format(mean=mean)


def event_facts(desk: Desk, site: Site) -> tuple[str, ...]:
    """Return how many events there were, and what is known of them."""
    with desk.store.read() as session:
        events = [saved.event for saved in event_records.common_events(session, site.id)]
    cost_kr = sum(event.cost_kr or 0 for event in events)
    asked = sum(event.answers.sheets > 0 for event in events)
    return (f"common events: {len(events)}, {cost_kr} kr., {asked} with answers",)
