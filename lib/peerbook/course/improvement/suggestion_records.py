"""You said, we did: what was asked for and what came of it, as the store keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from peerbook.course import records
from peerbook.errors import InputFault
from peerbook.small_groups import in_order, says_something
from peerbook.store import Saved, append_event, row_to_change
from peerbook.store.tables import Course, Decision, DecisionStatus, Evaluation, Outcome, Suggestion
from peerbook.text import _

ANSWER_TAKEN_BACK = "answer_taken_back"
"""Kind of the event that says a suggestion had an answer once."""


def suggestions_frame(session: Session, course_id: int, threshold: int) -> pd.DataFrame:
    """Return what participants of a course asked for.

    Parameters
    ----------
    threshold
        Fewest people who wrote a suggestion at the same evaluation for any text to be shown.

    Returns
    -------
    DataFrame
        Columns `suggestion_id`, `text`, `raised_on` and `course_id`. A text that cannot be shown
        is missing. What says nothing is left out, unless it has got an answer. In the order of the
        alphabet, so that nobody can tell from their place which sheet they stood on.
    """
    rows = _asked(session, threshold, Suggestion.course_id == course_id)
    columns = ["suggestion_id", "text", "raised_on", "course_id"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _asked(session: Session, threshold: int, of: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return suggestions with their course and answer; `of` says which courses, never fewer.

    Everybody who wrote one at the same evaluation must be there to be counted.
    """
    asked = session.execute(
        select(
            Suggestion.id.label("suggestion_id"), Suggestion.text, Suggestion.raised_on,
            Suggestion.evaluation_id, Evaluation.wave, Suggestion.course_id, Course.title,
            Course.starts_on, Decision.outcome, Decision.what_we_did, Decision.owner,
            Decision.due_on, Decision.status,
        )
        .join(Course, Course.id == Suggestion.course_id)
        .join(Evaluation, Evaluation.id == Suggestion.evaluation_id, isouter=True)
        .join(Decision, Decision.suggestion_id == Suggestion.id, isouter=True)
        .where(of)
        .order_by(Course.starts_on.desc(), Course.id.desc())
    ).all()  # fmt: skip
    writers: dict[tuple[int, str], set[int]] = {}
    for row in asked:
        if row.evaluation_id is not None and says_something(row.text):
            writers.setdefault((row.course_id, row.wave), set()).add(row.evaluation_id)
    rows = []
    for row in asked:
        is_own_words = row.evaluation_id is None
        if not (is_own_words or says_something(row.text) or row.outcome):
            continue
        is_shown = is_own_words or len(writers.get((row.course_id, row.wave), ())) >= threshold
        rows.append(dict(row._mapping) | {"text": row.text if is_shown else None})
    courses = list(dict.fromkeys(row.course_id for row in asked))

    def place(row: dict[str, Any]) -> tuple[int, bool, tuple[str, str]]:
        # Of a text that is not shown, its place must not tell how it begins.
        in_view = row["text"] or row["what_we_did"] or ""
        return courses.index(row["course_id"]), row["text"] is None, in_order(in_view)

    return sorted(rows, key=place)


