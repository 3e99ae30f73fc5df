"""Step 1, the intervention: which models, which years, and whose kroner."""

from __future__ import annotations

import dataclasses
from typing import Any

from peerbook.costs.assessment import EARLIEST, LATEST, Assessment
from peerbook.costs.case import LONGEST
from peerbook.costs.entries_part import Values
from peerbook.costs.model import Headings, Model, load_models
from peerbook.costs.opened import Opened
from peerbook.store import Receipt
from peerbook.text import _
from peerbook.ui import (
    ChoicesField,
    Disclosure,
    Field,
    Form,
    Heading,
    IntegerField,
    Part,
    Prose,
    Submission,
    TextField,
    YearField,
    bullets,
)
from peerbook.ui.answers import given


def frame_fields() -> list[Field[Any]]:
    """Return what is asked first."""
    return [
        TextField(
            "title", _("What do you call it?"), required=True, max_length=80,
            hint=_("For instance: three years with a café."),
        ),
        ChoicesField(
            "models", _("Which models?"), required=True,
            options=[(one.id, called(one)) for one in load_models()],
            hint=_("Choose several to see them side by side."),
        ),
        YearField(
            "first_year", _("Which year is the first?"), required=True,
            minimum=EARLIEST, maximum=LATEST,
        ),
        IntegerField(
            "years", _("How many years are counted?"), required=True, minimum=1, maximum=LONGEST
        ),
        YearField(
            "price_year", _("Which year’s prices is the result in?"), required=True,
            minimum=EARLIEST, maximum=LATEST,
            hint=_("Most simply this year. Prices of other years are carried over by an index."),
        ),
    ]  # fmt: skip


def framed(values: Values, made: Assessment | None = None) -> Assessment:
    """Return what the form says: a new assessment, or another frame of one."""
    first_year, years, price_year = (
        given(int, values[name]) for name in ("first_year", "years", "price_year")
    )
    title = " ".join(str(values["title"]).split())
    frame = Assessment(title, given(tuple, values["models"]), first_year, years, price_year)
    if made is None:
        return frame
    return dataclasses.replace(
        frame,
        figures=made.figures,
        staff=made.staff,
        lines=made.lines,
        levels=made.levels,
        payers=made.payers,
    )


class Frame:
    """The form, and what is known of the models chosen.

    Parameters
    ----------
    opened
        The assessment.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def parts(self) -> list[Part]:
        """Return the form and the models."""
        said = self._opened.said
        shown = [said]

        def save(submission: Submission) -> Receipt:
            self._opened.ask_about_names([("title", str(submission.values["title"]))])
            mine = framed(submission.values, self._opened.said)
            # Whoever chose between two versions has seen what others had saved by then.
            chosen = submission.seen
            before = shown[0] if chosen is None else framed(chosen, shown[0])
            receipt = self._opened.save_frame(submission, before, mine)
            shown[0] = mine
            return receipt

        values = {
            "title": said.title, "models": said.models, "first_year": said.first_year,
            "years": said.years, "price_year": said.price_year,
        }  # fmt: skip
        form = Form("cost_frame", frame_fields(), values=values, on_submit=save)
        return [
            form,
            Heading(_("What is known of the models")),
            *(_about(model) for model in load_models()),
        ]


def called(model: Model) -> str:
    """Return what a model is called, and who tried it."""
    return _("{model} – {place}").format(model=model.title, place=model.place)


def _about(model: Model) -> Disclosure:
    return Disclosure(called(model), lambda: _headings(model))


def _headings(model: Model) -> list[Part]:
    one: Headings = model.headings
    logic = one.logic_model
    told = [
        (_("Target group and goals"), one.target_group),
        (_("Context"), one.context),
        (_("Resources"), bullets(logic.resources)),
        (_("Activities"), bullets(logic.activities)),
        (_("Outputs"), bullets(logic.outputs)),
        (_("Outcomes"), bullets(logic.outcomes)),
        (_("Organisation"), one.organisation),
        (_("Cost assessment"), one.cost_assessment),
        (_("Recommendations"), one.recommendations),
        (_("References"), bullets(one.references)),
    ]
    if model.published:
        told.append((_("What was published of its cost"), model.published))
    return [Prose("\n\n".join(f"**{name}**\n\n{text}" for name, text in told))]
