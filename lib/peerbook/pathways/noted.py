"""On which days something is noted of a pair, told in a sentence each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from peerbook.pathways.pathway import Pathway
from peerbook.text import _, format_date


def noted_in_contract(one: Pathway) -> Iterator[tuple[dt.date, str]]:
    """Yield the days on which something is noted of a pair in its contract, and what it is."""
    for day in one.checked.values():
        yield day, _("It is noted that you asked on {date}.").format(date=format_date(day))
    if one.contract is None:
        return
    for answer in one.contract.answers:
        words = _("On {date} they said whether they want three months more.")
        yield answer.on, words.format(date=format_date(answer.on))
    for pause in one.contract.pauses:
        for day in filter(None, (pause.since, pause.until)):
            yield day, _("A pause is noted on {date}.").format(date=format_date(day))
        if pause.told_on is not None:
            words = _("It is noted that you told the one who waits on {date}.")
            yield pause.told_on, words.format(date=format_date(pause.told_on))


def exit_talk_noted(one: Pathway) -> Iterator[tuple[dt.date, str]]:
    """Yield the day of the exit talk, where there is one, and what is noted of it."""
    if one.closing is not None and one.closing.state != "cancelled":
        words = (
            _("The exit talk was held on {date}.")
            if one.closing.state == "held"
            else _("The exit talk is agreed for {date}.")
        )
        yield one.closing.date, words.format(date=format_date(one.closing.date))
