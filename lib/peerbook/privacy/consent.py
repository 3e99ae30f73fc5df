"""Consent, one purpose at a time: who said yes to what, to which words, and since when.

Each yes and each no is an event, so that what held on any day can be told. To take part is a
purpose of its own: it never hangs on any of the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import yaml
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault, Place, Question
from peerbook.paths import product_folder
from peerbook.store import Saved, append_event, events_of, in_effect
from peerbook.store.events import WITHDRAWN, supersede
from peerbook.store.tables import Event, Participant
from peerbook.store.taken_back import Standing
from peerbook.text import _, format_date

Purpose = Literal["taking_part", "being_measured", "being_quoted", "cpr_link"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
_YES, _NO = "said_yes", "said_no"
KINDS = frozenset({_YES, _NO})
"""Kinds of the events of a participant that are answers."""


@dataclass(frozen=True)
class PurposeText:
    """What people are asked for one purpose: a heading and Danish Markdown."""

    purpose: Purpose
    title: str
    text: str


@dataclass(frozen=True)
class ConsentTexts:
    """The words people say yes or no to, and their version."""

    version: str
    purposes: tuple[PurposeText, ...]

    def of(self, purpose: Purpose) -> PurposeText:
        """Return what is asked for a purpose."""
        return next(one for one in self.purposes if one.purpose == purpose)


@dataclass(frozen=True)
class Consent:
    """What somebody has answered for a purpose, last of all that holds.

    Parameters
    ----------
    given
        Whether it is a yes.
    since
        From which day.
    text_version
        Which words it was said to.
    recorded_by, recorded_at
        Who wrote it down, and when.
    """

    given: bool
    since: dt.date
    text_version: str
    recorded_by: str
    recorded_at: dt.datetime

    @property
    def standing(self) -> Standing:
        """The same as it is noted beside the backups."""
        return Standing(None if self.given else self.since, self.recorded_at)


@lru_cache
def consent_texts() -> ConsentTexts:
    """Return what people are asked, as it stands in `curriculum/consent`."""
    path = product_folder("curriculum") / "consent" / "purposes.md"
    _before, head, body = path.read_text("utf-8").split("---\n", 2)
    purposes = []
    for section in body.split("\n## ")[1:]:
        heading, _newline, text = section.partition("\n")
        purpose, _colon, title = heading.partition(": ")
        purposes.append(PurposeText(_purpose(purpose), title, text.strip()))
    return ConsentTexts(str(yaml.safe_load(head)["version"]), tuple(purposes))


def _purpose(name: str) -> Purpose:
    return next(one for one in PURPOSES if one == name)


def consents(session: Session, code: str, on: dt.date) -> dict[Purpose, Consent]:
    """Return what a person's answers are on a day; a purpose nobody has asked for is left out."""
    return _answers(events_of(session, "participant", code), on)


def _answers(events: Collection[Event], on: dt.date) -> dict[Purpose, Consent]:
    found: dict[Purpose, Consent] = {}
    for event in in_effect(events, on):
        if event.kind not in KINDS:
            continue
        details = event.details
        found[_purpose(details["purpose"])] = Consent(
            event.kind == _YES, event.effective_on, details["text_version"], event.actor,
            event.recorded_at,
        )  # fmt: skip
    return found


def allowed_by(
    session: Session, purpose: Purpose, codes: Collection[str], on: dt.date
) -> frozenset[str]:
    """Return who of some people has said yes to a purpose, and not taken it back by a day.

    Whoever has not been asked has not said yes.
    """
    return _who_answered(session, purpose, codes, on, given=True)


def said_no_to(
    session: Session, purpose: Purpose, codes: Collection[str] | Select[str], on: dt.date
) -> frozenset[str]:
    """Return who of some people has said no to a purpose by a day; whoever was not asked has not.

    For what goes to everybody who has not said no. They are given by code, or as what selects them.
    """
    return _who_answered(session, purpose, codes, on, given=False)


def _who_answered(
    session: Session,
    purpose: Purpose,
    codes: Collection[str] | Select[str],
    on: dt.date,
    *,
    given: bool,
) -> frozenset[str]:
    return frozenset(
        code
        for code, answers in _answers_by_code(session, codes, on).items()
        if (answer := answers.get(purpose)) is not None and answer.given is given
    )


def standings(session: Session, codes: Collection[str] | None = None) -> dict[str, Standing]:
    """Return how it stands with what people were asked, as it is noted beside the backups.

    Parameters
    ----------
    codes
        Whose; of all who ever said no when not given.
    """
    if codes is None:
        said_no = select(Event.subject_id).where(
            Event.subject_type == "participant", Event.kind == _NO
        )
        codes = list(session.scalars(said_no.distinct()))
    return {
        about_answer(code, purpose): answer.standing
        for code, answers in _answers_by_code(session, codes, dt.date.max).items()
        for purpose, answer in answers.items()
    }


