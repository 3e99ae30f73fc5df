"""Contracts, pauses, answers and exit talks, as the store keeps them: events on the pair."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import cast

from sqlalchemy import ColumnElement, String, exists, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from peerbook.errors import Conflict, InputFault
from peerbook.months import months_after
from peerbook.pathways.contract import (
    CHECKS,
    EXIT_TALK_FAR_MONTHS,
    EXIT_TALK_WITHIN,
    PLANNED_MONTHS,
    Check,
    Contract,
    Offer,
    Pause,
    Why,
    first_overlap,
)
from peerbook.pathways.names import offer_name
from peerbook.pathways.pathway import Closing, Pathway
from peerbook.people.pairs import PAIR
from peerbook.people.participants import roles_on
from peerbook.store import Saved, append_event, in_effect, row_to_change, withdraw_event
from peerbook.store.events import WITHDRAWN
from peerbook.store.tables import (
    Event,
    ExitTalk,
    MatchedPair,
    Meeting,
    OutOfHoursContact,
    PairEnd,
    Veto,
)
from peerbook.text import _, format_date

_AT_ONCE = 1000
"""So many pairs are named to the database one by one; of more it is told which they are."""

FURTHEST_AHEAD = dt.timedelta(days=366)
"""What lies further away, ahead or before the match, is taken for a slip of the hand."""


@dataclass(frozen=True)
class Sheet:
    """What was agreed on in the three-way talk.

    Parameters
    ----------
    talked_on
        When.
    starts_on, months
        From when and for how long.
    peer_goal, mentor_goal
        What each of them wants.
    contact_rule, cancel_rule
        How they keep in touch between meetings, and how they cancel.
    """

    talked_on: dt.date
    starts_on: dt.date
    months: int = PLANNED_MONTHS
    peer_goal: str = ""
    mentor_goal: str = ""
    contact_rule: str = ""
    cancel_rule: str = ""


@dataclass(frozen=True)
class Answer:
    """Whether the two wanted three months more, as they said on a day."""

    on: dt.date
    peer: bool
    mentor: bool


@dataclass(frozen=True)
class AgreedExit:
    """An exit talk that is agreed."""

    date: dt.date
    starts_at: dt.time | None = None
    place: str = ""


@dataclass(frozen=True)
class HeldExit:
    """What is noted of an exit talk that was held.

    Parameters
    ----------
    date, place
        When and where.
    ticked
        Points of the closing list that are done.
    goals_reached, next_step
        What became of their goals, and what they want to do now.
    """

    date: dt.date
    place: str = ""
    ticked: tuple[str, ...] = ()
    goals_reached: str = ""
    next_step: str = ""


# -- read ------------------------------------------------------------------------------------------


def pathways(
    session: Session, site_id: int | None, day: dt.date, *, ended_since: dt.date | None = None
) -> list[Pathway]:
    """Return the pathways there had been by a day at a site, or at all, as they stood then.

    Those that go on come first. Of a contract and an exit talk only the last wording is kept, which
    is told of earlier days too.

    Parameters
    ----------
    ended_since
        Leave out those that ended before; none, when None.
    """
    which = [MatchedPair.matched_on <= day]
    if site_id is not None:
        which.append(MatchedPair.site_id == site_id)
    if ended_since is not None:
        mine = select(Event.seq).where(
            Event.subject_type == PAIR, Event.subject_id == sql_cast(MatchedPair.id, String)
        )
        over = mine.where(Event.kind == "ended", Event.effective_on < ended_since)
        # What was taken back is rare: those are told apart below.
        which.append(or_(~exists(over), exists(mine.where(Event.kind == WITHDRAWN))))
    found = _read(session, which, day)
    if ended_since is None:
        return found
    return [one for one in found if one.ended_on is None or one.ended_on >= ended_since]


def pathway(session: Session, number: int, day: dt.date = dt.date.max) -> Pathway:
    """Return the pathway of one pair as it stood on a day; with all that is known, without one.

    Raises
    ------
    InputFault
        When there is no such pair.
    """
    found = _read(session, [MatchedPair.id == number], day)
    if not found:
        raise InputFault.at("pair", _("There is no such pair. Open it from the list."))
    return found[0]


def pathways_before(session: Session, one: Pathway) -> list[Pathway]:
    """Return the pairs either of two was in that have ended, the latest first."""
    if not one.codes:
        return []
    others = _read(session, [MatchedPair.is_about(one.codes), MatchedPair.id != one.number],
                   dt.date.max)  # fmt: skip
    ended = [other for other in others if other.ended_on is not None]
    before = [other for other in ended if other.matched_on <= one.matched_on]
    return sorted(before, key=lambda other: (other.matched_on, other.number), reverse=True)


def sheet_row(session: Session, number: int) -> MatchedPair:
    """Return the pair with the sheet of its three-way talk."""
    return session.get_one(MatchedPair, number)


def exit_talk(session: Session, number: int) -> ExitTalk | None:
    """Return the exit talk of a pair, None when none was ever agreed."""
    return session.scalar(select(ExitTalk).where(ExitTalk.pair_id == number))


def _read(session: Session, which: Sequence[ColumnElement[bool]], day: dt.date) -> list[Pathway]:
    """Return the pathways of some pairs as they stood on a day, those that go on first.

    Columns are read and not rows: what was written about people stays sealed.
    """
    of_rows = select(
        MatchedPair.id, MatchedPair.site_id, MatchedPair.peer_code, MatchedPair.mentor_code,
        MatchedPair.matched_on, MatchedPair.starts_on, MatchedPair.months,
        MatchedPair.pause_reasons,
    ).where(*which)  # fmt: skip
    rows = session.execute(of_rows).all()
    if len(rows) <= _AT_ONCE:
        which = [MatchedPair.id.in_([row.id for row in rows])]
    keys = select(sql_cast(MatchedPair.id, String)).where(*which)
    of_pairs = select(
        Event.subject_id, Event.seq, Event.kind, Event.effective_on, Event.details
    ).where(Event.subject_type == PAIR, Event.subject_id.in_(keys))
    recorded = cast(Sequence[Event], session.execute(of_pairs).all())
    last = {event.subject_id: event.seq for event in sorted(recorded, key=lambda one: one.seq)}
    events: defaultdict[str, list[Event]] = defaultdict(list)
    for event in in_effect(recorded, day):
        events[event.subject_id].append(event)
    of_talks = select(ExitTalk.pair_id, ExitTalk.date, ExitTalk.state, ExitTalk.ticked).where(
        ExitTalk.pair_id.in_(select(MatchedPair.id).where(*which))
    )
    talks = {
        number: Closing(date, state, frozenset(ticked))
        for number, date, state, ticked in session.execute(of_talks)
    }
    found = []
    for number, site_id, peer, mentor, matched_on, starts_on, months, reasons in rows:
        contract = None
        if starts_on is not None and months is not None:
            contract = Contract(starts_on, months)
        one = Pathway(
            number, site_id, peer, mentor, matched_on,
            contract=contract, closing=talks.get(number), last_event=last.get(str(number), 0),
        )  # fmt: skip
        found.append(_after(one, events[str(number)], reasons or {}))
    return sorted(found, key=lambda one: (one.ended_on is not None, one.matched_on, one.number))


def _after(one: Pathway, events: Iterable[Event], reasons: Mapping[str, Why]) -> Pathway:
    """Return a pathway after the events that hold, in their order.

    Why somebody needs a pause is told by its first day, where it is known.
    """
    contract = one.contract
    pauses: list[Pause] = []
    for event in events:
        on, told = event.effective_on, event.details
        if event.kind == "matched":
            one = replace(one, beside=bool(told.get("beside")))
        elif event.kind == "ended":
            one = replace(one, ended_on=on, end=str(told["end"]))
        elif event.kind == "checked_in":
            one = replace(one, checked={**one.checked, told["which"]: on})
        elif event.kind == "paused":
            pauses.append(Pause(on, who=told.get("who", "both"), why=reasons.get(on.isoformat())))
        elif event.kind == "resumed" and pauses:
            pauses[-1] = replace(pauses[-1], until=on)
        elif event.kind == "partner_told":
            # It is about the pause it names: another can have begun before the day it was told.
            pauses = [
                replace(pause, told_on=on, offered=tuple(told["offered"]))
                if pause.since.isoformat() == told["since"]
                else pause
                for pause in pauses
            ]
        elif event.kind == "extension_answered" and contract is not None:
            both = bool(told.get("peer") and told.get("mentor"))
            contract = replace(contract, answered_on=on, both_want_more=both)
    if contract is None:
        return one
    return replace(one, contract=replace(contract, pauses=tuple(pauses)))


# -- the contract ----------------------------------------------------------------------------------


def save_sheet(
    session: Session, number: int, sheet: Sheet, today: dt.date, seen_version: int
) -> Saved:
    """Note what was agreed on in the three-way talk: the contract.

    Raises
    ------
    InputFault
        When the talk lies ahead or long before the match; when the contract begins before they
        were matched, more than a year ahead, after the pair ended, or after a pause, a check, an
        answer or a talk at its end; when a pause would lie after it; or when another contract of
        either runs at the same time.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, MatchedPair, number, seen_version, asdict(sheet))
    one = of_two(session, number)
    if sheet.talked_on > today:
        raise InputFault.at("talked_on", _("That day lies ahead. Choose today or an earlier day."))
    if sheet.talked_on < one.matched_on - FURTHEST_AHEAD:
        raise InputFault.at(
            "talked_on", _("That is more than a year before they were matched. Check the year.")
        )
    if sheet.starts_on < one.matched_on:
        raise InputFault.at("starts_on", _matched_told(one))
    if one.ended_on is not None and sheet.starts_on > one.ended_on:
        raise InputFault.at("starts_on", _ended_told(one.ended_on))
    if sheet.starts_on > today + FURTHEST_AHEAD:
        raise InputFault.at("starts_on", _("That is more than a year ahead. Check the year."))
    first = min([*_noted(one), *_talk_noted(one)], default=(sheet.starts_on, ""))
    if first[0] < sheet.starts_on:
        advice = _("Let the contract begin that day or earlier.")
        raise InputFault.at("starts_on", f"{first[1]} {advice}")
    if one.contract is not None:
        _refuse_stray_pause(
            replace(one.contract, starts_on=sheet.starts_on, months=sheet.months), "months"
        )
    _refuse_overlap(session, one, Contract(sheet.starts_on, sheet.months))
    for name, value in asdict(sheet).items():
        setattr(row, name, value)
    session.flush()
    return Saved(PAIR, row.id, row.version)


