"""The rota of the café: when it is open, who is host, and where one is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy.orm import Session

from peerbook.cafe import rota_records
from peerbook.cafe.call_part import call_parts
from peerbook.cafe.host_names import hosts_told, names_of_hosts
from peerbook.cafe.rota_records import MOST_WEEKS, WEEKS_PLANNED, Hosts, Opening, Shift
from peerbook.course import plan_records
from peerbook.course.schedule.calendar import DanishCalendar
from peerbook.desk import Desk
from peerbook.errors import InputFault
from peerbook.files import media_types
from peerbook.files.origin import file_name
from peerbook.people.participants import danish_order
from peerbook.sites.tab import Tab
from peerbook.store import Saved, identities
from peerbook.store.tables import Site
from peerbook.text import _, format_date, format_list, format_span, ngettext
from peerbook.ui import (
    Button,
    Cells,
    ChoicesField,
    Column,
    DateField,
    Disclosure,
    Download,
    Field,
    FlagField,
    Form,
    Heading,
    IntegerField,
    Notice,
    Part,
    Prose,
    RowAction,
    Section,
    Status,
    Submission,
    Table,
    TextField,
    TimeField,
    receipt_text,
)
from peerbook.ui.answers import given, whole

AHEAD = dt.timedelta(weeks=WEEKS_PLANNED)
BACK = dt.timedelta(weeks=4)
BACK_IN_CALENDAR = dt.timedelta(weeks=52)
"""A café that was moved to a day that has passed would otherwise stay in a calendar where it was;
for the same reason there is no last day."""


class Rota(Tab):
    """The cafés to come and those that were, each of which can be corrected."""

    def parts(self) -> list[Part]:
        """Return the cafés to come, the form that adds some, and the calendar file."""
        return [
            *super().parts(),
            Disclosure(_("Put cafés on the rota"), self._planning_parts),
            Download(_("Calendar file of the rota (.ics)"), self._calendar),
        ]

    def _overview_parts(self) -> list[Part]:
        today = self._desk.today
        with self._desk.store.read() as session:
            shown = rota_records.shifts(session, self._site.id, today - BACK)
            names = names_of_hosts(session, shown)
            calendar = plan_records.calendar_of(session, self._site.id)
        rows = _rows(shown, names, calendar)
        near = [row for row in rows if today <= row["date"] < today + AHEAD]
        later = [row for row in rows if row["date"] >= today + AHEAD]
        behind = [row for row in reversed(rows) if row["date"] < today]
        ahead = [one for one in shown if one.opening.date >= today]
        parts: list[Part] = [Heading(_("Cafés to come"))]
        if ahead:
            parts.append(_free_notice(ahead))
        else:
            parts.append(Prose(_("No café is on the rota yet. Put some on it below.")))
        parts += call_parts(self._desk, self._site)
        if near:
            parts.append(self._table(near, _("The next twelve weeks")))
        if later:
            table = self._table(later, _("After those twelve weeks"))
            parts.append(Disclosure(_("Later cafés"), [table]))
        if behind:
            table = self._table(behind, _("The last four weeks, the latest first"))
            parts.append(Disclosure(_("Cafés that were"), [table]))
        return parts

    def _table(self, rows: Sequence[Cells], caption: str) -> Table:
        columns = [
            Column("date", _("When"), kind="day"),
            Column("time", _("Time")),
            Column("place", _("Where")),
            Column("hosts", _("Hosts")),
            Column("state", _("Is there a host?"), kind="status"),
        ]
        label = _("Hosts and time")
        action = RowAction(lambda row: label if "shift" in row else "", self._correct)
        return Table(columns, rows, caption, sortable=False, action=action)

    # -- more of them ----------------------------------------------------------------------------

    def _planning_parts(self) -> list[Part]:
        place = Section()
        place.show([self._planning_form(place)])
        return [place]

    def _planning_form(self, place: Section) -> Form:
        def save(submission: Submission) -> None:
            opening, weeks = _opening(submission.values), whole(submission.values["weeks"]) or 1
            closed: list[dt.date] = []

            def change(session: Session) -> Saved:
                saved, closed[:] = rota_records.plan_shifts(session, self._site.id, opening, weeks)
                return saved

            receipt = self._desk.save(submission, change)
            place.show([self._planning_form(place)])
            self._changed(" ".join([receipt_text(receipt), *_closed_told(closed)]))

        return Form(
            "cafe_shifts",
            [
                DateField("date", _("The first day"), required=True),
                *_times(),
                IntegerField(
                    "weeks", _("For how many weeks, on the same weekday?"), required=True,
                    minimum=1, maximum=MOST_WEEKS,
                    hint=_("Days on which the place is closed are left out."),
                ),
            ],
            values=self._next(),
            on_submit=save,
            submit_label=_("Put them on the rota"),
            drafts=self._desk.drafts(f"cafe_shifts:{self._site.id}"),
            clear_after_save=True,
        )  # fmt: skip

    def _next(self) -> dict[str, object]:
        """Return what the form begins with: a week after the latest café, at its time and place."""
        today = self._desk.today
        with self._desk.store.read() as session:
            known = rota_records.shifts(session, self._site.id)
        if not known:
            return {"date": today, "weeks": WEEKS_PLANNED}
        latest = known[-1].opening
        return {
            "date": max(today, latest.date + dt.timedelta(weeks=1)), "starts_at": latest.starts_at,
            "ends_at": latest.ends_at, "place": latest.place, "weeks": WEEKS_PLANNED,
        }  # fmt: skip

    # -- one of them -----------------------------------------------------------------------------

    def _correct(self, row: Cells) -> str:
        number = cast(Shift, row["shift"]).number

        def parts() -> list[Part]:
            with self._desk.store.read() as session:
                known = rota_records.shifts(session, self._site.id)
            return next((self._shift_parts(one) for one in known if one.number == number), [])

        self._place.open(parts)
        return ""

    def _shift_parts(self, one: Shift) -> list[Part]:
        def save(submission: Submission) -> None:
            values = submission.values
            opening = _opening(values, is_cancelled=bool(values["is_cancelled"]))
            hosts = Hosts(
                tuple(str(code) for code in given(tuple, values.get("codes", ()))),
                tuple(str(values["labels"]).split(",")),
            )
            self._offer_persons(form, opening.date, hosts)
            self._save_and_show(
                submission,
                lambda session: rota_records.save_shift(
                    session, one.number, opening, hosts, one.version
                ),
            )

        def remove() -> str:
            return self._press(
                lambda session: rota_records.remove_shift(session, one.number, one.version),
                _("It is removed."),
            )

        fields = self._fields(one)
        stands = {
            "date": one.opening.date, "starts_at": one.opening.starts_at,
            "ends_at": one.opening.ends_at, "place": one.opening.place,
            "is_cancelled": one.opening.is_cancelled, "codes": one.hosts.codes,
            "labels": ", ".join(one.hosts.labels),
        }  # fmt: skip
        form = Form(
            "cafe_shift", fields, on_submit=save,
            values={field.name: stands[field.name] for field in fields},
            submit_label=_("Save the café"),
        )  # fmt: skip
        heading = _("Café on {date}").format(date=format_date(one.opening.date, "long"))
        remove_it = Button(
            _("Remove the café"), remove, look="danger",
            confirm=_("Remove it? If anybody has it in a calendar, call it off instead."),
        )  # fmt: skip
        return [Heading(heading), form, remove_it]

    def _offer_persons(self, form: Form, day: dt.date, hosts: Hosts) -> None:
        """Tick the participants whose names were typed as text, and ask whether that is right.

        Raises
        ------
        InputFault
            At `labels`, when there are any.
        """
        with self._desk.store.read() as session:
            found = rota_records.recognised(session, self._site.id, day, hosts.labels)
        if not found:
            return
        left = [label.strip() for label in hosts.labels if label not in found]
        codes = tuple(dict.fromkeys([*hosts.codes, *found.values()]))
        form.fill_in({"labels": ", ".join(left), "codes": codes})
        text = _(
            "{names} takes part, and is ticked below now. Is it the same person, then save again. "
            "If not, take the tick away and write who it is, as “{name} (staff)”."
        )
        names = [label.strip() for label in found]
        raise InputFault.at("labels", text.format(names=format_list(names), name=names[0]))

    def _fields(self, one: Shift) -> list[Field[Any]]:
        with self._desk.store.read() as session:
            codes = rota_records.who_can_be_host(session, self._site.id, one.opening.date)
            codes = sorted({*codes, *one.hosts.codes})
            names = dict(zip(codes, codes, strict=True)) | identities.name_of(session, codes)
            used = rota_records.labels_used(session, self._site.id)
        options = sorted(names.items(), key=lambda each: (danish_order(each[1]), each[0]))
        hint = _("Staff, and volunteers who take no part. Separate several with a comma.")
        if used:
            before = _("Used before: {labels}.").format(labels=format_list(used[:6]))
            hint = f"{hint} {before}"
        participants: list[Field[Any]] = (
            [ChoicesField("codes", _("Participants who have taken it"), options=options)]
            if options
            else []
        )
        return [
            TextField("labels", _("Who is host?"), max_length=200, hint=hint),
            *participants,
            DateField("date", _("When?"), required=True),
            *_times(),
            FlagField("is_cancelled", _("It is called off")),
        ]

    # -- the calendar ----------------------------------------------------------------------------

    def _calendar(self) -> tuple[str, bytes, str]:
        from peerbook.cafe.rota_files import rota_calendar  # calendars are made on request only

        today, synthetic = self._desk.today, self._desk.synthetic
        with self._desk.store.read() as session:
            shown = rota_records.shifts(session, self._site.id, today - BACK_IN_CALENDAR)
        made_at = dt.datetime.now(dt.UTC)
        data = rota_calendar(shown, self._site.name, made_at, synthetic=synthetic)
        name = file_name(_("café {site}").format(site=self._site.name), "ics", synthetic=synthetic)
        return name, data, media_types.CALENDAR


def _times() -> list[Field[Any]]:
    return [
        TimeField("starts_at", _("From"), required=True),
        TimeField("ends_at", _("To"), required=True),
        TextField("place", _("Where?"), max_length=80),
    ]


def _opening(values: Mapping[str, object], *, is_cancelled: bool = False) -> Opening:
    return Opening(
        given(dt.date, values["date"]),
        given(dt.time, values["starts_at"]),
        given(dt.time, values["ends_at"]),
        " ".join(str(values["place"]).split()),
        is_cancelled,
    )


def _rows(
    shown: Sequence[Shift], names: Mapping[str, str], calendar: DanishCalendar
) -> list[dict[str, Any]]:
    """Return the cafés and the days on which it is closed between them, in the order they come."""
    rows = [
        _when_and_where(one.opening)
        | {
            "shift": one,
            "hosts": hosts_told(one.hosts, names),
            "state": _state(one, calendar.explain(one.opening.date)),
        }
        for one in shown
    ]
    rows += [
        _when_and_where(at) | {"hosts": _("No café"), "state": Status(why, "neutral")}
        for at, why in rota_records.closed_days(shown, calendar)
    ]
    return sorted(rows, key=lambda row: (row["date"], row["time"]))


def _when_and_where(at: Opening) -> dict[str, Any]:
    # Held together by word joiners: a narrow column would break it at the dash.
    time = format_span(at.starts_at, at.ends_at).replace("–", "\u2060–\u2060")
    return {"date": at.date, "time": time, "place": at.place}


def _state(one: Shift, closed: str) -> Status:
    if one.opening.is_cancelled:
        return Status(_("Called off"), "neutral")
    told = _("A host is missing") if one.is_free else _("Taken")
    if closed:
        return Status(_("{state}, but: {why}").format(state=told, why=closed), "warn")
    return Status(told, "warn" if one.is_free else "ok")


def _free_notice(ahead: list[Shift]) -> Part:
    free = sum(one.is_free for one in ahead)
    if not free:
        return Prose(_("There is a host for every café."))
    text = ngettext("{n} café has no host yet.", "{n} cafés have no host yet.", free)
    return Notice("info", text.format(n=free))


def _closed_told(closed: list[dt.date]) -> list[str]:
    if not closed:
        return []
    days = format_list([format_date(day) for day in closed])
    return [_("It is closed on {days}, so there is no café then.").format(days=days)]


def rota_facts(desk: Desk, site: Site) -> tuple[str, ...]:
    """Return how many cafés there are and for how many no host is noted."""
    with desk.store.read() as session:
        known = rota_records.shifts(session, site.id)
    return (f"rota: {len(known)} cafés, {sum(one.is_free for one in known)} without a host",)
