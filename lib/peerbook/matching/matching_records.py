"""Who takes part, who met whom, wishes, vetoes and pairs, as the store keeps them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from peerbook.errors import Fault, InputFault, Place, Question
from peerbook.matching.occasions import Meetings, Occasion
from peerbook.matching.pool import Member, Pool, Veto
from peerbook.matching.wishes import Basis, Wish, check, named, of_people, standing
from peerbook.people.hanging import keeping_what_hangs
from peerbook.people.names import one_of_two
from peerbook.people.pairs import PAIR, Pair, are_vetoed, pairs, pairs_of, refuse_matched
from peerbook.people.participants import (
    READY,
    STOPPED,
    WAITS,
    RoleInPair,
    TakingPart,
    ask_whether_later_counts,
    last_events,
    participant_of,
    roles_on,
    taking_part,
    taking_part_after_a_no,
)
from peerbook.privacy import same_person
from peerbook.store import Saved, append_event, refuse_overtaken, row_to_change
from peerbook.store.tables import (
    Event,
    Gathering,
    GatheringGuest,
    MatchedPair,
    Participant,
    VetoKind,
)
from peerbook.store.tables import Veto as VetoRow
from peerbook.store.tables import Wish as WishRow
from peerbook.text import _, format_date, format_list

FEWEST = 2
"""Fewer have met nobody."""


# -- who takes part --------------------------------------------------------------------------------


def members(session: Session, site_id: int | None, day: dt.date) -> list[Member]:
    """Return everybody who takes part at a site, or at all, on a day, with the places left.

    Whoever has several codes is one member, under the code by which they joined last.
    """
    known = pairs(session, site_id, day)
    matched = {code for pair in known if pair.ended_on is None for code in pair.codes}
    parted: dict[str, dt.date] = {}
    for pair in known:
        for code in pair.codes if pair.ended_on else ():
            parted[code] = max(parted.get(code, dt.date.min), pair.ended_on or dt.date.min)
    said_no = taking_part_after_a_no(session, site_id, day)
    found = []
    for one in _people(session, site_id, day):
        is_matched, has_said_no = (not some.isdisjoint(one.codes) for some in (matched, said_no))
        found.append(
            Member(
                one.code, one.part.role,
                places=0 if is_matched or has_said_no else 1,
                waits=one.waits,
                said_no=has_said_no,
                since=None if is_matched else one.free_since(parted),
                also=one.also,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class _Person:
    """Somebody who takes part, by all their codes, and what they said last of being matched."""

    code: str
    also: tuple[str, ...]
    part: TakingPart
    said: Event | None

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.code, *self.also)

    @property
    def waits(self) -> bool:
        return self.said is not None and self.said.kind == WAITS

    def free_since(self, parted: Mapping[str, dt.date]) -> dt.date:
        """Return from which day somebody who is free waits.

        That is when they joined, a pair of theirs ended, or they said that they would rather wait,
        or were ready: whatever came last.
        """
        days = [parted[code] for code in self.codes if code in parted]
        return max([self.part.since, *days, *([self.said.effective_on] if self.said else [])])


def _people(session: Session, site_id: int | None, day: dt.date) -> Iterator[_Person]:
    """Yield who takes part at a site, or at all, on a day, each once, by code.

    What somebody said of being matched ends when they stop, or take part as something else.
    """
    said = last_events(session, site_id, (WAITS, READY), day)
    first = same_person.first_codes(session)
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for code, one in first.items():
        codes[one].add(code)
    parts: defaultdict[str, dict[str, TakingPart]] = defaultdict(dict)
    for code, part in taking_part(session, site_id, day).items():
        parts[first.get(code, code)][code] = part
    for found in sorted(_last_joined(theirs) for theirs in parts.values()):
        theirs = parts[first.get(found, found)]
        role = theirs[found].role
        since = min(part.since for part in theirs.values() if part.role == role)
        also = tuple(sorted(codes[first.get(found, found)] - {found}))
        told = [
            said[code] for code in (found, *also)
            if code in said and said[code].effective_on >= since
        ]  # fmt: skip
        last = max(told, key=lambda event: (event.effective_on, event.seq), default=None)
        yield _Person(found, also, TakingPart(role, since), last)


def _last_joined(parts: Mapping[str, TakingPart]) -> str:
    return max(parts, key=lambda code: (parts[code].since, code))


def _roles(
    session: Session, site_id: int, day: dt.date, also: Mapping[str, str]
) -> dict[str, RoleInPair]:
    """Return what everybody is on a day, by the code they stand under, whichever they had then."""
    joined = sorted(taking_part(session, site_id, day).items(), key=lambda item: item[1].since)
    return {also.get(code, code): part.role for code, part in joined}


def save_waiting(
    session: Session,
    site_id: int,
    code: str,
    on: dt.date,
    today: dt.date,
    *,
    waits: bool,
    is_meant: bool = False,
) -> Saved:
    """Note that somebody wants to wait with being matched, or no longer does.

    Parameters
    ----------
    is_meant
        Whether a day before what overrules it was asked about and is right.

    Raises
    ------
    InputFault
        When the day lies ahead, they do not take part, or they want to wait and are matched; or
        when they said otherwise later, and that is not said to be right.
    """
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    if code not in roles_on(session, site_id, on):
        raise InputFault.at("on", _("They did not take part yet on that day."))
    if waits:
        refuse_matched(session, code)
    event = append_event(session, "participant", code, WAITS if waits else READY, on)
    if not is_meant:
        ask_whether_later_counts(session, event)
    return Saved.event(session, event)


def save_stopped(
    session: Session,
    site_id: int,
    code: str,
    on: dt.date,
    today: dt.date,
    *,
    is_meant: bool = False,
) -> Saved:
    """Note that somebody no longer takes part, from a day on; they can always join again.

    Parameters
    ----------
    is_meant
        Whether a day before what overrules it was asked about and is right.

    Raises
    ------
    InputFault
        When the day lies ahead, they do not take part, they are matched still, or something hangs
        on it that they took part on a later day; or when they joined again later, and that is not
        said to be right.
    """
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    roles = roles_on(session, site_id, on)
    if code not in roles:
        raise InputFault.at("on", _("They did not take part yet on that day."))
    refuse_matched(session, code)
    # Somebody with two codes would otherwise stand in the list as before, under the other.
    others = same_person.codes_of(session, [code]) & roles.keys() - {code}
    for one in (*sorted(others), code):
        with keeping_what_hangs(session, one, after=on):
            event = append_event(session, "participant", one, STOPPED, on)
        if not is_meant:
            ask_whether_later_counts(session, event)
    return Saved.event(session, event)


# -- who met whom ----------------------------------------------------------------------------------


def gatherings(session: Session, site_id: int | None) -> list[tuple[Gathering, frozenset[str]]]:
    """Return the gatherings of a site, or all, with the codes of who came, the latest first."""
    at_site = true() if site_id is None else Gathering.site_id == site_id
    came: defaultdict[int, set[str]] = defaultdict(set)
    guests = (
        select(GatheringGuest.gathering_id, GatheringGuest.participant_code)
        .join(Gathering, Gathering.id == GatheringGuest.gathering_id)
        .where(at_site)
    )
    for number, code in session.execute(guests):
        came[number].add(code)
    wanted = select(Gathering).where(at_site)
    rows = session.scalars(wanted.order_by(Gathering.date.desc(), Gathering.id.desc()))
    return [(row, frozenset(came[row.id])) for row in rows]


def occasions(session: Session, site_id: int | None) -> list[Occasion]:
    """Return the gatherings of a site, or all, as matching knows them."""
    return [
        Occasion(row.date, row.kind, row.place, present)
        for row, present in gatherings(session, site_id)
    ]


def save_gathering(
    session: Session,
    site_id: int,
    occasion: Occasion,
    today: dt.date,
    *,
    called: Callable[[str], str] = str,
) -> Saved:
    """Note who was where.

    Parameters
    ----------
    called
        As in `save_wishes`.

    Raises
    ------
    InputFault
        As `_check_gathering` says.
    """
    _check_gathering(session, site_id, occasion, today, called=called)
    row = Gathering(
        site_id=site_id, kind=occasion.kind, date=occasion.held_on, place=occasion.place
    )
    session.add(row)
    session.flush()
    _add_guests(session, row.id, occasion.present)
    return Saved("gathering", row.id, row.version)


def correct_gathering(
    session: Session,
    number: int,
    occasion: Occasion,
    today: dt.date,
    seen_version: int,
    *,
    called: Callable[[str], str] = str,
) -> Saved:
    """Save a gathering as it was.

    Parameters
    ----------
    called
        As in `save_wishes`.

    Raises
    ------
    InputFault
        As `_check_gathering` says.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, Gathering, number, seen_version)
    known = set(
        session.scalars(select(GatheringGuest).where(GatheringGuest.gathering_id == number))
    )
    # Of whom fewer are known than can have been there, somebody was erased since.
    fewest = min(FEWEST, len(known))
    _check_gathering(session, row.site_id, occasion, today, called=called, fewest=fewest)
    row.kind, row.date, row.place = occasion.kind, occasion.held_on, occasion.place
    for guest in known:
        if guest.participant_code not in occasion.present:
            session.delete(guest)
    _add_guests(session, number, occasion.present - {guest.participant_code for guest in known})
    session.flush()
    return Saved("gathering", row.id, row.version)


