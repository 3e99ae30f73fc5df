"""What each role may read and write, and which rows are those of somebody's own sites.

The databases enforce it, not the pages: SQLite by its authorizer, temporary views and triggers,
PostgreSQL by row-level security. What a role is not given here, it does not have; a table that is
new is the leader's alone until it is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Table

from peerbook.store.tables import Base
from peerbook.store.visitor import Role, Visitor

_NAMES = "identity"
_COURSE = frozenset({"course", "course_date", "raised_theme", "resource", "site"})
_PEOPLE = frozenset({"attendance", "catch_up", "enrolment", "participant", "presenter"})
_RECRUITMENT = frozenset(
    {"coffee_talk", "enquiry", "press_item", "recruitment_effort", "stakeholder", "visit"}
)
_MATCHING = frozenset({"gathering", "gathering_guest", "matched_pair", "wish"})
_CAFE = frozenset({"cafe_shift", "common_event", "shift_host"})
_PATHWAYS = frozenset({"exit_talk", "meeting"})
_ANSWERS = frozenset({"answer", "decision", "evaluation", "suggestion"})
_EVERYBODY = frozenset({"alembic_version", "setting", "user_account"})
_DOOR = frozenset(
    f"user_account.{column}"
    for column in ("password", "stamp", "start_code", "start_until", "telephone", "telephone_step")
)
_SAVING = frozenset({"audit", "audit_link", "draft", "event", "name_seen", "submission"})
_NOTES = frozenset({"attendance.note", "catch_up.how"})
_WRITTEN = frozenset(
    {"answer.text", "common_event.suggestions", "decision.what_we_did", "suggestion.text"}
)
_LOOKED_UP = (
    frozenset(
        {"cost_assessment", "deletion", "hold", "out_of_hours_contact", "same_person", "veto"}
    )
    | _CAFE
    | _RECRUITMENT
    | _MATCHING
)
"""What the database itself looks up when a site or a participant changes that these point to."""
_KEPT = frozenset({"hold.reason"})
_AGREED = frozenset(
    f"matched_pair.{column}"
    for column in ("cancel_rule", "contact_rule", "mentor_goal", "pause_reasons", "peer_goal")
)
_TALKED = _AGREED | frozenset(
    {
        "veto.kind",
        "veto.reason",
        "coffee_talk.goals",
        "coffee_talk.place",
        "coffee_talk.wishes",
        "enquiry.note",
        "exit_talk.goals_reached",
        "exit_talk.next_step",
        "exit_talk.place",
        "stakeholder.contact",
        "visit.note",
    }
)
_STAFF = frozenset(f"out_of_hours_contact.{column}" for column in ("date", "pair_id", "staff"))
_COSTS = frozenset(
    f"cost_assessment.{column}" for column in ("figures", "levels", "lines", "staff", "title")
)
_CPR = frozenset({"identity.cpr", "identity.cpr_basis", "identity.cpr_index"})
_AUDITED = frozenset({"audit.actor", "audit.at", "audit.new", "audit.old", "audit.reason"}) | {
    f"name_seen.{column}" for column in ("actor", "at", "participant_code", "what")
}

_IN_TRUST = {
    "matched_pair": ("extension_answered", "paused"),
    "participant": ("deselected", "not_now"),
}
"""Events that are told with a reason or an answer of somebody's own."""

_FOR_LEADERS = "subject_type = 'site' AND kind = 'retention_told'"
"""Events that tell which pairs are alike: nobody else needs to know that they happened."""

_EVENT_SUBJECTS = {"course": "id", "matched_pair": "id", "participant": "code"}
"""What events happen to, besides sites, and the column their subject is known by."""


@dataclass(frozen=True)
class Rights:
    """What a role may do.

    Parameters
    ----------
    reads, writes
        Names of tables. Who writes nothing cannot save at all.
    hidden
        Columns that read as empty, each as table.column; but whoever changes a table has it whole
        while they do, since the audit tells all of it.
    """

    reads: frozenset[str]
    writes: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


_RIGHTS: dict[Role, Rights] = {
    "course_leader": Rights(
        reads=_EVERYBODY
        | _SAVING
        | _COURSE
        | _PEOPLE
        | _ANSWERS
        | {"closure", "data_import", "head_count", "identity", "imported_row", "snooze"}
        | _LOOKED_UP,
        writes=_SAVING
        | _COURSE
        | _PEOPLE
        | _ANSWERS
        | _CAFE
        | {"closure", "data_import", "head_count", "identity", "imported_row", "setting", "snooze"},
        hidden=_DOOR | _AUDITED | _CPR | _KEPT | _TALKED | _STAFF | _COSTS,
    ),
    "evaluator": Rights(
        reads=_EVERYBODY
        | _SAVING
        | _COURSE
        | _PEOPLE
        | _ANSWERS
        | {"closure", "data_import", "imported_row", "matched_pair", "snooze"},
        writes=_SAVING | _ANSWERS | {"data_import", "snooze"},
        hidden=_DOOR | _AUDITED | _NOTES | _AGREED,
    ),
    "analyst": Rights(
        reads=_EVERYBODY
        | _COURSE
        | _PEOPLE
        | _ANSWERS
        | _RECRUITMENT
        | _MATCHING
        | _CAFE
        | _PATHWAYS
        | {"closure", "event", "head_count", "same_person"},
        hidden=_DOOR | _NOTES | _WRITTEN | _TALKED | {"same_person.actor", "shift_host.label"},
    ),
    "steering_group": Rights(
        reads=_EVERYBODY | _COURSE | {"closure", "event", "head_count"}, hidden=_DOOR
    ),
    "peer": Rights(reads=_EVERYBODY | _COURSE | {"closure"}, hidden=_DOOR),
}

