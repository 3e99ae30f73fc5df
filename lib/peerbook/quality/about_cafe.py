"""Rules about the café and common events: no shift without a host, nothing forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, exists, func, select

from peerbook.cafe.event_records import EVERY_MONTHS
from peerbook.course.page_addresses import HEAD_COUNT_PAGE, address_of
from peerbook.months import months_after
from peerbook.quality.rules import Finding, Look, rule
from peerbook.store.tables import CafeShift, CommonEvent, HeadCount, ShiftHost, Site
from peerbook.text import _, format_date, format_time

SOON = 7
"""Days before a café: a week is what it takes to ask somebody. No source gives a number."""
COUNTED_WITHIN = 14
"""Days for which how many came can still be remembered. No source gives a number."""


def _about(row: Any, table: str, sentence: str) -> Finding:
    address = address_of(HEAD_COUNT_PAGE, row.site)
    return Finding(f"{table}:{row.id}", row.site_id, row.site, "", address, sentence)


def _shifts() -> Select[Any]:
    columns: list[Any] = [
        CafeShift.id, CafeShift.site_id, Site.name.label("site"), CafeShift.date,
        CafeShift.starts_at,
    ]  # fmt: skip
    return (
        select(*columns)
        .join(Site, Site.id == CafeShift.site_id)
        .where(CafeShift.is_cancelled.is_(False))
        .order_by(CafeShift.date, CafeShift.starts_at, CafeShift.id)
    )


@rule(
    "warning", "course_leader",
    lambda: _("Cafés without a host"),
    lambda: _("Ask somebody to be host, or call the café off, under “Rota”."),
)  # fmt: skip
def _no_host_soon(look: Look) -> Iterator[Finding]:
    soon = CafeShift.date.between(look.today, look.days_ago(-SOON))
    has_host = exists().where(ShiftHost.shift_id == CafeShift.id)
    for row in look.session.execute(_shifts().where(soon, ~has_host)):
        text = _("There is no host for the café on {date} at {time}.")
        told = text.format(date=format_date(row.date), time=format_time(row.starts_at))
        yield _about(row, "cafe_shift", told)


@rule(
    "note", "course_leader",
    lambda: _("Cafés that nobody has counted"),
    lambda: _("Write how many came, under “Count”. If it was not held, call it off."),
)  # fmt: skip
def _cafe_not_counted(look: Look) -> Iterator[Finding]:
    lately = CafeShift.date.between(look.days_ago(COUNTED_WITHIN), look.days_ago(1))
    counted = exists().where(
        HeadCount.site_id == CafeShift.site_id,
        HeadCount.date == CafeShift.date,
        HeadCount.occasion == "cafe",
    )
    for row in look.session.execute(_shifts().where(lately, ~counted)):
        text = _("How many came to the café on {date} is not written.")
        yield _about(row, "cafe_shift", text.format(date=format_date(row.date)))


@rule(
    "note", "course_leader",
    lambda: _("Common events of which something is missing"),
    lambda: _("Write how many came and what it cost, under “Common events”. 0 is an answer too."),
)  # fmt: skip
def _event_not_noted(look: Look) -> Iterator[Finding]:
    counted = exists().where(
        HeadCount.site_id == CommonEvent.site_id,
        HeadCount.date == CommonEvent.date,
        HeadCount.occasion == "common_event",
    )
    held = CommonEvent.date.between(look.earliest, look.days_ago(1))
    missing = (
        select(CommonEvent.id, CommonEvent.site_id, Site.name.label("site"), CommonEvent.date)
        .join(Site, Site.id == CommonEvent.site_id)
        .where(held, CommonEvent.cost_kr.is_(None) | ~counted)
        .order_by(CommonEvent.date, CommonEvent.id)
    )
    for row in look.session.execute(missing):
        text = _("How many came on {date}, or what it cost, is not written.")
        yield _about(row, "common_event", text.format(date=format_date(row.date)))


@rule(
    "note", "course_leader",
    lambda: _("Half a year without a common event"),
    lambda: _("Find a day, and note it under “Common events”. A walk is enough."),
)  # fmt: skip
def _event_overdue(look: Look) -> Iterator[Finding]:
    latest = (
        select(
            Site.id, Site.id.label("site_id"), Site.name.label("site"),
            func.max(CommonEvent.date).label("date"),
        )
        .join(CommonEvent, CommonEvent.site_id == Site.id)
        .group_by(Site.id, Site.name)
        .order_by(Site.name)
    )  # fmt: skip
    for row in look.session.execute(latest):
        if look.earliest <= row.date and months_after(row.date, EVERY_MONTHS) < look.today:
            text = _("The latest common event was on {date}.")
            yield _about(row, "site", text.format(date=format_date(row.date)))


RULES = (_no_host_soon, _cafe_not_counted, _event_not_noted, _event_overdue)