def _refuse_stray_pause(contract: Contract, field: str) -> None:
    """Refuse what would leave a pause after the end of its contract."""
    pause = contract.stray_pause
    if pause is not None:
        raise InputFault.at(
            field,
            _("A pause is noted from {date}, and the contract would have run out by then. Take "
              "that pause back first.").format(date=format_date(pause.since)),
        )  # fmt: skip


def _refuse_overlap(session: Session, one: Pathway, contract: Contract) -> None:
    """Refuse a contract beside another of one of the two, unless that was said at matching."""
    of_either = MatchedPair.is_about(one.codes)
    others = [
        (other.contract.starts_on, other.ended_on)
        for other in _read(session, [of_either, MatchedPair.id != one.number], dt.date.max)
        if other.contract is not None and not other.beside and not one.beside
    ]
    found = first_overlap((contract.starts_on, one.ended_on), others)
    if found is not None:
        raise InputFault.at(
            "starts_on",
            _("One of them has a contract from {date}. Let that pair end first.").format(
                date=format_date(found[0])
            ),
        )


# -- what happens ----------------------------------------------------------------------------------


def save_pause(
    session: Session, number: int, pause: Pause, today: dt.date, *, is_meant: bool = False
) -> Saved:
    """Note that the clock stands still, and when they went on if it is over.

    Parameters
    ----------
    is_meant
        Whether days on which they met were asked about and are right.

    Raises
    ------
    InputFault
        As `Contract.with_pause` says, or when there is no contract, or the pair has ended; or when
        they met on a day of it, and that is not said to be right.
    """
    one, contract = _with_contract(session, number, "since")
    contract.with_pause(pause, today)
    met = [day for day in _met(session, number) if pause.holds_on(day)]
    if met and not is_meant:
        raise InputFault.asking(
            "since",
            _("They met on {date}, in that pause. If both are right, save again.").format(
                date=format_date(met[0])
            ),
            (pause.since, pause.until),
        )
    append_event(session, PAIR, number, "paused", pause.since, who=pause.who)
    if pause.why is not None:
        row = session.get_one(MatchedPair, number)
        row.pause_reasons = {**row.pause_reasons, pause.since.isoformat(): pause.why}
        session.flush()
    if pause.until is not None:
        append_event(session, PAIR, number, "resumed", pause.until)
    return _saved(session, one)


