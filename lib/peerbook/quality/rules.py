"""What a rule of data quality is, what it finds, and where that is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from peerbook.course.names import date_name
from peerbook.course.page_addresses import RECORD_PAGE, address_of
from peerbook.people.pairs import PAIR, pair_address
from peerbook.people.participants import RoleInPair, roles_on
from peerbook.store import Role
from peerbook.store.tables import Course, CourseDate, Site
from peerbook.text import _, format_date

T = TypeVar("T")
Severity = Literal["error", "warning", "note"]
"""The figures are wrong; they probably are, or something is about to go wrong; worth a look."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The most important first."""

LOOKED_BACK = dt.timedelta(days=365)
"""What was forgotten longer ago can hardly be found out any more, and is not spoken of."""


def severity_name(severity: Severity) -> str:
    """Return what a severity is called in the user's language."""
    return {
        "error": _("The figures are wrong"),
        "warning": _("This should be put right"),
        "note": _("Worth a look"),
    }[severity]


@dataclass(frozen=True)
class Look:
    """One look through the record.

    Parameters
    ----------
    session
        Any session of the store.
    today
        The day it is.
    threshold
        Fewest people about whom anything is shown.
    actor
        Who looks: drafts are nobody else's business. None for the machine itself.
    known
        What was read once for several rules, by what reads it.
    site_id
        The only site that is looked at; None for all. The session reaches no other, so a rule that
        takes no notice of it is right, but may read more than it has to.
    other_sites
        A session that reaches all the sites, where `session` does not.
    """

    session: Session
    today: dt.date
    threshold: int
    actor: str | None = None
    known: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
    site_id: int | None = None
    other_sites: Session | None = None

    @property
    def beside(self) -> Session:
        """A session that reaches the other sites too, for what only shows beside them."""
        return self.other_sites or self.session

    def once(self, read: Callable[[Look], T]) -> T:
        """Return what a function reads, and read it for the first rule only that asks."""
        if read not in self.known:
            self.known[read] = read(self)
        return cast(T, self.known[read])

    def days_ago(self, days: int) -> dt.date:
        """Return the day so many days before today."""
        return self.today - dt.timedelta(days=days)

    @property
    def earliest(self) -> dt.date:
        """The first day of which anybody is reminded."""
        return self.today - LOOKED_BACK


@dataclass(frozen=True)
class Finding:
    """One thing that breaks a rule. It holds no name of a person.

    Parameters
    ----------
    subject
        Type and key of what it is about, the same for as long as that exists.
    site_id, site
        Where; None and empty for what belongs to no place.
    place
        Course and date in words; empty where it is about the site itself.
    address
        The page on which it is mended.
    sentence
        What is the matter.
    """

    subject: str
    site_id: int | None
    site: str
    place: str
    address: str
    sentence: str


@dataclass(frozen=True)
class Rule:
    """One thing that has to be so.

    Parameters
    ----------
    id
        Its name in the store and on the command line.
    severity
        How much it matters.
    owner
        Who should act.
    name, advice
        Return what it is called and what to do, in the user's language.
    find
        Returns what breaks it, with a few statements however much there is.
    """

    id: str
    severity: Severity
    owner: Role
    name: Callable[[], str]
    advice: Callable[[], str]
    find: Callable[[Look], Iterable[Finding]]


def roles_now(look: Look) -> dict[str, RoleInPair]:
    """Return what everybody who takes part is today, by code: for `Look.once`."""
    return roles_on(look.session, look.site_id, look.today)


def rule(
    severity: Severity, owner: Role, name: Callable[[], str], advice: Callable[[], str]
) -> Callable[[Callable[[Look], Iterable[Finding]]], Rule]:
    """Make a rule of the function that finds what breaks it, called as the function is."""

    def make(find: Callable[[Look], Iterable[Finding]]) -> Rule:
        return Rule(find.__name__.strip("_"), severity, owner, name, advice, find)

    return make


def on_courses(*columns: Any) -> Select[Any]:
    """Select courses that were not removed, with where they are, and more columns."""
    return (
        select(
            Course.site_id, Site.name.label("site"), Course.id.label("course_id"), Course.title,
            *columns,
        )
        .select_from(Course)
        .join(Site, Site.id == Course.site_id)
        .where(Course.removed_on.is_(None))
        .order_by(Site.name, Course.starts_on.desc(), Course.id)
    )  # fmt: skip


def on_dates(*columns: Any) -> Select[Any]:
    """Select dates of such courses, the cancelled ones too, and more columns."""
    return (
        on_courses(CourseDate.kind, CourseDate.number, CourseDate.date, *columns)
        .join(CourseDate, CourseDate.course_id == Course.id)
        .order_by(CourseDate.date, CourseDate.id)
    )


def sites(look: Look) -> dict[int, str]:
    """Return what the sites are called, by number; to be read once."""
    return {site.id: site.name for site in look.session.scalars(select(Site))}


def about_site(look: Look, subject: str, site_id: int, page: str, sentence: str) -> Finding:
    """Return a finding at a site, which is mended on one of its pages."""
    site = look.once(sites)[site_id]
    return Finding(subject, site_id, site, "", address_of(page, site), sentence)


def about_pair(look: Look, site_id: int, number: int, sentence: str) -> Finding:
    """Return a finding about a pair, which is mended where it is opened."""
    site = look.once(sites)[site_id]
    return Finding(f"{PAIR}:{number}", site_id, site, "", pair_address(site, number), sentence)


def about_course(
    row: Any, sentence: str, *, subject: str = "", page: str = RECORD_PAGE, place: str = ""
) -> Finding:
    """Return what was found about a course, or about something on it.

    Parameters
    ----------
    row
        Of `on_courses`.
    sentence
        What is the matter.
    subject
        Type and key of what it is about; the course itself when empty.
    page
        Where it is mended.
    place
        Where on the course.
    """
    return Finding(
        subject=subject or f"course:{row.course_id}",
        site_id=row.site_id,
        site=row.site,
        place=", ".join(filter(None, [row.title, place])),
        address=address_of(page, row.site, row.course_id),
        sentence=sentence,
    )


def about_date(row: Any, sentence: str, *, whose: str = "", page: str = RECORD_PAGE) -> Finding:
    """Return what was found about a date, or about somebody on it.

    Parameters
    ----------
    row
        Of `on_dates`.
    sentence, page
        As for `about_course`.
    whose
        Participant code of who it is about; everybody when empty.
    """
    key = [str(row.course_id), row.kind, str(row.number), *([whose] if whose else [])]
    return about_course(
        row,
        sentence,
        subject=f"course_date:{'/'.join(key)}",
        page=page,
        place=f"{date_name(row.kind, row.number)}, {format_date(row.date)}",
    )
