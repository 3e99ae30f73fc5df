"""Every table of the record, in one place.

Three rules hold throughout. Only `identity` knows who somebody is; everything else knows a random
participant code. What can be corrected carries a `version` and is locked optimistically. `event`
and `audit` only ever grow; triggers in the migrations see to it.

Text in which somebody can be named is private, also what staff and places are called: the audit
tells that it changed and not what it said, so that whoever is erased is erased there too. What a
decision answers is told to everybody.

JSON columns are replaced, never changed in place: SQLAlchemy would not see the change.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, ClassVar, Literal, get_args

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    Time,
    UniqueConstraint,
    or_,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from peerbook.store.visitor import Role

ResourceKind = Literal["room", "teacher"]
ClosureKind = Literal["school_holiday", "industriferie", "custom_day_off", "absence", "other"]
CourseState = Literal["planned", "running", "closed"]
CourseDateKind = Literal[
    "teaching_day",
    "sparring",
    "mid_evaluation",
    "final_evaluation",
    "graduation",
    "final_assignment",
    "erfa_group",
]
CourseDateStatus = Literal["planned", "moved", "cancelled", "held"]
AttendanceStatus = Literal["present", "apology", "absent", "paused", "not_enrolled"]
Occasion = Literal["cafe", "info_meeting", "common_event"]
Wave = Literal["mid", "final", "follow_up", "event"]
Extent = Literal["full", "short"]
Source = Literal["typed", "pile", "file"]
Outcome = Literal["do", "later", "no"]
DecisionStatus = Literal["open", "done", "told_back"]
WantedRole = Literal["peer", "mentor", "open"]
Channel = Literal[
    "contact_person",
    "notice",
    "article",
    "broadcast",
    "ambassador",
    "info_meeting",
    "leaflet",
    "network",
    "other",
    "unknown",
]
TalkState = Literal["agreed", "held", "cancelled"]
PressKind = Literal["article", "broadcast"]
StakeholderKind = Literal[
    "unit",
    "hospital",
    "job_centre",
    "volunteer_centre",
    "association",
    "education",
    "health",
    "media",
    "business",
    "other",
]
GatheringKind = Literal["trip", "cafe", "walk", "common_event"]
WishBasis = Literal["form", "met"]
PairEnd = Literal[
    "completed", "extended_completed", "moved_on", "changed_mentor", "withdrew", "lost_contact"
]
ERASED_END = "erased"
"""How a pair ended that was open when one of the two was erased; nobody chooses it."""
MeetingState = Literal["held", "cancelled"]
VetoKind = Literal["family", "known_before", "staff", "own_wish", "other"]
AuditAction = Literal["insert", "update", "delete"]
Seen = Literal["name", "contact", "cpr"]
DeletionGround = Literal["asked", "mistake", "not_needed", "due"]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment, kept as UTC and handed out aware; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, _: Dialect) -> dt.datetime | None:
        """Return the moment in UTC as the database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, _: Dialect) -> dt.datetime | None:
        """Return the stored moment with its time zone, UTC."""
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """What all tables share: names of constraints, and the types behind the annotations."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        dt.date: Date(),
        dt.time: Time(),
        dt.datetime: UtcDateTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[dict[str, Any]]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        list[int]: JSON(none_as_null=True),
    }
    audited: ClassVar[bool] = True


class Versioned:
    """A row that can be corrected: every save raises `version`, and a stale save is refused."""

    version: Mapped[int] = mapped_column(Integer)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


_NUMBERED = {"sqlite_autoincrement": True}
"""Numbers a user was told are never given out again."""


def _number() -> MappedColumn[int]:
    return mapped_column(Integer, primary_key=True)


def _one_of(column: str, choices: Any, default: str | None = None) -> MappedColumn[Any]:
    """Return a text column that takes only the given values, in the database too."""
    kind = Enum(
        *get_args(choices), name=column, native_enum=False, create_constraint=True, length=24
    )
    return mapped_column(kind, default=default)


def _to(target: str, **options: Any) -> MappedColumn[Any]:
    """Return a foreign key, checked at COMMIT so that the order of inserts does not matter."""
    return mapped_column(ForeignKey(target, deferrable=True, initially="DEFERRED"), **options)


def _uid() -> str:
    return f"{uuid.uuid4()}@peerbook"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Setting(Versioned, Base):
    """One setting of this store, by name."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class Site(Versioned, Base):
    """A place where courses are held and participants belong."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("name"), _NUMBERED)

    id: Mapped[int] = _number()
    name: Mapped[str]
    municipality: Mapped[str]


class User(Versioned, Base):
    """Somebody who may log in. Read and written by `peerbook.store.users` alone."""

    __tablename__ = "user_account"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    shown: Mapped[str] = mapped_column(info={"private": True})
    role: Mapped[Role] = _one_of("role", Role)
    sites: Mapped[list[int] | None]
    is_active: Mapped[bool]
    stamp: Mapped[str] = mapped_column(String(16), info={"private": True})
    password: Mapped[str | None] = mapped_column(info={"private": True})
    began_at: Mapped[dt.datetime | None]
    start_code: Mapped[str | None] = mapped_column(String(64), info={"private": True})
    start_until: Mapped[dt.datetime | None]
    telephone: Mapped[str | None] = mapped_column(info={"private": True})
    telephone_step: Mapped[int | None]


class Participant(Base):
    """A person taking part, known by a random code only."""

    __tablename__ = "participant"
    __table_args__ = (CheckConstraint("code LIKE 'P-______'", name="code"),)

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    site_id: Mapped[int] = _to("site.id", index=True)
    created_on: Mapped[dt.date]


class Identity(Versioned, Base):
    """Who a participant is. Read and written by `peerbook.store.identities` alone.

    Names, contacts and CPR numbers are sealed; `cpr_index` finds equal numbers without telling any.
    """

    __tablename__ = "identity"

    participant_code: Mapped[str] = _to("participant.code", primary_key=True)
    name: Mapped[str] = mapped_column(info={"private": True})
    email: Mapped[str | None] = mapped_column(info={"private": True})
    phone: Mapped[str | None] = mapped_column(info={"private": True})
    cpr: Mapped[str | None] = mapped_column(info={"private": True})
    cpr_index: Mapped[str | None] = mapped_column(String(64), index=True, info={"private": True})
    cpr_basis: Mapped[str | None] = mapped_column(info={"private": True})


class Resource(Versioned, Base):
    """A room or a teacher that courses share."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("site_id", "kind", "label"), _NUMBERED)

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    kind: Mapped[ResourceKind] = _one_of("kind", ResourceKind)
    label: Mapped[str] = mapped_column(info={"private": True})


