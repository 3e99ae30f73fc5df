"""A form that loses nothing: drafts while typing, a receipt when saved, every rule in Python."""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import traitlets

from peerbook.errors import Conflict, Fault, InputFault, PeerbookError
from peerbook.text import _, format_date, format_time
from peerbook.text.formats import COPENHAGEN
from peerbook.ui.fields import (
    AnyField,
    Check,
    FileField,
    Group,
    RowsField,
    all_fields,
    parse_all,
)
from peerbook.ui.part import Answer, Part, explanation, unreadable

logger = logging.getLogger(__name__)

MAX_DRAFT_BYTES = 1_000_000


@dataclass(frozen=True)
class Submission:
    """What a form hands over to be saved.

    Parameters
    ----------
    key
        The same for every attempt to save the same answers: save at most once for each key.
    values
        Value by field name, as the fields parsed them.
    seen
        The stored version the user saw when choosing between two, as `Conflict.theirs` gave it;
        None otherwise.
    form
        Which form it was, showing which record: the same for every attempt, and no other's.
    is_saved
        To be called once it is saved and before the page shows anything anew, lest a form that is
        shown anew offers the draft of what was just saved.
    """

    key: str
    values: dict[str, object] = field(repr=False)
    seen: Mapping[str, object] | None = field(default=None, repr=False)
    form: str = ""
    is_saved: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)


class ReceiptLike(Protocol):
    """What a save returns: its number, kind and version of the record, and when it was saved."""

    @property
    def kind(self) -> str:
        """What was saved."""

    @property
    def number(self) -> int | str:
        """The number of the save, which no other shares."""

    @property
    def version(self) -> int:
        """How many times the record has been saved."""

    @property
    def saved_at(self) -> dt.datetime:
        """When, with time zone."""


class DraftBox(Protocol):
    """Where the draft of one form is kept for one user."""

    def save(self, values: Mapping[str, Any]) -> object:
        """Keep the values; they are raw answers, anything JSON can hold."""

    def load(self) -> tuple[Mapping[str, Any], dt.datetime] | None:
        """Return the values and when they were kept, None when there are none."""

    def discard(self) -> object:
        """Throw away the draft that was kept or loaded here last."""


