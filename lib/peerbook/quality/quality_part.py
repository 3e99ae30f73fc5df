"""What should be put right: each rule that is broken with what breaks it, and what was put off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from peerbook.course.without_names import WithoutNames, Written
from peerbook.desk import Desk
from peerbook.quality import snooze_records
from peerbook.quality.catalogue import Found, look_through
from peerbook.quality.rules import SEVERITIES, Finding, Rule, severity_name
from peerbook.store import Receipt, Role
from peerbook.store.rights import rights_of
from peerbook.store.tables import Site, Snooze
from peerbook.text import _, ngettext
from peerbook.ui import (
    Cells,
    ChoiceField,
    Column,
    Columns,
    Disclosure,
    Filter,
    Form,
    Heading,
    Link,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    StepByStep,
    Submission,
    Table,
    TextField,
    receipt_text,
)

REASON_LENGTH = 200

SITES_AT_ONCE = 5
"""More sites than these are looked through one at a time: a country's would take minutes."""


def quality_parts(desk: Desk, sites: Sequence[Site], chosen: Site) -> list[Part]:
    """Return what should be put right, as the page `data` shows it.

    Parameters
    ----------
    sites
        Those the user may see.
    chosen
        The one to begin with, where there are too many to look through all at once.
    """
    rights = rights_of(desk.visitor)
    if rights is not None and "snooze" not in rights.writes:
        return [Prose(_("What should be put right is shown to those who can do it."))]
    return _Quality(desk, sites, chosen).parts()


_Named = tuple[Rule, str]
"""A rule, and the subject of what breaks it."""


@dataclass(frozen=True)
class _Shown:
    """A rule, and those of its findings that are shown."""

    rule: Rule
    findings: tuple[Finding, ...]