def save_resumed(session: Session, number: int, on: dt.date, today: dt.date) -> Saved:
    """Note that they go on again, from a day on.

    Raises
    ------
    InputFault
        As `Contract.resumed` says, or when the pair has ended.
    """
    one, contract = _with_contract(session, number, "on")
    contract.resumed(on, today)
    append_event(session, PAIR, number, "resumed", on)
    return _saved(session, one)


def take_back_pause(session: Session, number: int, since: dt.date) -> Saved:
    """Take back a pause that was noted by mistake, and all that was noted of it.

    Raises
    ------
    InputFault
        When there is no such pause any more, or the pair has ended.
    """
    one = _going_on(session, number, "since")
    events = select(Event).where(Event.subject_type == PAIR, Event.subject_id == str(number))
    taken = False
    for event in in_effect(session.scalars(events), dt.date.max):
        if event.kind == "paused":
            taken = event.effective_on == since
        is_told = event.kind == "partner_told" and event.details["since"] == since.isoformat()
        if is_told or (taken and event.kind in ("paused", "resumed")):
            withdraw_event(session, event)
    if one.contract is None or all(pause.since != since for pause in one.contract.pauses):
        raise InputFault.at("since", _("There is no pause any more. Reload the page."))
    row = session.get_one(MatchedPair, number)
    row.pause_reasons = {
        day: why for day, why in row.pause_reasons.items() if day != since.isoformat()
    }
    session.flush()
    left = pathway(session, number).contract
    if left is not None:
        _refuse_stray_pause(left, "since")
    return _saved(session, one)


