"""Moving a course that was entered at the wrong site to the one it belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from sqlalchemy.orm import Session

from peerbook.course import plan_records
from peerbook.course.page_addresses import PLAN_PAGE, address_of
from peerbook.course.planning.course_details_records import change_site, has_been
from peerbook.course.planning.download_part import calendar_download
from peerbook.course.saved_plan import PlanNow, SavedPlan
from peerbook.course.schedule.plan_wishes import Obstacles
from peerbook.errors import Fault, InputFault, Place
from peerbook.sites import site_records
from peerbook.sites.municipalities import check_municipality
from peerbook.store import Saved
from peerbook.store.tables import Site
from peerbook.text import _, format_date, format_list
from peerbook.ui import (
    Button,
    ChoiceField,
    Form,
    Heading,
    Notice,
    Part,
    Prose,
    Section,
    Submission,
    TextField,
    bullets,
    receipt_text,
)

NEW = 0
THERE, NEVER = "there", "never"


class Leave(Protocol):
    """Shows the choice of courses anew."""

    def __call__(self, number: int, told: Sequence[Part] = (), announce: str = "") -> None:
        """Show a course, 0 being none, with parts above it that say what has been done."""


@dataclass(frozen=True)
class _Target:
    """Where a course is to go: the number of a site, or a new one with its municipality.

    `past_too` says that the days gone by were held there too.
    """

    name: str
    number: int = NEW
    municipality: str = ""
    past_too: bool = False

    def noted_down(self, session: Session) -> int:
        """Return the number of the site, which is saved now if it is new."""
        if self.number != NEW:
            return self.number
        return site_records.save_site(session, self.name, self.municipality).number


def site_change_parts(saved: SavedPlan, leave: Leave) -> list[Part]:
    """Return the form that asks where a course belongs, and shows first what follows."""
    now = saved.read()
    with saved.desk.store.read() as session:
        known = site_records.sites(session)
    others = [site for site in known if site.id != now.site.id]
    outcome = Section([])

    def look(submission: Submission) -> str:
        target = _target(submission, known)
        outcome.show(_outcome_parts(saved, target, leave), take_there=True)
        return _("Nothing is moved yet. See what follows first.")

    options = [*((site.id, site.name) for site in others), (NEW, _("A new place"))]
    choice = ChoiceField("site", _("Which place?"), options=options, required=True)
    hint = _("Only if the place is new.") if others else ""
    return [
        Prose(_("The course moves there as a whole. No place gets another name.")),
        Form(
            "course_site",
            [
                *([choice] if others else []),
                TextField(
                    "name", _("What is the place called?"), max_length=80, hint=hint,
                    required=not others,
                ),
                TextField(
                    "municipality", _("Municipality"), max_length=80, hint=hint,
                    required=not others,
                ),
                *([_held(now.site.name)] if _has_begun(now, saved.desk.today) else []),
            ],
            values={"held": THERE},
            on_submit=look,
            submit_label=_("See what follows"),
            only_asks=True,
            on_attempt=lambda: outcome.show([]),
        ),
        outcome,
    ]  # fmt: skip


def _has_begun(now: PlanNow, today: dt.date) -> bool:
    return any(has_been(date, today) for date in now.plan.dates)


def _held(site: str) -> ChoiceField:
    return ChoiceField(
        "held", _("Where were the days that are over held?"), look="radio", required=True,
        options=[
            (THERE, _("at {site}: the course moves from today on").format(site=site)),
            (NEVER, _("at the other place: the course was entered wrongly")),
        ],
    )  # fmt: skip


def _target(submission: Submission, known: Sequence[Site]) -> _Target:
    values = submission.values
    chosen = values.get("site", NEW)
    past_too = values.get("held", NEVER) == NEVER
    for site in known:
        if site.id == chosen:
            return _Target(site.name, site.id, past_too=past_too)
    name, municipality = str(values["name"]), str(values["municipality"])
    faults = [
        Fault(_("An answer is missing here."), Place(field=field))
        for field, answer in (("name", name), ("municipality", municipality))
        if not answer
    ]
    if name in {site.name for site in known}:
        message = _("There is already a site with that name.")
        faults.append(Fault(message, Place(field="name")))
    if faults:
        raise InputFault(faults)
    return _Target(name, municipality=check_municipality(municipality), past_too=past_too)


def _outcome_parts(saved: SavedPlan, target: _Target, leave: Leave) -> list[Part]:
    """Return what moving the course means, and the button that does it."""
    now, key = saved.read(), str(uuid4())
    title, room = now.plan.title, now.plan.dates[-1].room

    def move() -> str:
        desk = saved.desk

        def change(session: Session) -> Saved:
            to = target.noted_down(session)
            return change_site(
                session, saved.course_id, now.site.id, to, on=desk.today, past_too=target.past_too
            )

        receipt = desk.store.submit(
            key, desk.actor, change, content=[saved.course_id, now.site.id, repr(target)]
        )
        done = _("{title} now belongs to {site}.").format(title=title, site=target.name)
        link = _("[Open the course there]({address}).").format(
            address=address_of(PLAN_PAGE, target.name, saved.course_id)
        )
        told = Notice("ok", f"{done} {receipt_text(receipt)}")
        leave(0, [told, Prose(link), calendar_download(saved)], done)
        return done

    lines = [
        _("{title} moves from {old} to {new}, with everything that is recorded on it."),
        _("Closures and head counts stay with {old}. When the teachers are away goes along."),
        _("Every date gets {new} as its place: give out the new calendar file.")
        if target.past_too
        else _(
            "The dates to come get {new} as their place, and those that are over keep {old}: give "
            "out the new calendar file."
        ),
    ]
    if room:
        lines.append(_("The room is still called {room}. Correct it afterwards if need be."))
    lines = [
        line.format(title=title, old=now.site.name, new=target.name, room=room) for line in lines
    ]
    return [
        Heading(_("What follows")),
        Prose(bullets(lines)),
        *_blocked_parts(saved, now, target),
        Button(_("Move the course to {site}").format(site=target.name), move, look="main"),
    ]


def _blocked_parts(saved: SavedPlan, now: PlanNow, target: _Target) -> list[Part]:
    """Return which dates to come something stands in the way of at the other site."""
    with saved.desk.store.read() as session:
        calendar = plan_records.calendar_of(session, target.number)
    obstacles = Obstacles(calendar, saved.others(target.number))
    lines = [
        _("{name}, {date}: {reasons}.").format(
            name=date.name,
            date=format_date(date.date, "weekday"),
            reasons=format_list([reason.text for reason in reasons]),
        )
        for date, reasons in obstacles.blocked(now.plan, saved.desk.today)
    ]
    if not lines:
        return []
    lead = _("Some dates cannot be used there. You can find new ones once the course is moved:")
    return [Notice("warn", "\n".join([lead, *lines]))]
