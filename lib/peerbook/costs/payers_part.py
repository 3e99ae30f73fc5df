"""Step 3, who pays: of each model, and of any activity of it that somebody else pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from peerbook.costs.assessment import activity_of
from peerbook.costs.case import Line, Payer
from peerbook.costs.model import Model
from peerbook.costs.names import payer_name, step_name
from peerbook.costs.opened import Opened
from peerbook.costs.shared_entries import SharedEntries
from peerbook.store import Receipt
from peerbook.text import _, format_list
from peerbook.ui import (
    ChoiceField,
    Disclosure,
    Field,
    Form,
    Heading,
    Part,
    Prose,
    Row,
    RowsField,
    Section,
    Submission,
)
from peerbook.ui.answers import given


class WhoPays:
    """What a place says of who pays, a form for each model.

    Parameters
    ----------
    opened
        The assessment.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._place = Section([])
        self._shared = SharedEntries[Payer](opened, "payers", {})

    def parts(self) -> list[Part]:
        """Return the forms under their heading."""
        self._show()
        self._opened.follow(self._refresh, self._place)
        text = _(
            "Until you say it, who pays is our assumption, and the result says so. Your own costs "
            "have their own payer."
        )
        return [Heading(_("Who pays?")), Prose(text), self._place]

    def _refresh(self) -> None:
        """Follow the models chosen; what is said here stands in its form already."""
        if self._opened.said.chosen != self._chosen:
            self._show()

    def _show(self) -> None:
        said = self._opened.said
        self._chosen = said.chosen
        self._shared = SharedEntries(self._opened, "payers", said.payers)
        title = _("Who pays for {model}?")

        def asked(model: Model) -> Disclosure:
            return Disclosure(title.format(model=model.title), lambda: [self._form(model)])

        self._place.show([asked(model) for model in said.chosen])

    def _form(self, model: Model) -> Form:
        paid = [line for line in model.lines if line.kind == "cost"]

        def answers(said: Mapping[str, Payer | None]) -> dict[str, object]:
            return {
                "payer": said.get(model.id),
                "activities": tuple(
                    Row(line.id, {"payer": said.get(activity_of(model, line))}) for line in paid
                ),
            }

        def save(submission: Submission) -> Receipt | str:
            self._shared.look(submission)
            wanted = {model.id: given_payer(submission.values["payer"])}
            for row in given(tuple, submission.values["activities"]):
                line = next(one for one in paid if one.id == row.id)
                wanted[activity_of(model, line)] = given_payer(row.values["payer"])
            shown = self._shared.shown
            mine = {key: one for key, one in wanted.items() if one != shown.get(key)}
            if not mine:
                return _("Nothing was changed.")
            return self._shared.save(
                submission, mine, lambda theirs: answers(wanted | dict(theirs))
            )

        name = f"cost_payers:{self._opened.number}:{model.id}"
        form = Form(
            f"cost_payers_{model.id}", _fields(paid), on_submit=save,
            values=answers(self._shared.shown), submit_label=_("Save who pays"),
            drafts=self._opened.desk.drafts(name),
        )  # fmt: skip
        self._opened.watch(form, name, step_name("resources"))
        return form


def _fields(paid: Sequence[Line]) -> list[Field[Any]]:
    payers = [(one, payer_name(one)) for one in get_args(Payer)]
    assumed = {line.payer for line in paid}
    names = format_list([payer_name(one) for one in get_args(Payer) if one in assumed])
    return [
        ChoiceField(
            "payer", _("Who pays for it?"), options=payers,
            hint=_("We assume: {payers}.").format(payers=names),
        ),
        RowsField(
            "activities", _("Does somebody else pay some of it?"), row_label=_("Activity"),
            fields=[ChoiceField("payer", _("Who pays"), options=payers)],
            rows=[(line.id, _assumed(line) if len(assumed) > 1 else line.what) for line in paid],
            hint=_("Leave the others open: whoever you chose above pays them."),
        ),
    ]  # fmt: skip


def _assumed(line: Line) -> str:
    text = _("{what} (we assume: {payer})")
    return text.format(what=line.what, payer=payer_name(line.payer))


def given_payer(answer: object) -> Payer | None:
    """Return who was chosen; None for nobody."""
    return next((one for one in get_args(Payer) if one == answer), None)