def about_answer(code: str, purpose: Purpose) -> str:
    """Return by what an answer is noted beside the backups."""
    return f"{code}/{purpose}"


def _answers_by_code(
    session: Session, codes: Collection[str] | Select[str], on: dt.date
) -> dict[str, dict[Purpose, Consent]]:
    wanted = select(Event).where(
        Event.subject_type == "participant",
        Event.subject_id.in_(codes),
        Event.kind.in_((*KINDS, WITHDRAWN)),
    )
    events: dict[str, list[Event]] = {}
    for event in session.scalars(wanted.order_by(Event.seq)):
        events.setdefault(event.subject_id, []).append(event)
    return {code: _answers(mine, on) for code, mine in events.items()}


def save_answers(
    session: Session,
    code: str,
    answers: Mapping[Purpose, bool],
    on: dt.date,
    *,
    today: dt.date,
    meant: Collection[object] = (),
) -> Saved:
    """Write down what somebody answers; what is as it was is left alone.

    A no holds from the day it was said, which is never to come: nothing waits. Where something else
    stands of a later day, that is asked about: it may be a slip, whose place this answer takes.

    Parameters
    ----------
    answers
        Yes or no by purpose; a purpose that is left out was not talked about.
    on
        The day it was said.
    today
        The day it is written down.
    meant
        What has been asked about.

    Raises
    ------
    InputFault
        When the day is still to come, there is no such person, or it has to be asked about.
    """
    if session.get(Participant, code) is None:
        raise InputFault.at("mentor", _("They are no longer on the course. Reload the page."))
    if on > today:
        raise InputFault.at("on", _("That day is still to come. Write the day it was said."))
    recorded = events_of(session, "participant", code)
    now = _answers(recorded, dt.date.max)
    news = {
        purpose: given
        for purpose, given in answers.items()
        if purpose not in now or now[purpose].given != given
    }
    questions = [
        Question(_overruled(now[purpose]), Place(field="on"), (purpose, on))
        for purpose in news
        if purpose in now and on < now[purpose].since and (purpose, on) not in meant
    ]
    if questions:
        raise InputFault(questions)
    holding = in_effect(recorded, dt.date.max)
    later = [one for one in holding if one.kind in KINDS and one.effective_on > on]
    for purpose, given in news.items():
        event = append_event(
            session, "participant", code, _YES if given else _NO, on,
            purpose=purpose, text_version=consent_texts().version,
        )  # fmt: skip
        slips = [one for one in later if one.details["purpose"] == purpose]
        supersede(session, slips, event)
    return Saved("consent", len(now), 1)


def correct_day(
    session: Session, code: str, purpose: Purpose, on: dt.date, *, today: dt.date, seen: dt.date
) -> Saved:
    """Put the day right on which somebody gave the answer that stands; what they said stays.

    Parameters
    ----------
    on
        The day it was said.
    today
        The day it is written down.
    seen
        Since when the answer stands, as it was shown.

    Raises
    ------
    InputFault
        When the day is still to come, the one that stands, or before they said otherwise.
    Conflict
        When that answer is not what stands any more.
    """
    if on > today:
        raise InputFault.at("on", _("That day is still to come. Write the day it was said."))
    holding = [
        event
        for event in in_effect(events_of(session, "participant", code), dt.date.max)
        if event.kind in KINDS and event.details["purpose"] == purpose
    ]
    if not holding or holding[-1].effective_on != seen:
        raise Conflict(
            _("That answer is not what stands any more. Nothing is saved. Load the page again.")
        )
    *before, stands = holding
    if on == stands.effective_on:
        raise InputFault.at("on", _("That is the day that stands already. Write the right one."))
    if before and before[-1].effective_on > on:
        text = _("On {date} they said otherwise. Choose that day or a later one.")
        raise InputFault.at("on", text.format(date=format_date(before[-1].effective_on)))
    event = append_event(session, "participant", code, stands.kind, on, **stands.details)
    supersede(session, [stands], event)
    return Saved.event(session, event)


def _overruled(later: Consent) -> str:
    text = (
        _("They stand with a yes of {date}. If that was a slip, save again: this takes its place.")
        if later.given
        else _(
            "They stand with a no of {date}. If that was a slip, save again: this takes its place."
        )
    )
    return text.format(date=format_date(later.since))


def purpose_name(purpose: Purpose) -> str:
    """Return what a purpose is called in the user's language."""
    return {
        "taking_part": _("Taking part"),
        "being_measured": _("Being measured"),
        "being_quoted": _("Being quoted"),
        "cpr_link": _("Linking by CPR number"),
    }[purpose]