class Form(Part):
    """A form.

    Parameters
    ----------
    name
        Name of the form, as the log tells it.
    fields
        The questions, alone or in groups.
    on_submit
        Saves a submission and returns its receipt, or a sentence, or nothing. May raise
        `InputFault` (shown at its fields), `Conflict` (both versions are shown to choose from,
        where it holds the other one) and any other `PeerbookError`. Keep the form outside a
        `Section` that this fills anew.
    submit_label
        Words on the button; "Save" when empty.
    drafts
        Where drafts are kept; without, the page keeps what is typed only while it is open.
    values
        Values to begin with, by field name; names that are no field are left out.
    step
        `all` shows all questions, `one` shows one at a time, in large type; it can be left at any
        of them, with the answers as a draft, or without `drafts` saved as they stand.
    clear_after_save
        Whether the form begins anew after a save, for entering one paper after another.
    help_text
        Always in sight when `step` is `one`: whom to call.
    only_asks
        Whether submitting saves nothing, but asks for something to see, as a proposal. What was
        typed then stays a draft until the page has saved what came of it and discards the draft.
    resumes
        Whether the draft is taken up at once instead of being offered: what was typed on this very
        page, when the form is shown anew because what it asks has changed.
    on_attempt
        Called first whenever answers are sent in, before they are read: to take away what earlier
        answers gave, lest it be taken for what these give.
    check
        Told the answers that could be read, by field name, returns what else is wrong with them, so
        that all is told at once.
    """

    name = traitlets.Unicode().tag(sync=True)
    fields = traitlets.List().tag(sync=True)
    step = traitlets.Unicode().tag(sync=True)
    begin = traitlets.Dict().tag(sync=True)
    offer = traitlets.Dict().tag(sync=True)
    keeps_drafts = traitlets.Bool().tag(sync=True)
    clears = traitlets.Bool().tag(sync=True)
    only_asks = traitlets.Bool().tag(sync=True)
    resumes = traitlets.Bool().tag(sync=True)

    def __init__(
        self,
        name: str,
        fields: Sequence[AnyField | Group],
        *,
        on_submit: Callable[[Submission], ReceiptLike | str | None],
        submit_label: str = "",
        drafts: DraftBox | None = None,
        values: Mapping[str, object] | None = None,
        step: Literal["all", "one"] = "all",
        clear_after_save: bool = False,
        help_text: str = "",
        only_asks: bool = False,
        resumes: bool = False,
        on_attempt: Callable[[], object] | None = None,
        check: Check | None = None,
    ) -> None:
        self._fields = all_fields(fields)
        self._on_submit = on_submit
        self._on_attempt = on_attempt
        self._check = check
        self._drafts = drafts
        self._theirs: Mapping[str, object] | None = None
        super().__init__(
            "form",
            _texts(submit_label, help_text) | (_asking_texts(self._fields) if only_asks else {}),
            name=name,
            fields=[part.spec() for part in fields],
            step=step,
            begin=(begin := self._raw(values or {})),
            offer=self._offered(begin),
            keeps_drafts=drafts is not None,
            clears=clear_after_save,
            only_asks=only_asks,
            resumes=resumes,
        )
        self.answer_to("draft", self._keep_draft)
        self.answer_to("discard", self._discard_draft)
        self.answer_to("submit", self._submit)

    def fill_in(self, values: Mapping[str, object]) -> None:
        """Write values into some fields, as if the user had typed them; the rest stays."""
        self.send({"do": "fill", "values": self._raw(values)})

    @property
    def has_draft(self) -> bool:
        """Whether something typed in it is not saved; `offer` changes when this does."""
        return "values" in self.offer

    def _raw(self, values: Mapping[str, object]) -> dict[str, object]:
        return {
            asked.name: asked.raw(values[asked.name])
            for asked in self._fields
            if asked.name in values
        }

    # --- drafts -----------------------------------------------------------------------------

    def _offered(self, begin: Mapping[str, object]) -> dict[str, object]:
        """Return the draft as it is offered beside what the form begins with; nothing without."""
        if self._drafts is None:
            return {}
        try:
            kept = self._drafts.load()
        except PeerbookError as error:
            return {"trouble": str(error)}
        if kept is None:
            return {}
        values, saved_at = kept
        mine = {
            asked.name: _with_the_others(asked, values[asked.name], begin.get(asked.name))
            for asked in self._fields
            if asked.name in values
        }
        if not mine:
            return {}
        return {"values": mine, "message": _offer_message(saved_at, dt.datetime.now(dt.UTC))}

    def _keep_draft(self, request: Mapping[str, Any], _buffers: object) -> Answer:
        if self._drafts is None:
            return {}
        answers = self._answers(request)
        if all(_bare(raw) == _bare(self.begin.get(name)) for name, raw in answers.items()):
            return self._discard_draft(request, _buffers)
        kept_at = self._keep(self._drafts, answers)
        return {"saved": _("Draft saved at {time}").format(time=format_time(kept_at))}

    def _keep(self, drafts: DraftBox, answers: Mapping[str, Any]) -> dt.datetime:
        """Keep raw answers as a draft, all but files, and return when."""
        files = {asked.name for asked in self._fields if isinstance(asked, FileField)}
        values = _storable({name: answers[name] for name in answers if name not in files})
        drafts.save(
            {
                asked.name: _without_the_others(
                    asked, values[asked.name], self.begin.get(asked.name)
                )
                for asked in self._fields
                if asked.name in values
            }
        )
        now = dt.datetime.now(dt.UTC)
        self.offer = {"values": values, "message": _offer_message(now, now)}
        return now

    def _discard_draft(self, _request: object, _buffers: object) -> Answer:
        if self._drafts is not None:
            self._drafts.discard()
        self.offer = {}
        return {}

    def _answers(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the raw answers of a message, by the names of our fields only."""
        given = request.get("values")
        if not isinstance(given, Mapping):
            raise unreadable()
        return {asked.name: given[asked.name] for asked in self._fields if asked.name in given}

    # --- saving -----------------------------------------------------------------------------

    def _submit(self, request: Mapping[str, Any], buffers: Sequence[memoryview]) -> Answer:
        if self._on_attempt is not None:
            self._on_attempt()
        key = _key(request.get("key"))
        answers = self._answers(request) | self._files(request, buffers)
        if self.only_asks and self._drafts is not None:
            self._keep(self._drafts, self._answers(request))
        values = parse_all(self._fields, answers, self._check)
        seen = self._theirs if request.get("chosen") is True else None
        receipt = self._on_submit(Submission(key, values, seen, self._which(), self._forget_draft))
        self._theirs = None
        if not self.only_asks:
            with self.at_once():
                if not self.clears:
                    self.begin = self._raw(values)
                self.offer = {}
            self._forget_draft()
        return {"saved": receipt_text(receipt)} | _receipt_facts(receipt)

    def _which(self) -> str:
        return f"{self.name}:{self.identity}"

    def _files(
        self, request: Mapping[str, Any], buffers: Sequence[memoryview]
    ) -> dict[str, object]:
        files: dict[str, object] = {}
        listed = request.get("files")
        asked = {part.name for part in self._fields if isinstance(part, FileField)}
        for entry in listed if isinstance(listed, list) else []:
            if not isinstance(entry, Mapping) or len(files) >= len(buffers):
                raise unreadable()
            if entry.get("field") in asked:
                data = bytes(buffers[len(files)])
                files[str(entry["field"])] = {"name": entry.get("name"), "data": data}
        # A file comes as bytes or not at all.
        return dict.fromkeys(asked) | files

    def _forget_draft(self) -> None:
        """Discard the draft of what is saved; if that fails, it is offered once too often."""
        if self._drafts is None or self.only_asks:
            return
        try:
            self._drafts.discard()
        except PeerbookError as error:
            logger.warning("%s while a draft was discarded", type(error).__name__)

    def explain(self, error: Exception) -> Answer:
        """Return what the browser is told when saving failed with `error`."""
        if isinstance(error, InputFault):
            return {
                "faults": [
                    {"field": fault.place.field or "", "message": fault.message}
                    for fault in error.faults
                ]
            }
        if isinstance(error, Conflict) and (rows := self._differences(error)):
            self._theirs = error.theirs
            return {"conflict": {"message": str(error), "rows": rows}}
        if isinstance(error, Conflict) and error.theirs:  # of what is not asked here
            text = _("Somebody else has changed this since you opened it. Nothing was saved. Load "
                     "the page again, and look once more.")  # fmt: skip
            return {"trouble": text}
        return {"trouble": explanation(error, f"form {self.name}")}

    def _differences(self, conflict: Conflict) -> list[dict[str, object]]:
        rows = []
        for asked in self._fields:
            if asked.name in conflict.theirs:
                theirs = asked.raw(conflict.theirs[asked.name])
                rows.append({"field": asked.name, "theirs": theirs})
        return rows


def _without_the_others(asked: AnyField, raw: object, shown: object) -> object:
    """Return what is kept of an answer: of a fixed list only the rows that differ from those shown.

    Else a draft that is taken up again would bring back what others have changed meanwhile.
    """
    if not (isinstance(asked, RowsField) and asked.rows is not None and isinstance(raw, list)):
        return raw
    before = _by_id(shown)
    return [row for key, row in _by_id(raw).items() if _bare(row) != _bare(before.get(key))]


def _with_the_others(asked: AnyField, kept: object, shown: object) -> object:
    """Return what is offered of an answer: the rows that were kept among the others.

    Those that the form no longer asks about are left out.
    """
    if not (isinstance(asked, RowsField) and asked.rows is not None and isinstance(kept, list)):
        return kept
    asked_about = {row_id for row_id, _label in asked.rows}
    rows = _by_id(shown) | _by_id(kept)
    return [row for row_id, row in rows.items() if row_id in asked_about]


def _by_id(rows: object) -> dict[str, Any]:
    """Return the raw rows of a list by their ids."""
    listed = rows if isinstance(rows, list) else []
    return {str(row["id"]): row for row in listed if isinstance(row, Mapping) and "id" in row}


def _bare(raw: object) -> object:
    """Return a raw answer without what says nothing: blanks, and rows that hold only blanks."""
    if isinstance(raw, Mapping):
        said = {key: _bare(value) for key, value in raw.items()}
        return {key: value for key, value in said.items() if value is not None} or None
    if isinstance(raw, list | tuple):
        return [one for one in map(_bare, raw) if one is not None] or None
    return None if raw in ("", False) else raw


def _storable(answers: dict[str, Any]) -> dict[str, Any]:
    """Return raw answers as JSON can hold them, whatever the browser sent."""
    try:
        # Half surrogate pairs cannot be stored; with question marks for them, the rest can.
        text = json.dumps(answers, allow_nan=False, ensure_ascii=False).encode("utf-8", "replace")
        storable: dict[str, Any] = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise unreadable() from None
    if len(text) > MAX_DRAFT_BYTES:
        raise InputFault(
            [Fault(_("This is more than a draft can hold. Save it in smaller parts."))]
        )
    return storable


def _key(raw: object) -> str:
    try:
        return str(uuid.UUID(str(raw)))
    except ValueError:
        raise unreadable() from None


def receipt_text(receipt: ReceiptLike | str | None) -> str:
    """Return what a form says when it has saved; also for pages that then replace the form."""
    if isinstance(receipt, str):
        return receipt
    if receipt is None:
        return _("Saved at {time}.").format(time=format_time(dt.datetime.now(dt.UTC)))
    return _("Saved at {time} (receipt {number}).").format(
        time=format_time(receipt.saved_at), number=receipt.number
    )


def _receipt_facts(receipt: ReceiptLike | str | None) -> Answer:
    if receipt is None or isinstance(receipt, str):
        return {}
    return {"receipt": {"kind": receipt.kind, "number": str(receipt.number)}}


def _offer_message(saved_at: dt.datetime, now: dt.datetime) -> str:
    day, today = saved_at.astimezone(COPENHAGEN).date(), now.astimezone(COPENHAGEN).date()
    if day == today:
        message = _("You were writing this at {time}. It was not saved yet.")
        return message.format(time=format_time(saved_at))
    message = _("You were writing this on {date} at {time}. It was not saved yet.")
    return message.format(date=format_date(day, "long"), time=format_time(saved_at))


def _texts(submit_label: str, help_text: str) -> dict[str, str]:
    """Return the words of a form; those in braces are put in by the browser."""
    return {
        "submit": submit_label or _("Save"),
        "saving": _("Saving …"),
        "slow": _(
            "Saving takes longer than usual. Wait a moment, or press the button again: "
            "nothing is saved twice."
        ),
        "lost_while_saving": _(
            "The connection was lost while saving. Press the button again when it is back: "
            "nothing is saved twice."
        ),
        "draft_lost": _("No connection: what you write is not kept as a draft right now."),
        "offer_label": _("Unfinished draft"),
        "resume": _("Continue"),
        "discard": _("Discard"),
        "summary": _("Something is missing before this can be saved"),
        "required": _("(must be filled in)"),
        "choose": _("Choose …"),
        "counter": _("{n} of {limit} characters"),
        "add_row": _("Add a row"),
        "remove": _("Remove"),
        "yes": _("Yes"),
        "no": _("No"),
        "theirs": _("Kept already"),
        "mine": _("Yours"),
        "save_chosen": _("Save what I have chosen"),
        "not_now": _("Not now"),
        "back": _("Back"),
        "next": _("Next"),
        "stop": _("Save and stop here"),
        "stopped": _(
            "Your answers are kept as a draft. You can close the page now and go on another day."
        ),
        "progress": _("Question {n} of {total}"),
        "at_last": _("At last"),
        "help": help_text,
    }


def _asking_texts(fields: Sequence[AnyField]) -> dict[str, str]:
    """Return the words that differ where submitting saves nothing."""
    has_file = any(isinstance(asked, FileField) for asked in fields)
    return {
        "saving": _("Reading the file …") if has_file else _("One moment …"),
        "slow": _("This takes longer than usual. Wait a moment, or press the button again."),
        "lost_while_saving": _("The connection was lost. Press the button again when it is back."),
        "summary": _("Something has to be put right first"),
    }
