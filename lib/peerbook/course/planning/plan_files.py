"""A course plan as files to hand out: calendar, one page to print, spreadsheet.

None of them holds the name of a participant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from peerbook.course.names import hours_of, status_name
from peerbook.course.planning.presentations import Turn
from peerbook.course.planning.who_and_where import who_and_where
from peerbook.course.schedule.plan import CoursePlan, Item, PlannedDate
from peerbook.files.ics import CalendarEntry, calendar_file
from peerbook.files.origin import Origin
from peerbook.files.pdf import pdf
from peerbook.files.spreadsheet import Sheet, SheetColumn, workbook
from peerbook.text import _, format_date, format_list, format_span, format_weekday

PDF_NAME_LENGTH = 200
PDF_REMARK_LENGTH = 160


def calendar_bytes(
    plan: CoursePlan,
    ids: Mapping[Item, tuple[str, int]],
    stamp: dt.datetime,
    *,
    synthetic: bool = False,
) -> bytes:
    """Return a plan as a calendar file.

    Every date has an entry of its own; what is part of a teaching day takes the whole day and
    blocks nobody's time.

    Parameters
    ----------
    ids
        UID and SEQUENCE of each date.
    stamp
        The moment of writing, with its time zone.
    synthetic
        Whether everything in it is invented; the calendar and every entry then say so.
    """
    name = plan.title or _("Course")
    if synthetic:
        name = _("{name} (invented)").format(name=name)
    notice = _("Demonstration: everything in this file is invented.") if synthetic else ""
    entries = [
        CalendarEntry(
            uid=ids[date.item][0],
            sequence=ids[date.item][1],
            title=f"{name}: {date.name}" if plan.title or synthetic else date.name,
            date=date.date,
            starts_at=date.starts_at,
            ends_at=date.ends_at,
            place=", ".join(part for part in (date.room, plan.site_of(date)) if part),
            description="\n".join(part for part in (_remark(date), notice) if part),
            cancelled=not date.takes_place,
        )
        for date in plan.dates
    ]
    return calendar_file(entries, name=name, stamp=stamp)


def pdf_bytes(
    plan: CoursePlan,
    origin: Origin | None = None,
    moved_from: Mapping[Item, dt.date] = MappingProxyType({}),
) -> bytes:
    """Return a plan as one page to print.

    Parameters
    ----------
    origin
        Told at the foot.
    moved_from
        The day each moved date has left, where that is known.
    """
    return _page(
        plan.title or _("Course plan"),
        _("From {first} to {last}").format(
            first=format_date(plan.dates[0].date), last=format_date(plan.dates[-1].date)
        )
        if plan.dates
        else "",
        [
            {
                "weekday": format_weekday(date.date.weekday()),
                "day": format_date(date.date),
                "time": hours_of(date.starts_at, date.ends_at),
                "name": date.name,
                "remark": _short(
                    " · ".join(
                        filter(
                            None,
                            [
                                plan.unlike_others(date.item),
                                _remark(date, moved_from.get(date.item)),
                            ],
                        )
                    ),
                    PDF_REMARK_LENGTH,
                ),
                "main": date.kind == "teaching_day",
                "cancelled": not date.takes_place,
            }
            for date in plan.dates
        ],
        who_and_where(plan),
        origin,
    )


def presentations_pdf_bytes(
    plan: CoursePlan, turns: Sequence[Turn], origin: Origin | None = None
) -> bytes:
    """Return the times at which final assignments are presented as one page to print."""
    days = plan.of_kind("final_assignment")
    rooms = sorted({date.room for date in days if date.room})
    site = plan.site_of(days[-1]) if days else plan.site
    first_of_day = {turn.date: place for place, turn in reversed(list(enumerate(turns)))}.values()
    return _page(
        _("Presentation of final assignments"),
        plan.title,
        [
            {
                "weekday": format_weekday(turn.date.weekday()) if place in first_of_day else "",
                "day": format_date(turn.date) if place in first_of_day else "",
                "time": format_span(turn.starts_at, turn.ends_at),
                "name": turn_name(turn),
                "remark": "",
                "main": turn.what == "presentation",
                "cancelled": False,
            }
            for place, turn in enumerate(turns)
        ],
        {_("Place"): ", ".join(part for part in (*rooms, site) if part)},
        origin,
    )


def _page(
    title: str,
    lead: str,
    rows: Sequence[Mapping[str, object]],
    facts: Mapping[str, str],
    origin: Origin | None,
) -> bytes:
    return pdf(
        "course_plan",
        {
            "title": title[:PDF_NAME_LENGTH],
            "lead": _short(lead, PDF_NAME_LENGTH),
            "notice": origin.notice if origin else "",
            "headings": [_("Day"), _("Date"), _("Time"), _("What")],
            "dates": rows,
            "facts": [
                {"label": label, "text": _short(text, PDF_NAME_LENGTH)}
                for label, text in facts.items()
                if text
            ],
            "footer": _("Can you not come? Please tell us, and we will find a way."),
            "origin": origin.line if origin else "",
        },
    )


def workbook_bytes(
    plan: CoursePlan,
    today: dt.date,
    turns: Sequence[Turn] = (),
    origin: Origin | None = None,
    moved_from: Mapping[Item, dt.date] = MappingProxyType({}),
) -> bytes:
    """Return a plan as a spreadsheet, with the dates before today as held.

    It holds the dates, the better ones that were avoided, when final assignments are presented,
    and where the file comes from.

    Parameters
    ----------
    turns
        Who presents when; without any, that sheet is left out.
    origin
        What the file was made from; None leaves that out.
    moved_from
        The day each moved date has left, where that is known.
    """
    dates = Sheet(
        _("Dates"),
        (
            SheetColumn(_("What"), 34),
            SheetColumn(_("Day"), 10),
            SheetColumn(_("Date"), 12),
            SheetColumn(_("From"), 8),
            SheetColumn(_("To"), 8),
            SheetColumn(_("Status"), 12),
            SheetColumn(_("Teachers"), 24),
            SheetColumn(_("Room"), 24),
            SheetColumn(_("Good to know"), 60),
        ),
        tuple(
            (
                date.name,
                format_weekday(date.date.weekday()),
                date.date,
                date.starts_at,
                date.ends_at,
                status_name(date.status_on(today)),
                ", ".join(date.teachers),
                date.room,
                plan.remark(date.item, moved_from.get(date.item)),
            )
            for date in plan.dates
        ),
    )
    avoided = Sheet(
        _("Avoided dates"),
        (SheetColumn(_("What"), 34), SheetColumn(_("Date"), 12), SheetColumn(_("Why"), 80)),
        tuple(
            (date.name, avoided.date, "; ".join(reason.text for reason in avoided.reasons))
            for date in plan.dates
            for avoided in date.avoided
        ),
    )
    sheets = [dates, avoided]
    if turns:
        sheets.append(
            Sheet(
                _("Presentations"),
                (
                    SheetColumn(_("Day"), 10),
                    SheetColumn(_("Date"), 12),
                    SheetColumn(_("From"), 8),
                    SheetColumn(_("To"), 8),
                    SheetColumn(_("What"), 34),
                ),
                tuple(
                    (
                        format_weekday(turn.date.weekday()),
                        turn.date,
                        turn.starts_at,
                        turn.ends_at,
                        turn_name(turn),
                    )
                    for turn in turns
                ),
            )
        )
    return workbook(sheets, origin)


def turn_name(turn: Turn) -> str:
    """Return what happens in one stretch of a day of presentations."""
    return {
        "presentation": _("Presentation {n}").format(n=turn.number),
        "break": _("Break"),
        "lunch": _("Lunch"),
    }[turn.what]


def _remark(date: PlannedDate, moved_from: dt.date | None = None) -> str:
    """Return what those who come need to know about a date."""
    if not date.takes_place:
        return _with_reason(_("Cancelled"), date.note)
    if date.status == "moved":
        told = _("Moved") if moved_from is None else date.told_moved(moved_from)
        return _with_reason(told, date.pin_reason)
    if date.kind == "erfa_group" and date.teachers:
        return _("Convener: {names}").format(names=format_list(date.teachers))
    return ""


def _with_reason(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
