"""What differs between two versions of a plan: moved, cancelled, added, another time or room."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from peerbook.course.names import NUMBERED, kind_name
from peerbook.course.schedule.plan import RIDERS, CoursePlan, Item, PlannedDate, place_in_day
from peerbook.text import _, format_date, format_list, format_span

What = Literal["moved", "retimed", "relocated", "cancelled", "restored", "added", "removed"]


@dataclass(frozen=True)
class Change:
    """One date that is not as it was.

    Parameters
    ----------
    what
        What has happened to it; `retimed` means at another time, `relocated` in another room.
    item
        Which date of the course.
    old, new
        The day before and after; None where there is none.
    reason
        Why, in the words of whoever changed it; empty when unknown.
    times, room
        When and where it is now, for `retimed` and `relocated`.
    """

    what: What
    item: Item
    old: dt.date | None
    new: dt.date | None
    reason: str = ""
    times: tuple[dt.time, dt.time] | None = None
    room: str = ""

    @property
    def text(self) -> str:
        """The change as one sentence that can be told to those who come."""
        pattern = {
            "moved": _("{item} has moved from {old} to {new}"),
            "retimed": _("{item} on {new} is now from {time}"),
            "relocated": _("{item} on {new} is now in the room {room}")
            if self.room
            else _("{item} on {new} has no room any more"),
            "cancelled": _("{item} on {old} is cancelled"),
            "restored": _("{item} takes place after all, on {new}"),
            "added": _("{item} is new, on {new}"),
            "removed": _("{item} on {old} is no longer in the plan"),
        }[self.what]
        sentence = pattern.format(
            item=self.item.name,
            old=format_date(self.old, "long") if self.old else "",
            new=format_date(self.new, "long") if self.new else "",
            time=format_span(*self.times) if self.times else "",
            room=self.room,
        )
        return f"{sentence}: {self.reason}." if self.reason else f"{sentence}."


def changes(
    before: CoursePlan, after: CoursePlan, reasons: Mapping[Item, str] | None = None
) -> tuple[Change, ...]:
    """Return what differs between two versions of a plan, in order of the new dates.

    Parameters
    ----------
    before, after
        The plan as it was told last, and as it is now.
    reasons
        Why a date was changed, where the plan itself does not say; of a date that follows
        another, that it does so.
    """
    given = dict(reasons or {})
    found = [
        change
        for item in {date.item for date in (*before.dates, *after.dates)}
        for change in _change(before.get(item), after.get(item), _reason(item, after, given))
    ]
    return tuple(
        sorted(
            found,
            key=lambda change: (change.new or change.old or dt.date.min, place_in_day(change.item)),
        )
    )


def told_sentences(found: Sequence[Change], plan: CoursePlan) -> tuple[str, ...]:
    """Return changes as they are told, each as a sentence; dates of a kind that have got the same
    time or room are told together, and so is the room most dates have got.

    Parameters
    ----------
    found
        What differs from what is known.
    plan
        The plan as it is now.
    """
    room_told, news = _room_for_good(found, plan)
    alike: dict[object, list[Change]] = {}
    for change in news:
        is_of_many = change.what in ("retimed", "relocated") and change.item.kind in NUMBERED
        same = change.what, change.item.kind, change.times, change.room
        alike.setdefault(same if is_of_many else change, []).append(change)
    return (
        tuple(
            changed[0].text if len(changed) == 1 else _text_of_several(changed)
            for changed in alike.values()
        )
        + room_told
    )


def _room_for_good(
    found: Sequence[Change], plan: CoursePlan
) -> tuple[tuple[str, ...], Sequence[Change]]:
    """Return in which room most dates are from a day on, with the others; and what that leaves.

    Nothing is said so when more dates are elsewhere than have come there.
    """
    relocated = {change.item: change.room for change in found if change.what == "relocated"}
    room, count = next(iter(Counter(relocated.values()).most_common(1)), ("", 0))
    held = [date for date in plan.dates if date.takes_place and date.kind not in RIDERS]
    come = (date.date for date in held if relocated.get(date.item) == room)
    first = next(come, dt.date.max)
    later = [date for date in held if date.date >= first]
    others: dict[str, list[Item]] = {}
    for date in later:
        if date.room != room:
            others.setdefault(date.room, []).append(date.item)
    if count < 2 or count <= sum(map(len, others.values())):
        return (), found
    pattern = (
        _("From {date} on, the room is {new}.")
        if room
        else _("From {date} on, there is no room yet.")
    )
    told = pattern.format(date=format_date(first, "long"), new=room)
    if others:
        nowhere = _("no room yet")
        exceptions = [f"{names_of(items)}: {where or nowhere}" for where, items in others.items()]
        told = _("{sentence} Except {exceptions}.").format(
            sentence=told, exceptions="; ".join(exceptions)
        )
    covered = {date.item for date in later}
    return (told,), [one for one in found if one.what != "relocated" or one.item not in covered]


def names_of(items: Iterable[Item]) -> str:
    """Return the names of some dates as one phrase, those of a kind together."""
    by_kind: dict[str, list[Item]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    return format_list(
        [
            f"{kind_name(kind)} {format_list([str(item.number) for item in alike])}"
            if len(alike) > 1
            else alike[0].name
            for kind, alike in by_kind.items()
        ]
    )


def _text_of_several(changed: Sequence[Change]) -> str:
    """Return one sentence for dates of a kind that have all got the same time or room."""
    one = changed[0]
    pattern = {
        "retimed": _("{items} are now from {time}."),
        "relocated": _("{items} are now in the room {room}.")
        if one.room
        else _("{items} have no room any more."),
    }[one.what]
    return pattern.format(
        items=names_of(change.item for change in changed),
        time=format_span(*one.times) if one.times else "",
        room=one.room,
    )


def _change(old: PlannedDate | None, new: PlannedDate | None, reason: str) -> Iterator[Change]:
    was_on = old is not None and old.takes_place
    is_on = new is not None and new.takes_place
    if old is not None and new is not None and was_on and is_on:
        if old.date != new.date:
            yield Change("moved", new.item, old.date, new.date, reason)
    elif old is not None and was_on:
        what: What = "removed" if new is None else "cancelled"
        yield Change(what, old.item, old.date, None, reason)
    elif new is not None and is_on:
        what = "added" if old is None else "restored"
        yield Change(what, new.item, None, new.date, reason)
    if old is not None and new is not None and is_on and new.kind not in RIDERS:
        if old.times != new.times:
            yield Change("retimed", new.item, old.date, new.date, times=new.times)
        if old.room != new.room:
            yield Change("relocated", new.item, old.date, new.date, room=new.room)


def _reason(item: Item, after: CoursePlan, given: Mapping[Item, str]) -> str:
    """Return why a date changed: told, on the date itself, or since it follows another."""
    date = after.get(item)
    own = given.get(item, "")
    if not own and date is not None:
        own = date.pin_reason if date.takes_place else date.note
    if own:
        return own.strip().rstrip(".")
    host = None
    if item.kind == "sparring":
        host = Item("teaching_day", item.number)
    elif item.kind in RIDERS:
        host = Item("teaching_day", after.template.rider_days().get(item.kind, 0))
    elif item.kind == "final_assignment" and item.number > 1:
        host = Item("final_assignment", item.number - 1)
    if host is None or not _reason(host, after, given):
        return ""
    return _("follows {other}").format(other=host.name)
