"""What pathways are called on the page."""

from __future__ import annotations

import datetime as dt

from peerbook.pathways.due import Day, Due, When
from peerbook.pathways.pathway import Pathway, Standing
from peerbook.people.names import end_name, one_of_two
from peerbook.privacy.disclosure import ToldCell
from peerbook.text import _, format_date
from peerbook.ui import Status
from peerbook.ui.table import Tone

_TONES: dict[Standing, Tone] = {
    "no_contract": "warn", "ahead": "info", "runs": "ok", "asks": "warn", "ends": "info",
    "run_out": "warn", "paused": "neutral", "ended": "neutral",
}  # fmt: skip


def standing_text(one: Pathway, day: dt.date) -> str:
    """Return how a pair stands on a day, in few words."""
    standing, contract = one.standing(day), one.contract
    if standing == "ended":
        return end_name(one.end or "completed")
    if contract is None:
        return _("No contract yet")
    if standing == "paused":
        pause = contract.pause_on(day)
        return _("Paused since {date}").format(date=_date(pause.since if pause else None))
    words = {
        "ahead": _("Begins {date}"),
        "asks": _("Month {n} of {months}: do they want three more?"),
        "ends": _("Ends {date}"),
        "run_out": _("Was to end {date}"),
    }.get(standing, _("Month {n} of {months}"))
    return words.format(
        n=contract.month_on(day), months=contract.all_months,
        date=_date(contract.starts_on if standing == "ahead" else contract.ends_on),
    )  # fmt: skip


def standing_status(one: Pathway, day: dt.date) -> Status:
    """Return how a pair stands on a day, as a cell shows it."""
    return Status(standing_text(one, day), _TONES[one.standing(day)])


def who_name(who: str) -> str:
    """Return who needs a pause."""
    return _("Both") if who == "both" else one_of_two(who)


def why_name(why: str) -> str:
    """Return why somebody needs a pause, in few words."""
    return {
        "illness": _("Illness"),
        "job_or_practice": _("A job or work practice"),
        "family": _("Family"),
        "other": _("Something else"),
    }[why]


def offer_name(offer: str) -> str:
    """Return what the one who waits can do meanwhile."""
    return {
        "cafe": _("Come to the café"),
        "group": _("Join a group"),
        "temporary_mentor": _("Meet somebody else until then"),
        "nothing": _("Nothing yet"),
    }[offer]


def check_name(which: str) -> str:
    """Return when staff ask how it goes."""
    return {"first_days": _("After the first days"), "first_month": _("After a month")}[which]


def closing_name(point: str) -> str:
    """Return a point of the closing list."""
    return {
        "goals": _("We have looked at the goals"),
        "post_measure": _("The measure after is filled in"),
        "exit_form": _("The exit form is filled in"),
        "coffee_card": _("The coffee card is handed in"),
    }[point]


def held_name(*, is_agreed: bool) -> str:
    """Return under what it is written down that the exit talk was held, agreed before or not."""
    return _("It was held") if is_agreed else _("It was held already")


def due_name(due: Due) -> str:
    """Return what is to be done about a pair, in few words."""
    return {
        "tell_partner": _("Tell the one who waits: café, group, or somebody else until then"),
        "first_days": _("Ask how the first days went"),
        "quiet": _("Ask after the two: they have not met for long"),
        "exit_overdue": _("The exit talk is late. Agree on one"),
        "more": _("Ask both: three months more?"),
        "exit_to_agree": _("Agree on the exit talk"),
        "no_contract": _("Hold the three-way talk"),
        "exit_to_note": _("Write down how the exit talk went"),
        "first_month": _("Ask how the first month went"),
        "closing_list": _("Finish the closing list"),
        "to_end": _("The contract has run out. Write how it ended"),
        "exit_agreed": _("Hold the exit talk, or move it: it is far from the end")
        if due.pathway.is_to_move
        else _("Hold the exit talk"),
    }[due.kind]


def when_status(when: When) -> Status:
    """Return how near something is, as a cell shows it."""
    tones: dict[When, Tone] = {"overdue": "warn", "this_week": "info", "soon": "neutral"}
    words = {
        "overdue": _("Overdue"), "this_week": _("This week"), "soon": _("Within four weeks"),
    }  # fmt: skip
    return Status(words[when], tones[when])


def day_name(kind: Day) -> str:
    """Return what a day of a pair is called in a calendar."""
    return {
        "three_way_talk": _("Hold the three-way talk"),
        "first_days": _("Ask how the first days went"),
        "first_month": _("Ask how the first month went"),
        "tell_partner": _("Tell the one who waits: café, group, or somebody else until then"),
        "quiet": _("Ask after the two: they have not met for long"),
        "more": _("Ask both: three months more?"),
        "to_agree": _("Agree on the exit talk"),
        "exit_talk": _("Exit talk"),
        "closing_list": _("Finish the closing list"),
        "end": _("The contract ends"),
    }[kind]


def _date(day: dt.date | None) -> str:
    return "" if day is None else format_date(day)


def hidden_text(cell: ToldCell, threshold: int) -> str:
    """Return what stands in place of a figure that is hidden."""
    return _("under {n}").format(n=threshold) if cell.mark == "few" else _("kept back")
