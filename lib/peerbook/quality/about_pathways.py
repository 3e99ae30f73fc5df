"""Rules about pairs: what their contracts say fits together, and an end is an end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from peerbook.pathways.contract import EXIT_TALK_WITHIN, first_overlap
from peerbook.pathways.due import LIST_WITHIN
from peerbook.pathways.names import closing_name
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_records import pathways
from peerbook.people.names import end_name
from peerbook.quality.rules import Finding, Look, about_pair, rule
from peerbook.text import _, format_date, format_list


def _pairs(look: Look) -> list[Pathway]:
    return pathways(look.session, look.site_id, look.today, ended_since=look.earliest)


def _about(look: Look, one: Pathway, sentence: str) -> Finding:
    return about_pair(look, one.site_id, one.number, sentence)


@rule(
    "error", "leader",
    lambda: _("Contracts of one person that overlap"),
    lambda: _("Open the pair and correct the first day, or write that the other has ended."),
)  # fmt: skip
def _contracts_overlap(look: Look) -> Iterator[Finding]:
    theirs: defaultdict[str, list[Pathway]] = defaultdict(list)
    for one in look.once(_pairs):
        for code in (one.peer, one.mentor):
            if code is not None and one.contract is not None and not one.beside:
                theirs[code].append(one)
    told = set()
    for known in theirs.values():
        spans = [(one.begins_on, one.ended_on) for one in known]
        for place, one in enumerate(known):
            if one.number not in told and first_overlap(spans[place], spans[:place]) is not None:
                told.add(one.number)
                text = _("Pair {number} has a contract at the same time as another pair.")
                yield _about(look, one, text.format(number=one.number))


@rule(
    "warning", "leader",
    lambda: _("Pairs whose end does not fit their contract"),
    lambda: _("Open the pair and write what both answered, under “Three months more?”."),
)  # fmt: skip
def _extension_unsaid(look: Look) -> Iterator[Finding]:
    for one in look.once(_pairs):
        both = one.contract is not None and one.contract.both_want_more
        if one.end == "extended_completed" and not both:
            text = _("Pair {number}: “{end}”, but no yes of both to three months more is noted.")
            yield _about(look, one, text.format(number=one.number, end=end_name(one.end)))


@rule(
    "warning", "leader",
    lambda: _("Contracts that have run out"),
    lambda: _("Write how it ended, under “It ends”. Or that both want three months more."),
)  # fmt: skip
def _run_out(look: Look) -> Iterator[Finding]:
    for one in look.once(_pairs):
        ends_on = None if one.contract is None else one.contract.ends_on
        is_open = one.ended_on is None and ends_on is not None
        if is_open and ends_on is not None and ends_on + EXIT_TALK_WITHIN < look.today:
            text = _("The contract of pair {number} ran out on {date}. No end is noted.")
            yield _about(look, one, text.format(number=one.number, date=format_date(ends_on)))


@rule(
    "warning", "leader",
    lambda: _("Exit talks whose day is past"),
    lambda: _("Write down that it was held, move it, or say that there is none."),
)  # fmt: skip
def _exit_talk_past(look: Look) -> Iterator[Finding]:
    for one in look.once(_pairs):
        talk = one.closing
        if talk is not None and talk.state == "agreed" and talk.date < look.today:
            text = _("The exit talk of pair {number} was to be on {date}. Nothing is noted of it.")
            yield _about(look, one, text.format(number=one.number, date=format_date(talk.date)))


@rule(
    "note", "leader",
    lambda: _("Exit talks with something missing"),
    lambda: _("Do what is missing, and tick it under “The exit talk”."),
)  # fmt: skip
def _closing_missing(look: Look) -> Iterator[Finding]:
    for one in look.once(_pairs):
        talk = one.closing
        if talk is None or talk.state != "held" or talk.date + LIST_WITHIN >= look.today:
            continue
        if talk.missing and talk.date >= look.earliest:
            missing = format_list([closing_name(point) for point in talk.missing])
            text = _("Not ticked after the exit talk of pair {number}: {missing}.")
            yield _about(look, one, text.format(number=one.number, missing=missing))


RULES = (_contracts_overlap, _extension_unsaid, _run_out, _exit_talk_past, _closing_missing)
