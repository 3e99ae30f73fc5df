"""Saying that two codes are one person, and what is noted of them that could not be of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from peerbook.errors import InputFault
from peerbook.pathways.contract import first_overlap
from peerbook.pathways.pathway import Pathway
from peerbook.pathways.pathway_records import pathways_of
from peerbook.people.pairs import are_vetoed
from peerbook.privacy import same_person
from peerbook.privacy.consent import PURPOSES, Purpose, allowed_by, purpose_name, said_no_to
from peerbook.privacy.same_person import Pair
from peerbook.store import identities
from peerbook.store.tables import Gathering, GatheringGuest, Wish
from peerbook.text import _, format_date, format_list


def say_one_person(
    session: Session, pair: Pair, today: dt.date, *, seen: bool | None, is_meant: bool = False
) -> None:
    """Write down that two codes are one person, unless what is noted of them speaks against it.

    Parameters
    ----------
    seen
        As in `same_person.say`.
    is_meant
        Whether what speaks against it was asked about, and it is one person all the same.

    Raises
    ------
    InputFault
        When they are a pair that goes on, or one of them was deleted; or when what is noted of
        them could not be of one person, and it is not said to be meant.
    Conflict
        As `same_person.say` says.
    """
    mine, theirs = (same_person.codes_of(session, [code]) for code in pair)
    if mine != theirs:
        for one in pathways_of(session, mine):
            if one.ended_on is None and not theirs.isdisjoint(one.codes):
                raise InputFault.at(
                    "pair",
                    _("They are matched with each other: pair {number}, since {date}. End that "
                      "pair or take it back first.")
                    .format(number=one.number, date=format_date(one.matched_on)),
                )  # fmt: skip
        against = [*_against(session, mine, theirs, today)]
        if against and not is_meant:
            same = _("Is it one person all the same? Then press once more.")
            raise InputFault.asking("pair", " ".join([*against, same]), pair)
    same_person.say(session, pair, is_same=True, today=today, seen=seen)


def _against(
    session: Session, mine: Collection[str], theirs: Collection[str], today: dt.date
) -> Iterator[str]:
    """Yield what is noted of some codes, and of others, that could not be of one person."""
    if same_person.said_two(session, mine, theirs):
        yield _("It is written down that they are two people. That would go.")
    if identities.differ_in_cpr(session, [*mine, *theirs]):
        yield _("Their CPR numbers differ.")
    if unlike := _answered_unlike(session, mine, theirs, today):
        names = format_list([purpose_name(purpose) for purpose in unlike])
        yield _("They have not answered alike on: {purposes}.").format(purposes=names)
    yield from _against_pairs(pathways_of(session, mine), pathways_of(session, theirs))
    for some, others in ((mine, theirs), (theirs, mine)):
        for one in pathways_of(session, some):
            partners = {*one.codes} - {*some}
            if one.ended_on is None and any(
                are_vetoed(session, min(others), code) for code in partners
            ):
                text = _("One is not to be matched with whom the other has a pair: {number}.")
                yield text.format(number=one.number)
    if are_vetoed(session, min(mine), min(theirs)):
        yield _("It is noted that they are not to be matched with each other.")
    if _wished(session, mine, theirs) or _wished(session, theirs, mine):
        yield _("One has wished for the other.")
    if met := _met_on(session, mine, theirs):
        yield _("Both came on {date}.").format(date=format_date(met))


def _answered_unlike(
    session: Session, mine: Collection[str], theirs: Collection[str], today: dt.date
) -> list[Purpose]:
    """Return the purposes to which some codes have said yes, and others no."""
    return [
        purpose
        for purpose in PURPOSES
        if any(
            allowed_by(session, purpose, yes, today) and said_no_to(session, purpose, no, today)
            for yes, no in ((mine, theirs), (theirs, mine))
        )
    ]


def _against_pairs(mine: Collection[Pathway], theirs: Collection[Pathway]) -> Iterator[str]:
    for one in mine:
        if one in theirs:
            text = _("They were matched with each other: pair {number}, from {date}.")
            yield text.format(number=one.number, date=format_date(one.matched_on))
    for one, other in product(mine, theirs):
        if one == other or one.beside or other.beside:
            continue
        numbers = {"one": one.number, "other": other.number}
        if one.ended_on is None and other.ended_on is None:
            yield _("Each is in a pair that goes on: pairs {one} and {other}.").format(**numbers)
        elif _overlap(one, other):
            yield _("They have contracts at the same time: pairs {one} and {other}.").format(
                **numbers
            )


def _overlap(one: Pathway, other: Pathway) -> bool:
    if one.contract is None or other.contract is None:
        return False
    times = [(each.contract.starts_on, each.ended_on) for each in (one, other) if each.contract]
    return first_overlap(times[0], times[1:]) is not None


def _wished(session: Session, wishers: Collection[str], wished: Collection[str]) -> bool:
    found = select(Wish.id).where(Wish.participant_code.in_(wishers), Wish.wished_code.in_(wished))
    return session.scalar(found.limit(1)) is not None


def _met_on(session: Session, mine: Collection[str], theirs: Collection[str]) -> dt.date | None:
    """Return the last day on which somebody came under both; None where nobody did."""
    guests = select(GatheringGuest.gathering_id)
    found = select(Gathering.date).where(
        Gathering.id.in_(guests.where(GatheringGuest.participant_code.in_(mine))),
        Gathering.id.in_(guests.where(GatheringGuest.participant_code.in_(theirs))),
    )
    return session.scalar(found.order_by(Gathering.date.desc()).limit(1))
