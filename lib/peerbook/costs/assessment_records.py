"""What a place has said about what its programme costs, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.costs.assessment import (
    EARLIEST,
    LATEST,
    Assessment,
    Level,
    OwnLine,
    Part,
    activity_of,
    place_of,
)
from peerbook.costs.case import DIVISORS, Payer
from peerbook.costs.figure import Figure, Unit, wrong_with
from peerbook.costs.model import load_models
from peerbook.costs.team import Member
from peerbook.errors import Fault, InputFault, Place
from peerbook.store import Saved, gone, refuse_overtaken
from peerbook.store.tables import CostAssessment
from peerbook.text import _

Entry = Figure | Member | OwnLine | Level | Payer

_KINDS: Mapping[Part, Any] = {
    "figures": Figure, "staff": Member, "lines": OwnLine, "levels": Level,
    "payers": Payer,
}  # fmt: skip
_YEARS = frozenset(map(str, range(EARLIEST, LATEST + 1)))
MOST = 400
"""Entries of one kind; more than all models ask for together."""


@dataclass(frozen=True)
class Kept:
    """An assessment in the store.

    Parameters
    ----------
    number
        Of its row.
    made_on
        When it was begun.
    """

    number: int
    made_on: dt.date
    assessment: Assessment


def assessments(session: Session, site_id: int) -> list[Kept]:
    """Return all of a place, the newest first."""
    wanted = select(CostAssessment).where(CostAssessment.site_id == site_id)
    return [_kept(row) for row in session.scalars(wanted.order_by(CostAssessment.id.desc()))]


def assessment(session: Session, number: int) -> Kept:
    """Return one.

    Raises
    ------
    Conflict
        When somebody has removed it.
    """
    return _kept(_row(session, number))


def begin(session: Session, site_id: int, made: Assessment, today: dt.date) -> Saved:
    """Save an assessment that is new, be it a copy of another.

    Raises
    ------
    InputFault
        When its frame is wrong, or the place has one of that name.
    """
    row = CostAssessment(site_id=site_id, made_on=today)
    _frame(session, row, made)
    for part in _KINDS:
        setattr(row, part, {key: _stored(part, one) for key, one in getattr(made, part).items()})
    session.add(row)
    return _saved(session, row)


def save_frame(session: Session, number: int, seen: Assessment, mine: Assessment) -> Saved:
    """Save what is assessed: title, models and years.

    Raises
    ------
    InputFault
        As `begin` does.
    Conflict
        When somebody else has changed the frame since.
    """
    row = _row(session, number)
    refuse_overtaken(_framed(seen), _framed(_kept(row).assessment), _framed(mine))
    _frame(session, row, mine)
    return _saved(session, row)


def save_entries(
    session: Session,
    number: int,
    part: Part,
    seen: Mapping[str, Entry | None],
    mine: Mapping[str, Entry | None],
) -> Saved:
    """Save entries of an assessment; those not named stay as they are.

    Parameters
    ----------
    part
        What they belong to.
    seen, mine
        By the same keys, as they were shown and as they are wanted; None for none.

    Raises
    ------
    InputFault
        When one of them is wrong: a figure at `key.part`, or at `key` where no model asks for it
        so; others at their fields.
    Conflict
        When somebody else has changed one of them since.
    """
    row = _row(session, number)
    stored = getattr(_kept(row).assessment, part)
    refuse_overtaken(*({key: one.get(key) for key in mine} for one in (seen, stored, mine)))
    faults = [fault for key, one in mine.items() if one for fault in _faults(key, one)]
    if faults:
        raise InputFault(faults)
    entries = {**getattr(row, part)}
    for key, one in mine.items():
        entries.pop(key, None)
        if one is not None:
            entries[key] = _stored(part, one)
    if len(entries) > MOST:
        raise InputFault.at(part, _("There is room for {limit} rows.").format(limit=MOST))
    setattr(row, part, entries)
    return _saved(session, row)


def remove(session: Session, number: int, seen: Assessment) -> Saved:
    """Remove an assessment with all that was said in it.

    Raises
    ------
    Conflict
        When somebody has removed it already, or changed it since it was read.
    """
    row = _row(session, number)
    refuse_overtaken({"seen": seen}, {"seen": _kept(row).assessment}, {})
    saved = Saved("cost_assessment", number, row.version)
    session.delete(row)
    return saved


def _faults(key: str, one: Entry) -> list[Fault]:
    if isinstance(one, Figure):
        if _asked().get(key) != one.unit:
            text = _("The models do not ask for this. Open the estimate anew and try again.")
            return [Fault(text, Place(field=key))]
        return [
            Fault(message, Place(field=f"{key}.{part}"))
            for part, message in wrong_with(one, divides=key in DIVISORS)
        ]
    if isinstance(one, Level) and key not in _YEARS:
        text = _("Write a year from {first} to {last}.").format(first=EARLIEST, last=LATEST)
        return [Fault(text, Place(field="year")), *one.faults()]
    if isinstance(one, str):
        text = _("No model has this activity. Open the estimate anew and try again.")
        good = key in _activities() and one in get_args(Payer)
        return [] if good else [Fault(text, Place(field=key))]
    return one.faults()


@cache
def _asked() -> Mapping[str, Unit]:
    """Return the unit of each figure the models ask for, by where an assessment keeps it."""
    return {place_of(model, one.id): one.unit for model in load_models() for one in model.questions}


@cache
def _activities() -> frozenset[str]:
    """Return where an assessment keeps who pays: of a model, and of each activity that is paid."""
    models = load_models()
    paid = {
        activity_of(model, line) for model in models for line in model.lines if line.kind == "cost"
    }
    return frozenset(paid | {model.id for model in models})


def _row(session: Session, number: int) -> CostAssessment:
    row = session.get(CostAssessment, number)
    if row is None:
        raise gone({})
    return row


def _framed(one: Assessment) -> dict[str, object]:
    return {
        "title": one.title, "models": tuple(one.models), "first_year": one.first_year,
        "years": one.years, "price_year": one.price_year,
    }  # fmt: skip


def _frame(session: Session, row: CostAssessment, made: Assessment) -> None:
    if faults := made.faults():
        raise InputFault(faults)
    others = select(CostAssessment.id).where(
        CostAssessment.site_id == row.site_id,
        CostAssessment.title == made.title,
        CostAssessment.id != (row.id or 0),
    )
    if session.scalar(others) is not None:
        raise InputFault.at("title", _("There is one of that name already. Call it otherwise."))
    for name, value in _framed(made).items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)


def _saved(session: Session, row: CostAssessment) -> Saved:
    session.flush()
    return Saved("cost_assessment", row.id, row.version)


def _kept(row: CostAssessment) -> Kept:
    parts = {
        part: {key: _adapter(part).validate_python(one) for key, one in getattr(row, part).items()}
        for part in _KINDS
    }
    # A model may say more closely than when it was kept what a figure counts.
    parts["figures"] = {
        key: replace(one, unit=_asked().get(key, one.unit)) for key, one in parts["figures"].items()
    }
    made = Assessment(
        row.title, tuple(row.models), row.first_year, row.years, row.price_year, **parts
    )
    return Kept(row.id, row.made_on, made)


def _stored(part: Part, one: Entry) -> Any:
    return _adapter(part).dump_python(one, mode="json", exclude_defaults=True)


@cache
def _adapter(part: Part) -> TypeAdapter[Any]:
    return TypeAdapter(_KINDS[part])