def save_partner_told(
    session: Session, number: int, offered: Iterable[Offer], on: dt.date, today: dt.date
) -> Saved:
    """Note that the one left behind by a pause knows of it, and what they were offered meanwhile.

    Raises
    ------
    InputFault
        When no pause goes on, nothing is said of what was offered, or the day lies ahead or before
        the pause.
    """
    one, contract = _with_contract(session, number, "on")
    pause = contract.pause_on(today)
    if pause is None:
        raise InputFault.at("on", _("There is no pause any more. Reload the page."))
    _refuse_days(on, pause.since, today)
    said = list(offered)
    if not said:
        raise InputFault.at("offered", _("Choose what you offered, or “{nothing}”.").format(
            nothing=offer_name("nothing")
        ))  # fmt: skip
    if "nothing" in said and len(said) > 1:
        raise InputFault.at(
            "offered",
            _("You chose “{nothing}” and something else. Choose one of them.").format(
                nothing=offer_name("nothing")
            ),
        )
    append_event(session, PAIR, number, "partner_told", on, offered=said, since=pause.since)
    return _saved(session, one)


def save_extension(
    session: Session, number: int, on: dt.date, today: dt.date, *, peer: bool, mentor: bool
) -> Saved:
    """Note whether the two want three months more; both have to. The last answer counts.

    It takes the place of answers noted of that day or later ones: it corrects them. It can be
    noted after the pair has ended, too, if it was said before.

    Raises
    ------
    InputFault
        When the day lies ahead, before the contract or after the end, or there is no contract.
    """
    one = of_two(session, number)
    if one.contract is None:
        raise InputFault.at("on", _no_contract_told())
    _refuse_days(on, one.contract.starts_on, today)
    if one.ended_on is not None and on > one.ended_on:
        raise InputFault.at("on", _ended_told(one.ended_on))
    _refuse_stray_pause(replace(one.contract, both_want_more=peer and mentor), "on")
    for event in _answered(session, number):
        if event.effective_on >= on:
            withdraw_event(session, event)
    append_event(session, PAIR, number, "extension_answered", on, peer=peer, mentor=mentor)
    return _saved(session, one)


def answers(session: Session, number: int) -> list[Answer]:
    """Return what the two have said about three months more, the last answer last."""
    return [
        Answer(event.effective_on, event.details["peer"], event.details["mentor"])
        for event in _answered(session, number)
    ]


