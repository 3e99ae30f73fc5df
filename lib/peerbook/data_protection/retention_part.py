"""For how long: the rule, who is due and who soon will be, and deleting those who are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import cast

from sqlalchemy.orm import Session

from peerbook.data_protection.certificate import keep_name, name_fields
from peerbook.data_protection.deletions_part import certificate_download
from peerbook.data_protection.out_of_reach import out_of_reach_parts
from peerbook.desk import Desk
from peerbook.errors import Conflict, InputFault
from peerbook.privacy.deletions import delete_people, deletions
from peerbook.privacy.retention import (
    COUNTED_FROM,
    LONGEST_MONTHS,
    WARNED_DAYS,
    CountedFrom,
    RetentionRule,
    Term,
    rule_of,
    save_rule,
    terms,
)
from peerbook.store import Receipt, Saved, identities
from peerbook.store.tables import Site
from peerbook.text import _, format_date, ngettext
from peerbook.ui import (
    ChoiceField,
    Column,
    Disclosure,
    Form,
    Heading,
    IntegerField,
    LongTextField,
    Notice,
    Part,
    Prose,
    Section,
    Status,
    Submission,
    Table,
)


class RetentionPart:
    """The rule for how long people are kept, and the lists that follow from it.

    Parameters
    ----------
    deleted
        Called when people were deleted.
    """

    def __init__(self, desk: Desk, deleted: Callable[[], None] = lambda: None) -> None:
        self._desk = desk
        self._told_deleted = deleted
        self._lists = Section([])

    def parts(self) -> list[Part]:
        """Return the lists, and the form for the rule."""
        self._redraw()
        with self._desk.store.read() as session:
            rule = rule_of(session)
        return [
            self._lists,
            Disclosure(
                _("How long do you keep people?"), self._rule_parts(rule), opened=rule is None
            ),
        ]

    # -- the rule --------------------------------------------------------------------------------

    def _rule_parts(self, rule: RetentionRule | None) -> list[Part]:
        seen = rule

        def save(submission: Submission) -> None:
            nonlocal seen
            before = seen if submission.seen is None else _rule(submission.seen)
            mine = _rule(submission.values)
            with self._desk.store.write(self._desk.actor) as session:
                save_rule(session, mine, before)
            seen = mine
            self._redraw()

        names = {
            "course_end": _("the end of the last course they were on"),
            "last_contact": _("the last time anything was recorded about them"),
        }
        return [
            Prose(
                _(
                    "The law says no longer than needed, and gives no number: you set one, and "
                    "write down why. Ask whoever looks after data protection with you. Other laws, "
                    "as on accounts and archives, can say otherwise for other papers."
                )
            ),
            Form(
                "retention",
                [
                    IntegerField(
                        "months", _("Months"), required=True, minimum=1, maximum=LONGEST_MONTHS
                    ),
                    ChoiceField(
                        "counted_from", _("Counted from"), look="radio", required=True,
                        options=[(one, names[one]) for one in COUNTED_FROM],
                        hint=_("Whoever is on a course is kept until it ends, and the months on."),
                    ),
                    LongTextField(
                        "reason", _("Why that long?"), required=True, max_length=600,
                        hint=_("It stands on the certificate, and in what people get to see."),
                    ),
                ],
                values={} if rule is None else _values(rule),
                on_submit=save,
                submit_label=_("Save how long"),
                drafts=self._desk.drafts("retention"),
            ),
        ]  # fmt: skip

    # -- the lists -------------------------------------------------------------------------------

    def _redraw(self, told: str = "", certificates: tuple[int, ...] = ()) -> None:
        after: list[Part] = [Notice("ok", told)] if told else []
        after += [certificate_download(self._desk, number) for number in certificates]
        self._lists.show([*after, *self._shown()], told, take_there=bool(told))

    def _shown(self) -> list[Part]:
        today = self._desk.today
        soon = today + dt.timedelta(days=WARNED_DAYS)
        with self._desk.store.read() as session:
            rule = rule_of(session)
            if rule is None:
                told = _("It is not decided yet how long people are kept. Nobody is deleted.")
                return [Notice("warn", told)]
            near = [one for one in terms(session, rule, today) if one.due_on <= soon or one.hold]
            rows = self._rows(session, near, today)
        due = [one.code for one in near if one.is_due(today)]
        parts: list[Part] = [
            Prose(_("People are kept for {rule}.").format(rule=rule.sentence)),
            Table(
                [
                    Column("name", _("Name")),
                    Column("code", _("Code")),
                    Column("site", _("Site")),
                    Column("counted_from", _("Counted from"), kind="date"),
                    Column("due_on", _("To be deleted on"), kind="date"),
                    Column("state", _("State"), kind="status"),
                ],
                rows,
                _("Due, due within {days} days, or kept").format(days=WARNED_DAYS),
                empty=_("Nobody is to be deleted within {days} days.").format(days=WARNED_DAYS),
            ),
        ]
        if due:
            parts.append(Heading(_("Delete those who are due")))
            parts += [*out_of_reach_parts(self._desk, due), self._form(due, rule)]
        return parts

    def _rows(
        self, session: Session, near: list[Term], today: dt.date
    ) -> list[Mapping[str, object]]:
        names = identities.name_of(session, [one.code for one in near])
        sites = {one.site_id: session.get_one(Site, one.site_id).name for one in near}
        return [
            {
                "name": names.get(one.code, _("without a name")),
                "code": one.code,
                "site": sites[one.site_id],
                "counted_from": one.counted_from,
                "due_on": one.due_on,
                "state": _state(one, today),
            }
            for one in near
        ]

    def _form(self, due: list[str], rule: RetentionRule) -> Form:
        count = len(due)

        def delete(submission: Submission) -> Receipt:
            if submission.values["count"] != count:
                raise InputFault.at(
                    "count", _("It is {n}. Look at the list again.").format(n=count)
                )
            made: list[int] = []

            def change(session: Session) -> Saved:
                now = [
                    one.code
                    for one in terms(session, rule, self._desk.today)
                    if one.is_due(self._desk.today) and self._desk.works_at(one.site_id)
                ]
                if rule_of(session) != rule or now != due:
                    raise Conflict(
                        _("The list has changed meanwhile. Reload the page, and look at it again.")
                    )
                keep_name(self._desk, session, submission.values)
                certificates = delete_people(
                    self._desk.store, session, due, ground="due", today=self._desk.today,
                    rule=f"{rule.sentence}. {rule.reason}",
                )  # fmt: skip
                made.extend(one.id for one in certificates)
                return Saved("deletion", made[0], 1)

            receipt = self._desk.save(submission, change)
            certificates = tuple(made) or self._latest(receipt)
            told = ngettext("{n} person is deleted.", "{n} people are deleted.", count)
            keep = ngettext("Keep the certificate.", "Keep the certificates.", len(certificates))
            self._redraw(f"{told.format(n=count)} {keep}", certificates)
            self._told_deleted()
            return receipt

        label = ngettext("Delete {n} person", "Delete {n} people", count).format(n=count)
        return Form(
            "delete_due",
            [
                *name_fields(self._desk),
                IntegerField(
                    "count", _("How many are you about to delete?"), required=True,
                    hint=_("Write the number of those who are due. It cannot be undone."),
                )
            ],
            on_submit=delete,
            submit_label=label,
        )  # fmt: skip

    def _latest(self, receipt: Receipt) -> tuple[int, ...]:
        """Return the certificates of a deletion that was sent in twice."""
        with self._desk.store.read() as session:
            numbers = [one.id for one in deletions(session)]
        return tuple(sorted(number for number in numbers if number >= receipt.record))


def _state(term: Term, today: dt.date) -> Status:
    if term.hold is not None:
        return Status(_("kept until {date}").format(date=format_date(term.hold.until)), "info")
    if term.is_due(today):
        return Status(_("due"), "warn")
    return Status(_("soon"), "neutral")


def _rule(values: Mapping[str, object]) -> RetentionRule:
    return RetentionRule(
        int(str(values["months"])),
        cast(CountedFrom, values["counted_from"]),
        str(values["reason"]).strip(),
    )


def _values(rule: RetentionRule) -> dict[str, object]:
    return {
        "months": rule.months, "counted_from": rule.counted_from, "reason": rule.reason,
    }  # fmt: skip