def decisions_frame(session: Session, course_id: int) -> pd.DataFrame:
    """Return what was decided: at most one row for each suggestion, with the row's `version`."""
    rows = session.execute(
        select(
            Decision.id, Decision.suggestion_id, Decision.outcome, Decision.what_we_did,
            Decision.owner, Decision.due_on, Decision.status, Decision.decided_on,
            Decision.version,
        )
        .join(Suggestion, Suggestion.id == Decision.suggestion_id)
        .where(Suggestion.course_id == course_id)
        .order_by(Decision.id)
    ).all()  # fmt: skip
    columns = [
        "decision_id", "suggestion_id", "outcome", "what_we_did", "owner", "due_on", "status",
        "decided_on", "version",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def undecided_count(session: Session, site_id: int, threshold: int) -> int:
    """Return how many suggestions at a site are shown and have no answer yet.

    Parameters
    ----------
    threshold
        Fewest people who wrote a suggestion at the same evaluation for any to be shown.
    """
    return int(
        open_suggestions(session, records.at_site(site_id), threshold)["outcome"].isna().sum()
    )


def open_suggestions(session: Session, of: ColumnElement[bool], threshold: int) -> pd.DataFrame:
    """Return what participants of courses asked for that is neither done nor turned down.

    Parameters
    ----------
    of
        Says which courses.
    threshold
        As for `suggestions_frame`.

    Returns
    -------
    DataFrame
        Columns `suggestion_id`, `text` (missing where something was promised and the text can no
        longer be shown), `raised_on`, `course_id`, `title` and `starts_on` of the course, `outcome`
        (None as long as nobody has decided), `owner` and `due_on`; the latest course first, and
        within one as for `suggestions_frame`.
    """
    rows = [
        row
        for row in _asked(session, threshold, of)
        if (row["outcome"] in ("do", "later") and row["status"] == "open")
        or (row["outcome"] is None and row["text"] is not None)
    ]
    columns = [
        "suggestion_id", "text", "raised_on", "course_id", "title", "starts_on", "outcome",
        "owner", "due_on",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns, dtype=object)


def save_suggestion(session: Session, course_id: int, text: str, raised_on: dt.date) -> Saved:
    """Save something a participant asked for outside a form.

    Raises
    ------
    Conflict
        When the course was removed meanwhile.
    """
    records.refuse_removed(session, course_id)
    row = Suggestion(course_id=course_id, text=text, raised_on=raised_on)
    session.add(row)
    session.flush()
    return Saved("suggestion", row.id, row.version)


def save_decision(
    session: Session,
    suggestion_id: int,
    *,
    outcome: Outcome,
    what_we_did: str,
    owner: str,
    due_on: dt.date | None,
    status: DecisionStatus,
    decided_on: dt.date,
    seen: tuple[int, int] | None = None,
    also: Sequence[int] = (),
) -> Saved:
    """Save what was decided about a suggestion, anew or changed.

    Parameters
    ----------
    seen
        Number and version of the decision that was shown; None when there was none yet.
    also
        Other suggestions, still without an answer, that get the same one.

    Raises
    ------
    InputFault
        When a suggestion is gone or one of the others is answered already; when nobody sees to
        what is to be done, it is called done without a word of what was done, or it is turned
        down without a reason.
    Conflict
        When somebody else has answered it since, also anew after the answer that was shown was
        taken back: `theirs` holds their answer, its `id` and `version`. When it was taken back and
        nobody has answered since, there is nothing to hold.
    """
    if session.get(Suggestion, suggestion_id) is None:
        raise InputFault.at("suggestion", _("That suggestion is no longer there."))
    if outcome == "no" and not what_we_did:
        raise InputFault.at("what_we_did", _("Write why not, so it can be told back."))
    if outcome != "no" and not owner:
        raise InputFault.at("owner", _("Write who sees to it."))
    if status in ("done", "told_back") and not what_we_did:
        raise InputFault.at("what_we_did", _("Write what you did, so it can be told back."))
    answer: dict[str, object] = {
        "outcome": outcome, "what_we_did": what_we_did, "owner": owner,
        "due_on": None if outcome == "no" else due_on, "status": status,
    }  # fmt: skip
    waiting = set(
        session.scalars(
            select(Suggestion.id).where(
                Suggestion.id.in_(also), Suggestion.id.not_in(select(Decision.suggestion_id))
            )
        )
    )
    if waiting != set(also):
        raise InputFault.at(
            "also",
            _("One of these has been answered meanwhile. Go back to the list, and try again."),
        )
    for other in also:
        session.add(Decision(suggestion_id=other, decided_on=decided_on, **answer))
    number = session.scalar(select(Decision.id).where(Decision.suggestion_id == suggestion_id))
    shown, version = seen or (None, 0)
    if number is None and shown is None:
        row = Decision(suggestion_id=suggestion_id, decided_on=decided_on, **answer)
        session.add(row)
    else:
        mine = answer | {"id": shown, "version": version}
        # Another answer begins at version 1 too, so none of its versions is the one that was shown.
        seen_version = version if number in (shown, None) else 0
        row = row_to_change(session, Decision, number or shown, seen_version, mine)
        for name, value in answer.items():
            setattr(row, name, value)
    session.flush()
    return Saved("decision", row.id, row.version)


def take_back_decision(session: Session, number: int, version: int, *, on: dt.date) -> Saved:
    """Take the answer to a suggestion back: it waits for one again.

    The event says that there was one and how far it had come, the audit keeps its words.

    Parameters
    ----------
    number, version
        Of the decision, as it was shown.

    Raises
    ------
    Conflict
        When somebody else has changed the answer or taken it back since.
    """
    row = row_to_change(session, Decision, number, version)
    append_event(
        session, "suggestion", row.suggestion_id, ANSWER_TAKEN_BACK, on,
        outcome=row.outcome, status=row.status,
    )  # fmt: skip
    session.delete(row)
    session.flush()
    return Saved("decision", number, version)