def take_back_answer(session: Session, number: int) -> Saved:
    """Take back the last answer about three months more; what was answered before counts again.

    Raises
    ------
    InputFault
        When there is none, or a pause would lie after the end of the contract.
    """
    one = of_two(session, number)
    known = _answered(session, number)
    if not known:
        raise InputFault.at("on", _("There is no answer any more. Reload the page."))
    withdraw_event(session, known[-1])
    session.flush()
    left = pathway(session, number).contract
    if left is not None:
        _refuse_stray_pause(left, "on")
    return _saved(session, one)


def _answered(session: Session, number: int) -> list[Event]:
    """Return the answers about three months more that hold, in their order."""
    events = select(Event).where(Event.subject_type == PAIR, Event.subject_id == str(number))
    holding = in_effect(session.scalars(events), dt.date.max)
    return [event for event in holding if event.kind == "extension_answered"]


def save_check(session: Session, number: int, which: Check, on: dt.date, today: dt.date) -> Saved:
    """Note that staff asked how it goes.

    Raises
    ------
    InputFault
        When it is noted already, the day lies ahead or before the contract, there is none, or the
        pair has ended.
    """
    if which not in CHECKS:
        raise ValueError(f"no such check: {which!r}")
    one, contract = _with_contract(session, number, "on")
    if which in one.checked:
        raise InputFault.at(
            "which",
            _("That is noted already, on {date}.").format(date=format_date(one.checked[which])),
        )
    _refuse_days(on, contract.starts_on, today)
    append_event(session, PAIR, number, "checked_in", on, which=which)
    return _saved(session, one)


def end_pair(
    session: Session,
    number: int,
    end: PairEnd,
    on: dt.date,
    today: dt.date,
    *,
    is_meant: bool = False,
) -> Saved:
    """Note that two are no longer matched, and how it ended; whose wish it was is not asked.

    Parameters
    ----------
    is_meant
        Whether a day long before the agreed end was asked about and is right.

    Raises
    ------
    InputFault
        When the day lies ahead, before they were matched or before something that is noted, or
        long before their exit talk; or it has ended already. When they completed three months more
        that were not agreed on; or completed long before the end, and that is not said to be right.
    """
    one = _going_on(session, number, "on")
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    if on < one.matched_on:
        raise InputFault.at("on", _matched_told(one))
    noted = list(_noted(one))
    words = _("They met on {date}.")
    noted += [(day, words.format(date=format_date(day))) for day in _met(session, number)[-1:]]
    last = max(noted, default=(on, ""))
    if last[0] > on:
        raise InputFault.at("on", f"{last[1]} " + _("Choose that day or a later one."))
    if one.closing is not None and one.closing.state == "held":
        ended = replace(one, ended_on=on)
        if one.closing.date > on and _end_far_from(ended, one.closing.date) is not None:
            raise InputFault.at(
                "on",
                _("The exit talk was held on {date}, long after that. Choose a day nearer to it.")
                .format(date=format_date(one.closing.date)),
            )  # fmt: skip
    _refuse_completed(one, end, on, is_meant=is_meant)
    append_event(session, PAIR, number, "ended", on, end=end)
    return _saved(session, one)


def _met(session: Session, number: int) -> Sequence[dt.date]:
    """Return the days on which a pair met, in their order."""
    held = select(Meeting.date).where(Meeting.pair_id == number, Meeting.state == "held")
    return session.scalars(held.order_by(Meeting.date)).all()


def _refuse_completed(one: Pathway, end: PairEnd, on: dt.date, *, is_meant: bool) -> None:
    """Refuse what was completed without being agreed on, and ask about what was long before."""
    if end not in ("completed", "extended_completed"):
        return
    contract = one.contract
    if end == "extended_completed" and (contract is None or not contract.both_want_more):
        raise InputFault.at(
            "end",
            _("It is not noted that both wanted three months more. Note that first, or choose "
              "another end."),
        )  # fmt: skip
    if is_meant:
        return
    if contract is None:
        if on <= one.matched_on + EXIT_TALK_WITHIN:
            raise InputFault.asking(
                "on",
                _("They were matched on {date}, and have no contract. If they completed it all the "
                  "same, save again.").format(date=format_date(one.matched_on)),
                on,
            )  # fmt: skip
        return
    agreed = contract.ended_pause(on).ends_on
    if agreed is not None and on < agreed - EXIT_TALK_WITHIN:
        raise InputFault.asking(
            "on",
            _("That is long before the agreed end, {date}. If they completed it all the same, save "
              "again.").format(date=format_date(agreed)),
            on,
        )  # fmt: skip


