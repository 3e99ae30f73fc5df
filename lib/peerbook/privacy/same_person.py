"""Participants who are one person: suggested by what is alike, and joined by hand only.

Each keeps a code of their own, and what was recorded under it: a peer who becomes a mentor is
written down as both. Joined, they are shown together where somebody's own file is made and where
they are deleted. What was said can be taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.store import identities
from peerbook.store.identities import Alike
from peerbook.store.tables import Participant, SamePerson
from peerbook.text import _

Pair = tuple[str, str]


@dataclass(frozen=True)
class Suggestion:
    """Two participants who may be one person.

    Parameters
    ----------
    pair
        Their codes, in order.
    alike
        What is the same.
    """

    pair: Pair
    alike: tuple[Alike, ...]


def suggestions(session: Session) -> tuple[Suggestion, ...]:
    """Return who may be one person and nobody has said anything of yet, most alike first.

    Nobody's name is shown for that.
    """
    said = {(row.one_code, row.other_code) for row in session.scalars(select(SamePerson))}
    together = _groups(session)
    found = [
        Suggestion(pair, alike)
        for pair, alike in identities.alike(session).items()
        if pair not in said and pair[1] not in together.get(pair[0], ())
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.alike), one.pair)))


def say(
    session: Session,
    pair: Iterable[str],
    *,
    is_same: bool,
    today: dt.date,
    seen: bool | None = None,
) -> None:
    """Write down that two participants are one person, or two.

    That somebody said earlier of any of their codes that they are two goes when they are one.

    Parameters
    ----------
    seen
        What was said of the two, as it was shown: whether they are one; None for nothing.

    Raises
    ------
    InputFault
        When one of them is not there any more; when they are to be two, and are one person by way
        of another code.
    Conflict
        When somebody has said the opposite since.
    """
    one, other = sorted(pair)
    if session.get(Participant, one) is None or session.get(Participant, other) is None:
        raise InputFault.at("pair", _("One of them is deleted. Load the page again."))
    row = session.get(SamePerson, (one, other))
    if (None if row is None else row.is_same) not in (seen, is_same):
        raise Conflict(_said_meanwhile())
    if row is None:
        row = SamePerson(one_code=one, other_code=other)
    row.is_same, row.said_on, row.actor = is_same, today, session.info["actor"]
    session.add(row)
    session.flush()
    groups = _groups(session)
    if not is_same and other in groups.get(one, ()):
        text = _(
            "By way of a third code it is written down that they are one person. Take that back "
            "first, under “What was said”."
        )
        raise InputFault.at("pair", text)
    if is_same:
        for gone in said_two(session, groups[one], groups[one]):
            session.delete(gone)
        session.flush()


def said_two(
    session: Session, mine: Collection[str], theirs: Collection[str]
) -> Sequence[SamePerson]:
    """Return where it was said that one of some codes and one of others are two people."""
    between = or_(
        and_(SamePerson.one_code.in_(mine), SamePerson.other_code.in_(theirs)),
        and_(SamePerson.one_code.in_(theirs), SamePerson.other_code.in_(mine)),
    )
    return session.scalars(select(SamePerson).where(between, ~SamePerson.is_same)).all()


def take_back(session: Session, pair: Pair, *, seen: bool) -> None:
    """Forget what was said of two participants; they may be suggested again.

    Parameters
    ----------
    seen
        As in `say`.

    Raises
    ------
    Conflict
        When somebody has said the opposite since.
    """
    row = session.get(SamePerson, pair)
    if row is not None and row.is_same != seen:
        raise Conflict(_said_meanwhile())
    if row is not None:
        session.delete(row)


def _said_meanwhile() -> str:
    return _(
        "Somebody has meanwhile decided otherwise about these two. Nothing is saved. Load the page "
        "again, and see what was said."
    )


def joined(session: Session) -> list[SamePerson]:
    """Return what was said, whoever are one person first, the newest first."""
    rows = session.scalars(select(SamePerson))
    return sorted(rows, key=lambda row: (not row.is_same, -row.said_on.toordinal(), row.one_code))


def others_of(session: Session, code: str) -> tuple[str, ...]:
    """Return the other codes of somebody who has several."""
    return tuple(sorted(_groups(session).get(code, frozenset({code})) - {code}))


def codes_of(session: Session, codes: Collection[str]) -> frozenset[str]:
    """Return all codes of those whose codes these are, by whichever of them they go."""
    groups = _groups(session)
    return frozenset().union(*(groups.get(code, {code}) for code in codes))


def first_codes(session: Session) -> dict[str, str]:
    """Return one code for each person who has several, by each of their codes."""
    return {code: min(group) for code, group in _groups(session).items()}


def _groups(session: Session) -> dict[str, frozenset[str]]:
    """Return all codes of a person, by each of them; only of those who have several."""
    groups: dict[str, frozenset[str]] = {}
    for row in session.scalars(select(SamePerson).where(SamePerson.is_same)):
        alone = (frozenset({row.one_code}), frozenset({row.other_code}))
        group = groups.get(row.one_code, alone[0]) | groups.get(row.other_code, alone[1])
        groups |= dict.fromkeys(group, group)
    return groups