def remove_gathering(session: Session, number: int, seen_version: int) -> Saved:
    """Remove a gathering that should not be there.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, Gathering, number, seen_version)
    saved = Saved("gathering", number, row.version)
    for guest in session.scalars(
        select(GatheringGuest).where(GatheringGuest.gathering_id == number)
    ):
        session.delete(guest)
    session.delete(row)
    return saved


def _add_guests(session: Session, number: int, codes: Collection[str]) -> None:
    session.add_all(
        GatheringGuest(gathering_id=number, participant_code=code) for code in sorted(codes)
    )
    session.flush()


def _check_gathering(
    session: Session,
    site_id: int,
    occasion: Occasion,
    today: dt.date,
    *,
    called: Callable[[str], str],
    fewest: int = FEWEST,
) -> None:
    """Refuse a gathering that nobody can have been at.

    Raises
    ------
    InputFault
        When its day lies ahead, too few came, or somebody did not take part by then.
    """
    if occasion.held_on > today:
        raise InputFault.at("date", _("That day lies ahead. Write it down when it is over."))
    person = same_person.first_codes(session)
    if len({person.get(code, code) for code in occasion.present}) < fewest:
        two = _("Choose at least two who were there.")
        one = _("Choose at least one who was there.")
        raise InputFault.at("present", two if fewest == FEWEST else one)
    early = occasion.present - roles_on(session, site_id, occasion.held_on).keys()
    if early:
        text = _("{names} did not take part yet on that day. Check the day, or take them off.")
        names = format_list(sorted(called(code) for code in early))
        raise InputFault.at("present", text.format(names=names))


# -- wishes ----------------------------------------------------------------------------------------


def wishes(session: Session, site_id: int | None) -> list[Wish]:
    """Return all wishes ever made at a site, or anywhere."""
    wanted = (
        select(WishRow)
        .join(Participant, Participant.code == WishRow.participant_code)
        .where(true() if site_id is None else Participant.site_id == site_id)
    )
    return [
        Wish(
            row.participant_code, row.wished_code, row.made_on, row.basis, row.rank,
            row.withdrawn_on,
        )
        for row in session.scalars(wanted.order_by(WishRow.id))
    ]  # fmt: skip


def save_wishes(
    session: Session,
    site_id: int,
    code: str,
    wished: Sequence[str],
    basis: Basis,
    *,
    made_on: dt.date,
    today: dt.date,
    seen: Mapping[str, object] | None = None,
    is_meant: bool = False,
    called: Callable[[str], str] = str,
) -> Saved:
    """Note whom somebody wishes for, the most wished first; earlier days stay as they are.

    What was noted for the same day and basis is written anew, but for those taken back since.

    Parameters
    ----------
    seen
        What was noted for that day and basis, as `wishes.named` told it to whoever writes; None
        when that was nothing.
    is_meant
        Whether it was asked about that no meeting is noted before a wish after meeting.
    called
        Tells what whoever writes knows somebody by, for what is refused; by code, otherwise.

    Raises
    ------
    InputFault
        As `wishes.check` says, when nobody is named, or somebody whose wish was taken back on a
        later day: that is history; at `made_on` when they are a peer and a mentor now but were not
        on that day; or when two have not met, as far as is noted, and it is not said to be meant.
    Conflict
        When somebody else has written down wishes for that day and basis since, or taken one back.
    """
    if not wished:
        raise InputFault.at("wish_1", _("Choose whom they wish for most."))
    also = Pool(members(session, site_id, today)).also
    code, *wished = (also.get(one, one) for one in (code, *wished))
    sheet = [Wish(code, other, made_on, basis, rank) for rank, other in enumerate(wished, start=1)]
    then, now = (_roles(session, site_id, day, also) for day in (made_on, today))
    strays = [one for one in (code, *wished) if one in now and then.get(one) != now[one]]
    if strays:
        text = _otherwise_told(format_list([called(one) for one in dict.fromkeys(strays)]))
        raise InputFault.at("made_on", text)
    check(sheet, then, today)
    if basis == "met" and not is_meant:
        met = Meetings(occasions(session, site_id), made_on, also)
        _ask_where_never_met(sheet, of_people(wishes(session, site_id), also), met)
    known = of_people(wishes(session, site_id), also)
    nothing, stored, mine = (named(some, code, basis, made_on) for some in ((), known, sheet))
    refuse_overtaken(seen or nothing, stored, mine)
    for row in _sheet(session, code, basis, made_on):
        row_wished = also.get(row.wished_code, row.wished_code)
        named_again = row_wished in wished
        if named_again and row.withdrawn_on is not None and row.withdrawn_on > made_on:
            raise InputFault.at(
                f"wish_{wished.index(row_wished) + 1}",
                _("They took that wish back on {date}. Write it down with that day or a later one.")
                .format(date=format_date(row.withdrawn_on)),
            )  # fmt: skip
        if row.withdrawn_on is None or named_again:
            session.delete(row)
    session.flush()
    rows = [
        WishRow(
            participant_code=code, wished_code=one.wished, basis=basis, rank=one.rank,
            made_on=made_on,
        )
        for one in sheet
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return Saved("wish", rows[0].id, rows[0].version)


def _otherwise_told(who: str) -> str:
    """Return that somebody was not what they are now on a day, and what to do about it."""
    text = _("{who} did not take part yet on that day, or in another role. Check the day.")
    return text.format(who=who)


def _ask_where_never_met(sheet: Sequence[Wish], known: Iterable[Wish], met: Meetings) -> None:
    """Ask about new wishes after meeting of two who never met, as far as is noted.

    Raises
    ------
    InputFault
        With a question at each.
    """
    noted = {(one.wisher, one.wished) for one in known if one.basis == "met"}
    text = _(
        "No meeting of the two is noted by that day. Note it under “Who met whom”, or choose “On "
        "the form, before”. If they met all the same, save once more."
    )
    about = tuple(one.wished for one in sheet)
    if questions := [
        Question(text, Place(field=f"wish_{one.rank}"), about)
        for one in sheet
        if (one.wisher, one.wished) not in noted and not met.between(one.wisher, one.wished)
    ]:
        raise InputFault(questions)


def withdraw_wish(session: Session, code: str, wished: str, on: dt.date, today: dt.date) -> Saved:
    """Note that somebody no longer wishes for somebody, from a day on; the wish itself stays.

    Raises
    ------
    InputFault
        When there is no such wish on that day.
    """
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    rows = list(
        session.scalars(
            select(WishRow).where(
                WishRow.participant_code.in_(same_person.codes_of(session, [code])),
                WishRow.wished_code.in_(same_person.codes_of(session, [wished])),
                WishRow.withdrawn_on.is_(None),
                WishRow.made_on <= on,
            )
        )
    )
    if not rows:
        raise InputFault.at("wish", _("There is no such wish any more. Reload the page."))
    for row in rows:
        row.withdrawn_on = on
    session.flush()
    return Saved("wish", rows[-1].id, rows[-1].version)


def _sheet(session: Session, code: str, basis: Basis, made_on: dt.date) -> list[WishRow]:
    wanted = select(WishRow).where(
        WishRow.participant_code.in_(same_person.codes_of(session, [code])),
        WishRow.basis == basis,
        WishRow.made_on == made_on,
    )
    return list(session.scalars(wanted))


# -- vetoes ----------------------------------------------------------------------------------------


def vetoes(session: Session, site_id: int) -> list[VetoRow]:
    """Return the vetoes of a site, with their private reasons."""
    wanted = (
        select(VetoRow)
        .join(Participant, Participant.code == VetoRow.one_code)
        .where(Participant.site_id == site_id)
        .order_by(VetoRow.one_code, VetoRow.other_code)
    )
    return list(session.scalars(wanted))


def hard_stops(session: Session, site_id: int | None) -> list[Veto]:
    """Return the vetoes of a site, or all, as matching knows them: without why."""
    wanted = (
        select(VetoRow.one_code, VetoRow.other_code)
        .join(Participant, Participant.code == VetoRow.one_code)
        .where(true() if site_id is None else Participant.site_id == site_id)
        .order_by(VetoRow.one_code, VetoRow.other_code)
    )
    return [Veto(one, other) for one, other in session.execute(wanted)]


def save_veto(
    session: Session,
    one: str,
    other: str,
    kind: VetoKind,
    reason: str,
    *,
    today: dt.date,
    is_meant: bool = False,
) -> Saved:
    """Note that two are not to be matched.

    Parameters
    ----------
    is_meant
        Whether it was asked about that the two are a pair that goes on, and is right.

    Raises
    ------
    InputFault
        When it is one person, or that is noted already; or the two are a pair that goes on, and
        that is not said to be right.
    Conflict
        When one of them was deleted meanwhile.
    """
    for code in (one, other):
        participant_of(session, code)
    theirs = same_person.codes_of(session, [other])
    if one in theirs:
        raise InputFault.at("other", _("Choose somebody else."))
    first, second = sorted((one, other))
    if are_vetoed(session, one, other):
        raise InputFault.at("other", _("That is noted already."))
    for pair in pairs_of(session, [one]):
        if pair.ended_on is None and not theirs.isdisjoint(pair.codes) and not is_meant:
            raise InputFault.asking(
                "other",
                _("The two are matched since {date}. Their pair goes on until you note on the page "
                  "“Pathways” how it ended. If they are not to be matched again, save once more.")
                .format(date=format_date(pair.matched_on)),
                (first, second),
            )  # fmt: skip
    row = VetoRow(one_code=first, other_code=second, kind=kind, reason=reason, said_on=today)
    session.add(row)
    session.flush()
    return Saved("veto", 0, row.version)


def lift_veto(session: Session, one: str, other: str, seen_version: int) -> Saved:
    """Let two be matched again.

    Raises
    ------
    Conflict
        When somebody else has changed it since.
    """
    first, second = sorted((one, other))
    row = row_to_change(session, VetoRow, (first, second), seen_version)
    saved = Saved("veto", 0, row.version)
    session.delete(row)
    return saved


# -- pairs -----------------------------------------------------------------------------------------


def save_pair(
    session: Session,
    site_id: int,
    peer: str,
    mentor: str,
    *,
    on: dt.date,
    today: dt.date,
    beside: bool = False,
    asked: bool = False,
) -> Saved:
    """Match two; the pair before it, of either, is linked.

    Parameters
    ----------
    beside
        Whether it is meant to go on beside another pair of one of them, as with somebody who stands
        in while the own one pauses.
    asked
        Whether both were asked, although neither has wished for the other or one would rather wait.

    Raises
    ------
    InputFault
        When the day lies ahead, they are not a peer and a mentor then, one of them has said no to
        taking part, they are not to be matched,
        they are matched already, either is with another and it was not said that this is beside
        it, or there is something to ask first and it was not said that both were.
    """
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    of_peer, of_mentor = (same_person.codes_of(session, [code]) for code in (peer, mentor))
    if of_peer == of_mentor:
        raise InputFault.at("mentor", _("The two codes are one person. Choose somebody else."))
    roles = roles_on(session, site_id, on)
    also = Pool(members(session, site_id, on)).also
    are = _roles(session, site_id, on, also)
    now = [are.get(also.get(code, code)) for code in (peer, mentor)]
    for role, code, is_now in zip(("peer", "mentor"), (peer, mentor), now, strict=True):
        if {roles.get(code), is_now} != {role}:
            raise InputFault.at("on", _otherwise_told(one_of_two(role)))
    said_no = taking_part_after_a_no(session, site_id, on)
    for field, codes in (("peer", of_peer), ("mentor", of_mentor)):
        if not said_no.isdisjoint(codes):
            text = _("They have said no to taking part. If they said yes since, note that first.")
            raise InputFault.at(field, text)
    if are_vetoed(session, peer, mentor):
        text = _("The two are not to be matched. See the list of who is not.")
        raise InputFault.at("mentor", text)
    theirs = pairs_of(session, (peer, mentor))
    others = [pair for pair in theirs if pair.ended_on is None or pair.ended_on > on]
    for pair in others:
        if pair.peer in of_peer and pair.mentor in of_mentor:
            text = _("They are matched since {date}.").format(date=format_date(pair.matched_on))
            raise InputFault.at("mentor", text)
    faults = []
    if others and not beside:
        text = _matched_beside(others[0], is_peer=others[0].peer in of_peer)
        faults.append(Fault(text, Place(field="beside")))
    if not asked and (why := [*_to_ask(session, site_id, peer, mentor, on)]):
        text = " ".join([*why, _("Ask them, and say when both want to.")])
        faults.append(Fault(text, Place(field="asked")))
    if faults:
        raise InputFault(faults)
    before = [
        pair.number
        for pair in theirs
        if pair not in others and (pair.peer in of_peer or pair.mentor in of_mentor)
    ]
    row = MatchedPair(
        site_id=site_id, peer_code=peer, mentor_code=mentor, matched_on=on,
        follows_id=max(before, default=None),
    )  # fmt: skip
    session.add(row)
    session.flush()
    append_event(session, PAIR, row.id, "matched", on, **({"beside": True} if others else {}))
    return Saved(PAIR, row.id, row.version)


def _matched_beside(pair: Pair, *, is_peer: bool) -> str:
    """Return who of two that are to be matched has another pair then, and what to do about it."""
    who = one_of_two("peer" if is_peer else "mentor")
    if pair.ended_on is None:
        text = _("{who} is matched since {date}. End that pair first, or say that both go on.")
        return text.format(who=who, date=format_date(pair.matched_on))
    text = _("{who} was matched until {date}. Choose that day or later, or say that both went on.")
    return text.format(who=who, date=format_date(pair.ended_on))


def _to_ask(session: Session, site_id: int, peer: str, mentor: str, on: dt.date) -> Iterator[str]:
    """Yield what should be asked about before two are matched: no wish, or a wish to wait."""
    people = {code: one for one in _people(session, site_id, on) for code in one.codes}
    also = {code: one.code for code, one in people.items() if code != one.code}
    met = Meetings(occasions(session, site_id), on, also)
    held = standing(of_people(wishes(session, site_id), also), on, met)
    both = {also.get(code, code) for code in (peer, mentor)}
    if not any({one.wisher, one.wished} == both for one in held):
        yield _("Neither of the two has wished for the other.")
    for code, text in (
        (peer, _("The peer would rather wait, and said so on {date}.")),
        (mentor, _("The mentor would rather wait, and said so on {date}.")),
    ):
        said = people[code].said
        if said is not None and said.kind == WAITS:
            yield text.format(date=format_date(said.effective_on))