def take_back_end(session: Session, number: int) -> Saved:
    """Take back an end that was noted by mistake.

    Raises
    ------
    InputFault
        When it has not ended, one of the two is matched with somebody else since or no longer
        takes part as they did, or the two are not to be matched.
    Conflict
        When one of the two was erased.
    """
    one = of_two(session, number)
    if one.ended_on is None:
        raise InputFault.at("on", _("It goes on already. Reload the page."))
    roles = roles_on(session, one.site_id, dt.date.max)
    if [roles.get(code) for code in one.codes] != ["peer", "mentor"]:
        raise InputFault.at(
            "on",
            _("One of them no longer takes part as they did then. So it stays as it is."),
        )
    if session.get(Veto, tuple(sorted(one.codes))) is not None:
        raise InputFault.at("on", _("The two are not to be matched. See the list of who is not."))
    of_either = MatchedPair.is_about(one.codes)
    for other in _read(session, [of_either, MatchedPair.id != number], dt.date.max):
        lasts = other.ended_on is None or other.ended_on > one.ended_on
        if lasts and not _is_said_beside(one, other):
            raise InputFault.at(
                "on",
                _("One of them is matched with somebody else since {date}. So it stays as it is.")
                .format(date=format_date(other.matched_on)),
            )  # fmt: skip
    events = select(Event).where(Event.subject_type == PAIR, Event.subject_id == str(number))
    for event in in_effect(session.scalars(events), dt.date.max):
        if event.kind == "ended":
            withdraw_event(session, event)
    return _saved(session, one)


def _is_said_beside(one: Pathway, other: Pathway) -> bool:
    """Return whether the later of two pairs was made knowing that the earlier one went on."""
    earlier, later = sorted((one, other), key=lambda pair: (pair.matched_on, pair.number))
    went_on = earlier.ended_on is None or earlier.ended_on > later.matched_on
    return later.beside and went_on


def is_only_matched(session: Session, one: Pathway) -> bool:
    """Return whether nothing is noted of a pair but that it was matched."""
    row = session.get_one(MatchedPair, one.number)
    if row.talked_on is not None or one.contract is not None or one.closing is not None:
        return False
    pointing: tuple[ColumnElement[bool], ...] = (
        exists().where(Meeting.pair_id == one.number),
        exists().where(OutOfHoursContact.pair_id == one.number),
        exists().where(MatchedPair.follows_id == one.number),
        exists().where(ExitTalk.pair_id == one.number),
    )
    if session.scalar(select(or_(*pointing))):
        return False
    events = select(Event).where(Event.subject_type == PAIR, Event.subject_id == str(one.number))
    return all(event.kind == "matched" for event in in_effect(session.scalars(events), dt.date.max))


def take_back_match(session: Session, number: int, seen_version: int) -> Saved:
    """Take back that two were matched, where that was noted by mistake and nothing since.

    Raises
    ------
    InputFault
        When anything else is noted of the pair.
    Conflict
        When somebody else has changed it since.
    """
    row = row_to_change(session, MatchedPair, number, seen_version)
    if not is_only_matched(session, pathway(session, number)):
        raise InputFault.at(
            "pair", _("Something is noted of the two already. Write how it ended instead.")
        )
    events = select(Event).where(Event.subject_type == PAIR, Event.subject_id == str(number))
    for event in in_effect(session.scalars(events), dt.date.max):
        withdraw_event(session, event)
    saved = Saved(PAIR, number, row.version)
    session.delete(row)
    return saved