class _Quality:
    """What was found, once; what is put off is read anew each time it is shown.

    Many sites are looked through one at a time: one is shown, and of the others it is told how much
    there is, once somebody asks for it.
    """

    def __init__(self, desk: Desk, sites: Sequence[Site], chosen: Site) -> None:
        self._desk = desk
        self._sites = sites
        self._are_many = len(sites) > SITES_AT_ONCE
        self._found: Sequence[Found] = ()
        self._site: int | None = chosen.id if self._are_many else None
        self._seen: dict[int, Sequence[_Named]] = {}
        self._where: Filter[int] | None = None
        self._is_mine = False
        self._opened = ""
        self._places = Section([])
        self._list = Section([])
        self._asking = Section([])
        self._without_names = WithoutNames(desk)

    def parts(self) -> list[Part]:
        """Return the choices, what was found, and where one is asked how long it may wait."""
        self._look()
        self._show()
        return [*self._choices(), *self._overview(), self._list, self._asking]

    def _look(self) -> None:
        self._found = self._found_at(self._site if self._are_many else None)

    def _found_at(self, site_id: int | None) -> Sequence[Found]:
        desk = self._desk
        found = look_through(desk.store, desk.today, desk.threshold(), desk.actor, site_id)
        if site_id is not None:
            self._seen[site_id] = [
                (one.rule, finding.subject)
                for one in found for finding in one.findings if finding.site_id == site_id
            ]  # fmt: skip
        return found

    def _choices(self) -> list[Part]:
        findings = [one for found in self._found for one in found.findings]
        broken = {one.site_id: one.site for one in findings if one.site_id is not None}
        choices: list[Part] = []
        if self._are_many:
            each_of = [(one.id, one.name) for one in self._sites]
            self._where = Filter(_("Where?"), each_of, self._choose_site, value=self._site)
            choices.append(self._where)
        elif len(broken) > 1:
            named = sorted(broken.items(), key=lambda site: site[1])
            options = [(None, _("All places")), *named]
            choices.append(Filter(_("Where?"), options, self._choose_site))
        if self._are_many or len({found.rule.owner for found in self._found}) > 1:
            whose = [(False, _("All of us")), (True, _("Me"))]
            choices.append(Filter(_("Who sees to it?"), whose, self._choose_mine, look="radio"))
        return [Columns(choices)] if choices else []

    def _choose_site(self, site_id: int | None, *, take_there: bool = False) -> None:
        self._site = site_id
        if self._are_many:
            self._look()
            self._asking.show([])
        self._show(take_there=take_there)

    def _choose_mine(self, is_mine: bool) -> None:
        self._is_mine = is_mine
        self._show()

    # -- all places, one after the other ---------------------------------------------------------

    def _overview(self) -> list[Part]:
        """Return the way to look through all places, where the page shows one at a time."""
        if not self._are_many:
            return []
        label = _("Look through all places")
        total = len(self._sites)
        return [StepByStep(label, total, self._look_at, self._rest), self._places]

    def _look_at(self, place: int) -> None:
        self._found_at(self._sites[place].id)

    def _rest(self) -> str:
        with self._desk.store.read() as session:
            asleep = snooze_records.asleep(session, self._desk.today)
        self._show_places(asleep)
        told = ngettext(
            "{n} place is looked through.", "{n} places are looked through.", len(self._seen)
        )
        return told.format(n=len(self._seen))

    def _show_places(self, asleep: Container[snooze_records.Key]) -> None:
        """Show how much each place that was looked at has to put right."""
        rows: list[dict[str, object]] = []
        for site in self._sites:
            if site.id in self._seen:
                awake = [
                    rule.severity for rule, subject in self._seen[site.id]
                    if self._is_shown(rule) and (rule.id, subject) not in asleep
                ]  # fmt: skip
                counts: dict[str, object] = {one: awake.count(one) for one in SEVERITIES}
                rows.append({"place": site.name, "site": site.id, **counts})
        rows.sort(key=lambda row: tuple(-cast(int, row[severity]) for severity in SEVERITIES))
        columns = [Column("place", _("Where"))] + [
            Column(severity, severity_name(severity), "number") for severity in SEVERITIES
        ]
        caption = _("What there is to put right at each place, the most important first")
        action = RowAction(_("See what it is"), self._turn_to)
        self._places.show([Table(columns, rows, caption, action=action)])

    def _turn_to(self, row: Cells) -> str:
        site_id = cast(int, row["site"])
        if self._where is not None:
            self._where.turn_to(site_id)
        self._choose_site(site_id, take_there=True)
        return ""

    # -- what was found --------------------------------------------------------------------------

    def _show(self, announce: str = "", *, take_there: bool = False) -> None:
        with self._desk.store.read() as session:
            asleep = snooze_records.asleep(session, self._desk.today)
        awake: list[_Shown] = []
        put_off: list[tuple[Rule, Finding, Snooze]] = []
        for found in self._found:
            if not self._is_shown(found.rule):
                continue
            here = [one for one in found.findings if self._is_here(one)]
            up = tuple(one for one in here if (found.rule.id, one.subject) not in asleep)
            if up:
                awake.append(_Shown(found.rule, up))
            put_off += [
                (found.rule, one, asleep[found.rule.id, one.subject])
                for one in here
                if one not in up
            ]
        parts: list[Part] = []
        for severity in SEVERITIES:
            broken = [shown for shown in awake if shown.rule.severity == severity]
            if broken:
                parts += [Heading(severity_name(severity)), *map(self._rule, broken)]
        if not awake:
            parts.append(Notice("ok", _("There is nothing to put right.")))
        if put_off:
            label = _("Put off ({n})").format(n=len(put_off))
            parts.append(Disclosure(label, partial(self._put_off_parts, put_off)))
        self._list.show(parts, announce=announce, take_there=take_there)
        if self._places.inside:
            self._show_places(asleep)

    def _is_shown(self, rule: Rule) -> bool:
        return not self._is_mine or rule.owner == self._desk.visitor.role

    def _is_here(self, one: Finding) -> bool:
        """Return whether something was found where it is looked; beside each of many places, so is
        what belongs to none.
        """
        return self._site in (None, one.site_id) or (self._are_many and one.site_id is None)

    def _rule(self, shown: _Shown) -> Disclosure:
        rule, count = shown.rule, len(shown.findings)
        return Disclosure(
            f"{rule.name()} ({count})",
            lambda: self._rule_parts(shown),
            opened=rule.id == self._opened,
        )

    def _rule_parts(self, shown: _Shown) -> list[Part]:
        rule = shown.rule
        who = _("{who} sees to it.").format(who=_owner(rule.owner))
        columns = [Column("place", _("Where")), Column("sentence", _("What is the matter"))]
        rows = [self._row(rule, one) for one in shown.findings]
        action = RowAction(_("Put off …"), self._ask)
        return [
            Prose(f"{rule.advice()} {who}"),
            Table(columns, rows, rule.name(), sortable=False, action=action),
        ]

    def _row(self, rule: Rule, one: Finding) -> dict[str, object]:
        return {
            "place": Link(_place(one), one.address),
            "sentence": one.sentence,
            "rule": rule,
            "finding": one,
        }

    # -- putting off -----------------------------------------------------------------------------

    def _ask(self, row: Cells) -> str:
        rule, finding = cast(Rule, row["rule"]), cast(Finding, row["finding"])

        def save(submission: Submission) -> Receipt:
            reason = str(submission.values["reason"])
            self._without_names.ask([Written("reason", reason)])
            today = self._desk.today
            days = dt.timedelta(days=cast(int, submission.values["days"]))
            receipt = self._desk.save(
                submission,
                lambda session: snooze_records.put_off(
                    session, rule.id, finding, today + days, reason, today=today
                ),
            )
            told = _("It is put off. {receipt}").format(receipt=receipt_text(receipt))
            self._after(rule, told)
            return receipt

        form = Form(
            "snooze",
            [
                ChoiceField(
                    "days", _("For how long?"), required=True, options=_spans(), look="radio"
                ),
                TextField(
                    "reason", _("Why may it wait?"), required=True, max_length=REASON_LENGTH,
                    hint=_("Without names. Others see it."),
                ),
            ],
            on_submit=save,
            submit_label=_("Put off"),
        )  # fmt: skip
        heading = _("Put off: {what}").format(what=f"{_place(finding)}. {finding.sentence}")
        self._asking.show([Heading(heading, level=3), form], take_there=True)
        return ""

    def _after(self, rule: Rule, told: str) -> None:
        self._opened = rule.id
        self._show()
        self._asking.show([Notice("ok", told)], announce=told)

    def _put_off_parts(self, put_off: Iterable[tuple[Rule, Finding, Snooze]]) -> list[Part]:
        columns = [
            Column("place", _("Where")),
            Column("sentence", _("What is the matter")),
            Column("wakes_on", _("Until"), kind="date"),
            Column("reason", _("Why")),
            Column("who", _("Put off by")),
        ]
        rows = [
            self._row(rule, one)
            | {
                "wakes_on": snooze.wakes_on,
                "reason": snooze.reason,
                "who": self._desk.name_of(snooze.actor),
                "number": snooze.id,
                "version": snooze.version,
            }
            for rule, one, snooze in put_off
        ]
        caption = _("What was put off, until when and why")
        action = RowAction(_("Speak of it again"), self._wake)
        return [Table(columns, rows, caption, action=action)]

    def _wake(self, row: Cells) -> str:
        with self._desk.store.write(self._desk.actor) as session:
            snooze_records.wake(session, cast(int, row["number"]), cast(int, row["version"]))
        told = _("It stands among the others again.")
        self._after(cast(Rule, row["rule"]), told)
        return told


def _place(one: Finding) -> str:
    return ": ".join(filter(None, [one.site, one.place])) or _("Your own")


def _owner(role: Role) -> str:
    return {
        "leader": _("The leader"),
        "course_leader": _("The course leader"),
        "evaluator": _("The evaluator"),
    }[role]


def _spans() -> list[tuple[int, str]]:
    return [
        (7, _("A week")),
        (30, _("A month")),
        (91, _("Three months")),
        (182, _("Half a year")),
        (365, _("A year")),
    ]