class Closure(Versioned, Base):
    """Days, both ends included, on which a site, a room or a teacher cannot be used.

    Without a site it holds for all sites; without a resource for everything at the site.
    """

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="days"), _NUMBERED)

    id: Mapped[int] = _number()
    site_id: Mapped[int | None] = _to("site.id", index=True)
    resource_id: Mapped[int | None] = _to("resource.id", index=True)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    kind: Mapped[ClosureKind] = _one_of("kind", ClosureKind)
    label: Mapped[str] = mapped_column(info={"private": True})


class Course(Versioned, Base):
    """One course cohort, made from a template of the curriculum.

    `weekday` counts from Monday, 0; `params` are the rules the plan was made with, and how the
    final assignments are presented. A course that was only a trial is `removed_on` a day: from then
    on no page shows it.
    """

    __tablename__ = "course"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"), _NUMBERED)

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id", index=True)
    title: Mapped[str]
    template: Mapped[str] = mapped_column(String(64))
    template_version: Mapped[str] = mapped_column(String(32))
    starts_on: Mapped[dt.date]
    weekday: Mapped[int]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[CourseState] = _one_of("state", CourseState, "planned")
    removed_on: Mapped[dt.date | None]


class CourseDate(Versioned, Base):
    """One dated meeting of a course.

    `avoided` lists what the plan went around, each `{"date": "2026-04-02", "reasons": ["…"]}`; and
    what the date stands in spite of, `{"date": "2026-12-24", "accepted": ["2026-12-24 eve"]}`, in
    no language. `uid` and `sequence` are those of the calendar file, so that an updated file
    replaces the first.
    `teachers` and `room` are labels of the site's resources.
    """

    __tablename__ = "course_date"
    __table_args__ = (
        UniqueConstraint("course_id", "kind", "number"),
        UniqueConstraint("uid"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("sequence >= 0", name="sequence"),
        CheckConstraint("ends_at > starts_at", name="times"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    course_id: Mapped[int] = _to("course.id")
    kind: Mapped[CourseDateKind] = _one_of("kind", CourseDateKind)
    number: Mapped[int] = mapped_column(default=1)
    date: Mapped[dt.date] = mapped_column(index=True)
    starts_at: Mapped[dt.time | None]
    ends_at: Mapped[dt.time | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    pin_reason: Mapped[str | None] = mapped_column(info={"private": True})
    status: Mapped[CourseDateStatus] = _one_of("status", CourseDateStatus, "planned")
    avoided: Mapped[list[dict[str, Any]]] = mapped_column(default=list, info={"private": True})
    uid: Mapped[str] = mapped_column(String(64), default=_uid)
    sequence: Mapped[int] = mapped_column(default=0)
    teachers: Mapped[list[str]] = mapped_column(default=list, info={"private": True})
    room: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="", info={"private": True})


class Enrolment(Base):
    """A participant's place on a course; pauses and endings are events."""

    __tablename__ = "enrolment"

    course_id: Mapped[int] = _to("course.id", primary_key=True)
    participant_code: Mapped[str] = _to("participant.code", primary_key=True, index=True)
    enrolled_on: Mapped[dt.date]


class Attendance(Versioned, Base):
    """Whether a participant was there on one day; `paused` and `not_enrolled` count nowhere."""

    __tablename__ = "attendance"

    course_date_id: Mapped[int] = _to("course_date.id", primary_key=True, autoincrement=False)
    participant_code: Mapped[str] = _to("participant.code", primary_key=True, index=True)
    status: Mapped[AttendanceStatus] = _one_of("status", AttendanceStatus)
    note: Mapped[str | None] = mapped_column(info={"private": True})


class CatchUp(Versioned, Base):
    """A missed day that a participant has made up for."""

    __tablename__ = "catch_up"
    __table_args__ = (UniqueConstraint("course_date_id", "participant_code"), _NUMBERED)

    id: Mapped[int] = _number()
    course_date_id: Mapped[int] = _to("course_date.id")
    participant_code: Mapped[str] = _to("participant.code", index=True)
    done_on: Mapped[dt.date]
    how: Mapped[str] = mapped_column(info={"private": True})


class RaisedTheme(Base):
    """A theme of the course that came up in a group sparring; no word of who raised it."""

    __tablename__ = "raised_theme"

    course_date_id: Mapped[int] = _to("course_date.id", primary_key=True, autoincrement=False)
    theme: Mapped[str] = mapped_column(String(64), primary_key=True)


class Presenter(Versioned, Base):
    """Which presentation of final assignments a participant has a part in, counted from 1."""

    __tablename__ = "presenter"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    course_id: Mapped[int] = _to("course.id", primary_key=True, autoincrement=False)
    participant_code: Mapped[str] = _to("participant.code", primary_key=True, index=True)
    number: Mapped[int]


class HeadCount(Versioned, Base):
    """How many came to something that needs no sign-up; no names."""

    __tablename__ = "head_count"
    __table_args__ = (
        UniqueConstraint("site_id", "occasion", "date"),
        CheckConstraint("people >= 0", name="people"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    occasion: Mapped[Occasion] = _one_of("occasion", Occasion)
    date: Mapped[dt.date]
    people: Mapped[int]


class DataImport(Versioned, Base):
    """One file taken in; `undone_at` says when it was taken back, `undone_rows` how many rows went.

    The latter is empty for a file taken back before revision 0013. So is `site_id` of one of which
    nothing was left at revision 0014, and then nobody knows what it was called.
    """

    __tablename__ = "data_import"
    __table_args__ = (_NUMBERED,)

    id: Mapped[int] = _number()
    file_name: Mapped[str] = mapped_column(info={"private": True})
    file_digest: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[dt.datetime] = mapped_column(default=_now)
    actor: Mapped[str] = mapped_column(String(64))
    undone_at: Mapped[dt.datetime | None]
    undone_rows: Mapped[int | None]
    site_id: Mapped[int | None] = _to("site.id", index=True)


class ImportedRow(Base):
    """One row a file added or changed, until the file is taken back.

    `row_id` is the key as the audit writes it, and `entries` how often the audit has written the
    row up to then: when it has more, somebody has built upon the row. `before` holds what was
    changed as it was; it is empty for a row that was added.
    """

    __tablename__ = "imported_row"
    audited = False

    import_id: Mapped[int] = _to("data_import.id", primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(String(32), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    entries: Mapped[int]


class Evaluation(Versioned, Base):
    """One answered evaluation form.

    `respondent_code` is empty for an anonymous one, else a random code that links mid and final.
    `extent` tells a sheet with three questions only: what it did not ask was not left blank.
    """

    __tablename__ = "evaluation"
    __table_args__ = (Index(None, "course_id", "wave"), _NUMBERED)

    id: Mapped[int] = _number()
    course_id: Mapped[int] = _to("course.id")
    form_id: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[str] = mapped_column(String(32))
    wave: Mapped[Wave] = _one_of("wave", Wave)
    course_date_id: Mapped[int | None] = _to("course_date.id", index=True)
    respondent_code: Mapped[str | None] = mapped_column(String(16))
    entered_on: Mapped[dt.date]
    source: Mapped[Source] = _one_of("source", Source)
    extent: Mapped[Extent] = _one_of("extent", Extent, "full")
    import_id: Mapped[int | None] = _to("data_import.id", index=True)


class Answer(Versioned, Base):
    """The answer to one item of an evaluation: a code of its scale, or text."""

    __tablename__ = "answer"
    __table_args__ = (CheckConstraint("code >= 0", name="code"),)

    evaluation_id: Mapped[int] = _to("evaluation.id", primary_key=True, autoincrement=False)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(info={"private": True})


class Suggestion(Versioned, Base):
    """Something participants asked for: the "you said" of "you said, we did"."""

    __tablename__ = "suggestion"
    __table_args__ = (_NUMBERED,)

    id: Mapped[int] = _number()
    course_id: Mapped[int] = _to("course.id", index=True)
    evaluation_id: Mapped[int | None] = _to("evaluation.id", index=True)
    text: Mapped[str] = mapped_column(info={"private": True})
    raised_on: Mapped[dt.date]


class Decision(Versioned, Base):
    """What was decided about a suggestion, by whom it is done, and until when."""

    __tablename__ = "decision"
    __table_args__ = (_NUMBERED,)

    id: Mapped[int] = _number()
    suggestion_id: Mapped[int] = _to("suggestion.id", index=True)
    outcome: Mapped[Outcome] = _one_of("outcome", Outcome)
    what_we_did: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(info={"private": True})
    due_on: Mapped[dt.date | None]
    status: Mapped[DecisionStatus] = _one_of("status", DecisionStatus, "open")
    decided_on: Mapped[dt.date]


class Enquiry(Versioned, Base):
    """Somebody asked about taking part. Who it was is known only when they said so.

    `heard_via` is the channel they first heard through, `decided_via` the one that made them come;
    `press_item_id` is the article or broadcast it was, where they could tell.
    """

    __tablename__ = "enquiry"
    __table_args__ = (Index(None, "site_id", "asked_on"), _NUMBERED)

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    participant_code: Mapped[str | None] = _to("participant.code", index=True)
    asked_on: Mapped[dt.date]
    wanted_role: Mapped[WantedRole] = _one_of("wanted_role", WantedRole)
    heard_via: Mapped[Channel] = _one_of("heard_via", Channel)
    decided_via: Mapped[Channel | None] = _one_of("decided_via", Channel)
    press_item_id: Mapped[int | None] = _to("press_item.id", index=True)
    stakeholder_id: Mapped[int | None] = _to("stakeholder.id", index=True)
    note: Mapped[str] = mapped_column(default="", info={"private": True})


class CoffeeTalk(Versioned, Base):
    """The first talk with somebody, agreed or held; what came of it are events.

    `ticked` names the points of the checklist that were spoken about, and `checklist` its version.
    """

    __tablename__ = "coffee_talk"
    __table_args__ = (
        CheckConstraint("staff BETWEEN 1 AND 9", name="staff"),
        CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes"),
        Index(None, "site_id", "date"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    participant_code: Mapped[str] = _to("participant.code", index=True)
    role: Mapped[WantedRole] = _one_of("role", WantedRole)
    date: Mapped[dt.date]
    starts_at: Mapped[dt.time | None]
    place: Mapped[str] = mapped_column(default="", info={"private": True})
    state: Mapped[TalkState] = _one_of("state", TalkState, "agreed")
    staff: Mapped[int] = mapped_column(default=1)
    minutes: Mapped[int | None]
    checklist: Mapped[str] = mapped_column(String(32), default="")
    ticked: Mapped[list[str]] = mapped_column(default=list)
    goals: Mapped[str] = mapped_column(default="", info={"private": True})
    wishes: Mapped[str] = mapped_column(default="", info={"private": True})


class PressItem(Versioned, Base):
    """An article or a broadcast about the programme, on the day it came out."""

    __tablename__ = "press_item"
    __table_args__ = (_NUMBERED,)

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id", index=True)
    kind: Mapped[PressKind] = _one_of("kind", PressKind)
    outlet: Mapped[str] = mapped_column(info={"private": True})
    title: Mapped[str] = mapped_column(default="", info={"private": True})
    appeared_on: Mapped[dt.date]


class Stakeholder(Versioned, Base):
    """A place from which people can come: a unit, an association, a newspaper.

    A unit is visited again every `visit_every_months`, or, where `new_staff_a_year` is known, when
    about `new_before_visit` of its staff have begun since the last visit. `influence` and
    `interest` are 1 to 3.
    """

    __tablename__ = "stakeholder"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        CheckConstraint("influence BETWEEN 1 AND 3", name="influence"),
        CheckConstraint("interest BETWEEN 1 AND 3", name="interest"),
        CheckConstraint("visit_every_months BETWEEN 1 AND 60", name="visit_every_months"),
        CheckConstraint("new_staff_a_year BETWEEN 1 AND 999", name="new_staff_a_year"),
        CheckConstraint("new_before_visit BETWEEN 1 AND 999", name="new_before_visit"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    name: Mapped[str] = mapped_column(info={"private": True})
    kind: Mapped[StakeholderKind] = _one_of("kind", StakeholderKind)
    contact: Mapped[str] = mapped_column(default="", info={"private": True})
    influence: Mapped[int | None]
    interest: Mapped[int | None]
    visit_every_months: Mapped[int | None]
    new_staff_a_year: Mapped[int | None]
    new_before_visit: Mapped[int | None]
    added_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]


class Visit(Versioned, Base):
    """A stakeholder was visited, or came to an information meeting."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("stakeholder_id", "date"),
        CheckConstraint("people BETWEEN 0 AND 999", name="people"),
        CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    stakeholder_id: Mapped[int] = _to("stakeholder.id")
    date: Mapped[dt.date]
    people: Mapped[int | None]
    minutes: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="", info={"private": True})


class RecruitmentEffort(Versioned, Base):
    """What was spent on reaching people through one channel: staff minutes and kroner."""

    __tablename__ = "recruitment_effort"
    __table_args__ = (
        CheckConstraint("minutes >= 0 AND cost_kr >= 0", name="spent"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id", index=True)
    channel: Mapped[Channel] = _one_of("channel", Channel)
    date: Mapped[dt.date]
    what: Mapped[str] = mapped_column(info={"private": True})
    minutes: Mapped[int] = mapped_column(default=0)
    cost_kr: Mapped[int] = mapped_column(default=0)


class Gathering(Versioned, Base):
    """A time when peers and mentors could see each other; who came stands in `gathering_guest`."""

    __tablename__ = "gathering"
    __table_args__ = (Index(None, "site_id", "date"), _NUMBERED)

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    kind: Mapped[GatheringKind] = _one_of("kind", GatheringKind)
    date: Mapped[dt.date]
    place: Mapped[str] = mapped_column(default="", info={"private": True})


class GatheringGuest(Base):
    """Somebody who came to a gathering."""

    __tablename__ = "gathering_guest"

    gathering_id: Mapped[int] = _to("gathering.id", primary_key=True, autoincrement=False)
    participant_code: Mapped[str] = _to("participant.code", primary_key=True, index=True)


class Wish(Versioned, Base):
    """Somebody would like to be matched with somebody, from a day on.

    What was wished on the form and what was wished after meeting are kept side by side.
    """

    __tablename__ = "wish"
    __table_args__ = (
        UniqueConstraint("participant_code", "wished_code", "basis", "made_on"),
        CheckConstraint("participant_code <> wished_code", name="other"),
        CheckConstraint("rank BETWEEN 1 AND 3", name="rank"),
        CheckConstraint("withdrawn_on >= made_on", name="days"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    participant_code: Mapped[str] = _to("participant.code", index=True)
    wished_code: Mapped[str] = _to("participant.code", index=True)
    basis: Mapped[WishBasis] = _one_of("basis", WishBasis)
    rank: Mapped[int]
    made_on: Mapped[dt.date]
    withdrawn_on: Mapped[dt.date | None]

    @classmethod
    def is_about(cls, codes: Collection[str]) -> ColumnElement[bool]:
        """Return what is true of wishes by or for one of some participants."""
        return or_(cls.participant_code.in_(codes), cls.wished_code.in_(codes))


class Veto(Versioned, Base):
    """Two who are not to be matched; why is private. `one_code` comes before `other_code`."""

    __tablename__ = "veto"
    __table_args__ = (CheckConstraint("one_code < other_code", name="order"),)

    one_code: Mapped[str] = _to("participant.code", primary_key=True)
    other_code: Mapped[str] = _to("participant.code", primary_key=True, index=True)
    kind: Mapped[VetoKind] = _one_of("kind", VetoKind)
    reason: Mapped[str] = mapped_column(default="", info={"private": True})
    said_on: Mapped[dt.date]

    @classmethod
    def is_about(cls, codes: Collection[str]) -> ColumnElement[bool]:
        """Return what is true of vetoes one of some participants is of."""
        return or_(cls.one_code.in_(codes), cls.other_code.in_(codes))


class MatchedPair(Versioned, Base):
    """A peer and a mentor who are matched; what happens to the pair are events.

    `follows_id` is the pair before it, where somebody got another peer or mentor. The sheet of the
    three-way talk hangs on it: goals of both, how they keep in touch, and how they cancel.
    `pause_reasons` is why somebody needs a pause, by its first day: no event, since it can be taken
    away again. Of somebody who was erased the pair stays, without them.
    """

    __tablename__ = "matched_pair"
    __table_args__ = (
        CheckConstraint("peer_code <> mentor_code", name="two"),
        CheckConstraint("months BETWEEN 1 AND 24", name="months"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id", index=True)
    peer_code: Mapped[str | None] = _to("participant.code", index=True)
    mentor_code: Mapped[str | None] = _to("participant.code", index=True)
    matched_on: Mapped[dt.date]
    follows_id: Mapped[int | None] = _to("matched_pair.id", index=True)
    talked_on: Mapped[dt.date | None]
    starts_on: Mapped[dt.date | None]
    months: Mapped[int | None]
    peer_goal: Mapped[str] = mapped_column(default="", info={"private": True})
    mentor_goal: Mapped[str] = mapped_column(default="", info={"private": True})
    contact_rule: Mapped[str] = mapped_column(default="", info={"private": True})
    cancel_rule: Mapped[str] = mapped_column(default="", info={"private": True})
    pause_reasons: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"private": True})

    @classmethod
    def is_about(cls, codes: Collection[str]) -> ColumnElement[bool]:
        """Return what is true of pairs one of some participants is of."""
        return or_(cls.peer_code.in_(codes), cls.mentor_code.in_(codes))


class CafeShift(Versioned, Base):
    """A time the café is open; who is host stands in `shift_host`.

    `uid` and `sequence` are those of the calendar file, as for a date of a course. One that is
    called off stays, so that calendars can strike it out.
    """

    __tablename__ = "cafe_shift"
    __table_args__ = (
        UniqueConstraint("site_id", "date", "starts_at"),
        UniqueConstraint("uid"),
        CheckConstraint("sequence >= 0", name="sequence"),
        CheckConstraint("ends_at > starts_at", name="times"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    date: Mapped[dt.date]
    starts_at: Mapped[dt.time]
    ends_at: Mapped[dt.time]
    place: Mapped[str] = mapped_column(default="", info={"private": True})
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    uid: Mapped[str] = mapped_column(String(64), default=_uid)
    sequence: Mapped[int] = mapped_column(default=0)


class ShiftHost(Base):
    """Somebody who is host at a shift: a participant, or whoever goes by a label, as teachers do.

    Of a participant who was erased it stays that there was a host, and not who.
    """

    __tablename__ = "shift_host"
    __table_args__ = (
        CheckConstraint("participant_code IS NULL OR label = ''", name="one"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    shift_id: Mapped[int] = _to("cafe_shift.id", index=True)
    participant_code: Mapped[str | None] = _to("participant.code", index=True)
    label: Mapped[str] = mapped_column(default="", info={"private": True})


class CommonEvent(Versioned, Base):
    """A summer trip, a Christmas lunch; how many came stands in `head_count`.

    `sheets` is how many answered the three questions of the form, `answers` how many gave which,
    `{"come_again": {"1": 7}}`, and `suggestions` what they wrote, in the order of the alphabet.
    """

    __tablename__ = "common_event"
    __table_args__ = (
        UniqueConstraint("site_id", "date"),
        CheckConstraint("cost_kr >= 0", name="cost_kr"),
        CheckConstraint("sheets >= 0", name="sheets"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    date: Mapped[dt.date]
    title: Mapped[str] = mapped_column(info={"private": True})
    cost_kr: Mapped[int | None]
    sheets: Mapped[int] = mapped_column(default=0)
    form_version: Mapped[str] = mapped_column(String(32), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    suggestions: Mapped[list[str]] = mapped_column(default=list, info={"private": True})


class CostAssessment(Versioned, Base):
    """What a place has said about what its programme costs; read by `peerbook.costs` alone.

    `figures`, `staff`, `lines`, `levels` and `payers` hold entries by key, each as
    `peerbook.costs.assessment` has it.
    """

    __tablename__ = "cost_assessment"
    __table_args__ = (
        CheckConstraint("years >= 1", name="years"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id", index=True)
    title: Mapped[str] = mapped_column(info={"private": True})
    models: Mapped[list[str]]
    first_year: Mapped[int]
    years: Mapped[int]
    price_year: Mapped[int]
    made_on: Mapped[dt.date]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"private": True})
    staff: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"private": True})
    lines: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"private": True})
    levels: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"private": True})
    payers: Mapped[dict[str, Any]] = mapped_column(default=dict)


class OutOfHoursContact(Versioned, Base):
    """Somebody reached a member of staff outside working hours; never what about.

    `staff` is the label the member of staff goes by, `pair_id` the pair of whoever it was.
    """

    __tablename__ = "out_of_hours_contact"
    __table_args__ = (Index(None, "site_id", "date"), _NUMBERED)

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id")
    staff: Mapped[str] = mapped_column(info={"private": True})
    date: Mapped[dt.date]
    pair_id: Mapped[int | None] = _to("matched_pair.id", index=True)


class ExitTalk(Versioned, Base):
    """The talk with both at the end of their pair, agreed or held; one for each pair.

    `ticked` names the points of the closing list that are done.
    """

    __tablename__ = "exit_talk"
    __table_args__ = (UniqueConstraint("pair_id"), _NUMBERED)

    id: Mapped[int] = _number()
    pair_id: Mapped[int] = _to("matched_pair.id")
    date: Mapped[dt.date]
    starts_at: Mapped[dt.time | None]
    place: Mapped[str] = mapped_column(default="", info={"private": True})
    state: Mapped[TalkState] = _one_of("state", TalkState, "agreed")
    ticked: Mapped[list[str]] = mapped_column(default=list)
    goals_reached: Mapped[str] = mapped_column(default="", info={"private": True})
    next_step: Mapped[str] = mapped_column(default="", info={"private": True})


class Meeting(Versioned, Base):
    """That a pair met on a day, or called it off; never what they spoke of or did."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("pair_id", "date"), _NUMBERED)

    id: Mapped[int] = _number()
    pair_id: Mapped[int] = _to("matched_pair.id")
    date: Mapped[dt.date]
    state: Mapped[MeetingState] = _one_of("state", MeetingState)


class Snooze(Versioned, Base):
    """What a rule of data quality found, put off until it is spoken of again on a day.

    `subject` is type and key of what the rule found; `site_id` is empty where that is at no site.
    """

    __tablename__ = "snooze"
    __table_args__ = (
        UniqueConstraint("rule", "subject"),
        CheckConstraint("wakes_on > since", name="days"),
        _NUMBERED,
    )

    id: Mapped[int] = _number()
    rule: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(160))
    site_id: Mapped[int | None] = _to("site.id", index=True)
    since: Mapped[dt.date]
    wakes_on: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(info={"private": True})
    actor: Mapped[str] = mapped_column(String(64))


class Hold(Versioned, Base):
    """A participant who must be kept until a day, whatever the rule for deleting says."""

    __tablename__ = "hold"
    __table_args__ = (CheckConstraint("until > since", name="days"),)

    participant_code: Mapped[str] = _to("participant.code", primary_key=True)
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(info={"private": True})
    actor: Mapped[str] = mapped_column(String(64))


class SamePerson(Base):
    """What somebody has said of two participants who look alike: that they are one person, or two.

    Each keeps a code of their own. `one_code` comes before `other_code`.
    """

    __tablename__ = "same_person"
    __table_args__ = (CheckConstraint("one_code < other_code", name="order"),)

    one_code: Mapped[str] = _to("participant.code", primary_key=True)
    other_code: Mapped[str] = _to("participant.code", primary_key=True, index=True)
    is_same: Mapped[bool]
    said_on: Mapped[dt.date]
    actor: Mapped[str] = mapped_column(String(64))

    @classmethod
    def is_about(cls, codes: Collection[str]) -> ColumnElement[bool]:
        """Return what is true of pairs one of some participants is of."""
        return or_(cls.one_code.in_(codes), cls.other_code.in_(codes))


class Deletion(Base):
    """The certificate that people were deleted; its number is told, and who they were is not.

    `rule` is what it was done under, in the place's own words, and `rows` how many rows of each
    table went.
    """

    __tablename__ = "deletion"
    __table_args__ = (CheckConstraint("people >= 1", name="people"), _NUMBERED)

    id: Mapped[int] = _number()
    site_id: Mapped[int] = _to("site.id", index=True)
    at: Mapped[dt.datetime] = mapped_column(default=_now)
    actor: Mapped[str] = mapped_column(String(64))
    ground: Mapped[DeletionGround] = _one_of("ground", DeletionGround)
    rule: Mapped[str] = mapped_column(default="")
    people: Mapped[int]
    rows: Mapped[dict[str, Any]]


class Event(Base):
    """Something that happened to a subject on a day; append-only, the present is computed from it.

    Written by `peerbook.store.append_event`, which fills in actor and moment.
    """

    __tablename__ = "event"
    __table_args__ = (Index(None, "subject_type", "subject_id"), _NUMBERED)
    audited = False

    seq: Mapped[int] = _number()
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    effective_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime] = mapped_column(default=_now)
    actor: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Audit(Base):
    """One change of one row; append-only, written by the store itself in the same transaction.

    `row_id` is the primary key as text, its parts joined by "/". `old` and `new` hold the whole
    row for a delete and an insert, and the changed columns for an update; private columns are
    named but their values are not kept.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "table_name", "row_id"), _NUMBERED)
    audited = False

    seq: Mapped[int] = _number()
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[AuditAction] = _one_of("action", AuditAction)
    table_name: Mapped[str] = mapped_column(String(32))
    row_id: Mapped[str] = mapped_column(String(128))
    old: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    new: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str | None]


class NameSeen(Base):
    """Somebody was shown a participant's name, contacts or CPR number; append-only."""

    __tablename__ = "name_seen"
    __table_args__ = (_NUMBERED,)
    audited = False

    seq: Mapped[int] = _number()
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(64))
    what: Mapped[Seen] = _one_of("what", Seen)
    participant_code: Mapped[str] = mapped_column(String(8), index=True)


class AuditLink(Base):
    """One link of the chain over audit, events and `name_seen`; append-only. See `store.chain`.

    `…_through` is the last row of each history it is over; `key_id` says which key its hash is of.
    `earlier_hash` is what it was before revision 0020 closed it anew; the hash is over that too.
    """

    __tablename__ = "audit_link"
    audited = False

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    audit_through: Mapped[int]
    event_through: Mapped[int]
    seen_through: Mapped[int]
    key_id: Mapped[str] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64))
    earlier_hash: Mapped[str | None] = mapped_column(String(64))


class Draft(Base):
    """What somebody was typing in a form and has not saved: sealed, for it may name people."""

    __tablename__ = "draft"
    audited = False

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    form: Mapped[str] = mapped_column(String(128), primary_key=True)
    values: Mapped[str | dict[str, Any]] = mapped_column("draft_values", JSON)
    saved_at: Mapped[dt.datetime]


class Submission(Base):
    """One form sent in, by the key its page made up: the proof that it was saved, and once only.

    The number of its entry in the audit is the one its receipt tells. `number` is the record's.
    """

    __tablename__ = "submission"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    actor: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    record_version: Mapped[int]
    saved_at: Mapped[dt.datetime]
    content_digest: Mapped[str | None] = mapped_column(String(64), info={"private": True})