def _noted(one: Pathway) -> Iterator[tuple[dt.date, str]]:
    """Yield the days on which something is noted of a pair in its contract, and what it is."""
    for day in one.checked.values():
        yield day, _("It is noted that you asked on {date}.").format(date=format_date(day))
    if one.contract is None:
        return
    if one.contract.answered_on is not None:
        day = one.contract.answered_on
        words = _("On {date} they said whether they want three months more.")
        yield day, words.format(date=format_date(day))
    for pause in one.contract.pauses:
        for day in filter(None, (pause.since, pause.until)):
            yield day, _("A pause is noted on {date}.").format(date=format_date(day))
        if pause.told_on is not None:
            words = _("It is noted that you told the one who waits on {date}.")
            yield pause.told_on, words.format(date=format_date(pause.told_on))


def _talk_noted(one: Pathway) -> Iterator[tuple[dt.date, str]]:
    """Yield the day of the exit talk, where there is one, and what is noted of it."""
    if one.closing is not None and one.closing.state != "cancelled":
        words = (
            _("The exit talk was held on {date}.")
            if one.closing.state == "held"
            else _("The exit talk is agreed for {date}.")
        )
        yield one.closing.date, words.format(date=format_date(one.closing.date))


# -- the exit talk ---------------------------------------------------------------------------------


def agree_exit_talk(
    session: Session,
    number: int,
    agreed: AgreedExit,
    today: dt.date,
    seen_version: int,
    *,
    is_meant: bool = False,
) -> Saved:
    """Note that the exit talk is agreed, or moved.

    Parameters
    ----------
    seen_version
        Of the talk as it was shown; 0 when there was none.
    is_meant
        Whether a day far from the end was asked about and is right.

    Raises
    ------
    InputFault
        When the day is past, more than a year ahead, before the start, or far from the end and not
        said to be right; or the talk was held.
    Conflict
        When somebody else has changed it since.
    """
    one = of_two(session, number)
    if not today <= agreed.date <= today + FURTHEST_AHEAD:
        raise InputFault.at("date", _("Choose a day from today to a year ahead."))
    _refuse_exit_day(one, agreed.date, is_meant=is_meant)
    row = _talk_row(session, number, seen_version)
    if row.state == "held":
        raise InputFault.at("date", _("The talk was held. Reload the page."))
    row.state = "agreed"
    row.date, row.starts_at, row.place = agreed.date, agreed.starts_at, agreed.place
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def cancel_exit_talk(session: Session, number: int, today: dt.date, seen_version: int) -> Saved:
    """Note that no exit talk is held; no reason is asked, and one can be agreed later.

    Parameters
    ----------
    seen_version
        Of the talk as it was shown; 0 when there was none.

    Raises
    ------
    InputFault
        When the talk was held.
    Conflict
        When somebody else has changed it since.
    """
    of_two(session, number)
    row = _talk_row(session, number, seen_version)
    if row.state == "held":
        raise InputFault.at("date", _("The talk was held. Reload the page."))
    row.state = "cancelled"
    row.date = row.date or today
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def save_held_exit_talk(
    session: Session,
    number: int,
    held: HeldExit,
    today: dt.date,
    seen_version: int,
    *,
    is_meant: bool = False,
) -> Saved:
    """Note the exit talk that was held, whether it was agreed here or not.

    Parameters
    ----------
    seen_version
        Of the talk as it was shown; 0 when there was none.
    is_meant
        As in `agree_exit_talk`.

    Raises
    ------
    InputFault
        When the day lies ahead, before the start, or far from the end and not said to be right.
    Conflict
        When somebody else has changed it since.
    """
    if held.date > today:
        raise InputFault.at("date", _("That day lies ahead. Write it down when the talk is over."))
    one = of_two(session, number)
    known = None if one.closing is None or one.closing.state != "held" else one.closing.date
    _refuse_exit_day(one, held.date, is_meant=is_meant or held.date == known)
    row = _talk_row(session, number, seen_version)
    row.state, row.date, row.place = "held", held.date, held.place
    row.ticked = list(held.ticked)
    row.goals_reached, row.next_step = held.goals_reached, held.next_step
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def take_back_held(session: Session, number: int, seen_version: int) -> Saved:
    """Take back that the exit talk was held, and delete what was written of it.

    It is agreed for its day then, as it was or might have been: it can be moved or called off.

    Raises
    ------
    InputFault
        When it was not held.
    Conflict
        When somebody else has changed it since.
    """
    of_two(session, number)
    row = _talk_row(session, number, seen_version)
    if row.state != "held":
        raise InputFault.at("date", _("The talk was not held. Reload the page."))
    row.state, row.ticked, row.goals_reached, row.next_step = "agreed", [], "", ""
    session.flush()
    return Saved("exit_talk", row.id, row.version)