_EVERY = frozenset(Base.metadata.tables) | _EVERYBODY
_LEADS_SOME_SITES = Rights(reads=_EVERY, writes=_EVERY - {"user_account"})
"""Who makes users decides over all sites, so whoever leads only some makes none."""


_REVIEWED = "accessibility_reviewed_on"
_SET_BY_ALL_FOR = ("help_number:", "required_teaching_days:")
_OWN_NAME = "known_as:"


def changeable_rows(table: Table, visitor: str) -> str | None:
    """Return the condition, in SQL, that a row may be changed by others than leaders.

    Parameters
    ----------
    table
        A table of the record.
    visitor
        What stands for the name of whoever changes it, in SQL.

    Returns
    -------
    str or None
        None where whoever may write the table may change all of it. A setting that is new is the
        leaders' alone until it is named here.
    """
    if table.name == "event":  # whoever does not follow pairs says nothing of them either
        return "subject_type <> 'matched_pair'"
    if table.name != "setting":
        return None
    begun = [f"substr(key, 1, {len(prefix)}) = '{prefix}'" for prefix in _SET_BY_ALL_FOR]
    return " OR ".join([f"key = '{_REVIEWED}'", *begun, f"key = '{_OWN_NAME}' || {visitor}"])


def rights_of(visitor: Visitor | None) -> Rights | None:
    """Return what a visitor may do; None for a leader and the machine itself: everything.

    A leader of some sites may do everything there, and makes no users.
    """
    if visitor is None:
        return None
    rights: Rights | None
    if visitor.role == "leader":
        rights = None if visitor.sites is None else _LEADS_SOME_SITES
    else:
        rights = _RIGHTS[visitor.role]
    if not visitor.by_codes:
        return rights
    known = rights or Rights(_EVERY, _EVERY)
    return replace(known, reads=known.reads - {_NAMES}, writes=known.writes - {_NAMES})


def makes_users(visitor: Visitor) -> bool:
    """Return whether a visitor may make, change and shut out users."""
    rights = rights_of(visitor)
    return rights is None or "user_account" in rights.writes


def may_read(visitor: Visitor, table: type[Base]) -> bool:
    """Return whether a visitor's role reaches a table at all."""
    rights = rights_of(visitor)
    return rights is None or table.__tablename__ in rights.reads


def sees_all_drafts(visitor: Visitor) -> bool:
    """Return whether a visitor reaches what others are typing: deleting people deletes it too."""
    return visitor.role == "leader" and not visitor.by_codes


def about_people(table: Table) -> str | None:
    """Return the condition, in SQL, that a row is about a participant; a table is also of others.

    Only a role that may read `participant` sees such rows; None where there are none.
    """
    if table.name != "event":
        return None
    return "subject_type IN ('participant', 'matched_pair')"


def for_leaders(table: Table) -> str | None:
    """Return the condition, in SQL, that a row is for leaders alone; None where there are none."""
    return _FOR_LEADERS if table.name == "event" else None


def told_in_trust(table: Table, role: Role) -> str | None:
    """Return the condition, in SQL, that a row's `details` are not for a role.

    That something happened is known; why somebody needs a pause or does not join, and which of two
    did not want more, is for whoever follows them. None where a role sees the details of all rows.
    """
    if table.name != "event" or rights_of(Visitor("", role)) is None:
        return None
    return " OR ".join(
        f"(subject_type = '{subject}' AND kind IN ({', '.join(repr(kind) for kind in kinds)}))"
        for subject, kinds in _IN_TRUST.items()
    )


def sees_people(role: Role) -> bool:
    """Return whether a role may read who takes part, be it by their codes."""
    rights = rights_of(Visitor("", role))
    return rights is None or "participant" in rights.reads


def rows_of(table: Table, at_own_site: Callable[[str], str]) -> str | None:
    """Return the condition, in SQL, that a row belongs to somebody's own sites.

    A table that names no site belongs where the rows belong to which it points. What belongs to
    all sites, and a table that leads to none, are everybody's.

    Parameters
    ----------
    table
        A table of the record.
    at_own_site
        Returns the condition that a column with a site's number names one of theirs.

    Returns
    -------
    str or None
        None where there is nothing to ask.
    """
    if table.name == "site":
        return at_own_site("id")
    if table.name == "event":
        at_site = at_own_site("CAST(subject_id AS INTEGER)")
        subjects = [f"(subject_type = 'site' AND {at_site})"] + [
            f"(subject_type = '{kind}' AND subject_id IN "
            f"(SELECT CAST({key} AS VARCHAR(64)) FROM {_own(kind, at_own_site)}))"
            for kind, key in _EVENT_SUBJECTS.items()
        ]
        return " OR ".join(subjects)
    if "site_id" in table.c:
        mine = at_own_site("site_id")
        return f"(site_id IS NULL OR {mine})" if table.c.site_id.nullable else mine
    for key in sorted(table.foreign_keys, key=lambda key: (key.parent.nullable, key.parent.name)):
        parent, column = key.column.table, key.column.name
        if not key.parent.nullable and rows_of(parent, at_own_site):
            own = _own(parent.name, at_own_site)
            return f"{key.parent.name} IN (SELECT {column} FROM {own})"
    return None


def _own(table: str, at_own_site: Callable[[str], str]) -> str:
    return f"{table} WHERE {rows_of(Base.metadata.tables[table], at_own_site)}"