def _talk_row(session: Session, number: int, seen_version: int) -> ExitTalk:
    """Return the talk to change as it was shown, a new one where none was."""
    row = exit_talk(session, number)
    if row is not None:
        return row_to_change(session, ExitTalk, row.id, seen_version)
    row = ExitTalk(pair_id=number)
    session.add(row)
    return row


def _refuse_exit_day(one: Pathway, date: dt.date, *, is_meant: bool) -> None:
    """Refuse an exit talk before the start, and one far from the end that is not meant so."""
    if date < one.begins_on:
        raise InputFault.at(
            "date",
            _("They began on {date}. The exit talk comes after it.").format(
                date=format_date(one.begins_on)
            ),
        )

    end = _end_far_from(one, date)
    if end is not None and not is_meant:
        raise InputFault.asking(
            "date",
            _("That is more than {n} months from the end, {date}. If the day is right, save again.")
            .format(n=EXIT_TALK_FAR_MONTHS, date=format_date(end)),
            date,
        )  # fmt: skip


def _end_far_from(one: Pathway, date: dt.date) -> dt.date | None:
    """Return when a pair ended or is to end, where a day is far from that; else None."""
    end = one.ended_on
    if end is None and one.contract is not None:
        end = one.contract.ends_on
    if end is None:
        return None
    first, last = (months_after(end, n) for n in (-EXIT_TALK_FAR_MONTHS, EXIT_TALK_FAR_MONTHS))
    return None if first <= date <= last else end


# -- shared ----------------------------------------------------------------------------------------


def of_two(session: Session, number: int) -> Pathway:
    """Return a pathway of which something is to be noted.

    Raises
    ------
    Conflict
        When one of the two was erased: nothing is written of somebody who is not there.
    """
    one = pathway(session, number)
    if len(one.codes) < 2:
        raise Conflict(
            _("One of the two was deleted, so nothing more is written of this pair. Load the page "
              "again.")
        )  # fmt: skip
    return one


def refuse_overtaken(session: Session, seen: Pathway) -> None:
    """Refuse what is noted of a pair that is not as it was shown.

    Raises
    ------
    Conflict
        When anything was noted of it, or taken back, since then.
    """
    if pathway(session, seen.number).last_event != seen.last_event:
        raise Conflict(
            _("Something else was noted of this pair meanwhile. Nothing is saved. Open the pair "
              "again, and see if it still has to be noted.")
        )  # fmt: skip


def _going_on(session: Session, number: int, field: str) -> Pathway:
    """Return a pathway that has not ended.

    Raises
    ------
    InputFault
        At `field`, when it has.
    Conflict
        When one of the two was erased.
    """
    one = of_two(session, number)
    if one.ended_on is not None:
        raise InputFault.at(field, _("It has ended already. Reload the page."))
    return one


def _with_contract(session: Session, number: int, field: str) -> tuple[Pathway, Contract]:
    """Return a pathway that goes on, and its contract.

    Raises
    ------
    InputFault
        At `field`, when it has ended, or has no contract.
    """
    one = _going_on(session, number, field)
    if one.contract is None:
        raise InputFault.at(field, _no_contract_told())
    return one, one.contract


def _refuse_days(on: dt.date, first: dt.date, today: dt.date) -> None:
    """Refuse a day ahead, or before a first one."""
    if on > today:
        raise InputFault.at("on", _("That day lies ahead. Choose today or an earlier day."))
    if on < first:
        raise InputFault.at(
            "on", _("Choose {date} or a later day.").format(date=format_date(first))
        )


def _no_contract_told() -> str:
    return _("They have no contract yet. Write it first.")


def _ended_told(ended_on: dt.date) -> str:
    return _("The pair ended on {date}. Choose that day or an earlier one.").format(
        date=format_date(ended_on)
    )


def _matched_told(one: Pathway) -> str:
    return _("They were matched on {date}. Choose that day or a later one.").format(
        date=format_date(one.matched_on)
    )


def _saved(session: Session, one: Pathway) -> Saved:
    return Saved(PAIR, one.number, session.get_one(MatchedPair, one.number).version)
